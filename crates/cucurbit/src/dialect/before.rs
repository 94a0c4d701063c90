//! What a plan starts from.

use std::collections::BTreeMap;

use crate::schema::{Ident, Schema, TableName};

/// The schema before a plan, and SQLite's stored texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// The schema.
    pub schema: Schema,
    /// The texts that SQLite stores; empty on PostgreSQL.
    pub originals: Originals,
}

/// The statements that made what is in a SQLite file (`sqlite_schema.sql`), so that a rebuild loses nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Originals {
    /// The CREATE TABLE of each table.
    pub tables: BTreeMap<TableName, String>,
    /// The CREATE INDEX of each index, with its table.
    pub indexes: BTreeMap<Ident, (TableName, String)>,
    /// The triggers, by name.
    pub triggers: BTreeMap<Ident, Trigger>,
    /// The views, by name.
    pub views: BTreeMap<Ident, View>,
}

/// A trigger as SQLite stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// The table or view it is on.
    pub table: Ident,
    /// The CREATE TRIGGER.
    pub sql: String,
}

/// A view as SQLite stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The CREATE VIEW.
    pub sql: String,
}

impl Before {
    /// Starts from a schema without stored texts.
    #[must_use]
    pub fn of(schema: Schema) -> Self {
        Self { schema, originals: Originals::default() }
    }
}
