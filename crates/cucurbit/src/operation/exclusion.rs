//! Exclusion constraints are PostgreSQL's alone: what makes or drops one stands in a block for it.

use crate::schema::{Dialect, Exclusion, TableName};

use super::{ConstraintChange, Operation};

/// Makes an exclusion constraint where there are any.
pub(crate) fn create_exclusion(table: &TableName, exclusion: &Exclusion) -> Operation {
    let (table, exclusion) = (table.clone(), exclusion.clone());
    alone(Operation::CreateExclusion { table, exclusion })
}

/// Drops an exclusion constraint where there are any.
pub(crate) fn drop_exclusion(table: &TableName, exclusion: &Exclusion) -> Operation {
    alone(Operation::DropConstraint { table: table.clone(), constraint: exclusion.reference() })
}

/// Sets or removes the comment of an exclusion constraint where there are any.
pub(crate) fn comment_exclusion(
    table: &TableName,
    exclusion: &Exclusion,
    comment: Option<String>,
) -> Operation {
    let (table, constraint) = (table.clone(), exclusion.reference());
    alone(Operation::AlterConstraint { table, constraint, change: ConstraintChange::SetComment(comment) })
}

/// Joins blocks for one dialect that stand beside each other.
pub(crate) fn joined(operations: Vec<Operation>) -> Vec<Operation> {
    let mut joined: Vec<Operation> = Vec::with_capacity(operations.len());
    for operation in operations {
        match (joined.last_mut(), operation) {
            (
                Some(Operation::On { dialect, operations }),
                Operation::On { dialect: same, operations: mut more },
            ) if *dialect == same => operations.append(&mut more),
            (_, operation) => joined.push(operation),
        }
    }
    joined
}

fn alone(operation: Operation) -> Operation {
    Operation::On { dialect: Dialect::Postgres, operations: vec![operation] }
}
