//! The operation that undoes another, given the schema before it.
//!
//! Lost data is never guessed: what is made again is empty, and what would be dropped says so.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::schema::{Dialect, ObjectId, Schema, TableName};

use super::{
    ApplyError, Operation, apply, joined,
    kind::{self, enumeration, sequence},
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
        Operation::Alter(change) => Ok(kind::undo_change(before, change)?),
        Operation::BulkInsert(insert) => Err(Irreversible::Rows { table: insert.table.clone() }),
        Operation::Comment { id, text: _ } => Ok(vec![kind::undo_comment(before, id)?]),
        Operation::Create { object, backfill: _, concurrency } => {
            Ok(kind::undo_creation(before, object, *concurrency)?)
        }
        Operation::Drop { id, consent: _, concurrency } => kind::undo_drop(before, id, *concurrency, dialect),
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
        Operation::Rename { id, to } => Ok(kind::undo_rename(before, id, to)?),
        Operation::Run { title, key: _ } => Err(Irreversible::Code { title: title.clone() }),
    }
}
