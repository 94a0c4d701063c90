//! Enum types, which SQLite does not have: their values are text in the columns that the scripts declare of a type.
//!
//! What PostgreSQL does to the rows is an UPDATE here. Which columns are meant, only the scripts say; where they do not
//! know the tables, nothing is guessed.

use crate::{
    operation::{ApplyError, ColumnChange, EnumChange, Operation},
    schema::{Column, Dialect, Literal, ObjectName, ServerDefault, Table, TableName, Type, tool},
};

use super::{
    super::{
        Before, Hazard, HazardKind, Plan, PlanError, Statement,
        sql::{qualified, quoted, string},
    },
    HERE, alter,
    render::{apply, offenders, unsupported},
    token::{mentions, same_name},
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

/// Plans the change of an enum type.
pub(super) fn alter(
    before: &mut Before,
    name: &ObjectName,
    change: &EnumChange,
    operation: &Operation,
    plan: &mut Plan,
) -> Result<(), PlanError> {
    let values = Values::of(before, name, change);
    apply(before, operation)?;
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
    for (table, column) in columns(before, name) {
        let held = Held { name, values: &values, table, column };
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
        match change {
            EnumChange::AddValue { .. } | EnumChange::RenameValue { .. } | EnumChange::SetComment(_) => {
                Self { replaced, gone: Vec::new(), may_lose: false }
            }
            EnumChange::SetValues { values, replacements: _, consent } => {
                let old = before.schema.enums.get(name).into_iter().flat_map(|was| &was.values);
                let stays = |value: &String| {
                    values.contains(value) || replaced.iter().any(|(replaced, _)| replaced == value)
                };
                let gone = old.filter(|value| !stays(value)).cloned().collect();
                Self { replaced, gone, may_lose: consent.is_given }
            }
        }
    }
}

/// Finds a table with a column of which no script says anything. The books of tools hold no values of a project's.
fn unknown(before: &Before) -> Option<&TableName> {
    let is_unknown = |table: &Table| {
        let said = before.said.tables.values().find(|said| same_name(&said.name.name, &table.name.name));
        let is_said = |column: &Column| {
            said.is_some_and(|said| said.columns.iter().any(|other| same_name(&other.name, &column.name)))
        };
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
        let is_it = |table: &&Table| same_name(&table.name.name, &said.name.name);
        let Some(table) = before.schema.tables.values().find(is_it) else { continue };
        for said in said.columns.iter().filter(|said| said.ty.on(Dialect::KEEPER).enum_name() == Some(name)) {
            let found = table.columns.iter().find(|column| same_name(&column.name, &said.name));
            columns.extend(
                found.map(|column| (table.clone(), Column { ty: said.ty.clone(), ..column.clone() })),
            );
        }
    }
    columns
}

/// A column that holds the values of a type that changes.
struct Held<'h> {
    name: &'h ObjectName,
    values: &'h Values,
    table: Table,
    column: Column,
}

impl Held<'_> {
    /// Whether a row holds one value or a list of them, as JSON; nothing else can be rewritten.
    fn is_list(&self, operation: &Operation) -> Result<bool, PlanError> {
        let Column { name, ty, .. } = &self.column;
        match (ty.on(Dialect::KEEPER), ty.on(HERE)) {
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
        alter::group(before, &[Operation::AlterColumn { table, column, changes }], plan)
    }

    /// Looks for rows that hold what goes, and writes the others anew.
    fn write(&self, before: &Before, plan: &mut Plan, operation: &Operation) -> Result<(), PlanError> {
        let is_list = self.is_list(operation)?;
        let (table, column) = (qualified(&self.table.name), quoted(&self.column.name));
        let Values { replaced, gone, may_lose } = self.values;
        let takes_null = is_list || self.column.nullable && !self.table.is_in_primary_key(&self.column.name);
        let is_lost = *may_lose && takes_null;
        if !gone.is_empty() && !is_lost {
            let condition = holds(&column, gone, is_list);
            let probe = format!(
                "SELECT EXISTS (SELECT 1 FROM (SELECT NULL AS {column}) WHERE EXISTS (SELECT 1 FROM {table} WHERE {condition}))"
            );
            let owner = before.schema.table(&self.table.name);
            let hazard = Hazard {
                kind: HazardKind::HoldsEnumValues { name: self.name.clone() },
                table: self.table.name.clone(),
                column: Some(self.column.name.clone()),
                probe,
                offenders: Some(offenders(owner, &table, &condition, &format!("quote({column})"))),
                waits: false,
            };
            // Nothing else is done to such rows; whoever reads the statements is told how many there are.
            let looks = Statement::new(format!("SELECT count(*) FROM {table} WHERE {condition}"));
            plan.statements.push(looks.hazard(hazard));
        }
        let lost = gone.iter().filter(|_| is_lost).map(|value| (value.clone(), "NULL".to_owned()));
        let others = replaced.iter().map(|(old, new)| (old.clone(), string(new)));
        let becomes: Vec<(String, String)> = others.chain(lost).collect();
        if !becomes.is_empty() {
            let old: Vec<String> = becomes.iter().map(|(old, _)| old.clone()).collect();
            let (new, condition) = (new_value(&column, &becomes, is_list), holds(&column, &old, is_list));
            plan.push(format!("UPDATE {table} SET {column} = {new} WHERE {condition}"));
        }
        Ok(())
    }
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
