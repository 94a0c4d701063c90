//! The order of tables: each after those it refers to; of those that could come next, the first by name.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Table, TableName};

use super::{
    reference::Moved,
    table::{Pair, Pairs, View},
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

/// A table that is made or altered.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item<'c> {
    Altered(Pair<'c>),
    Created(View<'c>),
}

impl<'c> Item<'c> {
    fn table(&self) -> &'c Table {
        match self {
            Self::Altered(pair) => pair.to.form,
            Self::Created(view) => view.form,
        }
    }

    pub(super) fn name(&self) -> &'c TableName {
        &self.table().name
    }
}

/// The order in which tables are made and altered.
#[derive(Debug)]
pub(super) struct Order<'c> {
    /// New tables that need nothing of what is altered.
    pub(super) created: Vec<View<'c>>,
    /// The tables that stay, and the new ones that refer to what only altering them makes.
    pub(super) rest: Vec<Item<'c>>,
}

pub(super) fn order<'c>(pairs: &Pairs<'c>, moved: &Moved<'c>) -> Order<'c> {
    let mut created = pairs.created.clone();
    let mut late: BTreeMap<&TableName, View<'c>> = BTreeMap::new();
    loop {
        let waits = |view: &View<'c>| {
            let keys = &view.form.foreign_keys;
            keys.iter().any(|key| moved.is_ready_late(key) || late.contains_key(&key.referred_table))
        };
        let (waiting, ready): (Vec<_>, Vec<_>) = created.into_iter().partition(waits);
        created = ready;
        if waiting.is_empty() {
            break;
        }
        late.extend(waiting.into_iter().map(|view| (&view.form.name, view)));
    }
    let rest = pairs.common.iter().copied().map(Item::Altered).chain(late.into_values().map(Item::Created));
    Order {
        created: sorted(&created, |view| view.form),
        rest: sorted(&rest.collect::<Vec<_>>(), Item::table),
    }
}
