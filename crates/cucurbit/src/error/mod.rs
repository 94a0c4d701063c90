//! Why a command stopped: one variant for each stage, each holding that room's error.
//!
//! No words of its own where a source has them; advice is in `hint()`. The stable name of every error is in `code.rs`,
//! which error has which in `of.rs`.

mod code;
mod of;
mod words;

use std::{fmt, path::PathBuf};

use thiserror::Error;

use crate::{
    config::ConfigError,
    connection::ConnectionError,
    dialect::{CollisionError, PlanError, ReflectError},
    json::JsonError,
    operation::{ApplyError, Irreversible},
    revision::{self, HeadsError, ParseError, RevisionIdError, ScriptsError, TargetError},
    runtime::RunError,
    schema::{Advice, Dialect, Ident, NamingError, ObjectName, TableName, told},
    script::ScriptError,
    source::{ReplayError, SqlFileError},
};

pub use self::{
    code::ErrorCode,
    words::{Explanation, Said},
};

/// Why a command stopped.
#[derive(Error)]
#[non_exhaustive]
pub enum Error {
    /// An operation does not fit.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// The configuration or the connection URL.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// The scripts do not make a graph.
    #[error(transparent)]
    Graph(#[from] ScriptsError),
    /// The version table does not fit the scripts.
    #[error(transparent)]
    Heads(#[from] HeadsError),
    /// A revision's id.
    #[error(transparent)]
    Id(#[from] RevisionIdError),
    /// JSON of a schema or of operations.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The models could not be collected.
    #[error("cannot collect the models")]
    Models(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Two names of the models are one name for a database of the project.
    #[error(transparent)]
    NameCollision(#[from] CollisionError),
    /// The naming convention gives no name.
    #[error(transparent)]
    Naming(#[from] NamingError),
    /// The project gave no models.
    #[error("there are no models to compare with")]
    NoModels,
    /// The project gives models in Rust, and `cucurbit.toml` names others.
    #[error("the models are named twice: in Rust, and by `models` in cucurbit.toml")]
    ModelsTwice,
    /// The models hold no table.
    #[error("the models contain no table")]
    EmptyModels,
    /// There is no revision script.
    #[error("there is no revision script in `{folder}`")]
    NoScripts {
        /// The folder.
        folder: String,
    },
    /// The script of a revision is not in the folder.
    #[error("there is no file `{}`", path.display())]
    NoScriptFile {
        /// Where it would be.
        path: PathBuf,
    },
    /// An editor could not be run, or failed.
    #[error("the editor `{editor}` failed")]
    Editor {
        /// The command.
        editor: String,
        /// What the system says, or how it ended.
        source: std::io::Error,
    },
    /// The source folder holds scripts that the binary does not have.
    #[error("this binary is older than {}", listed(files))]
    OldBinary {
        /// The scripts.
        files: Vec<PathBuf>,
    },
    /// A table is among the models and said not to be the project's.
    #[error("table `{table}` is both a model and external")]
    ExternalInModels {
        /// The table.
        table: TableName,
    },
    /// A column of the models is of an enum type that the models do not declare.
    #[error(
        "column `{table}.{column}` of the models is of the enum type `{name}`, which the models do not declare"
    )]
    EnumNotDeclared {
        /// The table.
        table: TableName,
        /// The column.
        column: Ident,
        /// The type.
        name: ObjectName,
    },
    /// Several heads where one is needed.
    #[error("there are several heads: {}", heads.join(", "))]
    SeveralHeads {
        /// The heads, each with its file.
        heads: Vec<String>,
    },
    /// Revisions are pending where none may be.
    #[error("Target database is not up to date.")]
    NotUpToDate {
        /// The revisions that are pending.
        pending: Vec<String>,
    },
    /// The database is not at the heads.
    #[error("Database is not on all head revisions")]
    NotAtHeads,
    /// Expressions that could not be compared.
    #[error("{count} expressions were not compared, the first because {reason}")]
    Uncompared {
        /// How many.
        count: usize,
        /// Why the first was not.
        reason: String,
    },
    /// Expressions that could not be compared, where a script was to be written.
    #[error("{count} expressions were not compared, the first because {reason}")]
    UncomparedModels {
        /// How many.
        count: usize,
        /// Why the first was not.
        reason: String,
    },
    /// The new revision cannot be run on a dialect of the project.
    #[error("the new revision cannot be run on {dialect}")]
    NewRevision {
        /// The dialect.
        dialect: Dialect,
        /// Why not.
        source: PlanError,
    },
    /// A schema that was read cannot be created on a dialect.
    #[error("the schema cannot be created on {dialect}")]
    NotCreated {
        /// The dialect.
        dialect: Dialect,
        /// Why not.
        source: PlanError,
    },
    /// A change that cannot be undone.
    #[error("no downgrade can be written")]
    Irreversible(#[from] Irreversible),
    /// An identifier of a revision.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The database could not be read.
    #[error(transparent)]
    Reflect(#[from] ReflectError),
    /// The history cannot be replayed.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A run stopped.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A script could not be written.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// A file of SQL gives no schema.
    #[error(transparent)]
    SqlFile(#[from] SqlFileError),
    /// There is no way to the target.
    #[error(transparent)]
    Steps(#[from] revision::PlanError),
    /// An identifier does not fit the scripts.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The command was given what does not go together.
    #[error("{message}")]
    Usage {
        /// What does not go together.
        message: String,
    },
}

/// For people, as a program that ends by it prints it: with causes and hint.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        told(self, self.hint(), f)
    }
}

impl Error {
    /// Returns the stable name, under which `docs/errors.md` says the cause and the cure.
    ///
    /// Every error of the library has one: `ErrorCode::from(&run_error)`.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.into()
    }

    /// Says what to do about it, if something can be said.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Config(error) => error.hint(),
            Self::Connection(error) => error.hint(),
            Self::Graph(error) => error.hint(),
            Self::Heads(error) => error.hint(),
            Self::Id(error) => error.hint(),
            Self::Json(error) => error.hint().map(str::to_owned),
            Self::NameCollision(error) => Some(error.hint()),
            Self::Naming(error) => Some(error.hint()),
            Self::NoModels | Self::EmptyModels => {
                Some("name them in Rust, `Env::new(versions::all()).models(my_models::schema)`, or as SQL, `models = \"schema.sql\"` in cucurbit.toml".to_owned())
            }
            Self::ModelsTwice => Some("take one away: the other is then what a database is compared with".to_owned()),
            Self::EnumNotDeclared { name, .. } => Some(format!(
                "declare it beside the tables: `.with_enums([EnumType::new(\"{name}\", [\"…\"])])`; a type that is not an enum, or not managed by this project, is `Type::Custom`"
            )),
            Self::ExternalInModels { .. } => Some(
                "list it once: a model is created and compared, an external table is left to its owner".to_owned(),
            ),
            Self::NoScripts { .. } => Some(
                "create the first one with `create --message \"…\"`, or set the folder by `versions` in cucurbit.toml and in build.rs"
                    .to_owned(),
            ),
            Self::NoScriptFile { .. } => Some(
                "the scripts were elsewhere when this binary was built: set their folder by `versions` in cucurbit.toml".to_owned(),
            ),
            Self::Editor { .. } => Some("`VISUAL` or `EDITOR` names the editor, with its options".to_owned()),
            Self::OldBinary { .. } => Some(
                "build it again and run that: `cargo run -- …` does both; or, if that is not a script of this project, set the right folder by `versions` in cucurbit.toml and in build.rs"
                    .to_owned(),
            ),
            Self::SeveralHeads { .. } => {
                Some(
                    "join them with `merge heads -m \"…\"`; or put one on top of the other, if no database has run it yet"
                        .to_owned(),
                )
            }
            Self::NotUpToDate { pending } => {
                Some(format!("pending: {}; run `upgrade` first", pending.join(", ")))
            }
            Self::NotAtHeads => Some("run `upgrade heads`".to_owned()),
            Self::Uncompared { reason, .. } => Some(format!(
                "{}, or accept with `--allow-uncompared` that a difference may be missed",
                compared_by(reason)
            )),
            Self::UncomparedModels { reason, .. } => {
                Some(format!("{}; no script is written from an incomplete comparison", compared_by(reason)))
            }
            Self::NewRevision { source: PlanError::Apply { .. }, .. } => Some(
                "the database holds something that no revision created: correct it, or write the revision by hand with \
                 `revision -m \"…\"`; a database that is older than its history begins with \
                 `create --from empty --to database`"
                    .to_owned(),
            ),
            Self::NewRevision { source, .. } | Self::NotCreated { source, .. } => source.hint().map(str::to_owned),
            Self::Parse(error) => error.hint(),
            Self::Reflect(error) => error.hint(),
            Self::Replay(error) => error.hint(),
            Self::Run(error) => error.hint(),
            Self::Script(error) => error.hint(),
            Self::SqlFile(error) => error.hint().map(str::to_owned),
            Self::Steps(error) => error.hint(),
            Self::Target(error) => error.hint(),
            Self::Models(error) => Advice::of(&**error).map(ToString::to_string),
            Self::Apply(_) | Self::Irreversible(_) | Self::Usage { .. } => None,
        }
    }
}

/// Names the first of some files, and how many more there are.
fn listed(files: &[PathBuf]) -> String {
    match files {
        [] => "the scripts".to_owned(),
        [one] => format!("`{}`", one.display()),
        [first, rest @ ..] => format!("`{}` and {} more", first.display(), rest.len()),
    }
}

/// What lets a server compare expressions that it refused: rights where they are missing, else what the expressions name.
fn compared_by(reason: &str) -> &'static str {
    if reason.contains("permission denied") {
        return "connect as a user who may create temporary tables";
    }
    "make sure that what it names (an extension, a function, a type) exists in this database, and that you may create temporary tables there"
}
