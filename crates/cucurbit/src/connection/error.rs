//! Why a database did not do what it was asked, and what to do about it.
//!
//! What lives here: the error of this room and its advice, by SQLSTATE and by SQLite's result code.

use std::{borrow::Cow, fmt, io, path::PathBuf};

use thiserror::Error;

use super::{DriverError, TlsError};
use crate::schema::{Advice, Dialect, told};

/// Why a database did not do what it was asked.
#[derive(Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// It could not be reached or opened.
    #[error("cannot connect to {url}")]
    Connect {
        /// The connection URL without its password.
        url: String,
        /// What the driver says.
        source: DriverError,
    },
    /// The path of a SQLite file is a folder.
    #[error("`{}` is a folder, not a SQLite file", path.display())]
    Folder {
        /// The path.
        path: PathBuf,
    },
    /// SQLite: the file that keeps two runs apart cannot be used.
    #[error("cannot lock `{}`, which prevents concurrent runs", path.display())]
    LockFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A database that is to be dropped has other connections.
    #[error("the database `{database}` is in use")]
    InUse {
        /// Its name, or its file.
        database: String,
    },
    /// The file was written by a newer SQLite.
    #[error("`{}` has a newer format than this program can read", path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: DriverError,
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
    #[error("none of the hosts of {url} can be used: {}", attempts.join("; "))]
    NoHost {
        /// The connection URL without its password.
        url: String,
        /// Each host and why not, in the order of the connection URL.
        attempts: Vec<String>,
    },
    /// The file is something else.
    #[error("`{}` is not a SQLite database", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: DriverError,
    },
    /// A file of a database that is dropped cannot be removed.
    #[error("cannot remove `{}`", path.display())]
    NotRemoved {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A statement failed.
    #[error("{}`{sql}`", Self::REFUSED)]
    Statement {
        /// The statement, cut to a length that can be read.
        sql: String,
        /// What the database says.
        source: DriverError,
    },
    /// TLS with the server did not come about.
    #[error("cannot connect to {url}")]
    Tls {
        /// The connection URL without its password.
        url: String,
        /// Why not.
        source: TlsError,
    },
    /// A certificate or key that the connection URL names cannot be read.
    #[error("cannot read `{}`, which the connection URL names", path.display())]
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
    #[error("the server at {url} is not `{wanted}`")]
    WrongSession {
        /// The connection URL without its password.
        url: String,
        /// The value of `target_session_attrs`.
        wanted: &'static str,
    },
}

/// For people, as a program that ends by it prints it: with causes and hint.
impl fmt::Debug for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        told(self, self.hint(), f)
    }
}

impl ConnectionError {
    /// What stands before the statement in the message of one that failed.
    pub(crate) const REFUSED: &str = "the database refused ";

    /// Returns advice, where there is some.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Connect { source, .. } => {
                let hint = socket_hint(source).or_else(|| unknown_role(source));
                let hint = hint.or_else(|| self.trouble()?.hint());
                return hint.map(str::to_owned);
            }
            Self::Folder { .. } => "the connection URL must name a file, such as `sqlite:///folder/file.db`",
            Self::LockFile { .. } => {
                "a run creates it beside the database and removes it at its end: see what stands in its place"
            }
            Self::InUse { .. } => {
                "stop what is connected to it, and try again; or `--force`, which does not wait for them"
            }
            Self::NewerFormat { .. } => return Trouble::NewerFormat.hint().map(str::to_owned),
            Self::NoFile { .. } => {
                "correct the connection URL; or run `upgrade`, which creates the file unless the connection URL says `mode=rw` or `mode=ro`"
            }
            Self::NoFolder { .. } => "create the folder, or correct the connection URL",
            Self::NoHost { .. } => {
                "see the reason after each host; `target_session_attrs` says which kind is accepted"
            }
            Self::NotADatabase { .. } => return Trouble::NotADatabase.hint().map(str::to_owned),
            Self::NotRemoved { .. } => "this user may need the right to write to the folder",
            Self::Statement { source, .. } => match self.trouble() {
                Some(trouble) => return trouble.hint().map(str::to_owned),
                None => return bare_word(source).or_else(|| unknown_type(source)),
            },
            Self::Tls { source, .. } => return source.hint(),
            Self::Unreadable { .. } => "correct `sslrootcert`, `sslcert` or `sslkey` in the connection URL",
            Self::WrongDialect { .. } => return None,
            Self::WrongSession { .. } => "name another host, or leave `target_session_attrs` out",
        };
        Some(hint.to_owned())
    }

    /// Tells what the driver's error means, where it is one that is known.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Connect { source, .. } => Trouble::of(source, false),
            Self::NewerFormat { .. } => Some(Trouble::NewerFormat),
            Self::NotADatabase { .. } => Some(Trouble::NotADatabase),
            Self::Statement { source, .. } => Trouble::of(source, true),
            Self::Tls { .. } => Some(Trouble::Tls),
            Self::Folder { .. }
            | Self::InUse { .. }
            | Self::LockFile { .. }
            | Self::NoFile { .. }
            | Self::NoFolder { .. }
            | Self::NoHost { .. }
            | Self::NotRemoved { .. }
            | Self::Unreadable { .. }
            | Self::WrongDialect { .. }
            | Self::WrongSession { .. } => None,
        }
    }

    /// Returns the database's own code of the error: an SQLSTATE, or SQLite's extended result code.
    #[must_use]
    pub fn code(&self) -> Option<Cow<'_, str>> {
        if let Self::Connect { source, .. }
        | Self::NewerFormat { source, .. }
        | Self::NotADatabase { source, .. }
        | Self::Statement { source, .. } = self
        {
            source.code()
        } else {
            None
        }
    }
}

/// Returns the database's own code of an error that code of a script returned: its own, or that of a cause.
pub(crate) fn code_of<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<Cow<'e, str>> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<DriverError>().and_then(DriverError::code) {
            return Some(found);
        }
        let driver = error.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
        if let Some(found) = driver.and_then(sqlx::error::DatabaseError::code) {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

/// Returns advice about an error that code of a script returned: its own, or what the database's own code of it tells.
pub(crate) fn hint_of(error: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    if let Some(Advice(words)) = Advice::of(error) {
        return Some(words);
    }
    let code = code_of(error)?;
    STATES.iter().find(|(known, _)| code.starts_with(known)).and_then(|(_, trouble)| trouble.hint())
}

/// What an error of a driver means, as far as the database's own code of it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// SQLite: another connection is writing.
    Busy,
    /// The server or a user cancelled the statement.
    Cancelled,
    /// SQLite: the file cannot be opened.
    CannotOpenFile,
    /// The connection ended.
    ConnectionLost,
    /// Rows break a constraint.
    Constraint,
    /// SQLite: the file is damaged.
    DamagedFile,
    /// The transaction was rolled back to resolve a deadlock.
    Deadlock,
    /// The disk is full.
    DiskFull,
    /// SQLite: the system failed to read or write the file.
    FileError,
    /// PostgreSQL: the server ended a session that was idle in its transaction.
    IdleTransaction,
    /// PostgreSQL: another transaction holds the lock of what is needed.
    LockedObject,
    /// PostgreSQL: a value of an enum type is used in the transaction that added it.
    NewEnumValue,
    /// SQLite: a newer SQLite wrote the file.
    NewerFormat,
    /// The user may not do it.
    NoPermission,
    /// SQLite: the file is something else.
    NotADatabase,
    /// SQLite: nothing can be written.
    ReadOnly,
    /// PostgreSQL: nothing can be written.
    ReadOnlyServer,
    /// PostgreSQL: the server is starting or stopping.
    ServerStarting,
    /// No encrypted connection could be established.
    Tls,
    /// PostgreSQL: the server has no connection left.
    TooManyConnections,
    /// PostgreSQL: the server has no such database.
    UnknownDatabase,
    /// No server answers there.
    Unreachable,
    /// PostgreSQL: the server does not let the user in.
    UserRefused,
    /// PostgreSQL: the server does not accept the password.
    WrongPassword,
}

/// SQLSTATEs, or the two characters of a class: PostgreSQL manual, appendix A. The first that fits counts.
const STATES: [(&str, Trouble); 21] = [
    ("08", Trouble::ConnectionLost),
    ("23", Trouble::Constraint),
    ("25006", Trouble::ReadOnlyServer),
    ("25P03", Trouble::IdleTransaction),
    ("25P04", Trouble::IdleTransaction),
    ("28P01", Trouble::WrongPassword),
    ("28", Trouble::UserRefused),
    ("3D000", Trouble::UnknownDatabase),
    ("40001", Trouble::Deadlock),
    ("40P01", Trouble::Deadlock),
    ("42501", Trouble::NoPermission),
    ("53100", Trouble::DiskFull),
    ("53300", Trouble::TooManyConnections),
    ("55006", Trouble::LockedObject),
    ("55P03", Trouble::LockedObject),
    ("55P04", Trouble::NewEnumValue),
    ("57014", Trouble::Cancelled),
    ("57P01", Trouble::ConnectionLost),
    ("57P02", Trouble::ConnectionLost),
    ("57P03", Trouble::ServerStarting),
    ("57P05", Trouble::ConnectionLost),
];

/// Primary result codes: <https://www.sqlite.org/rescode.html>.
const RESULTS: [(u32, Trouble); 11] = [
    (3, Trouble::NoPermission),
    (5, Trouble::Busy),
    (6, Trouble::Busy),
    (8, Trouble::ReadOnly),
    (10, Trouble::FileError),
    (11, Trouble::DamagedFile),
    (13, Trouble::DiskFull),
    (14, Trouble::CannotOpenFile),
    (19, Trouble::Constraint),
    (23, Trouble::NoPermission),
    (26, Trouble::NotADatabase),
];

impl Trouble {
    /// `is_open` tells an error of a connection that was in use from one that was being opened.
    fn of(error: &DriverError, is_open: bool) -> Option<Self> {
        if let sqlx::Error::Io(error) = &error.error {
            let kind = error.kind();
            return Some(if is_open {
                Self::ConnectionLost
            } else if kind == io::ErrorKind::InvalidData {
                // So rustls reports a certificate that it does not trust.
                Self::Tls
            } else if kind == io::ErrorKind::PermissionDenied {
                // A socket, or the folder of a SQLite file.
                Self::NoPermission
            } else {
                Self::Unreachable
            });
        }
        if let sqlx::Error::Tls(_) = error.error {
            return Some(Self::Tls);
        }
        let code = error.code()?;
        match primary(&code) {
            Some(1) if error.to_string().starts_with("unsupported file format") => Some(Self::NewerFormat),
            Some(code) => RESULTS.iter().find(|(known, _)| *known == code).map(|(_, trouble)| *trouble),
            None => STATES.iter().find(|(known, _)| code.starts_with(known)).map(|(_, trouble)| *trouble),
        }
    }

    fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::Busy => {
                "another connection is writing; wait for it, or set a longer `timeout` in the connection URL"
            }
            Self::Cancelled => {
                "`statement_timeout` of the server or the user may be too short for a migration"
            }
            Self::CannotOpenFile => "this user may not read the file or write to its folder",
            Self::ConnectionLost => {
                "see the server's log, then run the command again: what was not committed was rolled back"
            }
            Self::Constraint => "correct the rows first, in this revision or in an earlier one",
            Self::DamagedFile => {
                "copy the file before anything else; `PRAGMA integrity_check` says where it is damaged"
            }
            Self::Deadlock => "run the command again: another transaction was in the way",
            Self::DiskFull => "free some space: rebuilding a table needs its size again",
            Self::FileError => "check that the disk is present, has free space and is healthy",
            Self::IdleTransaction => {
                "the server ended the session and rolled its transaction back; set a longer `idle_in_transaction_session_timeout` (or `transaction_timeout`) for the user who migrates, or do the slow part before the revision"
            }
            Self::NewEnumValue => {
                "PostgreSQL lets a new value be used only after its transaction: add it in an earlier revision"
            }
            Self::LockedObject => "another connection holds it; wait for it, or set a longer `lock_timeout`",
            Self::NewerFormat => "a newer SQLite wrote the file: use a newer release of this program",
            Self::NoPermission => "connect as a user who may, or ask the owner for a grant",
            Self::NotADatabase => {
                "the connection URL may name the wrong file, or the file is encrypted or damaged"
            }
            Self::ReadOnly => {
                "the file or its folder is write-protected, a newer SQLite wrote the file, or the connection URL says `mode=ro`"
            }
            Self::ReadOnlyServer => {
                "the server is a standby, or its transactions are read only: connect to the one that writes"
            }
            Self::ServerStarting => "the server is starting or stopping: try again",
            Self::Tls => "`sslrootcert` names the certificate to trust",
            Self::TooManyConnections => "the server has no connection left: close another one",
            Self::UnknownDatabase => "correct the name; or create the database: `database create`",
            Self::Unreachable => "check the host and the port of the connection URL",
            Self::UserRefused => {
                "the server's pg_hba.conf says which users may connect, from where and how: `hostssl` lines require TLS, `hostnossl` lines forbid it, `cert` requires `sslcert` and `sslkey`"
            }
            Self::WrongPassword => {
                "check the user and the password, which comes from the connection URL (`@` is written `%40` there), \
                 `PGPASSWORD` or the password file"
            }
        })
    }
}

/// The hints for errors of a socket.
const SOCKET_HINTS: [(io::ErrorKind, &str); 4] = [
    (io::ErrorKind::ConnectionRefused, "is the server running, and is the port the right one?"),
    (io::ErrorKind::NotFound, "is the server running, and is its socket in that folder?"),
    (io::ErrorKind::PermissionDenied, "this user may not open it"),
    (io::ErrorKind::TimedOut, "is the host the right one, and does a firewall let this through?"),
];

fn socket_hint(error: &DriverError) -> Option<&'static str> {
    let sqlx::Error::Io(error) = &error.error else { return None };
    SOCKET_HINTS.iter().find(|(kind, _)| *kind == error.kind()).map(|(_, hint)| *hint)
}

/// SQLSTATE 28000 is of a user whom `pg_hba.conf` keeps out, and of one who is not there.
fn unknown_role(error: &DriverError) -> Option<&'static str> {
    let is_missing = error.code()? == "28000" && error.message()?.ends_with("does not exist");
    is_missing.then_some(
        "check the user in the connection URL (the default is the user of the system), or create it: `CREATE ROLE … LOGIN`",
    )
}

/// Says what a word without quotes is taken for, where the database knows no column of that name.
///
/// SQLSTATE 42703 is of an unknown column, 0A000 of a column in a default; SQLite has no code of its own.
fn bare_word(error: &DriverError) -> Option<String> {
    let (code, message) = (error.code()?, error.message()?);
    let is_default = code == "0A000" && message.contains("DEFAULT")
        || message.starts_with("default value of column") && message.ends_with("is not constant");
    if is_default {
        return Some(
            "a word without quotes is a column; a text in SQL has quotes of its own: `.default_expression(\"'en'\")`, or \
             `.default(\"en\")` for a constant"
                .to_owned(),
        );
    }
    let word = match code.as_ref() {
        "42703" => message.split('"').nth(1)?,
        _ => message.strip_prefix("no such column: ")?.split(" - ").next()?,
    };
    Some(format!(
        "`{word}` is read as the name of a column; correct it, or, if it is a text, write it as SQL does: `\"'{word}'\"` in \
         `.backfill(…)`, `check(…)` or `.using(…)`"
    ))
}

/// Says where a type of PostgreSQL comes from that is not there: SQLSTATE 42704 is of any object that is not.
fn unknown_type(error: &DriverError) -> Option<String> {
    let (code, message) = (error.code()?, error.message()?);
    let ty = message.strip_prefix("type \"")?.split('"').next()?;
    (code == "42704").then(|| {
        format!(
            "correct the name; if the type `{ty}` comes from an extension, create that first, in an earlier revision: `op.execute(\"CREATE EXTENSION …\")`; the server must have it installed"
        )
    })
}

/// The primary result code in SQLite's extended one; `None` for an SQLSTATE, which has five characters.
fn primary(code: &str) -> Option<u32> {
    (code.len() < 5).then(|| code.parse().ok()).flatten().map(|code: u32| code & 0xff)
}
