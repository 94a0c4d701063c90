//! What a run tells while it goes on. No text for people: the command line finds the words.

use std::time::Duration;

use crate::{
    dialect::Activity,
    revision::Step,
    schema::{Ident, TableName},
};

/// Something that happened during a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'e> {
    /// Another process holds the lock; told once.
    LockWait {
        /// Who holds it, as far as the database tells.
        holder: Option<String>,
    },
    /// The database gave the transaction of a step up for the sake of another one; it is tried again.
    GaveWay {
        /// The step.
        step: &'e Step,
    },
    /// A revision fills a column with what `user` means in SQL, which looks like a text; told before the revision begins.
    FillsWithRole {
        /// The revision.
        revision: &'e str,
        /// The table.
        table: &'e TableName,
        /// The column.
        column: &'e Ident,
    },
    /// A revision holds a statement that cannot be marked as done in its own transaction, and is run again if the process
    /// dies at the wrong moment; told before the revision begins.
    MayRunTwice {
        /// The revision.
        revision: &'e str,
        /// The statement.
        sql: &'e str,
    },
    /// A statement runs for a while already; told after five seconds, and then every second.
    StillRunning {
        /// Its text, without the secrets in it.
        sql: &'e str,
        /// How long.
        since: Duration,
        /// How far it is, or what it waits for, as far as the database tells.
        activity: Option<&'e Activity>,
    },
    /// The heads were changed by another process meanwhile; the steps are planned again.
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
    /// Code of a script has run, without an error.
    CodeFinished {
        /// What it does.
        title: &'e str,
        /// How long it took.
        took: Duration,
    },
    /// A statement is about to run.
    Statement {
        /// Its text, without the secrets in it.
        sql: &'e str,
    },
    /// A statement has run, without an error.
    StatementFinished {
        /// Its text, without the secrets in it.
        sql: &'e str,
        /// How long it took.
        took: Duration,
    },
    /// A step is committed.
    StepFinished {
        /// The step.
        step: &'e Step,
        /// How long it took, from its beginning to its commit.
        took: Duration,
    },
}

/// The receiver.
pub type Observer<'o> = dyn FnMut(Event<'_>) + Send + 'o;
