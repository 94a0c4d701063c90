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

/// Drops the foreign keys of tables that stay to tables that go, or to keys that go, before anything else.
pub(super) fn early_drops(pairs: &Pairs<'_>) -> Vec<Operation> {
    let gone: BTreeSet<&TableName> = pairs.dropped.iter().map(|view| &view.form.name).collect();
    let lost: BTreeSet<(&TableName, &[Ident])> = pairs
        .common
        .iter()
        .flat_map(|pair| constraint::lost_keys(*pair).into_iter().map(|columns| (pair.name(), columns)))
        .collect();
    let mut operations = Vec::new();
    for pair in &pairs.common {
        for foreign_key in constraint::dropped_foreign_keys(*pair) {
            let ForeignKey { referred_table, referred_columns, .. } = foreign_key;
            let is_in_the_way =
                gone.contains(referred_table) || lost.contains(&(referred_table, referred_columns.as_slice()));
            if is_in_the_way && referred_table != pair.name() {
                let constraint: ConstraintRef = foreign_key.reference();
                operations.push(Operation::DropConstraint { table: pair.name().clone(), constraint });
            }
        }
    }
    operations
}
