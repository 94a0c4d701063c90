//! Enum types: made before the tables that use them, dropped after. Values come before the tables change and go after.

use crate::{
    dialect::{Both, Canonical},
    operation::{Change, Consent, EnumChange, Operation, additions},
    schema::{EnumType, ObjectId, ObjectName},
};

use super::{
    order::Changes,
    pair::Matched,
    place::Phase,
    reason::{Reasons, Thing},
};

/// Lists the types that go. A model may name a type that it does not describe.
pub(super) fn gone<'c>(
    types: &Matched<'c, EnumType>,
    to: &Canonical,
    is_left_alone: impl Fn(&ObjectName) -> bool,
) -> Vec<Both<'c, EnumType>> {
    let is_kept = |ty: &&Both<'_, EnumType>| is_used(to, &ty.form.name) || is_left_alone(&ty.form.name);
    types.gone.iter().filter(|ty| !is_kept(ty)).copied().collect()
}

pub(super) fn compare<'c>(
    types: &Matched<'c, EnumType>,
    gone: &[Both<'c, EnumType>],
    changes: &mut Changes<'c>,
) {
    let new = types.new.iter().map(|to| (None, *to));
    let mut wanted: Vec<_> = types.same.iter().map(|(from, to)| (Some(from), *to)).chain(new).collect();
    wanted.sort_by_key(|(_, to)| &to.form.name);
    for (from, to) in wanted {
        match from {
            None => {
                let name = &to.form.name;
                let reasons =
                    Reasons::default().gives([Thing::Name(name.clone()), Thing::Enum(name.clone())]);
                changes.add(Phase::Enums, Operation::create(to.written.clone()), reasons);
            }
            Some(from) => change(from.form, to, changes),
        }
    }
    for ty in gone {
        let name = &ty.form.name;
        let reasons = Reasons::default().takes([Thing::Name(name.clone()), Thing::Enum(name.clone())]);
        changes.add(Phase::Unused, Operation::drop(ObjectId::Enum(ty.written.name.clone())), reasons);
    }
}

/// New values are added one by one; values that go, or change places, recreate the type when nothing is left that
/// speaks of them.
fn change<'c>(from: &EnumType, Both { form: to, written }: Both<'c, EnumType>, changes: &mut Changes<'c>) {
    let alter = |change| Operation::Alter(Change::Enum { name: written.name.clone(), change });
    let mut add = |phase, operation| changes.add(phase, operation, Reasons::default());
    if from.comment != to.comment {
        let id = ObjectId::Enum(written.name.clone());
        add(Phase::Unused, Operation::Comment { id, text: to.comment.clone() });
    }
    if let Some(additions) = additions(&from.values, &to.values) {
        additions.into_iter().for_each(|addition| add(Phase::Enums, alter(addition)));
        return;
    }
    let added = to.values.iter().filter(|value| !from.values.contains(value));
    let with_new: Vec<String> = from.values.iter().chain(added).cloned().collect();
    for addition in additions(&from.values, &with_new).into_iter().flatten() {
        add(Phase::Enums, alter(addition));
    }
    let values = to.values.clone();
    let consent = Consent::NONE;
    add(Phase::Unused, alter(EnumChange::SetValues { values, replacements: Vec::new(), consent }));
}

/// Tells whether a column is of a type, in the words that were written or in the database's: there it may be text.
fn is_used(schema: &Canonical, name: &ObjectName) -> bool {
    let tables = schema.form().tables.values().chain(schema.as_written().tables.values());
    let types = tables.flat_map(|table| &table.columns).map(|column| &column.ty);
    types
        .flat_map(|ty| std::iter::once(&ty.base).chain(ty.variants.values()))
        .any(|ty| ty.enum_name() == Some(name))
}
