//! What is done alike to objects that a schema finds by their names, of whatever kind.

use crate::schema::{Ident, ObjectName, Schema, named::Named, part::Part};

use super::super::{ApplyError, Operation};

pub(super) fn create<T: Named>(schema: &mut Schema, new: &T) -> Result<(), ApplyError> {
    refuse_second::<T>(schema, new.name())?;
    T::all_mut(schema).insert(new.name().clone(), new.clone());
    Ok(())
}

/// Takes an object away. Whether another one stands in the way is the database's to say.
pub(super) fn drop<T: Named>(schema: &mut Schema, name: &ObjectName) -> Result<(), ApplyError> {
    T::all_mut(schema).remove(name).map(|_| ()).ok_or_else(|| missing::<T>(name))
}

/// Renames an object here and wherever it is meant. What names it in SQL is the database's to rename.
pub(super) fn rename<T: Named>(schema: &mut Schema, name: &ObjectName, to: &Ident) -> Result<(), ApplyError> {
    let new_name = name.sibling(to.clone());
    refuse_second::<T>(schema, &new_name)?;
    found::<T>(schema, name)?;
    schema.parts_mut(&mut |part| {
        if let Part::Object { kind, name: of, .. } = part
            && kind == T::KIND
            && of == name
        {
            of.clone_from(&new_name);
        }
    });
    Ok(())
}

pub(super) fn comment<T: Named>(
    schema: &mut Schema,
    name: &ObjectName,
    text: Option<&String>,
) -> Result<(), ApplyError> {
    *found_mut::<T>(schema, name)?.comment_mut() = text.cloned();
    Ok(())
}

/// Creates a dropped object again.
pub(super) fn reverse_drop<T: Named>(before: &Schema, name: &ObjectName) -> Result<Operation, ApplyError> {
    found::<T>(before, name).map(|was| Operation::create(was.clone()))
}

pub(super) fn reverse_rename<T: Named>(name: &ObjectName, to: &Ident) -> Operation {
    Operation::Rename { id: T::id(name.sibling(to.clone())), to: name.name.clone() }
}

pub(super) fn reverse_comment<T: Named>(before: &Schema, name: &ObjectName) -> Result<Operation, ApplyError> {
    let text = found::<T>(before, name)?.clone().comment_mut().take();
    Ok(Operation::Comment { id: T::id(name.clone()), text })
}

/// Refuses a second object of a kind under one name.
pub(super) fn refuse_second<T: Named>(schema: &Schema, name: &ObjectName) -> Result<(), ApplyError> {
    match T::all(schema).contains_key(name) {
        true => Err(ApplyError::Exists { id: T::id(name.clone()) }),
        false => Ok(()),
    }
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
