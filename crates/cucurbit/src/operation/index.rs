//! An index as it is being created: what is said of it, and how it is made.

use crate::schema::{Expression, Ident, Index};

use super::Concurrency;

/// An index being created.
#[derive(Debug)]
pub struct CreateIndex<'op> {
    index: &'op mut Index,
    concurrency: &'op mut Concurrency,
}

impl<'op> CreateIndex<'op> {
    pub(super) fn new(index: &'op mut Index, concurrency: &'op mut Concurrency) -> Self {
        Self { index, concurrency }
    }

    /// Makes it refuse two equal keys.
    pub fn unique(self) -> Self {
        self.index.unique();
        self
    }

    /// Sets the access method, such as `gin` (PostgreSQL only).
    pub fn using(self, method: impl Into<String>) -> Self {
        self.index.using(method);
        self
    }

    /// Lets it hold more columns than its key has (PostgreSQL only).
    pub fn include(self, columns: impl IntoIterator<Item = impl Into<Ident>>) -> Self {
        self.index.include(columns);
        self
    }

    /// Makes two NULLs equal where it refuses equal keys (PostgreSQL 15 and later).
    pub fn nulls_not_distinct(self) -> Self {
        self.index.nulls_not_distinct();
        self
    }

    /// Sets a storage parameter: `.parameter("fillfactor", "70")` (PostgreSQL only).
    pub fn parameter(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.index.parameter(name, value);
        self
    }

    /// Makes it partial: only rows for which the condition holds.
    pub fn predicate(self, condition: impl Into<Expression>) -> Self {
        self.index.predicate(condition);
        self
    }

    /// Sets the comment (PostgreSQL only).
    pub fn comment(self, comment: impl Into<String>) -> Self {
        self.index.comment(comment);
        self
    }

    /// Lets others write to the table meanwhile. On PostgreSQL it is made outside any transaction, alone in its
    /// revision; SQLite has one writer, and makes it as any other.
    pub fn concurrently(self) -> Self {
        self.concurrency.concurrently();
        self
    }
}
