//! A schema in a database's own spelling, beside the one that was written.

use crate::schema::{Ident, Schema, Table, TableName};

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

    /// Returns the schema in the database's spelling.
    #[must_use]
    pub fn form(&self) -> &Schema {
        &self.form
    }

    /// Finds a table as it was written by its name in the form.
    pub(crate) fn written(&self, table: &TableName) -> Option<&Table> {
        let is_written = |written: &&TableName| {
            written.schema == table.schema && is_written_as(&table.name, &written.name)
        };
        let cut =
            || self.as_written.tables.keys().find(is_written).and_then(|name| self.as_written.table(name));
        self.as_written.table(table).or_else(cut)
    }
}

/// Tells whether a name of the form is what a database makes of a written one: the same, or as much of it as it keeps.
pub(crate) fn is_written_as(form: &Ident, written: &Ident) -> bool {
    let (form, written) = (form.as_str(), written.as_str());
    form == written || (form.len() >= SHORTEST_CUT && written.starts_with(form))
}
