//! Identifiers and texts as SQL of this database; no statement's grammar.

use super::super::capabilities::Quoting;
use crate::schema::{Ident, TableName};

const QUOTING: Quoting = super::capabilities::CAPABILITIES.quoting;

/// Writes an identifier in quotes.
pub(super) fn quoted(name: &Ident) -> String {
    QUOTING.quoted(name)
}

/// Writes a table's name with its namespace.
pub(super) fn qualified(table: &TableName) -> String {
    QUOTING.qualified(table)
}

/// Writes identifiers with commas between.
pub(super) fn list<'i>(names: impl IntoIterator<Item = &'i Ident>) -> String {
    QUOTING.list(names)
}

/// Writes text as a string constant.
pub(super) fn string(text: &str) -> String {
    QUOTING.string(text)
}
