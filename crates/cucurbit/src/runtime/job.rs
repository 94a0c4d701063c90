//! What a step is run with, and what every way to run one needs: statements between their guards, the end of a
//! transaction, the session as it was.

use std::{
    collections::BTreeSet,
    pin::pin,
    time::{Duration, Instant},
};

use tracing::Instrument as _;

use crate::{
    connection::{Connection, ConnectionError},
    dialect::{self, Before, Guard, Hazard, SessionState, lexer},
    revision::{Heads, RowChange, Step},
    schema::TableName,
};

use super::{
    Event, Hold, Observer, RunError, Stop, VersionTable,
    prepare::refuse_hazards,
    stop, traced,
    watch::{Copied, Watch},
};

/// How long a statement may run until it is told of.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long until it is told of again.
const PAUSE: Duration = Duration::from_secs(1);

/// How long another session may think about what it does; then it is told of without that.
const LOOK: Duration = Duration::from_secs(2);

/// What a step is run with: one that applies or reverts a revision.
pub(super) struct Job<'j, 'o> {
    pub(super) step: &'j Step,
    /// The id of the revision.
    pub(super) revision: &'j str,
    pub(super) connection: &'j mut Connection,
    pub(super) version_table: &'j VersionTable,
    pub(super) allow_data_loss: bool,
    pub(super) observer: &'j mut Observer<'o>,
    /// The settings that the step's SQL names and no view lists; `None` if the step does not touch the session.
    pub(super) session: Option<BTreeSet<String>>,
    /// The session before the step, once it was read.
    pub(super) settings: Option<SessionState>,
    /// What the lock is worth.
    pub(super) hold: &'j Hold,
    /// Who may ask the run to stop.
    pub(super) stop: Option<&'j Stop>,
    /// Who is asked about a statement that takes long.
    pub(super) watch: &'j mut Watch,
}

/// What a step makes of the version table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'r> {
    /// The heads that must be there before.
    pub(super) expected: &'r Heads,
    pub(super) changes: &'r [RowChange],
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

impl Job<'_, '_> {
    /// Reads the session, if the step can change it.
    pub(super) async fn read_session(&mut self) -> Result<(), RunError> {
        if let Some(custom) = self.session.clone() {
            self.settings = Some(SessionState::read(self.connection, custom).await?);
        }
        Ok(())
    }

    /// Locks the version table for the transaction.
    pub(super) async fn lock_version_table(&mut self) -> Result<(), RunError> {
        lock_version_table(self.connection, self.version_table, self.stop).await
    }

    /// Says that the step has begun: no other run can take it any more.
    pub(super) fn tell_begun(&mut self) {
        (self.observer)(Event::StepStarted { step: self.step });
    }

    /// Runs a statement of a script; tells of it without its secrets, and again when it takes long.
    pub(super) async fn execute(&mut self, sql: &str) -> Result<u64, RunError> {
        self.execute_copying(sql, None).await
    }

    /// Runs a statement of a script, which may copy so many rows of a table into its new form.
    async fn execute_copying(&mut self, sql: &str, rows: Option<u64>) -> Result<u64, RunError> {
        stop::refuse(self.stop)?;
        let shown = lexer::masked(sql, self.connection.dialect()).sql;
        if let Some(index) = dialect::invalid_index(self.connection, sql).await? {
            return Err(RunError::InvalidIndex { index, statement: shown });
        }
        let copied = match rows {
            Some(total) => Copied::count(self.connection, total).await?,
            None => None,
        };
        (self.observer)(Event::Statement { sql: &shown });
        let running = self.stop.map(Stop::running);
        let begun = Instant::now();
        let done = self.awaited(sql, &shown, begun, copied.as_ref()).await;
        drop(running);
        if copied.is_some() {
            self.connection.never_count_written().await?;
        }
        let written = done?;
        (self.observer)(Event::StatementFinished { sql: &shown, took: begun.elapsed() });
        Ok(written)
    }

    /// Waits for a statement, and tells of it when it takes long.
    async fn awaited(
        &mut self,
        sql: &str,
        shown: &str,
        begun: Instant,
        copied: Option<&Copied>,
    ) -> Result<u64, ConnectionError> {
        let (observer, watch) = (&mut *self.observer, &mut *self.watch);
        let mut work = pin!(dialect::run(self.connection, sql).instrument(traced::statement(shown)));
        let mut pause = PATIENCE;
        loop {
            let looked = async {
                tokio::time::sleep(pause).await;
                match copied {
                    Some(copied) => copied.activity(),
                    None => tokio::time::timeout(LOOK, watch.look()).await.ok().flatten(),
                }
            };
            tokio::select! {
                biased;
                done = work.as_mut() => return done,
                activity = looked => {
                    let activity = activity.as_ref();
                    observer(Event::StillRunning { sql: shown, since: begun.elapsed(), activity });
                }
            }
            pause = PAUSE;
        }
    }

    /// Asks for the hazards, runs the SQL, and looks whether the guards hold.
    pub(super) async fn run_between(
        &mut self,
        sql: &str,
        hazards: &[Hazard],
        guards: &[Guard],
    ) -> Result<(), RunError> {
        refuse_hazards(self.connection, hazards.iter(), self.allow_data_loss).await?;
        let mut counted = Vec::new();
        for table in guards.iter().flat_map(guarded) {
            counted.push((table, count(self.connection, table).await?));
        }
        let copied = guards.iter().find_map(|guard| match guard {
            Guard::CopiesAllRows { of } => {
                counted.iter().find(|(table, _)| *table == of).map(|(_, rows)| *rows)
            }
            Guard::KeepsRows { .. } | Guard::WritesOneText { .. } => None,
        });
        let written = self.execute_copying(sql, copied).await?;
        for guard in guards {
            check_guard(self.connection, guard, &counted, written).await?;
        }
        Ok(())
    }

    /// Reads the schema with the settings that it was read with at first.
    pub(super) async fn reflect(&mut self) -> Result<Before, RunError> {
        Ok(match &self.settings {
            Some(settings) => settings.reflect(self.connection).await?,
            None => dialect::reflect(self.connection).await?,
        })
    }
}

/// Keeps other runs from changing the version table; another transaction may keep it long.
pub(super) async fn lock_version_table(
    connection: &mut Connection,
    version_table: &VersionTable,
    stop: Option<&Stop>,
) -> Result<(), RunError> {
    stop::refuse(stop)?;
    let running = stop.map(Stop::running);
    let locked = dialect::lock_version_table(connection, version_table.table()).await;
    drop(running);
    Ok(locked?)
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
