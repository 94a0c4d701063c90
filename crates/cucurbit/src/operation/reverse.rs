//! The operation that undoes another, given the schema before it.
//!
//! Lost data is never guessed: what is made again is empty, and what would be dropped says so.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::schema::{Dialect, Ident, Object, ObjectId, Schema, TableName};

use super::{
    ApplyError, Change, ColumnChange, Concurrency, Operation, apply, joined,
    kind::{column, constraint, enumeration, index, namespace, sequence, table},
};

/// Why an operation has no reverse.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Irreversible {
    /// What SQL did is not known.
    #[error("what `{sql}` did cannot be undone without its author")]
    Sql {
        /// The statement.
        sql: String,
    },
    /// What code did is not known.
    #[error("what the code `{title}` did cannot be undone without its author")]
    Code {
        /// What it does.
        title: String,
    },
    /// Rows that were inserted cannot be told from others.
    #[error("the rows inserted into `{table}` cannot be told from others")]
    Rows {
        /// The table.
        table: TableName,
    },
    /// The script itself refuses.
    #[error("{reason}")]
    Refused {
        /// The script's reason.
        reason: String,
    },
    /// The operation does not fit the schema before it.
    #[error(transparent)]
    Apply(#[from] ApplyError),
}

/// Returns what undoes a list of operations: each one's reverse, last first.
///
/// # Errors
///
/// When one of them cannot be undone, or does not fit the schema.
pub fn reverse_all(
    before: &Schema,
    operations: &[Operation],
    dialect: Dialect,
) -> Result<Vec<Operation>, Irreversible> {
    let mut schema = before.clone();
    let mut reversed = Vec::with_capacity(operations.len());
    for operation in operations {
        reversed.push(reverse(&schema, operation, dialect)?);
        apply(&mut schema, operation, dialect)?;
    }
    Ok(joined(without_needless(reversed.into_iter().rev().flatten().collect())))
}

/// Leaves out the indexes of tables that are dropped a few lines later: they go with their table. Of lists of values
/// that an enum type would be given one after the other only the last is left.
fn without_needless(operations: Vec<Operation>) -> Vec<Operation> {
    let dropped: BTreeSet<TableName> = operations
        .iter()
        .filter(|operation| matches!(operation, Operation::Drop { id: ObjectId::Table(_), .. }))
        .filter_map(|operation| operation.table().cloned())
        .collect();
    let is_needless = |operation: &Operation| matches!(operation, Operation::Drop { id: ObjectId::Index { table, .. }, .. } if dropped.contains(table));
    let mut kept: Vec<Operation> = Vec::with_capacity(operations.len());
    for operation in operations.into_iter().filter(|operation| !is_needless(operation)) {
        if kept.last().is_some_and(|last| enumeration::is_replaced(last, &operation)) {
            kept.pop();
        }
        kept.push(operation);
    }
    kept
}

/// Returns what undoes one operation, given the schema before it.
///
/// # Errors
///
/// When it cannot be undone, or does not fit the schema.
pub fn reverse(
    before: &Schema,
    operation: &Operation,
    dialect: Dialect,
) -> Result<Vec<Operation>, Irreversible> {
    // What a column came to own stands alone again before it goes.
    let alone = sequence::alone_again(before, operation);
    Ok(alone.into_iter().chain(undo(before, operation, dialect)?).collect())
}

fn undo(before: &Schema, operation: &Operation, dialect: Dialect) -> Result<Vec<Operation>, Irreversible> {
    match operation {
        Operation::Alter(change) => Ok(undo_change(before, change)?),
        Operation::BulkInsert(insert) => Err(Irreversible::Rows { table: insert.table.clone() }),
        Operation::Comment { id, text: _ } => Ok(vec![undo_comment(before, id)?]),
        Operation::Create { object, backfill: _, concurrency } => {
            Ok(undo_creation(before, object, *concurrency)?)
        }
        Operation::Drop { id, consent: _, concurrency } => undo_drop(before, id, *concurrency, dialect),
        Operation::Execute(execute) => match &execute.means {
            Some(operations) => reverse_all(before, operations, dialect),
            None => Err(Irreversible::Sql { sql: execute.sql.clone() }),
        },
        Operation::Irreversible { reason } => Err(Irreversible::Refused { reason: reason.clone() }),
        Operation::On { dialect: only, operations } => {
            if *only == dialect {
                let operations = reverse_all(before, operations, dialect)?;
                return Ok(vec![Operation::On { dialect, operations }]);
            }
            Ok(Vec::new())
        }
        Operation::Rename { id, to } => Ok(undo_rename(before, id, to)?),
        Operation::Run { title, key: _ } => Err(Irreversible::Code { title: title.clone() }),
    }
}

fn undo_change(before: &Schema, change: &Change) -> Result<Vec<Operation>, ApplyError> {
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

fn undo_creation(
    before: &Schema,
    object: &Object,
    concurrency: Concurrency,
) -> Result<Vec<Operation>, ApplyError> {
    Ok(match object {
        Object::Column { .. } | Object::Table(_) => vec![Operation::drop_with_data(object.id())],
        Object::Constraint { table, constraint } => constraint::reverse_create(before, table, constraint)?,
        Object::Enum(_) | Object::Namespace(_) | Object::Sequence(_) => vec![Operation::drop(object.id())],
        Object::Index { table, index } => vec![index::reverse_create(table, index, concurrency)],
    })
}

fn undo_drop(
    before: &Schema,
    id: &ObjectId,
    concurrency: Concurrency,
    dialect: Dialect,
) -> Result<Vec<Operation>, Irreversible> {
    Ok(match id {
        ObjectId::Column { table, name } => column::reverse_drop(before, table, name, dialect)?,
        ObjectId::Constraint { table, constraint } => constraint::reverse_drop(before, table, constraint)?,
        ObjectId::Enum(name) => vec![enumeration::reverse_drop(before, name)?],
        ObjectId::Index { table, name } => vec![index::reverse_drop(before, table, name, concurrency)?],
        ObjectId::Namespace(name) => vec![Operation::create(Object::Namespace(name.clone()))],
        ObjectId::Sequence(name) => vec![sequence::reverse_drop(before, name)?],
        ObjectId::Table(table) => table::reverse_drop(before, table)?,
    })
}

fn undo_rename(before: &Schema, id: &ObjectId, to: &Ident) -> Result<Vec<Operation>, ApplyError> {
    Ok(match id {
        ObjectId::Column { table, name } => {
            let change = ColumnChange::Rename { to: to.clone() };
            vec![column::reverse_alter(before, table, name, &[change])?]
        }
        ObjectId::Constraint { table, constraint } => {
            constraint::reverse_rename(before, table, constraint, to)?
        }
        ObjectId::Enum(name) => vec![enumeration::reverse_rename(name, to)],
        ObjectId::Index { table, name } => vec![index::reverse_rename(table, name, to)],
        ObjectId::Namespace(name) => vec![namespace::reverse_rename(name, to)],
        ObjectId::Sequence(name) => vec![sequence::reverse_rename(name, to)],
        ObjectId::Table(table) => vec![table::reverse_rename(table, to)],
    })
}

fn undo_comment(before: &Schema, id: &ObjectId) -> Result<Operation, ApplyError> {
    match id {
        ObjectId::Column { table, name } => {
            column::reverse_alter(before, table, name, &[ColumnChange::SetComment(None)])
        }
        ObjectId::Constraint { table, constraint } => constraint::reverse_comment(before, table, constraint),
        ObjectId::Enum(name) => enumeration::reverse_comment(before, name),
        ObjectId::Index { table, name } => index::reverse_comment(before, table, name),
        ObjectId::Namespace(name) => Err(ApplyError::NoComment { name: name.clone() }),
        ObjectId::Sequence(name) => sequence::reverse_comment(before, name),
        ObjectId::Table(table) => table::reverse_comment(before, table),
    }
}
