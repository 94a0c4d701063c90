//! Steps with statements outside any transaction: written down before they begin, so that a run that stops in the
//! middle goes on there.
//!
//! `cucurbit_journal` holds such a step, statement by statement as planned, with the changes of the version table last. Of
//! a statement that is done no more than its fingerprint stays, to be compared with what the script says later. The table is
//! made when it is first needed and dropped when it is empty. What was planned is run and not planned again: half-way, the
//! database is at no revision that anything could be planned from. How a later run takes it up is `resume`.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use crate::{
    connection::Connection,
    dialect::{self, Dialect, Interrupted, Mode, SessionState, Statement, lexer},
    revision::{Direction, RowChange},
    schema::TableName,
};

use super::{
    RunError, VersionTable,
    checks::Checks,
    entry::{self, Entry, EntryMode, Line, State, Unfinished, Written, command, fingerprint},
    job::{Job, Rows, ended},
    lock::{self, FIRST_PAUSE},
    step::Outside,
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

/// Returns the table as SQL names it, and the condition for the rows of this project.
fn of_project(dialect: Dialect, version_table: &VersionTable) -> (String, String) {
    let of = format!("version_table = {}", dialect.string(version_table.name().as_str()));
    (dialect.qualified(&table(version_table)), of)
}

/// Finds a step that was begun and not finished. One of which nothing was done is none.
///
/// # Errors
///
/// When the database does not answer.
pub async fn unfinished(
    connection: &mut Connection,
    version_table: &VersionTable,
) -> Result<Option<Unfinished>, RunError> {
    let (version_table, _) = version_table.located(connection).await?;
    let found = written(connection, &version_table).await?;
    Ok(found.filter(|found| !found.is_untouched()).and_then(|found| found.unfinished(connection.dialect())))
}

/// Reads the step that is written down.
pub(super) async fn written(
    connection: &mut Connection,
    version_table: &VersionTable,
) -> Result<Option<Written>, RunError> {
    if !dialect::table_exists(connection, &table(version_table)).await? {
        return Ok(None);
    }
    let (table, of) = of_project(connection.dialect(), version_table);
    let query = format!(
        "SELECT revision, position, mode, state, direction, statement FROM {table} \
         WHERE {of} AND mode <> 'session' ORDER BY position"
    );
    let mut found: Option<Written> = None;
    let mut checks = BTreeMap::new();
    for row in connection.rows(&query).await? {
        let (entry, direction, revision) = read(row)?;
        let written =
            found.get_or_insert_with(|| Written { direction, revision, script: None, entries: Vec::new() });
        match entry.mode {
            EntryMode::Checks => {
                let read = Checks::read(&entry.statement);
                let read =
                    read.ok_or_else(|| RunError::JournalChanged { revision: written.revision.clone() })?;
                checks.insert(CHECKS - entry.position, read);
            }
            EntryMode::Script => written.script = Some(entry.statement),
            EntryMode::Inside | EntryMode::Outside | EntryMode::Session | EntryMode::Version => {
                written.entries.push(entry);
            }
        }
    }
    for entry in found.iter_mut().flat_map(|found| &mut found.entries) {
        entry.checks = checks.remove(&entry.position).unwrap_or_default();
    }
    Ok(found)
}

/// Reads a row: the entry, which way its step goes, and the revision.
fn read(row: Vec<Option<String>>) -> Result<(Entry, Direction, String), RunError> {
    let mut values = row.into_iter().map(Option::unwrap_or_default);
    let mut next = || values.next().unwrap_or_default();
    let revision = next();
    let unknown = |found| RunError::UnknownEntry { revision: revision.clone(), found };
    let (position, mode, state, way) = (next(), next(), next(), next());
    let entry = Entry {
        position: position.parse().map_err(|_| unknown(position))?,
        mode: EntryMode::of(&mode).ok_or_else(|| unknown(mode))?,
        state: State::of(&state).ok_or_else(|| unknown(state))?,
        statement: next(),
        checks: Checks::default(),
    };
    let direction = entry::direction(&way).ok_or_else(|| unknown(way))?;
    Ok((entry, direction, revision))
}

/// Writes the entries of a step down. Returns `false`, with nothing done, when the heads are not the expected ones.
pub(super) async fn begin(
    job: &mut Job<'_, '_>,
    outside: &Outside,
    rows: Rows<'_>,
) -> Result<bool, RunError> {
    dialect::begin(job.connection).await?;
    let written = write(job, outside, rows).await;
    ended(job.connection, written).await
}

async fn write(job: &mut Job<'_, '_>, outside: &Outside, rows: Rows<'_>) -> Result<bool, RunError> {
    job.lock_version_table().await?;
    if job.version_table.rows(job.connection).await? != *rows.expected {
        return Ok(false);
    }
    let (table, of) = of_project(job.connection.dialect(), job.version_table);
    job.connection.execute(&format!("CREATE TABLE IF NOT EXISTS {table} {COLUMNS}")).await?;
    // What is there of a step of which nothing was done.
    job.connection.execute(&format!("DELETE FROM {table} WHERE {of}")).await?;
    for entry in entries(job, outside, rows.changes) {
        job.connection.execute(&entry).await?;
    }
    Ok(true)
}

/// Lists the statements that write each statement of a step down, and of what script it is.
fn entries(job: &Job<'_, '_>, outside: &Outside, changes: &[RowChange]) -> Vec<String> {
    let statements = outside.statements.iter().map(of_statement);
    let versions = changes.iter().map(|change| {
        Line::new(EntryMode::Version, job.version_table.change_sql(job.connection.dialect(), change))
    });
    let all =
        (0..).zip(statements.chain(versions)).flat_map(|(position, line)| inserts(job, position, &line));
    all.chain([insert(job, SCRIPT, EntryMode::Script, &outside.script)]).collect()
}

/// Writes a line down, and what is looked at around it.
fn inserts(job: &Job<'_, '_>, position: i64, Line { mode, sql, checks }: &Line) -> Vec<String> {
    let checks =
        (!checks.is_empty()).then(|| insert(job, CHECKS - position, EntryMode::Checks, &checks.text()));
    std::iter::once(insert(job, position, *mode, sql)).chain(checks).collect()
}

/// Where the fingerprint of the script stands: before all that is run.
const SCRIPT: i64 = -1_000_000;

/// Where what is looked at around the first statement stands; that of the others is before it, in their order.
const CHECKS: i64 = -2_000_000;

/// How a statement is run, its SQL, and what is looked at around it.
pub(super) fn of_statement(statement: &Statement) -> Line {
    let mode = match statement.mode {
        Mode::InTransaction => EntryMode::Inside,
        Mode::OutsideTransaction => EntryMode::Outside,
    };
    Line { checks: Checks::of(statement), ..Line::new(mode, &statement.sql) }
}

fn insert(job: &Job<'_, '_>, position: i64, mode: EntryMode, sql: &str) -> String {
    let text = |text: &str| job.connection.dialect().string(text);
    let (table, _) = of_project(job.connection.dialect(), job.version_table);
    let (direction, mode) = (command(job.step.direction), mode.word());
    let (version_table, revision) = (text(job.version_table.name().as_str()), text(job.revision));
    format!(
        "INSERT INTO {table} (version_table, position, direction, revision, mode, state, statement) \
         VALUES ({version_table}, {position}, '{direction}', {revision}, '{mode}', 'waiting', {})",
        text(sql)
    )
}

/// Puts other statements in the place of those from a position on, the version rows included.
pub(super) async fn replace_rest(
    job: &mut Job<'_, '_>,
    from: i64,
    rest: &[Line],
    script: &str,
) -> Result<(), RunError> {
    let (table, of) = of_project(job.connection.dialect(), job.version_table);
    let checks = CHECKS - from;
    let delete = format!(
        "DELETE FROM {table} WHERE {of} \
         AND (mode = 'script' OR position >= {from} OR mode = 'checks' AND position <= {checks})"
    );
    let mut statements = vec![delete];
    statements.extend((from..).zip(rest).flat_map(|(position, line)| inserts(job, position, line)));
    statements.push(insert(job, SCRIPT, EntryMode::Script, script));
    dialect::begin(job.connection).await?;
    let mut replaced = job.lock_version_table().await;
    for sql in statements {
        if replaced.is_ok() {
            replaced = job.connection.execute(&sql).await.map(drop).map_err(RunError::from);
        }
    }
    ended(job.connection, replaced.map(|()| true)).await.map(drop)
}

/// Runs what is left of the step that is written down, to its end.
///
/// The list is read again before each piece, and in its transaction: only the run that holds the lock works
/// on it, and should that fail, nothing is run twice. Returns `false` when another run has done the rest.
pub(super) async fn go_on(job: &mut Job<'_, '_>) -> Result<bool, RunError> {
    loop {
        stop::refuse(job.stop)?;
        let inside = aside(job).await?;
        let left = left(job).await?;
        let together = match left.first() {
            None => return Err(changed(job)),
            Some(Entry { mode: EntryMode::Outside, .. }) => {
                if !outside(job, &left[0], inside.as_ref()).await? {
                    return Ok(false);
                }
                continue;
            }
            Some(_) => left.iter().take_while(|entry| entry.mode != EntryMode::Outside).count(),
        };
        let is_end = together == left.len();
        together_in_one(job, &left[..together], is_end, inside.as_ref()).await?;
        if is_end {
            return Ok(true);
        }
    }
}

/// Puts aside what the script made of the session: it may have become a user who may not write to the list, or let nothing
/// be written at all (`PRAGMA query_only`, transactions that read only). Returns it.
pub(super) async fn aside(job: &mut Job<'_, '_>) -> Result<Option<SessionState>, RunError> {
    match &job.settings {
        Some(settings) if !job.hold.is_pooled => Ok(Some(settings.restore(job.connection).await?)),
        Some(_) | None => Ok(None),
    }
}

/// Makes the session again what was put aside.
pub(super) async fn back(job: &mut Job<'_, '_>, inside: Option<&SessionState>) -> Result<(), RunError> {
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
pub(super) async fn session(job: &mut Job<'_, '_>) -> Result<Vec<String>, RunError> {
    let (table, of) = of_project(job.connection.dialect(), job.version_table);
    let query =
        format!("SELECT statement FROM {table} WHERE {of} AND mode = 'session' ORDER BY position DESC");
    Ok(job.connection.rows(&query).await?.into_iter().flatten().flatten().collect())
}

/// Reads what is not done.
async fn left(job: &mut Job<'_, '_>) -> Result<Vec<Entry>, RunError> {
    let mut entries = match written(job.connection, job.version_table).await? {
        Some(written) if written.revision == job.revision => written.entries,
        Some(_) | None => Vec::new(),
    };
    entries.retain(|entry| entry.state != State::Done);
    Ok(entries)
}

/// Says how far an entry is, which must be there as it was read.
async fn mark(job: &mut Job<'_, '_>, entry: &Entry, to: State) -> Result<(), RunError> {
    let (table, of) = of_project(job.connection.dialect(), job.version_table);
    let Entry { position, mode, state, statement, checks } = entry;
    let (mode, state) = (mode.word(), state.word());
    let kept = match to {
        // It may hold a secret, and is not needed any more.
        State::Done => format!(", statement = '{}'", fingerprint(statement)),
        State::Running | State::Waiting => String::new(),
    };
    let sql = format!(
        "UPDATE {table} SET state = '{}'{kept} \
         WHERE {of} AND position = {position} AND mode = '{mode}' AND state = '{state}'",
        to.word()
    );
    if job.connection.execute(&sql).await? != 1 {
        return Err(changed(job));
    }
    if to == State::Done && !checks.is_empty() {
        let checks = CHECKS - position;
        let delete = format!("DELETE FROM {table} WHERE {of} AND mode = 'checks' AND position = {checks}");
        job.connection.execute(&delete).await?;
    }
    Ok(())
}

/// Runs a statement alone. Returns `false` when another run has done it and the rest.
///
/// If it can stand in a transaction, that is one of its own, and takes it off the list. If not, it is not known
/// between its two marks whether it was done: then the database is asked.
async fn outside(
    job: &mut Job<'_, '_>,
    entry: &Entry,
    session: Option<&SessionState>,
) -> Result<bool, RunError> {
    let is_running = entry.state == State::Running;
    if !is_running && dialect::may_stand_in_transaction(job.connection.dialect(), &entry.statement) {
        match together_in_one(job, std::slice::from_ref(entry), false, session).await {
            Err(RunError::Connection(error)) if dialect::needs_no_transaction(&error) => {}
            done => return done.map(|()| true),
        }
    }
    back(job, session).await?;
    let found = dialect::interrupted(job.connection, &entry.statement, entry.checks.done.as_ref()).await?;
    let entry = if is_running || found != Interrupted::NOTHING {
        entry.clone()
    } else {
        let ours = aside(job).await?;
        mark(job, entry, State::Running).await?;
        back(job, ours.as_ref()).await?;
        Entry { state: State::Running, ..entry.clone() }
    };
    // What is there before it was begun is nothing of it: then the database says what it thinks of the statement.
    let todo = if is_running { found } else { Interrupted::NOTHING };
    let ran = complete(job, &entry, todo).await;
    if ran.is_err() && entry.state == State::Running {
        give_back(job, &entry).await;
    }
    ran?;
    let is_ours = hold_again(job).await?;
    let changes = session_changes(job).await?;
    let after = aside(job).await?;
    if !is_ours && left(job).await?.is_empty() {
        return Ok(false);
    }
    dialect::begin(job.connection).await?;
    let done = done_outside(job, &entry, &changes).await;
    ended(job.connection, done.map(|()| true)).await?;
    back(job, after.as_ref()).await?;
    Ok(true)
}

/// Takes a statement that was run alone off the list.
async fn done_outside(job: &mut Job<'_, '_>, entry: &Entry, changes: &[String]) -> Result<(), RunError> {
    keep_session(job, changes).await?;
    mark(job, entry, State::Done).await
}

/// Does what is left of a statement, between its checks where nothing of it is done.
async fn complete(job: &mut Job<'_, '_>, entry: &Entry, found: Interrupted) -> Result<(), RunError> {
    match found {
        Interrupted::Done => {}
        Interrupted::Begun { rest } => {
            job.execute(&rest).await?;
        }
        Interrupted::NotDone { first } => {
            for sql in &first {
                job.execute(sql).await?;
            }
            run(job, entry).await?;
        }
    }
    Ok(())
}

/// Runs the statement of an entry between its checks.
async fn run(job: &mut Job<'_, '_>, entry: &Entry) -> Result<(), RunError> {
    let Checks { hazards, guards, done: _ } = &entry.checks;
    job.run_between(&entry.statement, hazards, guards).await
}

/// Says that a statement was not begun, where the database refused it and nothing of it is there. A database that does not
/// answer says neither.
async fn give_back(job: &mut Job<'_, '_>, entry: &Entry) {
    if dialect::commits_by_itself(job.connection.dialect(), &entry.statement) {
        return;
    }
    let found = dialect::interrupted(job.connection, &entry.statement, entry.checks.done.as_ref()).await;
    if matches!(found, Ok(found) if found == Interrupted::NOTHING) && aside(job).await.is_ok() {
        drop(mark(job, entry, State::Waiting).await);
    }
}

/// Takes the lock of the run again, if a statement gave it up; waits for another run that has it. Tells whether no other run
/// had it.
async fn hold_again(job: &mut Job<'_, '_>) -> Result<bool, RunError> {
    let Some(key) = job.hold.key else { return Ok(true) };
    let mut pause = FIRST_PAUSE;
    let begun = Instant::now();
    while !dialect::hold_again(job.connection, key).await? {
        stop::refuse(job.stop)?;
        if begun.elapsed() >= job.hold.wait {
            return Err(RunError::Lock { waited: begun.elapsed(), holder: None });
        }
        tokio::time::sleep(pause).await;
        pause = lock::longer(pause);
    }
    Ok(pause == FIRST_PAUSE)
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
    ended(job.connection, done.map(|()| true)).await.map(drop)
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
        run(job, entry).await?;
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
        mark(job, entry, State::Done).await?;
    }
    if is_end {
        return forget(job.connection, job.version_table).await;
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
    let (table, of) = of_project(job.connection.dialect(), job.version_table);
    job.connection.execute(&format!("DELETE FROM {table} WHERE {of} AND mode = 'session'")).await?;
    for (position, sql) in (1..).zip(changes) {
        let insert = insert(job, -position, EntryMode::Session, sql);
        job.connection.execute(&insert).await?;
    }
    Ok(())
}

/// Forgets a step that was begun: it was stamped where the database is.
pub(super) async fn forget(
    connection: &mut Connection,
    version_table: &VersionTable,
) -> Result<(), RunError> {
    if dialect::table_exists(connection, &table(version_table)).await? {
        let (table, of) = of_project(connection.dialect(), version_table);
        connection.execute(&format!("DELETE FROM {table} WHERE {of}")).await?;
        if connection.rows(&format!("SELECT position FROM {table} LIMIT 1")).await?.is_empty() {
            connection.execute(&format!("DROP TABLE {table}")).await?;
        }
    }
    Ok(())
}

/// Tells after a failure whether nothing of a step was done.
pub(super) async fn is_untouched(job: &mut Job<'_, '_>, has_failed: bool) -> bool {
    if !has_failed {
        return false;
    }
    // A script may have become a user who may not read the list.
    let is_ours = aside(job).await.is_ok();
    let found = written(job.connection, job.version_table).await;
    is_ours && matches!(found, Ok(Some(written)) if written.is_untouched())
}
