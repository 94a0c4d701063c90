//! Why a run stopped, and what can be done about it.

use std::{fmt, time::Duration};

use thiserror::Error;

use crate::{
    connection::{ConnectionError, Missing, hint_of},
    dialect::{self, Hazard, HazardKind, Offender, PlanError, ReflectError},
    revision::{self, HeadsError, ScriptPanic, TargetError},
    schema::told,
};

use super::{Misfit, VersionTableError};

/// Why a run stopped. What was committed before it stays; the rest is rolled back.
#[derive(Error)]
#[non_exhaustive]
pub enum RunError {
    /// Code of a script changed the schema.
    #[error("the code `{title}` changed {object}")]
    CodeChangedSchema {
        /// What it does.
        title: String,
        /// The first object that is not as before.
        object: String,
    },
    /// Code of a script ended the transaction that it was lent.
    #[error("the code `{title}` ended the transaction of its revision; what it committed is still there")]
    CodeEndedTransaction {
        /// What it does.
        title: String,
        /// What the database says.
        source: ConnectionError,
    },
    /// Code of a script failed.
    #[error("the code `{title}` failed")]
    CodeFailed {
        /// What it does.
        title: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Code of a script where a script of SQL is to be written.
    #[error("the code `{title}` needs a database, so its revision cannot be written as SQL")]
    CodeOffline {
        /// What it does.
        title: String,
    },
    /// The database did not do what it was asked.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// A guard found other numbers of rows than it must.
    #[error("the rows of `{table}` were not all kept: {before} before, {after} after")]
    RowsLost {
        /// The table.
        table: String,
        /// Rows before.
        before: u64,
        /// Rows after.
        after: u64,
    },
    /// SQLite: foreign keys could not be switched off.
    #[error("foreign keys cannot be switched off on this connection, so no table can be rebuilt on it")]
    ForeignKeysOn,
    /// SQLite: rows refer to nothing that referred to something before.
    #[error("{} would refer to nothing, the first in table `{table}`{first}", rows_of(*count))]
    ForeignKeysBroken {
        /// How many more than before.
        count: usize,
        /// The table of the first.
        table: String,
        /// Which row it is, and what it refers to, for people.
        first: String,
    },
    /// PostgreSQL: the id of a revision is longer than the version table can hold.
    #[error("the id `{revision}` is too long for `{table}`, which holds {longest} characters")]
    IdTooLong {
        /// The id.
        revision: String,
        /// The version table.
        table: String,
        /// The most characters that it holds.
        longest: usize,
    },
    /// Something dangerous without consent.
    #[error("{}{}", hazard_words(hazard), offender_words(first, *count))]
    Hazard {
        /// What it is.
        hazard: Hazard,
        /// The first rows that it is a danger for, where they can be told.
        first: Vec<Offender>,
        /// How many there are; 0 where they cannot be told.
        count: u64,
        /// The file of the script, where nothing was begun.
        path: Option<String>,
    },
    /// A statement of a script uses a name that the database does not know.
    #[error("{missing}")]
    NotThere {
        /// The name.
        missing: Missing,
        /// Whose mistake it is.
        misfit: Box<Misfit>,
        /// What the database said.
        source: ConnectionError,
    },
    /// What was written down of a step is not what this run left.
    #[error("what is left of revision `{revision}` was changed by another program")]
    JournalChanged {
        /// The revision.
        revision: String,
    },
    /// What was written down of a step is not what this version writes.
    #[error("what is left of revision `{revision}` has an entry of an unknown kind: `{found}`")]
    UnknownEntry {
        /// The revision.
        revision: String,
        /// The word or number that is not known.
        found: String,
    },
    /// The connection that was given is in a transaction.
    #[error("the connection is in a transaction already")]
    InTransaction,
    /// The rows of the version table do not fit the scripts.
    #[error(transparent)]
    Heads(#[from] HeadsError),
    /// Timed out waiting for the lock.
    #[error("the lock was not had within {}", crate::runtime::lock::seconds(*waited))]
    Lock {
        /// How long it was tried.
        waited: Duration,
        /// Who holds it, as far as the database tells.
        holder: Option<String>,
    },
    /// A statement outside a transaction beside something that needs one.
    #[error("`{statement}` runs outside a transaction, so {other} cannot stand in its revision")]
    MixedModes {
        /// The statement.
        statement: String,
        /// What stands beside it.
        other: String,
    },
    /// A step that runs outside any transaction failed: nothing is rolled back.
    #[error("revision `{revision}` failed{}", if *is_untouched { ", and nothing of it was done" } else { "; it runs outside a transaction, so what it did is still there" })]
    Outside {
        /// The revision.
        revision: String,
        /// Whether nothing of it was done.
        is_untouched: bool,
        /// Why.
        source: Box<Self>,
    },
    /// A statement outside a transaction where nothing keeps two runs apart but transactions.
    #[error("`{statement}` runs outside a transaction, and no lock can be held so long: {reason}")]
    NoLastingLock {
        /// The statement.
        statement: String,
        /// Why not.
        reason: String,
    },
    /// Another process moved the version table in the middle of a run that counts its steps.
    #[error("another process moved the version table after {done} of this run's steps")]
    Overtaken {
        /// The steps that this run committed.
        done: usize,
    },
    /// A script's code panicked before anything was run.
    #[error(transparent)]
    Panic(#[from] ScriptPanic),
    /// The scripts cannot be turned into statements.
    #[error("cannot plan revision `{revision}`")]
    Plan {
        /// The revision.
        revision: String,
        /// Why not.
        source: PlanError,
        /// Whose mistake it is, where an operation does not fit and the history tells.
        misfit: Option<Box<Misfit>>,
    },
    /// The database could not be read.
    #[error(transparent)]
    Reflect(#[from] ReflectError),
    /// PostgreSQL: an index is there already and is of no use; `IF NOT EXISTS` would take it for done.
    #[error("index `{index}` is there already and is invalid, so that `{statement}` would make none")]
    InvalidIndex {
        /// The index.
        index: String,
        /// The statement.
        statement: String,
    },
    /// PostgreSQL: an index of a partitioned table cannot be made or dropped while others write.
    #[error("`{table}` is partitioned, and `{statement}` cannot be run on it")]
    Partitioned {
        /// The table, or the index.
        table: String,
        /// The statement.
        statement: String,
    },
    /// There is no way to the target.
    #[error(transparent)]
    Steps(#[from] revision::PlanError),
    /// A step failed.
    #[error("revision `{revision}` failed{}", if source.leaves_nothing() { " and was rolled back" } else { "" })]
    Step {
        /// The revision.
        revision: String,
        /// The file of its script.
        path: Option<&'static str>,
        /// Why.
        source: Box<Self>,
    },
    /// A step was begun, and what is done of it is not what its script says now.
    #[error("revision `{revision}` was begun, and what is done of it is not what its script says now{}", now.as_ref().map_or_else(String::new, |now| format!(": `{now}`")))]
    ScriptChanged {
        /// The revision.
        revision: String,
        /// Which command goes on with it.
        command: &'static str,
        /// What the script says in the place of a statement that is done.
        now: Option<String>,
    },
    /// The run was asked to stop.
    #[error("{}", stopped_words(at.as_deref(), unfinished.as_deref()))]
    Stopped {
        /// The heads of the database; `None` if it does not say.
        at: Option<Vec<String>>,
        /// A revision that is half done.
        unfinished: Option<String>,
        /// What failed because of it.
        source: Option<Box<Self>>,
    },
    /// SQLite: a table is not what it was when the run read it.
    #[error("table `{table}` was changed by another program while the revision was planned")]
    TableChanged {
        /// The table.
        table: String,
    },
    /// An identifier does not fit the scripts.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A step was begun and not finished, and it is not the one that is asked for.
    #[error("revision `{revision}` was begun and stopped before `{statement}`")]
    Unfinished {
        /// The revision.
        revision: String,
        /// Which command goes on with it.
        command: &'static str,
        /// The statement that is next.
        statement: String,
    },
    /// The version table is in one schema, and the session's own schema is another with tables of its own.
    #[error(
        "table `{version_table}` is in the schema `{schema}`, and a name without a schema means one in `{own}`"
    )]
    SplitSchemas {
        /// The version table.
        version_table: String,
        /// Its schema.
        schema: String,
        /// The schema of the session.
        own: String,
    },
    /// Only a database could tell what comes after SQL whose effect is not known.
    #[error("without a database it is not known how to {operation} after SQL whose effect is not known")]
    UnknownOffline {
        /// What comes after it.
        operation: String,
    },
    /// What bears the name of the version table cannot be read as one.
    #[error(transparent)]
    VersionTable(#[from] VersionTableError),
    /// The version table was not as it must be while a row was changed.
    #[error("expected to match one row when changing {change} in `{table}`; {found} found")]
    VersionRow {
        /// What was to be changed.
        change: String,
        /// The version table.
        table: String,
        /// How many rows there were.
        found: u64,
    },
}

fn stopped_words(at: Option<&[String]>, unfinished: Option<&str>) -> String {
    let half =
        unfinished.map_or_else(String::new, |revision| format!(", and revision `{revision}` is half done"));
    match at {
        None => format!("the run was stopped{half}"),
        Some([]) => format!("the run was stopped; the database is at <base>{half}"),
        Some(at) => format!("the run was stopped; the database is at {}{half}", at.join(", ")),
    }
}

fn rows_of(count: usize) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

fn hazard_words(hazard: &Hazard) -> String {
    let Hazard { kind, table, column, probe: _, offenders: _, waits: _ } = hazard;
    match (kind, column) {
        (HazardKind::BreaksCheck { check }, _) => {
            format!("table `{table}` has rows that break the check `{check}`")
        }
        (HazardKind::CannotConvert { ty }, column) => {
            let column = column.as_ref().map(|column| format!(".{column}")).unwrap_or_default();
            format!("column `{table}{column}` holds values that cannot become `{ty}`")
        }
        (HazardKind::HoldsEnumValues { name }, column) => {
            let column = column.as_ref().map(|column| format!(".{column}")).unwrap_or_default();
            format!("column `{table}{column}` holds values that go from the enum type `{name}`")
        }
        (HazardKind::LosesData, Some(column)) => {
            format!("column `{table}.{column}` is not empty and would be dropped")
        }
        (HazardKind::LosesData, None) => format!("table `{table}` is not empty and would be dropped"),
        (HazardKind::NullInNotNull, Some(column)) => {
            format!("table `{table}` has rows without a value for `{column}`, which shall not be NULL")
        }
        (HazardKind::NullInNotNull, None) => {
            format!("table `{table}` has rows without a value that shall not be NULL")
        }
    }
}

/// Shows the first rows, and says how many there are: `: 5 rows, first 'tall' (id = 1), 'x' (id = 7)`.
fn offender_words(first: &[Offender], count: u64) -> String {
    let shown = first.iter().map(|Offender { key, value }| match value {
        Some(value) => format!("{} ({})", printable(value), printable(key)),
        None => printable(key),
    });
    let shown = shown.collect::<Vec<_>>().join(", ");
    match count {
        0 => String::new(),
        1 => format!(": 1 row, {shown}"),
        count if first.len() as u64 == count => format!(": {count} rows, {shown}"),
        count => format!(": {count} rows, first {shown}"),
    }
}

/// Says of which file a hint speaks.
fn in_file(path: Option<&str>, hint: &str) -> String {
    match path {
        Some(path) => format!("{hint} (the script is {path})"),
        None => hint.to_owned(),
    }
}

/// Writes control characters in the way of Rust: values come from anywhere.
fn printable(text: &str) -> String {
    let escaped = |letter: char| match letter.is_control() {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    };
    text.chars().map(escaped).collect()
}

/// How to leave a revision that was begun.
const GIVE_UP: &str =
    "; to give it up, take back by hand what it did, and only then `stamp` where the database is";

/// For people, as a program that ends by it prints it: with causes and hint.
impl fmt::Debug for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        told(self, self.hint(), f)
    }
}

impl RunError {
    /// Says that a step outside transactions failed, unless what stopped it has words of its own.
    pub(super) fn outside(self, revision: &str, is_untouched: bool) -> Self {
        let has_own_words = matches!(
            self,
            Self::JournalChanged { .. }
                | Self::Outside { .. }
                | Self::ScriptChanged { .. }
                | Self::UnknownEntry { .. }
                | Self::VersionRow { .. }
        );
        if has_own_words {
            return self;
        }
        Self::Outside { revision: revision.to_owned(), is_untouched, source: Box::new(self) }
    }

    /// Calls a SQLite file that another process kept for the whole wait what it is: a lock that was not had.
    pub(super) fn or_busy(self, waited: Duration) -> Self {
        let cause = if let Self::Step { source, .. } = &self { source } else { &self };
        if matches!(cause, Self::Connection(error) if dialect::is_busy(error)) {
            Self::Lock { waited, holder: None }
        } else {
            self
        }
    }

    /// Tells whether the database is as it was, once its transaction is rolled back.
    fn leaves_nothing(&self) -> bool {
        !matches!(self, Self::CodeEndedTransaction { .. })
    }

    /// Says what to do about it, if something can be said.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Hazard { hazard, path, .. } => Some(in_file(path.as_deref(), match hazard.kind {
                HazardKind::BreaksCheck { .. } => {
                    "correct the rows before, by `op.execute` in the script for example"
                }
                HazardKind::CannotConvert { .. } => {
                    "correct the rows before, by `op.execute` in the script for example, or say by `.using(\"…\")` \
                     after `.ty(…)` what becomes of them"
                }
                HazardKind::HoldsEnumValues { .. } => {
                    "say what these rows get: `.replace(\"…\", \"…\")` after `op.set_enum_values(…)`, or \
                     `.loses_data()` there for NULL, where the column takes it; or correct them before, by `op.execute`"
                }
                HazardKind::LosesData => {
                    "say `.loses_data()` in the script, or run with `--allow-data-loss`, which allows it to all of the run"
                }
                HazardKind::NullInNotNull => {
                    "three ways out: `.backfill(…)` in the script, a server default, or a nullable column; a backfill \
                     is SQL, so that a text has quotes of its own: `.backfill(\"'en'\")`"
                }
            })),
            Self::NotThere { missing, misfit, .. } => Some(misfit.hint_of_missing(missing)),
            Self::CodeChangedSchema { .. } => {
                Some("change the schema by operations: `op.alter_table(…)`, `op.execute(…)`".to_owned())
            }
            Self::CodeEndedTransaction { .. } => Some(
                "a revision is one transaction: leave COMMIT and ROLLBACK out of its code; `begin()` on the \
                 connection makes a savepoint"
                    .to_owned(),
            ),
            Self::CodeOffline { .. } => Some(
                "upgrade over a connection, or write the scripts before and after that revision: `--sql FROM:TO`"
                    .to_owned(),
            ),
            Self::InTransaction => {
                Some("commit or roll back first: each revision is a transaction of its own".to_owned())
            }
            Self::Heads(error) => error.hint(),
            Self::Lock { holder, .. } => {
                let holder = holder.as_deref().unwrap_or("another process");
                Some(format!("held by {holder}; wait for it, or allow more time with `--lock-wait`"))
            }
            Self::Overtaken { .. } => {
                Some("see where it is with `current`, then name the revision".to_owned())
            }
            Self::MixedModes { .. } => Some("put it into a revision of its own".to_owned()),
            Self::Outside { is_untouched, source, .. } => {
                let next = if *is_untouched {
                    "correct the script, or remove the cause; then the same command runs it again"
                } else {
                    "correct that statement in the script, or remove the cause; then the same command goes on with it, as the \
                     script says it then"
                };
                let inner = source.hint().map(|hint| format!("{hint}; ")).unwrap_or_default();
                Some(format!("{inner}{next}"))
            }
            Self::Unfinished { revision, command, .. } => Some(match *command {
                "downgrade" => {
                    format!("`downgrade` to a revision below `{revision}` goes on from there{GIVE_UP}")
                }
                command => format!("`{command} {revision}` goes on from there{GIVE_UP}"),
            }),
            Self::ScriptChanged { command, .. } => {
                Some(format!("write the script as it was, then `{command}` goes on with the rest{GIVE_UP}"))
            }
            Self::Panic(error) => Some(error.hint()),
            Self::Plan { source, misfit, .. } => misfit
                .as_ref()
                .and_then(|misfit| misfit.hint(source))
                .or_else(|| source.hint().map(str::to_owned)),
            Self::Reflect(error) => error.hint(),
            Self::Step { path, source, .. } => {
                source.hint().or_else(|| path.map(|path| format!("the script is {path}")))
            }
            Self::Steps(error) => error.hint(),
            Self::TableChanged { .. } => Some("run the command again".to_owned()),
            Self::Target(error) => error.hint(),
            Self::UnknownOffline { .. } => {
                Some("say what the SQL does: `op.execute(…).means(|op| …)`".to_owned())
            }
            Self::NoLastingLock { .. } => Some(
                "connect to the server itself for this revision; on SQLite, see that the folder of the file can be written"
                    .to_owned(),
            ),
            Self::InvalidIndex { index, .. } => Some(format!(
                "an attempt to make it failed, or goes on (`SELECT * FROM pg_stat_progress_create_index`); where none goes on, \
                 drop it, `DROP INDEX CONCURRENTLY {index}`, and run the command again"
            )),
            Self::Partitioned { .. } => Some(
                "leave `.concurrently()` out, or make the index on each partition and then on the table".to_owned(),
            ),
            Self::Stopped { unfinished: Some(_), .. } => {
                Some("the same command goes on with what is left of it".to_owned())
            }
            Self::Stopped { unfinished: None, .. } => {
                Some("nothing of a revision is half done; the same command goes on from there".to_owned())
            }
            Self::JournalChanged { .. } => {
                Some("see that no other program runs migrations, then run the command again".to_owned())
            }
            Self::UnknownEntry { .. } => Some(format!(
                "another version of Cucurbit wrote it: go on with that version{GIVE_UP}"
            )),
            Self::SplitSchemas { schema, own, version_table } => Some(format!(
                "if the project's tables are in `{schema}`, put that first: `?options=-csearch_path%3D{schema}` in the connection URL; if they \
                 are in `{own}`, move the table there: `ALTER TABLE {schema}.{version_table} SET SCHEMA {own}`"
            )),
            Self::VersionTable(error) => Some(error.hint()),
            Self::VersionRow { .. } => Some(
                "the revision itself, a trigger or a rule changes the version table, or another program moved the database since the \
                 revision was begun: see `current`; where the schema is what that revision makes, `stamp` it, else put \
                 the row back"
                    .to_owned(),
            ),
            Self::Connection(error) => error.hint(),
            Self::ForeignKeysBroken { .. } => Some(
                "put the rows of that table right before: each must refer to a row that is there afterwards".to_owned(),
            ),
            Self::IdTooLong { revision, table, .. } => Some(format!(
                "widen it, `ALTER TABLE {table} ALTER COLUMN version_num TYPE VARCHAR({})`, or give the script a shorter id, \
                 if no database has it yet",
                revision.chars().count().next_power_of_two()
            )),
            Self::ForeignKeysOn => {
                Some("give the run a connection of its own, which is in no transaction".to_owned())
            }
            Self::RowsLost { .. } => Some("nothing was changed; please report it, this is a bug".to_owned()),
            Self::CodeFailed { source, .. } => hint_of(&**source).map(str::to_owned),
        }
    }
}
