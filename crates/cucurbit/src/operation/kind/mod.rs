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

use crate::schema::{Ident, Kind, ObjectId, ObjectName, Schema, Table, TableName, part::Part};

use super::ApplyError;

/// Finds a table that is there.
fn owner<'s>(schema: &'s Schema, table: &TableName) -> Result<&'s Table, ApplyError> {
    schema.table(table).ok_or_else(|| ApplyError::Missing { id: ObjectId::Table(table.clone()) })
}

/// Finds a table that is there, to change it.
fn owner_mut<'s>(schema: &'s mut Schema, table: &TableName) -> Result<&'s mut Table, ApplyError> {
    schema.tables.get_mut(table).ok_or_else(|| ApplyError::Missing { id: ObjectId::Table(table.clone()) })
}

/// Gives an object another name, wherever that stands.
fn rename_object(schema: &mut Schema, kind: Kind, from: &ObjectName, to: &ObjectName) {
    schema.parts_mut(&mut |part| {
        if let Part::Object { kind: of, name, .. } = part
            && of == kind
            && name == from
        {
            name.clone_from(to);
        }
    });
}

fn list(columns: &[Ident]) -> String {
    columns.iter().map(Ident::as_str).collect::<Vec<_>>().join(", ")
}
