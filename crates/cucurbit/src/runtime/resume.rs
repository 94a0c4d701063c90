//! A step that was begun outside transactions and not finished: whether a later run may take it up, and what of it is left
//! to do.
//!
//! If nothing of it was done it is forgotten, and planned again. Else what is done must be what the script says still; the
//! rest is taken from the script as it is now.

use std::{collections::BTreeSet, time::Instant};

use crate::{
    connection::Connection,
    dialect::{self, Before, Dialect, Interrupted, Statement},
    operation::{Execute, Operation},
    revision::{Direction, Edges, Scripts, Step, oldest_first},
};

use super::{
    Event, Goal, Migrator, Report, RunError, VersionTable,
    entry::{EntryMode, Line, State, Written, command, fingerprint, fingerprint_of},
    job::{Job, put_back},
    journal,
    prepare::{self, Part},
    stop,
};

impl Migrator<'_> {
    /// Goes on with a step that was begun and stopped outside a transaction, if there is one.
    pub(super) async fn finish(&mut self, goal: &Goal<'_>, report: &mut Report) -> Result<(), RunError> {
        let table = self.options.version_table.clone();
        let written = match begun(self.connection, &table).await {
            // A stamp says where the database is, whatever was written down.
            Err(RunError::UnknownEntry { .. }) if matches!(goal, Goal::Stamp { .. }) => return Ok(()),
            written => written?,
        };
        let Some(written) = written else { return Ok(()) };
        let Some(unfinished) = written.unfinished(self.connection.dialect()) else { return Ok(()) };
        match (goal, unfinished.direction) {
            (Goal::Upgrade(_), Direction::Upgrade) | (Goal::Downgrade(..), Direction::Downgrade) => {}
            // It is forgotten when the stamp is there.
            (Goal::Stamp { .. }, _) => return Ok(()),
            (Goal::Upgrade(_) | Goal::Downgrade(..), _) => return Err(unfinished.into()),
        }
        let graph = self.scripts.graph();
        let step = graph
            .position(&unfinished.revision)
            .and_then(|revision| Step::of(graph, revision, unfinished.direction))
            .ok_or_else(|| RunError::from(unfinished.clone()))?;
        let heads = table.heads(self.connection).await?;
        // What is on the way to the goal is gone on with, and nothing beyond it.
        if !self.steps(goal, &heads)?.iter().any(|on_the_way| on_the_way.revision == step.revision) {
            return Err(unfinished.into());
        }
        if let Some(reason) = &self.hold.missing {
            let (statement, reason) = (unfinished.statement, reason.clone());
            return Err(RunError::NoLastingLock { statement, reason });
        }
        stop::refuse(self.options.stop.as_ref())?;
        let begun = Instant::now();
        (self.observer)(Event::StepStarted { step: &step });
        let settings = if self.hold.is_pooled {
            None
        } else {
            Some(dialect::SessionState::read(self.connection, BTreeSet::new()).await?)
        };
        let scripts = self.scripts;
        let mut job = self.job(&step, &unfinished.revision, None);
        job.settings = settings;
        let done = take_up(&mut job, scripts, &step, written).await;
        let is_untouched = journal::is_untouched(&mut job, done.is_err()).await;
        let done = done.map_err(|source| source.outside(job.revision, is_untouched));
        if put_back(&mut job, done).await? {
            self.finished(step, begun.elapsed(), report);
        }
        Ok(())
    }
}

/// Reads the step that was begun. One of which nothing was done is forgotten.
async fn begun(connection: &mut Connection, table: &VersionTable) -> Result<Option<Written>, RunError> {
    let Some(written) = journal::written(connection, table).await? else { return Ok(None) };
    let first = written.entries.first().filter(|first| first.position == 0);
    let is_untouched = match first {
        Some(first)
            if first.state == State::Running
                && !dialect::commits_by_itself(connection.dialect(), &first.statement) =>
        {
            // What it left is ours, and in the way of whatever the script says now.
            match dialect::interrupted(connection, &first.statement, first.checks.done.as_ref()).await? {
                Interrupted::NotDone { first } => {
                    for sql in &first {
                        connection.execute(sql).await?;
                    }
                    true
                }
                Interrupted::Begun { .. } | Interrupted::Done => false,
            }
        }
        Some(_) | None => written.is_untouched(),
    };
    if is_untouched {
        journal::forget(connection, table).await?;
        return Ok(None);
    }
    Ok(Some(written))
}

/// Does the rest of a step, as its script says it now. Returns `false` when another run has done it.
async fn take_up(
    job: &mut Job<'_, '_>,
    scripts: &Scripts,
    step: &Step,
    written: Written,
) -> Result<bool, RunError> {
    for sql in journal::session(job).await? {
        job.connection.execute(&sql).await?;
    }
    let (operations, _) = prepare::recorded(job.connection.dialect(), scripts, step)?;
    let script = fingerprint_of(&operations);
    if written.script.as_ref() != Some(&script) {
        let now = said_now(job.connection.dialect(), scripts, step)?;
        match now {
            Some(now) => take_the_rest(job, &written, &now, &script).await?,
            // A list of a run that wrote no fingerprint may be this script's.
            None if written.script.is_none() => {}
            None => return Err(changed(job, &written, None)),
        }
    }
    journal::go_on(job).await
}

/// Compares what is done with what the script says now, and takes the rest from it.
async fn take_the_rest(
    job: &mut Job<'_, '_>,
    written: &Written,
    now: &[Line],
    script: &str,
) -> Result<(), RunError> {
    let mut done = usize::try_from(written.entries.first().map_or(0, |first| first.position)).unwrap_or(0);
    // A statement that runs is asked about as it was begun.
    let mut kept = 0;
    let is_same = |at: usize, statement: &str, is_done: bool| {
        now.get(at).is_some_and(|line| {
            if is_done { fingerprint(&line.sql) == statement } else { line.sql == statement }
        })
    };
    if done > now.len() {
        return Err(changed(job, written, None));
    }
    for entry in written.entries.iter().filter(|entry| entry.mode != EntryMode::Version) {
        match entry.state {
            State::Done => {
                if !is_same(done, &entry.statement, true) {
                    return Err(changed(job, written, now.get(done)));
                }
                done += 1;
            }
            State::Running if is_same(done, &entry.statement, false) => {
                kept = 1;
                break;
            }
            State::Running => {
                match dialect::interrupted(job.connection, &entry.statement, entry.checks.done.as_ref())
                    .await?
                {
                    Interrupted::NotDone { first } => {
                        for sql in &first {
                            job.execute(sql).await?;
                        }
                        break;
                    }
                    Interrupted::Begun { .. } | Interrupted::Done => {
                        return Err(changed(job, written, now.get(done)));
                    }
                }
            }
            State::Waiting => break,
        }
    }
    let left = written.entries.iter().filter(|entry| entry.state != State::Done);
    let (versions, left): (Vec<_>, Vec<_>) = left.partition(|entry| entry.mode == EntryMode::Version);
    let rest = now.get(done + kept..).unwrap_or_default();
    if left.len() == rest.len() + kept && left.iter().skip(kept).zip(rest).all(|(entry, line)| line.is(entry))
    {
        return Ok(());
    }
    let versions = versions.into_iter().map(|entry| Line::new(entry.mode, &entry.statement));
    let rest: Vec<Line> = rest.iter().cloned().chain(versions).collect();
    let inside = journal::aside(job).await?;
    journal::replace_rest(job, i64::try_from(done + kept).unwrap_or(i64::MAX), &rest, script).await?;
    journal::back(job, inside.as_ref()).await
}

/// What is done of the step is not what its script says now.
fn changed(job: &Job<'_, '_>, written: &Written, now: Option<&Line>) -> RunError {
    let dialect = job.connection.dialect();
    RunError::ScriptChanged {
        revision: written.revision.clone(),
        command: command(written.direction),
        now: now.map(|line| dialect::lexer::masked(&line.sql, dialect).sql),
    }
}

/// Writes the statements of a step as its script says them now, on what the history made before it. `None` where only the
/// database of that time could tell.
fn said_now(dialect: Dialect, scripts: &Scripts, step: &Step) -> Result<Option<Vec<Line>>, RunError> {
    let Some(revision) = step.revision else { return Ok(None) };
    let graph = scripts.graph();
    let mut before = Before::default();
    let mut below = graph.ancestors(&[revision], Edges::WithDependencies);
    if step.direction == Direction::Upgrade {
        below.remove(revision);
    }
    for other in oldest_first(graph).into_iter().filter(|other| below.contains(*other)) {
        let operations = crate::operation::for_dialect(&scripts.upgrade(other)?, dialect);
        let mut after = before.clone();
        // What does not fit the part of the history that is known is passed over.
        if dialect.plan(&mut after, &operations).is_ok() {
            before = after;
        }
    }
    let (operations, _) = prepare::recorded(dialect, scripts, step)?;
    let mut statements: Vec<Statement> = Vec::new();
    for part in prepare::parts(dialect, operations) {
        let (Part::Known(operations) | Part::Opaque(operations)) = part else { return Ok(None) };
        match planned(dialect, &mut before, &operations) {
            Some(planned) => statements.extend(planned),
            None => return Ok(None),
        }
    }
    Ok(Some(statements.iter().map(journal::of_statement).collect()))
}

/// Plans operations, if what is known of the schema is enough; SQL is what it is whatever the schema.
fn planned(dialect: Dialect, before: &mut Before, operations: &[Operation]) -> Option<Vec<Statement>> {
    let mut after = before.clone();
    if let Ok(plan) = dialect.plan(&mut after, operations) {
        *before = after;
        return Some(plan.in_place().statements);
    }
    let sql = |operation: &Operation| {
        let Operation::Execute(execute) = operation else { return None };
        Some(Operation::Execute(Execute { means: Some(Vec::new()), ..execute.clone() }))
    };
    let sql: Vec<Operation> = operations.iter().map(sql).collect::<Option<_>>()?;
    Some(dialect.plan(&mut Before::default(), &sql).ok()?.statements)
}
