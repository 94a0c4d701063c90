//! What SQLite does not keep of a table and only somebody's words say: its comments, and the types that are spelled alike.
//!
//! Enum types and sequences are no part of a table; the plan and `Before` keep them.

use crate::{
    operation::{comment_of, resolve_constraint},
    schema::{Column, ConstraintRef, Ident, Schema, Table},
};

use super::{HERE, token::same_name, types};

/// Adds to the tables of a schema what is said of them.
pub(in super::super) fn add_what_is_said(schema: &mut Schema, said: &Schema) {
    for (name, table) in &mut schema.tables {
        let alike = || said.tables.values().find(|other| same_name(&other.name.name, &name.name));
        if let Some(said) = said.table(name).or_else(alike) {
            add(table, said);
        }
    }
}

fn add(table: &mut Table, said: &Table) {
    let Table { columns, primary_key, uniques, foreign_keys, checks, indexes, comment, options, .. } = table;
    comment.clone_from(&said.comment);
    for column in columns {
        if let Some(said) = named(&said.columns, &column.name, |one| &one.name) {
            add_to_column(column, said, options.is_strict);
        }
    }
    let of = |reference: ConstraintRef| comment_of(said, resolve_constraint(said, &reference)?).cloned();
    primary_key.iter_mut().for_each(|one| one.comment = of(one.reference()));
    uniques.iter_mut().for_each(|one| one.comment = of(one.reference()));
    foreign_keys.iter_mut().for_each(|one| one.comment = of(one.reference()));
    checks.iter_mut().for_each(|one| one.comment = of(one.reference()));
    for index in indexes.values_mut() {
        let said = named(said.indexes.values(), &index.name, |one| &one.name);
        index.comment = said.and_then(|said| said.comment.clone());
    }
}

/// Finds by name: the very same one, else one in other letters.
fn named<'t, T: 't>(
    all: impl IntoIterator<Item = &'t T, IntoIter: Clone>,
    name: &Ident,
    name_of: impl Fn(&T) -> &Ident,
) -> Option<&'t T> {
    let all = all.into_iter();
    let exact = all.clone().find(|one| name_of(one) == name);
    exact.or_else(|| all.clone().find(|one| same_name(name_of(one), name)))
}

fn add_to_column(column: &mut Column, said: &Column, is_strict: bool) {
    column.comment.clone_from(&said.comment);
    let form = |one: &Column| types::form(one.ty.on(HERE), is_strict);
    if form(column) == form(said) {
        column.ty.clone_from(&said.ty);
    }
}
