//! The order of changes: one topological sort over the reasons of each.
//!
//! Of the changes that could come next, the one whose place is first does: places keep what belongs to one table together,
//! so that SQLite rebuilds it once, and make the order that a person would write.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    dialect::BothTable,
    operation::{Operation, create_constraint},
    schema::{ForeignKey, Object, Table, TableName},
};

use super::{
    constraint::foreign_key,
    pair::Pairs,
    place::{Phase, Step},
    reason::{self, Reasons, Thing},
    references,
};

/// One change, with what decides when it comes.
#[derive(Debug)]
pub(super) struct Change<'c> {
    operation: Operation,
    /// The table that it changes.
    table: Option<&'c TableName>,
    phase: Phase,
    step: Step,
    reasons: Reasons<'c>,
}

/// Changes in no order.
#[derive(Debug, Default)]
pub(super) struct Changes<'c> {
    list: Vec<Change<'c>>,
}

/// Which changes have a thing among their reasons.
#[derive(Debug, Default)]
struct Roles {
    needs: Vec<usize>,
    gives: Vec<usize>,
    takes: Vec<usize>,
    leaves: Vec<usize>,
}

/// Where a change stands: phase, place of its table, step, how many changes of this place it waits for.
type Place = (Phase, usize, Step, usize);

impl<'c> Changes<'c> {
    /// Adds a change that belongs to no table.
    pub(super) fn add(&mut self, phase: Phase, operation: Operation, reasons: Reasons<'c>) {
        self.list.push(Change { operation, table: None, phase, step: Step::CreateTable, reasons });
    }

    /// Adds a change of a table.
    pub(super) fn add_of(
        &mut self,
        table: &'c TableName,
        (phase, step): (Phase, Step),
        operation: Operation,
        reasons: Reasons<'c>,
    ) {
        self.list.push(Change { operation, table: Some(table), phase, step, reasons });
    }

    /// Lists what is taken away, for a while or for good.
    pub(super) fn taken(&self) -> BTreeSet<Thing<'c>> {
        self.list.iter().flat_map(|change| &change.reasons.takes).cloned().collect()
    }

    /// Sorts the changes.
    pub(super) fn in_order(mut self, pairs: &Pairs<'c>) -> Vec<Operation> {
        if self.list.is_empty() {
            return Vec::new();
        }
        let roles = self.roles();
        self.put_first(&roles);
        let mut after = edges(&roles, self.list.len());
        self.put_later(&after, pairs);
        let altered = self.tables_in(Phase::Altered, pairs);
        self.cut_cycles(&roles, &altered, pairs);
        // A foreign key that was taken out is a change of its own.
        if after.len() < self.list.len() {
            after = edges(&self.roles(), self.list.len());
        }
        let places = self.places(altered, pairs);
        let order: Vec<usize> = Sort::of(places, &after).collect();
        let mut operations: Vec<Option<Operation>> =
            self.list.into_iter().map(|change| Some(change.operation)).collect();
        order.into_iter().filter_map(|at| operations.get_mut(at)?.take()).collect()
    }

    fn roles(&self) -> BTreeMap<Thing<'c>, Roles> {
        let mut roles: BTreeMap<Thing<'c>, Roles> = BTreeMap::new();
        for (at, Change { reasons, .. }) in self.list.iter().enumerate() {
            let Reasons { needs, gives, takes, leaves } = reasons;
            needs.iter().for_each(|thing| roles.entry(thing.clone()).or_default().needs.push(at));
            gives.iter().for_each(|thing| roles.entry(thing.clone()).or_default().gives.push(at));
            takes.iter().for_each(|thing| roles.entry(thing.clone()).or_default().takes.push(at));
            leaves.iter().for_each(|thing| roles.entry(thing.clone()).or_default().leaves.push(at));
        }
        roles
    }

    /// Puts before everything else what frees a name for another table, and foreign keys that block a change.
    fn put_first(&mut self, roles: &BTreeMap<Thing<'c>, Roles>) {
        for (thing, Roles { needs: _, gives, takes, leaves }) in roles {
            if let Thing::Name(_) = thing {
                for at in takes {
                    let is_taken = gives.iter().any(|other| self.list[*other].table != self.list[*at].table);
                    if is_taken && matches!(self.list[*at].phase, Phase::Altered | Phase::Dropped) {
                        self.list[*at].phase = Phase::Freed;
                    }
                }
            }
            for at in leaves {
                if self.list[*at].step != Step::DropForeignKey {
                    continue;
                }
                // In its own table a foreign key is dropped before what it refers to, unless that is an index.
                let comes_first = self.list[*at].refers_to_own()
                    && takes.iter().all(|other| self.list[*other].step > Step::DropForeignKey);
                if !takes.is_empty() && !comes_first {
                    self.list[*at].phase = Phase::Blocking;
                }
            }
        }
    }

    /// Puts what needs something of a later phase into that; new tables follow those that they refer to.
    fn put_later(&mut self, after: &[BTreeSet<usize>], pairs: &Pairs<'c>) {
        loop {
            let created = self.created();
            let referred = |table: &BothTable<'c>| {
                let phases = table.form.foreign_keys().filter_map(|key| created.get(&key.referred_table));
                Some((&table.form.name, *phases.max()?))
            };
            let follow: BTreeMap<&TableName, Phase> = pairs.created.iter().filter_map(referred).collect();
            let mut is_settled = true;
            let mut raise = |change: &mut Change<'c>, phase: Phase| {
                if change.phase < phase && change.step != Step::CreateForeignKey {
                    change.phase = phase;
                    is_settled = false;
                }
            };
            for (at, others) in after.iter().enumerate() {
                let phase = self.list[at].phase;
                others.iter().for_each(|other| raise(&mut self.list[*other], phase));
            }
            for change in self.list.iter_mut().filter(|change| change.step == Step::CreateTable) {
                if let Some(phase) = change.table.and_then(|table| follow.get(table)) {
                    raise(change, *phase);
                }
            }
            if is_settled {
                return;
            }
        }
    }

    /// Lists the new tables, each with the phase in which it is created.
    fn created(&self) -> BTreeMap<&'c TableName, Phase> {
        let created = self.list.iter().filter(|change| change.step == Step::CreateTable);
        created.filter_map(|change| Some((change.table?, change.phase))).collect()
    }

    /// Takes from new tables the foreign keys that need something of an altered table which comes later, as it needs the
    /// new one itself: these keys are added when it is there.
    fn cut_cycles(
        &mut self,
        roles: &BTreeMap<Thing<'c>, Roles>,
        altered: &BTreeMap<&TableName, usize>,
        pairs: &Pairs<'c>,
    ) {
        let given = |thing: &Thing<'c>| roles.get(thing).is_some_and(|roles| !roles.gives.is_empty());
        for table in &pairs.created {
            let name = &table.form.name;
            let is_late = |key: &&'c ForeignKey| {
                let place = |name| altered.get(name);
                let is_later = place(&key.referred_table) > place(name) && place(name).is_some();
                let mut needed = reason::of_foreign_key(name, key).into_iter();
                is_later && needed.any(|thing| !matches!(thing, Thing::Table(_)) && given(&thing))
            };
            let keys = table.constraints().filter_map(|one| Some((one, foreign_key(one.form)?)));
            for (constraint, key) in keys.filter(|(_, key)| is_late(key)).collect::<Vec<_>>() {
                let needed = reason::of_foreign_key(name, key);
                let is_it =
                    |change: &&mut Change<'c>| change.step == Step::CreateTable && change.table == Some(name);
                for Change { operation, reasons, .. } in self.list.iter_mut().filter(is_it) {
                    if let Operation::Create { object: Object::Table(table), .. } = operation {
                        table.constraints.retain(|other| other != constraint.written);
                        reasons.needs.retain(|thing| !needed.contains(thing));
                    }
                }
                let create = create_constraint(&table.written.name, constraint.written);
                let place = (Phase::Altered, Step::CreateForeignKey);
                self.add_of(name, place, create, Reasons::default().needs(needed));
            }
        }
    }

    /// Numbers the tables of a phase in the order in which they are created and altered.
    fn tables_in(&self, phase: Phase, pairs: &Pairs<'c>) -> BTreeMap<&'c TableName, usize> {
        let created = self.created();
        let created = pairs.created.iter().filter(|one| created.get(&one.form.name) == Some(&phase));
        let common = pairs.common.iter().filter(|_| phase == Phase::Altered).map(|pair| pair.to.form);
        numbered(references::sorted(created.map(|one| one.form).chain(common)))
    }

    /// Says where each change stands, by the order of the tables.
    fn places(&self, altered: BTreeMap<&'c TableName, usize>, pairs: &Pairs<'c>) -> Vec<Place> {
        let (first, last) = (self.tables_in(Phase::Created, pairs), self.tables_in(Phase::Unused, pairs));
        let named = numbered(pairs.common.iter().map(|pair| pair.to.form));
        let dropped = references::sorted(pairs.dropped.iter().map(|one| one.form));
        let dropped = numbered(dropped.into_iter().rev());
        let place = |change: &Change<'c>| {
            let Some(table) = change.table else {
                // What had to wait for changes of tables comes after all of them.
                return if change.phase.is_of_tables() { usize::MAX } else { 0 };
            };
            let order = match change.phase {
                Phase::Created => &first,
                Phase::Altered | Phase::Late => &altered,
                Phase::Unused => &last,
                Phase::Again
                | Phase::Blocking
                | Phase::Dropped
                | Phase::EmptyNamespaces
                | Phase::Freed
                | Phase::Namespaces
                | Phase::Numbering
                | Phase::Enums
                | Phase::Sequences => &named,
            };
            let found = order.get(table).copied();
            found.or_else(|| Some(named.len() + dropped.get(table)?)).unwrap_or_default()
        };
        self.list.iter().map(|change| (change.phase, place(change), change.step, 0)).collect()
    }
}

impl Change<'_> {
    /// Tells whether it drops a foreign key that refers to its own table.
    fn refers_to_own(&self) -> bool {
        self.reasons.leaves.iter().all(|thing| {
            if let Thing::Table(referred) = thing { Some(*referred) == self.table } else { true }
        })
    }
}

/// Numbers tables from 1, in their order.
fn numbered<'c>(tables: impl IntoIterator<Item = &'c Table>) -> BTreeMap<&'c TableName, usize> {
    tables.into_iter().zip(1..).map(|(table, place)| (&table.name, place)).collect()
}

/// Lists for each change those that come after it.
fn edges(roles: &BTreeMap<Thing<'_>, Roles>, count: usize) -> Vec<BTreeSet<usize>> {
    let mut after = vec![BTreeSet::new(); count];
    for Roles { needs, gives, takes, leaves } in roles.values() {
        for (firsts, seconds) in [(gives, needs), (leaves, takes), (takes, gives), (takes, needs)] {
            for first in firsts {
                after[*first].extend(seconds.iter().filter(|second| *second != first));
            }
        }
    }
    after
}

/// A topological sort under way.
struct Sort<'s> {
    after: &'s [BTreeSet<usize>],
    /// How many changes each still waits for; `None` once it has come.
    waits: Vec<Option<usize>>,
    places: Vec<Place>,
    /// The last place of what each has waited for.
    reached: Vec<Option<Place>>,
    /// What waits for nothing.
    free: BTreeSet<(Place, usize)>,
}

impl<'s> Sort<'s> {
    fn of(places: Vec<Place>, after: &'s [BTreeSet<usize>]) -> Self {
        let mut waits = vec![Some(0); places.len()];
        for other in after.iter().flatten() {
            waits[*other] = waits[*other].map(|count| count + 1);
        }
        let is_free = |at: &usize| waits[*at] == Some(0);
        let free = (0..places.len()).filter(is_free).map(|at| (places[at], at)).collect();
        let reached = vec![None; places.len()];
        Self { after, waits, places, reached, free }
    }

    /// Finds the place of a change that had to wait.
    fn place(&self, at: usize) -> Place {
        let (phase, table, step, waits) = self.places[at];
        match self.reached[at] {
            Some(last) if last > self.places[at] => {
                let (last_phase, last_table, last_step, last_waits) = last;
                if step == Step::CreateForeignKey && last_phase <= Phase::Late {
                    (Phase::Late, table, step, waits)
                } else if last_phase > phase {
                    (last_phase, usize::MAX, step, waits)
                } else {
                    (last_phase, last_table, last_step, last_waits + 1)
                }
            }
            Some(_) | None => (phase, table, step, waits),
        }
    }
}

impl Iterator for Sort<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        // In a circle the first one comes as it is.
        let first = || self.waits.iter().enumerate().filter(|(_, waits)| waits.is_some());
        let (place, at) =
            self.free.pop_first().or_else(|| first().map(|(at, _)| (self.places[at], at)).min())?;
        self.waits[at] = None;
        for other in &self.after[at] {
            self.reached[*other] = self.reached[*other].max(Some(place));
            self.waits[*other] = self.waits[*other].map(|count| count - 1);
            if self.waits[*other] == Some(0) {
                self.free.insert((self.place(*other), *other));
            }
        }
        Some(at)
    }
}
