//! The order of tables: each after those it refers to; of those that could come next, the first by name.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    operation::Operation,
    schema::{ConstraintRef, ForeignKey, Ident, Table, TableName},
};

use super::{
    constraint,
    table::{self, Pair, Pairs},
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

/// Drops what is in the way of everything else: foreign keys to tables or keys that go, and what has a name that
/// another table takes.
pub(super) fn early_drops(pairs: &Pairs<'_>) -> Vec<Operation> {
    let mut operations = foreign_keys_in_the_way(pairs);
    if is_dropped_first(pairs) {
        operations.extend(table::dropped(pairs));
    }
    for pair in &pairs.common {
        let (table, from) = (pair.name(), pair.from.form);
        for name in from.indexes.keys().filter(|name| !pair.to.form.indexes.contains_key(*name)) {
            if is_taken(pairs, table, name) {
                operations.push(Operation::DropIndex { table: table.clone(), name: name.clone() });
            }
        }
        for (name, constraint) in constraint::dropped_keys(*pair) {
            if name.is_some_and(|name| is_taken(pairs, table, name)) {
                operations.push(Operation::DropConstraint { table: table.clone(), constraint });
            }
        }
    }
    operations
}

/// Tells whether the tables that go must go first: one has a name that another table takes, or refers to a key
/// that goes. Otherwise they go last, so that a script can copy rows out of them.
pub(super) fn is_dropped_first(pairs: &Pairs<'_>) -> bool {
    let lost = lost_keys(pairs);
    pairs.dropped.iter().map(|view| view.form).any(|table| {
        names(table).into_iter().any(|name| is_taken(pairs, &table.name, name))
            || table.foreign_keys.iter().any(|foreign_key| lost.contains(&target(foreign_key)))
    })
}

/// Tells whether a name is wanted on another table of the same schema.
fn is_taken(pairs: &Pairs<'_>, owner: &TableName, name: &Ident) -> bool {
    let wanted =
        pairs.common.iter().map(|pair| pair.to.form).chain(pairs.created.iter().map(|view| view.form));
    wanted
        .filter(|other| other.name != *owner && other.name.schema == owner.schema)
        .any(|other| names(other).contains(&name))
}

/// Lists the names that a table shares with no other: those of its indexes and, since an index carries them on
/// PostgreSQL, of its keys.
fn names(table: &Table) -> Vec<&Ident> {
    let uniques = table.uniques.iter().filter_map(|unique| unique.name.as_ref());
    let primary_key = table.primary_key.iter().filter_map(|key| key.name.as_ref());
    table.indexes.keys().chain(uniques).chain(primary_key).collect()
}

/// The table and the columns that a foreign key refers to.
type Target<'c> = (&'c TableName, &'c [Ident]);

fn target(foreign_key: &ForeignKey) -> Target<'_> {
    (&foreign_key.referred_table, &foreign_key.referred_columns)
}

/// Lists the keys of tables that stay which go, or are made anew.
fn lost_keys<'c>(pairs: &Pairs<'c>) -> BTreeSet<Target<'c>> {
    let of_pair = |pair: &Pair<'c>| {
        let name = pair.name();
        constraint::lost_keys(*pair).into_iter().map(move |columns| (name, columns))
    };
    pairs.common.iter().flat_map(of_pair).collect()
}

fn foreign_keys_in_the_way(pairs: &Pairs<'_>) -> Vec<Operation> {
    let gone: BTreeSet<&TableName> = pairs.dropped.iter().map(|view| &view.form.name).collect();
    let lost = lost_keys(pairs);
    let mut operations = Vec::new();
    let mut drop = |table: &TableName, foreign_key: &ForeignKey| {
        let constraint: ConstraintRef = foreign_key.reference();
        operations.push(Operation::DropConstraint { table: table.clone(), constraint });
    };
    for pair in &pairs.common {
        for foreign_key in constraint::dropped_foreign_keys(*pair) {
            let is_in_the_way =
                gone.contains(&foreign_key.referred_table) || lost.contains(&target(foreign_key));
            if is_in_the_way && foreign_key.referred_table != *pair.name() {
                drop(pair.name(), foreign_key);
            }
        }
    }
    remade(pairs, &lost).into_iter().for_each(|(table, foreign_key)| drop(table, foreign_key));
    operations
}

/// Lists the foreign keys that stay but refer to a key that is made anew, such as one that gets another name.
///
/// PostgreSQL ties a foreign key to the very constraint that it found when it was made.
fn remade<'c>(pairs: &Pairs<'c>, lost: &BTreeSet<Target<'c>>) -> Vec<(&'c TableName, &'c ForeignKey)> {
    let mut remade = Vec::new();
    for pair in &pairs.common {
        let gone = constraint::dropped_foreign_keys(*pair);
        let stays = pair.from.form.foreign_keys.iter().filter(|key| !gone.contains(key));
        remade.extend(stays.filter(|key| lost.contains(&target(key))).map(|key| (pair.name(), key)));
    }
    remade
}

/// Adds the foreign keys that had to wait for the keys they refer to: those of new tables, and those that stay
/// while the key is made anew.
pub(super) fn late_foreign_keys(pairs: &Pairs<'_>) -> Vec<Operation> {
    let late = pairs.created.iter().flat_map(|view| {
        let foreign_keys = view.written.foreign_keys.iter().filter(|key| is_late(pairs, key));
        foreign_keys.map(|foreign_key| (&view.written.name, foreign_key))
    });
    let late = late.chain(remade(pairs, &lost_keys(pairs)));
    late.map(|(table, foreign_key)| Operation::CreateForeignKey {
        table: table.clone(),
        foreign_key: foreign_key.clone(),
    })
    .collect()
}

/// Tells whether a foreign key of a new table refers to a key that a table which stays is only about to get.
pub(super) fn is_late(pairs: &Pairs<'_>, foreign_key: &ForeignKey) -> bool {
    let mut referred = pairs.common.iter().filter(|pair| *pair.name() == foreign_key.referred_table);
    referred.any(|pair| constraint::is_new_key(*pair, &foreign_key.referred_columns))
}
