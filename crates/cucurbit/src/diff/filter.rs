//! What is never part of a comparison.

use std::collections::BTreeSet;

use crate::schema::{Ident, ObjectName, TableName};

/// The tables in which migration tools keep their own books: Alembic, Cucurbit, SeaORM, sqlx, Diesel, refinery.
pub const TOOL_TABLES: [&str; 5] = [
    "__diesel_schema_migrations",
    "_sqlx_migrations",
    "alembic_version",
    "refinery_schema_history",
    "seaql_migrations",
];

/// Tables of ours beside the version table begin like this.
const OUR_PREFIX: &str = "cucurbit_";

/// Says what is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The version table in use, if it is not `alembic_version`.
    pub version_table: Option<Ident>,
    /// Enum types and sequences that are not dropped although no model has them: nobody said that they are the
    /// project's.
    pub left_alone: BTreeSet<ObjectName>,
}

impl Filter {
    /// Tells whether a table is part of the comparison.
    #[must_use]
    pub fn includes(&self, table: &TableName) -> bool {
        let name = table.name.as_str();
        let is_tool = TOOL_TABLES.contains(&name) || name.starts_with(OUR_PREFIX);
        !is_tool && self.version_table.as_ref() != Some(&table.name)
    }
}
