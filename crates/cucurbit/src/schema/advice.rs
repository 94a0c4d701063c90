//! What to do about an error that is not the library's own.

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
