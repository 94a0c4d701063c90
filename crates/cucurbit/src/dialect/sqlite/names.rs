//! Identifier case: to SQLite `Plant` and `plant` are one name, as far as ASCII goes.
//!
//! A name that refers to something is spelled as that is declared, in a schema ([`as_declared`]) and in what is done to it
//! ([`in_case_of`]); a form is in lower case ([`fold`]). Where two things of a schema would have one name, both keep
//! theirs, so that the plan refuses the second.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    operation::{Operation, apply},
    schema::{
        Constraint, Ident, Kind, Object, ObjectName, Schema, Table, TableName, part::Part, stored_by_some,
    },
};

use super::{HERE, token::same_name};

/// Refuses a new name that differs from an existing one only in case. The very same name is refused for every database.
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
    let declared = schema.tables.iter_mut().map(|(name, table)| {
        let columns = std::mem::take(&mut table.columns);
        (name.clone(), Table { columns, ..Table::new(name) })
    });
    let declared: BTreeMap<ObjectName, Table> = declared.collect();
    for (table, own) in schema.tables.values_mut().zip(declared.values()) {
        table.parts_mut(&mut |part| refer(part, &declared, Some(own)));
    }
    for (table, declared) in schema.tables.values_mut().zip(declared.into_values()) {
        table.columns = declared.columns;
    }
}

/// Spells the references of one table as what they refer to is declared; `others` are the other tables.
pub(super) fn table_as_declared(table: &mut Table, others: &BTreeMap<TableName, Table>) {
    let own = table.clone();
    table.parts_mut(&mut |part| refer(part, others, Some(&own)));
}

/// Spells a name that refers to something as that is declared, in `own` or another table.
fn refer(part: Part<'_>, tables: &BTreeMap<ObjectName, Table>, own: Option<&Table>) {
    if let Part::Object { kind: Kind::Table, name, is_declared: false } = part {
        if let Some(found) = find(name, tables, own) {
            name.clone_from(&found.name);
        }
    } else if let Part::OfTable { table, kind, name, is_declared: false } = part
        && let Some(owner) = find(table, tables, own)
    {
        match kind {
            Kind::Column => respell(name, owner.columns.iter().map(|column| &column.name)),
            Kind::Constraint => {
                // SQLite takes a primary key's name for another constraint's too, which is meant then.
                let (keys, others): (Vec<&Constraint>, Vec<&Constraint>) =
                    owner.constraints.iter().partition(|one| matches!(one, Constraint::PrimaryKey(_)));
                respell(name, others.into_iter().chain(keys).filter_map(Constraint::name));
            }
            Kind::Index => respell(name, owner.indexes.keys()),
            Kind::Table | stored_by_some!(Kind) => {}
        }
    }
}

/// Finds a table by its name, in whichever case that is.
fn find<'t>(
    name: &ObjectName,
    tables: &'t BTreeMap<ObjectName, Table>,
    own: Option<&'t Table>,
) -> Option<&'t Table> {
    let is_own = |is_named: &dyn Fn(&ObjectName) -> bool| own.filter(|own| is_named(&own.name));
    is_own(&|own| own == name)
        .or_else(|| tables.get(name))
        .or_else(|| is_own(&|own| is_same(own, name)))
        .or_else(|| tables.values().find(|table| is_same(&table.name, name)))
}

fn respell<'n>(name: &mut Ident, declared: impl Iterator<Item = &'n Ident> + Clone) {
    if !declared.clone().any(|other| other == name)
        && let Some(found) = declared.into_iter().find(|other| same_name(other, name))
    {
        name.clone_from(found);
    }
}

/// Writes every name of the tables in lower case. References are spelled as what they refer to. Returns the name that each
/// table has then, and the names that its indexes had that have another one, by that.
pub(super) fn fold(schema: &mut Schema) -> Vec<(TableName, BTreeMap<Ident, Ident>)> {
    let tables = alike(schema.tables.keys().map(|name| &name.name));
    let mut folded = Vec::new();
    let of_tables = schema.tables.values().map(|table| {
        let mut name = table.name.clone();
        small_unless(&tables, &mut name.name);
        let columns = alike(table.columns.iter().map(|column| &column.name));
        let indexes = alike(table.indexes.keys());
        let small_index = |name: &Ident| if indexes.contains(name) { name.clone() } else { small(name) };
        let names = table.indexes.keys().map(|name| (small_index(name), name.clone()));
        let names = names.filter(|(small, name)| small != name).collect();
        folded.push((name.clone(), names));
        (name, (columns, indexes))
    });
    let of_tables: BTreeMap<ObjectName, (BTreeSet<Ident>, BTreeSet<Ident>)> = of_tables.collect();
    let none = (BTreeSet::new(), BTreeSet::new());
    schema.parts_mut(&mut |part| {
        if let Part::Object { kind: Kind::Table, name, is_declared: _ } = part {
            small_unless(&tables, &mut name.name);
        } else if let Part::OfTable { table, kind, name, is_declared: _ } = part
            && !is_small(name)
        {
            let (columns, indexes) = of_tables.get(table).unwrap_or(&none);
            match kind {
                Kind::Column => small_unless(columns, name),
                Kind::Constraint => *name = small(name),
                Kind::Index => small_unless(indexes, name),
                Kind::Table | stored_by_some!(Kind) => {}
            }
        }
    });
    folded
}

/// Lists the names that are one name to SQLite with another of the list.
fn alike<'n>(names: impl Iterator<Item = &'n Ident> + Clone) -> BTreeSet<Ident> {
    if names.clone().all(is_small) {
        return BTreeSet::new();
    }
    let mut seen: BTreeMap<Ident, Vec<&Ident>> = BTreeMap::new();
    for name in names {
        seen.entry(small(name)).or_default().push(name);
    }
    seen.into_values().filter(|names| names.len() > 1).flatten().cloned().collect()
}

fn small_unless(alike: &BTreeSet<Ident>, name: &mut Ident) {
    if !is_small(name) && !alike.contains(name) {
        *name = small(name);
    }
}

/// Writes a name in lower case.
pub(super) fn small(name: &Ident) -> Ident {
    if is_small(name) { name.clone() } else { Ident::new(name.as_str().to_ascii_lowercase()) }
}

fn is_small(name: &Ident) -> bool {
    !name.as_str().bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Tells whether both are one table to SQLite.
pub(super) fn is_same(one: &TableName, other: &TableName) -> bool {
    one.schema == other.schema && same_name(&one.name, &other.name)
}

/// Rewrites the identifiers that operations refer to in the case that they have when it is their turn.
pub(in super::super) fn match_identifier_case(operations: Vec<Operation>, before: &Schema) -> Vec<Operation> {
    let mut schema = before.clone();
    let respelled = operations.into_iter().map(|operation| {
        let respelled = in_case_of(&operation, &schema);
        // What does not fit stays as it is: its plan says why.
        apply(&mut schema, &respelled, HERE).map_or(operation, |()| respelled)
    });
    respelled.collect()
}

/// Rewrites what an operation refers to, to the identifier case of what is there. Operations inside of it stay as they are.
pub(super) fn in_case_of(operation: &Operation, schema: &Schema) -> Operation {
    let mut respelled = operation.clone();
    if matches!(operation, Operation::Execute(_) | Operation::On { .. }) {
        return respelled;
    }
    let own = if let Operation::Create { object: Object::Table(table), .. } = operation {
        Some(table)
    } else {
        None
    };
    respelled.parts_mut(&mut |part| refer(part, &schema.tables, own));
    respelled
}
