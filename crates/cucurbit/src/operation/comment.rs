//! Comments of indexes, in memory.

use crate::schema::{Ident, Schema, TableName};

use super::ApplyError;

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
