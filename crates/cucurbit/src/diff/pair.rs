//! Which objects of the two sides belong together. Each object is paired once, here: by its name, its definition, or
//! the server's text of its expressions.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    dialect::{Both, BothTable, Canonical, Subject},
    operation::{Operation, create_constraint, where_stored},
    schema::{
        Check, Column, Constraint, EnumType, Exclusion, Ident, Index, IndexKey, IndexPart, ObjectId,
        Sequence, Table, TableName, named::Named,
    },
};

use super::{
    Filter,
    expression::{Comparison, Placed},
    reason::Thing,
};

/// Two lists, paired.
#[derive(Debug)]
pub(super) struct Matched<'c, T> {
    /// Objects on both sides, from and to.
    pub(super) same: Vec<(Both<'c, T>, Both<'c, T>)>,
    /// Objects only in the first list.
    pub(super) gone: Vec<Both<'c, T>>,
    /// Objects only in the second list.
    pub(super) new: Vec<Both<'c, T>>,
}

/// All objects, paired. The lists are sorted by name.
#[derive(Debug)]
pub(super) struct Pairs<'c> {
    pub(super) enums: Matched<'c, EnumType>,
    pub(super) sequences: Matched<'c, Sequence>,
    pub(super) created: Vec<BothTable<'c>>,
    pub(super) common: Vec<Pair<'c>>,
    pub(super) dropped: Vec<BothTable<'c>>,
}

/// A table on both sides, with its columns, constraints and indexes.
#[derive(Debug)]
pub(super) struct Pair<'c> {
    pub(super) from: BothTable<'c>,
    pub(super) to: BothTable<'c>,
    /// Whether both sides have one form, as most tables of most comparisons do. The lists below are empty then.
    pub(super) is_same: bool,
    /// The columns in the order of their table.
    pub(super) columns: Matched<'c, Column>,
    /// The constraints of all kinds, each kind in its order. One that an ALTER changes is on both sides.
    pub(super) constraints: Matched<'c, Constraint>,
    /// The indexes by name. One that differs is both gone and new.
    pub(super) indexes: Matched<'c, Index>,
}

impl<T> Default for Matched<'_, T> {
    fn default() -> Self {
        Self { same: Vec::new(), gone: Vec::new(), new: Vec::new() }
    }
}

impl<'c, T> Matched<'c, T> {
    /// Pairs two lists by name; what is paired is in the order of the second list.
    pub(super) fn by_name<N: Ord + 'c>(
        from: impl Iterator<Item = Both<'c, T>>,
        to: impl Iterator<Item = Both<'c, T>>,
        name: impl Fn(&'c T) -> &'c N,
    ) -> Self {
        let mut gone: Vec<Both<'c, T>> = from.collect();
        let were: BTreeMap<&N, Both<'c, T>> = gone.iter().map(|one| (name(one.form), *one)).collect();
        let (mut same, mut new, mut names) = (Vec::new(), Vec::new(), BTreeSet::new());
        for to in to {
            names.insert(name(to.form));
            match were.get(name(to.form)) {
                Some(from) => same.push((*from, to)),
                None => new.push(to),
            }
        }
        gone.retain(|one| !names.contains(name(one.form)));
        Self { same, gone, new }
    }

    /// Pairs the objects of a kind by their names in the forms.
    pub(super) fn named(from: &'c Canonical, to: &'c Canonical) -> Self
    where
        T: Named,
    {
        Self::by_name(from.all(), to.all(), T::name)
    }

    /// Pairs each object that is only in the second list with the first one of the other list that fits.
    fn pair_up(&mut self, mut fits: impl FnMut(&'c T, &'c T) -> bool) {
        let Self { same, gone, new } = self;
        new.retain(|to| match gone.iter().position(|from| fits(from.form, to.form)) {
            Some(place) => {
                same.push((gone.remove(place), *to));
                false
            }
            None => true,
        });
    }
}

impl<'c> Pairs<'c> {
    pub(super) fn of(
        from: &'c Canonical,
        to: &'c Canonical,
        enums: Matched<'c, EnumType>,
        filter: &Filter,
        comparison: &mut Comparison<'_>,
    ) -> Self {
        let is_included =
            |table: &BothTable<'_>| filter.includes(&table.form.name) && filter.includes(&table.written.name);
        let sequences = Matched::named(from, to);
        let (mut created, mut common, mut dropped) = (Vec::new(), Vec::new(), Vec::new());
        for sides in from.tables_beside(to) {
            match sides {
                (Some(from), Some(table)) if is_included(&table) => {
                    common.push(Pair::of(from, table, to, comparison));
                }
                (None, Some(table)) if is_included(&table) => created.push(table),
                (Some(table), None) if is_included(&table) => dropped.push(table),
                _ => {}
            }
        }
        Self { enums, sequences, created, common, dropped }
    }
}

impl<'c> Pair<'c> {
    fn of(from: BothTable<'c>, to: BothTable<'c>, side: &Canonical, comparison: &mut Comparison<'_>) -> Self {
        if from.form == to.form && !leaves_type(from.written, to.written, side) {
            let (columns, constraints, indexes) =
                (Matched::default(), Matched::default(), Matched::default());
            return Self { from, to, is_same: true, columns, constraints, indexes };
        }
        let indexes = indexes(from, to, comparison);
        let constraints = constraints(from, to, comparison);
        let columns = Matched::by_name(from.columns(), to.columns(), |column| &column.name);
        Self { from, to, is_same: false, columns, constraints, indexes }
    }

    pub(super) fn name(&self) -> &'c TableName {
        &self.to.form.name
    }

    /// Lists the constraints on both sides.
    pub(super) fn kept_constraints(
        &self,
    ) -> impl Iterator<Item = (Both<'c, Constraint>, Both<'c, Constraint>)> {
        let all = self.is_same.then(|| self.from.constraints().zip(self.to.constraints()));
        self.constraints.same.iter().copied().chain(all.into_iter().flatten())
    }

    /// Tells whether the primary key is dropped, added or replaced.
    pub(super) fn is_other_primary_key(&self) -> bool {
        let Matched { same: _, gone, new } = &self.constraints;
        gone.iter().chain(new).any(|constraint| matches!(constraint.form, Constraint::PrimaryKey(_)))
    }

    /// Returns a new key as what foreign keys may need, unless another one on its columns stays.
    pub(super) fn new_key(&self, key: Option<BTreeSet<&'c Ident>>) -> Option<Thing<'c>> {
        let kept = || {
            let constraints = self.constraints.same.iter().filter_map(|(from, _)| from.form.key());
            constraints.chain(self.indexes.same.iter().filter_map(|(from, _)| from.form.key()))
        };
        key.filter(|key| !kept().any(|other| other == *key)).map(|key| Thing::Key(self.name(), key))
    }

    /// Drops a constraint of the table.
    pub(super) fn drop_constraint(&self, constraint: Both<'_, Constraint>) -> Operation {
        where_stored(constraint.written, Operation::drop(self.constraint_id(constraint)))
    }

    /// Adds a constraint to the table.
    pub(super) fn create_constraint(&self, constraint: Both<'_, Constraint>) -> Operation {
        create_constraint(&self.to.written.name, constraint.written)
    }

    /// Gives a constraint the comment of the other side.
    pub(super) fn comment_constraint(
        &self,
        from: Both<'_, Constraint>,
        to: Both<'_, Constraint>,
    ) -> Operation {
        let text = to.form.comment().cloned();
        where_stored(from.written, Operation::Comment { id: self.constraint_id(from), text })
    }

    /// Returns the id of a constraint of the first side, as it was written.
    pub(super) fn constraint_id(&self, constraint: Both<'_, Constraint>) -> ObjectId {
        let reference = self.from.written.constraint_reference(constraint.written);
        ObjectId::constraint(self.to.written.name.clone(), reference)
    }
}

/// Tells whether a column has an enum type that is dropped. Where the database keeps no enum types, the form lacks it.
fn leaves_type(from: &Table, to: &Table, side: &Canonical) -> bool {
    let enums = &side.as_written().enums;
    let stays = |column: &Column| column.ty.base.enum_name().is_none_or(|name| enums.contains_key(name));
    from.columns.iter().any(|column| !stays(column) && to.column(&column.name).is_some())
}

fn indexes<'c>(
    from: BothTable<'c>,
    to: BothTable<'c>,
    comparison: &mut Comparison<'_>,
) -> Matched<'c, Index> {
    let Matched { same, mut gone, mut new } =
        Matched::by_name(from.indexes(), to.indexes(), |index| &index.name);
    let is_other = |(was, is): &(Both<'_, Index>, Both<'_, Index>)| {
        is_other_index(&to.form.name, was.form, is.form, comparison)
    };
    let (other, same): (Vec<_>, Vec<_>) = same.into_iter().partition(is_other);
    for (from, to) in other {
        gone.push(from);
        new.push(to);
    }
    gone.sort_by_key(|index| &index.form.name);
    new.sort_by_key(|index| &index.form.name);
    Matched { same, gone, new }
}

/// Pairs the constraints of a table in rounds: equal ones; those that differ in a generated name or the comment; those
/// that an ALTER makes equal; those whose expressions are equal to the server.
fn constraints<'c>(
    from: BothTable<'c>,
    to: BothTable<'c>,
    comparison: &mut Comparison<'_>,
) -> Matched<'c, Constraint> {
    let mut matched =
        Matched { same: Vec::new(), gone: from.constraints().collect(), new: to.constraints().collect() };
    let is_served = |was: &Constraint, is: &Constraint| is_served(was, is, to.form);
    matched.pair_up(|from, to| from == to);
    matched.pair_up(|from, to| is_served(from, to) && in_place_of(from, to) == *to);
    matched.pair_up(|from, to| is_served(from, to) && altered(in_place_of(from, to), to) == *to);
    let mut is_equal = |was: &'c Constraint, is: &'c Constraint| {
        is_served(was, is)
            && match (was, is) {
                (Constraint::Check(was), Constraint::Check(is)) => {
                    is_equal_check([from.form, to.form], was, is, comparison)
                }
                (Constraint::Exclusion(was), Constraint::Exclusion(is)) => {
                    let Exclusion { index, operators, deferral, comment: _ } = &**is;
                    (&was.operators, &was.deferral) == (operators, deferral)
                        && !is_other_index(&to.form.name, &was.index, index, comparison)
                }
                (_, _) => false,
            }
    };
    // Which of them are left depends on answers: all are asked about, so that one batch is enough.
    for to in &matched.new {
        for from in &matched.gone {
            is_equal(from.form, to.form);
        }
    }
    matched.pair_up(is_equal);
    matched
}

/// Tells whether the name of `from` fits `to`: it is the same, or `to` has none and no other constraint of its kind takes
/// the name.
fn is_served(from: &Constraint, to: &Constraint, table: &Table) -> bool {
    let takes_name = |other: &Constraint| other.is_of_kind_of(from) && other.name() == from.name();
    from.is_of_kind_of(to)
        && match to.name() {
            Some(name) => from.name() == Some(name),
            None => from.name().is_none() || !table.constraints.iter().any(takes_name),
        }
}

/// Returns a constraint with the name and the comment of another.
fn in_place_of(from: &Constraint, to: &Constraint) -> Constraint {
    let mut served = from.clone();
    match to.name() {
        Some(name) => served.set_name(name.clone()),
        None => served.forget_name(),
    }
    *served.comment_mut() = to.comment().cloned();
    served
}

/// Returns a constraint with what an ALTER can take over from another: when a foreign key is checked, and that all rows
/// are.
fn altered(mut from: Constraint, to: &Constraint) -> Constraint {
    if let Constraint::ForeignKey(key) = &mut from {
        key.deferral = to.deferral();
    }
    if !to.is_not_valid() {
        from.validate();
    }
    from
}

/// Tells whether two checks of a table are equal but for the spelling of their expressions.
fn is_equal_check([from, to]: [&Table; 2], was: &Check, is: &Check, comparison: &mut Comparison<'_>) -> bool {
    let Check { name: _, expression: _, is_no_inherit, is_not_valid, comment: _ } = is;
    if was.is_no_inherit != *is_no_inherit || (*is_not_valid && !was.is_not_valid) {
        return false;
    }
    let placed = |table: &Table, check: &'_ Check| {
        let place = table.checks().position(|other| std::ptr::eq(other, check));
        place.map(Subject::Check)
    };
    let (Some(from), Some(subject)) = (placed(from, was), placed(to, is)) else { return false };
    let from = Placed { subject: from, expression: &was.expression };
    !comparison.is_different(&to.name, from, Placed { subject, expression: &is.expression })
}

/// Tells whether two indexes of one name are known to differ in more than their comments.
fn is_other_index(table: &TableName, from: &Index, to: &Index, comparison: &mut Comparison<'_>) -> bool {
    let Index { name, parts, predicate, comment, .. } = from.clone();
    if *from != (Index { name, parts, predicate, comment, ..to.clone() })
        || from.parts.len() != to.parts.len()
    {
        return true;
    }
    let mut is_different = false;
    for (place, (from, part)) in from.parts.iter().zip(&to.parts).enumerate() {
        is_different |= *from != IndexPart { key: from.key.clone(), ..part.clone() };
        is_different |= match (&from.key, &part.key) {
            (IndexKey::Expression(from), IndexKey::Expression(part)) => {
                comparison.is_other(table, Subject::IndexPart(to.name.clone(), place), from, part)
            }
            (from, part) => from != part,
        };
    }
    is_different
        || match (&from.predicate, &to.predicate) {
            (Some(from), Some(condition)) => {
                comparison.is_other(table, Subject::Predicate(to.name.clone()), from, condition)
            }
            (from, condition) => from.is_some() != condition.is_some(),
        }
}
