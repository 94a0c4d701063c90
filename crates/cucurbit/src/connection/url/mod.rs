//! Connection URLs of databases, in SQLAlchemy's forms, libpq's and sqlx's.
//!
//! What lives here: reading a connection URL and writing it without its password. Opening it is `connect.rs`.
//! Nothing here reads the environment or touches a file.

mod error;
mod postgres;
mod sqlite;
#[cfg(test)]
mod tests;
mod text;

use std::{fmt, path::Path, str::FromStr};

use crate::{nearest::nearest, schema::Dialect};

pub use self::{error::ConnectionUrlError, sqlite::SqliteUrls};
pub(super) use self::{
    postgres::{Host, PostgresUrl, Session},
    sqlite::{Place, SqliteMode, SqliteUrl},
    text::{ALL, encode},
};

/// Where a database is, and how to reach it.
///
/// `Display` and `Debug` write `***` for the password. The accepted forms:
///
/// | form | means |
/// |---|---|
/// | `sqlite:///plants.db`, `sqlite:plants.db`, `sqlite://plants.db` | a file, relative to a folder |
/// | `sqlite:////srv/plants.db`, `sqlite:/srv/plants.db` | a file, absolute |
/// | `sqlite://`, `sqlite:///:memory:`, `sqlite::memory:` | a database in memory |
/// | `postgresql://user:password@host:5432/database`, `postgres://…` | a PostgreSQL server |
/// | `postgresql://user@h1:5432,h2:5433/database` | the first of several that answers |
/// | `postgresql:///database?host=/run/postgresql` | a server behind a Unix socket in that folder |
///
/// A Python driver may follow the scheme (`sqlite+aiosqlite`, `postgresql+asyncpg`, …); it changes nothing.
/// `%40` and the like are decoded, `+` stays a plus, and a `%` before anything but two hexadecimal digits
/// stays as it is. Three slashes begin a relative path, as in SQLAlchemy (in sqlx they begin an absolute one).
///
/// What a PostgreSQL connection URL leaves out is found as libpq finds it: in `PGHOST`, `PGPORT`, `PGUSER`,
/// `PGPASSWORD`, `PGDATABASE`, `PGSSLMODE`, `PGOPTIONS`, the password file, and at last the local socket, port
/// 5432 and the name of the user.
///
/// # Examples
///
/// ```
/// use cucurbit::connection::url::ConnectionUrl;
///
/// let url: ConnectionUrl = "postgresql+asyncpg://app:s%40fe@db.example.org/plants".parse()?;
/// assert_eq!(url.to_string(), "postgresql://app:***@db.example.org/plants");
/// # Ok::<(), cucurbit::connection::url::ConnectionUrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionUrl(pub(super) Kind);

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Postgres(Box<PostgresUrl>),
    Sqlite(SqliteUrl),
}

impl From<PostgresUrl> for ConnectionUrl {
    fn from(url: PostgresUrl) -> Self {
        Self(Kind::Postgres(Box::new(url)))
    }
}

impl ConnectionUrl {
    /// Reads a connection URL.
    ///
    /// # Errors
    ///
    /// When it has no scheme or an unknown one, no file, a bad port or host, or a parameter that is unknown or
    /// has a bad value. No message repeats a password.
    pub fn parse(text: &str) -> Result<Self, ConnectionUrlError> {
        Self::parse_as(text, SqliteUrls::default())
    }

    /// Reads a connection URL, a SQLite one as one library or the other does.
    ///
    /// # Errors
    ///
    /// As [`ConnectionUrl::parse`].
    pub fn parse_as(text: &str, urls: SqliteUrls) -> Result<Self, ConnectionUrlError> {
        let text = text.trim();
        let (scheme, rest) = text.split_once(':').ok_or(ConnectionUrlError::NoScheme)?;
        // Anything else before the colon may be a part of a password, and is not repeated.
        if !scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c)) || scheme.is_empty() {
            return Err(ConnectionUrlError::NoScheme);
        }
        match dialect_of(&scheme.to_lowercase()) {
            Some(Dialect::Postgres) => PostgresUrl::parse(rest).map(Self::from),
            Some(Dialect::Sqlite) => SqliteUrl::parse(rest, urls).map(|url| Self(Kind::Sqlite(url))),
            None => Err(ConnectionUrlError::UnknownScheme {
                scheme: scheme.to_owned(),
                nearest: nearest(scheme, SCHEMES.iter().map(|(known, _)| *known)),
            }),
        }
    }

    /// Returns the same connection URL, a relative SQLite file, certificate or key being in `folder`.
    #[must_use]
    pub fn relative_to(self, folder: &Path) -> Self {
        match self.0 {
            Kind::Postgres(url) => url.relative_to(folder).into(),
            Kind::Sqlite(url) => Self(Kind::Sqlite(url.relative_to(folder))),
        }
    }

    /// Returns the connection URL of a SQLite database in memory, of its own for each connection.
    #[must_use]
    pub fn memory() -> Self {
        Self(Kind::Sqlite(SqliteUrl::memory()))
    }

    /// Returns the same server's connection URL with another database; a SQLite connection URL stays as it is.
    #[must_use]
    pub fn with_database(&self, database: &str) -> Self {
        match &self.0 {
            Kind::Postgres(url) => {
                PostgresUrl { database: Some(database.to_owned()), ..PostgresUrl::clone(url) }.into()
            }
            Kind::Sqlite(_) => self.clone(),
        }
    }

    /// Tells whether it holds a password.
    #[must_use]
    pub fn has_password(&self) -> bool {
        matches!(&self.0, Kind::Postgres(url) if url.password.is_some())
    }

    /// Returns the same connection URL without its password.
    ///
    /// ```
    /// use cucurbit::connection::url::ConnectionUrl;
    ///
    /// let url: ConnectionUrl = "postgresql://app:secret@localhost/plants".parse()?;
    /// assert_eq!(url.without_password().to_string(), "postgresql://app@localhost/plants");
    /// # Ok::<(), cucurbit::connection::url::ConnectionUrlError>(())
    /// ```
    #[must_use]
    pub fn without_password(self) -> Self {
        match self.0 {
            Kind::Postgres(url) => PostgresUrl { password: None, ..*url }.into(),
            Kind::Sqlite(_) => self,
        }
    }

    /// Returns the whole text, with its password, for a driver that opens a connection of its own. It is not to be printed:
    /// for that there is `Display`.
    ///
    /// ```
    /// use cucurbit::connection::url::ConnectionUrl;
    ///
    /// let url: ConnectionUrl = "postgresql://app:s%40fe@localhost/plants".parse()?;
    /// assert_eq!(url.for_driver(), "postgresql://app:s%40fe@localhost/plants");
    /// assert_eq!(url.to_string(), "postgresql://app:***@localhost/plants");
    /// # Ok::<(), cucurbit::connection::url::ConnectionUrlError>(())
    /// ```
    #[must_use]
    pub fn for_driver(&self) -> String {
        match &self.0 {
            Kind::Postgres(url) => url.spelled(true),
            Kind::Sqlite(url) => url.to_string(),
        }
    }

    /// Tells which database it is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match &self.0 {
            Kind::Postgres(_) => Dialect::Postgres,
            Kind::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// Returns the SQLite file; `None` for a database in memory and for PostgreSQL.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Postgres(_) => None,
            Kind::Sqlite(url) => url.file(),
        }
    }
}

impl FromStr for ConnectionUrl {
    type Err = ConnectionUrlError;

    fn from_str(text: &str) -> Result<Self, ConnectionUrlError> {
        Self::parse(text)
    }
}

impl fmt::Display for ConnectionUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Postgres(url) => url.fmt(formatter),
            Kind::Sqlite(url) => url.fmt(formatter),
        }
    }
}

/// As `Display`: a password must not reach a log by way of `{:?}` either.
impl fmt::Debug for ConnectionUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ConnectionUrl({self})")
    }
}

/// Every scheme: the two databases by their names, and SQLAlchemy's names with a driver.
const SCHEMES: [(&str, Dialect); 12] = [
    ("postgres", Dialect::Postgres),
    ("postgresql", Dialect::Postgres),
    ("postgresql+asyncpg", Dialect::Postgres),
    ("postgresql+pg8000", Dialect::Postgres),
    ("postgresql+psycopg", Dialect::Postgres),
    ("postgresql+psycopg2", Dialect::Postgres),
    ("postgresql+psycopg2cffi", Dialect::Postgres),
    ("postgresql+psycopg_async", Dialect::Postgres),
    ("sqlite", Dialect::Sqlite),
    ("sqlite3", Dialect::Sqlite),
    ("sqlite+aiosqlite", Dialect::Sqlite),
    ("sqlite+pysqlite", Dialect::Sqlite),
];

fn dialect_of(scheme: &str) -> Option<Dialect> {
    SCHEMES.iter().find(|(known, _)| *known == scheme).map(|(_, dialect)| *dialect)
}
