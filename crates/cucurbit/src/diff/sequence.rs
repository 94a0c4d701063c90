//! Sequences that stand alone: made and changed before the tables whose defaults use them, dropped after. Sequences that
//! columns own: by which of them a column may be numbered, and how they are called.

use std::collections::BTreeSet;

use crate::{
    dialect::{Both, generated_sequence},
    operation::{Change, ColumnChange, Operation, SequenceChange},
    schema::{
        Column, Ident, Object, ObjectId, ObjectName, Schema, Sequence, Serial, ServerDefault, Table,
        TableName,
    },
};

use super::{
    Filter,
    order::Changes,
    pair::{Pair, Pairs},
    place::Phase,
    reason::{Reasons, Thing, owned_by, sequences_of},
};

pub(super) fn compare<'c>(
    pairs: &Pairs<'c>,
    [from, to]: [&Schema; 2],
    filter: &Filter,
    changes: &mut Changes<'c>,
) {
    let matched = &pairs.sequences;
    let alter = |changes, written: &Sequence| {
        Operation::Alter(Change::Sequence { name: written.name.clone(), changes })
    };
    let things = |name: &ObjectName| [Thing::Name(name.clone()), Thing::Sequence(name.clone())];
    let mut wanted = Vec::new();
    // A column owns it without being filled by it, which is not compared.
    for one in matched.new.iter().filter(|one| !from.uncounted.0.contains(&one.form.name)) {
        let name = &one.form.name;
        // One that a column owned stands alone from now on.
        wanted.push(match owned_as(from, name) {
            Some(owned) => {
                (name, alter(SequenceChange::alone(&owned, one.written), one.written), Reasons::default())
            }
            None => (name, Operation::create(one.written.clone()), Reasons::default().gives(things(name))),
        });
    }
    for (was, is) in matched.same.iter().filter(|(was, is)| was.form != is.form) {
        let changes = SequenceChange::found([was.form, was.written], [is.form, is.written]);
        wanted.push((&is.form.name, alter(changes, is.written), Reasons::default()));
    }
    wanted.sort_by_key(|(name, ..)| *name);
    for (_, operation, reasons) in wanted {
        changes.add(Phase::Sequences, operation, reasons);
    }
    let are_owned = owned(to);
    for one in &matched.gone {
        let name = &one.form.name;
        let is_there = are_owned.contains(name) || to.uncounted.0.contains(name);
        if !is_there && !filter.left_alone.contains(name) {
            let drop = Operation::drop(ObjectId::Sequence(one.written.name.clone()));
            changes.add(Phase::Unused, drop, Reasons::default().takes(things(name)));
        }
    }
    for operation in freed(pairs, [from, to], &are_owned, filter.takes_any_sequence) {
        changes.add(Phase::Numbering, operation, Reasons::default());
    }
}

/// Lists the sequences that columns own.
fn owned(schema: &Schema) -> BTreeSet<ObjectName> {
    schema.tables.values().flat_map(owned_in).collect()
}

/// Finds a sequence that a column owns, as that says it.
fn owned_as(schema: &Schema, name: &ObjectName) -> Option<Sequence> {
    let columns = schema.tables.values().flat_map(|table| table.columns.iter().map(move |one| (table, one)));
    let mut serials = columns.filter_map(|(table, column)| match &column.default {
        Some(ServerDefault::Serial(serial)) => {
            Some((owned_by(&table.name, column)?, serial, &column.ty.base))
        }
        Some(_) | None => None,
    });
    let (name, serial, ty) = serials.find(|(owned, ..)| owned == name)?;
    Some(Sequence::of_column(name, serial, ty))
}

/// Lists the sequences that the columns of a table own.
pub(super) fn owned_in(table: &Table) -> impl Iterator<Item = ObjectName> {
    table.columns.iter().filter_map(|column| owned_by(&table.name, column))
}

/// Lists the sequences that the columns of a table are filled by, other than those that they own.
pub(super) fn counted_by(table: &Table) -> impl Iterator<Item = ObjectName> {
    table.columns.iter().flat_map(sequences_of)
}

/// A column that stays SERIAL while its sequence gets another name.
struct Renamed<'c> {
    pair: &'c Pair<'c>,
    /// As it is and as it shall be.
    column: (Both<'c, Column>, Both<'c, Column>),
    from: ObjectName,
    to: ObjectName,
}

/// Frees what others need: a name that another sequence gets, and a sequence that goes from the defaults that use it.
fn freed(
    pairs: &Pairs<'_>,
    [from, to]: [&Schema; 2],
    are_owned: &BTreeSet<ObjectName>,
    takes_any: bool,
) -> Vec<Operation> {
    let were_owned = owned(from);
    let mut operations = Vec::new();
    let mut renamed = Vec::new();
    for pair in &pairs.common {
        for (column, after) in &pair.columns.same {
            let goes = |name: &ObjectName| {
                let stays = are_owned.contains(name) || to.sequences.contains_key(name);
                were_owned.contains(name) && !stays
            };
            if sequences_of(column.form).iter().any(goes) && column.form.default != after.form.default {
                operations.push(set_default(pair, after, None));
            }
            let names = owned_by(pair.name(), column.form).zip(owned_by(pair.name(), after.form));
            let is_served = takes_any && is_unnamed(after.form);
            let names = names.filter(|(from, to)| from != to && are_owned.contains(from) && !is_served);
            if let Some((from, to)) = names {
                renamed.push(Renamed { pair, column: (*column, *after), from, to });
            }
        }
    }
    let mut borne: BTreeSet<ObjectName> = were_owned;
    borne.extend(from.sequences.keys().cloned());
    operations.extend(in_order(renamed, borne));
    operations
}

/// Tells whether the sequence of a column has no declared name.
fn is_unnamed(column: &Column) -> bool {
    matches!(&column.default, Some(ServerDefault::Serial(Serial { name: None, .. })))
}

/// Renames sequences in an order in which each name is free; of a circle one gets a name for the time between.
fn in_order(mut renamed: Vec<Renamed<'_>>, mut borne: BTreeSet<ObjectName>) -> Vec<Operation> {
    let mut operations = Vec::new();
    while !renamed.is_empty() {
        let free = renamed.iter().position(|one| !borne.contains(&one.to));
        let Renamed { pair, column: (column, after), from, to } = renamed.remove(free.unwrap_or(0));
        let name = match free {
            Some(_) => to.name,
            None => Ident::new(format!("{}_between", from.name)),
        };
        borne.remove(&from);
        borne.insert(from.sibling(name.clone()));
        if let Some(ServerDefault::Serial(serial)) = column.written.default.clone() {
            let default = ServerDefault::Serial(Serial { name: Some(name), ..serial });
            operations.push(set_default(pair, &after, Some(default)));
        }
    }
    operations
}

fn set_default(pair: &Pair<'_>, column: &Both<'_, Column>, default: Option<ServerDefault>) -> Operation {
    let changes = vec![ColumnChange::SetDefault(default)];
    Operation::alter_column(pair.to.written.name.clone(), column.written.name.clone(), changes)
}

/// Tells whether a column that owns one sequence is what is wanted, where any name will do.
pub(super) fn serves(from: &Serial, to: &Serial) -> bool {
    let named =
        |serial: &Serial| Serial { name: serial.name.clone().or(from.name.clone()), ..serial.clone() };
    to.is_plain() || named(to) == *from
}

/// Leaves a sequence the name that it has, where none is said.
pub(super) fn keep_name(from: Option<&ServerDefault>, to: Option<&mut ServerDefault>) {
    if let (Some(ServerDefault::Serial(from)), Some(ServerDefault::Serial(to))) = (from, to) {
        to.name = to.name.take().or_else(|| from.name.clone());
    }
}

/// Says how a sequence is called that gets the name which the server would give, where it is one that is there already.
pub(super) fn say_names(operations: &mut Vec<Operation>, from: &Schema) {
    for operation in operations.iter_mut() {
        if let Operation::Create { object: Object::Column { table, column }, .. } = operation {
            say_name(from, table, &column.name, column.default.as_mut());
        }
        if let Operation::Create { object: Object::Table(table), .. } = operation {
            for column in &mut table.columns {
                say_name(from, &table.name, &column.name, column.default.as_mut());
            }
        }
        if let Operation::Alter(Change::Column { table, column, changes }) = operation {
            for change in changes {
                if let ColumnChange::SetDefault(default) = change {
                    say_name(from, table, column, default.as_mut());
                }
            }
        }
    }
    // What was done early is not done again. What takes NULL may say so before its key comes and after it.
    let is_of_default = |operation: &Operation| {
        let Operation::Alter(Change::Column { changes, .. }) = operation else { return false };
        changes.iter().all(|change| matches!(change, ColumnChange::SetDefault(_)))
    };
    let mut done = Vec::new();
    operations.retain(|operation| {
        let is_done = done.contains(operation);
        if is_of_default(operation) {
            done.push(operation.clone());
        }
        !is_done
    });
}

fn say_name(from: &Schema, table: &TableName, column: &Ident, default: Option<&mut ServerDefault>) {
    let Some(ServerDefault::Serial(serial @ Serial { name: None, .. })) = default else { return };
    let generated = generated_sequence(table, column);
    let was = from.table(table).and_then(|table| table.column(column));
    let was = was.and_then(|was| owned_by(table, was));
    if was.is_some() || from.sequences.contains_key(&table.sibling(generated.clone())) {
        serial.name = Some(generated);
    }
}
