//! What a driver says, in words for people.
//!
//! What lives here: the wrapper of sqlx's error. Its own words name a line of the server's source code, which reads like
//! a line of one's SQL, and say "error returned from database" of what is printed as a cause anyway.

use std::{borrow::Cow, fmt};

use sqlx::postgres::PgDatabaseError;

/// What a driver says.
///
/// `Display` writes the database's own message and code, and the detail and the hint that PostgreSQL may add.
#[derive(Debug)]
pub struct DriverError(pub(super) sqlx::Error);

impl From<sqlx::Error> for DriverError {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}

impl DriverError {
    /// Returns what the database says, without its code; `None` when it is not the database that speaks.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.as_database_error().map(|error| error.message())
    }

    /// Returns the database's own code of the error.
    #[must_use]
    pub fn code(&self) -> Option<Cow<'_, str>> {
        self.0.as_database_error().and_then(|error| error.code())
    }
}

impl fmt::Display for DriverError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let sqlx::Error::Io(error) = &self.0 {
            return error.fmt(formatter);
        }
        let Some(error) = self.0.as_database_error() else { return self.0.fmt(formatter) };
        formatter.write_str(error.message())?;
        if let Some(code) = error.code() {
            write!(formatter, " (code {code})")?;
        }
        let postgres = error.try_downcast_ref::<PgDatabaseError>();
        if let Some(detail) = postgres.and_then(PgDatabaseError::detail) {
            write!(formatter, "\n{detail}")?;
        }
        if let Some(hint) = postgres.and_then(PgDatabaseError::hint) {
            write!(formatter, "\n{hint}")?;
        }
        Ok(())
    }
}

/// What is below is in the words already.
impl std::error::Error for DriverError {}
