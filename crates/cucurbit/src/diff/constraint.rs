//! Constraints: keys, uniques, checks and exclusions.

use crate::{
    dialect::Both,
    operation::{Change, ColumnChange, ConstraintChange, Operation},
    schema::{Constraint, ConstraintRef, ForeignKey, Ident, ObjectId},
};

use super::pair::{Pair, foreign_key};

/// What changes in a table's constraints: foreign keys are dropped first and added last.
#[derive(Debug, Default)]
pub(super) struct Constraints {
    pub(super) dropped: Vec<Operation>,
    /// The changes of constraints that are not recreated, each with its constraint.
    pub(super) altered: Vec<(ObjectId, Operation)>,
    pub(super) added: Vec<Operation>,
    /// Foreign keys that wait for another table.
    pub(super) late: Vec<Operation>,
    /// The comments of exclusion constraints on both sides.
    pub(super) commented: Vec<Operation>,
}

pub(super) fn compare(pair: &Pair<'_>, waits: impl Fn(&ForeignKey) -> bool) -> Constraints {
    let mut constraints = Constraints::default();
    let dropped = in_order(&pair.constraints.gone, drop_rank);
    constraints.dropped.extend(dropped.map(|constraint| pair.drop_constraint(constraint)));
    alter(pair, &mut constraints);
    for constraint in in_order(&pair.constraints.new, add_rank) {
        let create = pair.create_constraint(constraint);
        if foreign_key(constraint.form).is_some_and(&waits) {
            constraints.late.push(create);
        } else {
            constraints.added.push(create);
        }
        if let Constraint::PrimaryKey(key) = constraint.written {
            constraints.added.extend(null_again(pair, &key.columns));
        }
    }
    constraints
}

/// A new primary key refuses NULL; on SQLite its columns may allow it.
fn null_again(pair: &Pair<'_>, columns: &[Ident]) -> impl Iterator<Item = Operation> {
    let takes_null = |name: &&Ident| pair.to.form.column(name).is_some_and(|column| column.nullable);
    columns.iter().filter(takes_null).map(|column| {
        let changes = vec![ColumnChange::SetNullable];
        Operation::alter_column(pair.to.written.name.clone(), column.clone(), changes)
    })
}

/// Sorts constraints by kind.
pub(super) fn in_order<'c>(
    constraints: &[Both<'c, Constraint>],
    rank: fn(&Constraint) -> u8,
) -> impl Iterator<Item = Both<'c, Constraint>> + use<'c> {
    let mut constraints = constraints.to_vec();
    constraints.sort_by_key(|constraint| rank(constraint.form));
    constraints.into_iter()
}

/// Exclusions and foreign keys are dropped first, the primary key last.
pub(super) const fn drop_rank(constraint: &Constraint) -> u8 {
    match constraint {
        Constraint::Exclusion(_) => 0,
        Constraint::ForeignKey(_) => 1,
        Constraint::Unique(_) => 2,
        Constraint::Check(_) => 3,
        Constraint::PrimaryKey(_) => 4,
    }
}

/// The primary key is added first, foreign keys and exclusions last.
const fn add_rank(constraint: &Constraint) -> u8 {
    match constraint {
        Constraint::PrimaryKey(_) => 0,
        Constraint::Unique(_) => 1,
        Constraint::Check(_) => 2,
        Constraint::ForeignKey(_) => 3,
        Constraint::Exclusion(_) => 4,
    }
}

/// Foreign keys, then uniques, the primary key and checks.
const fn alter_rank(constraint: &Constraint) -> u8 {
    match constraint {
        Constraint::ForeignKey(_) => 0,
        Constraint::Unique(_) => 1,
        Constraint::PrimaryKey(_) => 2,
        Constraint::Check(_) => 3,
        Constraint::Exclusion(_) => 4,
    }
}

/// Alters constraints that are not recreated: the comment, when it is checked, and whether old rows are.
fn alter(pair: &Pair<'_>, constraints: &mut Constraints) {
    let mut same = pair.constraints.same.clone();
    same.sort_by_key(|(from, _)| alter_rank(from.form));
    for (from, to) in same {
        let is_other_comment = from.form.comment() != to.form.comment();
        let comment = is_other_comment.then(|| pair.comment_constraint(from, to));
        if let Constraint::Exclusion(_) = from.form {
            constraints.commented.extend(comment);
            continue;
        }
        let deferral = to.form.deferral();
        let is_validated = from.form.is_not_valid() && !to.form.is_not_valid();
        let changes = (from.form.deferral() != deferral).then_some(ConstraintChange::SetDeferral(deferral));
        let changes = changes.into_iter().chain(is_validated.then_some(ConstraintChange::Validate));
        let changes: Vec<ConstraintChange> = changes.collect();
        if comment.is_none() && changes.is_empty() {
            continue;
        }
        let constraint: ConstraintRef = pair.from.written.constraint_reference(from.written);
        let alter = changes.into_iter().map(|change| {
            let (table, constraint) = (pair.to.written.name.clone(), constraint.clone());
            Operation::Alter(Change::Constraint { table, constraint, change })
        });
        let id = pair.constraint_id(from);
        constraints.altered.extend(comment.into_iter().chain(alter).map(|change| (id.clone(), change)));
    }
}
