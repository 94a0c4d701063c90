//! Keys, uniques and checks. Named ones are paired by name, unnamed ones by what they are.

use crate::{
    dialect::Subject,
    operation::Operation,
    schema::{Check, ConstraintRef, ForeignKey, Ident, PrimaryKey, Unique},
};

use super::{
    expression::{Comparison, Placed},
    table::Pair,
};

/// What changes in a table's constraints: foreign keys go first and come last.
#[derive(Debug, Default)]
pub(super) struct Constraints {
    pub(super) dropped: Vec<Operation>,
    pub(super) added: Vec<Operation>,
}

pub(super) fn compare(pair: Pair<'_>, comparison: &mut Comparison<'_>) -> Constraints {
    let table = &pair.to.written.name;
    let mut constraints = Constraints::default();
    let mut drop = |constraint| {
        constraints.dropped.push(Operation::DropConstraint { table: table.clone(), constraint });
    };

    let foreign_keys = match_up(&pair.from.form.foreign_keys, &pair.to.form.foreign_keys);
    foreign_keys.gone.iter().for_each(|key| drop(key.reference()));
    let uniques = match_up(&pair.from.form.uniques, &pair.to.form.uniques);
    uniques.gone.iter().for_each(|unique| drop(unique.reference()));
    let checks = compare_checks(pair, comparison);
    checks.gone.iter().for_each(|check| drop(check.reference()));
    let primary_key_changes = is_other_primary_key(pair);
    if primary_key_changes && pair.from.form.primary_key.is_some() {
        drop(ConstraintRef::PrimaryKey);
    }

    if primary_key_changes && let Some(primary_key) = pair.to.written.primary_key.clone() {
        constraints.added.push(Operation::CreatePrimaryKey { table: table.clone(), primary_key });
    }
    for unique in uniques.new {
        constraints.added.push(Operation::CreateUnique { table: table.clone(), unique: unique.clone() });
    }
    for check in checks.new {
        constraints.added.push(Operation::CreateCheck { table: table.clone(), check: check.clone() });
    }
    for foreign_key in foreign_keys.new {
        let foreign_key = foreign_key.clone();
        constraints.added.push(Operation::CreateForeignKey { table: table.clone(), foreign_key });
    }
    constraints
}

/// Lists the columns of the keys that go away and that others may refer to.
pub(super) fn lost_keys<'c>(pair: Pair<'c>) -> Vec<&'c [Ident]> {
    let uniques = match_up(&pair.from.form.uniques, &pair.to.form.uniques).gone;
    let primary_key = pair.from.form.primary_key.as_ref().filter(|_| is_other_primary_key(pair));
    let uniques = uniques.into_iter().map(|unique| unique.columns.as_slice());
    uniques.chain(primary_key.map(|key| key.columns.as_slice())).collect()
}

/// Lists the keys that go away, with their names.
pub(super) fn dropped_keys<'c>(pair: Pair<'c>) -> Vec<(Option<&'c Ident>, ConstraintRef)> {
    let uniques = match_up(&pair.from.form.uniques, &pair.to.form.uniques).gone;
    let primary_key = pair.from.form.primary_key.as_ref().filter(|_| is_other_primary_key(pair));
    let uniques = uniques.into_iter().map(|unique| (unique.name.as_ref(), unique.reference()));
    uniques.chain(primary_key.map(|key| (key.name.as_ref(), ConstraintRef::PrimaryKey))).collect()
}

/// Tells whether others can refer to these columns only after the changes of this table.
pub(super) fn is_new_key(pair: Pair<'_>, columns: &[Ident]) -> bool {
    let uniques = match_up(&pair.from.form.uniques, &pair.to.form.uniques).new;
    let primary_key = pair.to.form.primary_key.as_ref().filter(|_| is_other_primary_key(pair));
    let primary_key = primary_key.map(|key| key.columns.as_slice());
    uniques.into_iter().map(|unique| unique.columns.as_slice()).chain(primary_key).any(|key| key == columns)
}

/// Lists the foreign keys that go.
pub(super) fn dropped_foreign_keys<'c>(pair: Pair<'c>) -> Vec<&'c ForeignKey> {
    match_up(&pair.from.form.foreign_keys, &pair.to.form.foreign_keys).gone
}

fn is_other_primary_key(pair: Pair<'_>) -> bool {
    match (&pair.from.form.primary_key, &pair.to.form.primary_key) {
        (Some(from), Some(to)) => !is_same(from, to),
        (None, None) => false,
        (Some(_), None) | (None, Some(_)) => true,
    }
}

/// A constraint that is compared as a whole, except for a name that nobody chose.
trait Compared: PartialEq + Clone {
    fn name(&self) -> Option<&Ident>;
    fn unnamed(&self) -> Self;
}

macro_rules! compared {
    ($($ty:ty),*) => {$(
        impl Compared for $ty {
            fn name(&self) -> Option<&Ident> {
                self.name.as_ref()
            }

            fn unnamed(&self) -> Self {
                Self { name: None, ..self.clone() }
            }
        }
    )*};
}
compared!(Check, ForeignKey, PrimaryKey, Unique);

/// Tells whether `to` is served by `from`: the same thing, under the same name if `to` chooses one.
fn is_same<T: Compared>(from: &T, to: &T) -> bool {
    match to.name() {
        Some(_) => from == to,
        None => from.unnamed() == to.unnamed(),
    }
}

/// What is left of two lists when what is the same on both sides is taken out.
struct Unmatched<'c, T> {
    gone: Vec<&'c T>,
    new: Vec<&'c T>,
}

/// Pairs two lists: first under equal names, then unnamed ones with each other, then with what is left.
fn match_up<'c, T: Compared>(from: &'c [T], to: &'c [T]) -> Unmatched<'c, T> {
    let mut unmatched = Unmatched { gone: from.iter().collect(), new: to.iter().collect() };
    let rounds: [fn(&T, &T) -> bool; 2] = [|from, to| from == to, is_same];
    for fits in rounds {
        unmatched.new.retain(|to| match unmatched.gone.iter().position(|from| fits(from, to)) {
            Some(position) => {
                unmatched.gone.remove(position);
                false
            }
            None => true,
        });
    }
    unmatched
}

/// Pairs checks: those that are equal as written, then by name or place, by what the server says of them.
fn compare_checks<'c>(pair: Pair<'c>, comparison: &mut Comparison<'_>) -> Unmatched<'c, Check> {
    let from = &pair.from.form.checks;
    let to = &pair.to.form.checks;
    let mut unmatched = match_up(from, to);
    let place = |list: &[Check], check: &Check| list.iter().position(|other| std::ptr::eq(other, check));
    let mut new = Vec::new();
    for check in unmatched.new {
        let candidates = unmatched.gone.iter().position(|other| {
            if check.name.is_some() && other.name != check.name {
                return false;
            }
            let (Some(at_from), Some(at_to)) = (place(from, other), place(to, check)) else { return false };
            !comparison.is_different(
                &pair.to.form.name,
                Placed { subject: Subject::Check(at_from), expression: &other.expression },
                Placed { subject: Subject::Check(at_to), expression: &check.expression },
            )
        });
        match candidates {
            Some(position) => drop(unmatched.gone.remove(position)),
            // What is emitted is what was written: both lists keep their order.
            None => new.push(place(to, check).map_or(check, |place| &pair.to.written.checks[place])),
        }
    }
    unmatched.new = new;
    // An unnamed check is dropped by its text, and the one that is there was written.
    let written = |check| place(from, check).map_or(check, |place| &pair.from.written.checks[place]);
    unmatched.gone = unmatched.gone.into_iter().map(written).collect();
    unmatched
}
