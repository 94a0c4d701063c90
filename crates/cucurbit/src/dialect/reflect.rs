//! What of a database's schema could not be read, and why.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use super::Version;

use crate::{
    connection::ConnectionError,
    schema::{Ident, TableName},
};

/// Things of one kind that a database holds and no schema does: they are not compared, and not changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unmanaged {
    /// The kind, in the number that fits: `trigger` or `triggers`.
    pub kind: String,
    /// Their names, sorted.
    pub names: Vec<String>,
}

/// Something that a table needs and no operation makes: a domain, a collation, a function, an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The table.
    pub table: TableName,
    /// The column, unless a constraint or an index needs it.
    pub column: Option<Ident>,
    /// What it is, as CREATE says it: `DOMAIN`.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// What must be there before the table, and who makes it.
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, column, kind, name } = self;
        match column {
            Some(column) => write!(f, "column {table}.{column}")?,
            None => write!(f, "a constraint or an index of table {table}")?,
        }
        let end = if kind == "EXTENSION" { "" } else { " …" };
        write!(
            f,
            " needs the {} {name}, which no operation makes: write `op.execute(\"CREATE {kind} {name}{end}\")` before it, or \
             the upgrade fails on a database that has none",
            kind.to_lowercase()
        )
    }
}

impl fmt::Display for Unmanaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.names.len(), self.kind)
    }
}

/// Why a database's schema could not be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReflectError {
    /// The catalogue could not be queried.
    #[error("cannot read the schema of the database")]
    Connection {
        /// What the connection says.
        #[from]
        source: ConnectionError,
    },
    /// PostgreSQL: the search path names no schema that is there.
    #[error("none of the schemas in the search path `{search_path}` exists")]
    NoSchema {
        /// The search path.
        search_path: String,
    },
    /// PostgreSQL: the user may use none of the schemas in the search path.
    #[error("this user may use none of the schemas in the search path `{search_path}`")]
    NoUsage {
        /// The search path.
        search_path: String,
        /// Those of its schemas that are there, as SQL.
        schemas: String,
    },
    /// What the database stores of an object cannot be read.
    #[error("cannot read `{object}`: {reason}")]
    Original {
        /// The table, index, trigger, view or catalogue.
        object: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The database is older than what is supported.
    #[error("the database has version {version}, and versions before {oldest} are not supported")]
    TooOld {
        /// Its version.
        version: String,
        /// The oldest that is supported.
        oldest: Version,
    },
}

impl ReflectError {
    /// Says what to do about it, if something can be said.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoSchema { .. } => {
                Some("create the schema, or set `search_path` in the connection URL's `options`".to_owned())
            }
            Self::NoUsage { schemas, .. } => Some(format!(
                "let its owner say `GRANT USAGE, CREATE ON SCHEMA {schemas} TO` this user, or connect as another"
            )),
            Self::Connection { .. } | Self::Original { .. } | Self::TooOld { .. } => None,
        }
    }
}
