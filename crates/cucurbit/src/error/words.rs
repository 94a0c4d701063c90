//! An error as text, ready to print: the message, each cause once, a hint.
//!
//! What lives here: which causes say something new, and which of them have lines of their own. No control character is
//! dealt with here; the caller knows for what.

use std::error::Error as _;

use crate::{
    connection::{ConnectionError, DriverError},
    runtime::RunError,
    schema::Advice,
    script::HookFailure,
};

use super::Error;

/// What is said of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What went wrong.
    pub message: Said,
    /// What caused it, each cause once.
    pub causes: Vec<Said>,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its text.
    pub text: String,
    /// Whether line breaks in it are meant: in SQL, in a server's details, in the words of a project's own code.
    /// Elsewhere they can only be in a name.
    pub has_lines: bool,
}

impl Error {
    /// Returns what is said of it.
    #[must_use]
    pub fn explanation(&self) -> Explanation {
        let message = Said { text: self.to_string(), has_lines: is_of_a_statement(&self.to_string()) };
        let mut causes: Vec<Said> = Vec::new();
        let mut source = self.source();
        let mut hint = self.hint();
        let mut is_foreign = matches!(self, Self::Models(_));
        while let Some(cause) = source {
            if let Some(advice) = cause.downcast_ref::<Advice>() {
                hint = hint.or_else(|| Some(advice.to_string()));
                source = cause.source();
                continue;
            }
            let text = cause.to_string();
            let said = causes.last().map_or(&message.text, |before| &before.text);
            // A cause that its owner already repeats says nothing new; sqlx's errors do so.
            if !said.ends_with(&text) {
                let has_lines = is_foreign
                    || cause.is::<DriverError>()
                    || cause.is::<HookFailure>()
                    || is_of_a_statement(&text);
                causes.push(Said { text, has_lines });
            }
            is_foreign |= is_code(cause);
            source = cause.source();
        }
        Explanation { message, causes, hint }
    }
}

/// Tells whether the causes of an error are those of a project's own code.
fn is_code(error: &(dyn std::error::Error + 'static)) -> bool {
    match error.downcast_ref::<RunError>() {
        Some(RunError::Step { source, .. } | RunError::Outside { source, .. }) => is_code(source),
        Some(error) => matches!(error, RunError::CodeFailed { .. }),
        None => false,
    }
}

/// Tells whether a message repeats a statement. [`ConnectionError`] has taken care of the names in it; it is told by its
/// words, since most errors only hand it on.
fn is_of_a_statement(text: &str) -> bool {
    text.starts_with(ConnectionError::REFUSED)
}
