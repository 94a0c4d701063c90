//! Whether the columns are there that a key, an index or a foreign key names.
//!
//! The database would say so too, in the middle of a run and without the file of the script. What stands inside
//! expressions only the database can read.

use crate::schema::{Constraint, ForeignKey, Ident, Index, ObjectId, Schema, Table};

use super::ApplyError;

/// Refuses a table of which a key names a column that it does not have.
pub(super) fn of_table(schema: &Schema, table: &Table) -> Result<(), ApplyError> {
    table.constraints.iter().try_for_each(|constraint| of_constraint(schema, table, constraint))?;
    table.indexes.values().try_for_each(|index| of_index(table, index))
}

/// Refuses an index on a column that is not there.
pub(super) fn of_index(table: &Table, index: &Index) -> Result<(), ApplyError> {
    all(table, index.columns())
}

/// Refuses a constraint on a column that is not there.
pub(super) fn of_constraint(
    schema: &Schema,
    table: &Table,
    constraint: &Constraint,
) -> Result<(), ApplyError> {
    all(table, constraint.columns())?;
    if let Constraint::ForeignKey(key) = constraint { of_referred(schema, table, key) } else { Ok(()) }
}

/// Refuses a foreign key to a column that is not there. The other table may be external, of which nothing is known.
fn of_referred(schema: &Schema, table: &Table, key: &ForeignKey) -> Result<(), ApplyError> {
    let referred =
        if key.referred_table == table.name { Some(table) } else { schema.table(&key.referred_table) };
    referred.map_or(Ok(()), |referred| all(referred, key.referred_columns.iter()))
}

fn all<'c>(table: &Table, mut columns: impl Iterator<Item = &'c Ident>) -> Result<(), ApplyError> {
    // SQLite takes names in any case; where case counts, the database looks again.
    let is_same = |one: &Ident, other: &Ident| one.as_str().eq_ignore_ascii_case(other.as_str());
    let missing = columns.find(|column| !table.columns.iter().any(|there| is_same(&there.name, column)));
    match missing {
        Some(column) => Err(ApplyError::Missing { id: ObjectId::column(table.name.clone(), column.clone()) }),
        None => Ok(()),
    }
}
