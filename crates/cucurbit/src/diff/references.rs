//! The order of tables: each after those it refers to, by keys or by sequences; of those that could come next, the first by
//! name.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{ObjectName, Table, TableName};

use super::sequence;

/// Sorts tables by their foreign keys.
///
/// A cycle is entered at its first table by name: the foreign key that closes it refers to a table that comes
/// later, and the plan of a database that needs it there adds it afterwards.
pub(super) fn sorted<'c>(tables: impl IntoIterator<Item = &'c Table>) -> Vec<&'c Table> {
    let tables: BTreeMap<&TableName, &Table> = tables.into_iter().map(|table| (&table.name, table)).collect();
    let tables: Vec<&Table> = tables.into_values().collect();
    let mut waiting = Waiting::of(&tables);
    std::iter::from_fn(|| waiting.next()).filter_map(|at| tables.get(at).copied()).collect()
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
    fn of(tables: &[&Table]) -> Self {
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
