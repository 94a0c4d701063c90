//! Exclusion constraints are PostgreSQL's alone: what makes or drops one stands in a block for it.

use crate::schema::{Constraint, Dialect, Object, TableName};

use super::Operation;

/// Adds a constraint.
pub(crate) fn create_constraint(table: &TableName, constraint: &Constraint) -> Operation {
    where_stored(constraint, Operation::create(Object::constraint(table.clone(), constraint.clone())))
}

/// Does something with a constraint where there are such constraints.
pub(crate) fn where_stored(constraint: &Constraint, operation: Operation) -> Operation {
    if let Constraint::Exclusion(_) = constraint {
        return Operation::On { dialect: Dialect::Postgres, operations: vec![operation] };
    }
    operation
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
