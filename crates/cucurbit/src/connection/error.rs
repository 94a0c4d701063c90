//! Why a database did not do what it was asked, and what to do about it.
//!
//! What lives here: the error of this room and its advice, by SQLSTATE and by SQLite's result code.

use std::{borrow::Cow, io, path::PathBuf};

use thiserror::Error;

use super::TlsError;
use crate::schema::Dialect;

/// Why a database did not do what it was asked.
#[derive(Debug, Error)]
pub enum ConnectionError {
    /// It could not be reached or opened.
    #[error("cannot connect to {address}")]
    Connect {
        /// The address without its password.
        address: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The path of a SQLite file is a folder.
    #[error("`{}` is a folder, not a SQLite file", path.display())]
    Folder {
        /// The path.
        path: PathBuf,
    },
    /// There is no SQLite file, and this command does not make one.
    #[error("there is no SQLite file `{}`", path.display())]
    NoFile {
        /// Where it would be.
        path: PathBuf,
    },
    /// The folder of a SQLite file does not exist.
    #[error("there is no folder `{}` for the SQLite file", folder.display())]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// None of several hosts will do.
    #[error("none of the hosts of {address} can be used: {}", attempts.join("; "))]
    NoHost {
        /// The address without its password.
        address: String,
        /// Each host and why not, in the order of the address.
        attempts: Vec<String>,
    },
    /// The file is something else.
    #[error("`{}` is not a SQLite database", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: Box<Self>,
    },
    /// A statement failed.
    #[error("the database refused `{sql}`")]
    Statement {
        /// The statement, cut to a length that can be read.
        sql: String,
        /// What the database says.
        source: sqlx::Error,
    },
    /// TLS with the server did not come about.
    #[error("cannot connect to {address}")]
    Tls {
        /// The address without its password.
        address: String,
        /// Why not.
        source: TlsError,
    },
    /// A certificate or key that the address names cannot be read.
    #[error("cannot read `{}`, which the address names", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The connection is to the other kind of database.
    #[error("this connection is to {actual}, not to {wanted}")]
    WrongDialect {
        /// What it is.
        actual: Dialect,
        /// What was asked for.
        wanted: Dialect,
    },
    /// The server is of another kind than `target_session_attrs` asks for.
    #[error("the server at {address} is not `{wanted}`")]
    WrongSession {
        /// The address without its password.
        address: String,
        /// The value of `target_session_attrs`.
        wanted: &'static str,
    },
}

impl ConnectionError {
    /// Returns advice, where there is some.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Connect { source, .. } => return connect_hint(source).map(str::to_owned),
            Self::Folder { .. } => "the address must name a file, such as `sqlite:///folder/file.db`",
            Self::NoFile { .. } => {
                "only `upgrade`, `stamp` and `ensure_version` create the file, unless the address says `mode=rw` \
                 or `mode=ro`"
            }
            Self::NoFolder { .. } => "make the folder, or correct the address",
            Self::NoHost { .. } => {
                "see the reason after each host; `target_session_attrs` says which kind will do"
            }
            Self::NotADatabase { .. } => {
                "the address may name the wrong file, or the file is encrypted or damaged"
            }
            Self::Statement { source, .. } => return statement_hint(source).map(str::to_owned),
            Self::Tls { source, .. } => return source.hint(),
            Self::Unreadable { .. } => "correct `sslrootcert`, `sslcert` or `sslkey` in the address",
            Self::WrongDialect { .. } => return None,
            Self::WrongSession { .. } => "name another host, or leave `target_session_attrs` out",
        };
        Some(hint.to_owned())
    }

    /// Returns the database's own code of the error: an SQLSTATE, or SQLite's extended result code.
    #[must_use]
    pub fn code(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Connect { source, .. } | Self::Statement { source, .. } => code(source),
            Self::NotADatabase { source, .. } => source.code(),
            Self::Folder { .. }
            | Self::NoFile { .. }
            | Self::NoFolder { .. }
            | Self::NoHost { .. }
            | Self::Tls { .. }
            | Self::Unreadable { .. }
            | Self::WrongDialect { .. }
            | Self::WrongSession { .. } => None,
        }
    }
}

fn code(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error.as_database_error().and_then(|error| error.code())
}

const SOCKET_HINTS: [(io::ErrorKind, &str); 4] = [
    (io::ErrorKind::ConnectionRefused, "is the server running, and is the port the right one?"),
    (io::ErrorKind::NotFound, "is the server running, and is its socket in that folder?"),
    (io::ErrorKind::PermissionDenied, "this user may not open it"),
    (io::ErrorKind::TimedOut, "is the host the right one, and does a firewall let this through?"),
];

/// SQLSTATEs: PostgreSQL manual, appendix A.
fn connect_hint(error: &sqlx::Error) -> Option<&'static str> {
    if let sqlx::Error::Io(error) = error {
        let known = SOCKET_HINTS.iter().find(|(kind, _)| *kind == error.kind());
        return Some(known.map_or("check the host and the port of the address", |(_, hint)| hint));
    }
    match code(error)?.as_ref() {
        "28P01" => Some(
            "check the user and the password, which comes from the address (`@` is written `%40` there), \
             `PGPASSWORD` or the password file",
        ),
        "28000" => Some(
            "the server's pg_hba.conf says who may come from where, and how: lines with `hostssl` ask for TLS, \
             with `hostnossl` for none, with `cert` for `sslcert` and `sslkey`",
        ),
        "3D000" => Some("create the database first: `createdb NAME`"),
        "53300" => Some("the server has no connection left: close another one"),
        "57P03" => Some("the server is starting or stopping: try again"),
        // SQLITE_CANTOPEN, and its extended forms.
        code if primary(code) == Some(14) => Some("this user may not read the file or write to its folder"),
        _ => None,
    }
}

/// Result codes: <https://www.sqlite.org/rescode.html>.
fn statement_hint(error: &sqlx::Error) -> Option<&'static str> {
    let code = code(error)?;
    // An SQLSTATE has five characters, a result code of SQLite at most four.
    match primary(&code)? {
        5 | 6 => Some("another connection is writing; wait for it, or give the address a longer `timeout`"),
        8 => Some("the file or its folder is write-protected, or the address says `mode=ro`"),
        11 => Some("the file is damaged: `PRAGMA integrity_check` says where"),
        13 => Some("the disk is full"),
        _ => None,
    }
}

/// The primary result code in SQLite's extended one; `None` for an SQLSTATE.
fn primary(code: &str) -> Option<u32> {
    (code.len() < 5).then(|| code.parse().ok()).flatten().map(|code: u32| code & 0xff)
}
