//! What can go wrong when revision scripts and entities are listed. The words are for the output of Cargo.

use std::fmt;
use std::path::PathBuf;

/// A reason why the revision scripts or the entities could not be listed.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// A module has no SeaORM entity.
    NoEntities {
        /// The file in which it is written.
        file: PathBuf,
    },
    /// What should be the path of a module is none.
    NoModule {
        /// What was said.
        words: String,
    },
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
    /// A source file cannot be parsed.
    NotRust {
        /// The file.
        file: PathBuf,
        /// What the parser said.
        words: String,
    },
    /// A revision script or a source file is not UTF-8.
    NotText {
        /// The file.
        file: PathBuf,
    },
    /// The folder, a revision script or a source file could not be read.
    Read {
        /// The folder or the file.
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
            Self::NoEntities { .. } => {
                "an entity is a struct with `DeriveEntityModel` or `DeriveEntity`, in this file or in a module that it declares; \
                 without a `models![module::*]` leave `cucurbit_build::entities` out"
            }
            Self::NoModule { .. } => {
                "say the path by which the package's code names the module, such as `garden::entities`"
            }
            Self::NoFolder { .. } => {
                "create the folder (it may be empty: put a `.gitkeep` into it so that git keeps it), or give \
                 `cucurbit_build::versions` the right one, relative to Cargo.toml"
            }
            Self::NotABuildScript { .. } => "call it from build.rs",
            Self::NotRust { .. } => "`cargo check` of the package that has the file says more",
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
            Self::NoEntities { file } => {
                write!(formatter, "there is no SeaORM entity in {file:?} and its modules")
            }
            Self::NoModule { words } => write!(formatter, "{words:?} is not the path of a module"),
            Self::NoFolder { folder } => {
                write!(formatter, "the folder of the revision scripts, {folder:?}, does not exist")
            }
            Self::NotABuildScript { name } => write!(formatter, "the variable `{name}` is not set"),
            Self::NotRust { file, words } => write!(formatter, "cannot parse {file:?}: {words}"),
            Self::NotText { file } => write!(formatter, "the file {file:?} is not UTF-8"),
            Self::Read { path, source } => write!(formatter, "cannot read {path:?}: {source}"),
            Self::UnusableName { file } => {
                write!(formatter, "the path {file:?} is not UTF-8, or has a line break in it")
            }
            Self::Write { file, source } => write!(formatter, "cannot write {file:?}: {source}"),
        }
    }
}

impl std::error::Error for BuildError {}
