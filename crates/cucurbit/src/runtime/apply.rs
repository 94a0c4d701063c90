//! One step: transaction, statements, version rows, commit. Together or not at all.

use crate::{
    dialect::{self, Before, Plan, Statement, lexer},
    operation::Operation,
};

use super::{
    RunError, code, foreign_keys,
    job::{Job, Rows, ended, put_back},
    journal,
    prepare::is_opaque,
    step::{Inside, Outside, Segment, StepMode},
    stop,
};

/// Runs one step. Returns `false`, with nothing done, when the heads are not the expected ones.
///
/// `before` is what a segment that waits starts from; it is kept up to date.
pub(super) async fn step(
    mut job: Job<'_, '_>,
    mode: StepMode,
    before: &mut Before,
    rows: Rows<'_>,
) -> Result<bool, RunError> {
    if !job.hold.is_pooled {
        job.read_session().await?;
    }
    let result = match mode {
        StepMode::InTransaction(inside) => in_transaction(&mut job, inside, before, rows).await,
        StepMode::OutsideTransaction(outside) => outside_transaction(&mut job, &outside, before, rows).await,
    };
    put_back(&mut job, result).await
}

/// Runs a step in a transaction, with foreign keys switched off around it where it needs that.
async fn in_transaction(
    job: &mut Job<'_, '_>,
    inside: Inside,
    before: &mut Before,
    rows: Rows<'_>,
) -> Result<bool, RunError> {
    if !inside.foreign_keys_off {
        return transaction(job, inside, before, rows).await;
    }
    let was_on = foreign_keys::switch_off(job.connection).await?;
    let result = transaction(job, inside, before, rows).await;
    // The switch goes back on every path; a connection whose transaction failed may not take it any more.
    let switched_back = foreign_keys::switch_back(job.connection, was_on).await;
    let done = result?;
    switched_back?;
    Ok(done)
}

async fn transaction(
    job: &mut Job<'_, '_>,
    inside: Inside,
    before: &mut Before,
    rows: Rows<'_>,
) -> Result<bool, RunError> {
    dialect::begin(job.connection).await?;
    let result = transaction_body(job, inside, before, rows).await;
    ended(job.connection, result).await
}

async fn transaction_body(
    job: &mut Job<'_, '_>,
    Inside { segments, foreign_keys_off }: Inside,
    before: &mut Before,
    Rows { expected, changes }: Rows<'_>,
) -> Result<bool, RunError> {
    job.lock_version_table().await?;
    if job.version_table.rows(job.connection).await? != *expected {
        return Ok(false);
    }
    job.tell_begun();
    if job.hold.is_pooled {
        // The session is this one until the transaction ends.
        job.read_session().await?;
    }
    let broken =
        if foreign_keys_off { foreign_keys::broken(job.connection).await? } else { Default::default() };
    for segment in segments {
        run_segment(job, segment, before).await?;
    }
    if foreign_keys_off {
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

async fn run_segment(job: &mut Job<'_, '_>, segment: Segment, before: &mut Before) -> Result<(), RunError> {
    match segment {
        Segment::Code { title, code } => code::run(job, &title, code).await,
        Segment::Planned(plan) => run_plan(job, &plan).await,
        Segment::Opaque(plan) => {
            run_plan(job, &plan).await?;
            read_again(job, before).await
        }
        Segment::Waiting(operations) => run_waiting(job, &operations, before).await,
    }
}

/// Plans operations that waited for the database to be read, and runs them.
async fn run_waiting(
    job: &mut Job<'_, '_>,
    operations: &[Operation],
    before: &mut Before,
) -> Result<(), RunError> {
    let dialect = job.connection.dialect();
    let failed = |source| RunError::Plan { revision: job.revision.to_owned(), source, misfit: None };
    let plan = dialect.plan(before, operations).map_err(failed)?.in_place();
    run_plan(job, &plan).await?;
    if operations.iter().any(|operation| is_opaque(dialect, operation)) {
        read_again(job, before).await?;
    }
    Ok(())
}

/// Reads the schema after SQL of unknown effect.
async fn read_again(job: &mut Job<'_, '_>, before: &mut Before) -> Result<(), RunError> {
    let read = job.reflect().await?;
    before.read_again(job.connection.dialect(), read);
    Ok(())
}

async fn run_plan(job: &mut Job<'_, '_>, plan: &Plan) -> Result<(), RunError> {
    for Statement { sql, hazards, mode: _, guards, session: _, effect: _, done: _ } in &plan.statements {
        job.run_between(sql, hazards, guards).await?;
    }
    Ok(())
}

/// Runs a step with statements that must not be in a transaction: written down first, then piece by piece.
async fn outside_transaction(
    job: &mut Job<'_, '_>,
    outside: &Outside,
    before: &mut Before,
    rows: Rows<'_>,
) -> Result<bool, RunError> {
    if let Some(reason) = job.hold.missing.clone() {
        let statement = lexer::masked(&outside.first, job.connection.dialect()).sql;
        return Err(RunError::NoLastingLock { statement, reason });
    }
    if !journal::begin(job, outside, rows).await? {
        return Ok(false);
    }
    job.tell_begun();
    let done = journal::go_on(job).await;
    let is_untouched = journal::is_untouched(job, done.is_err()).await;
    if !done.map_err(|source| source.outside(job.revision, is_untouched))? {
        return Ok(false);
    }
    if outside.is_opaque {
        read_again(job, before).await.map_err(|source| source.outside(job.revision, false))?;
    }
    Ok(true)
}

/// Tells whether the database gave up for the sake of another transaction: a deadlock or a serialization
/// failure (PostgreSQL manual, appendix A: 40001, 40P01).
pub(super) fn is_worth_another_try(error: &RunError) -> bool {
    if let RunError::Connection(error) = error {
        dialect::is_lost_to_another(error)
    } else if let RunError::CodeFailed { source, .. } = error {
        dialect::is_lost_to_another(&**source)
    } else {
        false
    }
}
