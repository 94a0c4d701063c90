//! A file of SQL, run on a scratch database: what it makes of nothing.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::{
    connection::{ConnectionError, address::Address},
    dialect::{self, Before, ReflectError, Scratch, ScratchError},
};

/// Why a file of SQL gives no schema.
#[derive(Debug, Error)]
pub enum SqlFileError {
    /// It cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// There is no server to run it on.
    #[error("there is no server to run {} on", path.display())]
    NoServer {
        /// The file.
        path: PathBuf,
    },
    /// No scratch database could be had.
    #[error("no scratch database to run {} on", path.display())]
    NoScratch {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: ScratchError,
    },
    /// One of its statements fails.
    #[error("{} failed on a scratch database", path.display())]
    Statement {
        /// The file.
        path: PathBuf,
        /// The statement, and why.
        source: ConnectionError,
    },
    /// What it made cannot be read.
    #[error("cannot read what {} made", path.display())]
    Reflect {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: ReflectError,
    },
}

impl SqlFileError {
    /// Says what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoServer { .. } | Self::NoScratch { .. } => {
                Some("name a server where databases may be made by `scratch_url` in cucurbit.toml")
            }
            Self::Read { .. } | Self::Statement { .. } | Self::Reflect { .. } => None,
        }
    }
}

/// Runs a file of SQL on a scratch database and returns what it made.
///
/// # Errors
///
/// When the file cannot be read, no scratch database can be had, or a statement fails on it.
pub async fn read_sql_file(server: &Address, path: &Path) -> Result<Before, SqlFileError> {
    let path = || path.to_owned();
    let sql = fs::read_to_string(path()).map_err(|source| SqlFileError::Read { path: path(), source })?;
    let no_scratch = |source| SqlFileError::NoScratch { path: path(), source };
    let mut scratch = Scratch::open(server, &Before::default()).await.map_err(no_scratch)?;
    let ran = scratch.run(&sql).await;
    let reflected = match ran {
        Ok(()) => dialect::reflect(&mut scratch.connection)
            .await
            .map_err(|source| SqlFileError::Reflect { path: path(), source }),
        Err(source) => Err(SqlFileError::Statement { path: path(), source }),
    };
    let closed = scratch.close().await;
    let before = reflected?;
    closed.map_err(|source| no_scratch(source.into()))?;
    Ok(before)
}
