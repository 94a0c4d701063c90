//! Enum types: made before the tables that use them, dropped after. Values come before the tables change and go after.

use crate::{
    dialect::Canonical,
    operation::{Change, Consent, EnumChange, Operation, additions},
    schema::{EnumType, Ident, ObjectId, ObjectName},
};

use super::pair::Matched;

/// What changes in enum types.
#[derive(Debug, Default)]
pub(super) struct Enums {
    /// Types and values that tables may use afterwards.
    pub(super) before: Vec<Operation>,
    /// Values and types that no table uses any more.
    pub(super) after: Vec<Operation>,
}

impl Enums {
    /// Lists the types that go.
    pub(super) fn dropped(&self) -> impl Iterator<Item = &Ident> {
        self.after.iter().filter_map(|operation| {
            let Operation::Drop { id: ObjectId::Enum(name), .. } = operation else { return None };
            Some(&name.name)
        })
    }
}

pub(super) fn compare(
    types: &Matched<'_, EnumType>,
    to: &Canonical,
    is_left_alone: impl Fn(&ObjectName) -> bool,
) -> Enums {
    let mut enums = Enums::default();
    let new = types.new.iter().map(|to| (None, *to));
    let mut wanted: Vec<_> = types.same.iter().map(|(from, to)| (Some(from), *to)).chain(new).collect();
    wanted.sort_by_key(|(_, to)| &to.form.name);
    for (from, to) in wanted {
        match from {
            None => enums.before.push(Operation::create(to.written.clone())),
            Some(from) => change(from.form, to.form, to.written, &mut enums),
        }
    }
    // A model may name a type that it does not describe.
    let is_kept = |name: &ObjectName| is_used(to, name) || is_left_alone(name);
    let gone = types.gone.iter().filter(|ty| !is_kept(&ty.form.name));
    enums.after.extend(gone.map(|ty| Operation::drop(ObjectId::Enum(ty.written.name.clone()))));
    enums
}

/// New values are added one by one; values that go, or change places, recreate the type when nothing is left that
/// speaks of them.
fn change(from: &EnumType, to: &EnumType, written: &EnumType, enums: &mut Enums) {
    let alter = |change| Operation::Alter(Change::Enum { name: written.name.clone(), change });
    if from.comment != to.comment {
        let id = ObjectId::Enum(written.name.clone());
        enums.after.push(Operation::Comment { id, text: to.comment.clone() });
    }
    if let Some(changes) = additions(&from.values, &to.values) {
        enums.before.extend(changes.into_iter().map(alter));
        return;
    }
    let added = to.values.iter().filter(|value| !from.values.contains(value));
    let with_new: Vec<String> = from.values.iter().chain(added).cloned().collect();
    enums.before.extend(additions(&from.values, &with_new).into_iter().flatten().map(alter));
    enums.after.push(alter(EnumChange::SetValues {
        values: to.values.clone(),
        replacements: Vec::new(),
        consent: Consent::NONE,
    }));
}

/// Tells whether a column is of a type, in the words that were written or in the database's: there it may be text.
fn is_used(schema: &Canonical, name: &ObjectName) -> bool {
    let tables = schema.form().tables.values().chain(schema.as_written().tables.values());
    let types = tables.flat_map(|table| &table.columns).map(|column| &column.ty);
    types
        .flat_map(|ty| std::iter::once(&ty.base).chain(ty.variants.values()))
        .any(|ty| ty.enum_name() == Some(name))
}
