//! What to do about an error that is not the library's own.

#[cfg(any(feature = "derive", feature = "runtime"))]
use std::{error, fmt};

use thiserror::Error;

/// What to do about an error, as the last of its causes: how an error of the project's own, of its models or of the code in
/// its revisions, gives the command line a hint.
///
/// ```
/// use cucurbit::schema::Advice;
///
/// #[derive(Debug, thiserror::Error)]
/// #[error("there is no gardener")]
/// struct NoGardener(#[source] Advice);
///
/// let error = NoGardener(Advice("ask at the gate"));
/// assert_eq!(Advice::of(&error), Some(&Advice("ask at the gate")));
/// ```
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct Advice(pub &'static str);

impl Advice {
    /// Finds the advice that an error gives among its causes.
    #[must_use]
    pub fn of<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e Self> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(advice) = error.downcast_ref() {
                return Some(advice);
            }
            cause = error.source();
        }
        None
    }
}

/// Writes an error as a person reads it where a program ends by it (`fn main() -> Result<…>` prints the `Debug` of one): what it
/// says, its causes, each once, and what to do.
#[cfg(any(feature = "derive", feature = "runtime"))]
pub(crate) fn told(
    error: &dyn error::Error,
    mut hint: Option<String>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut said = error.to_string();
    f.write_str(&said)?;
    let mut source = error.source();
    while let Some(cause) = source {
        source = cause.source();
        if let Some(advice) = cause.downcast_ref::<Advice>() {
            hint = hint.or_else(|| Some(advice.to_string()));
            continue;
        }
        let text = cause.to_string();
        // A cause that its owner already repeats says nothing new; sqlx's errors do so.
        if !said.ends_with(&text) {
            write!(f, "\n  caused by: {text}")?;
            said = text;
        }
    }
    match hint {
        Some(hint) => write!(f, "\n  hint: {hint}"),
        None => Ok(()),
    }
}
