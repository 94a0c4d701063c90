//! Indexes of tables.

use crate::schema::{Ident, Index, IndexKey, IndexPart, Object, ObjectId, Schema, TableName};

use super::{
    super::{ApplyError, Concurrency, Operation, there},
    owner, owner_mut,
};

pub(super) fn create(schema: &mut Schema, table: &TableName, index: &Index) -> Result<(), ApplyError> {
    refuse_second(schema, table, &index.name)?;
    let table = owner_mut(schema, table)?;
    there::of_index(table, index)?;
    table.indexes.insert(index.name.clone(), index.clone());
    Ok(())
}

/// Finds an index that is there, to change it.
pub(super) fn found_mut<'s>(
    schema: &'s mut Schema,
    table: &TableName,
    name: &Ident,
) -> Result<&'s mut Index, ApplyError> {
    let missing = || ApplyError::Missing { id: ObjectId::index(table.clone(), name.clone()) };
    owner_mut(schema, table)?.indexes.get_mut(name).ok_or_else(missing)
}

pub(super) fn drop(schema: &mut Schema, table: &TableName, name: &Ident) -> Result<(), ApplyError> {
    match owner_mut(schema, table)?.indexes.remove(name) {
        Some(_) => Ok(()),
        None => Err(ApplyError::Missing { id: ObjectId::index(table.clone(), name.clone()) }),
    }
}

pub(super) fn rename(
    schema: &mut Schema,
    table: &TableName,
    name: &Ident,
    to: &Ident,
) -> Result<(), ApplyError> {
    if name != to {
        refuse_second(schema, table, to)?;
    }
    let table = owner_mut(schema, table)?;
    let Some(mut index) = table.indexes.remove(name) else {
        return Err(ApplyError::Missing { id: ObjectId::index(table.name.clone(), name.clone()) });
    };
    index.name = to.clone();
    table.indexes.insert(to.clone(), index);
    Ok(())
}

/// Refuses a second index under one name in a namespace.
pub(super) fn refuse_second(schema: &Schema, table: &TableName, name: &Ident) -> Result<(), ApplyError> {
    let bears =
        |other: &&crate::schema::Table| other.name.schema == table.schema && other.index(name).is_some();
    match schema.tables.values().find(bears) {
        Some(other) => Err(ApplyError::Exists { id: ObjectId::index(other.name.clone(), name.clone()) }),
        None => Ok(()),
    }
}

pub(super) fn found<'s>(
    before: &'s Schema,
    table: &TableName,
    name: &Ident,
) -> Result<&'s Index, ApplyError> {
    let missing = || ApplyError::Missing { id: ObjectId::index(table.clone(), name.clone()) };
    owner(before, table)?.indexes.get(name).ok_or_else(missing)
}

/// Creates an index again; one that was left useless is made for use.
pub(super) fn again(table: &TableName, index: &Index, concurrency: Concurrency) -> Operation {
    let index = Index { is_invalid: false, ..index.clone() };
    Operation::Create { object: Object::index(table.clone(), index), backfill: None, concurrency }
}

pub(super) fn describe(table: &TableName, index: &Index, concurrency: Concurrency) -> String {
    let parts: Vec<&str> = index.parts.iter().map(key).collect();
    let unique = if index.is_unique { "unique " } else { "" };
    let (parts, how) = (parts.join(", "), words(concurrency));
    format!("create {unique}index {} on {table} ({parts}){how}", index.name)
}

/// Returns what a part of an index is on.
pub(super) fn key(part: &IndexPart) -> &str {
    match &part.key {
        IndexKey::Column(column) => column.as_str(),
        IndexKey::Expression(expression) => expression.base.as_str(),
    }
}

/// Says whether others may write meanwhile.
pub(in super::super) const fn words(concurrency: Concurrency) -> &'static str {
    if concurrency.is_concurrent { " concurrently" } else { "" }
}
