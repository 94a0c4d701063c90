//! Steps with statements outside any transaction: written down before they begin, so that a run that stops in the
//! middle goes on there.
//!
//! `cucurbit_journal` holds what is left of such a step, statement by statement as planned, with the changes of the
//! version table last. It is made when it is first needed and dropped when it is empty. What was planned is run and
//! not planned anew: half-way, the database is at no revision that anything could be planned from.

use crate::{
    connection::Connection,
    dialect::{self, Interrupted, Mode, Statement, lexer},
    revision::{Direction, Heads, RowChange},
    schema::Ident,
};

use super::{
    RunError,
    apply::{self, Job},
    prepare::{Segment, Work},
};

const TABLE: &str = "cucurbit_journal";

/// Makes the table. Two projects in one database have a version table each, and may both be half-way.
const CREATE: &str = "CREATE TABLE IF NOT EXISTS cucurbit_journal (
    version_table VARCHAR(63) NOT NULL,
    position INTEGER NOT NULL,
    direction VARCHAR(9) NOT NULL,
    revision VARCHAR(32) NOT NULL,
    mode VARCHAR(7) NOT NULL,
    state VARCHAR(7) NOT NULL,
    statement TEXT NOT NULL,
    PRIMARY KEY (version_table, position)
)";

/// A step that was begun and not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Which way it goes.
    pub direction: Direction,
    /// The revision.
    pub revision: String,
    /// The statement that is next, without the secrets in it.
    pub statement: String,
}

impl From<Unfinished> for RunError {
    fn from(unfinished: Unfinished) -> Self {
        let Unfinished { direction, revision, statement } = unfinished;
        Self::Unfinished { revision, command: command(direction), statement }
    }
}

/// The command that runs such a step.
const fn command(direction: Direction) -> &'static str {
    match direction {
        Direction::Downgrade => "downgrade",
        Direction::Stamp | Direction::Upgrade => "upgrade",
    }
}

/// What is left of a step.
#[derive(Debug)]
struct Entry {
    position: String,
    mode: EntryMode,
    is_running: bool,
    statement: String,
}

/// How an entry is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EntryMode {
    /// In a transaction, with its neighbours.
    Inside,
    /// Alone.
    Outside,
    /// In a transaction, and it must change one row of the version table.
    Version,
}

impl EntryMode {
    const fn word(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Outside => "outside",
            Self::Version => "version",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "outside" => Self::Outside,
            "version" => Self::Version,
            _ => Self::Inside,
        }
    }
}

/// Finds a step that was begun and not finished.
///
/// # Errors
///
/// When the database does not answer.
pub async fn unfinished(
    connection: &mut Connection,
    version_table: &Ident,
) -> Result<Option<Unfinished>, RunError> {
    if !dialect::table_exists(connection, &Ident::new(TABLE)).await? {
        return Ok(None);
    }
    let of = of(version_table);
    let query =
        format!("SELECT direction, revision, statement FROM {TABLE} WHERE {of} ORDER BY position LIMIT 1");
    let Some(row) = connection.rows(&query).await?.into_iter().next() else { return Ok(None) };
    let mut values = row.into_iter().map(Option::unwrap_or_default);
    let mut next = || values.next().unwrap_or_default();
    let direction = if next() == "downgrade" { Direction::Downgrade } else { Direction::Upgrade };
    let revision = next();
    let statement = lexer::masked(&next(), connection.dialect()).sql;
    Ok(Some(Unfinished { direction, revision, statement }))
}

/// Writes the entries of a step down. Returns `false`, with nothing done, when the heads are not the expected ones.
pub(super) async fn begin(
    job: &mut Job<'_, '_>,
    entries: &[String],
    expected: &Heads,
) -> Result<bool, RunError> {
    dialect::begin(job.connection).await?;
    let written = write(job, entries, expected).await;
    apply::ended(job.connection, written).await
}

async fn write(job: &mut Job<'_, '_>, entries: &[String], expected: &Heads) -> Result<bool, RunError> {
    dialect::lock_version_table(job.connection, job.version_table.name()).await?;
    if job.version_table.rows(job.connection).await? != *expected {
        return Ok(false);
    }
    job.connection.execute(CREATE).await?;
    for entry in entries {
        job.connection.execute(entry).await?;
    }
    Ok(true)
}

/// Lists the statements that write each statement of a step down.
pub(super) fn entries(job: &Job<'_, '_>, work: &Work, changes: &[RowChange]) -> Vec<String> {
    let planned = work.segments.iter().flat_map(|segment| match segment {
        Segment::Planned(plan) | Segment::Opaque(plan) => plan.statements.as_slice(),
        // `prepare` refuses a step that mixes these with what runs outside a transaction.
        Segment::Code { .. } | Segment::Waiting(_) => &[],
    });
    let statements = planned.map(|statement| {
        let Statement { sql, hazards: _, mode, guards: _, session: _ } = statement;
        match mode {
            Mode::InTransaction => (EntryMode::Inside, sql.clone()),
            Mode::OutsideTransaction => (EntryMode::Outside, sql.clone()),
        }
    });
    let versions = changes.iter().map(|change| (EntryMode::Version, job.version_table.change_sql(change)));
    let text = dialect::string;
    let direction = command(job.direction);
    let (version_table, revision) = (text(job.version_table.name().as_str()), text(job.revision));
    let insert = |(position, (mode, sql)): (usize, (EntryMode, String))| {
        let (mode, sql) = (mode.word(), text(&sql));
        format!(
            "INSERT INTO {TABLE} (version_table, position, direction, revision, mode, state, statement) \
             VALUES ({version_table}, {position}, '{direction}', {revision}, '{mode}', 'waiting', {sql})"
        )
    };
    statements.chain(versions).enumerate().map(insert).collect()
}

/// Runs what is left of the step that is written down, to its end.
pub(super) async fn go_on(job: &mut Job<'_, '_>) -> Result<(), RunError> {
    loop {
        let left = left(job).await?;
        match left.first() {
            None => return Ok(()),
            Some(Entry { mode: EntryMode::Outside, .. }) => outside(job, &left[0]).await?,
            Some(_) => {
                let together = left.iter().take_while(|entry| entry.mode != EntryMode::Outside).count();
                dialect::begin(job.connection).await?;
                let done = inside(job, &left[..together], together == left.len()).await;
                apply::ended(job.connection, done.map(|()| true)).await?;
            }
        }
    }
}

async fn left(job: &mut Job<'_, '_>) -> Result<Vec<Entry>, RunError> {
    if !dialect::table_exists(job.connection, &Ident::new(TABLE)).await? {
        return Ok(Vec::new());
    }
    let of = of(job.version_table.name());
    let query = format!("SELECT position, mode, state, statement FROM {TABLE} WHERE {of} ORDER BY position");
    let rows = job.connection.rows(&query).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut values = row.into_iter().map(Option::unwrap_or_default);
            let mut next = || values.next().unwrap_or_default();
            Entry {
                position: next(),
                mode: EntryMode::of(&next()),
                is_running: next() == "running",
                statement: next(),
            }
        })
        .collect())
}

/// Runs a statement alone. Between its two marks nobody knows whether it was done: then the database is asked.
async fn outside(job: &mut Job<'_, '_>, entry: &Entry) -> Result<(), RunError> {
    let at = format!("{} AND position = {}", of(job.version_table.name()), entry.position);
    let interrupted = if entry.is_running {
        dialect::interrupted(job.connection, &entry.statement).await?
    } else {
        job.connection.execute(&format!("UPDATE {TABLE} SET state = 'running' WHERE {at}")).await?;
        Interrupted::NotDone { first: None }
    };
    if let Interrupted::NotDone { first } = interrupted {
        if let Some(sql) = &first {
            apply::tell_of(job.connection.dialect(), job.observer, sql);
            job.connection.execute(sql).await?;
        }
        apply::tell_of(job.connection.dialect(), job.observer, &entry.statement);
        dialect::run(job.connection, &entry.statement).await?;
    }
    job.connection.execute(&format!("DELETE FROM {TABLE} WHERE {at}")).await?;
    Ok(())
}

/// Runs statements that stand together in one transaction, and takes them off the list in the same.
async fn inside(job: &mut Job<'_, '_>, entries: &[Entry], is_end: bool) -> Result<(), RunError> {
    dialect::lock_version_table(job.connection, job.version_table.name()).await?;
    let mut settings = job.settings.as_ref();
    for entry in entries {
        if entry.mode == EntryMode::Version
            && let Some(settings) = settings.take()
        {
            // A script may have set a search path on which there is no version table.
            settings.restore(job.connection).await?;
        }
        apply::tell_of(job.connection.dialect(), job.observer, &entry.statement);
        let changed = dialect::run(job.connection, &entry.statement).await?;
        if entry.mode == EntryMode::Version && changed != 1 {
            let table = job.version_table.name().to_string();
            return Err(RunError::VersionRow {
                change: format!("`{}`", job.revision),
                table,
                found: changed,
            });
        }
        let of = of(job.version_table.name());
        job.connection
            .execute(&format!("DELETE FROM {TABLE} WHERE {of} AND position = {}", entry.position))
            .await?;
    }
    if is_end {
        drop_if_empty(job.connection).await?;
    }
    Ok(())
}

/// Forgets a step that was begun: somebody has said where the database is.
pub(super) async fn forget(connection: &mut Connection, version_table: &Ident) -> Result<(), RunError> {
    if dialect::table_exists(connection, &Ident::new(TABLE)).await? {
        connection.execute(&format!("DELETE FROM {TABLE} WHERE {}", of(version_table))).await?;
        drop_if_empty(connection).await?;
    }
    Ok(())
}

async fn drop_if_empty(connection: &mut Connection) -> Result<(), RunError> {
    if connection.rows(&format!("SELECT position FROM {TABLE} LIMIT 1")).await?.is_empty() {
        connection.execute(&format!("DROP TABLE {TABLE}")).await?;
    }
    Ok(())
}

fn of(version_table: &Ident) -> String {
    format!("version_table = {}", dialect::string(version_table.as_str()))
}
