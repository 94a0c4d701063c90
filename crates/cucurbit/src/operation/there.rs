//! Whether the columns are there that a key, an index or a foreign key names.
//!
//! The database would say so too, in the middle of a run and without the file of the script. What stands inside
//! expressions only the database can read.

use crate::schema::{Exclusion, ForeignKey, Ident, Index, IndexKey, Schema, Table, Unique};

use super::ApplyError;

/// Refuses a table of which a key names a column that it does not have.
pub(super) fn of_table(schema: &Schema, table: &Table) -> Result<(), ApplyError> {
    if let Some(key) = &table.primary_key {
        all(table, key.columns.iter().chain(&key.include))?;
    }
    table.uniques.iter().try_for_each(|unique| of_unique(table, unique))?;
    table.exclusions.iter().try_for_each(|exclusion| of_exclusion(table, exclusion))?;
    table.indexes.values().try_for_each(|index| of_index(table, index))?;
    table.foreign_keys.iter().try_for_each(|key| of_foreign_key(schema, table, key))
}

/// Refuses an index on a column that is not there.
pub(super) fn of_index(table: &Table, index: &Index) -> Result<(), ApplyError> {
    let keys = index.parts.iter().filter_map(|part| match &part.key {
        IndexKey::Column(column) => Some(column),
        IndexKey::Expression(_) => None,
    });
    all(table, keys.chain(&index.include))
}

/// Refuses an exclusion on a column that is not there.
pub(super) fn of_exclusion(table: &Table, exclusion: &Exclusion) -> Result<(), ApplyError> {
    of_index(table, &exclusion.index)
}

/// Refuses a unique constraint on a column that is not there.
pub(super) fn of_unique(table: &Table, unique: &Unique) -> Result<(), ApplyError> {
    all(table, unique.columns.iter().chain(&unique.include))
}

/// Refuses a foreign key from or to a column that is not there. The other table may be somebody else's, of which nothing
/// is known.
pub(super) fn of_foreign_key(schema: &Schema, table: &Table, key: &ForeignKey) -> Result<(), ApplyError> {
    all(table, key.columns.iter().chain(&key.on_delete_columns))?;
    let referred =
        if key.referred_table == table.name { Some(table) } else { schema.table(&key.referred_table) };
    referred.map_or(Ok(()), |referred| all(referred, key.referred_columns.iter()))
}

fn all<'c>(table: &Table, mut columns: impl Iterator<Item = &'c Ident>) -> Result<(), ApplyError> {
    // SQLite takes names in any letters; where letters count, the database looks again.
    let is_same = |one: &Ident, other: &Ident| one.as_str().eq_ignore_ascii_case(other.as_str());
    let missing = columns.find(|column| !table.columns.iter().any(|there| is_same(&there.name, column)));
    match missing {
        Some(column) => Err(ApplyError::NoColumn { table: table.name.clone(), column: column.clone() }),
        None => Ok(()),
    }
}
