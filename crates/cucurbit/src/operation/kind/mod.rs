//! What is done to each kind of object: its meaning in memory, what undoes it, and how people are told of it.
//!
//! A file for each kind. The file is chosen here, for [`apply`](super::apply()), [`reverse`](super::reverse()) and
//! `describe`, and nowhere else.

mod column;
mod constraint;
pub(super) mod enumeration;
pub(super) mod index;
mod named;
pub(super) mod sequence;
mod table;

use crate::schema::{
    ConstraintRef, Dialect, EnumType, Ident, Kind, Object, ObjectId, ObjectName, Schema, Sequence, Table,
    TableName,
    part::{self, Visit},
    stored_by_some,
};

use super::{ApplyError, Concurrency, Consent, Irreversible, Operation};

pub use self::{
    column::ColumnChange, constraint::ConstraintChange, enumeration::EnumChange, table::TableChange,
};
pub use super::sequence_change::{AlterSequence, SequenceChange};

/// A change of an object in place, by its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Changes of a column.
    Column {
        /// The table.
        table: TableName,
        /// The column, under its name before the changes.
        column: Ident,
        /// The changes.
        changes: Vec<ColumnChange>,
    },
    /// A change of a constraint that is not recreated for it.
    Constraint {
        /// The table.
        table: TableName,
        /// Which one.
        constraint: ConstraintRef,
        /// The change.
        change: ConstraintChange,
    },
    /// A change of an enum type (PostgreSQL; elsewhere it only changes what is known).
    Enum {
        /// The type.
        name: ObjectName,
        /// The change.
        change: EnumChange,
    },
    /// Changes of a sequence (PostgreSQL; elsewhere they only change what is known). One that a column owns stands alone
    /// afterwards, and goes on to fill the column.
    Sequence {
        /// The sequence.
        name: ObjectName,
        /// What changes; nothing else does.
        changes: Vec<SequenceChange>,
    },
    /// A change of a table itself.
    Table {
        /// The table.
        table: TableName,
        /// The change.
        change: TableChange,
    },
}

/// The changes of objects that not every database stores, as a pattern.
macro_rules! change_stored_by_some {
    () => {
        Change::Enum { .. } | Change::Sequence { .. }
    };
}
pub(crate) use change_stored_by_some;

impl Change {
    /// Returns the kind of object that is changed.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Column { .. } => Kind::Column,
            Self::Constraint { .. } => Kind::Constraint,
            Self::Enum { .. } => Kind::Enum,
            Self::Sequence { .. } => Kind::Sequence,
            Self::Table { .. } => Kind::Table,
        }
    }

    /// Returns the table that is changed, or whose part is.
    #[must_use]
    pub const fn table(&self) -> Option<&TableName> {
        match self {
            Self::Column { table, .. } | Self::Constraint { table, .. } | Self::Table { table, .. } => {
                Some(table)
            }
            change_stored_by_some!() => None,
        }
    }

    /// Says in one line what it does.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Column { table, column, changes } => column::describe_changes(table, column, changes),
            Self::Constraint { table, constraint, change } => {
                let id = ObjectId::constraint(table.clone(), constraint.clone());
                format!("alter {id}: {}", change.describe())
            }
            Self::Enum { name, change } => format!("alter enum {name}: {}", change.describe()),
            Self::Sequence { name, changes } => sequence::describe_changes(name, changes),
            Self::Table { table, change } => table::describe_change(table, change),
        }
    }

    /// Visits every part.
    pub(super) fn parts_mut(&mut self, visit: &mut Visit<'_>) {
        match self {
            Self::Column { table, column, changes } => {
                part::mean(Kind::Table, table, visit);
                part::mean_all(table, Kind::Column, [&mut *column], visit);
                changes.iter_mut().for_each(|change| change.parts_mut(table, column, visit));
            }
            Self::Constraint {
                table,
                constraint,
                change: ConstraintChange::SetDeferral(_) | ConstraintChange::Validate,
            } => {
                part::mean(Kind::Table, table, visit);
                constraint.parts_mut(table, visit);
            }
            Self::Enum { name, change: _ } => part::mean(Kind::Enum, name, visit),
            Self::Sequence { name, changes: _ } => part::mean(Kind::Sequence, name, visit),
            Self::Table { table, change: TableChange::SetOption { option: _, is_set: _ } } => {
                part::mean(Kind::Table, table, visit);
            }
        }
    }
}

pub(super) fn create(schema: &mut Schema, object: &Object) -> Result<(), ApplyError> {
    match object {
        Object::Column { table, column } => column::create(schema, table, column),
        Object::Constraint { table, constraint } => constraint::create(schema, table, constraint),
        Object::Enum(new) => named::create(schema, new),
        Object::Index { table, index } => index::create(schema, table, index),
        Object::Namespace(name) => {
            named::refuse_second(schema, object.id())?;
            schema.namespaces.insert(name.clone());
            Ok(())
        }
        Object::Sequence(new) => named::create(schema, new),
        Object::Table(new) => table::create(schema, new),
    }
}

pub(super) fn alter(schema: &mut Schema, change: &Change) -> Result<(), ApplyError> {
    match change {
        Change::Column { table, column, changes } => column::alter(schema, table, column, changes),
        Change::Constraint { table, constraint, change } => {
            constraint::alter(schema, table, constraint, change)
        }
        Change::Enum { name, change } => enumeration::alter(schema, name, change),
        Change::Sequence { name, changes } => sequence::alter(schema, name, changes),
        Change::Table { table, change } => table::alter(schema, table, change),
    }
}

pub(super) fn drop(schema: &mut Schema, id: &ObjectId) -> Result<(), ApplyError> {
    match id {
        ObjectId::Column { table, name } => column::drop(schema, table, name),
        ObjectId::Constraint { table, constraint } => constraint::drop(schema, table, constraint),
        ObjectId::Index { table, name } => index::drop(schema, table, name),
        ObjectId::Table(_) | stored_by_some!(ObjectId) => named::drop(schema, id),
    }
}

pub(super) fn rename(schema: &mut Schema, id: &ObjectId, to: &Ident) -> Result<(), ApplyError> {
    match id {
        ObjectId::Column { table, name } => {
            column::alter(schema, table, name, &[ColumnChange::Rename { to: to.clone() }])
        }
        ObjectId::Constraint { table, constraint } => constraint::rename(schema, table, constraint, to),
        ObjectId::Index { table, name } => index::rename(schema, table, name, to),
        ObjectId::Table(_) | stored_by_some!(ObjectId) => named::rename(schema, id, to),
    }
}

pub(super) fn comment(schema: &mut Schema, id: &ObjectId, text: Option<&String>) -> Result<(), ApplyError> {
    let place = match id {
        ObjectId::Column { table, name } => {
            return column::alter(schema, table, name, &[ColumnChange::SetComment(text.cloned())]);
        }
        ObjectId::Constraint { table, constraint } => {
            constraint::found_mut(schema, table, constraint)?.comment_mut()
        }
        ObjectId::Enum(name) => &mut named::found_mut::<EnumType>(schema, name)?.comment,
        ObjectId::Index { table, name } => &mut index::found_mut(schema, table, name)?.comment,
        ObjectId::Namespace(name) => return Err(ApplyError::NoComment { name: name.clone() }),
        ObjectId::Sequence(name) => &mut named::found_mut::<Sequence>(schema, name)?.comment,
        ObjectId::Table(table) => &mut owner_mut(schema, table)?.comment,
    };
    *place = text.cloned();
    Ok(())
}

pub(super) fn undo_change(before: &Schema, change: &Change) -> Result<Vec<Operation>, ApplyError> {
    Ok(match change {
        Change::Column { table, column, changes } => {
            vec![column::reverse_alter(before, table, column, changes)?]
        }
        Change::Constraint { table, constraint, change } => {
            constraint::reverse_alter(before, table, constraint, change)?
        }
        Change::Enum { name, change } => enumeration::reverse_alter(before, name, change)?,
        Change::Sequence { name, changes } => vec![sequence::reverse_alter(before, name, changes)?],
        Change::Table { table, change } => vec![table::reverse_alter(before, table, change)?],
    })
}

pub(super) fn undo_creation(
    before: &Schema,
    object: &Object,
    concurrency: Concurrency,
) -> Result<Vec<Operation>, ApplyError> {
    Ok(match object {
        Object::Column { .. } | Object::Table(_) => vec![Operation::drop_with_data(object.id())],
        Object::Constraint { table, constraint } => constraint::reverse_create(before, table, constraint)?,
        Object::Enum(_) | Object::Namespace(_) | Object::Sequence(_) => vec![Operation::drop(object.id())],
        Object::Index { .. } => {
            vec![Operation::Drop { id: object.id(), consent: Consent::NONE, concurrency }]
        }
    })
}

pub(super) fn undo_drop(
    before: &Schema,
    id: &ObjectId,
    concurrency: Concurrency,
    dialect: Dialect,
) -> Result<Vec<Operation>, Irreversible> {
    Ok(match id {
        ObjectId::Column { table, name } => column::reverse_drop(before, table, name, dialect)?,
        ObjectId::Constraint { table, constraint } => constraint::reverse_drop(before, table, constraint)?,
        ObjectId::Enum(name) => vec![named::reverse_drop::<EnumType>(before, name)?],
        ObjectId::Index { table, name } => {
            vec![index::again(table, index::found(before, table, name)?, concurrency)]
        }
        ObjectId::Namespace(name) => vec![Operation::create(Object::Namespace(name.clone()))],
        ObjectId::Sequence(name) => vec![named::reverse_drop::<Sequence>(before, name)?],
        ObjectId::Table(table) => table::reverse_drop(before, table)?,
    })
}

pub(super) fn undo_rename(before: &Schema, id: &ObjectId, to: &Ident) -> Result<Vec<Operation>, ApplyError> {
    Ok(match id {
        ObjectId::Column { table, name } => {
            let change = ColumnChange::Rename { to: to.clone() };
            vec![column::reverse_alter(before, table, name, &[change])?]
        }
        ObjectId::Constraint { table, constraint } => {
            constraint::reverse_rename(before, table, constraint, to)?
        }
        ObjectId::Index { .. } | ObjectId::Table(_) | stored_by_some!(ObjectId) => {
            vec![named::reverse_rename(id, to)]
        }
    })
}

pub(super) fn undo_comment(before: &Schema, id: &ObjectId) -> Result<Operation, ApplyError> {
    let text = match id {
        ObjectId::Column { table, name } => {
            return column::reverse_alter(before, table, name, &[ColumnChange::SetComment(None)]);
        }
        ObjectId::Constraint { table, constraint } => constraint::found(before, table, constraint)?.comment(),
        ObjectId::Enum(name) => named::found::<EnumType>(before, name)?.comment.as_ref(),
        ObjectId::Index { table, name } => index::found(before, table, name)?.comment.as_ref(),
        ObjectId::Namespace(name) => return Err(ApplyError::NoComment { name: name.clone() }),
        ObjectId::Sequence(name) => named::found::<Sequence>(before, name)?.comment.as_ref(),
        ObjectId::Table(table) => owner(before, table)?.comment.as_ref(),
    };
    Ok(Operation::Comment { id: id.clone(), text: text.cloned() })
}

pub(super) fn describe_creation(object: &Object, concurrency: Concurrency) -> String {
    if let Object::Column { table, column } = object {
        format!("add column {table}.{}", column.name)
    } else if let Object::Constraint { table, constraint } = object {
        constraint::describe(table, constraint)
    } else if let Object::Enum(new) = object {
        format!("create enum {} ({})", new.name, new.values.join(", "))
    } else if let Object::Index { table, index } = object {
        index::describe(table, index, concurrency)
    } else {
        format!("create {}", object.id())
    }
}

pub(super) fn describe_rename(id: &ObjectId, to: &Ident) -> String {
    if matches!(id.kind(), Kind::Column | Kind::Constraint) {
        return format!("alter {id}: rename to {to}");
    }
    format!("rename {id} to {to}")
}

pub(super) fn describe_comment(id: &ObjectId, text: Option<&String>) -> String {
    let set = if text.is_some() { "set the comment" } else { "remove the comment" };
    if matches!(id.kind(), Kind::Column | Kind::Constraint | Kind::Enum) {
        return format!("alter {id}: {set}");
    }
    format!("{set} of {id}")
}

/// Finds a table that is there.
fn owner<'s>(schema: &'s Schema, table: &TableName) -> Result<&'s Table, ApplyError> {
    named::found(schema, table)
}

/// Finds a table that is there, to change it.
fn owner_mut<'s>(schema: &'s mut Schema, table: &TableName) -> Result<&'s mut Table, ApplyError> {
    named::found_mut(schema, table)
}
