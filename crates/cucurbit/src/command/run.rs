//! `upgrade`, `downgrade`, `stamp`, `ensure_version`: the commands that change the version table.

use crate::{
    connection::{ConnectOptions, Connection},
    error::Error,
    revision::{self, Heads, PlanError, Reach, Symbol, Target, TargetError},
    runtime::{self, Migrator, Observer, Report, RunError, RunOptions},
    schema::Dialect,
};

use super::Project;

/// Waits for another writer of a SQLite file as long as for the lock.
fn waiting(options: &RunOptions, create_file: bool) -> ConnectOptions {
    ConnectOptions { create_file, busy_timeout: options.lock_wait, ..ConnectOptions::default() }
}

/// Applies everything up to the targets; creates a missing SQLite file.
///
/// # Errors
///
/// When there is no script, or one beside the binary that it was not built with; when a target does not fit, the database
/// cannot be reached or a step fails.
pub async fn upgrade(
    project: &Project,
    targets: &[Target],
    options: RunOptions,
    observer: &mut Observer<'_>,
) -> Result<Report, Error> {
    project.refuse_no_scripts()?;
    project.refuse_unbuilt_scripts()?;
    let url = project.url()?.url;
    if url.is_missing_file() {
        // What is refused leaves no empty file behind.
        foresee(project, url.dialect(), targets)?;
    }
    let mut connection = project.connect(&waiting(&options, true)).await?;
    let result = migrator(&mut connection, project, options, observer).upgrade(targets).await;
    finish(project, connection, result).await
}

/// Refuses what would be refused on an empty database, before one is made.
pub(super) fn foresee(project: &Project, dialect: Dialect, targets: &[Target]) -> Result<(), Error> {
    runtime::foresee(dialect, project.scripts(), targets).map_err(|error| with_files(project, error))
}

/// Reverts everything above the target.
///
/// # Errors
///
/// As [`upgrade`]; also when a script refuses to be undone.
pub async fn downgrade(
    project: &Project,
    target: &Target,
    reach: Reach,
    options: RunOptions,
    observer: &mut Observer<'_>,
) -> Result<Report, Error> {
    project.refuse_no_scripts()?;
    project.refuse_unbuilt_scripts()?;
    let mut connection = project.connect(&waiting(&options, false)).await?;
    let result = migrator(&mut connection, project, options, observer).downgrade(target, reach).await;
    finish(project, connection, result).await
}

/// Sets the version table without running scripts; creates a missing SQLite file.
///
/// # Errors
///
/// When a target does not fit or the database cannot be reached.
pub async fn stamp(
    project: &Project,
    targets: &[Target],
    purge: bool,
    options: RunOptions,
    observer: &mut Observer<'_>,
) -> Result<Report, Error> {
    if targets.iter().any(|target| target.symbol != Symbol::Base) {
        project.refuse_no_scripts()?;
    }
    project.refuse_unbuilt_scripts()?;
    // What a person typed wrong is said before anything is opened, or made.
    revision::stamp(project.scripts().graph(), &Heads::default(), targets)
        .map_err(|error| with_files(project, error.into()))?;
    let mut connection = project.connect(&waiting(&options, true)).await?;
    let result = migrator(&mut connection, project, options, observer).stamp(targets, purge).await;
    finish(project, connection, result).await
}

/// Creates the version table if it is not there; creates a missing SQLite file.
///
/// # Errors
///
/// When the database cannot be reached or refuses.
pub async fn ensure_version(project: &Project) -> Result<(), Error> {
    let options = project.run_options();
    let mut connection = project.connect(&waiting(&options, true)).await?;
    let result = Migrator::on(&mut connection, project.scripts()).options(options).ensure_version().await;
    finish(project, connection, result).await
}

fn migrator<'m>(
    connection: &'m mut Connection,
    project: &'m Project,
    options: RunOptions,
    observer: &'m mut Observer<'_>,
) -> Migrator<'m> {
    Migrator::on(connection, project.scripts()).options(options).observer(observer)
}

/// Closes the connection in good order; the run's own error comes first.
async fn finish<T>(
    project: &Project,
    connection: Connection,
    result: Result<T, RunError>,
) -> Result<T, Error> {
    let closed = connection.close().await;
    let done = result.map_err(|error| with_files(project, error))?;
    closed?;
    Ok(done)
}

/// Names the file of each head where there are several: the graph knows only ids.
fn with_files(project: &Project, mut error: RunError) -> Error {
    if let RunError::Target(TargetError::MultipleHeads { heads, .. })
    | RunError::Steps(PlanError::Target(TargetError::MultipleHeads { heads, .. })) = &mut error
    {
        for head in heads {
            *head = project.with_file(head);
        }
    }
    error.into()
}
