//! A database of our own to try things on: what only running SQL can tell is told there.
//!
//! SQLite: in memory. PostgreSQL: a database beside the one that is asked about, dropped at the end.

use thiserror::Error;

use crate::{
    connection::{Connection, ConnectionError, address::Address},
    schema::Dialect,
};

use super::{Before, Part, PlanError, postgres, sqlite};

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
    /// The server did not drop it in time.
    #[error("the scratch database `{name}` is left on the server")]
    Left {
        /// Its name.
        name: String,
        /// What the server says.
        source: ConnectionError,
    },
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

    /// Runs the statements of a file: one that a person wrote, or a dump of a schema. An error comes with the line of
    /// its statement.
    ///
    /// What is dropped and not there is passed over, as psql and sqlite3 do: `pg_dump --clean` writes for a database that
    /// has everything.
    pub(crate) async fn run(&mut self, statements: &[Part<'_>]) -> Result<(), (usize, ConnectionError)> {
        let mut passed_over = None;
        for Part { sql, line } in statements {
            let ran = match self.connection.dialect() {
                Dialect::Postgres => super::run(&mut self.connection, sql).await.map(drop),
                Dialect::Sqlite => sqlite::scratch::run(&mut self.connection, sql).await,
            };
            match ran {
                Ok(()) => {}
                Err(error) if drops(sql) && error.is_of_nothing() => passed_over = Some((*line, error)),
                // A transaction around it has failed, and that is why.
                Err(error) if error.code().as_deref() == Some("25P02") => {
                    return Err(passed_over.unwrap_or((*line, error)));
                }
                Err(error) => return Err((*line, error)),
            }
        }
        let last = statements.last().map_or(1, |last| last.line);
        let settled = match self.connection.dialect() {
            // pg_dump empties the search path.
            Dialect::Postgres => self.connection.execute("RESET ALL").await.map(drop),
            Dialect::Sqlite => sqlite::scratch::settle(&mut self.connection).await,
        };
        settled.map_err(|error| (last, error))
    }

    /// Drops it.
    ///
    /// # Errors
    ///
    /// When the server refuses, or does not do it in time; then it is named, and a later run drops it.
    pub async fn close(self) -> Result<(), ScratchError> {
        let Self { connection, owner } = self;
        let closed = connection.close().await;
        if let Some(owner) = owner {
            let name = owner.name().to_owned();
            owner.drop_database().await.map_err(|source| ScratchError::Left { name, source })?;
        }
        Ok(closed?)
    }
}

/// Tells whether a statement only drops something.
fn drops(sql: &str) -> bool {
    let mut words = sql.split_whitespace();
    let is = |word: Option<&str>, wanted: &str| word.is_some_and(|word| word.eq_ignore_ascii_case(wanted));
    let first = words.next();
    is(first, "DROP") || is(first, "ALTER") && words.any(|word| is(Some(word), "DROP"))
}
