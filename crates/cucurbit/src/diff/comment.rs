//! Comments in a database that keeps none: the scripts say them on one side, the models on the other.
//!
//! A database that keeps comments has them in the form, and they are compared with everything else.

use std::collections::BTreeMap;

use crate::{
    dialect::{Both, BothTable, Canonical},
    operation::{ColumnChange, Operation, find_constraint},
    schema::{Constraint, ConstraintRef, Ident, Index, Object, ObjectId, Table, TableName},
};

use super::Filter;

/// Lists what turns the comments of one schema into those of the other, under the names of the first. An object that
/// the given operations recreate already has its comment.
#[must_use]
pub fn comments(from: &Canonical, to: &Canonical, filter: &Filter, found: &[Operation]) -> Vec<Operation> {
    let mut operations = Vec::new();
    let both = from.tables_beside(to).filter_map(|(was, table)| Some((was?, table?)));
    for (was, table) in both.filter(|(_, table)| filter.includes(&table.written.name)) {
        operations.extend(of_table(was, table));
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
    find_constraint(&alone, constraint).is_some()
}

fn of_table(was: BothTable<'_>, table: BothTable<'_>) -> Vec<Operation> {
    let of = || -> TableName { was.written.name.clone() };
    let mut operations = Vec::new();
    for Both { form, written } in table.columns() {
        let other = was.column(&form.name).map(|other| other.written);
        if let Some(other) = other.filter(|other| other.comment != written.comment) {
            let changes = vec![ColumnChange::SetComment(written.comment.clone())];
            operations.push(Operation::alter_column(of(), other.name.clone(), changes));
        }
    }
    let indexes: BTreeMap<&Ident, &Index> =
        was.indexes().map(|index| (&index.form.name, index.written)).collect();
    let (was, own_indexes, table) = (was.written, table.indexes(), table.written);
    for constraint in table.constraint_references() {
        let comment = |table| find_constraint(table, &constraint).map(Constraint::comment);
        if let (Some(other), Some(comment)) = (comment(was), comment(table))
            && other != comment
        {
            let id = ObjectId::constraint(of(), constraint);
            operations.push(Operation::Comment { id, text: comment.cloned() });
        }
    }
    for Both { form, written } in own_indexes {
        let other = indexes.get(&form.name);
        if let Some(other) = other.filter(|other| other.comment != written.comment) {
            let id = ObjectId::index(of(), other.name.clone());
            operations.push(Operation::Comment { id, text: written.comment.clone() });
        }
    }
    if was.comment != table.comment {
        operations.push(Operation::Comment { id: ObjectId::Table(of()), text: table.comment.clone() });
    }
    operations
}
