//! Why the program stopped before a command of a project began, in the same form as the library's errors.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use cucurbit::{connection::url::ConnectionUrlError, revision::GraphError};
use thiserror::Error;

/// The exit code of wrong usage.
const USAGE: u8 = 2;

/// Why the program stopped.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// Wrong usage, in clap's words.
    #[error("{0}")]
    Arguments(clap::Error),
    /// Cargo could not be started.
    #[error("cannot run `cargo`")]
    Cargo {
        /// Why not.
        source: io::Error,
    },
    /// The project does not compile; rustc has said why.
    #[error("the migrations of `{package}` cannot be built")]
    Build {
        /// The package.
        package: String,
    },
    /// The folder cannot be worked in.
    #[error("cannot read the working folder")]
    Folder {
        /// Why not.
        source: io::Error,
    },
    /// Cargo cannot read the workspace.
    #[error("cannot read the workspace: {reason}")]
    Metadata {
        /// What Cargo said.
        reason: String,
    },
    /// A package has no revisions, or is not there.
    #[error("the workspace has no migrations package `{package}`")]
    NoPackage {
        /// The package.
        package: String,
        /// The ones that there are.
        known: Vec<String>,
    },
    /// There is no project around the working folder.
    #[error("there is no migrations package here")]
    NoProject,
    /// There are several.
    #[error("the workspace has several migrations packages: {}", packages.join(", "))]
    SeveralProjects {
        /// Their names.
        packages: Vec<String>,
    },
    /// The binary cannot be started.
    #[error("cannot run `{}`", binary.display())]
    Start {
        /// The binary.
        binary: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A connection URL cannot be read.
    #[error("cannot read the connection URL in `--from`")]
    Url {
        /// What is wrong with it.
        source: ConnectionUrlError,
    },
    /// It is not clear which binary of a package is the command line.
    #[error("{}", which(package, said.as_deref(), binaries))]
    WhichBinary {
        /// The package.
        package: String,
        /// What its `Cargo.toml` says.
        said: Option<String>,
        /// Its binaries.
        binaries: Vec<String>,
    },
    /// A file that `init` would write cannot be read or written.
    #[error("cannot {verb} `{}`", path.display())]
    File {
        /// What was tried: `read`, `write`.
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file of TOML that `init` adds to cannot be read.
    #[error("cannot read `{}`", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: toml_edit::TomlError,
    },
    /// A database or its schema cannot be read.
    #[error(transparent)]
    Library(Box<cucurbit::Error>),
    /// The folder already holds a package.
    #[error("`{}` is there already", path.display())]
    IsThere {
        /// What is there.
        path: PathBuf,
    },
    /// The program `dot` failed.
    #[error("`dot` failed: {reason}")]
    Dot {
        /// What it said.
        reason: String,
    },
    /// A drawing has an ending that names no format.
    #[error("`{}` does not say how to draw", path.display())]
    Ending {
        /// The file.
        path: PathBuf,
        /// The endings that do.
        known: String,
    },
    /// The scripts make no graph.
    #[error("the scripts make no graph")]
    Graph {
        /// Why not.
        source: GraphError,
    },
    /// The program `dot` cannot be started.
    #[error("cannot run `dot`, which draws pictures")]
    NoDot {
        /// Why not.
        source: io::Error,
    },
    /// A file that would be overwritten by a drawing is none.
    #[error("`{}` is there, and was not drawn by `cucurbit graph`", path.display())]
    NotDrawn {
        /// The file.
        path: PathBuf,
    },
    /// A script cannot be read without building it.
    #[error("cannot read the revision of `{}`: {reason}", path.display())]
    Script {
        /// The script.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// What was said to `init` does not go together.
    #[error("{message}")]
    Init {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: &'static str,
    },
}

fn which(package: &str, said: Option<&str>, binaries: &[String]) -> String {
    match (said, binaries) {
        (Some(said), _) => format!("`{package}` has no binary `{said}`, which its Cargo.toml names"),
        (None, []) => format!("`{package}` has no binary"),
        (None, several) => format!("`{package}` has several binaries: {}", several.join(", ")),
    }
}

impl Failure {
    /// Says what to do.
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Cargo { .. } => {
                "install Rust from https://rustup.rs; a container runs the project's own binary"
            }
            Self::NoProject => "`cucurbit init` starts one; `cucurbit help` lists what needs none",
            Self::NoPackage { known, .. } if known.is_empty() => "`cucurbit init` starts one",
            Self::NoPackage { known, .. } => return Some(format!("there are: {}", known.join(", "))),
            Self::SeveralProjects { .. } => "work in the folder of one, or name it: `cucurbit -p PACKAGE …`",
            Self::WhichBinary { binaries, .. } if binaries.is_empty() => "give it a `src/main.rs`",
            Self::WhichBinary { .. } => {
                "name it in its Cargo.toml: `[package.metadata.cucurbit]` with `bin = \"…\"`"
            }
            Self::IsThere { .. } => "nothing was changed; name another folder: `cucurbit init DIR`",
            Self::Init { hint, .. } => hint,
            Self::Ending { known, .. } => return Some(format!("the file ends in {known}")),
            Self::NoDot { .. } => "install Graphviz, or draw a `.dot`, `.mmd` or `.md` file",
            Self::NotDrawn { .. } => "nothing was changed; name another file, or remove this one",
            Self::Script { .. } => {
                "scripts are read without being built: write `REVISION` as `Revision::new(\"…\").revises(&[\"…\"])`"
            }
            Self::Url { source } => return source.hint(),
            Self::Arguments(_)
            | Self::Build { .. }
            | Self::Dot { .. }
            | Self::File { .. }
            | Self::Folder { .. }
            | Self::Graph { .. }
            | Self::Library(_)
            | Self::Metadata { .. }
            | Self::Start { .. }
            | Self::Toml { .. } => return None,
        };
        Some(hint.to_owned())
    }

    /// Prints it on stderr and returns the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        if let Self::Arguments(error) = self {
            // A pipe that was closed is no reason to fail; `--help` comes this way, too.
            drop(error.print());
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
        if let Self::Library(error) = self {
            return cucurbit::cli::failed(error);
        }
        let mut causes = Vec::new();
        let mut cause = std::error::Error::source(self);
        while let Some(source) = cause {
            causes.push(source.to_string().trim_end().to_owned());
            cause = source.source();
        }
        cucurbit::cli::say_error(&self.to_string(), &causes, self.hint().as_deref());
        let is_usage =
            matches!(self, Self::Ending { .. } | Self::SeveralProjects { .. } | Self::NoPackage { .. });
        if is_usage { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
    }
}

impl<E: Into<cucurbit::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Library(Box::new(error.into()))
    }
}

/// Tells what goes on, on stderr.
pub(crate) fn say(line: &str) {
    drop(writeln!(io::stderr(), "{line}"));
}
