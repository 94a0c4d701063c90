//! What was noticed when a schema was read, and no comparison asks for.

use std::collections::BTreeSet;

use super::{Dialect, Ident, ObjectName, TableName};

/// Something about a column that people should know before a database of this kind has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The table.
    pub table: TableName,
    /// The column.
    pub column: Ident,
    /// The database on which it is so.
    pub dialect: Dialect,
    /// What it is, and what to do: a sentence that names the column.
    pub text: String,
}

/// The remarks on a schema. They are no part of what it is: all are equal.
#[derive(Clone, Debug, Default)]
pub struct Remarks(pub Vec<Remark>);

impl PartialEq for Remarks {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Remarks {}

/// The names of sequences that columns own without being filled by them. Such a sequence is not compared, and no part of what
/// a schema is: all are equal.
#[derive(Clone, Debug, Default)]
pub struct Uncounted(pub BTreeSet<ObjectName>);

impl PartialEq for Uncounted {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Uncounted {}
