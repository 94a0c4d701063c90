//! One step: transaction, statements, version rows, commit. Together or not at all.

use std::{
    pin::pin,
    time::{Duration, Instant},
};

use crate::{
    connection::Connection,
    dialect::{self, Before, Dialect, Guard, Hazard, Mode, Plan, Session, SessionState, Statement, lexer},
    revision::{Direction, Heads, RowChange, Step},
    schema::TableName,
};

use super::{
    Event, Hold, Observer, RunError, Stop, VersionTable, code, foreign_keys, journal,
    prepare::{self, Segment, Work, refuse_hazards},
    resume, stop,
};

/// How long a statement may run until it is told of again; the second time it is twice as long, and so on.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a step is run with.
pub(super) struct Job<'j, 'o> {
    /// Which way it goes.
    pub(super) direction: Direction,
    /// The revision, for messages; empty for a stamp.
    pub(super) revision: &'j str,
    /// What is told to have begun when it has.
    pub(super) steps: &'j [Step],
    /// Whether all rows of the version table go first, whatever they are.
    pub(super) purges: bool,
    pub(super) connection: &'j mut Connection,
    pub(super) version_table: &'j VersionTable,
    pub(super) allow_data_loss: bool,
    pub(super) observer: &'j mut Observer<'o>,
    /// The session before the step, if the step can change it.
    pub(super) settings: Option<SessionState>,
    /// What the lock is worth.
    pub(super) hold: &'j Hold,
    /// Who may ask the run to stop.
    pub(super) stop: Option<&'j Stop>,
}

/// Runs one step. Returns `false`, with nothing done, when the heads are not the expected ones.
///
/// `before` is what a segment that waits starts from; it is kept up to date.
pub(super) async fn step(
    mut job: Job<'_, '_>,
    work: &mut Work,
    before: &mut Before,
    expected: &Heads,
    changes: &[RowChange],
) -> Result<bool, RunError> {
    work.in_place();
    if changes_session(work) && !job.hold.is_pooled {
        let custom = SessionState::custom(job.connection.dialect(), sql(work));
        job.settings = Some(SessionState::read(job.connection, custom).await?);
    }
    let result = in_its_mode(&mut job, work, before, expected, changes).await;
    put_back(&mut job, result).await
}

/// Puts the session back to what it was, on every path: it may be an application's.
pub(super) async fn put_back<T>(job: &mut Job<'_, '_>, result: Result<T, RunError>) -> Result<T, RunError> {
    let restored = match &job.settings {
        Some(settings) if !job.hold.is_pooled => settings.put_back(job.connection).await,
        Some(_) | None => Ok(()),
    };
    let done = result?;
    restored?;
    Ok(done)
}

/// Runs a step in a transaction or outside.
async fn in_its_mode(
    job: &mut Job<'_, '_>,
    work: &mut Work,
    before: &mut Before,
    expected: &Heads,
    changes: &[RowChange],
) -> Result<bool, RunError> {
    if is_outside(work) {
        return outside_transaction(job, work, before, expected, changes).await;
    }
    let switched = if needs_foreign_keys_off(job.connection.dialect(), work) {
        Some(foreign_keys::switch_off(job.connection).await?)
    } else {
        None
    };
    let result = in_transaction(job, work, before, expected, changes, switched.is_some()).await;
    // The switch goes back on every path; a connection whose transaction failed may not take it any more.
    match switched {
        Some(was_on) => {
            let switched_back = foreign_keys::switch_back(job.connection, was_on).await;
            let done = result?;
            switched_back?;
            Ok(done)
        }
        None => result,
    }
}

async fn in_transaction(
    job: &mut Job<'_, '_>,
    work: &mut Work,
    before: &mut Before,
    expected: &Heads,
    changes: &[RowChange],
    checks_references: bool,
) -> Result<bool, RunError> {
    dialect::begin(job.connection).await?;
    let result = transaction_body(job, work, before, expected, changes, checks_references).await;
    ended(job.connection, result).await
}

/// Ends a transaction: commits what is good, and rolls back the rest, a COMMIT that fails included.
pub(super) async fn ended(
    connection: &mut Connection,
    result: Result<bool, RunError>,
) -> Result<bool, RunError> {
    let ended = match result {
        Ok(true) => connection.commit().await.map(|()| true).map_err(RunError::from),
        Ok(false) | Err(_) => result,
    };
    if !matches!(ended, Ok(true)) {
        roll_back(connection).await;
    }
    ended
}

async fn transaction_body(
    job: &mut Job<'_, '_>,
    work: &mut Work,
    before: &mut Before,
    expected: &Heads,
    changes: &[RowChange],
    checks_references: bool,
) -> Result<bool, RunError> {
    job.lock_version_table().await?;
    if job.purges {
        job.version_table.purge(job.connection).await?;
    } else if job.version_table.rows(job.connection).await? != *expected {
        return Ok(false);
    }
    job.tell_begun();
    if job.hold.is_pooled && changes_session(work) {
        // The session is this one until the transaction ends.
        let custom = SessionState::custom(job.connection.dialect(), sql(work));
        job.settings = Some(SessionState::read(job.connection, custom).await?);
    }
    let broken =
        if checks_references { foreign_keys::broken(job.connection).await? } else { Default::default() };
    for segment in &mut work.segments {
        run_segment(job, segment, before).await?;
    }
    if checks_references {
        foreign_keys::refuse_more(job.connection, &broken).await?;
    }
    if let Some(settings) = &job.settings {
        // A script may have become a user who may not write to the version table.
        settings.restore(job.connection).await?;
        if job.hold.is_pooled {
            settings.put_back_once(job.connection).await?;
        }
    }
    // Code that never waits hears of it only now.
    stop::refuse(job.stop)?;
    for change in changes {
        job.version_table.change(job.connection, change).await?;
    }
    Ok(true)
}

async fn run_segment(
    job: &mut Job<'_, '_>,
    segment: &mut Segment,
    before: &mut Before,
) -> Result<(), RunError> {
    match segment {
        Segment::Code { title, code } => match code.take() {
            Some(code) => code::run(job, title, code).await,
            None => Ok(()),
        },
        Segment::Planned(plan) => run_plan(job, plan).await,
        Segment::Opaque(plan) => {
            run_plan(job, plan).await?;
            let read = job.reflect().await?;
            before.read_again(job.connection.dialect(), read);
            Ok(())
        }
        Segment::Waiting(operations) => {
            let dialect = job.connection.dialect();
            let is_opaque = operations.iter().any(|operation| super::prepare::is_opaque(dialect, operation));
            let failed = |source| RunError::Plan { revision: job.revision.to_owned(), source, misfit: None };
            let plan = dialect.plan(before, operations).map_err(failed)?.in_place();
            run_plan(job, &plan).await?;
            if is_opaque {
                let read = job.reflect().await?;
                before.read_again(dialect, read);
            }
            Ok(())
        }
    }
}

impl Job<'_, '_> {
    /// Keeps others from changing the version table; its holder may keep it long.
    pub(super) async fn lock_version_table(&mut self) -> Result<(), RunError> {
        stop::refuse(self.stop)?;
        let running = self.stop.map(Stop::running);
        let locked = dialect::lock_version_table(self.connection, self.version_table.table()).await;
        drop(running);
        Ok(locked?)
    }

    /// Says that the steps have begun: no other run can take them any more.
    fn tell_begun(&mut self) {
        for step in self.steps {
            (self.observer)(Event::StepStarted { step });
        }
    }

    /// Runs a statement of a script; tells of it without its secrets, and again when it takes long.
    pub(super) async fn execute(&mut self, sql: &str) -> Result<u64, RunError> {
        stop::refuse(self.stop)?;
        let shown = lexer::masked(sql, self.connection.dialect()).sql;
        if let Some(index) = dialect::invalid_index(self.connection, sql).await? {
            return Err(RunError::InvalidIndex { index, statement: shown });
        }
        (self.observer)(Event::Statement { sql: &shown });
        let running = self.stop.map(Stop::running);
        let begun = Instant::now();
        let mut patience = PATIENCE;
        let mut work = pin!(dialect::run(self.connection, sql));
        let done = loop {
            match tokio::time::timeout(patience, work.as_mut()).await {
                Ok(done) => break done,
                Err(_) => (self.observer)(Event::StillRunning { sql: &shown, since: begun.elapsed() }),
            }
            patience = begun.elapsed();
        };
        drop(running);
        Ok(done?)
    }

    /// Reads the schema with the settings that it was read with at first.
    pub(super) async fn reflect(&mut self) -> Result<Before, RunError> {
        Ok(match &self.settings {
            Some(settings) => settings.reflect(self.connection).await?,
            None => dialect::reflect(self.connection).await?,
        })
    }
}

async fn run_plan(job: &mut Job<'_, '_>, plan: &Plan) -> Result<(), RunError> {
    for statement in &plan.statements {
        run_statement(job, statement).await?;
    }
    Ok(())
}

/// Runs one statement between its guards.
async fn run_statement(job: &mut Job<'_, '_>, statement: &Statement) -> Result<(), RunError> {
    let Statement { sql, hazards, mode: _, guards, session: _, effect: _, done: _ } = statement;
    run_between(job, sql, hazards, guards).await
}

/// Asks for the hazards, runs the SQL, and looks whether the guards hold.
pub(super) async fn run_between(
    job: &mut Job<'_, '_>,
    sql: &str,
    hazards: &[Hazard],
    guards: &[Guard],
) -> Result<(), RunError> {
    refuse_hazards(job.connection, hazards.iter(), job.allow_data_loss).await?;
    let mut counted = Vec::new();
    for table in guards.iter().flat_map(guarded) {
        counted.push((table, count(job.connection, table).await?));
    }
    let written = job.execute(sql).await?;
    for guard in guards {
        check_guard(job.connection, guard, &counted, written).await?;
    }
    Ok(())
}

/// Lists the tables whose rows a guard counts.
fn guarded(guard: &Guard) -> &[TableName] {
    match guard {
        Guard::CopiesAllRows { of } => std::slice::from_ref(of),
        Guard::KeepsRows { of } => of,
        Guard::WritesOneText { of: _ } => &[],
    }
}

async fn check_guard(
    connection: &mut Connection,
    guard: &Guard,
    counted: &[(&TableName, u64)],
    written: u64,
) -> Result<(), RunError> {
    let lost =
        |table: &TableName, before, after| RunError::RowsLost { table: table.to_string(), before, after };
    let before = |table: &TableName| counted.iter().find(|(of, _)| *of == table).map_or(0, |(_, rows)| *rows);
    match guard {
        Guard::CopiesAllRows { of } => {
            if written != before(of) {
                return Err(lost(of, before(of), written));
            }
        }
        Guard::WritesOneText { of } => {
            if written != 1 {
                return Err(RunError::TableChanged { table: of.to_string() });
            }
        }
        Guard::KeepsRows { of } => {
            for table in of {
                let after = count(connection, table).await?;
                if after != before(table) {
                    return Err(lost(table, before(table), after));
                }
            }
        }
    }
    Ok(())
}

async fn count(connection: &mut Connection, table: &TableName) -> Result<u64, RunError> {
    let rows =
        connection.value(&format!("SELECT count(*) FROM {}", connection.dialect().qualified(table))).await?;
    Ok(rows.and_then(|rows| rows.parse().ok()).unwrap_or_default())
}

/// Rolls back. If even that fails the connection is gone, and its transaction with it.
async fn roll_back(connection: &mut Connection) {
    drop(connection.roll_back().await);
}

/// Tells whether a step runs outside any transaction.
pub(super) fn is_outside(work: &Work) -> bool {
    work.segments.iter().any(|segment| match segment {
        Segment::Planned(plan) | Segment::Opaque(plan) => {
            plan.statements.iter().any(|statement| statement.mode == Mode::OutsideTransaction)
        }
        Segment::Code { .. } | Segment::Waiting(_) => false,
    })
}

/// Tells whether a step can change settings of the session: by code, or by SQL that is not known.
fn changes_session(work: &Work) -> bool {
    work.segments.iter().any(|segment| match segment {
        Segment::Code { .. } | Segment::Opaque(_) | Segment::Waiting(_) => true,
        Segment::Planned(plan) => {
            plan.statements.iter().any(|statement| statement.session == Session::Changed)
        }
    })
}

/// Lists the SQL of a step, as far as it is known.
fn sql(work: &Work) -> impl Iterator<Item = &str> {
    let planned = work.segments.iter().flat_map(|segment| match segment {
        Segment::Planned(plan) | Segment::Opaque(plan) => plan.statements.as_slice(),
        Segment::Code { .. } | Segment::Waiting(_) => &[],
    });
    let waiting = work.segments.iter().flat_map(|segment| match segment {
        Segment::Waiting(operations) => operations.as_slice(),
        Segment::Code { .. } | Segment::Planned(_) | Segment::Opaque(_) => &[],
    });
    let planned = planned.map(|statement| statement.sql.as_str());
    planned.chain(waiting.filter_map(prepare::raw_sql))
}

/// Tells whether a table may be rebuilt or dropped in this step.
///
/// What waits for the database to be read may turn out to be a rebuild, and by then it is too late to ask.
fn needs_foreign_keys_off(connected_to: Dialect, work: &Work) -> bool {
    work.segments.iter().any(|segment| match segment {
        Segment::Planned(plan) | Segment::Opaque(plan) => plan.needs_foreign_keys_off(),
        Segment::Waiting(operations) => {
            operations.iter().any(|operation| dialect::may_rebuild(connected_to, operation))
        }
        Segment::Code { .. } => false,
    })
}

/// Runs a step with statements that must not be in a transaction: written down first, then piece by piece.
async fn outside_transaction(
    job: &mut Job<'_, '_>,
    work: &mut Work,
    before: &mut Before,
    expected: &Heads,
    changes: &[RowChange],
) -> Result<bool, RunError> {
    if let (Some(reason), Some(statement)) = (&job.hold.missing, prepare::outside_statements(work).next()) {
        let statement = lexer::masked(statement, job.connection.dialect()).sql;
        let reason = reason.clone();
        return Err(RunError::NoLastingLock { statement, reason });
    }
    let entries = journal::entries(job, work, changes);
    if !journal::begin(job, &entries, expected).await? {
        return Ok(false);
    }
    job.tell_begun();
    let done = journal::go_on(job).await;
    let is_untouched = resume::is_untouched(job, done.is_err()).await;
    if !done.map_err(|source| source.outside(job.revision, is_untouched))? {
        return Ok(false);
    }
    if work.segments.iter().any(|segment| matches!(segment, Segment::Opaque(_))) {
        let read = job.reflect().await.map_err(|source| source.outside(job.revision, false))?;
        before.read_again(job.connection.dialect(), read);
    }
    Ok(true)
}

/// Tells whether the database gave up for the sake of another transaction: a deadlock or a serialization
/// failure (PostgreSQL manual, appendix A: 40001, 40P01).
pub(super) fn is_worth_another_try(error: &RunError) -> bool {
    match error {
        RunError::Connection(error) => dialect::is_lost_to_another(error),
        RunError::CodeFailed { source, .. } => dialect::is_lost_to_another(&**source),
        RunError::CodeChangedSchema { .. }
        | RunError::CodeEndedTransaction { .. }
        | RunError::CodeOffline { .. }
        | RunError::InTransaction
        | RunError::InvalidIndex { .. }
        | RunError::JournalChanged { .. }
        | RunError::RowsLost { .. }
        | RunError::ForeignKeysOn
        | RunError::ForeignKeysBroken { .. }
        | RunError::Hazard { .. }
        | RunError::Heads(_)
        | RunError::IdTooLong { .. }
        | RunError::Lock { .. }
        | RunError::MixedModes { .. }
        | RunError::NoLastingLock { .. }
        | RunError::NotThere { .. }
        | RunError::Overtaken { .. }
        | RunError::Panic(_)
        | RunError::Partitioned { .. }
        | RunError::Plan { .. }
        | RunError::Reflect(_)
        | RunError::Outside { .. }
        | RunError::Steps(_)
        | RunError::Step { .. }
        | RunError::ScriptChanged { .. }
        | RunError::SplitSchemas { .. }
        | RunError::Stopped { .. }
        | RunError::TableChanged { .. }
        | RunError::Target(_)
        | RunError::Unfinished { .. }
        | RunError::UnknownOffline { .. }
        | RunError::VersionRow { .. }
        | RunError::VersionTable(_) => false,
    }
}
