//! Connections that an application has already: sqlx's own, out of a pool or not, and back again.
//!
//! The one place where types of sqlx are in public signatures, beside [`Connection::postgres`] and
//! [`Connection::sqlite`].

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use sqlx::{
    Connection as _, Database, PgConnection, Postgres, Sqlite, SqliteConnection, pool::PoolConnection,
};

use super::{Connection, ConnectionError, Kind, refused, wrong};
use crate::schema::Dialect;

/// A connection of sqlx, owned or borrowed from a pool.
pub(super) enum Given<DB: Database> {
    Owned(DB::Connection),
    Pooled(PoolConnection<DB>),
}

impl<DB: Database> fmt::Debug for Given<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Owned(_) => "Owned",
            Self::Pooled(_) => "Pooled",
        })
    }
}

impl<DB: Database> Deref for Given<DB> {
    type Target = DB::Connection;

    fn deref(&self) -> &DB::Connection {
        match self {
            Self::Owned(connection) => connection,
            Self::Pooled(connection) => connection,
        }
    }
}

impl<DB: Database> DerefMut for Given<DB> {
    fn deref_mut(&mut self) -> &mut DB::Connection {
        match self {
            Self::Owned(connection) => connection,
            Self::Pooled(connection) => connection,
        }
    }
}

/// A connection that an application made with sqlx; [`Connection::into_postgres`] gives it back.
impl From<PgConnection> for Connection {
    fn from(connection: PgConnection) -> Self {
        Self { kind: Kind::Postgres(Box::new(Given::Owned(connection))), origin: None, is_own: false }
    }
}

/// A connection out of an application's pool, which it returns to when this value is dropped.
impl From<PoolConnection<Postgres>> for Connection {
    fn from(connection: PoolConnection<Postgres>) -> Self {
        Self { kind: Kind::Postgres(Box::new(Given::Pooled(connection))), origin: None, is_own: false }
    }
}

/// A connection that an application made with sqlx; [`Connection::into_sqlite`] gives it back.
impl From<SqliteConnection> for Connection {
    fn from(connection: SqliteConnection) -> Self {
        Self { kind: Kind::Sqlite(Box::new(Given::Owned(connection))), origin: None, is_own: false }
    }
}

/// A connection out of an application's pool, which it returns to when this value is dropped. A database in memory
/// stays as long as its pool keeps that connection.
impl From<PoolConnection<Sqlite>> for Connection {
    fn from(connection: PoolConnection<Sqlite>) -> Self {
        Self { kind: Kind::Sqlite(Box::new(Given::Pooled(connection))), origin: None, is_own: false }
    }
}

impl Connection {
    /// Returns the connection that this one was made from; one out of a pool leaves its pool.
    ///
    /// # Errors
    ///
    /// When it is SQLite.
    pub fn into_postgres(self) -> Result<PgConnection, ConnectionError> {
        match self.kind {
            Kind::Postgres(given) => Ok(given.into_owned()),
            Kind::Sqlite(_) => Err(wrong(Dialect::Sqlite, Dialect::Postgres)),
        }
    }

    /// Returns the connection that this one was made from; one out of a pool leaves its pool.
    ///
    /// # Errors
    ///
    /// When it is PostgreSQL.
    pub fn into_sqlite(self) -> Result<SqliteConnection, ConnectionError> {
        match self.kind {
            Kind::Sqlite(given) => Ok(given.into_owned()),
            Kind::Postgres(_) => Err(wrong(Dialect::Postgres, Dialect::Sqlite)),
        }
    }

    /// Ends the connection in good order; one out of a pool goes back to it.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    pub async fn close(self) -> Result<(), ConnectionError> {
        let closed = match self.kind {
            Kind::Postgres(given) => given.close().await,
            Kind::Sqlite(given) => given.close().await,
        };
        closed.map_err(|source| refused("close", source))
    }
}

impl<DB: Database> Given<DB> {
    async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Owned(connection) => connection.close().await,
            Self::Pooled(_) => Ok(()),
        }
    }

    fn into_owned(self) -> DB::Connection {
        match self {
            Self::Owned(connection) => connection,
            Self::Pooled(connection) => connection.detach(),
        }
    }
}
