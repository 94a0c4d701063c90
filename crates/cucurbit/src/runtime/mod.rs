//! Applying steps to a database.
//!
//! What lives here: [`Migrator`], which takes the lock, reads the heads, finds the steps and runs them one
//! transaction each. It neither prints nor decides what a step is made of.
//!
//! The walk: [`Migrator::upgrade`] → `lock` → `version_table` → `revision::upgrade` → `apply` for each step.

mod apply;
mod backfill;
mod checks;
mod code;
mod entry;
mod error;
mod event;
mod foreign_keys;
mod job;
mod journal;
pub(crate) mod lock;
pub(crate) mod misfit;
pub mod offline;
mod options;
mod prepare;
mod resume;
mod said;
mod stamp;
mod step;
mod stop;
mod traced;
mod version_table;
mod watch;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use tracing::Instrument as _;

use crate::{
    connection::Connection,
    dialect::{self, Before},
    revision::{self, Applied, Direction, Heads, Reach, Scripts, Step, Symbol, Target},
    schema::Dialect,
};

use self::{
    job::{Job, Rows},
    prepare::Prepared,
    step::{StepMode, StepPlan, Work},
    watch::Watch,
};

pub(crate) use self::prepare::is_opaque;
pub use self::{
    entry::Unfinished,
    error::RunError,
    event::{Event, Observer},
    journal::unfinished,
    misfit::{Fault, Misfit},
    options::RunOptions,
    said::said,
    stop::Stop,
    version_table::{VersionTable, VersionTableError},
};
pub use crate::dialect::{Activity, Amount, AwaitedLock, Holder, Phase, Progress, Unit};

/// How often a run begins again after a deadlock or a serialization failure. A script that can never win is not tried for
/// ever.
const TRIES: u32 = 10;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The steps that were committed, in order.
    pub steps: Vec<Step>,
    /// How long each of them took, from its beginning to its commit.
    pub step_times: Vec<Duration>,
    /// How long the whole run took, with waiting for the lock.
    pub took: Duration,
    /// The heads afterwards.
    pub heads: Heads,
    /// Whether another process held the lock for a while.
    pub has_waited: bool,
}

/// Where a run shall lead.
#[derive(Clone, Debug)]
enum Goal<'g> {
    Downgrade(&'g Target, Reach),
    Stamp { targets: &'g [Target], purge: bool },
    Upgrade(&'g [Target]),
}

impl Goal<'_> {
    /// Tells which function of a script it runs.
    fn direction(&self) -> Direction {
        match self {
            Self::Downgrade(..) => Direction::Downgrade,
            Self::Stamp { .. } => Direction::Stamp,
            Self::Upgrade(_) => Direction::Upgrade,
        }
    }

    /// Tells whether only the heads of the database say whether its words can be understood.
    fn depends_on_heads(&self) -> bool {
        matches!(self, Self::Downgrade(..)) || matches!(self, Self::Upgrade(_)) && self.is_relative()
    }

    /// Tells whether it counts from where the database is: planned again, it would count what is done already.
    fn is_relative(&self) -> bool {
        let is_relative = |target: &Target| target.symbol == Symbol::Implied;
        match self {
            Self::Downgrade(target, _) => is_relative(target),
            Self::Stamp { targets, .. } | Self::Upgrade(targets) => targets.iter().any(is_relative),
        }
    }
}

/// Says what would be refused if everything up to the targets was applied to an empty database. Nothing is touched.
///
/// # Errors
///
/// When a target does not fit, or a step cannot be planned.
pub fn foresee(dialect: Dialect, scripts: &Scripts, targets: &[Target]) -> Result<(), RunError> {
    let steps = revision::upgrade(scripts.graph(), &Heads::default(), targets)?;
    prepare::prepare(dialect, scripts, &steps, Before::default(), &Heads::default())
        .map_err(|error| error.with_misfit(dialect, scripts, Direction::Upgrade, &[]))?;
    Ok(())
}

/// Runs revisions on one connection.
///
/// ```
/// # use cucurbit::{revision::{Revision, Scripts, Target}, schema::build::*, Op, Script};
/// # const FIRST: Script = Script {
/// #     path: "versions/1975ea83b712_plants.rs",
/// #     doc: "plants",
/// #     revision: Revision::new("1975ea83b712"),
/// #     upgrade: |op| op.create_table("plant", |table| table.column(string("name", 50))),
/// #     downgrade: |op| { op.drop_table("plant"); },
/// # };
/// # async fn example(scripts: Scripts) -> Result<(), Box<dyn std::error::Error>> {
/// use cucurbit::{connection::{ConnectOptions, Connection}, runtime::Migrator};
///
/// let url = "sqlite://".parse()?;
/// let mut connection = Connection::connect(&url, &ConnectOptions::default()).await?;
/// let report = Migrator::on(&mut connection, &scripts).upgrade_heads().await?;
/// assert_eq!(report.steps.len(), 1);
///
/// let mut migrator = Migrator::on(&mut connection, &scripts);
/// assert!(migrator.pending().await?.is_empty());
/// migrator.upgrade(&["1975".parse::<Target>()?]).await?;
/// # Ok(())
/// # }
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(example(Scripts::new(vec![FIRST])?))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Migrator<'m> {
    connection: &'m mut Connection,
    scripts: &'m Scripts,
    options: RunOptions,
    observer: Box<Observer<'m>>,
    hold: Hold,
    watch: Watch,
}

/// What the lock of a run is worth.
#[derive(Clone, Debug, Default)]
struct Hold {
    /// Whether the session may be another one after each transaction.
    is_pooled: bool,
    /// Why nothing is held that lasts as long as the run.
    missing: Option<String>,
    /// The number of the advisory lock that this session holds, which a statement can give up.
    key: Option<i64>,
    /// How long to wait for it.
    wait: Duration,
}

impl std::fmt::Debug for Migrator<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Migrator").field("options", &self.options).finish_non_exhaustive()
    }
}

impl<'m> Migrator<'m> {
    /// Runs on this connection, which stays the caller's.
    pub fn on(connection: &'m mut Connection, scripts: &'m Scripts) -> Self {
        let (options, hold) = (RunOptions::default(), Hold::default());
        let (observer, watch) = (traced::observer(|_| ()), Watch::default());
        Self { connection, scripts, options, observer, hold, watch }
    }

    /// Sets how runs behave.
    #[must_use]
    pub fn options(mut self, options: RunOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets who is told what happens.
    #[must_use]
    pub fn observer(mut self, observer: impl FnMut(Event<'_>) + Send + 'm) -> Self {
        self.observer = traced::observer(observer);
        self
    }

    /// Applies everything up to the targets.
    ///
    /// # Errors
    ///
    /// When a target does not fit, the lock is not had, or a step fails. Steps committed before stay.
    pub async fn upgrade(&mut self, targets: &[Target]) -> Result<Report, RunError> {
        self.run(&Goal::Upgrade(targets)).await
    }

    /// Reverts everything above the target.
    ///
    /// # Errors
    ///
    /// As [`Migrator::upgrade`]; also when a script refuses to be undone, before anything is touched.
    pub async fn downgrade(&mut self, target: &Target, reach: Reach) -> Result<Report, RunError> {
        self.run(&Goal::Downgrade(target, reach)).await
    }

    /// Sets the version table to the targets without running scripts. `purge` removes all rows first, whatever
    /// they name.
    ///
    /// # Errors
    ///
    /// When a target does not fit or the lock is not had.
    pub async fn stamp(&mut self, targets: &[Target], purge: bool) -> Result<Report, RunError> {
        self.run(&Goal::Stamp { targets, purge }).await
    }

    /// Applies everything: `upgrade` to `heads`.
    ///
    /// # Errors
    ///
    /// As [`Migrator::upgrade`].
    pub async fn upgrade_heads(&mut self) -> Result<Report, RunError> {
        self.upgrade(&[Target::HEADS]).await
    }

    /// Lists the steps that [`Migrator::upgrade_heads`] would take, without the lock and without a change.
    ///
    /// # Errors
    ///
    /// When the version table cannot be read, or names a revision that no script has.
    pub async fn pending(&mut self) -> Result<Vec<Step>, RunError> {
        let heads = self.options.version_table.heads(self.connection).await?;
        Ok(revision::upgrade(self.scripts.graph(), &heads, &[Target::HEADS])?)
    }

    /// Creates the version table if it is not there.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn ensure_version(&mut self) -> Result<(), RunError> {
        self.options.version_table.ensure(self.connection).await
    }

    /// Runs inside a span of `tracing`.
    async fn run(&mut self, goal: &Goal<'_>) -> Result<Report, RunError> {
        let span = traced::run(goal.direction(), self.connection);
        let begun = Instant::now();
        let mut report = Box::pin(self.run_with_lock(goal)).instrument(span).await?;
        report.took = begun.elapsed();
        Ok(report)
    }

    /// Takes the lock, runs, and gives the lock back on every path.
    async fn run_with_lock(&mut self, goal: &Goal<'_>) -> Result<Report, RunError> {
        if self.connection.transaction_depth() > 0 {
            return Err(RunError::InTransaction);
        }
        // What a person typed wrong is said before the database is touched. What depends on its heads is not judged.
        if !goal.depends_on_heads() {
            self.steps(goal, &Heads::default())?;
        }
        let mut has_waited = false;
        let observer = &mut self.observer;
        let mut told = |event: Event<'_>| {
            has_waited |= matches!(event, Event::LockWait { .. });
            observer(event);
        };
        let held = match lock::take(self.connection, &self.options, &mut told).await {
            Ok(held) => held,
            Err(error) if self.options.stop.as_ref().is_some_and(Stop::is_asked) => {
                return Err(self.stopped(error).await);
            }
            Err(error) => return Err(error),
        };
        let lock::Held { lock, table } = held;
        self.hold = Hold {
            is_pooled: lock.is_pooled(),
            missing: lock.missing().map(str::to_owned),
            key: lock.key(),
            wait: self.options.lock_wait,
        };
        let configured = std::mem::replace(&mut self.options.version_table, table);
        let mut result = self.run_where_it_belongs(goal).await;
        if let (Goal::Stamp { .. }, Ok(_)) = (goal, &result)
            && let Err(error) = journal::forget(self.connection, &self.options.version_table).await
        {
            result = Err(error);
        }
        if self.options.stop.as_ref().is_some_and(Stop::is_asked)
            && let Err(error) = result
        {
            result = Err(self.stopped(error).await);
        }
        self.options.version_table = configured;
        let released = lock.give_back(self.connection).await;
        let wait = self.options.lock_wait;
        let direction = goal.direction();
        let (dialect, scripts) = (self.connection.dialect(), self.scripts);
        let name = self.options.version_table.name().to_string();
        let own = [name.as_str(), journal::TABLE];
        let explained = |error: RunError| error.or_busy(wait).with_misfit(dialect, scripts, direction, &own);
        let mut report = result.map_err(explained)?;
        released?;
        report.has_waited = has_waited;
        Ok(report)
    }

    /// Runs in the schema of the version table, and gives the session its own back.
    async fn run_where_it_belongs(&mut self, goal: &Goal<'_>) -> Result<Report, RunError> {
        if let Goal::Stamp { .. } = goal {
            return self.run_heeding(goal).await;
        }
        let apart = self.options.version_table.join(self.connection, self.hold.is_pooled).await?;
        let result = self.run_heeding(goal).await;
        let parted = match apart {
            Some(apart) => apart.part(self.connection).await,
            None => Ok(()),
        };
        let report = result?;
        parted?;
        Ok(report)
    }

    /// Runs so that it can be stopped, and so that another session can be asked what takes so long.
    async fn run_heeding(&mut self, goal: &Goal<'_>) -> Result<Report, RunError> {
        let session = match self.connection.origin().filter(|_| !self.hold.is_pooled) {
            Some(origin) => dialect::process(self.connection).await?.map(|process| (origin, process)),
            None => None,
        };
        self.watch = Watch::of(session.clone());
        let done = match self.options.stop.clone() {
            None => self.run_locked(goal).await,
            Some(stop) => {
                stop::listen(self.connection, &stop).await?;
                let done = stop::heeding(&stop, session, self.run_locked(goal)).await;
                self.connection.never_interrupt().await?;
                done
            }
        };
        self.watch.close().await;
        done
    }

    /// Tells and notes that a step is committed.
    fn finished(&mut self, step: Step, took: Duration, report: &mut Report) {
        (self.observer)(Event::StepFinished { step: &step, took });
        report.steps.push(step);
        report.step_times.push(took);
    }

    /// Says where the database is after a run that was asked to stop.
    async fn stopped(&mut self, error: RunError) -> RunError {
        let table = self.options.version_table.clone();
        let at = table.heads(self.connection).await.ok();
        let at = at.map(|heads| heads.ids().map(str::to_owned).collect());
        let unfinished = unfinished(self.connection, &table).await.ok().flatten();
        let is_said = matches!(error, RunError::Stopped { .. });
        let source = (!is_said).then(|| Box::new(error));
        RunError::Stopped { at, unfinished: unfinished.map(|unfinished| unfinished.revision), source }
    }

    /// Runs until nothing is left to do; starts over when another process was faster.
    async fn run_locked(&mut self, goal: &Goal<'_>) -> Result<Report, RunError> {
        let table = self.options.version_table.clone();
        let mut report = Report::default();
        if let Goal::Stamp { purge: true, .. } = goal {
            return self.purge(goal).await;
        }
        self.finish(goal, &mut report).await?;
        if goal.is_relative() && !report.steps.is_empty() {
            report.heads = table.heads(self.connection).await?;
            return Ok(report);
        }
        let mut tries = TRIES;
        loop {
            let heads = table.heads(self.connection).await?;
            let steps = self.steps(goal, &heads)?;
            report.heads = heads.clone();
            if steps.is_empty() {
                return Ok(report);
            }
            if !self.run_steps(steps, heads, &mut report, &mut tries).await? {
                let done = report.steps.len();
                if goal.is_relative() && done > 0 {
                    return Err(RunError::Overtaken { done });
                }
                continue;
            }
            return Ok(report);
        }
    }

    /// Runs steps in order. Returns `false` when the heads were not as expected: nothing of that step was done.
    async fn run_steps(
        &mut self,
        steps: Vec<Step>,
        heads: Heads,
        report: &mut Report,
        tries: &mut u32,
    ) -> Result<bool, RunError> {
        let table = self.options.version_table.clone();
        let needs_schema = steps.iter().any(|step| step.direction != Direction::Stamp);
        let mut before =
            if needs_schema { dialect::reflect_snapshot(self.connection).await? } else { Before::default() };
        before.is_whole = needs_schema;
        if table.heads(self.connection).await? != heads {
            // A step of another process was committed before the schema was read: the two do not belong together.
            (self.observer)(Event::Replanned);
            return Ok(false);
        }
        stop::refuse(self.options.stop.as_ref())?;
        let prepared = prepare::prepare(self.connection.dialect(), self.scripts, &steps, before, &heads)?;
        prepare::refuse_dangers(self.connection, &prepared.hazards, self.options.allow_data_loss).await?;
        let outside = self.outside(&steps, &prepared.works);
        self.look_at_outside(outside).await?;
        self.tell_of_roles(&steps, &prepared.works);
        table.ensure(self.connection).await?;
        let ids = steps.iter().filter_map(|step| Some(self.scripts.graph().id(step.revision?)));
        table.refuse_what_cannot_be_written(self.connection, ids).await?;

        let Prepared { works, mut before, hazards: _ } = prepared;
        let mut applied = Applied::new(self.scripts.graph(), heads)?;
        for (step, work) in steps.iter().zip(works) {
            let expected = applied.heads().clone();
            let changes = applied.take(step);
            let rows = Rows { expected: &expected, changes: &changes };
            let begun = Instant::now();
            if !self.run_step(step, work, &mut before, rows, tries).await? {
                return Ok(false);
            }
            self.finished(step.clone(), begun.elapsed(), report);
            report.heads = applied.heads().clone();
        }
        Ok(true)
    }

    /// Runs one step. Returns `false`, with nothing of it done, when all has to be planned again.
    async fn run_step(
        &mut self,
        step: &Step,
        work: Work,
        before: &mut Before,
        rows: Rows<'_>,
        tries: &mut u32,
    ) -> Result<bool, RunError> {
        let (scripts, dialect) = (self.scripts, self.connection.dialect());
        let id = step.revision.map(|at| scripts.graph().id(at));
        let (Some(revision), Direction::Downgrade | Direction::Upgrade) = (id, step.direction) else {
            let moved = self.move_rows(std::slice::from_ref(step), Some(rows.expected), rows.changes).await;
            return self.judged(step, moved, tries);
        };
        let work = match work.waits() {
            true => prepare::again(dialect, scripts, step, before, rows.expected)?,
            false => work,
        };
        let StepPlan { mode, session } = StepPlan::of(dialect, work);
        let is_outside = matches!(mode, StepMode::OutsideTransaction(_));
        let job = self.job(step, revision, session);
        let span = traced::revision(step, revision);
        match apply::step(job, mode, before, rows).instrument(span).await {
            Err(source) if is_outside => Err(source.outside(revision, true)),
            done => self.judged(step, done, tries),
        }
    }

    /// Says what a step in a transaction came to: it is done, has to be planned again, or failed.
    fn judged(
        &mut self,
        step: &Step,
        done: Result<bool, RunError>,
        tries: &mut u32,
    ) -> Result<bool, RunError> {
        match done {
            Ok(true) => Ok(true),
            Ok(false) => {
                (self.observer)(Event::Replanned);
                Ok(false)
            }
            Err(source) if *tries > 0 && apply::is_worth_another_try(&source) => {
                *tries -= 1;
                (self.observer)(Event::GaveWay { step });
                Ok(false)
            }
            Err(source) => Err(match step.revision {
                None => source,
                Some(at) => RunError::Step {
                    revision: self.scripts.graph().id(at).to_owned(),
                    path: Some(self.scripts.script(at).path),
                    source: Box::new(source),
                },
            }),
        }
    }

    /// Refuses before the run what could only fail in its middle, and tells what may be run twice.
    async fn look_at_outside(&mut self, outside: Vec<(String, String)>) -> Result<(), RunError> {
        for (revision, sql) in outside {
            let statement = dialect::lexer::masked(&sql, self.connection.dialect()).sql;
            if let Some(reason) = self.hold.missing.clone() {
                return Err(RunError::NoLastingLock { statement, reason });
            }
            if let Some(table) = dialect::partitioned(self.connection, &sql).await? {
                return Err(RunError::Partitioned { table, statement });
            }
            if dialect::may_run_twice(self.connection.dialect(), &sql) {
                (self.observer)(Event::MayRunTwice { revision: &revision, sql: &statement });
            }
        }
        Ok(())
    }

    /// Tells which columns are filled with the name of a role, where a text was probably meant.
    fn tell_of_roles(&mut self, steps: &[Step], works: &[Work]) {
        for (step, work) in steps.iter().zip(works) {
            let revision = step.revision.map_or("", |at| self.scripts.graph().id(at));
            for (table, column) in &work.roles {
                (self.observer)(Event::FillsWithRole { revision, table, column });
            }
        }
    }

    /// Lists the statements that run outside transactions, each with its revision.
    fn outside(&self, steps: &[Step], works: &[Work]) -> Vec<(String, String)> {
        let graph = self.scripts.graph();
        let each = steps.iter().zip(works).flat_map(|(step, work)| {
            let revision = step.revision.map_or_else(String::new, |at| graph.id(at).to_owned());
            work.outside().map(move |statement| (revision.clone(), statement.sql.clone()))
        });
        each.collect()
    }

    /// Returns what a step is run with.
    fn job<'j>(
        &'j mut self,
        step: &'j Step,
        revision: &'j str,
        session: Option<BTreeSet<String>>,
    ) -> Job<'j, 'm> {
        Job {
            step,
            revision,
            connection: self.connection,
            version_table: &self.options.version_table,
            allow_data_loss: self.options.allow_data_loss,
            observer: &mut *self.observer,
            session,
            settings: None,
            hold: &self.hold,
            stop: self.options.stop.as_ref(),
            watch: &mut self.watch,
        }
    }

    /// Finds the steps to the goal.
    fn steps(&self, goal: &Goal<'_>, heads: &Heads) -> Result<Vec<Step>, RunError> {
        let graph = self.scripts.graph();
        Ok(match goal {
            Goal::Downgrade(target, reach) => revision::downgrade(graph, heads, target, *reach)?,
            Goal::Stamp { targets, .. } => revision::stamp(graph, heads, targets)?,
            Goal::Upgrade(targets) => revision::upgrade(graph, heads, targets)?,
        })
    }
}
