//! Namespaces, which PostgreSQL calls schemas.

use crate::schema::{Ident, ObjectId, Schema, part::Part};

use super::super::{ApplyError, Operation};

pub(super) fn create(schema: &mut Schema, name: &Ident) -> Result<(), ApplyError> {
    match schema.namespaces.insert(name.clone()) {
        true => Ok(()),
        false => Err(ApplyError::Exists { id: ObjectId::Namespace(name.clone()) }),
    }
}

pub(super) fn drop(schema: &mut Schema, name: &Ident) -> Result<(), ApplyError> {
    match schema.namespaces.remove(name) {
        true => Ok(()),
        false => Err(ApplyError::Missing { id: ObjectId::Namespace(name.clone()) }),
    }
}

/// Renames a namespace here and in the names of all that lies in it.
pub(super) fn rename(schema: &mut Schema, name: &Ident, to: &Ident) -> Result<(), ApplyError> {
    if schema.namespaces.contains(to) {
        return Err(ApplyError::Exists { id: ObjectId::Namespace(to.clone()) });
    }
    if !schema.namespaces.contains(name) {
        return Err(ApplyError::Missing { id: ObjectId::Namespace(name.clone()) });
    }
    schema.parts_mut(&mut |part| {
        let namespace = match part {
            Part::Namespace(own) => Some(own),
            Part::Object { name, .. } => name.schema.as_mut(),
            Part::Expression { .. } | Part::Literal { .. } | Part::NewName(_) | Part::OfTable { .. } => None,
        };
        if let Some(namespace) = namespace.filter(|namespace| *namespace == name) {
            namespace.clone_from(to);
        }
    });
    Ok(())
}

pub(super) fn reverse_rename(name: &Ident, to: &Ident) -> Operation {
    Operation::Rename { id: ObjectId::Namespace(to.clone()), to: name.clone() }
}
