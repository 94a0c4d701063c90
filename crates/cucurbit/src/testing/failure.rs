//! Why a test cannot begin, or what it found. It is shown as it is debugged: a panic prints either.

use std::fmt;

use crate::{error::Error, operation::Operation, schema::Dialect};

/// What a test found, or why it cannot begin: words for people, on several lines.
#[derive(Clone, PartialEq, Eq)]
pub struct Failure(String);

impl Failure {
    pub(super) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }

    /// Says what went wrong while something was done.
    pub(super) fn of(dialect: Dialect, doing: &str, error: impl Into<Error>) -> Self {
        Self(format!("{doing} on {dialect}: {:?}", error.into()))
    }

    /// Lists differences as `check` does.
    pub(super) fn differences(headline: &str, operations: &[Operation]) -> Self {
        let lines: Vec<String> = operations.iter().map(|one| format!("\n  {}", one.describe())).collect();
        Self(format!("{headline}{}", lines.concat()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failure {}
