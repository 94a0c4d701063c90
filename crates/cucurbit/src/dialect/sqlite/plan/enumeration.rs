//! Enum types, which SQLite does not have: their values are text in the columns that the scripts declare of a type.
//!
//! What PostgreSQL does to the rows is an UPDATE here. Which columns are meant, only the scripts say; where they do not
//! know the tables, nothing is guessed.

use crate::{
    operation::{ApplyError, ColumnChange, EnumChange, Operation, find_constraint},
    schema::{
        Check, Column, Constraint, ForeignKey, Ident, Kind, Literal, ObjectId, ObjectName, ServerDefault,
        Table, TableName, Type, tool,
    },
};

use super::{
    super::{
        super::{
            Before, Effect, Hazard, HazardKind, Plan, PlanError, Session, Statement,
            sqlite::sql::{qualified, quoted, string},
        },
        HERE, effect,
        memory::apply,
        said,
        token::{mentions, same_name},
    },
    alter, column_probe, offenders, unsupported,
};

/// What becomes of the values that rows hold.
struct Values {
    /// The values that get another one.
    replaced: Vec<(String, String)>,
    /// The values that go and that nothing replaces.
    gone: Vec<String>,
    /// Whether rows that hold one of these get NULL.
    may_lose: bool,
}

/// Plans the change of an enum type. `rest` comes after it in the same revision.
pub(super) fn alter(
    before: &mut Before,
    name: &ObjectName,
    change: &EnumChange,
    (operation, rest): (&Operation, &[Operation]),
    plan: &mut Plan,
) -> Result<(), PlanError> {
    let values = Values::of(before, name, change);
    let old = values_of(before, name);
    apply(before, operation)?;
    let columns = columns(before, name);
    refuse_listed(before, &columns, (&old, &values_of(before, name), &values), (operation, rest))?;
    if !values.replaced.is_empty()
        && let Some(table) = unknown(before)
    {
        let reason = format!(
            "no script says which columns of `{table}` hold its values; there it is an UPDATE of `op.execute`"
        );
        return Err(unsupported(operation)(reason));
    }
    if values.replaced.is_empty() && values.gone.is_empty() {
        return Ok(());
    }
    let session = if refer_to_each_other(before, &columns) { Session::ForeignKeysOff } else { Session::Any };
    for (table, column) in columns {
        let held = Held { name, values: &values, session, table, column };
        held.refuse_spoken_of(before, operation)?;
        held.replace_default(before, plan, operation)?;
        held.write(before, plan, operation)?;
    }
    Ok(())
}

impl Values {
    /// Reads them off a change, which is not applied yet.
    fn of(before: &Before, name: &ObjectName, change: &EnumChange) -> Self {
        let replaced = change.renamed();
        let EnumChange::SetValues { values, replacements: _, consent } = change else {
            return Self { replaced, gone: Vec::new(), may_lose: false };
        };
        let is_replaced = |value: &String| replaced.iter().any(|(replaced, _)| replaced == value);
        let mut gone = values_of(before, name);
        gone.retain(|value| !values.contains(value) && !is_replaced(value));
        Self { replaced, gone, may_lose: consent.is_given }
    }
}

/// Finds a table with a column of which no script says anything. The bookkeeping tables of tools hold no values of a project's.
fn unknown(before: &Before) -> Option<&TableName> {
    let is_unknown = |table: &Table| {
        let said = said::table_of(&before.said, &table.name);
        let is_said =
            |column: &Column| said.is_some_and(|said| said::column_of(said, &column.name).is_some());
        !is_book(table) && !table.columns.iter().all(is_said)
    };
    before.schema.tables.values().find(|table| is_unknown(table)).map(|table| &table.name)
}

fn is_book(table: &Table) -> bool {
    let name = table.name.name.as_str();
    let is_version_table = matches!(table.columns.as_slice(), [only] if only.name == "version_num");
    is_version_table
        || name.starts_with("cucurbit_")
        || name.starts_with("sqlite_")
        || tool::is_of_tool(table)
}

/// Lists the columns that are there and that the scripts declare of a type, with their types as declared.
fn columns(before: &Before, name: &ObjectName) -> Vec<(Table, Column)> {
    let mut columns = Vec::new();
    for said in before.said.tables.values() {
        let Some(table) = said::table_of(&before.schema, &said.name) else { continue };
        for said in
            said.columns.iter().filter(|said| said.ty.where_stored(Kind::Enum).enum_name() == Some(name))
        {
            let found = said::column_of(table, &said.name);
            columns.extend(
                found.map(|column| (table.clone(), Column { ty: said.ty.clone(), ..column.clone() })),
            );
        }
    }
    columns
}

fn values_of(before: &Before, name: &ObjectName) -> Vec<String> {
    before.schema.enums.get(name).map(|known| known.values.clone()).unwrap_or_default()
}

/// Tells whether a foreign key leads from one of some columns to one of them: it is broken between their UPDATEs.
fn refer_to_each_other(before: &Before, columns: &[(Table, Column)]) -> bool {
    let is_one = |table: &TableName, column: &Ident| {
        let is_it = |(owner, one): &(Table, Column)| {
            same_name(&owner.name.name, &table.name) && same_name(&one.name, column)
        };
        columns.iter().any(is_it)
    };
    let leads = |table: &Table, key: &ForeignKey| {
        let mut pairs = key.columns.iter().zip(&key.referred_columns);
        pairs.any(|(from, to)| is_one(&table.name, from) && is_one(&key.referred_table, to))
    };
    let mut tables = before.schema.tables.values();
    tables.any(|table| table.foreign_keys().any(|key| leads(table, key)))
}

/// Refuses a new value beside a check that lists the values that there were, as tools write one where a database has no enum
/// types: no row could hold the value.
fn refuse_listed(
    before: &Before,
    columns: &[(Table, Column)],
    (old, new, values): (&[String], &[String], &Values),
    (operation, rest): (&Operation, &[Operation]),
) -> Result<(), PlanError> {
    let is_target = |value: &String| values.replaced.iter().any(|(_, new)| new == value);
    let Some(added) = new.iter().find(|value| !old.contains(value) && !is_target(value)) else {
        return Ok(());
    };
    let kept: Vec<String> =
        old.iter().filter(|value| new.contains(value)).map(|value| string(value)).collect();
    for (table, column) in columns {
        let Some(table) = before.schema.table(&table.name) else { continue };
        for check in table.checks() {
            let sql = check.expression.on(HERE);
            let lists = mentions(sql, &column.name) && kept.iter().all(|value| sql.contains(value));
            let is_listed = sql.contains(&string(added));
            if kept.is_empty() || !lists || is_listed || goes(table, check, rest) {
                continue;
            }
            let reason = format!(
                "a check of `{}` speaks of the values and would refuse `{added}`: `{sql}`; {}",
                table.name,
                again(table, check)
            );
            return Err(PlanError::InUse { dialect: HERE, operation: operation.describe(), reason });
        }
    }
    Ok(())
}

/// Says how a check is made again.
fn again(table: &Table, check: &Check) -> String {
    match &check.name {
        Some(name) => format!(
            "write `op.drop_constraint(\"{name}\", \"{table}\")` before, and `op.create_check_constraint(\"{name}\", \
             \"{table}\", …)` with the new value after",
            table = table.name
        ),
        None => "drop it before, and make it again with the new value after".to_owned(),
    }
}

/// Tells whether a check is dropped later in the same revision.
fn goes(table: &Table, check: &Check, rest: &[Operation]) -> bool {
    rest.iter().any(|operation| {
        let is_it = operation.table().is_some_and(|name| same_name(&name.name, &table.name.name));
        let goes = if let Operation::Drop { id: ObjectId::Constraint { constraint, .. }, .. } = operation {
            let meant = find_constraint(table, constraint);
            matches!(meant, Some(Constraint::Check(meant)) if meant == check)
        } else {
            matches!(operation, Operation::Drop { id: ObjectId::Table(_), .. })
        };
        is_it && goes
    })
}

/// A column that holds the values of a type that changes.
struct Held<'h> {
    name: &'h ObjectName,
    values: &'h Values,
    /// What its UPDATE asks of the session.
    session: Session,
    table: Table,
    column: Column,
}

impl Held<'_> {
    /// Whether a row holds one value or a list of them, as JSON; nothing else can be rewritten.
    fn is_list(&self, operation: &Operation) -> Result<bool, PlanError> {
        let Column { name, ty, .. } = &self.column;
        match (ty.where_stored(Kind::Enum), ty.on(HERE)) {
            (Type::Enum { .. }, Type::Enum { .. } | Type::String { .. } | Type::Text) => Ok(false),
            (Type::Array(_), Type::Json | Type::Jsonb | Type::Text) => Ok(true),
            _other => {
                let reason = format!(
                    "`{}.{name}` holds its values in a form of its own; there it is an UPDATE of `op.execute`",
                    self.table.name
                );
                Err(unsupported(operation)(reason))
            }
        }
    }

    /// Tells whether a key or an index lets no two rows have one value of the column, perhaps beside others.
    fn is_unique(&self) -> bool {
        let Table { constraints, indexes, .. } = &self.table;
        let is_it = |column: &Ident| same_name(column, &self.column.name);
        constraints.primary_keys().flat_map(|key| &key.columns).any(is_it)
            || constraints.uniques().flat_map(|unique| &unique.columns).any(is_it)
            || indexes.values().any(|index| index.is_unique)
    }

    /// A check, an index or a computed column that speaks of a value follows it on PostgreSQL alone.
    fn refuse_spoken_of(&self, before: &Before, operation: &Operation) -> Result<(), PlanError> {
        let Some(table) = before.schema.table(&self.table.name) else { return Ok(()) };
        let speaks =
            |sql: &str, value: &String| mentions(sql, &self.column.name) && sql.contains(&string(value));
        let Values { replaced, gone, may_lose: _ } = self.values;
        for (what, sql) in table.spoken(HERE) {
            let table = &table.name;
            if gone.iter().any(|value| speaks(sql, value)) {
                let reason = format!("{what} of `{table}` speaks of the value: `{sql}`");
                return Err(PlanError::InUse { dialect: HERE, operation: operation.describe(), reason });
            }
            if replaced.iter().any(|(old, _)| speaks(sql, old)) {
                return Err(unsupported(operation)(format!(
                    "{what} of `{table}` speaks of the value: `{sql}`; drop it before and make it again after"
                )));
            }
        }
        Ok(())
    }

    /// Gives the column its default under the new name of the value.
    fn replace_default(
        &self,
        before: &mut Before,
        plan: &mut Plan,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let Some(ServerDefault::Literal(Literal::String(text))) = &self.column.default else { return Ok(()) };
        if self.values.gone.contains(text) {
            let source = ApplyError::EnumValueInUse {
                name: self.name.clone(),
                value: text.clone(),
                table: self.table.name.clone(),
                column: self.column.name.clone(),
            };
            return Err(PlanError::Apply { operation: operation.describe(), source });
        }
        let Some((_, new)) = self.values.replaced.iter().find(|(old, _)| old == text) else { return Ok(()) };
        let default = Some(ServerDefault::Literal(Literal::String(new.clone())));
        let (table, column) = (self.table.name.clone(), self.column.name.clone());
        let changes = vec![ColumnChange::SetDefault(default)];
        alter::group(before, &[Operation::alter_column(table, column, changes)], plan)
    }

    /// Looks for rows that hold what goes, and rewrites the others.
    fn write(&self, before: &Before, plan: &mut Plan, operation: &Operation) -> Result<(), PlanError> {
        let is_list = self.is_list(operation)?;
        let (table, column) = (qualified(&self.table.name), quoted(&self.column.name));
        let Values { replaced, gone, may_lose } = self.values;
        let takes_null = is_list || self.column.nullable && !self.table.is_in_primary_key(&self.column.name);
        let is_lost = *may_lose && takes_null;
        if !gone.is_empty() && !is_lost {
            let condition = holds(&column, gone, is_list);
            let probe = column_probe(&table, &self.column.name, &condition, "NULL");
            let owner = before.schema.table(&self.table.name);
            let hazard = Hazard {
                kind: HazardKind::HoldsEnumValues { name: self.name.clone() },
                table: self.table.name.clone(),
                column: Some(self.column.name.clone()),
                probe,
                offenders: Some(offenders(owner, &table, &condition, &format!("quote({column})"))),
                waits: false,
            };
            // Nothing else is done to such rows; the reader of the statements is told how many there are.
            let looks = Statement::new(format!("SELECT count(*) FROM {table} WHERE {condition}"));
            let effect = Effect::none().scans(&self.table.name);
            plan.statements.push(looks.effect(effect).hazard(hazard));
        }
        let lost = gone.iter().filter(|_| is_lost).map(|value| (value.clone(), "NULL".to_owned()));
        let others = replaced.iter().map(|(old, new)| (old.clone(), string(new)));
        let becomes: Vec<(String, String)> = others.chain(lost).collect();
        let stages = if !is_list && self.is_unique() { in_stages(becomes) } else { vec![becomes] };
        for becomes in stages.iter().filter(|becomes| !becomes.is_empty()) {
            let old: Vec<String> = becomes.iter().map(|(old, _)| old.clone()).collect();
            let (new, condition) = (new_value(&column, becomes, is_list), holds(&column, &old, is_list));
            let update = format!("UPDATE {table} SET {column} = {new} WHERE {condition}");
            let effect = effect::updates(&self.table.name);
            plan.statements.push(Statement::new(update).effect(effect).session(self.session));
        }
        Ok(())
    }
}

/// What values are called while others have their names.
const NEW: &str = "cucurbit_new_";

/// Lets no value get a name that another row may still have: SQLite looks at each row of an UPDATE by itself.
fn in_stages(becomes: Vec<(String, String)>) -> Vec<Vec<(String, String)>> {
    let is_taken = |new: &String| becomes.iter().any(|(old, _)| string(old) == *new);
    if !becomes.iter().any(|(_, new)| is_taken(new)) {
        return vec![becomes];
    }
    let meanwhile = |old: &str| format!("{NEW}{old}");
    let first = becomes.iter().map(|(old, _)| (old.clone(), string(&meanwhile(old)))).collect();
    let second = becomes.iter().map(|(old, new)| (meanwhile(old), new.clone())).collect();
    vec![first, second]
}

/// The condition that a row holds one of some values.
fn holds(column: &str, values: &[String], is_list: bool) -> String {
    let values: Vec<String> = values.iter().map(|value| string(value)).collect();
    let values = values.join(", ");
    match is_list {
        true => format!("EXISTS (SELECT 1 FROM json_each({column}) WHERE value IN ({values}))"),
        false => format!("{column} IN ({values})"),
    }
}

/// What a row holds instead: all values at once, so that two of them can change places.
fn new_value(column: &str, becomes: &[(String, String)], is_list: bool) -> String {
    let cases: Vec<String> =
        becomes.iter().map(|(old, new)| format!("WHEN {} THEN {new}", string(old))).collect();
    let cases = cases.join(" ");
    match (is_list, becomes) {
        (true, _) => {
            format!("(SELECT json_group_array(CASE value {cases} ELSE value END) FROM json_each({column}))")
        }
        (false, [(_, new)]) => new.clone(),
        (false, _) => format!("CASE {column} {cases} ELSE {column} END"),
    }
}
