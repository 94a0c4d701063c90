//! What a plan starts from.

use std::collections::BTreeMap;

use super::Server;
use crate::schema::{Dialect, Ident, Kind, Schema, TableName};

/// The schema before a plan, SQLite's stored texts, and what only the scripts say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// The schema.
    pub schema: Schema,
    /// The texts that SQLite stores; empty on PostgreSQL.
    pub originals: Originals,
    /// The schema in the words of the scripts, for what the database does not keep; empty on PostgreSQL, which keeps
    /// everything.
    pub said: Schema,
    /// The server that it was read of; `None` where none was asked.
    pub server: Option<Server>,
    /// Whether it is what a database holds that is about to be changed: a table that is not in it is not there.
    pub is_whole: bool,
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
    /// Starts from nothing, on a server.
    #[must_use]
    pub fn on(server: Server) -> Self {
        Self { server: Some(server), ..Self::default() }
    }

    /// Returns the schema that a name without one means, if the server was asked.
    #[must_use]
    pub fn current_schema(&self) -> Option<&Ident> {
        self.server.as_ref()?.current_schema.as_ref()
    }

    /// Starts from a schema without stored texts.
    #[must_use]
    pub fn of(schema: Schema) -> Self {
        Self { schema, ..Self::default() }
    }

    /// Takes from the scripts what a database does not keep: its objects of such kinds are those of `said`.
    pub fn know(&mut self, dialect: Dialect, said: Schema) {
        let capabilities = dialect.capabilities();
        for kind in Kind::NAMED.iter().filter(|kind| capabilities.only_knows(**kind)) {
            self.schema.take_kind(*kind, &said);
        }
        if !capabilities.stores_everything() {
            self.said = said;
        }
    }

    /// Takes what was read of the database again, and knows from the scripts what it knew.
    #[cfg(feature = "runtime")]
    pub(crate) fn read_again(&mut self, dialect: Dialect, read: Self) {
        let is_whole = self.is_whole;
        let said = std::mem::replace(self, read).said;
        self.is_whole = is_whole;
        self.know(dialect, said);
    }

    /// Returns the schema in the words of the scripts, where these are known.
    #[must_use]
    pub fn in_words(&self) -> &Schema {
        if self.said.is_empty() { &self.schema } else { &self.said }
    }

    /// Returns the schema with everything that the scripts say of what is in it: comments and types included.
    #[must_use]
    pub fn into_known(self, dialect: Dialect) -> Schema {
        let Self { mut schema, originals: _, said, server: _, is_whole: _ } = self;
        on!(dialect, add_what_is_said(&mut schema, &said));
        schema
    }
}
