//! What is done alike to objects that are part of no other, of whatever kind.

use crate::schema::{Ident, ObjectId, ObjectName, Schema, named::Named, part::Part};

use super::super::{ApplyError, Operation};

pub(super) fn create<T: Named>(schema: &mut Schema, new: &T) -> Result<(), ApplyError> {
    refuse_second(schema, T::id(new.name().clone()))?;
    T::all_mut(schema).insert(new.name().clone(), new.clone());
    Ok(())
}

/// Takes an object away. Whether another one stands in the way is the database's to say.
pub(super) fn drop(schema: &mut Schema, id: &ObjectId) -> Result<(), ApplyError> {
    schema.remove(id).map(|_| ()).ok_or_else(|| ApplyError::Missing { id: id.clone() })
}

/// Renames an object here and wherever it is meant, a namespace in the names of all that lies in it. What names it in SQL is
/// the database's to rename.
pub(super) fn rename(schema: &mut Schema, id: &ObjectId, to: &Ident) -> Result<(), ApplyError> {
    let (new, _) = renamed(id, to);
    refuse_second(schema, new)?;
    if !schema.has(id) {
        return Err(ApplyError::Missing { id: id.clone() });
    }
    schema.parts_mut(&mut |part| {
        let name = match (part, id) {
            (Part::Namespace(own), ObjectId::Namespace(name)) => Some(own).filter(|own| *own == name),
            (Part::Object { name: ObjectName { schema, .. }, .. }, ObjectId::Namespace(name)) => {
                schema.as_mut().filter(|schema| *schema == name)
            }
            (Part::Object { kind, name, .. }, _) if kind == id.kind() && id.object_name() == Some(name) => {
                Some(&mut name.name)
            }
            (_, _) => None,
        };
        name.into_iter().for_each(|name| name.clone_from(to));
    });
    Ok(())
}

/// Creates a dropped object again.
pub(super) fn reverse_drop<T: Named>(before: &Schema, name: &ObjectName) -> Result<Operation, ApplyError> {
    found::<T>(before, name).map(|was| Operation::create(was.clone()))
}

/// Gives an object the name back that it had.
pub(super) fn reverse_rename(id: &ObjectId, to: &Ident) -> Operation {
    let (id, to) = renamed(id, to);
    Operation::Rename { id, to }
}

/// Returns which object one is under a new name, and the name that it had. A constraint has one only where it is meant by it.
fn renamed(id: &ObjectId, to: &Ident) -> (ObjectId, Ident) {
    let (mut id, mut old) = (id.clone(), to.clone());
    id.name_mut().into_iter().for_each(|name| std::mem::swap(name, &mut old));
    (id, old)
}

/// Refuses a second object of a kind under one name.
pub(super) fn refuse_second(schema: &Schema, id: ObjectId) -> Result<(), ApplyError> {
    if schema.has(&id) { Err(ApplyError::Exists { id }) } else { Ok(()) }
}

/// Finds an object that is there.
pub(super) fn found<'s, T: Named>(schema: &'s Schema, name: &ObjectName) -> Result<&'s T, ApplyError> {
    T::all(schema).get(name).ok_or_else(|| missing::<T>(name))
}

/// Finds an object that is there, to change it.
pub(super) fn found_mut<'s, T: Named>(
    schema: &'s mut Schema,
    name: &ObjectName,
) -> Result<&'s mut T, ApplyError> {
    T::all_mut(schema).get_mut(name).ok_or_else(|| missing::<T>(name))
}

pub(super) fn missing<T: Named>(name: &ObjectName) -> ApplyError {
    ApplyError::Missing { id: T::id(name.clone()) }
}
