//! The order of tables: each after those it refers to; of those that could come next, the first by name.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    operation::Operation,
    schema::{ConstraintRef, ForeignKey, Ident, Table, TableName},
};

use super::{
    constraint,
    table::{Pair, Pairs},
};

/// Sorts what holds tables by their foreign keys.
///
/// A cycle is entered at its first table by name: the foreign key that closes it refers to a table that comes
/// later, and the plan of a database that minds adds it afterwards.
pub(super) fn sorted<'i, T: Copy>(items: &[T], table: impl Fn(&T) -> &'i Table) -> Vec<T> {
    let mut waiting: BTreeMap<&TableName, (T, BTreeSet<&TableName>)> =
        items.iter().map(|item| (&table(item).name, (*item, BTreeSet::new()))).collect();
    let names: BTreeSet<&TableName> = waiting.keys().copied().collect();
    for (name, (item, refers)) in &mut waiting {
        let referred = table(item).foreign_keys.iter().map(|key| &key.referred_table);
        refers.extend(referred.filter(|other| other != name && names.contains(other)));
    }

    let mut sorted = Vec::with_capacity(items.len());
    while !waiting.is_empty() {
        let free = waiting.iter().find(|(_, (_, refers))| refers.is_empty()).map(|(name, _)| *name);
        let Some(next) = free.or_else(|| entry_of_cycle(&waiting)) else { break };
        if let Some((item, _)) = waiting.remove(next) {
            sorted.push(item);
        }
        waiting.values_mut().for_each(|(_, refers)| {
            refers.remove(next);
        });
    }
    sorted
}

/// Finds the table of a cycle that needs the fewest others; of these, the first by name.
///
/// A table that merely depends on a cycle is never chosen while the cycle itself is waiting: all that it needs
/// of the cycle would come too late.
fn entry_of_cycle<'t, T>(
    waiting: &BTreeMap<&'t TableName, (T, BTreeSet<&'t TableName>)>,
) -> Option<&'t TableName> {
    let in_cycle = waiting.keys().copied().filter(|name| reaches(waiting, name, name));
    in_cycle.min_by_key(|name| (waiting.get(name).map_or(0, |(_, refers)| refers.len()), *name))
}

/// Tells whether one table refers to another, directly or by others.
fn reaches<'t, T>(
    waiting: &BTreeMap<&'t TableName, (T, BTreeSet<&'t TableName>)>,
    from: &TableName,
    to: &TableName,
) -> bool {
    let mut seen: BTreeSet<&TableName> = BTreeSet::new();
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        for other in waiting.get(name).into_iter().flat_map(|(_, refers)| refers) {
            if *other == to {
                return true;
            }
            if seen.insert(other) {
                open.push(other);
            }
        }
    }
    false
}

/// Sorts the tables that stay by the foreign keys they shall have.
pub(super) fn dependency_sorted<'c>(pairs: &[Pair<'c>]) -> Vec<Pair<'c>> {
    sorted(pairs, |pair| pair.to.form)
}

/// Drops what is in the way of everything else: foreign keys to tables or keys that go, and indexes whose names
/// another table takes.
pub(super) fn early_drops(pairs: &Pairs<'_>) -> Vec<Operation> {
    let mut operations = foreign_keys_in_the_way(pairs);
    let stays = pairs.common.iter().map(|pair| (pair.from.form, Some(pair.to.form)));
    for (from, to) in stays.chain(pairs.dropped.iter().map(|view| (view.form, None))) {
        for name in from.indexes.keys().filter(|name| is_taken(pairs, from, name)) {
            if to.is_none_or(|to| !to.indexes.contains_key(name)) {
                operations.push(Operation::DropIndex { table: from.name.clone(), name: name.clone() });
            }
        }
    }
    operations
}

/// Tells whether an index of this name is wanted on another table of the same schema.
fn is_taken(pairs: &Pairs<'_>, owner: &Table, name: &Ident) -> bool {
    let wanted =
        pairs.common.iter().map(|pair| pair.to.form).chain(pairs.created.iter().map(|view| view.form));
    wanted
        .filter(|other| other.name != owner.name && other.name.schema == owner.name.schema)
        .any(|other| other.indexes.contains_key(name))
}

fn foreign_keys_in_the_way(pairs: &Pairs<'_>) -> Vec<Operation> {
    let gone: BTreeSet<&TableName> = pairs.dropped.iter().map(|view| &view.form.name).collect();
    let lost: BTreeSet<(&TableName, &[Ident])> = pairs
        .common
        .iter()
        .flat_map(|pair| constraint::lost_keys(*pair).into_iter().map(|columns| (pair.name(), columns)))
        .collect();
    let is_lost = |key: &ForeignKey| lost.contains(&(&key.referred_table, key.referred_columns.as_slice()));
    let mut operations = Vec::new();
    let mut drop = |table: &TableName, foreign_key: &ForeignKey| {
        let constraint: ConstraintRef = foreign_key.reference();
        operations.push(Operation::DropConstraint { table: table.clone(), constraint });
    };
    for pair in &pairs.common {
        for foreign_key in constraint::dropped_foreign_keys(*pair) {
            let is_in_the_way = gone.contains(&foreign_key.referred_table) || is_lost(foreign_key);
            if is_in_the_way && foreign_key.referred_table != *pair.name() {
                drop(pair.name(), foreign_key);
            }
        }
    }
    for view in &pairs.dropped {
        view.form.foreign_keys.iter().filter(|key| is_lost(key)).for_each(|key| drop(&view.form.name, key));
    }
    operations
}

/// Tells whether a foreign key of a new table refers to a key that a table which stays is only about to get.
pub(super) fn is_late(pairs: &Pairs<'_>, foreign_key: &ForeignKey) -> bool {
    let mut referred = pairs.common.iter().filter(|pair| *pair.name() == foreign_key.referred_table);
    referred.any(|pair| constraint::is_new_key(*pair, &foreign_key.referred_columns))
}
