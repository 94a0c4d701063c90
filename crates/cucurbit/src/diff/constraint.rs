//! Constraints: keys, uniques, checks and exclusions.

use std::collections::BTreeSet;

use crate::{
    dialect::Both,
    operation::{self, ColumnChange, ConstraintChange, Operation},
    schema::{Constraint, ForeignKey, Ident},
};

use super::{
    order::Changes,
    pair::Pair,
    place::{Phase, Step},
    reason::{self, Reasons, Thing},
};

/// Drops the constraints that go, and adds those that come.
pub(super) fn compare<'c>(pair: &Pair<'c>, changes: &mut Changes<'c>) {
    for gone in &pair.constraints.gone {
        let name = gone.form.index_name().map(|name| reason::name(pair.name(), name));
        let key = gone.form.key().map(|key| Thing::Key(pair.name(), key));
        let reasons = Reasons::default().takes(name).takes(key).leaves(of_foreign_key(pair, gone.form));
        let [drop, ..] = steps(gone.form);
        changes.add_of(pair.name(), (Phase::Altered, drop), pair.drop_constraint(*gone), reasons);
    }
    for new in &pair.constraints.new {
        let name = new.form.index_name().map(|name| reason::name(pair.name(), name));
        let key = pair.new_key(new.form.key());
        let reasons = Reasons::default().gives(name).gives(key).needs(of_foreign_key(pair, new.form));
        let [_, create, _] = steps(new.form);
        let place = (Phase::Altered, create);
        changes.add_of(pair.name(), place, pair.create_constraint(*new), reasons);
        if let Constraint::PrimaryKey(key) = new.written {
            for operation in null_again(pair, &key.columns) {
                changes.add_of(pair.name(), place, operation, Reasons::default());
            }
        }
    }
}

/// Changes what stays: its comment, when it is checked, and whether old rows are. A foreign key that needs what is `taken`
/// is dropped before and recreated after.
pub(super) fn compare_kept<'c>(pair: &Pair<'c>, taken: &BTreeSet<Thing<'c>>, changes: &mut Changes<'c>) {
    if pair.is_same && taken.is_empty() {
        return;
    }
    for (from, to) in pair.kept_constraints() {
        let needed = of_foreign_key(pair, from.form);
        if needed.iter().any(|thing| taken.contains(thing)) {
            let drop = (Phase::Blocking, Step::DropForeignKey);
            let reasons = Reasons::default().leaves(needed);
            changes.add_of(pair.name(), drop, pair.drop_constraint(from), reasons);
            let create = (Phase::Again, Step::CreateForeignKey);
            let reasons = Reasons::default().needs(of_foreign_key(pair, to.form));
            changes.add_of(pair.name(), create, pair.create_constraint(to), reasons);
        } else {
            alter(pair, from, to, changes);
        }
    }
}

fn of_foreign_key<'c>(pair: &Pair<'c>, constraint: &'c Constraint) -> Vec<Thing<'c>> {
    let key = foreign_key(constraint);
    key.map_or_else(Vec::new, |key| reason::of_foreign_key(pair.name(), key))
}

/// Returns the foreign key that a constraint is.
pub(super) const fn foreign_key(constraint: &Constraint) -> Option<&ForeignKey> {
    if let Constraint::ForeignKey(key) = constraint { Some(key) } else { None }
}

/// A new primary key refuses NULL; on SQLite its columns may allow it.
fn null_again(pair: &Pair<'_>, columns: &[Ident]) -> impl Iterator<Item = Operation> {
    let takes_null = |name: &&Ident| pair.to.form.column(name).is_some_and(|column| column.nullable);
    columns.iter().filter(takes_null).map(|column| {
        let changes = vec![ColumnChange::SetNullable];
        Operation::alter_column(pair.to.written.name.clone(), column.clone(), changes)
    })
}

/// Returns the steps in which a constraint is dropped, created and altered. Of an exclusion constraint, only the comment is
/// altered.
const fn steps(constraint: &Constraint) -> [Step; 3] {
    match constraint {
        Constraint::Check(_) => [Step::DropCheck, Step::CreateCheck, Step::AlterCheck],
        Constraint::Exclusion(_) => [Step::DropExclusion, Step::CreateExclusion, Step::Comment],
        Constraint::ForeignKey(_) => [Step::DropForeignKey, Step::CreateForeignKey, Step::AlterForeignKey],
        Constraint::PrimaryKey(_) => [Step::DropPrimaryKey, Step::CreatePrimaryKey, Step::AlterPrimaryKey],
        Constraint::Unique(_) => [Step::DropUnique, Step::CreateUnique, Step::AlterUnique],
    }
}

fn alter<'c>(
    pair: &Pair<'c>,
    from: Both<'c, Constraint>,
    to: Both<'c, Constraint>,
    changes: &mut Changes<'c>,
) {
    let mut add = |operation| {
        let [.., altered] = steps(from.form);
        changes.add_of(pair.name(), (Phase::Altered, altered), operation, Reasons::default());
    };
    if from.form.comment() != to.form.comment() {
        add(pair.comment_constraint(from, to));
    }
    let deferral = to.form.deferral();
    let is_validated = from.form.is_not_valid() && !to.form.is_not_valid();
    let is_deferred = from.form.deferral() != deferral;
    let changes = is_deferred.then_some(ConstraintChange::SetDeferral(deferral));
    for change in changes.into_iter().chain(is_validated.then_some(ConstraintChange::Validate)) {
        let (table, constraint) =
            (pair.to.written.name.clone(), pair.from.written.constraint_reference(from.written));
        add(Operation::Alter(operation::Change::Constraint { table, constraint, change }));
    }
}
