//! What the journal holds: the statements of a step that was begun, each with how it is run and how far it is.

use crate::{
    dialect::{Dialect, lexer},
    operation::Operation,
    revision::Direction,
};

use super::{RunError, checks::Checks};

/// A step that was begun and not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unfinished {
    /// Which way it goes.
    pub direction: Direction,
    /// The revision.
    pub revision: String,
    /// The statement that is next, without the secrets in it.
    pub statement: String,
}

impl From<Unfinished> for RunError {
    fn from(unfinished: Unfinished) -> Self {
        let Unfinished { direction, revision, statement } = unfinished;
        Self::Unfinished { revision, command: command(direction), statement }
    }
}

/// The command that runs such a step.
pub(super) const fn command(direction: Direction) -> &'static str {
    match direction {
        Direction::Downgrade => "downgrade",
        Direction::Stamp | Direction::Upgrade => "upgrade",
    }
}

/// Reads the word for a command; `None` if it is neither of the two.
pub(super) fn direction(command: &str) -> Option<Direction> {
    [Direction::Downgrade, Direction::Upgrade].into_iter().find(|way| self::command(*way) == command)
}

/// A statement of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) position: i64,
    pub(super) mode: EntryMode,
    pub(super) state: State,
    /// Its SQL, or the fingerprint of that where it is done.
    pub(super) statement: String,
    /// What is looked at around it.
    pub(super) checks: Checks,
}

/// A statement to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) mode: EntryMode,
    pub(super) sql: String,
    pub(super) checks: Checks,
}

impl Line {
    /// A line without checks.
    pub(super) fn new(mode: EntryMode, sql: impl Into<String>) -> Self {
        Self { mode, sql: sql.into(), checks: Checks::default() }
    }

    /// Tells whether an entry that waits is this one.
    pub(super) fn is(&self, entry: &Entry) -> bool {
        self.mode == entry.mode && self.sql == entry.statement && self.checks == entry.checks
    }
}

/// How far a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It was not begun, or the database refused it and nothing of it is there.
    Waiting,
    /// It was begun outside a transaction, and only the database knows what became of it.
    Running,
    /// It is done.
    Done,
}

impl State {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
        }
    }

    /// Reads the word; `None` if it is none of them.
    pub(super) fn of(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Running, Self::Done].into_iter().find(|state| state.word() == word)
    }
}

/// How an entry is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryMode {
    /// In a transaction, with its neighbours.
    Inside,
    /// What is looked at around a statement; nothing is run.
    Checks,
    /// Alone.
    Outside,
    /// The fingerprint of the script; nothing is run.
    Script,
    /// What the statements before made of the session, for a run that goes on in another one.
    Session,
    /// In a transaction, and it must change one row of the version table.
    Version,
}

impl EntryMode {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Checks => "checks",
            Self::Inside => "inside",
            Self::Outside => "outside",
            Self::Script => "script",
            Self::Session => "session",
            Self::Version => "version",
        }
    }

    /// Reads the word; `None` if it is none of them.
    pub(super) fn of(word: &str) -> Option<Self> {
        [Self::Checks, Self::Inside, Self::Outside, Self::Script, Self::Session, Self::Version]
            .into_iter()
            .find(|mode| mode.word() == word)
    }
}

/// A step as it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) direction: Direction,
    pub(super) revision: String,
    /// The fingerprint of the script, where one was written.
    pub(super) script: Option<String>,
    /// The statements, done or not, in order.
    pub(super) entries: Vec<Entry>,
}

impl Written {
    /// Tells whether nothing of it was done: the first statement still waits.
    pub(super) fn is_untouched(&self) -> bool {
        self.entries.first().is_some_and(|first| first.position == 0 && first.state == State::Waiting)
    }

    /// Says what is left, if anything is.
    pub(super) fn unfinished(&self, dialect: Dialect) -> Option<Unfinished> {
        let next = self.entries.iter().find(|entry| entry.state != State::Done)?;
        Some(Unfinished {
            direction: self.direction,
            revision: self.revision.clone(),
            statement: lexer::masked(&next.statement, dialect).sql,
        })
    }
}

/// Returns the fingerprint of what a script says.
pub(super) fn fingerprint_of(operations: &[Operation]) -> String {
    fingerprint(&Operation::to_json(operations))
}

/// Returns the FNV-1a hash of a text, 64 bits: it tells one text of a script from another.
pub(super) fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
