//! Names in a statement that the database does not know, read from what it says.
//!
//! PostgreSQL gives each kind a code (manual, appendix A); its words are read for the name, and are not if the server
//! speaks another language than English. SQLite has words only.

use std::fmt;

use super::ConnectionError;

/// A name that the database does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What it was taken for.
    pub kind: MissingKind,
    /// The name, as the statement has it, without quotes.
    pub name: String,
}

/// What a name was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissingKind {
    /// A column.
    Column,
    /// A table, or what can stand in its place.
    Table,
    /// A type.
    Type,
}

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            MissingKind::Column => "column",
            MissingKind::Table => "table",
            MissingKind::Type => "type",
        };
        write!(formatter, "there is no {kind} `{}`", self.name)
    }
}

impl ConnectionError {
    /// Returns the name that the database did not know, if that is why it refused a statement.
    #[must_use]
    pub(crate) fn missing(&self) -> Option<Missing> {
        let Self::Statement { source, .. } = self else { return None };
        let (code, message) = (source.code()?, source.message()?);
        let (kind, name) = match code.as_ref() {
            "42703" => (MissingKind::Column, quoted(message).or_else(|| bare(message, "column "))?),
            "42P01" => (MissingKind::Table, quoted(message)?),
            "42704" => (MissingKind::Type, quoted(message).filter(|_| message.starts_with("type "))?),
            _ => of_sqlite(message)?,
        };
        // The last part of a qualified name.
        let name = name.rsplit('.').next().unwrap_or(name);
        Some(Missing { kind, name: name.to_owned() })
    }
}

impl ConnectionError {
    /// Tells whether a statement was refused because what it is about is not there.
    #[must_use]
    pub(crate) fn is_of_nothing(&self) -> bool {
        let Self::Statement { source, .. } = self else { return false };
        match source.code().as_deref() {
            // Objects, tables, columns, functions, schemas.
            Some("42704" | "42P01" | "42703" | "42883" | "3F000") => true,
            Some("1") => source.message().is_some_and(|message| message.starts_with("no such ")),
            Some(_) | None => false,
        }
    }
}

/// What stands in the first pair of quotes.
fn quoted(message: &str) -> Option<&str> {
    message.split('"').nth(1)
}

/// The word after a beginning.
fn bare<'m>(message: &'m str, beginning: &str) -> Option<&'m str> {
    message.strip_prefix(beginning)?.split(' ').next()
}

fn of_sqlite(message: &str) -> Option<(MissingKind, &str)> {
    if let Some(rest) = message.strip_prefix("no such column: ") {
        return Some((MissingKind::Column, rest.split(" - ").next()?.trim_matches('"')));
    }
    if let Some(rest) = message.strip_prefix("no such table: ") {
        return Some((MissingKind::Table, rest));
    }
    if message.starts_with("table ")
        && let Some((_, column)) = message.split_once(" has no column named ")
    {
        return Some((MissingKind::Column, column));
    }
    let column = message.strip_prefix("unknown column \"")?.split('"').next()?;
    Some((MissingKind::Column, column))
}
