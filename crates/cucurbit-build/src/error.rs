//! What can go wrong when revision scripts are listed. The words are for the output of Cargo.

use std::fmt;
use std::path::PathBuf;

/// A reason why the revision scripts could not be listed.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// The folder of the revision scripts does not exist.
    NoFolder {
        /// The folder, as it was looked for.
        folder: PathBuf,
    },
    /// A variable that Cargo sets for build scripts is missing.
    NotABuildScript {
        /// The name of the variable.
        name: &'static str,
    },
    /// A revision script is not UTF-8.
    NotText {
        /// The script.
        file: PathBuf,
    },
    /// The folder or a revision script could not be read.
    Read {
        /// The folder or the script.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A path is not UTF-8, or has a line break in it.
    UnusableName {
        /// The path.
        file: PathBuf,
    },
    /// The list could not be written.
    Write {
        /// The file of the list.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl BuildError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoFolder { .. } => {
                "create the folder (it may be empty: put a `.gitkeep` into it so that git keeps it), or give \
                 `cucurbit_build::versions` the right one, relative to Cargo.toml"
            }
            Self::NotABuildScript { .. } => "call `cucurbit_build::versions` from build.rs",
            Self::NotText { .. } => "save the file as UTF-8",
            Self::Read { .. } | Self::Write { .. } => {
                "check that you own the file and that the disk is not full"
            }
            Self::UnusableName { .. } => "rename the file or its folder",
        }
    }
}

impl fmt::Display for BuildError {
    // The system's own words are part of the line here, not left to `source`: a build script has one line
    // for its error, and Cargo does not print the chain.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFolder { folder } => {
                write!(formatter, "the folder of the revision scripts, {folder:?}, does not exist")
            }
            Self::NotABuildScript { name } => write!(formatter, "the variable `{name}` is not set"),
            Self::NotText { file } => write!(formatter, "the revision script {file:?} is not UTF-8"),
            Self::Read { path, source } => write!(formatter, "cannot read {path:?}: {source}"),
            Self::UnusableName { file } => {
                write!(formatter, "the path {file:?} is not UTF-8, or has a line break in it")
            }
            Self::Write { file, source } => write!(formatter, "cannot write {file:?}: {source}"),
        }
    }
}

impl std::error::Error for BuildError {}
