//! What is done to each kind of object: its meaning in memory, what undoes it, and how people are told of it.
//!
//! A file for each kind. [`apply`](super::apply()), [`reverse`](super::reverse()) and `describe` choose the file.

pub(super) mod column;
pub(super) mod constraint;
pub(super) mod enumeration;
pub(super) mod index;
pub(super) mod namespace;
pub(super) mod sequence;
pub(super) mod table;

use crate::schema::{Ident, Schema, Table, TableName, Type};

use super::ApplyError;

/// Finds a table that is there.
fn owner<'s>(schema: &'s Schema, table: &TableName) -> Result<&'s Table, ApplyError> {
    schema.table(table).ok_or_else(|| ApplyError::NoTable { table: table.clone() })
}

/// Finds a table that is there, to change it.
fn owner_mut<'s>(schema: &'s mut Schema, table: &TableName) -> Result<&'s mut Table, ApplyError> {
    schema.tables.get_mut(table).ok_or_else(|| ApplyError::NoTable { table: table.clone() })
}

/// Visits every type that a table's columns have, on whichever database.
fn each_type(schema: &mut Schema, change: &mut impl FnMut(&mut Type)) {
    fn inner(ty: &mut Type, change: &mut impl FnMut(&mut Type)) {
        if let Type::Array(element) = ty {
            inner(element, change);
        } else {
            change(ty);
        }
    }
    for column in schema.tables.values_mut().flat_map(|table| &mut table.columns) {
        inner(&mut column.ty.base, change);
        column.ty.variants.values_mut().for_each(|ty| inner(ty, change));
    }
}

fn list(columns: &[Ident]) -> String {
    columns.iter().map(Ident::as_str).collect::<Vec<_>>().join(", ")
}
