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
    /// The schemas besides the connection's own that are compared; all of them if none are named.
    pub schemas: Option<BTreeSet<Ident>>,
}

impl Filter {
    /// Tells whether a table is part of the comparison.
    #[must_use]
    pub fn includes(&self, table: &TableName) -> bool {
        let name = table.name.as_str();
        let is_tool = TOOL_TABLES.contains(&name) || name.starts_with(OUR_PREFIX);
        let is_elsewhere = table.schema.as_ref().is_some_and(|schema| !self.includes_schema(schema));
        !is_tool && !is_elsewhere && self.version_table.as_ref() != Some(&table.name)
    }

    /// Tells whether a schema besides the connection's own is part of the comparison.
    pub(super) fn includes_schema(&self, name: &Ident) -> bool {
        self.schemas.as_ref().is_none_or(|schemas| schemas.contains(name))
    }
}
