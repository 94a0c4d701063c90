//! The places a schema can come from, and the ways to get one that is not written down as one.
//!
//! A database is read by `dialect::reflect`, models are a schema already; what lives here is their common name,
//! [`Source`], and the two that have to be run: the history, replayed in memory or on a scratch database where only
//! a database can tell, and a file of SQL. Nothing is compared here.

mod file;
mod history;
mod scratch;

use std::{fmt, path::PathBuf, str::FromStr};

use thiserror::Error;

use crate::mask;

pub use self::{
    file::{Made, SqlFileError, read_sql_file},
    history::{ReplayError, replay},
    scratch::replay_on_scratch,
};

/// Where a schema comes from: one side of a comparison.
///
/// It is read from the word that a person types; a word that ends in `.sql` is a file, one that ends in `/` a folder of such.
///
/// ```
/// use cucurbit::source::Source;
///
/// assert_eq!("models".parse(), Ok(Source::Models));
/// assert_eq!("schema.sql".parse(), Ok(Source::File("schema.sql".into())));
/// assert_eq!("schema/".parse(), Ok(Source::File("schema/".into())));
/// assert!("model".parse::<Source>().is_err());
/// ```
///
/// This enum is non-exhaustive so that sources can be added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// What the project's database holds.
    Database,
    /// Nothing at all.
    Empty,
    /// What the SQL of a file, or of the files in a folder, makes in an empty database.
    File(PathBuf),
    /// What the project's revisions make of nothing.
    History,
    /// What the project's models declare.
    Models,
}

/// A word that names no source.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "`{word}` is none of `database`, `empty`, `history`, `models`, no file that ends in `.sql`, and no folder that ends in `/`"
)]
pub struct UnknownSource {
    /// The word; of a connection URL the scheme alone.
    pub word: String,
}

impl Source {
    /// Tells whether its schema is what a database holds rather than a declaration.
    #[must_use]
    pub const fn is_made(&self) -> bool {
        match self {
            Self::Database | Self::File(_) => true,
            Self::Empty | Self::History | Self::Models => false,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database => f.write_str("database"),
            Self::Empty => f.write_str("empty"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::History => f.write_str("history"),
            Self::Models => f.write_str("models"),
        }
    }
}

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(word: &str) -> Result<Self, UnknownSource> {
        match word {
            "database" => Ok(Self::Database),
            "empty" => Ok(Self::Empty),
            "history" => Ok(Self::History),
            "models" => Ok(Self::Models),
            // `postgresql://…/garden.sql` is no file.
            path if is_path(path) => Ok(Self::File(PathBuf::from(path))),
            unknown => Err(UnknownSource { word: mask::word(unknown) }),
        }
    }
}

/// Tells a file or a folder from a word with a mistake. `postgresql://…/garden.sql` is no file.
fn is_path(word: &str) -> bool {
    (word.to_ascii_lowercase().ends_with(".sql") || word.ends_with('/')) && !word.contains("://")
}
