//! What a run tells while it goes on. No text for people: the command line finds the words.

use crate::revision::Step;

/// Something that happened during a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'e> {
    /// Another process holds the lock; told once.
    LockWait {
        /// Who holds it, as far as the database tells.
        holder: Option<String>,
    },
    /// The heads were changed by another process meanwhile; the steps are planned anew.
    Replanned,
    /// A step has begun: the lock is held, and the database is where the step starts from.
    StepStarted {
        /// The step.
        step: &'e Step,
    },
    /// Code of a script is about to run.
    Code {
        /// What it does.
        title: &'e str,
    },
    /// A statement is about to run.
    Statement {
        /// Its text, without the secrets in it.
        sql: &'e str,
    },
    /// A step is committed.
    StepFinished {
        /// The step.
        step: &'e Step,
    },
}

/// Whoever is told.
pub type Observer<'o> = dyn FnMut(Event<'_>) + Send + 'o;
