//! A database of our own to try things on: what only running SQL can tell is told there.
//!
//! SQLite: in memory. PostgreSQL: a database beside the one that is asked about, dropped at the end.

use thiserror::Error;

use crate::{
    connection::{Connection, ConnectionError, address::Address},
    schema::Dialect,
};

use super::{Before, PlanError, lexer, postgres, sqlite};

/// A scratch database with a copy of a schema, without rows.
#[derive(Debug)]
pub struct Scratch {
    /// The connection to it.
    pub connection: Connection,
    /// Who drops it; nobody on SQLite, where it goes with its connection.
    owner: Option<postgres::scratch::Owner>,
}

/// Why a scratch database could not be had.
#[derive(Debug, Error)]
pub enum ScratchError {
    /// The server refused.
    #[error("no scratch database can be made")]
    Connection(#[from] ConnectionError),
    /// The copy cannot be made of what is known of the schema.
    #[error("no copy of the schema can be made")]
    Plan(#[from] PlanError),
}

impl Scratch {
    /// Makes a scratch database on a server, with a copy of what is there before.
    ///
    /// # Errors
    ///
    /// When none can be had, or the copy fails; nothing is left behind.
    pub async fn open(server: &Address, before: &Before) -> Result<Self, ScratchError> {
        match server.dialect() {
            Dialect::Postgres => {
                let (connection, owner) = postgres::scratch::open(server, before).await?;
                Ok(Self { connection, owner: Some(owner) })
            }
            Dialect::Sqlite => Ok(Self { connection: sqlite::scratch::open(before).await?, owner: None }),
        }
    }

    /// Runs the SQL of a file: one that a person wrote, or a dump of a schema.
    ///
    /// # Errors
    ///
    /// When a statement fails.
    pub async fn run(&mut self, sql: &str) -> Result<(), ConnectionError> {
        let dialect = self.connection.dialect();
        // Words of psql that pg_dump writes around its SQL.
        let lines =
            sql.lines().filter(|line| !line.starts_with("\\restrict ") && !line.starts_with("\\unrestrict "));
        let sql: Vec<&str> = lines.collect();
        for statement in lexer::split(&sql.join("\n"), dialect) {
            self.connection.execute(statement).await?;
        }
        match dialect {
            // pg_dump empties the search path.
            Dialect::Postgres => self.connection.execute("RESET ALL").await.map(drop),
            Dialect::Sqlite => Ok(()),
        }
    }

    /// Drops it.
    ///
    /// # Errors
    ///
    /// When the server refuses.
    pub async fn close(self) -> Result<(), ConnectionError> {
        let Self { connection, owner } = self;
        let closed = connection.close().await;
        if let Some(owner) = owner {
            owner.drop_database().await?;
        }
        closed
    }
}
