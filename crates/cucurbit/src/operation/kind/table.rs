//! Tables.

use crate::schema::{ObjectId, Schema, Table, TableName, TableOption};

use super::{
    super::{ApplyError, Concurrency, Operation, create_constraint, there},
    Change, index, named, owner, owner_mut, sequence,
};

/// One change of a table itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableChange {
    /// Sets an option, or takes it away; databases without the option do nothing.
    SetOption {
        /// The option.
        option: TableOption,
        /// Whether the table has it afterwards.
        is_set: bool,
    },
}

pub(super) fn create(schema: &mut Schema, new: &Table) -> Result<(), ApplyError> {
    named::refuse_second(schema, ObjectId::Table(new.name.clone()))?;
    there::of_table(schema, new)?;
    schema.tables.insert(new.name.clone(), new.clone());
    sequence::own(schema, &new.name, new.columns.iter().flat_map(|column| &column.default));
    Ok(())
}

pub(super) fn alter(schema: &mut Schema, table: &TableName, change: &TableChange) -> Result<(), ApplyError> {
    let table = owner_mut(schema, table)?;
    match change {
        TableChange::SetOption { option, is_set } => table.options.set(*option, *is_set),
    }
    Ok(())
}

/// Sets an option back to what it is.
pub(super) fn reverse_alter(
    before: &Schema,
    table: &TableName,
    change: &TableChange,
) -> Result<Operation, ApplyError> {
    let was = owner(before, table)?;
    let change = match change {
        TableChange::SetOption { option, is_set: _ } => {
            TableChange::SetOption { option: *option, is_set: was.options.has(*option) }
        }
    };
    Ok(Operation::Alter(Change::Table { table: table.clone(), change }))
}

/// Creates a table again, and its indexes and exclusion constraints after it.
pub(super) fn reverse_drop(before: &Schema, table: &TableName) -> Result<Vec<Operation>, ApplyError> {
    let mut table = owner(before, table)?.clone();
    let indexes = std::mem::take(&mut table.indexes);
    let name = table.name.clone();
    let indexes = indexes.values().map(|one| index::again(&name, one, Concurrency::default()));
    let exclusions = table.constraints.take_exclusions();
    let exclusions = exclusions.iter().map(|one| create_constraint(&name, one));
    Ok(std::iter::once(Operation::create(table)).chain(indexes).chain(exclusions).collect())
}

pub(super) fn describe_change(table: &TableName, change: &TableChange) -> String {
    match change {
        TableChange::SetOption { option, is_set } => {
            let option = option.word().replace('_', " ");
            let not = if *is_set { "" } else { "not " };
            format!("make table {table} {not}{option}")
        }
    }
}
