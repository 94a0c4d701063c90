//! What an operation does to the schema and the stored texts in memory, so that a later plan starts from what SQLite then
//! holds.

use crate::{
    operation::{self, Operation},
    schema::{Ident, Index, Table, TableName},
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
    let is_missing = |table: &&Table| !before.originals.tables.contains_key(&table.name);
    let missing: Vec<Table> = before.schema.tables.values().filter(is_missing).cloned().collect();
    for table in missing {
        remember_table(before, &table).map_err(unreadable(&table.name))?;
        for index in table.indexes.values() {
            remember_index(before, &table.name, index).map_err(unreadable(&index.name))?;
        }
        settle(before, &table.name)?;
    }
    Ok(())
}

/// Says why the stored text of an object cannot be read or written.
pub(super) fn unreadable<R: ToString>(object: &impl ToString) -> impl Fn(R) -> PlanError {
    |reason| PlanError::Original { object: object.to_string(), reason: reason.to_string() }
}

pub(super) fn remember_table(before: &mut Before, table: &Table) -> Result<String, String> {
    let sql = define::create_table(table)?;
    before.originals.tables.insert(table.name.clone(), sql.clone());
    Ok(sql)
}

pub(super) fn remember_index(
    before: &mut Before,
    table: &TableName,
    index: &Index,
) -> Result<String, String> {
    let sql = define::create_index(table, index)?;
    before.originals.indexes.insert(index.name.clone(), (table.clone(), sql.clone()));
    Ok(sql)
}

/// Makes the schema say of a table what its texts say, as reading the file would.
pub(super) fn settle(before: &mut Before, name: &TableName) -> Result<(), PlanError> {
    let Some(sql) = before.originals.tables.get(name) else { return Ok(()) };
    let mut table = CreateTable::read(sql).map_err(unreadable(name))?.value();
    table.name = name.clone();
    for (index, (_, sql)) in before.originals.indexes.iter().filter(|(_, (owner, _))| owner == name) {
        table.indexes.insert(index.clone(), index_value(index, sql).map_err(unreadable(index))?);
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
