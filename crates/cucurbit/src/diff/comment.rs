//! Comments where the database keeps none: what was said of them on both sides, of what is there on both sides.
//!
//! A database that keeps comments has them in the form, and they are compared with everything else.

use crate::{
    operation::{ColumnChange, Operation, resolve_constraint},
    schema::{Constraint, ConstraintRef, Ident, Object, ObjectId, Schema, Table, TableName},
};

use super::Filter;

/// Lists what makes the comments of one schema those of the other, under the names of the first. What the operations
/// that were found recreate has its comment already.
#[must_use]
pub fn comments(from: &Schema, to: &Schema, filter: &Filter, found: &[Operation]) -> Vec<Operation> {
    let mut operations = Vec::new();
    for table in to.tables.values().filter(|table| filter.includes(&table.name)) {
        let is_it = |other: &&Table| is_same(&other.name.name, &table.name.name);
        let was = from.table(&table.name).or_else(|| from.tables.values().find(is_it));
        operations.extend(was.into_iter().flat_map(|was| of_table(was, table)));
    }
    operations.retain(|comment| !found.iter().any(|made| is_created(made, comment)));
    operations
}

/// Tells whether an operation creates the constraint or the index that another comments.
fn is_created(made: &Operation, comment: &Operation) -> bool {
    let (Operation::Create { object, .. }, Operation::Comment { id, .. }) = (made, comment) else {
        return false;
    };
    if let Object::Index { .. } = object {
        return object.id() == *id;
    }
    let (Object::Constraint { table, constraint: created }, ObjectId::Constraint { table: of, constraint }) =
        (object, id)
    else {
        return false;
    };
    if table != of || matches!(created, Constraint::Exclusion(_)) {
        return false;
    }
    if matches!(created, Constraint::PrimaryKey(_)) {
        return *constraint == ConstraintRef::PrimaryKey;
    }
    let mut alone = Table::new(table.clone());
    alone.constraints.push(created.clone());
    resolve_constraint(&alone, constraint).is_some()
}

/// Tells whether two names are one where letters do not count.
fn is_same(one: &Ident, other: &Ident) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}

fn of_table(was: &Table, table: &Table) -> Vec<Operation> {
    let of = || -> TableName { was.name.clone() };
    let mut operations = Vec::new();
    for column in &table.columns {
        let found = was.columns.iter().find(|other| is_same(&other.name, &column.name));
        if let Some(other) = found.filter(|other| other.comment != column.comment) {
            let changes = vec![ColumnChange::SetComment(column.comment.clone())];
            operations.push(Operation::alter_column(of(), other.name.clone(), changes));
        }
    }
    for constraint in table.constraint_references() {
        let comment =
            |table| resolve_constraint(table, &constraint).map(|place| table.constraints[place].comment());
        if let (Some(other), Some(comment)) = (comment(was), comment(table))
            && other != comment
        {
            let id = ObjectId::constraint(of(), constraint);
            operations.push(Operation::Comment { id, text: comment.cloned() });
        }
    }
    for index in table.indexes.values() {
        let found = was.indexes.values().find(|other| is_same(&other.name, &index.name));
        if let Some(other) = found.filter(|other| other.comment != index.comment) {
            let id = ObjectId::index(of(), other.name.clone());
            operations.push(Operation::Comment { id, text: index.comment.clone() });
        }
    }
    if was.comment != table.comment {
        operations.push(Operation::Comment { id: ObjectId::Table(of()), text: table.comment.clone() });
    }
    operations
}
