//! What SQLite does not keep of a table and only scripts and models say: its comments, the types that are spelled alike, and
//! the names of foreign keys of a table that was created without them, as SeaORM does.
//!
//! Enum types and sequences are no part of a table; the plan and `Before` keep them.

use crate::{
    operation::{Change, Operation, resolve_constraint},
    schema::{
        Column, Constraint, ConstraintRef, ForeignKey, Ident, ObjectId, Referred, Schema, Table, TableName,
    },
};

use super::{super::Before, HERE, token::same_name, types};

/// Adds to the tables of a schema what is said of them.
pub(in super::super) fn add_what_is_said(schema: &mut Schema, said: &Schema) {
    for (name, table) in &mut schema.tables {
        if let Some(said) = table_of(said, name) {
            add(table, said);
        }
    }
}

/// Finds a table by its name: the very same one, else one in another case.
pub(super) fn table_of<'s>(schema: &'s Schema, name: &TableName) -> Option<&'s Table> {
    let alike = || schema.tables.values().find(|other| same_name(&other.name.name, &name.name));
    schema.table(name).or_else(alike)
}

/// Refers to a foreign key by what it is where only the scripts know it by the name that the operation says.
pub(super) fn without_unkept_name(mut operation: Operation, before: &Before) -> Operation {
    if let Operation::Alter(Change::Constraint { table, constraint, .. })
    | Operation::Comment { id: ObjectId::Constraint { table, constraint }, .. }
    | Operation::Drop { id: ObjectId::Constraint { table, constraint }, .. }
    | Operation::Rename { id: ObjectId::Constraint { table, constraint }, .. } = &mut operation
        && let (Some(kept), Some(said)) = (table_of(&before.schema, table), table_of(&before.said, table))
        && resolve_constraint(kept, constraint).is_none()
        && let Some(place) = resolve_constraint(said, constraint)
        && let Constraint::ForeignKey(key) = &said.constraints[place]
    {
        let referred = Referred { table: key.referred_table.clone(), columns: key.referred_columns.clone() };
        *constraint = ConstraintRef::ForeignKey { columns: key.columns.clone(), referred: Some(referred) };
    }
    operation
}

fn add(table: &mut Table, said: &Table) {
    let Table { name: _, columns, constraints, indexes, comment, options } = table;
    comment.clone_from(&said.comment);
    for column in columns {
        if let Some(said) = column_of(said, &column.name) {
            add_to_column(column, said, options.is_strict);
        }
    }
    for constraint in constraints.iter_mut() {
        let place = resolve_constraint(said, &constraint.reference());
        let said = place.map(|place| &said.constraints[place]);
        *constraint.comment_mut() = said.and_then(Constraint::comment).cloned();
        if let (Constraint::ForeignKey(key @ ForeignKey { name: None, .. }), Some(said)) = (constraint, said)
        {
            key.name = said.name().cloned();
        }
    }
    for index in indexes.values_mut() {
        let said = named(said.indexes.values(), &index.name, |one| &one.name);
        index.comment = said.and_then(|said| said.comment.clone());
    }
}

/// Finds by name: the very same one, else one in another case.
fn named<'t, T: 't>(
    all: impl IntoIterator<Item = &'t T, IntoIter: Clone>,
    name: &Ident,
    name_of: impl Fn(&T) -> &Ident,
) -> Option<&'t T> {
    let all = all.into_iter();
    let exact = all.clone().find(|one| name_of(one) == name);
    exact.or_else(|| all.clone().find(|one| same_name(name_of(one), name)))
}

/// Finds a column by its name: the very same one, else one in another case.
pub(super) fn column_of<'t>(table: &'t Table, name: &Ident) -> Option<&'t Column> {
    named(&table.columns, name, |one| &one.name)
}

fn add_to_column(column: &mut Column, said: &Column, is_strict: bool) {
    column.comment.clone_from(&said.comment);
    let form = |one: &Column| types::form(one.ty.on(HERE), is_strict);
    if types::are_stored_alike(&form(column), &form(said)) {
        column.ty.clone_from(&said.ty);
    }
}
