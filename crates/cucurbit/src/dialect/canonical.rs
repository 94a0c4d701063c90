//! A schema in a database's own spelling, beside the one that was written.

use std::borrow::Cow;

use crate::{
    operation::{ColumnChange, Operation, apply},
    schema::{Column, Dialect, Ident, Index, ObjectId, Schema, Table, TableName},
};

/// Names in the form that are shorter than this, in bytes, are whole: PostgreSQL cuts at 63 bytes, and up to three
/// bytes earlier where a character would be cut in two (manual, 4.1.1).
const SHORTEST_CUT: usize = 60;

/// A schema in one spelling, made only by [`Dialect::canonical`](super::Dialect::canonical).
///
/// `form` is what is compared. `as_written` is what operations are made of; a name that the database chose
/// because nobody did is in neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    as_written: Schema,
    form: Schema,
}

impl Canonical {
    /// Pairs the two; both hold the same tables.
    pub(super) fn new(as_written: Schema, form: Schema) -> Self {
        Self { as_written, form }
    }

    /// Returns the schema as it was written.
    #[must_use]
    pub fn as_written(&self) -> &Schema {
        &self.as_written
    }

    /// Keeps the schema as it was written.
    #[must_use]
    pub fn into_written(self) -> Schema {
        self.as_written
    }

    /// Returns the schema in the database's spelling.
    #[must_use]
    pub fn form(&self) -> &Schema {
        &self.form
    }

    /// Finds a table as it was written by its name in the form.
    pub(crate) fn written(&self, table: &TableName) -> Option<&Table> {
        let tables = || self.as_written.tables.values().filter(|written| written.name.schema == table.schema);
        self.as_written
            .table(table)
            .or_else(|| find_written(&table.name, tables, |written| &written.name.name))
    }

    /// Writes what has one form on both sides in the letters of the other side, where a database does not mind them.
    pub(crate) fn in_letters_of(&self, other: &Self) -> Cow<'_, Self> {
        let renames: Vec<Operation> =
            self.form.tables.values().flat_map(|form| self.renames(form, other)).collect();
        if renames.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut respelled = self.clone();
        for rename in &renames {
            // A name that the schema has given away already stays as it was written, and whoever plans it refuses it.
            apply(&mut respelled.as_written, rename, Dialect::KEEPER).unwrap_or_default();
        }
        Cow::Owned(respelled)
    }

    /// Lists what gives a table, its columns and its indexes the letters that they have in another schema.
    fn renames(&self, form: &Table, other: &Self) -> Vec<Operation> {
        let (Some(mine), Some(others)) = (self.written(&form.name), other.written(&form.name)) else {
            return Vec::new();
        };
        let Some(other_form) = other.form.table(&form.name) else { return Vec::new() };
        let mut renames = Vec::new();
        for Column { name, .. } in form.columns.iter().filter(|one| other_form.column(&one.name).is_some()) {
            let of = |table| Some(&written_column(table, name)?.name);
            if let Some((from, to)) = in_other_letters(of(mine), of(others)) {
                let changes = vec![ColumnChange::Rename { to }];
                renames.push(Operation::alter_column(mine.name.clone(), from, changes));
            }
        }
        for name in form.indexes.keys().filter(|name| other_form.indexes.contains_key(*name)) {
            let of = |table| Some(&written_index(table, name)?.name);
            if let Some((name, to)) = in_other_letters(of(mine), of(others)) {
                renames.push(Operation::Rename { id: ObjectId::index(mine.name.clone(), name), to });
            }
        }
        if let Some((_, to)) = in_other_letters(Some(&mine.name.name), Some(&others.name.name)) {
            renames.push(Operation::Rename { id: ObjectId::Table(mine.name.clone()), to });
        }
        renames
    }
}

/// Tells whether a name of the form is what a database makes of a written one: the same, or as much of it as it keeps.
pub(crate) fn is_written_as(form: &Ident, written: &Ident) -> bool {
    let (form, written) = (form.as_str(), written.as_str());
    form == written || (form.len() >= SHORTEST_CUT && written.starts_with(form))
}

/// Tells whether a name of the form is a written one in other letters, as where a database does not mind them.
pub(crate) fn is_in_letters(form: &Ident, written: &Ident) -> bool {
    form.as_str().eq_ignore_ascii_case(written.as_str())
}

/// Finds what was written by its name in the form: under that name, else as what a database makes of another.
fn find_written<'c, T, I: Iterator<Item = &'c T>>(
    form: &Ident,
    written: impl Fn() -> I,
    name: impl Fn(&T) -> &Ident,
) -> Option<&'c T> {
    let found = |is_name: fn(&Ident, &Ident) -> bool| written().find(|one| is_name(form, name(one)));
    found(Ident::eq).or_else(|| found(is_written_as)).or_else(|| found(is_in_letters))
}

/// Returns two names that differ in their letters only.
fn in_other_letters(one: Option<&Ident>, other: Option<&Ident>) -> Option<(Ident, Ident)> {
    one.zip(other)
        .filter(|(one, other)| one != other && is_in_letters(one, other))
        .map(|(one, other)| (one.clone(), other.clone()))
}

/// Finds a column as it was written by its name in the form.
pub(crate) fn written_column<'c>(written: &'c Table, form: &Ident) -> Option<&'c Column> {
    find_written(form, || written.columns.iter(), |column| &column.name)
}

/// Finds an index as it was written by its name in the form.
pub(crate) fn written_index<'c>(written: &'c Table, form: &Ident) -> Option<&'c Index> {
    let found = || find_written(form, || written.indexes.values(), |index| &index.name);
    written.indexes.get(form).or_else(found)
}
