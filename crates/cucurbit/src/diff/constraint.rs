//! Keys, uniques and checks. Named ones are paired by name, unnamed ones by what they are.

use crate::{
    dialect::{Subject, is_in_letters, is_written_as},
    operation::{Change, ColumnChange, ConstraintChange, Operation},
    schema::{
        Check, Constraint, ConstraintRef, ForeignKey, Ident, Object, ObjectId, PrimaryKey, TableName, Unique,
    },
};

use super::{
    expression::{Comparison, Placed},
    table::Pair,
};

/// What changes in a table's constraints: foreign keys go first and come last.
#[derive(Debug, Default)]
pub(super) struct Constraints {
    pub(super) dropped: Vec<Operation>,
    /// What is changed without being recreated: which one, and the change.
    pub(super) altered: Vec<(ObjectId, Operation)>,
    pub(super) added: Vec<Operation>,
    /// Foreign keys that wait for another table.
    pub(super) late: Vec<Operation>,
}

pub(super) fn compare(
    pair: Pair<'_>,
    comparison: &mut Comparison<'_>,
    waits: impl Fn(&ForeignKey) -> bool,
) -> Constraints {
    let table = &pair.to.written.name;
    let mut constraints = Constraints::default();
    let add = |constraint: Constraint| Operation::create(Object::constraint(table.clone(), constraint));
    let mut drop = |constraint| {
        constraints.dropped.push(Operation::drop(ObjectId::constraint(table.clone(), constraint)));
    };

    let foreign_keys = match_up(pair.from.form.foreign_keys(), pair.to.form.foreign_keys());
    foreign_keys.gone.iter().for_each(|key| drop(pair.from.foreign_key_reference(key)));
    let uniques = match_up(pair.from.form.uniques(), pair.to.form.uniques());
    uniques.gone.iter().for_each(|unique| drop(pair.from.unique_reference(unique)));
    let checks = compare_checks(pair, comparison);
    // An unnamed check is found by its text, as it stands in the schema before.
    let places = pair.from.form.checks().zip(pair.from.written.checks());
    for (form, written) in places {
        if checks.gone.iter().any(|gone| std::ptr::eq(*gone, form)) {
            drop(written.reference());
        }
    }
    constraints.altered = altered(pair, &foreign_keys, &uniques.same, &checks);
    let primary_key_changes = is_other_primary_key(pair);
    if primary_key_changes && pair.from.form.primary_key().is_some() {
        drop(ConstraintRef::PrimaryKey);
    }

    if primary_key_changes && let Some(primary_key) = pair.to.written.primary_key().cloned() {
        let columns = primary_key.columns.clone();
        constraints.added.push(add(primary_key.into()));
        // A new key refuses NULL; one of SQLite may take it.
        let takes_null = |name: &&Ident| pair.to.form.column(name).is_some_and(|column| column.nullable);
        constraints.added.extend(columns.iter().filter(takes_null).map(|column| {
            Operation::alter_column(table.clone(), column.clone(), vec![ColumnChange::SetNullable])
        }));
    }
    for unique in uniques.new {
        constraints.added.push(add(written(unique, pair.to.written.uniques()).clone().into()));
    }
    for check in checks.new {
        constraints.added.push(add(check.clone().into()));
    }
    for form in foreign_keys.new {
        let create = add(written(form, pair.to.written.foreign_keys()).clone().into());
        if waits(form) { constraints.late.push(create) } else { constraints.added.push(create) }
    }
    constraints
}

/// Changes what stays the constraint that it is: its comment, when it is checked, and whether old rows are.
fn altered(
    pair: Pair<'_>,
    foreign_keys: &Matched<'_, ForeignKey>,
    uniques: &[(&Unique, &Unique)],
    checks: &Matched<'_, Check>,
) -> Vec<(ObjectId, Operation)> {
    let table = &pair.to.written.name;
    let mut changes = Vec::new();
    for (from, to) in &foreign_keys.same {
        let reference = || pair.from.foreign_key_reference(from);
        changes.extend(comment(table, reference, *from, *to));
        if from.deferral != to.deferral {
            changes.push(alter(table, reference(), ConstraintChange::SetDeferral(to.deferral)));
        }
        if from.is_not_valid && !to.is_not_valid {
            changes.push(alter(table, reference(), ConstraintChange::Validate));
        }
    }
    for (from, to) in uniques {
        changes.extend(comment(table, || pair.from.unique_reference(from), *from, *to));
    }
    if let (Some(from), Some(to)) = (pair.from.form.primary_key(), pair.to.form.primary_key())
        && !is_other_primary_key(pair)
    {
        changes.extend(comment(table, || from.reference(), from, to));
    }
    for (from, to) in &checks.same {
        // An unnamed check is found by its text, as it stands in the schema before.
        let places = pair.from.form.checks().zip(pair.from.written.checks());
        let written = places.into_iter().find(|(form, _)| std::ptr::eq(*form, *from));
        let reference = written.map_or_else(|| from.reference(), |(_, written)| written.reference());
        changes.extend(comment(table, || reference.clone(), *from, *to));
        if from.is_not_valid && !to.is_not_valid {
            changes.push(alter(table, reference, ConstraintChange::Validate));
        }
    }
    changes
}

/// The change of a constraint's comment, if it has another one.
fn comment<T: Compared>(
    table: &TableName,
    reference: impl FnOnce() -> ConstraintRef,
    from: &T,
    to: &T,
) -> Option<(ObjectId, Operation)> {
    let is_other = from.comment() != to.comment();
    is_other.then(|| {
        let id = ObjectId::constraint(table.clone(), reference());
        (id.clone(), Operation::Comment { id, text: to.comment().cloned() })
    })
}

fn alter(table: &TableName, constraint: ConstraintRef, change: ConstraintChange) -> (ObjectId, Operation) {
    let id = ObjectId::constraint(table.clone(), constraint.clone());
    (id, Operation::Alter(Change::Constraint { table: table.clone(), constraint, change }))
}

/// Lists the columns of the keys that go away and that others may refer to.
pub(super) fn lost_keys<'c>(pair: Pair<'c>) -> Vec<&'c [Ident]> {
    let uniques = match_up(pair.from.form.uniques(), pair.to.form.uniques()).gone;
    let primary_key = pair.from.form.primary_key().filter(|_| is_other_primary_key(pair));
    let uniques = uniques.into_iter().map(|unique| unique.columns.as_slice());
    uniques.chain(primary_key.map(|key| key.columns.as_slice())).collect()
}

/// Pairs the foreign keys.
pub(super) fn foreign_keys<'c>(pair: Pair<'c>) -> Matched<'c, ForeignKey> {
    match_up(pair.from.form.foreign_keys(), pair.to.form.foreign_keys())
}

/// Finds a constraint as it was written by its form.
pub(super) fn written<'c, T: Compared>(form: &'c T, written: impl Iterator<Item = &'c T> + Clone) -> &'c T {
    let same = written.clone().find(|written| *written == form);
    let cut = || written.clone().find(|written| form.is_form_of(written, is_written_as));
    let in_other_letters = || written.clone().find(|written| form.is_form_of(written, is_in_letters));
    same.or_else(cut).or_else(in_other_letters).unwrap_or(form)
}

/// Lists the named keys that go, each with its name.
pub(super) fn dropped_keys<'c>(pair: Pair<'c>) -> Vec<(&'c Ident, ConstraintRef)> {
    let uniques = match_up(pair.from.form.uniques(), pair.to.form.uniques()).gone;
    let uniques = uniques
        .into_iter()
        .filter_map(move |unique| Some((unique.name.as_ref()?, pair.from.unique_reference(unique))));
    let primary_key = pair.from.form.primary_key().into_iter().filter(|_| is_other_primary_key(pair));
    let primary_key = primary_key.filter_map(|key| Some((key.name.as_ref()?, key.reference())));
    uniques.chain(primary_key).collect()
}

/// Tells whether the primary key is not the one that it shall be.
pub(super) fn is_other_primary_key(pair: Pair<'_>) -> bool {
    match (pair.from.form.primary_key(), pair.to.form.primary_key()) {
        (Some(from), Some(to)) => !is_served(from, to, &[to]) || from.unnamed() != to.unnamed(),
        (None, None) => false,
        (Some(_), None) | (None, Some(_)) => true,
    }
}

/// Tells whether a name of the form is a written one.
type IsName = fn(&Ident, &Ident) -> bool;

/// A constraint that is compared as a whole, except for a name that nobody chose.
pub(super) trait Compared: PartialEq + Clone {
    fn name(&self) -> Option<&Ident>;
    fn comment(&self) -> Option<&String>;
    /// Itself without what does not make it another one: its name, and its comment.
    fn unnamed(&self) -> Self;
    /// What it becomes of itself, without being made anew, so that it is nearer to another.
    fn altered(&self, to: &Self) -> Self;
    /// Tells whether a database makes this of what was written, as far as `is_name` says so of names.
    fn is_form_of(&self, written: &Self, is_name: IsName) -> bool;
}

macro_rules! compared {
    ($($ty:ty: $altered:expr, $is_form_of:expr;)*) => {$(
        impl Compared for $ty {
            fn name(&self) -> Option<&Ident> {
                self.name.as_ref()
            }

            fn unnamed(&self) -> Self {
                Self { name: None, comment: None, ..self.clone() }
            }

            fn comment(&self) -> Option<&String> {
                self.comment.as_ref()
            }

            fn altered(&self, to: &Self) -> Self {
                let altered: fn(&Self, &Self) -> Self = $altered;
                altered(self, to)
            }

            fn is_form_of(&self, written: &Self, is_name: IsName) -> bool {
                let is_same: fn(&Self, &Self, IsName) -> bool = $is_form_of;
                is_same(self, written, is_name) && are(is_name, self.name.as_slice(), written.name.as_slice())
            }
        }
    )*};
}
compared! {
    Check: |from, to| Check { is_not_valid: from.is_not_valid && to.is_not_valid, ..from.clone() }, |form, written, _| {
        form.expression == written.expression
    };
    ForeignKey: |from, to| ForeignKey {
        deferral: to.deferral,
        is_not_valid: from.is_not_valid && to.is_not_valid,
        ..from.clone()
    }, |form, written, is_name| {
        are(is_name, &form.columns, &written.columns)
            && form.referred_table.schema == written.referred_table.schema
            && is_name(&form.referred_table.name, &written.referred_table.name)
            && are(is_name, &form.referred_columns, &written.referred_columns)
            && (form.on_delete, form.on_update) == (written.on_delete, written.on_update)
            && (form.matching, form.deferral) == (written.matching, written.deferral)
    };
    PrimaryKey: |from, _| from.clone(), |form, written, is_name| are(is_name, &form.columns, &written.columns);
    Unique: |from, _| from.clone(), |form, written, is_name| {
        are(is_name, &form.columns, &written.columns)
            && form.deferral == written.deferral
            && form.is_nulls_not_distinct == written.is_nulls_not_distinct
            && (form.include.is_empty() || are(is_name, &form.include, &written.include))
    };
}

fn are(is_name: IsName, form: &[Ident], written: &[Ident]) -> bool {
    form.len() == written.len() && form.iter().zip(written).all(|(form, written)| is_name(form, written))
}

/// Tells whether `to` may be served by `from` as far as names go: under the same name, or under any where nobody
/// chose one and `from` need not give its own to another of the list.
fn is_served<T: Compared>(from: &T, to: &T, list: &[&T]) -> bool {
    match to.name() {
        Some(name) => from.name() == Some(name),
        None => from.name().is_none() || list.iter().all(|other| other.name() != from.name()),
    }
}

/// Two lists, paired.
#[derive(Debug)]
pub(super) struct Matched<'c, T> {
    /// What is on both sides, from and to.
    pub(super) same: Vec<(&'c T, &'c T)>,
    /// What is only in the first list.
    pub(super) gone: Vec<&'c T>,
    /// What is only in the second list.
    pub(super) new: Vec<&'c T>,
}

/// Tells whether a constraint serves as another one of a list.
type Fits<T> = fn(&T, &T, &[&T]) -> bool;

/// Pairs two lists: first under equal names, then unnamed ones with each other, then with what is left.
fn match_up<'c, T: Compared>(
    from: impl Iterator<Item = &'c T>,
    to: impl Iterator<Item = &'c T>,
) -> Matched<'c, T> {
    let list: Vec<&T> = to.collect();
    let mut matched = Matched { same: Vec::new(), gone: from.collect(), new: list.clone() };
    let rounds: [Fits<T>; 3] = [
        |from, to, _| from == to,
        |from, to, list| is_served(from, to, list) && from.unnamed() == to.unnamed(),
        |from, to, list| is_served(from, to, list) && from.altered(to).unnamed() == to.unnamed(),
    ];
    for fits in rounds {
        matched.new.retain(|to| match matched.gone.iter().position(|from| fits(from, to, &list)) {
            Some(position) => {
                matched.same.push((matched.gone.remove(position), to));
                false
            }
            None => true,
        });
    }
    matched
}

/// Pairs checks: those that are equal as written, then by name or place, by what the server says of them.
fn compare_checks<'c>(pair: Pair<'c>, comparison: &mut Comparison<'_>) -> Matched<'c, Check> {
    let from: Vec<&Check> = pair.from.form.checks().collect();
    let list: Vec<&Check> = pair.to.form.checks().collect();
    let written: Vec<&Check> = pair.to.written.checks().collect();
    let mut matched = match_up(from.iter().copied(), list.iter().copied());
    let place = |list: &[&Check], check: &Check| list.iter().position(|other| std::ptr::eq(*other, check));
    let mut new = Vec::new();
    let all_gone = matched.gone.clone();
    for check in matched.new {
        let Some(at) = place(&list, check) else { continue };
        let to = Placed { subject: Subject::Check(at), expression: &check.expression };
        let is_candidate = |other: &&Check| {
            let Check { name: _, expression: _, is_no_inherit, is_not_valid, comment: _ } =
                other.altered(check);
            is_served(*other, check, &list)
                && (is_no_inherit, is_not_valid) == (check.is_no_inherit, check.is_not_valid)
        };
        let placed = |other: &'c Check| {
            let at = place(&from, other)?;
            Some(Placed { subject: Subject::Check(at), expression: &other.expression })
        };
        // Which of them are left depends on answers: each is asked about, so that one batch is enough.
        for other in all_gone.iter().copied().filter(is_candidate).filter_map(placed) {
            comparison.ask(&pair.to.form.name, other, to.clone());
        }
        let found = matched.gone.iter().position(|other| {
            is_candidate(other)
                && placed(other)
                    .is_some_and(|other| !comparison.is_different(&pair.to.form.name, other, to.clone()))
        });
        match found {
            Some(position) => matched.same.push((matched.gone.remove(position), check)),
            // What is emitted is what was written: both lists keep their order.
            None => new.push(written[at]),
        }
    }
    matched.new = new;
    matched
}
