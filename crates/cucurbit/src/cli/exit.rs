//! Exit codes, which are documented and tested, and the random bytes of a new id.

use std::{
    hash::{BuildHasher as _, RandomState},
    process::ExitCode,
};

use crate::{error::Error, runtime::RunError};

use super::signals;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Code {
    /// The command succeeded.
    Done = 0,
    /// The command failed.
    Failed = 1,
    /// The arguments were wrong.
    Usage = 2,
    /// `check` or `diff` found differences.
    Differences = 3,
    /// Timed out waiting for the lock.
    Locked = 4,
    /// The database is not at the heads.
    NotAtHeads = 5,
    /// It was stopped by Ctrl-C: 128 plus the number of the signal, as in shells.
    Interrupted = 130,
    /// It was stopped by SIGTERM.
    Terminated = 143,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

impl Code {
    /// Returns the code of an error.
    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::NotAtHeads | Error::NotUpToDate { .. } => Self::NotAtHeads,
            Error::Run(RunError::Lock { .. }) => Self::Locked,
            Error::Run(RunError::Stopped { .. }) => signals::came(),
            Error::Usage { .. } => Self::Usage,
            Error::Apply(_)
            | Error::Config(_)
            | Error::Connection(_)
            | Error::EmptyModels
            | Error::Editor { .. }
            | Error::EnumNotDeclared { .. }
            | Error::ExternalInModels { .. }
            | Error::Graph(_)
            | Error::Heads(_)
            | Error::Id(_)
            | Error::Irreversible(_)
            | Error::Json(_)
            | Error::Models(_)
            | Error::ModelsTwice
            | Error::NameCollision(_)
            | Error::Naming(_)
            | Error::NewRevision { .. }
            | Error::NotCreated { .. }
            | Error::NoModels
            | Error::NoScriptFile { .. }
            | Error::NoScripts { .. }
            | Error::OldBinary { .. }
            | Error::Parse(_)
            | Error::Reflect(_)
            | Error::Replay(_)
            | Error::Run(_)
            | Error::Script(_)
            | Error::SeveralHeads { .. }
            | Error::SqlFile(_)
            | Error::Steps(_)
            | Error::Target(_)
            | Error::Uncompared { .. }
            | Error::UncomparedModels { .. } => Self::Failed,
        }
    }
}

/// Makes six random bytes, enough for twelve hex digits.
///
/// The standard library seeds its hashers from the operating system; an id needs no more than that.
pub(super) fn random_bytes() -> [u8; 6] {
    let number = RandomState::new().hash_one(std::process::id()).to_le_bytes();
    [number[0], number[1], number[2], number[3], number[4], number[5]]
}
