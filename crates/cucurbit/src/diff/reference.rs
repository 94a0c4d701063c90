//! Foreign keys and what they refer to: which stand in the way of a change, and which must wait for one.

use std::collections::BTreeSet;

use crate::{
    operation::Operation,
    schema::{Column, Constraint, ForeignKey, Ident, Table, TableName, Type},
};

use super::pair::{Pairs, foreign_key, index_key};

/// A key that can be referred to: a table and columns, whose order does not matter.
type Key<'c> = (&'c TableName, BTreeSet<&'c Ident>);

/// What happens to the things that foreign keys refer to.
#[derive(Debug)]
pub(super) struct Moved<'c> {
    /// Tables that go.
    gone: BTreeSet<&'c TableName>,
    /// Keys that go, though others on the same columns may come.
    lost: BTreeSet<Key<'c>>,
    /// Those of them that are unique indexes.
    lost_indexes: BTreeSet<Key<'c>>,
    /// Keys that come.
    made: BTreeSet<Key<'c>>,
    /// Those of them that only unique indexes are.
    made_indexes: BTreeSet<Key<'c>>,
    /// Columns whose values can be compared with the old ones no more.
    retyped: BTreeSet<(&'c TableName, &'c Ident)>,
    /// Tables that are logged from then on, or no more: a logged one never refers to one that is not.
    relogged: BTreeSet<&'c TableName>,
}

impl<'c> Moved<'c> {
    pub(super) fn of(pairs: &Pairs<'c>) -> Self {
        let mut moved = Self {
            gone: pairs.dropped.iter().map(|view| &view.form.name).collect(),
            lost: BTreeSet::new(),
            lost_indexes: BTreeSet::new(),
            made: BTreeSet::new(),
            made_indexes: BTreeSet::new(),
            retyped: BTreeSet::new(),
            relogged: BTreeSet::new(),
        };
        for pair in pairs.common.iter().filter(|pair| !pair.is_same) {
            let name = &pair.to.form.name;
            if pair.from.form.options.is_unlogged != pair.to.form.options.is_unlogged {
                moved.relogged.insert(name);
            }
            let constraints =
                pair.constraints.gone.iter().filter_map(|constraint| constraint_key(constraint.form));
            let lost_indexes = pair.indexes.gone.iter().filter_map(|index| index_key(index.form));
            let lost_indexes: BTreeSet<BTreeSet<&Ident>> = lost_indexes.collect();
            let lost: BTreeSet<BTreeSet<&Ident>> = constraints.chain(lost_indexes.iter().cloned()).collect();
            let kept: BTreeSet<_> = keys(pair.from.form).difference(&lost).cloned().collect();
            let made: BTreeSet<_> = keys(pair.to.form).difference(&kept).cloned().collect();
            let constraints = constraint_keys(pair.to.form);
            let made_indexes = made.iter().filter(|key| !constraints.contains(*key)).cloned();
            moved.made_indexes.extend(made_indexes.map(|key| (name, key)));
            moved.lost_indexes.extend(lost_indexes.into_iter().map(|key| (name, key)));
            moved.made.extend(made.into_iter().map(|key| (name, key)));
            moved.lost.extend(lost.into_iter().map(|key| (name, key)));
            let retyped = pair.columns.same.iter().filter(|(from, to)| !is_comparable(from.form, to.form));
            moved.retyped.extend(retyped.map(|(_, column)| (name, &column.form.name)));
        }
        moved
    }

    /// Tells whether nothing goes that a foreign key could refer to.
    fn is_nothing(&self) -> bool {
        let Self { gone, lost, lost_indexes: _, made: _, made_indexes: _, retyped, relogged } = self;
        gone.is_empty() && lost.is_empty() && retyped.is_empty() && relogged.is_empty()
    }

    /// Tells whether what a foreign key refers to, or its own columns, cannot change while it is there.
    fn is_in_the_way(&self, owner: &TableName, foreign_key: &ForeignKey) -> bool {
        let ForeignKey { columns, referred_table, referred_columns, .. } = foreign_key;
        self.gone.contains(referred_table)
            || (self.relogged.contains(referred_table) && owner != referred_table)
            || self.lost.contains(&(referred_table, referred_columns.iter().collect()))
            || self.are_retyped(owner, columns)
            || self.are_retyped(referred_table, referred_columns)
    }

    /// Tells whether a table can be referred to by this foreign key only after it was altered.
    pub(super) fn is_ready_late(&self, foreign_key: &ForeignKey) -> bool {
        let ForeignKey { referred_table, referred_columns, .. } = foreign_key;
        self.made.contains(&(referred_table, referred_columns.iter().collect()))
            || self.relogged.contains(referred_table)
            || self.are_retyped(referred_table, referred_columns)
    }

    /// Tells whether this foreign key refers to an index of its own table that goes, as indexes do before constraints.
    fn is_before_its_index(&self, owner: &TableName, key: &ForeignKey) -> bool {
        let ForeignKey { referred_table, referred_columns, .. } = key;
        owner == referred_table
            && self.lost_indexes.contains(&(referred_table, referred_columns.iter().collect()))
    }

    /// Tells whether this foreign key refers to an index of its own table that comes, as indexes do after constraints.
    pub(super) fn is_after_its_index(&self, owner: &TableName, key: &ForeignKey) -> bool {
        let ForeignKey { referred_table, referred_columns, .. } = key;
        owner == referred_table
            && self.made_indexes.contains(&(referred_table, referred_columns.iter().collect()))
    }

    fn are_retyped(&self, table: &TableName, columns: &[Ident]) -> bool {
        columns.iter().any(|column| self.retyped.contains(&(table, column)))
    }
}

/// Foreign keys that are dropped before anything else, and those of them that come again after everything else.
#[derive(Debug, Default)]
pub(super) struct InTheWay {
    pub(super) dropped: Vec<Operation>,
    pub(super) again: Vec<Operation>,
}

pub(super) fn in_the_way(pairs: &Pairs<'_>, moved: &Moved<'_>) -> InTheWay {
    let mut found = InTheWay::default();
    if moved.is_nothing() {
        return found;
    }
    for pair in &pairs.common {
        let is_in_the_way = |key: &ForeignKey| moved.is_in_the_way(pair.name(), key);
        // In its own table a foreign key goes first anyway.
        let is_first = |key: &ForeignKey| {
            key.referred_table == *pair.name() && !moved.is_before_its_index(pair.name(), key)
        };
        let must_go = |key: &ForeignKey| !is_first(key) && is_in_the_way(key);
        let gone = pair.constraints.gone.iter().filter(|one| foreign_key(one.form).is_some_and(must_go));
        found.dropped.extend(gone.map(|constraint| pair.drop_constraint(*constraint)));
        for (from, to) in pair.kept_constraints() {
            if foreign_key(from.form).is_some_and(is_in_the_way) {
                found.dropped.push(pair.drop_constraint(from));
                found.again.push(pair.create_constraint(to));
            }
        }
    }
    found
}

/// Lists what can be referred to in a table.
fn keys(table: &Table) -> BTreeSet<BTreeSet<&Ident>> {
    let mut keys = constraint_keys(table);
    keys.extend(table.indexes.values().filter_map(index_key));
    keys
}

fn constraint_keys(table: &Table) -> BTreeSet<BTreeSet<&Ident>> {
    table.constraints.iter().filter_map(constraint_key).collect()
}

/// Returns the columns of a constraint that a foreign key can refer to.
fn constraint_key(constraint: &Constraint) -> Option<BTreeSet<&Ident>> {
    match constraint {
        Constraint::PrimaryKey(key) => Some(key.columns.iter().collect()),
        Constraint::Unique(unique) => Some(unique.columns.iter().collect()),
        Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => None,
    }
}

/// Tells whether a foreign key between a column's old and new type could be.
fn is_comparable(from: &Column, to: &Column) -> bool {
    let is_integer = |ty: &Type| matches!(ty, Type::BigInteger | Type::Integer | Type::SmallInteger);
    let is_text = |ty: &Type| matches!(ty, Type::String { .. } | Type::Text);
    let (from, to) = (&from.ty.base, &to.ty.base);
    from == to || (is_integer(from) && is_integer(to)) || (is_text(from) && is_text(to))
}
