//! The order of tables: each after those it refers to, by keys or by sequences; of those that could come next, the first by name.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    dialect::BothTable,
    schema::{ObjectName, Table, TableName},
};

use super::{
    pair::{Pair, Pairs},
    reference::Moved,
    sequence,
};

/// Sorts what holds tables by their foreign keys.
///
/// A cycle is entered at its first table by name: the foreign key that closes it refers to a table that comes
/// later, and the plan of a database that minds adds it afterwards.
pub(super) fn sorted<'i, T: Copy>(items: &[T], table: impl Fn(&T) -> &'i Table) -> Vec<T> {
    let items: BTreeMap<&TableName, T> = items.iter().map(|item| (&table(item).name, *item)).collect();
    let mut waiting = Waiting::of(items.values().map(table));
    let items: Vec<T> = items.into_values().collect();
    std::iter::from_fn(|| waiting.next()).filter_map(|at| items.get(at).copied()).collect()
}

/// Tables that wait for others, each by its place in the order of their names.
#[derive(Debug)]
struct Waiting {
    /// What each one refers to and still waits for; nothing is left of those that have come.
    refers: BTreeMap<usize, BTreeSet<usize>>,
    /// Who refers to each.
    needed_by: Vec<Vec<usize>>,
    /// Those that wait for nothing.
    free: BTreeSet<usize>,
}

impl Waiting {
    fn of<'i>(tables: impl Iterator<Item = &'i Table>) -> Self {
        let tables: Vec<&Table> = tables.collect();
        let places: BTreeMap<&TableName, usize> =
            tables.iter().enumerate().map(|(at, table)| (&table.name, at)).collect();
        let mut needed_by = vec![Vec::new(); tables.len()];
        let mut refers = BTreeMap::new();
        let own = |(at, table): (usize, &&Table)| {
            sequence::owned_in(table).map(move |name| (name, at)).collect::<Vec<_>>()
        };
        let owners: BTreeMap<ObjectName, usize> = tables.iter().enumerate().flat_map(own).collect();
        for (at, table) in tables.iter().enumerate() {
            let referred = table.foreign_keys().filter_map(|key| places.get(&key.referred_table).copied());
            let counted_by = sequence::counted_by(table).filter_map(|name| owners.get(&name).copied());
            let referred = referred.chain(counted_by);
            let referred: BTreeSet<usize> = referred.filter(|other| *other != at).collect();
            referred.iter().for_each(|other| needed_by[*other].push(at));
            refers.insert(at, referred);
        }
        let free = refers.iter().filter(|(_, refers)| refers.is_empty()).map(|(at, _)| *at).collect();
        Self { refers, needed_by, free }
    }

    fn next(&mut self) -> Option<usize> {
        let next = self.free.pop_first().or_else(|| self.entry_of_cycle())?;
        self.refers.remove(&next);
        for other in std::mem::take(&mut self.needed_by[next]) {
            if let Some(refers) = self.refers.get_mut(&other)
                && refers.remove(&next)
                && refers.is_empty()
            {
                self.free.insert(other);
            }
        }
        Some(next)
    }

    /// Finds the table of a cycle that needs the fewest others; of these, the first by name.
    ///
    /// A table that merely depends on a cycle is never chosen while the cycle itself is waiting: all that it needs
    /// of the cycle would come too late.
    fn entry_of_cycle(&self) -> Option<usize> {
        let in_cycle = self.refers.iter().filter(|(at, _)| self.reaches_itself(**at));
        in_cycle.map(|(at, refers)| (refers.len(), *at)).min().map(|(_, at)| at)
    }

    /// Tells whether a table refers to itself by others.
    fn reaches_itself(&self, at: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![at];
        while let Some(next) = open.pop() {
            for other in self.refers.get(&next).into_iter().flatten() {
                if *other == at {
                    return true;
                }
                if seen.insert(*other) {
                    open.push(*other);
                }
            }
        }
        false
    }
}

/// A table that is made or altered.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item<'c> {
    Altered(&'c Pair<'c>),
    Created(BothTable<'c>),
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
    pub(super) created: Vec<BothTable<'c>>,
    /// The tables that stay, and the new ones that refer to what only altering them makes.
    pub(super) rest: Vec<Item<'c>>,
    /// New tables that take a name which is free only after that.
    pub(super) last: Vec<Item<'c>>,
}

/// Sorts the tables; those `named_late` come last.
pub(super) fn order<'c>(
    pairs: &'c Pairs<'c>,
    moved: &Moved<'_>,
    named_late: &BTreeSet<&TableName>,
) -> Order<'c> {
    let is_last = |view: &BothTable<'c>| named_late.contains(&view.form.name);
    let (last, mut created): (Vec<_>, Vec<_>) = pairs.created.iter().copied().partition(is_last);
    let mut late: BTreeMap<&TableName, BothTable<'c>> = BTreeMap::new();
    loop {
        let waits = |view: &BothTable<'c>| {
            let mut keys = view.form.foreign_keys();
            keys.any(|key| moved.is_ready_late(key) || late.contains_key(&key.referred_table))
        };
        let (waiting, ready): (Vec<_>, Vec<_>) = created.into_iter().partition(waits);
        created = ready;
        if waiting.is_empty() {
            break;
        }
        late.extend(waiting.into_iter().map(|view| (&view.form.name, view)));
    }
    let rest = pairs.common.iter().map(Item::Altered).chain(late.into_values().map(Item::Created));
    Order {
        created: sorted(&created, |view| view.form),
        rest: sorted(&rest.collect::<Vec<_>>(), Item::table),
        last: sorted(&last, |view| view.form).into_iter().map(Item::Created).collect(),
    }
}
