//! The program's own commands, beside those of every project. The doc comments are the help text.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// The commands that need no project.
#[derive(Debug, Parser)]
#[command(name = "cucurbit", version)]
pub(crate) struct Own {
    #[command(subcommand)]
    pub(crate) command: OwnCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OwnCommand {
    /// Start a migrations package: in a SeaORM application, an sqlx one, or an empty folder.
    Init(InitArguments),
    /// Print the completions of a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page.
    Man,
}

/// What a migrations package starts from.
#[derive(Args, Debug)]
pub(crate) struct InitArguments {
    /// The folder of the package.
    #[arg(default_value = "migrations", value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Where the models are [default: `sea-orm` where the workspace has entities, else `sql`].
    #[arg(long, value_enum)]
    pub(crate) models: Option<Models>,
    /// Also write a recipe for CI.
    #[arg(long, value_enum)]
    pub(crate) ci: Option<Ci>,
}

/// Where the models of a project are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Models {
    /// SeaORM entities.
    SeaOrm,
    /// A file of SQL, `schema.sql`.
    Sql,
}

/// Whose CI runs the recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ci {
    /// GitHub Actions.
    Github,
    /// GitLab CI/CD.
    Gitlab,
}

/// All commands: the program's own, and those of a project's binary.
pub(crate) fn all() -> clap::Command {
    let own = Own::command();
    let about = "Schema migrations for Rust: starts a project's migrations, and builds and runs them";
    let package = clap::arg!(-p --package <PACKAGE> "The migrations package, where a workspace has several");
    let of_projects = cucurbit::cli::command();
    of_projects.name("cucurbit").about(about).arg(package).subcommands(own.get_subcommands().cloned())
}

/// Tells whether a word is one of the program's own commands, or asks for help.
pub(crate) fn is_own(word: &str) -> bool {
    matches!(word, "help" | "-h" | "--help" | "-V" | "--version")
        || Own::command().get_subcommands().any(|command| command.get_name() == word)
}
