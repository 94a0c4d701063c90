//! Namespaces, which PostgreSQL calls schemas.

use std::collections::BTreeMap;

use crate::schema::{Ident, ObjectId, ObjectName, Schema, Type};

use super::{
    super::{ApplyError, Operation},
    each_type,
};

pub(in super::super) fn create(schema: &mut Schema, name: &Ident) -> Result<(), ApplyError> {
    match schema.schemas.insert(name.clone()) {
        true => Ok(()),
        false => Err(ApplyError::SchemaExists { name: name.clone() }),
    }
}

pub(in super::super) fn drop(schema: &mut Schema, name: &Ident) -> Result<(), ApplyError> {
    match schema.schemas.remove(name) {
        true => Ok(()),
        false => Err(ApplyError::NoSchema { name: name.clone() }),
    }
}

/// Renames a namespace here and in the names of all that lies in it.
pub(in super::super) fn rename(schema: &mut Schema, name: &Ident, to: &Ident) -> Result<(), ApplyError> {
    if schema.schemas.contains(to) {
        return Err(ApplyError::SchemaExists { name: to.clone() });
    }
    drop(schema, name)?;
    schema.schemas.insert(to.clone());
    let moved = |object: &mut ObjectName| {
        if object.schema.as_ref() == Some(name) {
            object.schema = Some(to.clone());
        }
    };
    for table in schema.tables.values_mut() {
        moved(&mut table.name);
        table.constraints.foreign_keys_mut().for_each(|key| moved(&mut key.referred_table));
    }
    schema.enums.values_mut().for_each(|one| moved(&mut one.name));
    schema.sequences.values_mut().for_each(|one| moved(&mut one.name));
    each_type(schema, &mut |ty| {
        if let Type::Enum { name } = ty {
            moved(name);
        }
    });
    schema.uncounted.0 = std::mem::take(&mut schema.uncounted.0)
        .into_iter()
        .map(|mut sequence| {
            moved(&mut sequence);
            sequence
        })
        .collect();
    schema.tables = by_name(std::mem::take(&mut schema.tables), |table| &table.name);
    schema.enums = by_name(std::mem::take(&mut schema.enums), |one| &one.name);
    schema.sequences = by_name(std::mem::take(&mut schema.sequences), |one| &one.name);
    Ok(())
}

fn by_name<T>(objects: BTreeMap<ObjectName, T>, name: impl Fn(&T) -> &ObjectName) -> BTreeMap<ObjectName, T> {
    objects.into_values().map(|object| (name(&object).clone(), object)).collect()
}

pub(in super::super) fn reverse_rename(name: &Ident, to: &Ident) -> Operation {
    Operation::Rename { id: ObjectId::Namespace(to.clone()), to: name.clone() }
}
