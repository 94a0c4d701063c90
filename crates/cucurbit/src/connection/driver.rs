//! The driver's errors, as messages for people.
//!
//! What lives here: the wrapper of sqlx's error. Its own words name a line of the server's source code, which reads like
//! a line of one's SQL, and say "error returned from database" of what is printed as a cause anyway.

use std::{borrow::Cow, fmt};

use sqlx::postgres::PgDatabaseError;

use crate::mask::{self, HIDDEN};

/// What a driver says.
///
/// `Display` writes the database's own message and code, and the detail and the hint that PostgreSQL may add. Passwords of
/// connection URLs and of the statement that was refused are written as `***`, by `Debug` too.
pub struct DriverError {
    pub(super) error: sqlx::Error,
    words: Words,
}

/// What is said, without secrets.
#[derive(Default)]
struct Words {
    message: String,
    detail: Option<String>,
    hint: Option<String>,
}

impl From<sqlx::Error> for DriverError {
    fn from(error: sqlx::Error) -> Self {
        let words = if let Some(database) = error.as_database_error() {
            let postgres = database.try_downcast_ref::<PgDatabaseError>();
            Words {
                // One line: what begins another is the name of an object, and not the server.
                message: database.message().replace('\n', "\\n"),
                detail: postgres.and_then(|error| detail(error.code(), error.detail()?)),
                hint: postgres.and_then(PgDatabaseError::hint).map(str::to_owned),
            }
        } else {
            let message =
                if let sqlx::Error::Io(error) = &error { error.to_string() } else { error.to_string() };
            Words { message, ..Words::default() }
        };
        let mut error = Self { error, words };
        error.hide(mask::text);
        error
    }
}

/// What may be said of a detail: not a whole row (`Failing row contains (1, s3cret, null).`, in the server's language), and
/// no value of a column whose name says that it is secret (`Key (pin)=(1234) already exists.`).
fn detail(code: &str, detail: &str) -> Option<String> {
    // not_null_violation, check_violation, with_check_option_violation: the key of a partition is no row.
    if matches!(code, "23502" | "23514" | "44000") && !detail.starts_with("Partition key of") {
        return None;
    }
    let values = detail.find(")=(").or_else(|| detail.find(") = ("));
    match values {
        Some(at) if mask::names_a_secret(&detail[..at]) => Some(format!("{})=({HIDDEN})", &detail[..at])),
        Some(_) | None => Some(detail.to_owned()),
    }
}

impl DriverError {
    /// Returns what the database says, without its code; `None` when it is not the database that speaks.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.error.as_database_error().map(|_| self.words.message.as_str())
    }

    /// Returns the database's own code of the error.
    #[must_use]
    pub fn code(&self) -> Option<Cow<'_, str>> {
        self.error.as_database_error().and_then(|error| error.code())
    }

    /// Replaces the whole message.
    pub(super) fn hide(&mut self, hidden: impl Fn(&str) -> String) {
        let Words { message, detail, hint } = &mut self.words;
        for text in [Some(message), detail.as_mut(), hint.as_mut()].into_iter().flatten() {
            *text = hidden(text);
        }
    }
}

impl fmt::Display for DriverError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Words { message, detail, hint } = &self.words;
        formatter.write_str(message)?;
        if let Some(code) = self.code() {
            write!(formatter, " (code {code})")?;
        }
        for further in [detail, hint].into_iter().flatten() {
            write!(formatter, "\n{further}")?;
        }
        Ok(())
    }
}

/// As `Display`: sqlx's own form repeats everything.
impl fmt::Debug for DriverError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DriverError({self})")
    }
}

/// What is below is in the words already.
impl std::error::Error for DriverError {}
