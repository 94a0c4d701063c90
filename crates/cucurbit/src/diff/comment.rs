//! Comments where the database keeps none: what was said of them on both sides, of what is there on both sides.
//!
//! A database that keeps comments has them in the form, and they are compared with everything else.

use crate::{
    operation::{ColumnChange, ConstraintChange, Operation, apply, resolve_constraint},
    schema::{ConstraintRef, Dialect, Ident, Schema, Table, TableName},
};

use super::Filter;

/// Lists what makes the comments of one schema those of the other, under the names of the first. What the operations
/// that were found make anew has its comment already.
#[must_use]
pub fn comments(from: &Schema, to: &Schema, filter: &Filter, found: &[Operation]) -> Vec<Operation> {
    let mut operations = Vec::new();
    for table in to.tables.values().filter(|table| filter.includes(&table.name)) {
        let is_it = |other: &&Table| is_same(&other.name.name, &table.name.name);
        let was = from.table(&table.name).or_else(|| from.tables.values().find(is_it));
        operations.extend(was.into_iter().flat_map(|was| of_table(was, table)));
    }
    operations.retain(|comment| !found.iter().any(|made| is_made_anew(made, comment)));
    operations
}

/// Tells whether an operation makes the constraint or the index that another comments.
fn is_made_anew(made: &Operation, comment: &Operation) -> bool {
    if let (Operation::CreateIndex { table, index, .. }, Operation::SetIndexComment { table: of, name, .. }) =
        (made, comment)
    {
        return table == of && index.name == *name;
    }
    let Operation::AlterConstraint { table: of, constraint, .. } = comment else { return false };
    let mut alone = Schema::from_tables(made.table().map(|table| Table::new(table.clone())));
    // It stands alone: what refers to others does so later, and a key asks for its columns.
    let is_created = matches!(
        made,
        Operation::CreateCheck { .. } | Operation::CreateForeignKey { .. } | Operation::CreateUnique { .. }
    );
    let is_key =
        matches!(made, Operation::CreatePrimaryKey { .. }) && *constraint == ConstraintRef::PrimaryKey;
    let is_it = |table: &Table| resolve_constraint(table, constraint).is_some();
    made.table() == Some(of)
        && (is_key
            || is_created
                && apply(&mut alone, made, Dialect::KEEPER).is_ok()
                && alone.tables.values().any(is_it))
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
            operations.push(Operation::AlterColumn { table: of(), column: other.name.clone(), changes });
        }
    }
    for constraint in table.constraint_references() {
        let comment =
            |table| resolve_constraint(table, &constraint).map(|place| table.constraints[place].comment());
        if let (Some(other), Some(comment)) = (comment(was), comment(table))
            && other != comment
        {
            let change = ConstraintChange::SetComment(comment.cloned());
            operations.push(Operation::AlterConstraint { table: of(), constraint, change });
        }
    }
    for index in table.indexes.values() {
        let found = was.indexes.values().find(|other| is_same(&other.name, &index.name));
        if let Some(other) = found.filter(|other| other.comment != index.comment) {
            let (name, comment) = (other.name.clone(), index.comment.clone());
            operations.push(Operation::SetIndexComment { table: of(), name, comment });
        }
    }
    if was.comment != table.comment {
        operations.push(Operation::SetTableComment { table: of(), comment: table.comment.clone() });
    }
    operations
}
