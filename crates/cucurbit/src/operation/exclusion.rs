//! Exclusion constraints are PostgreSQL's alone: what makes or drops one stands in a block for it.

use crate::schema::{Dialect, Exclusion, Object, ObjectId, TableName};

use super::Operation;

/// Makes an exclusion constraint where there are any.
pub(crate) fn create_exclusion(table: &TableName, exclusion: &Exclusion) -> Operation {
    alone(Operation::create(Object::constraint(table.clone(), exclusion.clone())))
}

/// Drops an exclusion constraint where there are any.
pub(crate) fn drop_exclusion(table: &TableName, exclusion: &Exclusion) -> Operation {
    alone(Operation::drop(ObjectId::constraint(table.clone(), exclusion.reference())))
}

/// Sets or removes the comment of an exclusion constraint where there are any.
pub(crate) fn comment_exclusion(table: &TableName, exclusion: &Exclusion, text: Option<String>) -> Operation {
    alone(Operation::Comment { id: ObjectId::constraint(table.clone(), exclusion.reference()), text })
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
