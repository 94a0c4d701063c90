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

/// What goes with a schema and is no part of what it is: all are equal.
#[derive(Clone, Debug, Default)]
pub struct Beside<T>(pub T);

impl<T> PartialEq for Beside<T> {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl<T> Eq for Beside<T> {}

/// The remarks on a schema.
pub type Remarks = Beside<Vec<Remark>>;

/// The names of sequences that columns own without being filled by them. Such a sequence is not compared.
pub type Uncounted = Beside<BTreeSet<ObjectName>>;

/// SQL of unknown effect that scripts give to PostgreSQL alone: where only the scripts tell what enum types there are, it may
/// have made more of them, or have changed them.
pub type Unsaid = Beside<Vec<String>>;
