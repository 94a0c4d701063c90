//! The arguments of the command line. The doc comments are the help text.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use anstream::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{command::Source, config};

/// The exit codes, which scripts may rely on.
const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 `check` or `diff` found \
                          differences, 4 timed out waiting for the lock, 5 the database is not at the heads, 130 stopped by Ctrl-C, \
                          143 stopped by SIGTERM.";

/// Schema migrations: writes revisions by comparing models with a database, and runs them.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 100, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    /// The connection URL of the database; else DATABASE_URL, ALEMBIC_DATABASE_URL, or `url` in cucurbit.toml.
    #[arg(long, global = true, value_name = "URL")]
    pub(super) database_url: Option<String>,
    /// The configuration file; else CUCURBIT_CONFIG, or the nearest cucurbit.toml from the working folder upwards.
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Do not print progress.
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// The output format.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// When there are colours: `auto` is on a terminal, unless NO_COLOR is set or TERM is `dumb`.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    pub(super) color: Colour,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For programs: one JSON value on stdout; on stderr one object per line: progress, notes, warnings, and errors with
    /// name, message, causes, hint and exit code.
    Json,
}

/// When there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    // These are no help texts: each would be a paragraph of every command.
    Auto,
    Always,
    Never,
}

impl Colour {
    /// Reads `--color` out of arguments that may be wrong otherwise; help and what is said of them follow it, too.
    pub(super) fn of(words: &[OsString]) -> Option<Self> {
        let mut words = words.iter().map_while(|word| word.to_str().filter(|word| *word != "--"));
        while let Some(word) = words.next() {
            let value = if word == "--color" { words.next() } else { word.strip_prefix("--color=") };
            if let Some(value) = value {
                return Self::from_str(value, false).ok();
            }
        }
        None
    }

    /// Makes it the choice for the whole process: that of the command line, and clap's.
    pub(super) fn choose(self) {
        let choice = match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        };
        choice.write_global();
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the revisions that have more than one child.
    Branches {
        /// Show all details.
        #[arg(short, long)]
        verbose: bool,
    },
    /// Compare the models with the database as it will be after the pending revisions: exit 3 if they differ.
    Check {
        /// Fail (exit 5) when revisions are pending.
        #[arg(long)]
        require_heads: bool,
        /// Accept expressions that could not be compared.
        #[arg(long)]
        allow_uncompared: bool,
    },
    /// Compare the database with the models and write the differences as a revision: `revision --autogenerate`.
    Create {
        /// What the revision does, in a few words.
        #[arg(short, long)]
        message: String,
        #[command(flatten)]
        between: BetweenArguments,
        #[command(flatten)]
        new: NewArguments,
    },
    /// Show the revisions that the database is at.
    Current {
        /// Show all details.
        #[arg(short, long)]
        verbose: bool,
        /// Fail (exit 5) unless the database is at the heads.
        #[arg(long)]
        check_heads: bool,
    },
    /// Create, drop or reset the database itself.
    Database {
        #[command(subcommand)]
        command: DatabaseCommand,
    },
    /// Compare two sources and show the operations that lead from one to the other: exit 3 if they differ.
    ///
    /// A source is `database` (as it is, without pending revisions), `empty`, `history`, `models`, or a file whose name
    /// ends in `.sql`, which is run on a scratch database, or a folder of such files, whose name ends in `/`.
    Diff {
        /// The source to start from.
        from: Source,
        /// The source to arrive at.
        to: Source,
        /// Accept expressions that could not be compared.
        #[arg(long)]
        allow_uncompared: bool,
    },
    /// Revert revisions down to a target: an id, `-1`, `base`, `label@base`.
    #[command(visible_alias = "down")]
    Downgrade {
        /// The target, which stays applied itself.
        #[arg(allow_hyphen_values = true, value_name = "REV", value_parser = revision)]
        target: Option<String>,
        /// The target, given as an option.
        #[arg(long, allow_hyphen_values = true, value_name = "REV", value_parser = revision)]
        revision: Option<String>,
        /// Also revert other branches that depend on what is reverted.
        #[arg(long)]
        all: bool,
        /// Print the SQL instead of running it. REV may be a range `a:b`. No database is read.
        #[arg(long)]
        sql: bool,
        /// Print the SQL that would run on the database as it is, and run nothing.
        #[arg(long, conflicts_with = "sql")]
        dry_run: bool,
        #[command(flatten)]
        run: RunArguments,
    },
    /// Open the scripts of revisions in the editor that VISUAL or EDITOR names.
    Edit {
        /// The revision: an id, `head`, `current`.
        #[arg(default_value = "head", allow_hyphen_values = true, value_name = "REV", value_parser = revision)]
        revision: String,
    },
    /// Create the version table if it does not exist.
    #[command(name = "ensure_version", alias = "ensure-version")]
    EnsureVersion,
    /// Drop the database, create it, and apply all revisions: `database reset`.
    Fresh(ResetArguments),
    /// Show the heads of the scripts.
    Heads {
        /// Show all details.
        #[arg(short, long)]
        verbose: bool,
        /// Omit heads that other revisions depend on.
        #[arg(long)]
        resolve_dependencies: bool,
    },
    /// List revisions, newest first.
    History {
        /// A range such as `base:head`, `-3:current`, `ae10:`; both ends are included.
        #[arg(short, long, allow_hyphen_values = true, value_name = "A:B", value_parser = revision)]
        rev_range: Option<String>,
        /// Show all details.
        #[arg(short, long)]
        verbose: bool,
        /// Read the database and mark the current revisions.
        #[arg(short, long)]
        indicate_current: bool,
    },
    /// Show what a source holds: the SQL that creates it, or, with `--format json`, its schema.
    Inspect {
        /// The source, as of `diff`.
        #[arg(default_value = "database")]
        source: Source,
    },
    /// Write an empty revision that joins several heads.
    Merge {
        /// The revisions to join; `heads` means all of them.
        #[arg(required = true, value_name = "REV")]
        revisions: Vec<String>,
        /// What the revision does, in a few words.
        #[arg(short, long)]
        message: String,
        #[command(flatten)]
        new: NewArguments,
    },
    /// Write a revision: an empty one, or one that compares the database with the models.
    Revision {
        /// What the revision does, in a few words.
        #[arg(short, long, required_if_eq("autogenerate", "true"))]
        message: Option<String>,
        /// Compare the database with the models and write the differences.
        #[arg(long)]
        autogenerate: bool,
        #[command(flatten)]
        between: BetweenArguments,
        #[command(flatten)]
        new: NewArguments,
    },
    /// Print the template of new scripts that is built in: a project's own is `script.rs.jinja`, beside cucurbit.toml.
    #[command(name = "script_template", alias = "script-template")]
    ScriptTemplate,
    /// Show all details of a revision.
    Show {
        /// The revision.
        #[arg(allow_hyphen_values = true, value_name = "REV", value_parser = revision)]
        revision: String,
    },
    /// Set the version table to a revision without running any script.
    Stamp {
        /// The revisions.
        #[arg(required = true, value_name = "REV")]
        revisions: Vec<String>,
        /// Remove all rows first, including those whose revision has no script.
        #[arg(long)]
        purge: bool,
        /// Print the SQL instead of running it. No database is read.
        #[arg(long, conflicts_with = "purge")]
        sql: bool,
        #[command(flatten)]
        run: RunArguments,
    },
    /// Show where the database is in the history, and which revisions are pending.
    Status,
    /// Apply revisions up to a target: `head` by default.
    ///
    /// A line says which revision runs. How long it took is added to it on a terminal; in a file it is a line of its own,
    /// where it is a second or more. A statement that runs longer than five seconds is told of: how far it is, as far as the
    /// database tells, or which lock it waits for. A terminal shows that on one line; a file gets a line every ten seconds, and
    /// after a minute every minute.
    #[command(visible_alias = "up")]
    Upgrade {
        /// The target: an id, `head`, `heads`, `+1`, `label@head`.
        #[arg(allow_hyphen_values = true, value_name = "REV", value_parser = revision)]
        target: Option<String>,
        /// The target, given as an option.
        #[arg(long, allow_hyphen_values = true, value_name = "REV", value_parser = revision)]
        revision: Option<String>,
        /// Print the SQL instead of running it. REV may be a range `a:b`. No database is read.
        #[arg(long)]
        sql: bool,
        /// Print the SQL that would run on the database as it is, and run nothing.
        #[arg(long, conflicts_with = "sql")]
        dry_run: bool,
        #[command(flatten)]
        run: RunArguments,
    },
}

/// What is done with a database as a whole.
#[derive(Debug, Subcommand)]
pub(super) enum DatabaseCommand {
    /// Create the database, if it is not there: on the PostgreSQL server, or the SQLite file.
    Create {
        /// Print the statement.
        #[arg(short, long)]
        verbose: bool,
    },
    /// Drop the database with everything in it.
    Drop {
        #[command(flatten)]
        drop: DropArguments,
        /// Print the statement.
        #[arg(short, long)]
        verbose: bool,
    },
    /// Drop the database, create it, and apply all revisions.
    Reset(ResetArguments),
}

/// The options of every command that drops a database.
#[derive(Args, Debug)]
pub(super) struct DropArguments {
    /// Do not ask: everything in the database is lost.
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Drop it although others are connected to it: PostgreSQL ends their connections, and on SQLite they lose the file.
    #[arg(long)]
    pub(super) force: bool,
}

/// The options of a command that drops a database and fills it again.
#[derive(Args, Debug)]
pub(super) struct ResetArguments {
    #[command(flatten)]
    pub(super) drop: DropArguments,
    #[command(flatten)]
    pub(super) run: RunArguments,
}

/// The options of a revision that is written by comparing.
#[derive(Args, Debug)]
pub(super) struct BetweenArguments {
    /// The source that the revision starts from: `database`, `history` (no database is read), or `empty`, for a first
    /// revision that creates everything [default: database].
    #[arg(long, value_name = "SOURCE")]
    pub(super) from: Option<Source>,
    /// The source that it leads to: `models`, `database`, or an SQL file [default: models].
    #[arg(long, value_name = "SOURCE")]
    pub(super) to: Option<Source>,
}

/// The options of every command that writes a script.
#[derive(Args, Debug)]
pub(super) struct NewArguments {
    /// The id of the revision [default: twelve random hex digits].
    #[arg(long, value_name = "ID")]
    pub(super) rev_id: Option<String>,
    /// The parent: `label@head`, or `base` for a new root [default: head].
    #[arg(long, value_name = "REV")]
    pub(super) head: Option<String>,
    /// Allow a parent that is not a head.
    #[arg(long)]
    pub(super) splice: bool,
    /// A label for the branch that starts here.
    #[arg(long, value_name = "LABEL")]
    pub(super) branch_label: Option<String>,
    /// Another revision that must be applied first.
    #[arg(long, value_name = "REV")]
    pub(super) depends_on: Vec<String>,
}

/// The options of every command that runs scripts.
#[derive(Args, Debug)]
pub(super) struct RunArguments {
    /// The timeout for the lock, such as `60s` or `500ms`.
    #[arg(long, value_name = "TIME", value_parser = config::parse_duration)]
    pub(super) lock_wait: Option<Duration>,
    /// Drop tables and columns that hold data even if the script does not say `.loses_data()`.
    #[arg(long)]
    pub(super) allow_data_loss: bool,
    /// Print each statement as it runs, and its time where that is 100 ms or more.
    #[arg(short, long)]
    pub(super) verbose: bool,
}

/// Takes a word for a revision, unless it is an option that the command does not have.
fn revision(word: &str) -> Result<String, String> {
    let is_option =
        word.strip_prefix('-').is_some_and(|rest| !rest.starts_with(|first: char| first.is_ascii_digit()));
    if is_option { Err("the command has no such option".to_owned()) } else { Ok(word.to_owned()) }
}
