//! What an operation does to the schema and the stored texts in memory, so that a later plan starts from what SQLite then
//! holds.

use crate::{
    operation::{self, Operation},
    schema::{Ident, Table, TableName},
};

use super::{
    super::{Before, Originals, PlanError},
    HERE,
    ddl::{CreateTable, index_value},
    define, names,
    token::same_name,
};

/// Applies an operation to the schema in memory.
pub(super) fn apply(before: &mut Before, operation: &Operation) -> Result<(), PlanError> {
    operation::apply(&mut before.schema, operation, HERE)
        .map_err(|source| PlanError::Apply { operation: operation.describe(), source })
}

/// Lets what is known from the scripts follow an operation. What SQL means was planned, and followed, by itself.
pub(super) fn follow(before: &mut Before, operation: &Operation) {
    if !matches!(operation, Operation::Execute(_)) {
        let operation = names::in_case_of(operation, &before.said);
        operation::follow(&mut before.said, &[operation], HERE);
    }
}

/// Offline, and for a schema made by hand, the texts are those that we would write.
pub(super) fn write_missing_originals(before: &mut Before) -> Result<(), PlanError> {
    let missing: Vec<TableName> = before
        .schema
        .tables
        .keys()
        .filter(|name| !before.originals.tables.contains_key(*name))
        .cloned()
        .collect();
    for name in missing {
        let Some(table) = before.schema.tables.get(&name).cloned() else { continue };
        remember_table(before, &table)
            .map_err(|reason| PlanError::Original { object: name.to_string(), reason })?;
        for index in table.indexes.values() {
            let sql = define::create_index(&name, index)
                .map_err(|reason| PlanError::Original { object: index.name.to_string(), reason })?;
            before.originals.indexes.insert(index.name.clone(), (name.clone(), sql));
        }
        settle(before, &name)?;
    }
    Ok(())
}

pub(super) fn remember_table(before: &mut Before, table: &Table) -> Result<String, String> {
    let sql = define::create_table(table)?;
    before.originals.tables.insert(table.name.clone(), sql.clone());
    Ok(sql)
}

/// Makes the schema say of a table what its texts say, as reading the file would.
pub(super) fn settle(before: &mut Before, name: &TableName) -> Result<(), PlanError> {
    let Some(sql) = before.originals.tables.get(name) else { return Ok(()) };
    let failed = |object: String, reason: String| PlanError::Original { object, reason };
    let text = CreateTable::read(sql).map_err(|error| failed(name.to_string(), error.to_string()))?;
    let mut table = text.value();
    table.name = name.clone();
    for (index, (_, sql)) in before.originals.indexes.iter().filter(|(_, (owner, _))| owner == name) {
        let value = index_value(index, sql).map_err(|error| failed(index.to_string(), error.to_string()))?;
        table.indexes.insert(index.clone(), value);
    }
    before.schema.tables.remove(name);
    names::table_as_declared(&mut table, &before.schema.tables);
    before.schema.tables.insert(name.clone(), table);
    Ok(())
}

/// Finds a name that nothing has. A table that an earlier attempt left behind is not touched: its owner is unknown.
pub(super) fn free_name(originals: &Originals, table: &Ident) -> Ident {
    let Originals { tables, indexes, triggers: _, views } = originals;
    let is_taken = |name: &Ident| {
        tables.keys().any(|other| same_name(&other.name, name))
            || indexes.keys().chain(views.keys()).any(|other| same_name(other, name))
    };
    let base = Ident::new(format!("_cucurbit_new_{table}"));
    let numbered = (2..).map(|number: u32| Ident::new(format!("{base}_{number}")));
    let free = std::iter::once(base.clone()).chain(numbered).find(|name| !is_taken(name));
    free.unwrap_or(base)
}
