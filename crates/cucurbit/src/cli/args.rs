//! The command line as it is typed. The doc comments are the help text.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{command::Source, config};

/// What a script that runs this program may count on.
const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 `check` or `diff` found \
                          differences, 4 the lock was not had in time, 5 not at the heads, 130 stopped by Ctrl-C, \
                          143 stopped by SIGTERM.";

/// Schema migrations: revisions written by comparing models with a database.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 100, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    /// The database, before DATABASE_URL, ALEMBIC_DATABASE_URL and the file.
    #[arg(long, global = true, value_name = "URL")]
    pub(super) database_url: Option<String>,
    /// The configuration file; else CUCURBIT_CONFIG, else cucurbit.toml from the working folder upwards.
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Prints no progress.
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// How reports are printed.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// How reports are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For programs: one JSON value on stdout. On stderr one object a line: progress, notes, warnings, and an error with its
    /// name, message, causes, hint and exit code.
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show revisions that have several children.
    Branches {
        /// Show everything about each.
        #[arg(short, long)]
        verbose: bool,
    },
    /// Tell whether the models would be reached: exit 3 if they differ from the database after its pending
    /// revisions.
    Check {
        /// Fail (exit 5) when revisions are pending.
        #[arg(long)]
        require_heads: bool,
        /// Accept expressions that the server would not tell about.
        #[arg(long)]
        allow_uncompared: bool,
    },
    /// Write a revision that brings the database to the models: `revision --autogenerate`.
    Create {
        /// What the revision does.
        #[arg(short, long)]
        message: String,
        #[command(flatten)]
        between: BetweenArguments,
        #[command(flatten)]
        new: NewArguments,
    },
    /// Show what is applied.
    Current {
        /// Show everything about each revision.
        #[arg(short, long)]
        verbose: bool,
        /// Fail (exit 5) unless the database is at the heads.
        #[arg(long)]
        check_heads: bool,
    },
    /// Show what makes one source into another: exit 3 if they differ.
    ///
    /// A source is `database` (as it is, without pending revisions), `empty`, `history`, `models`, or a file that
    /// ends in `.sql`, which is run on a scratch database.
    Diff {
        /// What is there.
        from: Source,
        /// What shall be.
        to: Source,
        /// Accept expressions that the server would not tell about.
        #[arg(long)]
        allow_uncompared: bool,
    },
    /// Revert to a revision: an id, `-1`, `base`, `label@base`.
    Downgrade {
        /// The revision that stays applied.
        #[arg(allow_hyphen_values = true, value_name = "REV")]
        target: Option<String>,
        /// The same, as an option.
        #[arg(long, allow_hyphen_values = true, value_name = "REV")]
        revision: Option<String>,
        /// Revert other branches too that stand on what is reverted.
        #[arg(long)]
        all: bool,
        /// Print the SQL instead of running it; REV may be a range `a:b`. No database is asked.
        #[arg(long)]
        sql: bool,
        #[command(flatten)]
        run: RunArguments,
    },
    /// Create the version table if it is not there.
    #[command(name = "ensure_version", alias = "ensure-version")]
    EnsureVersion,
    /// Show the heads of the scripts.
    Heads {
        /// Show everything about each.
        #[arg(short, long)]
        verbose: bool,
        /// Leave out heads that other revisions depend on.
        #[arg(long)]
        resolve_dependencies: bool,
    },
    /// List revisions, newest first.
    History {
        /// A range such as `base:head`, `-3:current`, `ae10:`; both ends belong to it.
        #[arg(short, long, allow_hyphen_values = true, value_name = "A:B")]
        rev_range: Option<String>,
        /// Show everything about each.
        #[arg(short, long)]
        verbose: bool,
        /// Ask the database and mark what is current.
        #[arg(short, long)]
        indicate_current: bool,
    },
    /// Write an empty revision that joins several heads.
    Merge {
        /// The revisions to join; `heads` is all of them.
        #[arg(required = true, value_name = "REV")]
        revisions: Vec<String>,
        /// What the revision does.
        #[arg(short, long)]
        message: String,
        #[command(flatten)]
        new: NewArguments,
    },
    /// Write a revision: empty, or by comparing the database with the models.
    Revision {
        /// What the revision does.
        #[arg(short, long, required_if_eq("autogenerate", "true"))]
        message: Option<String>,
        /// Compare the database with the models and write what differs.
        #[arg(long)]
        autogenerate: bool,
        #[command(flatten)]
        between: BetweenArguments,
        #[command(flatten)]
        new: NewArguments,
    },
    /// Show everything about a revision.
    Show {
        /// Which one.
        #[arg(allow_hyphen_values = true, value_name = "REV")]
        revision: String,
    },
    /// Set the version table to a revision without running anything.
    Stamp {
        /// Which ones.
        #[arg(required = true, value_name = "REV")]
        revisions: Vec<String>,
        /// Remove all rows first, also those that no script knows.
        #[arg(long)]
        purge: bool,
        /// Print the SQL instead of running it. No database is asked.
        #[arg(long, conflicts_with = "purge")]
        sql: bool,
        #[command(flatten)]
        run: RunArguments,
    },
    /// Apply revisions up to a target: `head` if none is given.
    Upgrade {
        /// Where to go: an id, `head`, `heads`, `+1`, `label@head`.
        #[arg(allow_hyphen_values = true, value_name = "REV")]
        target: Option<String>,
        /// The same, as an option.
        #[arg(long, allow_hyphen_values = true, value_name = "REV")]
        revision: Option<String>,
        /// Print the SQL instead of running it; REV may be a range `a:b`. No database is asked.
        #[arg(long)]
        sql: bool,
        #[command(flatten)]
        run: RunArguments,
    },
}

/// What a revision that is written by comparing takes.
#[derive(Args, Debug)]
pub(super) struct BetweenArguments {
    /// What the revision begins with: `database`, `history` (no database is read), or `empty`, for a first revision
    /// that makes everything [default: database].
    #[arg(long, value_name = "SOURCE")]
    pub(super) from: Option<Source>,
    /// What it leads to: `models`, `database`, or a file of SQL [default: models].
    #[arg(long, value_name = "SOURCE")]
    pub(super) to: Option<Source>,
}

/// What every command that writes a script takes.
#[derive(Args, Debug)]
pub(super) struct NewArguments {
    /// The id, instead of twelve random hex digits.
    #[arg(long, value_name = "ID")]
    pub(super) rev_id: Option<String>,
    /// The parent, if not `head`: `label@head`, `base` for a new root.
    #[arg(long, value_name = "REV")]
    pub(super) head: Option<String>,
    /// Allow a parent that is no head.
    #[arg(long)]
    pub(super) splice: bool,
    /// A label for the branch that begins here.
    #[arg(long, value_name = "LABEL")]
    pub(super) branch_label: Option<String>,
    /// Another revision that must be applied before.
    #[arg(long, value_name = "REV")]
    pub(super) depends_on: Vec<String>,
}

/// What every command that runs scripts takes.
#[derive(Args, Debug)]
pub(super) struct RunArguments {
    /// How long to wait for the lock, such as `60s` or `500ms`.
    #[arg(long, value_name = "TIME", value_parser = config::parse_duration)]
    pub(super) lock_wait: Option<Duration>,
    /// Drop what is not empty even where the script does not say `.loses_data()`.
    #[arg(long)]
    pub(super) allow_data_loss: bool,
}
