//! A connection to a database, of one kind or the other.
//!
//! The only folder that names sqlx outside `dialect/*/{reflect,ask,lock,scratch}`. No pools, no generics over
//! drivers: one connection, kept for a whole run.

mod connect;
mod driver;
mod error;
mod given;
mod missing;
mod refused;
mod row;
mod tls;
mod transaction;
pub mod url;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, sqlite::LockedSqliteHandle};

use crate::schema::Dialect;

pub(crate) use self::connect::Origin;
pub(crate) use self::error::{code_of, hint_of};
pub(crate) use self::row::Row;
pub use self::{
    connect::ConnectOptions,
    driver::DriverError,
    error::{ConnectionError, Trouble},
    missing::{Missing, MissingKind},
    tls::TlsError,
};
use self::{given::Given, refused::refused};

/// A connection to a PostgreSQL server or a SQLite file.
///
/// It is opened by a connection URL ([`Connection::connect`]), or from a connection that an application has already: see the
/// conversions.
#[derive(Debug)]
pub struct Connection {
    kind: Kind,
    /// How it was opened, if by a connection URL: a second connection to the same server is opened in the same way.
    origin: Option<Box<Origin>>,
    /// Whether it was opened here: what a connection of SQLite calls back is not an application's then.
    is_own: bool,
}

/// A connection of one kind or the other.
#[derive(Debug)]
enum Kind {
    Postgres(Box<Given<Postgres>>),
    Sqlite(Box<Given<Sqlite>>),
}

impl Connection {
    /// Tells which database it is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match &self.kind {
            Kind::Postgres(_) => Dialect::Postgres,
            Kind::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// Returns sqlx's connection to PostgreSQL.
    ///
    /// # Errors
    ///
    /// When it is SQLite.
    pub fn postgres(&mut self) -> Result<&mut PgConnection, ConnectionError> {
        match &mut self.kind {
            Kind::Postgres(connection) => Ok(connection),
            Kind::Sqlite(_) => Err(wrong(Dialect::Sqlite, Dialect::Postgres)),
        }
    }

    /// Returns sqlx's connection to SQLite.
    ///
    /// # Errors
    ///
    /// When it is PostgreSQL.
    pub fn sqlite(&mut self) -> Result<&mut SqliteConnection, ConnectionError> {
        match &mut self.kind {
            Kind::Sqlite(connection) => Ok(connection),
            Kind::Postgres(_) => Err(wrong(Dialect::Postgres, Dialect::Sqlite)),
        }
    }

    /// Runs SQL as it is written and returns the number of rows it changed.
    ///
    /// # Errors
    ///
    /// When the database refuses it.
    pub async fn execute(&mut self, sql: &str) -> Result<u64, ConnectionError> {
        let query = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let rows = match &mut self.kind {
            Kind::Postgres(connection) => {
                (***connection).execute(query).await.map(|done| done.rows_affected())
            }
            Kind::Sqlite(connection) => (***connection).execute(query).await.map(|done| done.rows_affected()),
        };
        rows.map_err(|source| refused(sql, source))
    }
}

impl Connection {
    /// Runs a `COPY … FROM stdin` with its rows, and returns how many there were. PostgreSQL only.
    ///
    /// Run as any other statement, the driver would wait for ever for rows that never come.
    pub(crate) async fn copy_in(&mut self, command: &str, rows: &str) -> Result<u64, ConnectionError> {
        let copied = async |connection: &mut PgConnection| {
            let mut copy = connection.copy_in_raw(command).await?;
            for part in rows.as_bytes().chunks(COPY_PART) {
                copy.send(part).await?;
            }
            copy.finish().await
        };
        copied(self.postgres()?).await.map_err(|source| refused(command, source))
    }

    /// Interrupts a statement of SQLite as soon as this is true, which is asked now and then while one runs.
    pub(crate) async fn interrupt_when(
        &mut self,
        is_time: impl Fn() -> bool + Send + 'static,
    ) -> Result<(), ConnectionError> {
        if let Some(mut handle) = self.handle().await? {
            handle.set_progress_handler(INSTRUCTIONS, move || !is_time());
        }
        Ok(())
    }

    /// Takes away what [`Connection::interrupt_when`] set.
    pub(crate) async fn never_interrupt(&mut self) -> Result<(), ConnectionError> {
        if let Some(mut handle) = self.handle().await? {
            handle.remove_progress_handler();
        }
        Ok(())
    }

    /// Counts the rows that SQLite writes from now on; `None` for PostgreSQL, and for an application's connection, which may
    /// want to hear of them itself.
    pub(crate) async fn count_written(&mut self) -> Result<Option<Arc<AtomicU64>>, ConnectionError> {
        if !self.is_own {
            return Ok(None);
        }
        let Some(mut handle) = self.handle().await? else { return Ok(None) };
        let written = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&written);
        handle.set_update_hook(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        Ok(Some(written))
    }

    /// Takes away what [`Connection::count_written`] set.
    pub(crate) async fn never_count_written(&mut self) -> Result<(), ConnectionError> {
        if let Some(mut handle) = self.handle().await? {
            handle.remove_update_hook();
        }
        Ok(())
    }

    /// Returns SQLite's own handle; `None` for PostgreSQL.
    async fn handle(&mut self) -> Result<Option<LockedSqliteHandle<'_>>, ConnectionError> {
        let Kind::Sqlite(connection) = &mut self.kind else { return Ok(None) };
        let locked = (***connection).lock_handle().await;
        locked.map(Some).map_err(|source| refused("PRAGMA", source))
    }

    /// Lets the driver forget the statements that it has prepared: a script may have taken them away.
    pub(crate) async fn forget_statements(&mut self) -> Result<(), ConnectionError> {
        match &mut self.kind {
            Kind::Postgres(connection) => (***connection).clear_cached_statements().await,
            Kind::Sqlite(connection) => (***connection).clear_cached_statements().await,
        }
        .map_err(|source| refused("DEALLOCATE ALL", source))
    }
}

/// So many bytes of rows are sent at once: the driver keeps a copy of them.
const COPY_PART: usize = 1 << 16;

/// After how many instructions SQLite asks whether to go on: some hundred times a second.
const INSTRUCTIONS: i32 = 10_000;

fn wrong(actual: Dialect, wanted: Dialect) -> ConnectionError {
    ConnectionError::WrongDialect { actual, wanted }
}
