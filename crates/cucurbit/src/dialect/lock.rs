//! The lock of a run, and where the table is that it stands for.
//!
//! PostgreSQL: an advisory lock of the session. Where a pooler may hand the session to another client after each
//! transaction, it is one of a transaction, kept open on a second connection. SQLite: a file beside the database.
//! Either is gone when the process is.

use std::{path::PathBuf, time::Duration};

use crate::{
    connection::{Connection, ConnectionError},
    schema::{Dialect, Ident, TableName},
};

use super::{postgres, sqlite};

/// How long a pooler may take to give a second connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// The lock of a run: taken, or not yet.
#[derive(Debug)]
pub struct RunLock {
    kind: Kind,
    /// Why nothing is held that lasts as long as the run, though no other run holds it.
    missing: Option<String>,
    /// Whether the session has the advisory lock.
    is_taken: bool,
}

/// What the lock of a run is.
#[derive(Debug)]
pub(super) enum Kind {
    /// On the working connection.
    Session { key: i64 },
    /// In a transaction of another connection; what is between the two mixes sessions.
    Beside { key: i64, beside: Option<Box<Connection>> },
    /// No other process can see the database.
    Alone,
    /// A file beside the database.
    File { path: PathBuf, file: Option<sqlite::lock::LockFile> },
}

impl RunLock {
    /// Returns the lock of a version table, not taken yet.
    ///
    /// # Errors
    ///
    /// When the connection fails.
    pub async fn of(connection: &mut Connection, table: &TableName) -> Result<Self, ConnectionError> {
        let kind = on!(connection.dialect(), lock::of(connection, table).await?);
        Ok(Self { kind, missing: None, is_taken: false })
    }

    /// Returns the advisory lock of PostgreSQL with this number, not taken yet.
    #[must_use]
    pub const fn advisory(key: i64) -> Self {
        Self { kind: Kind::Session { key }, missing: None, is_taken: false }
    }

    /// Tells whether two locks are one.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (
                Kind::Session { key } | Kind::Beside { key, .. },
                Kind::Session { key: of } | Kind::Beside { key: of, .. },
            ) => key == of,
            (Kind::File { path, .. }, Kind::File { path: of, .. }) => path == of,
            (Kind::Alone, Kind::Alone) => true,
            (Kind::Session { .. } | Kind::Beside { .. } | Kind::Alone | Kind::File { .. }, _) => false,
        }
    }

    /// Takes it if it is free; never waits.
    ///
    /// # Errors
    ///
    /// When the connection fails, or the file cannot be locked.
    pub async fn try_take(&mut self, connection: &mut Connection) -> Result<bool, ConnectionError> {
        match &mut self.kind {
            Kind::Session { key } => {
                self.is_taken = postgres::lock::try_lock(connection, *key).await?;
                Ok(self.is_taken)
            }
            Kind::Beside { key, beside } => {
                if beside.is_none() {
                    match postgres::lock::open_beside(connection, PATIENCE).await {
                        Ok(opened) => *beside = Some(Box::new(opened)),
                        Err(reason) => return Ok(self.do_without(reason)),
                    }
                }
                let Some(second) = beside.as_deref_mut() else { return Ok(true) };
                let taken = postgres::lock::try_beside(connection, second, *key, PATIENCE).await;
                match taken {
                    Ok(is_had) => Ok(is_had),
                    Err(reason) => {
                        *beside = None;
                        Ok(self.do_without(reason))
                    }
                }
            }
            Kind::Alone => Ok(true),
            Kind::File { path, file } => match sqlite::lock::try_lock(path)? {
                sqlite::lock::Attempt::Had(locked) => {
                    *file = Some(locked);
                    Ok(true)
                }
                sqlite::lock::Attempt::Held => Ok(false),
                sqlite::lock::Attempt::Impossible(reason) => Ok(self.do_without(reason)),
            },
        }
    }

    /// Goes on without: what a transaction guards is guarded by it.
    fn do_without(&mut self, reason: String) -> bool {
        self.missing = Some(reason);
        true
    }

    /// Returns the number of the advisory lock that the session of the run holds, if it is one.
    #[must_use]
    pub(crate) fn key(&self) -> Option<i64> {
        match self.kind {
            Kind::Session { key } => Some(key),
            Kind::Beside { .. } | Kind::Alone | Kind::File { .. } => None,
        }
    }

    /// Says why no lock is held that lasts as long as the run.
    #[must_use]
    pub fn missing(&self) -> Option<&str> {
        self.missing.as_deref()
    }

    /// Tells whether the session may be another one after each transaction.
    #[must_use]
    pub fn is_pooled(&self) -> bool {
        matches!(self.kind, Kind::Beside { .. })
    }

    /// Gives it back, and tells whether it was held until now.
    ///
    /// # Errors
    ///
    /// When the connection fails.
    pub async fn give_back(self, connection: &mut Connection) -> Result<bool, ConnectionError> {
        match self.kind {
            // The server warns of what is given back and was never had.
            Kind::Session { .. } if !self.is_taken => Ok(false),
            Kind::Session { key } => postgres::lock::unlock(connection, key).await,
            Kind::Beside { key: _, beside: Some(mut beside) } => {
                // Ends the transaction, and the lock with it; if it is gone already, so is the lock.
                let is_held = beside.execute("ROLLBACK").await.is_ok();
                drop(beside.close().await);
                Ok(is_held)
            }
            Kind::File { path, file: Some(file) } => {
                file.unlock(&path);
                Ok(true)
            }
            Kind::Alone => Ok(true),
            Kind::Beside { .. } | Kind::File { .. } => Ok(false),
        }
    }

    /// Says for people who holds it; `None` if it is free, or if that is unknown.
    ///
    /// # Errors
    ///
    /// When the connection fails.
    pub async fn holder(&self, connection: &mut Connection) -> Result<Option<String>, ConnectionError> {
        match &self.kind {
            Kind::Session { key } | Kind::Beside { key, .. } => {
                postgres::lock::holder(connection, *key).await
            }
            Kind::Alone => Ok(None),
            Kind::File { path, file: _ } => Ok(sqlite::lock::holder(path)),
        }
    }
}

/// Takes the advisory lock of a run again if this session holds it no more; tells whether it has it.
pub(crate) async fn hold_again(connection: &mut Connection, key: i64) -> Result<bool, ConnectionError> {
    Ok(postgres::lock::is_held(connection, key).await? || postgres::lock::try_lock(connection, key).await?)
}

/// What bears a name, and what can be said of it before it is read as the version table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its schema; where nothing bears the name, the one in which it would be made.
    pub(crate) schema: Option<Ident>,
    /// What it is.
    pub(crate) found: Option<Found>,
}

/// Something that bears the name of the version table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// What it is if it is not a table, in SQL's word.
    pub(crate) other: Option<String>,
    /// The type of its column `version_num`, if it has one.
    pub(crate) ty: Option<String>,
    /// Whether that is a type of texts.
    pub(crate) is_text: bool,
    /// Whether a policy may keep rows from this user.
    pub(crate) is_filtered: bool,
}

/// A version table that is not in the schema in which a session would make tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Apart {
    /// Its schema.
    pub(crate) schema: Ident,
    /// The session's own schema.
    pub(crate) own: Ident,
    /// The search path of the session.
    search_path: String,
    /// Whether there are tables in the session's own schema.
    pub(crate) has_tables: bool,
}

/// Looks whether the version table, which is found along the search path, is in another schema than the session's own.
pub(crate) async fn apart(
    connection: &mut Connection,
    name: &Ident,
) -> Result<Option<Apart>, ConnectionError> {
    let Some(query) = on!(connection.dialect(), lock::apart_query(name)) else { return Ok(None) };
    let Some(row) = connection.rows(&query).await?.into_iter().next() else { return Ok(None) };
    let mut values = row.into_iter().map(Option::unwrap_or_default);
    let mut next = || values.next().unwrap_or_default();
    Ok(Some(Apart {
        schema: Ident::new(next()),
        own: Ident::new(next()),
        search_path: next(),
        has_tables: next() == "1",
    }))
}

impl Apart {
    /// Makes the schema of the version table the session's own: there are the tables that it speaks of.
    pub(crate) async fn join(&self, connection: &mut Connection) -> Result<(), ConnectionError> {
        let Self { schema, own: _, search_path, has_tables: _ } = self;
        connection.value(&postgres::lock::set_search_path(Some(schema), search_path)).await.map(drop)
    }

    /// Gives the session its own schema back.
    pub(crate) async fn part(&self, connection: &mut Connection) -> Result<(), ConnectionError> {
        connection.value(&postgres::lock::set_search_path(None, &self.search_path)).await.map(drop)
    }
}

/// Looks for what bears a name: on PostgreSQL the first along the search path, as Alembic finds it.
///
/// A temporary table is not looked at: it is the session's own.
pub(crate) async fn place(connection: &mut Connection, name: &Ident) -> Result<Place, ConnectionError> {
    let query = on!(connection.dialect(), lock::place_query(name));
    let row = connection.rows(&query).await?.into_iter().next().unwrap_or_default();
    let mut values = row.into_iter();
    Place::read(|| Ok(values.next().flatten()))
}

impl Place {
    /// Reads what a dialect's query for it returns, value by value.
    pub(super) fn read<E>(mut next: impl FnMut() -> Result<Option<String>, E>) -> Result<Self, E> {
        let schema = next()?.map(Ident::new);
        let kind = next()?;
        let other = next()?;
        let found = Found {
            other,
            ty: next()?,
            is_text: next()?.as_deref() == Some("1"),
            is_filtered: next()?.as_deref() == Some("1"),
        };
        Ok(Self { schema, found: kind.map(|_| found) })
    }
}

/// Writes the query for the rows of a version table: the text of each, and what it is where it is none.
pub(crate) fn version_rows(dialect: Dialect, table: &TableName) -> String {
    format!("SELECT {} FROM {}", on!(dialect, lock::VERSION_COLUMNS), dialect.qualified(table))
}
