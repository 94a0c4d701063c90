//! Capitals and small letters: to SQLite `Plant` and `plant` are one name, as far as ASCII goes.
//!
//! A name that refers to something is spelled as that is declared ([`as_declared`]), in a schema and in what is done to
//! it ([`in_letters_of`]); a form has small letters only ([`fold`]). Where two things of a schema would have one name, both keep theirs, so that the plan refuses the
//! second.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    operation::{BulkInsert, Change, Operation, apply},
    schema::{Constraint, ConstraintRef, Ident, Index, Object, ObjectId, Referred, Schema, Table, TableName},
};

use super::{HERE, token::same_name};

/// Says that two names are one to SQLite, if one of these is so like a new one; the very same name is everybody's error.
pub(super) fn refuse_second<'n>(
    names: impl IntoIterator<Item = &'n Ident>,
    new: &Ident,
) -> Result<(), String> {
    match names.into_iter().find(|name| *name != new && same_name(name, new)) {
        Some(name) => Err(format!("`{name}` and `{new}` are one name to SQLite")),
        None => Ok(()),
    }
}

/// Spells every name that refers to a table or a column as that is declared.
pub(super) fn as_declared(schema: &mut Schema) {
    let tables: BTreeMap<TableName, Vec<Ident>> =
        schema.tables.iter().map(|(name, table)| (name.clone(), declared(table))).collect();
    for table in schema.tables.values_mut() {
        refer_as_declared(table, &tables, Vec::clone);
    }
}

fn declared(table: &Table) -> Vec<Ident> {
    table.columns.iter().map(|column| column.name.clone()).collect()
}

/// Spells the references of one table as what they refer to is declared; `others` are the other tables.
pub(super) fn table_as_declared(table: &mut Table, others: &BTreeMap<TableName, Table>) {
    refer_as_declared(table, others, declared);
}

/// `columns` lists what one of the other tables declares.
fn refer_as_declared<T>(
    table: &mut Table,
    others: &BTreeMap<TableName, T>,
    columns: impl Fn(&T) -> Vec<Ident>,
) {
    let own_columns = declared(table);
    each_column(table, &mut |name| respell(name, &own_columns));
    let Table { name: own, constraints, .. } = table;
    for key in constraints.foreign_keys_mut() {
        let named = |name: &&TableName| {
            name.schema == key.referred_table.schema && same_name(&name.name, &key.referred_table.name)
        };
        let exact = others.get_key_value(&key.referred_table);
        let other = exact.or_else(|| others.iter().find(|(name, _)| named(name)));
        let (name, declared) = if *own == key.referred_table || (exact.is_none() && named(&&*own)) {
            (&*own, own_columns.clone())
        } else if let Some((name, other)) = other {
            (name, columns(other))
        } else {
            continue;
        };
        key.referred_table = name.clone();
        key.referred_columns.iter_mut().for_each(|column| respell(column, &declared));
    }
}

fn respell(name: &mut Ident, declared: &[Ident]) {
    if !declared.contains(name)
        && let Some(found) = declared.iter().find(|other| same_name(other, name))
    {
        name.clone_from(found);
    }
}

/// Visits the columns of a table wherever its own keys and indexes name them.
fn each_column(table: &mut Table, visit: &mut impl FnMut(&mut Ident)) {
    table.constraints.iter_mut().flat_map(Constraint::columns_mut).for_each(&mut *visit);
    table.indexes.values_mut().flat_map(Index::columns_mut).for_each(visit);
}

/// Puts every name into small letters. References are spelled as what they refer to.
pub(super) fn fold(schema: &mut Schema) {
    let tables: Vec<Ident> = schema.tables.keys().map(|name| name.name.clone()).collect();
    let alike = alike(&tables);
    let table_name = |name: &mut TableName| small_unless(&alike, &mut name.name);
    let columns: BTreeMap<TableName, BTreeSet<Ident>> = schema
        .tables
        .iter()
        .map(|(name, table)| {
            let declared: Vec<Ident> = table.columns.iter().map(|column| column.name.clone()).collect();
            (name.clone(), self::alike(&declared))
        })
        .filter(|(_, alike)| !alike.is_empty())
        .collect();
    let none = BTreeSet::new();
    for (_, mut table) in std::mem::take(&mut schema.tables) {
        let own = columns.get(&table.name).unwrap_or(&none);
        each_column(&mut table, &mut |name| small_unless(own, name));
        table.columns.iter_mut().for_each(|column| small_unless(own, &mut column.name));
        for key in table.constraints.foreign_keys_mut() {
            let referred = columns.get(&key.referred_table).unwrap_or(&none);
            key.referred_columns.iter_mut().for_each(|name| small_unless(referred, name));
            table_name(&mut key.referred_table);
        }
        table_name(&mut table.name);
        fold_names(&mut table);
        schema.tables.insert(table.name.clone(), table);
    }
}

/// Puts the names of a table's constraints and indexes into small letters.
fn fold_names(table: &mut Table) {
    let Table { constraints, indexes, .. } = table;
    for constraint in constraints.iter_mut() {
        if let Some(name) = constraint.name().map(small) {
            constraint.set_name(name);
        }
    }
    let alike = alike(&indexes.keys().cloned().collect::<Vec<_>>());
    for (_, mut index) in std::mem::take(indexes) {
        small_unless(&alike, &mut index.name);
        indexes.insert(index.name.clone(), index);
    }
}

/// Lists the names that are one name to SQLite with another of the list.
fn alike(names: &[Ident]) -> BTreeSet<Ident> {
    if names.iter().all(is_small) {
        return BTreeSet::new();
    }
    let mut seen: BTreeMap<Ident, Vec<&Ident>> = BTreeMap::new();
    for name in names {
        seen.entry(small(name)).or_default().push(name);
    }
    seen.into_values().filter(|names| names.len() > 1).flatten().cloned().collect()
}

fn small_unless(alike: &BTreeSet<Ident>, name: &mut Ident) {
    if !alike.contains(name) {
        *name = small(name);
    }
}

fn small(name: &Ident) -> Ident {
    if is_small(name) { name.clone() } else { Ident::new(name.as_str().to_ascii_lowercase()) }
}

fn is_small(name: &Ident) -> bool {
    !name.as_str().bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Tells whether both are one table to SQLite.
pub(super) fn is_same(one: &TableName, other: &TableName) -> bool {
    one.schema == other.schema && same_name(&one.name, &other.name)
}

/// Writes what operations refer to in the letters of what is there when it is their turn.
pub(in super::super) fn all_in_letters_of(operations: &[Operation], before: &Schema) -> Vec<Operation> {
    let mut schema = before.clone();
    let respelled = operations.iter().map(|operation| {
        let respelled = in_letters_of(operation, &schema);
        // What does not fit stays as it is: whoever plans it says why.
        apply(&mut schema, &respelled, HERE).map_or_else(|_| operation.clone(), |()| respelled)
    });
    respelled.collect()
}

/// Writes what an operation refers to in the letters of what is there.
pub(super) fn in_letters_of(operation: &Operation, schema: &Schema) -> Operation {
    let mut respelled = operation.clone();
    match &mut respelled {
        Operation::Alter(change) => respell_change(change, schema),
        Operation::BulkInsert(BulkInsert { table, .. }) => {
            respell_table(table, schema);
        }
        Operation::Comment { id, .. } | Operation::Drop { id, .. } | Operation::Rename { id, .. } => {
            respell_id(id, schema);
        }
        Operation::Create { object, .. } => respell_object(object, schema),
        Operation::Execute(_)
        | Operation::Irreversible { .. }
        | Operation::On { .. }
        | Operation::Run { .. } => {}
    }
    respelled
}

fn respell_change(change: &mut Change, schema: &Schema) {
    match change {
        Change::Column { table, column, .. } => respell_column(table, column, schema),
        Change::Constraint { table, constraint, .. } => respell_reference(table, constraint, schema),
        Change::Enum { .. } | Change::Sequence { .. } => {}
        Change::Table { table, .. } => {
            respell_table(table, schema);
        }
    }
}

fn respell_id(id: &mut ObjectId, schema: &Schema) {
    match id {
        ObjectId::Column { table, name } => respell_column(table, name, schema),
        ObjectId::Constraint { table, constraint } => respell_reference(table, constraint, schema),
        ObjectId::Enum(_) | ObjectId::Namespace(_) | ObjectId::Sequence(_) => {}
        ObjectId::Index { table, name } => {
            if let Some(owner) = respell_table(table, schema) {
                respell(name, &owner.indexes.keys().cloned().collect::<Vec<_>>());
            }
        }
        ObjectId::Table(table) => {
            respell_table(table, schema);
        }
    }
}

/// Spells what a new object refers to; its own name is as it is given.
fn respell_object(object: &mut Object, schema: &Schema) {
    match object {
        Object::Column { table, .. } => {
            respell_table(table, schema);
        }
        Object::Constraint { table, constraint } => {
            let Some(owner) = respell_table(table, schema) else { return };
            respell_all(constraint.columns_mut(), owner);
            if let Constraint::ForeignKey(key) = constraint {
                respell_referred(&mut key.referred_table, &mut key.referred_columns, schema);
            }
        }
        Object::Enum(_) | Object::Namespace(_) | Object::Sequence(_) => {}
        Object::Index { table, index } => {
            let Some(owner) = respell_table(table, schema) else { return };
            respell_all(index.columns_mut(), owner);
        }
        Object::Table(table) => table_as_declared(table, &schema.tables),
    }
}

/// Spells a table's name as the table is declared, and returns the table.
fn respell_table<'s>(name: &mut TableName, schema: &'s Schema) -> Option<&'s Table> {
    if let Some(exact) = schema.tables.get(name) {
        return Some(exact);
    }
    let is_named =
        |other: &&Table| other.name.schema == name.schema && same_name(&other.name.name, &name.name);
    let found = schema.tables.values().find(is_named)?;
    name.clone_from(&found.name);
    Some(found)
}

/// Spells columns as their table declares them.
fn respell_all<'c>(columns: impl IntoIterator<Item = &'c mut Ident>, owner: &Table) {
    let declared = declared(owner);
    columns.into_iter().for_each(|column| respell(column, &declared));
}

fn respell_column(table: &mut TableName, column: &mut Ident, schema: &Schema) {
    if let Some(owner) = respell_table(table, schema) {
        respell_all([column], owner);
    }
}

fn respell_referred(table: &mut TableName, columns: &mut [Ident], schema: &Schema) {
    if let Some(referred) = respell_table(table, schema) {
        respell_all(columns, referred);
    }
}

fn respell_reference(table: &mut TableName, constraint: &mut ConstraintRef, schema: &Schema) {
    let Some(owner) = respell_table(table, schema) else { return };
    match constraint {
        ConstraintRef::Check { .. } | ConstraintRef::PrimaryKey => {}
        ConstraintRef::ForeignKey { columns, referred } => {
            respell_all(columns, owner);
            if let Some(Referred { table, columns }) = referred {
                respell_referred(table, columns, schema);
            }
        }
        ConstraintRef::Named(name) => {
            let named =
                |reference| if let ConstraintRef::Named(name) = reference { Some(name) } else { None };
            let key = owner.primary_key().into_iter().filter_map(|key| key.name.clone());
            let names = owner.constraint_references().into_iter().filter_map(named).chain(key);
            respell(name, &names.collect::<Vec<_>>());
        }
        ConstraintRef::Unique { columns } => respell_all(columns, owner),
    }
}
