//! The connection URL of a SQLite file, or of a database in memory.
//!
//! What lives here: the forms after `sqlite:`. Whether the file exists is asked in `connect.rs`.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    ConnectionUrlError,
    text::{PATH, decode, encode, parameters, query},
};
use crate::nearest::nearest;

/// What is after `sqlite:`.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::connection) struct SqliteUrl {
    pub(in crate::connection) place: Place,
    pub(in crate::connection) mode: SqliteMode,
    pub(in crate::connection) has_shared_cache: bool,
    pub(in crate::connection) busy_timeout: Option<Duration>,
}

/// Whose reading of `sqlite:///file.db` counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SqliteUrls {
    /// SQLAlchemy's: three slashes begin a relative path, four an absolute one.
    #[default]
    Sqlalchemy,
    /// sqlx's, and so SeaORM's: what stands after `sqlite://` is the path.
    Sqlx,
}

impl SqliteUrls {
    /// All of them, by the words of the configuration.
    pub(crate) const NAMES: [(&str, Self); 2] = [("sqlalchemy", Self::Sqlalchemy), ("sqlx", Self::Sqlx)];
}

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::connection) enum Place {
    File(PathBuf),
    /// `name` is what other connections of this process find it by.
    Memory {
        name: Option<String>,
    },
}

/// The parameter `mode`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::connection) enum SqliteMode {
    /// `rwc`, or none: the file is created by the commands that may.
    Create,
    /// `ro`.
    ReadOnly,
    /// `rw`: the file is never created.
    ReadWrite,
}

pub(super) const PARAMETERS: [&str; 6] =
    ["busy_timeout", "cache", "check_same_thread", "mode", "timeout", "uri"];

impl SqliteUrl {
    /// A database in memory that no other connection sees.
    pub(super) fn memory() -> Self {
        let place = Place::Memory { name: None };
        Self { place, mode: SqliteMode::Create, has_shared_cache: false, busy_timeout: None }
    }

    pub(super) fn parse(rest: &str, urls: SqliteUrls) -> Result<Self, ConnectionUrlError> {
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let place = match path.strip_prefix("//") {
            Some("") => Place::Memory { name: None },
            // SQLAlchemy's third slash ends an empty host; sqlx's two-slash form has none.
            Some(after) => match urls {
                SqliteUrls::Sqlalchemy => place(after.strip_prefix('/').unwrap_or(after))?,
                SqliteUrls::Sqlx => place(after)?,
            },
            None => place(path)?,
        };
        let mut url = Self { place, mode: SqliteMode::Create, has_shared_cache: false, busy_timeout: None };
        for (name, value) in parameters(query)? {
            url.set(name, value)?;
        }
        Ok(url)
    }

    fn set(&mut self, name: String, value: String) -> Result<(), ConnectionUrlError> {
        match (name.as_str(), value.as_str()) {
            ("mode", "ro") => self.mode = SqliteMode::ReadOnly,
            ("mode", "rw") => self.mode = SqliteMode::ReadWrite,
            ("mode", "rwc") => self.mode = SqliteMode::Create,
            ("mode", "memory") => {
                if let Place::File(path) = &self.place {
                    self.place = Place::Memory { name: Some(path.to_string_lossy().into_owned()) };
                }
            }
            ("mode", _) => return Err(ConnectionUrlError::bad(name, value, "`ro`, `rw`, `rwc` or `memory`")),
            ("cache", "shared") => self.has_shared_cache = true,
            ("cache", "private") => self.has_shared_cache = false,
            ("cache", _) => return Err(ConnectionUrlError::bad(name, value, "`shared` or `private`")),
            ("busy_timeout", _) => match value.parse() {
                Ok(milliseconds) => self.busy_timeout = Some(Duration::from_millis(milliseconds)),
                Err(_) => return Err(ConnectionUrlError::bad(name, value, "a number of milliseconds")),
            },
            ("timeout", _) => match value.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok()) {
                Some(timeout) => self.busy_timeout = Some(timeout),
                None => return Err(ConnectionUrlError::bad(name, value, "a number of seconds")),
            },
            // These two speak to Python's driver; there is nothing to do about them here.
            ("check_same_thread" | "uri", _) => {}
            _ => {
                let nearest = nearest(&name, PARAMETERS);
                return Err(ConnectionUrlError::UnknownParameter { name, nearest });
            }
        }
        Ok(())
    }

    pub(super) fn relative_to(mut self, folder: &Path) -> Self {
        if let Place::File(path) = &self.place {
            let path = path.strip_prefix(".").unwrap_or(path);
            self.place = Place::File(folder.join(path));
        }
        self
    }

    pub(super) fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::File(path) => Some(path),
            Place::Memory { .. } => None,
        }
    }
}

fn place(path: &str) -> Result<Place, ConnectionUrlError> {
    let path = decode(path, "file")?;
    // SQLite's own form of a path with parameters, which SQLAlchemy passes on with `uri=true`.
    match path.strip_prefix("file:").unwrap_or(&path) {
        "" => Err(ConnectionUrlError::NoFile),
        ":memory:" => Ok(Place::Memory { name: None }),
        path => Ok(Place::File(PathBuf::from(path))),
    }
}

impl fmt::Display for SqliteUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, mode, has_shared_cache, busy_timeout } = self;
        let mut parameters = Vec::new();
        let path = match place {
            Place::File(path) => format!("/{}", encode(&path.to_string_lossy(), PATH)),
            Place::Memory { name: None } => String::new(),
            Place::Memory { name: Some(name) } => {
                parameters.push(("mode", "memory".to_owned()));
                format!("/{}", encode(name, PATH))
            }
        };
        match mode {
            SqliteMode::Create => {}
            SqliteMode::ReadOnly => parameters.push(("mode", "ro".to_owned())),
            SqliteMode::ReadWrite => parameters.push(("mode", "rw".to_owned())),
        }
        if *has_shared_cache {
            parameters.push(("cache", "shared".to_owned()));
        }
        if let Some(timeout) = busy_timeout {
            parameters.push(("busy_timeout", timeout.as_millis().to_string()));
        }
        write!(formatter, "sqlite://{path}{}", query(&parameters))
    }
}
