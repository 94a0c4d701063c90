//! Steps with statements outside any transaction: written down before they begin, so that a run that stops in the
//! middle goes on there.
//!
//! `cucurbit_journal` holds what is left of such a step, statement by statement as planned, with the changes of the
//! version table last. It is made when it is first needed and dropped when it is empty. What was planned is run and
//! not planned anew: half-way, the database is at no revision that anything could be planned from.

use std::collections::BTreeSet;

use crate::{
    connection::Connection,
    dialect::{self, Interrupted, Mode, SessionState, Statement, lexer},
    revision::{Direction, Heads, RowChange},
    schema::TableName,
};

use super::{
    RunError, VersionTable,
    apply::{self, Job},
    prepare::{Segment, Work},
    stop,
};

pub(super) const TABLE: &str = "cucurbit_journal";

/// The columns. Two projects in one database have a version table each, and may both be half-way.
const COLUMNS: &str = "(
    version_table VARCHAR(63) NOT NULL,
    position INTEGER NOT NULL,
    direction VARCHAR(9) NOT NULL,
    revision VARCHAR(32) NOT NULL,
    mode VARCHAR(7) NOT NULL,
    state VARCHAR(7) NOT NULL,
    statement TEXT NOT NULL,
    PRIMARY KEY (version_table, position)
)";

/// Names the table: it lies beside the version table, whatever a script makes of the search path.
fn table(version_table: &VersionTable) -> TableName {
    version_table.beside(TABLE)
}

fn quoted(version_table: &VersionTable) -> String {
    dialect::qualified(&table(version_table))
}

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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// What the statements before made of the session, for a run that goes on in another one.
    Session,
    /// In a transaction, and it must change one row of the version table.
    Version,
}

impl EntryMode {
    const fn word(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Outside => "outside",
            Self::Session => "session",
            Self::Version => "version",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "outside" => Self::Outside,
            "session" => Self::Session,
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
    version_table: &VersionTable,
) -> Result<Option<Unfinished>, RunError> {
    let (version_table, _) = version_table.located(connection).await?;
    if !dialect::table_exists(connection, &table(&version_table)).await? {
        return Ok(None);
    }
    let (table, of) = (quoted(&version_table), of(&version_table));
    let query = format!(
        "SELECT direction, revision, statement FROM {table} WHERE {of} AND mode <> 'session' \
         ORDER BY position LIMIT 1"
    );
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
    job.lock_version_table().await?;
    if job.version_table.rows(job.connection).await? != *expected {
        return Ok(false);
    }
    let table = quoted(job.version_table);
    job.connection.execute(&format!("CREATE TABLE IF NOT EXISTS {table} {COLUMNS}")).await?;
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
    let table = quoted(job.version_table);
    let insert = |(position, (mode, sql)): (usize, (EntryMode, String))| {
        let (mode, sql) = (mode.word(), text(&sql));
        format!(
            "INSERT INTO {table} (version_table, position, direction, revision, mode, state, statement) \
             VALUES ({version_table}, {position}, '{direction}', {revision}, '{mode}', 'waiting', {sql})"
        )
    };
    statements.chain(versions).enumerate().map(insert).collect()
}

/// Runs what is left of the step that is written down, to its end.
///
/// The list is read again before each piece, and in its transaction: whoever holds the lock is the only one who works
/// on it, and should that fail, nothing is run twice.
pub(super) async fn go_on(job: &mut Job<'_, '_>) -> Result<(), RunError> {
    for sql in session(job).await? {
        job.connection.execute(&sql).await?;
    }
    loop {
        stop::refuse(job.stop)?;
        let inside = aside(job).await?;
        let left = left(job).await?;
        let together = match left.first() {
            None => return Err(changed(job)),
            Some(Entry { mode: EntryMode::Outside, .. }) => {
                outside(job, &left[0], inside.as_ref()).await?;
                continue;
            }
            Some(_) => left.iter().take_while(|entry| entry.mode != EntryMode::Outside).count(),
        };
        let is_end = together == left.len();
        together_in_one(job, &left[..together], is_end, inside.as_ref()).await?;
        if is_end {
            return Ok(());
        }
    }
}

/// Puts aside what the script made of the session: it may have become a user who may not write to the list, or have
/// switched to transactions that read only. Returns it.
async fn aside(job: &mut Job<'_, '_>) -> Result<Option<SessionState>, RunError> {
    match &job.settings {
        Some(settings) if !job.hold.is_pooled && dialect::has_users(job.connection.dialect()) => {
            Ok(Some(settings.restore(job.connection).await?))
        }
        Some(_) | None => Ok(None),
    }
}

/// Makes the session again what was put aside.
async fn back(job: &mut Job<'_, '_>, inside: Option<&SessionState>) -> Result<(), RunError> {
    if let Some(inside) = inside {
        inside.restore(job.connection).await?;
    }
    Ok(())
}

/// The list is not what this run left.
fn changed(job: &Job<'_, '_>) -> RunError {
    RunError::JournalChanged { revision: job.revision.to_owned() }
}

/// Lists what brings a session to where the statements that are done had brought it.
async fn session(job: &mut Job<'_, '_>) -> Result<Vec<String>, RunError> {
    let (table, of) = (quoted(job.version_table), of(job.version_table));
    let query =
        format!("SELECT statement FROM {table} WHERE {of} AND mode = 'session' ORDER BY position DESC");
    Ok(job.connection.rows(&query).await?.into_iter().flatten().flatten().collect())
}

async fn left(job: &mut Job<'_, '_>) -> Result<Vec<Entry>, RunError> {
    if !dialect::table_exists(job.connection, &table(job.version_table)).await? {
        return Ok(Vec::new());
    }
    let (table, of) = (quoted(job.version_table), of(job.version_table));
    let query = format!(
        "SELECT position, mode, state, statement FROM {table} WHERE {of} AND mode <> 'session' ORDER BY position"
    );
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

/// Changes or deletes the row of an entry, which must be there as it was read.
async fn mark(job: &mut Job<'_, '_>, entry: &Entry, change: &str) -> Result<(), RunError> {
    let (table, of) = (quoted(job.version_table), of(job.version_table));
    let Entry { position, mode, is_running, statement: _ } = entry;
    let (mode, state) = (mode.word(), if *is_running { "running" } else { "waiting" });
    let change = change.replacen("{table}", &table, 1);
    let sql =
        format!("{change} WHERE {of} AND position = {position} AND mode = '{mode}' AND state = '{state}'");
    if job.connection.execute(&sql).await? == 1 { Ok(()) } else { Err(changed(job)) }
}

const DELETE: &str = "DELETE FROM {table}";
const RUNNING: &str = "UPDATE {table} SET state = 'running'";

/// Runs a statement alone.
///
/// If it can stand in a transaction, that is one of its own, and takes it off the list. If not, nobody knows between its
/// two marks whether it was done: then the database is asked.
async fn outside(
    job: &mut Job<'_, '_>,
    entry: &Entry,
    session: Option<&SessionState>,
) -> Result<(), RunError> {
    if !entry.is_running && dialect::may_stand_in_transaction(job.connection.dialect(), &entry.statement) {
        match together_in_one(job, std::slice::from_ref(entry), false, session).await {
            Err(RunError::Connection(error)) if dialect::needs_no_transaction(&error) => {}
            done => return done,
        }
    }
    if !entry.is_running {
        mark(job, entry, RUNNING).await?;
    }
    back(job, session).await?;
    let interrupted = if entry.is_running {
        dialect::interrupted(job.connection, &entry.statement).await?
    } else {
        Interrupted::NotDone { first: None }
    };
    if let Interrupted::NotDone { first } = interrupted {
        if let Some(sql) = &first {
            job.execute(sql).await?;
        }
        job.execute(&entry.statement).await?;
    }
    let changes = match dialect::has_users(job.connection.dialect()) {
        true => Some(session_changes(job).await?),
        false => None,
    };
    let after = aside(job).await?;
    dialect::begin(job.connection).await?;
    let done = done_outside(job, entry, changes).await;
    apply::ended(job.connection, done.map(|()| true)).await?;
    back(job, after.as_ref()).await
}

/// Takes a statement that was run alone off the list.
async fn done_outside(
    job: &mut Job<'_, '_>,
    entry: &Entry,
    changes: Option<Vec<String>>,
) -> Result<(), RunError> {
    let changes = match changes {
        Some(changes) => changes,
        None => session_changes(job).await?,
    };
    keep_session(job, &changes).await?;
    mark(job, &Entry { is_running: true, ..entry.clone() }, DELETE).await
}

/// Runs statements in one transaction, and takes them off the list in the same.
async fn together_in_one(
    job: &mut Job<'_, '_>,
    entries: &[Entry],
    is_end: bool,
    session: Option<&SessionState>,
) -> Result<(), RunError> {
    dialect::begin(job.connection).await?;
    let done = inside(job, entries, is_end, session).await;
    apply::ended(job.connection, done.map(|()| true)).await.map(drop)
}

async fn inside(
    job: &mut Job<'_, '_>,
    entries: &[Entry],
    is_end: bool,
    session: Option<&SessionState>,
) -> Result<(), RunError> {
    job.lock_version_table().await?;
    if left(job).await?.get(..entries.len()) != Some(entries) {
        return Err(changed(job));
    }
    let pooled = if job.hold.is_pooled {
        Some(SessionState::read(job.connection, BTreeSet::new()).await?)
    } else {
        None
    };
    back(job, session).await?;
    let (versions, statements): (Vec<&Entry>, Vec<&Entry>) =
        entries.iter().partition(|entry| entry.mode == EntryMode::Version);
    for entry in &statements {
        job.execute(&entry.statement).await?;
    }
    if let Some(pooled) = pooled {
        refuse_changes(job, entries, &pooled).await?;
    }
    let changes = if is_end { Vec::new() } else { session_changes(job).await? };
    let after = aside(job).await?;
    for entry in versions {
        let found = job.execute(&entry.statement).await?;
        if found != 1 {
            let (change, table) = (format!("`{}`", job.revision), job.version_table.name().to_string());
            return Err(RunError::VersionRow { change, table, found });
        }
    }
    for entry in entries {
        mark(job, entry, DELETE).await?;
    }
    if is_end {
        forget_session(job.connection, job.version_table).await?;
        return drop_if_empty(job.connection, job.version_table).await;
    }
    keep_session(job, &changes).await?;
    back(job, after.as_ref()).await
}

/// Refuses what would be made of a session that is another's after the transaction.
async fn refuse_changes(
    job: &mut Job<'_, '_>,
    entries: &[Entry],
    before: &SessionState,
) -> Result<(), RunError> {
    let Some(sql) = before.changes(job.connection).await?.into_iter().next() else { return Ok(()) };
    let reason =
        format!("the pooler may give each statement to another session, and `{sql}` is for all of them");
    let statement = entries.first().map(|entry| entry.statement.as_str()).unwrap_or_default();
    let statement = lexer::masked(statement, job.connection.dialect()).sql;
    Err(RunError::NoLastingLock { statement, reason })
}

/// Lists what the statements so far made of the session.
async fn session_changes(job: &mut Job<'_, '_>) -> Result<Vec<String>, RunError> {
    match &job.settings {
        Some(settings) => Ok(settings.changes(job.connection).await?),
        None => Ok(Vec::new()),
    }
}

/// Writes that down: a run that goes on does so in another session.
async fn keep_session(job: &mut Job<'_, '_>, changes: &[String]) -> Result<(), RunError> {
    if job.settings.is_none() {
        return Ok(());
    }
    forget_session(job.connection, job.version_table).await?;
    let text = dialect::string;
    let (table, version_table) = (quoted(job.version_table), text(job.version_table.name().as_str()));
    let (direction, revision) = (command(job.direction), text(job.revision));
    for (position, sql) in changes.iter().enumerate() {
        let insert = format!(
            "INSERT INTO {table} (version_table, position, direction, revision, mode, state, statement) \
             VALUES ({version_table}, -{}, '{direction}', {revision}, 'session', 'waiting', {})",
            position + 1,
            text(sql)
        );
        job.connection.execute(&insert).await?;
    }
    Ok(())
}

async fn forget_session(connection: &mut Connection, version_table: &VersionTable) -> Result<(), RunError> {
    let (table, of) = (quoted(version_table), of(version_table));
    connection.execute(&format!("DELETE FROM {table} WHERE {of} AND mode = 'session'")).await?;
    Ok(())
}

/// Forgets a step that was begun: somebody has said where the database is.
pub(super) async fn forget(
    connection: &mut Connection,
    version_table: &VersionTable,
) -> Result<(), RunError> {
    if dialect::table_exists(connection, &table(version_table)).await? {
        let (table, of) = (quoted(version_table), of(version_table));
        connection.execute(&format!("DELETE FROM {table} WHERE {of}")).await?;
        drop_if_empty(connection, version_table).await?;
    }
    Ok(())
}

async fn drop_if_empty(connection: &mut Connection, version_table: &VersionTable) -> Result<(), RunError> {
    let table = quoted(version_table);
    if connection.rows(&format!("SELECT position FROM {table} LIMIT 1")).await?.is_empty() {
        connection.execute(&format!("DROP TABLE {table}")).await?;
    }
    Ok(())
}

fn of(version_table: &VersionTable) -> String {
    format!("version_table = {}", dialect::string(version_table.name().as_str()))
}
