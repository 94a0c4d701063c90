//! Enum types: values that are added and renamed, and types that are recreated.
//!
//! PostgreSQL can add and rename a value; for anything else a new type takes the place of the old one in every
//! column. A value that was added cannot be used before the transaction ends (manual, ALTER TYPE): where the same
//! revision uses it, the type is recreated as well, since the values of a new type can be used at once.

use super::{Planner, comment, foreign_key::Next, unlocked};
use crate::{
    dialect::{
        Effect, Hazard, HazardKind, PlanError, Statement,
        enum_value::Known,
        postgres::sql::{qualified, quoted, string},
        postgres::{define, effect, expression, memory, names, types},
    },
    operation::{ApplyError, Change, ColumnChange, EnumChange, Execute, Operation},
    schema::{
        Column, Dialect, EnumPlace, EnumType, Ident, Kind, Literal, ObjectId, ObjectName, ServerDefault,
        Table, TableName, part::Part,
    },
};

/// What the old type is called while the new one takes its place.
const OLD: &str = "cucurbit_old_";

/// What a column's values become in a type that is recreated.
struct Values<'v> {
    /// The values of the new type.
    values: &'v [String],
    /// What rows get instead of a value.
    replacements: &'v [(String, String)],
    /// The values that go and that nothing replaces.
    gone: Vec<&'v String>,
    /// Whether rows that hold one of these get NULL.
    may_lose: bool,
}

impl Planner<'_> {
    /// Plans the change of an enum type; memory still holds the type as it was.
    pub(super) fn alter_enum(
        &mut self,
        name: &ObjectName,
        change: &EnumChange,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        match change {
            EnumChange::AddValue { value, place } => return self.add_value(name, value, place, operation),
            EnumChange::RenameValue { value, to } => {
                let (value, to) = (string(value), string(to));
                let sql = format!("ALTER TYPE {} RENAME VALUE {value} TO {to}", qualified(name));
                self.plan.push(unlocked(sql));
            }
            EnumChange::SetValues { values, replacements, consent } => {
                let old = self.schema.enums.get(name).map_or_else(Vec::new, |old| old.values.clone());
                let is_gone = |value: &&String| {
                    !values.contains(value) && !replacements.iter().any(|(replaced, _)| replaced == *value)
                };
                let gone: Vec<&String> = old.iter().filter(is_gone).collect();
                self.refuse_default(name, &gone)?;
                self.refuse_spoken_of(name, &gone)?;
                self.recreate_enum(name, &Values { values, replacements, gone, may_lose: consent.is_given })?;
            }
        }
        self.apply(operation)
    }

    fn add_value(
        &mut self,
        name: &ObjectName,
        value: &str,
        place: &EnumPlace,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let additions = self.next.iter().map_while(|next| added(&next.operation, name).cloned());
        let additions: Vec<String> = additions.collect();
        let values = std::iter::once(value.to_owned()).chain(additions.iter().cloned()).collect();
        if !are_used(name, values, self.next.iter().map(|next| &next.operation)) {
            let place = match place {
                EnumPlace::After(other) => format!(" AFTER {}", string(other)),
                EnumPlace::Before(other) => format!(" BEFORE {}", string(other)),
                EnumPlace::Last => String::new(),
            };
            let sql = format!("ALTER TYPE {} ADD VALUE {}{place}", qualified(name), string(value));
            return self.plan_all([unlocked(sql)], operation);
        }
        let more: Vec<Next> = self.next.drain(..additions.len()).collect();
        let all = || std::iter::once(operation).chain(more.iter().map(|next| &next.operation));
        let mut after = self.schema.clone();
        all().try_for_each(|addition| memory::apply(&mut after, addition))?;
        let values = after.enums.remove(name).map_or_else(Vec::new, |after| after.values);
        self.recreate_enum(
            name,
            &Values { values: &values, replacements: &[], gone: Vec::new(), may_lose: false },
        )?;
        all().try_for_each(|addition| self.apply(addition))
    }

    /// Puts a new type in the place of the old one, in every column of it.
    ///
    /// What the server has read with the old type's values is dropped before and made again after.
    fn recreate_enum(&mut self, name: &ObjectName, values: &Values<'_>) -> Result<(), PlanError> {
        let dropped = self.drop_around_enum(name);
        let mut old = Ident::new(format!("{OLD}{}", name.name));
        names::cut(&mut old);
        self.plan.push(rename(name, &old));
        let comment = self.schema.enums.get(name).and_then(|old| old.comment.clone());
        let new = EnumType { comment, ..EnumType::new(name.clone(), values.values) };
        self.plan.statements.extend(create(&new));
        for (table, columns) in dropped.columns() {
            let Some(owner) = self.schema.tables.get(table) else { continue };
            let columns = columns.iter().filter_map(|column| owner.column(column));
            let clauses: Vec<String> = columns.clone().map(|column| retyped(column, name, values)).collect();
            let hazards = columns.filter_map(|column| self.holds_gone(name, owner, column, values)).collect();
            let sql = format!("ALTER TABLE {} {}", qualified(table), clauses.join(", "));
            let effect = effect::alters(table).rewrites(table);
            self.plan.push(Statement { hazards, ..Statement::new(sql).effect(effect) });
        }
        self.plan.push(drop(&name.sibling(old)));

        self.make_around_enum(name, &dropped, values.replacements)
    }

    /// Refuses to drop a type while columns are of it.
    pub(super) fn refuse_used(&self, name: &ObjectName, operation: &Operation) -> Result<(), PlanError> {
        let Some((table, column)) = self.columns_of(name).next() else { return Ok(()) };
        let (table, column) = (table.name.clone(), column.name.clone());
        let source = ApplyError::EnumInUse { name: name.clone(), table, column };
        Err(PlanError::Apply { operation: operation.describe(), source })
    }

    /// Refuses a constant that the enum type of its column does not have.
    pub(super) fn refuse_other_values(&self, operation: &Operation) -> Result<(), PlanError> {
        let values = |name: &ObjectName| self.schema.enums.get(name).map(|known| known.values.as_slice());
        let column = |table: &TableName, column: &Ident| self.schema.table(table)?.column(column);
        Known { dialect: Dialect::Postgres, values: &values, column: &column }.refuse(operation)
    }

    /// Refuses to take a value away that is the default of a column.
    fn refuse_default(&self, name: &ObjectName, gone: &[&String]) -> Result<(), PlanError> {
        for (table, column) in self.columns_of(name) {
            if let Some(ServerDefault::Literal(Literal::String(value))) = &column.default
                && gone.contains(&value)
            {
                let (value, table, column) = (value.clone(), table.name.clone(), column.name.clone());
                let source = ApplyError::EnumValueInUse { name: name.clone(), value, table, column };
                let operation = format!("take a value from enum {name}");
                return Err(PlanError::Apply { operation, source });
            }
        }
        Ok(())
    }

    /// Refuses to take a value away of which a check, an index or a computed column speaks: the new type could not read it.
    fn refuse_spoken_of(&self, name: &ObjectName, gone: &[&String]) -> Result<(), PlanError> {
        const HERE: Dialect = Dialect::Postgres;
        for owner in self.schema.tables.values() {
            let is_of_type = types::speaks_of(owner, name);
            let is_spoken_of =
                |sql: &str| is_of_type(sql) && gone.iter().any(|value| sql.contains(&string(value)));
            if let Some((what, sql)) = owner.spoken(HERE).find(|(_, sql)| is_spoken_of(sql)) {
                let reason = format!("{what} of `{}` speaks of the value: `{sql}`", owner.name);
                let operation = format!("take a value from enum {name}");
                return Err(PlanError::InUse { dialect: HERE, operation, reason });
            }
        }
        Ok(())
    }

    /// Lists the columns of a type, with their tables.
    fn columns_of(&self, name: &ObjectName) -> impl Iterator<Item = (&Table, &Column)> {
        let columns =
            self.schema.tables.values().flat_map(|table| table.columns.iter().map(move |one| (table, one)));
        columns.filter(move |(_, column)| types::is_enum(column, name))
    }

    /// The hazard of rows that hold a value which goes.
    fn holds_gone(
        &self,
        name: &ObjectName,
        owner: &Table,
        column: &Column,
        values: &Values<'_>,
    ) -> Option<Hazard> {
        let is_array = types::is_array(column);
        let takes_null = is_array || column.nullable && !owner.is_in_primary_key(&column.name);
        if values.gone.is_empty() || values.may_lose && takes_null {
            return None;
        }
        let gone: Vec<String> = values.gone.iter().map(|value| string(value)).collect();
        let gone = gone.join(", ");
        let kind = HazardKind::HoldsEnumValues { name: name.clone() };
        self.history.holds_some(kind, owner, &column.name, |column| match is_array {
            true => format!("{column}::text[] && ARRAY[{gone}]"),
            false => format!("{column}::text IN ({gone})"),
        })
    }
}

/// Writes CREATE TYPE, and its comment.
pub(super) fn create(new: &EnumType) -> impl Iterator<Item = Statement> {
    let comment = new.comment.as_ref().map(|text| comment(&new.name, Some(text)));
    std::iter::once(unlocked(define::create_enum(new))).chain(comment)
}

/// Sets or removes the comment of an enum type.
pub(super) fn comment(name: &ObjectName, comment: Option<&String>) -> Statement {
    comment::on(&format!("TYPE {}", qualified(name)), comment, Effect::none())
}

pub(super) fn drop(name: &ObjectName) -> Statement {
    unlocked(format!("DROP TYPE {}", qualified(name)))
}

pub(super) fn rename(name: &ObjectName, to: &Ident) -> Statement {
    unlocked(format!("ALTER TYPE {} RENAME TO {}", qualified(name), quoted(to)))
}

/// Writes how a column gets the new type: without its default, which comes back in the new type.
fn retyped(column: &Column, name: &ObjectName, values: &Values<'_>) -> String {
    let quoted_name = quoted(&column.name);
    let alter = format!("ALTER COLUMN {quoted_name}");
    let lost = values.gone.iter().filter(|_| values.may_lose).map(|value| (string(value), "NULL".to_owned()));
    let replaced = values.replacements.iter().map(|(old, new)| (string(old), string(new)));
    let replaced: Vec<(String, String)> = replaced.chain(lost).collect();
    let ty = qualified(name);
    let (ty, value) = if types::is_array(column) {
        (format!("{ty}[]"), replaced_in_array(&format!("{quoted_name}::text[]"), &replaced))
    } else if replaced.is_empty() {
        (ty, format!("{quoted_name}::text"))
    } else {
        let cases = replaced.iter().map(|(old, new)| format!("WHEN {old} THEN {new}"));
        let cases = cases.collect::<Vec<_>>().join(" ");
        (ty, format!("(CASE {quoted_name}::text {cases} ELSE {quoted_name}::text END)"))
    };
    let set_type = format!("{alter} TYPE {ty} USING {value}::{ty}");
    let default = match &column.default {
        Some(ServerDefault::Literal(Literal::String(text))) => {
            string(&expression::renamed_value(text, types::is_array(column), values.replacements))
        }
        Some(default @ (ServerDefault::Expression(_) | ServerDefault::Literal(_))) => {
            let text = define::constant_or_expression(column.ty.on(Dialect::Postgres), default);
            expression::with_renamed_values(&text, &name.name, &[], values.replacements)
        }
        Some(ServerDefault::Computed { .. } | ServerDefault::Identity(_) | ServerDefault::Serial(_))
        | None => {
            return set_type;
        }
    };
    format!("{alter} DROP DEFAULT, {set_type}, {alter} SET DEFAULT {default}")
}

/// Writes an array with other values in the place of some, both as SQL. Where one gets the place of another that is
/// replaced after it, all get one of their own first, which is longer than a value of an enum type can be.
fn replaced_in_array(array: &str, replaced: &[(String, String)]) -> String {
    let replace = |array: String, old: &str, new: &str| format!("array_replace({array}, {old}, {new})");
    let is_read_again = replaced
        .iter()
        .enumerate()
        .any(|(at, (_, new))| replaced[at + 1..].iter().any(|(old, _)| old == new));
    if !is_read_again {
        return replaced.iter().fold(array.to_owned(), |array, (old, new)| replace(array, old, new));
    }
    let place = |at: usize| format!("lpad('{at}', 64)");
    let apart = replaced.iter().enumerate();
    let apart = apart.fold(array.to_owned(), |array, (at, (old, _))| replace(array, old, &place(at)));
    replaced.iter().enumerate().fold(apart, |array, (at, (_, new))| replace(array, &place(at), new))
}

/// Returns the value that an operation adds to an enum type, if it adds one.
fn added<'o>(operation: &'o Operation, name: &ObjectName) -> Option<&'o String> {
    let Operation::Alter(Change::Enum { name: other, change: EnumChange::AddValue { value, .. } }) =
        operation
    else {
        return None;
    };
    (other == name).then_some(value)
}

/// Tells whether operations use one of the values that a type gets.
fn are_used<'o>(
    name: &ObjectName,
    mut values: Vec<String>,
    mut next: impl Iterator<Item = &'o Operation>,
) -> bool {
    let mut ty = name.name.clone();
    next.any(|operation| {
        if let Operation::Alter(Change::Enum { name: other, change: EnumChange::RenameValue { value, to } }) =
            operation
            && other.name == ty
            && values.contains(value)
        {
            values.push(to.clone());
        }
        if let Operation::Rename { id: ObjectId::Enum(other), to } = operation
            && other.name == ty
        {
            ty = to.clone();
        }
        uses(operation, &ty, &values)
    })
}

/// Tells whether an operation uses one of the values of a type: as a constant, in SQL, in rows that become of the type, or
/// in code, which cannot be read.
///
/// What is not sure is said to use them: recreating the type is always right.
fn uses(operation: &Operation, ty: &Ident, values: &[String]) -> bool {
    let is_meant = |meant: &Operation| is_spoken(meant, ty, values);
    if let Operation::Alter(Change::Column { table: _, column: _, changes }) = operation {
        changes.iter().any(|change| becomes(change, ty)) || is_meant(operation)
    } else if let Operation::Execute(Execute { sql, means, .. }) = operation {
        // Rows of COPY have no quotes.
        is_copy(sql, values) || is_spoken_in(sql, ty, values) || means.iter().flatten().any(is_meant)
    } else if let Operation::On { dialect: _, operations } = operation {
        operations.iter().any(|inner| uses(inner, ty, values))
    } else if let Operation::Run { .. } = operation {
        true
    } else {
        operation.kind() != Some(Kind::Enum) && is_meant(operation)
    }
}

/// Tells whether one of the values stands in an operation, as a constant or in an expression.
fn is_spoken(operation: &Operation, ty: &Ident, values: &[String]) -> bool {
    let mut is_found = false;
    operation.clone().parts_mut(&mut |part| {
        if let Part::Expression { sql, default_of: _ } = part {
            is_found |= is_spoken_in(sql.on(Dialect::Postgres), ty, values);
        } else if let Part::Literal { value: Literal::String(text), default_of: _ } = part {
            is_found |= values.contains(text) || is_spoken_in(text, ty, values);
        }
    });
    is_found
}

/// Tells whether a change makes a column one of a type, whose rows may hold any of its values then.
fn becomes(change: &ColumnChange, ty: &Ident) -> bool {
    let ColumnChange::SetType { ty: new, using: _ } = change else { return false };
    types::stored(new.on(Dialect::Postgres)).enum_name().is_some_and(|name| name.name == *ty)
}

fn is_copy(sql: &str, values: &[String]) -> bool {
    sql.to_ascii_lowercase().contains("copy") && values.iter().any(|value| sql.contains(value.as_str()))
}

fn is_spoken_in(text: &str, ty: &Ident, values: &[String]) -> bool {
    values.iter().any(|value| speaks_of(text, value)) || expression::casts_values_to(text, ty)
}

/// Tells whether a text has a value in it, between quotes or, where it has arrays as text, anywhere.
fn speaks_of(text: &str, value: &str) -> bool {
    let in_array = || text.replace('\\', "").replace("''", "'").contains(value);
    text.contains(&string(value)) || text.contains('{') && in_array()
}
