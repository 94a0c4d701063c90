//! A schema in a database's own spelling, beside the one that was written.

use crate::schema::Schema;

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
}
