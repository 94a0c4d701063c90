//! The program's own commands, beside those of every project. The doc comments are the help text.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// The commands that need no project.
#[derive(Debug, Parser)]
#[command(name = "cucurbit", version)]
pub(crate) struct Own {
    /// When there are colours: `auto` is on a terminal, unless NO_COLOR is set or TERM is `dumb`.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(value_parser = ["auto", "always", "never"])]
    color: String,
    #[command(subcommand)]
    pub(crate) command: OwnCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OwnCommand {
    /// Start a migrations package: in a SeaORM application, an sqlx one, an empty folder, or beside a database.
    Init(InitArguments),
    /// Draw the graph of the revisions into a file: `.dot`, `.mmd` or `.md` (Mermaid); `.svg`, `.png` and `.pdf` by Graphviz.
    ///
    /// Nothing is built: the scripts are read as they are. An arrow leads from a revision to the one that follows it, a dotted
    /// one to a revision that depends on it.
    Graph {
        /// The file, whose ending says how.
        file: PathBuf,
        /// The folder of the scripts, where there is no project.
        #[arg(long, value_name = "DIR")]
        versions: Option<PathBuf>,
    },
    /// List the templates of `init`.
    #[command(name = "list_templates", alias = "list-templates")]
    ListTemplates,
    /// Print what a shell runs to complete commands, options and revisions: `source <(cucurbit completions bash)`.
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
    /// What the models are [default: `sea-orm` where the workspace has entities, `structs` where it has structs that derive
    /// `Table`, else `sql`].
    #[arg(short, long, value_enum, value_name = "NAME")]
    pub(crate) template: Option<Template>,
    /// The connection URL of a database that is there already: the first revision is what it holds. It is only read, and
    /// its password is written to no file.
    #[arg(long, value_name = "URL")]
    pub(crate) from: Option<String>,
    /// Also write a recipe for CI.
    #[arg(long, value_enum)]
    pub(crate) ci: Option<Ci>,
}

/// What the models of a project are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Template {
    /// SeaORM entities, which `models![…]` lists.
    SeaOrm,
    /// Tables in SQL: a file `schema.sql`, or a folder of such files.
    Sql,
    /// Plain structs that derive `cucurbit::Table`, which `tables![…]` lists.
    Structs,
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

/// Lists the templates of `init`, a line for each.
pub(crate) fn templates() -> String {
    let values = Template::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let line = |value: clap::builder::PossibleValue| {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        format!("{}: {help}\n", value.get_name())
    };
    values.map(line).collect()
}

/// Tells whether a word is one of the program's own commands, or asks for help.
pub(crate) fn is_own(word: &str) -> bool {
    matches!(word, "help" | "-h" | "--help" | "-V" | "--version")
        || Own::command().get_subcommands().any(|command| command.get_name() == word)
}
