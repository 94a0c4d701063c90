//! The meaning of each operation, in memory.
//!
//! No SQL and no database: `apply` is what `diff`, `reverse` and every plan agree upon.

use crate::schema::{Constraint, ConstraintRef, Dialect, ForeignKey, Ident, Object, ObjectId, Schema, Table};

use super::{
    ApplyError, Change, ColumnChange, Operation,
    kind::{column, constraint, enumeration, index, namespace, sequence, table},
    said,
};

/// Applies a list of operations in order.
///
/// # Errors
///
/// The first operation that does not fit; the schema then holds what the ones before it did.
pub fn apply_all(schema: &mut Schema, operations: &[Operation], dialect: Dialect) -> Result<(), ApplyError> {
    operations.iter().try_for_each(|operation| apply(schema, operation, dialect))
}

/// Applies one operation to a schema in memory.
///
/// `On` blocks for another dialect do nothing, except that what only one database keeps is known on the others. SQL
/// does what its `.means()` says and otherwise nothing: to know what SQL does, run it and reflect.
///
/// # Errors
///
/// When the operation names what is not there, or makes what is there already; the schema is then unchanged.
pub fn apply(schema: &mut Schema, operation: &Operation, dialect: Dialect) -> Result<(), ApplyError> {
    match operation {
        Operation::Alter(change) => alter(schema, change),
        Operation::BulkInsert(_) | Operation::Irreversible { .. } | Operation::Run { .. } => Ok(()),
        Operation::Comment { id, text } => comment(schema, id, text.as_ref()),
        Operation::Create { object, backfill: _, concurrency: _ } => create(schema, object),
        Operation::Drop { id, consent: _, concurrency: _ } => drop(schema, id),
        Operation::Execute(execute) => {
            all_or_none(schema, execute.means.as_deref().unwrap_or_default(), dialect)
        }
        Operation::On { dialect: only, operations } => {
            if *only == dialect {
                all_or_none(schema, &said::own(operations, dialect), dialect)?;
            } else if only.stores_more_than(dialect) {
                let known = said::only_known(operations, *only, dialect);
                said::follow_known(schema, &known, *only, dialect);
            }
            Ok(())
        }
        Operation::Rename { id, to } => rename(schema, id, to),
    }
}

fn all_or_none(schema: &mut Schema, operations: &[Operation], dialect: Dialect) -> Result<(), ApplyError> {
    let mut after = schema.clone();
    apply_all(&mut after, operations, dialect)?;
    *schema = after;
    Ok(())
}

fn create(schema: &mut Schema, object: &Object) -> Result<(), ApplyError> {
    match object {
        Object::Column { table, column } => column::create(schema, table, column),
        Object::Constraint { table, constraint } => constraint::create(schema, table, constraint),
        Object::Enum(new) => enumeration::create(schema, new),
        Object::Index { table, index } => index::create(schema, table, index),
        Object::Namespace(name) => namespace::create(schema, name),
        Object::Sequence(new) => sequence::create(schema, new),
        Object::Table(new) => table::create(schema, new),
    }
}

fn alter(schema: &mut Schema, change: &Change) -> Result<(), ApplyError> {
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

fn drop(schema: &mut Schema, id: &ObjectId) -> Result<(), ApplyError> {
    match id {
        ObjectId::Column { table, name } => column::drop(schema, table, name),
        ObjectId::Constraint { table, constraint } => constraint::drop(schema, table, constraint),
        ObjectId::Enum(name) => enumeration::drop(schema, name),
        ObjectId::Index { table, name } => index::drop(schema, table, name),
        ObjectId::Namespace(name) => namespace::drop(schema, name),
        ObjectId::Sequence(name) => sequence::drop(schema, name),
        ObjectId::Table(table) => table::drop(schema, table),
    }
}

fn rename(schema: &mut Schema, id: &ObjectId, to: &Ident) -> Result<(), ApplyError> {
    match id {
        ObjectId::Column { table, name } => {
            column::alter(schema, table, name, &[ColumnChange::Rename { to: to.clone() }])
        }
        ObjectId::Constraint { table, constraint } => constraint::rename(schema, table, constraint, to),
        ObjectId::Enum(name) => enumeration::rename(schema, name, to),
        ObjectId::Index { table, name } => index::rename(schema, table, name, to),
        ObjectId::Namespace(name) => namespace::rename(schema, name, to),
        ObjectId::Sequence(name) => sequence::rename(schema, name, to),
        ObjectId::Table(table) => table::rename(schema, table, to),
    }
}

fn comment(schema: &mut Schema, id: &ObjectId, text: Option<&String>) -> Result<(), ApplyError> {
    match id {
        ObjectId::Column { table, name } => {
            column::alter(schema, table, name, &[ColumnChange::SetComment(text.cloned())])
        }
        ObjectId::Constraint { table, constraint } => constraint::comment(schema, table, constraint, text),
        ObjectId::Enum(name) => enumeration::comment(schema, name, text),
        ObjectId::Index { table, name } => index::comment(schema, table, name, text),
        ObjectId::Namespace(name) => Err(ApplyError::NoComment { name: name.clone() }),
        ObjectId::Sequence(name) => sequence::comment(schema, name, text),
        ObjectId::Table(table) => table::comment(schema, table, text),
    }
}

/// Finds the constraint that a reference means: its place among the table's constraints.
///
/// One that is meant by what it is need not be unnamed in the table: a database chooses a name. Of
/// several that fit, an unnamed one is taken first.
#[must_use]
pub fn resolve_constraint(table: &Table, constraint: &ConstraintRef) -> Option<usize> {
    let list = &table.constraints;
    let find = |fits: &dyn Fn(&Constraint) -> bool| {
        let unnamed = list.iter().position(|one| fits(one) && one.name().is_none());
        unnamed.or_else(|| list.iter().position(fits))
    };
    match constraint {
        ConstraintRef::Check { expression } => {
            find(&|one| matches!(one, Constraint::Check(check) if check.expression == *expression))
        }
        ConstraintRef::ForeignKey { columns, referred } => {
            let refers = |key: &ForeignKey| referred.as_ref().is_none_or(|to| key.refers_to(to));
            find(&|one| matches!(one, Constraint::ForeignKey(key) if key.columns == *columns && refers(key)))
        }
        // SQLite takes a primary key's name for another constraint's too.
        ConstraintRef::Named(name) => list
            .iter()
            .position(|one| one.name() == Some(name) && !matches!(one, Constraint::PrimaryKey(_)))
            .or_else(|| list.iter().position(|one| one.name() == Some(name))),
        ConstraintRef::PrimaryKey => list.iter().position(|one| matches!(one, Constraint::PrimaryKey(_))),
        ConstraintRef::Unique { columns } => {
            find(&|one| matches!(one, Constraint::Unique(unique) if unique.columns == *columns))
        }
    }
}
