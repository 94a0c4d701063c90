//! What a person should know before a command runs, and is no error: a SQLite file that is not there yet, another file that
//! other programs read by the same connection URL, scripts that this binary does not have.

use std::{
    collections::BTreeSet,
    fmt, fs,
    path::{Path, PathBuf},
};

use crate::{config::Origin, error::Error};

use super::Project;

/// Something to know before a command runs. `Display` writes it for people.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The SQLite file is not there: commands that only read take it for an empty database.
    NoFile {
        /// Where it would be.
        path: PathBuf,
    },
    /// sqlx and SeaORM read another file by the same connection URL.
    OtherFile {
        /// Where the connection URL was found.
        origin: Origin,
        /// The file that is meant here.
        meant: PathBuf,
        /// The file that they read.
        other: PathBuf,
        /// Whether the file that is meant here is there.
        is_there: bool,
    },
    /// The folder of the scripts holds some that the binary does not have.
    Unbuilt {
        /// Their files.
        files: Vec<PathBuf>,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFile { path } => {
                write!(f, "there is no SQLite file `{}` yet: it is read as an empty database", path.display())
            }
            Self::OtherFile { origin, meant, other, is_there } => {
                let (meant, other) = (meant.display(), other.display());
                let which = if *is_there { "there are both" } else { "that file is there, this one is not" };
                write!(
                    f,
                    "{origin} means `{meant}` here, as in SQLAlchemy; sqlx and SeaORM read `{other}` by it, and {which}: \
                     write `sqlite_urls = \"sqlx\"` into cucurbit.toml to mean theirs, or `\"sqlalchemy\"` to mean this one"
                )
            }
            Self::Unbuilt { files } => {
                let error = Error::OldBinary { files: files.clone() };
                write!(f, "{error}: build it again (`cargo run -- …`)")
            }
        }
    }
}

impl Project {
    /// Lists what a person should know before a command runs. `reads_database` asks about a SQLite file that is not there
    /// as well, for commands that do not make it.
    #[must_use]
    pub fn warnings(&self, reads_database: bool) -> Vec<Warning> {
        let mut warnings = Vec::new();
        // That there is no connection URL, or an invalid one, is said by the command itself if it needs one.
        let Ok(found) = self.url() else { return warnings };
        if let (Some(meant), Some(other)) = (found.url.file(), &found.other_file)
            && other.exists()
        {
            let (origin, meant, is_there) = (found.origin.clone(), meant.to_owned(), meant.exists());
            warnings.push(Warning::OtherFile { origin, meant, other: other.clone(), is_there });
        }
        if reads_database && let Some(path) = found.url.file_to_be_made() {
            warnings.push(Warning::NoFile { path: path.to_owned() });
        }
        warnings
    }

    /// Warns of scripts in the source folder that this binary does not have.
    #[must_use]
    pub fn unbuilt_warning(&self) -> Option<Warning> {
        let files = self.unbuilt_scripts();
        if files.is_empty() { None } else { Some(Warning::Unbuilt { files }) }
    }

    /// Lists the scripts in the source folder that this binary does not have, as they are called there; none where the
    /// source is not at hand.
    #[must_use]
    pub fn unbuilt_scripts(&self) -> Vec<PathBuf> {
        let folder = self.versions_folder();
        let Ok(entries) = fs::read_dir(&folder) else { return Vec::new() };
        let graph = self.scripts.graph();
        let built: BTreeSet<&str> =
            graph.positions().map(|at| file_name(self.scripts.script(at).path)).collect();
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        // As `cucurbit_build` tells scripts from other files.
        let is_script = |name: &String| name.ends_with(".rs") && !name.starts_with(['.', '#']);
        let mut new: Vec<PathBuf> = names
            .filter(is_script)
            .filter(|name| !built.contains(name.as_str()) && !folder.join(name).is_dir())
            .map(|name| folder.join(name))
            .collect();
        new.sort();
        new
    }

    /// Refuses to go on beside a script that this binary does not know: it could be the parent of a new one, and `head` would not
    /// be the head.
    pub(crate) fn refuse_unbuilt_scripts(&self) -> Result<(), Error> {
        let files = self.unbuilt_scripts();
        if files.is_empty() { Ok(()) } else { Err(Error::OldBinary { files }) }
    }
}

fn file_name(path: &str) -> &str {
    Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or(path)
}
