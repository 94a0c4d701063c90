//! Comments of indexes and constraints, in memory.

use crate::schema::{Ident, Schema, Table, TableName};

use super::{ApplyError, Found};

/// Sets or removes an index's comment.
pub(super) fn set_of_index(
    schema: &mut Schema,
    table: &TableName,
    name: &Ident,
    comment: Option<&String>,
) -> Result<(), ApplyError> {
    let Some(owner) = schema.tables.get_mut(table) else {
        return Err(ApplyError::NoTable { table: table.clone() });
    };
    let Some(index) = owner.indexes.get_mut(name) else {
        return Err(ApplyError::NoIndex { table: table.clone(), name: name.clone() });
    };
    index.comment = comment.cloned();
    Ok(())
}

/// Sets or removes a constraint's comment.
pub(super) fn set_of_constraint(table: &mut Table, found: Found, comment: Option<&String>) {
    let place = match found {
        Found::Check(place) => &mut table.checks[place].comment,
        Found::Exclusion(place) => &mut table.exclusions[place].comment,
        Found::ForeignKey(place) => &mut table.foreign_keys[place].comment,
        Found::PrimaryKey => match &mut table.primary_key {
            Some(key) => &mut key.comment,
            None => return,
        },
        Found::Unique(place) => &mut table.uniques[place].comment,
    };
    *place = comment.cloned();
}

/// Returns a constraint's comment.
pub(crate) fn of_constraint(table: &Table, found: Found) -> Option<&String> {
    match found {
        Found::Check(place) => table.checks[place].comment.as_ref(),
        Found::Exclusion(place) => table.exclusions[place].comment.as_ref(),
        Found::ForeignKey(place) => table.foreign_keys[place].comment.as_ref(),
        Found::PrimaryKey => table.primary_key.as_ref()?.comment.as_ref(),
        Found::Unique(place) => table.uniques[place].comment.as_ref(),
    }
}
