//! A database of our own to try things on: what only running SQL can tell is told there.

use thiserror::Error;

use crate::connection::{Connection, ConnectionError, url::ConnectionUrl};

use super::{Before, Part, PlanError};

/// A scratch database with a copy of a schema, without rows.
#[derive(Debug)]
pub struct Scratch {
    /// The connection to it.
    pub connection: Connection,
    /// The connection that drops it; none where it goes with its own.
    owner: Option<Owner>,
}

/// The connection that made the database and drops it.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) connection: Connection,
    /// The database.
    pub(super) name: String,
    /// The statements that drop it, even with connections to it, if the server does it in time.
    pub(super) end: Vec<String>,
}

impl Owner {
    /// Drops the database.
    pub(super) async fn drop_database(mut self) -> Result<(), ConnectionError> {
        let mut dropped = Ok(());
        for sql in &self.end {
            dropped = self.connection.execute(sql).await.map(drop);
            if dropped.is_err() {
                break;
            }
        }
        let closed = self.connection.close().await;
        dropped.and(closed)
    }
}

/// The lines of the statements of a file that were not run, or failed as they may.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    /// They would have reached beyond the database.
    pub(super) beyond: Vec<usize>,
    /// They end transactions in code whose text does not tell what it does.
    pub(super) ends: Vec<usize>,
    /// They drop what is not there.
    pub(super) drops: Vec<usize>,
    /// They name a role that the server does not have.
    pub(super) roles: Vec<usize>,
}

impl Passed {
    /// Says what was passed over, one sentence a kind.
    pub(crate) fn words(&self) -> Vec<String> {
        let kinds = [
            (&self.beyond, "reaches", "reach", "beyond its database by code, to the server's roles or files"),
            (
                &self.ends,
                "ends",
                "end",
                "transactions in code that runs texts, so that it could not be undone",
            ),
            (&self.roles, "names", "name", "a role that is not on this server, or that cannot be acted for"),
            (&self.drops, "drops", "drop", "what is not there"),
        ];
        let some = kinds.into_iter().filter_map(|(lines, one, several, what)| {
            let (first, more) = lines.split_first()?;
            Some(match more.len() {
                0 => format!("a statement is left out that {one} {what}, on line {first}"),
                more => format!(
                    "{} statements are left out that {several} {what}, the first on line {first}",
                    more + 1
                ),
            })
        });
        some.collect()
    }
}

/// Why a statement of a file ends the reading of it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Stopped {
    /// It reached beyond the database, by code; that was undone.
    Beyond,
    /// It failed.
    Failed(ConnectionError),
}

impl From<ConnectionError> for Stopped {
    fn from(error: ConnectionError) -> Self {
        Self::Failed(error)
    }
}

/// Why a scratch database could not be had.
#[derive(Debug, Error)]
#[non_exhaustive]
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
    pub async fn open(server: &ConnectionUrl, before: &Before) -> Result<Self, ScratchError> {
        let (connection, owner) = on!(server.dialect(), scratch::open(server, before).await?);
        Ok(Self { connection, owner })
    }

    /// Runs the statements of a file: one that a person wrote, or a dump of a schema. An error comes with the line of
    /// its statement.
    pub(crate) async fn run(&mut self, statements: &[Part<'_>]) -> Result<Passed, (usize, Stopped)> {
        let mut passed = Passed::default();
        for part in statements {
            let ran =
                on!(self.connection.dialect(), scratch::run(&mut self.connection, part, &mut passed).await);
            ran.map_err(|error| (part.line, error))?;
        }
        let last = statements.last().map_or(1, |last| last.line);
        let settled = self.connection.execute(on!(self.connection.dialect(), scratch::SETTLE)).await;
        settled.map_err(|error| (last, error.into()))?;
        Ok(passed)
    }

    /// Returns its name on the server, if it lies on one.
    #[cfg(feature = "testing")]
    pub(crate) fn name(&self) -> Option<&str> {
        self.owner.as_ref().map(|owner| &*owner.name)
    }

    /// Returns the statements that drop it, for another connection.
    #[cfg(feature = "testing")]
    pub(crate) fn end(&self) -> Vec<String> {
        self.owner.as_ref().map(|owner| owner.end.clone()).unwrap_or_default()
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
            let name = owner.name.clone();
            owner.drop_database().await.map_err(|source| ScratchError::Left { name, source })?;
        }
        Ok(closed?)
    }
}
