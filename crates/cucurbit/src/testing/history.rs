//! What a history keeps to: it leads to the models, and each revision can be undone.

use std::{env, path::PathBuf, thread};

use crate::{
    command::{self, CheckOptions, Env, Location, Project},
    config::Environment,
    connection::Connection,
    dialect::{self, Answers, Canonical},
    diff::{Filter, diff},
    error::Error,
    operation::Operation,
    revision::{Reach, Script, Scripts, Symbol, Target},
    runtime::{Migrator, RunError},
    schema::Dialect,
};

use super::{Database, Failure};

/// Compares the models with an empty database after all revisions, as `check` does. The configuration is the `cucurbit.toml` that
/// is found from the working folder, which Cargo sets to that of the package under test.
///
/// # Errors
///
/// When they differ, when there are several heads, and whenever `check` fails.
pub fn in_sync(dialect: Dialect, env: Env) -> Result<(), Failure> {
    blocking(async move {
        let database = Database::new(dialect).await?;
        let failed = |error: Error| Failure::of(dialect, "the models are compared with the revisions", error);
        let folder = env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let location = Location::new().working_directory(folder).environment(Environment::default());
        let project = Project::open(env, location.database_url(database.url())).map_err(failed)?;
        let mut connection = database.connect().await?;
        let run = Migrator::on(&mut connection, project.scripts()).upgrade_heads().await;
        run.map_err(|error| Failure::of(dialect, "the revisions are run", error))?;
        drop(connection);
        let check = command::check(&project, CheckOptions::default()).await.map_err(failed)?;
        if check.operations.is_empty() {
            return Ok(());
        }
        let headline = format!("the models and the revisions differ on {dialect}; `create` would write:");
        Err(Failure::differences(&headline, &check.operations))
    })
}

/// Runs each revision up, down and up again on an empty database, in order, and compares the schema each time.
///
/// # Errors
///
/// When a revision fails or cannot be undone, or the schema is another one afterwards.
pub fn up_down_up(dialect: Dialect, scripts: Vec<Script>) -> Result<(), Failure> {
    blocking(async move {
        let database = Database::new(dialect).await?;
        const DOING: &str = "the revisions are read";
        let scripts = Scripts::new(scripts).map_err(|error| Failure::of(dialect, DOING, error))?;
        let mut connection = database.connect().await?;
        let made = Migrator::on(&mut connection, &scripts).ensure_version().await;
        made.map_err(|error| Failure::of(dialect, DOING, error))?;
        let steps = Migrator::on(&mut connection, &scripts).pending().await;
        for step in steps.map_err(|error| Failure::of(dialect, DOING, error))? {
            for id in &step.to {
                there_and_back(&mut connection, &scripts, id).await?;
            }
        }
        Ok(())
    })
}

/// Runs one revision up, down and up again, on a database where those that it needs were run.
async fn there_and_back(connection: &mut Connection, scripts: &Scripts, id: &str) -> Result<(), Failure> {
    let dialect = connection.dialect();
    let up = [Target { branch: None, symbol: Symbol::Identifier(id.to_owned()), offset: 0 }];
    let down = Target { branch: Some(id.to_owned()), symbol: Symbol::Implied, offset: -1 };
    let failed = |way: &str, error: RunError| Failure::of(dialect, &format!("revision {id} is {way}"), error);

    let before = read(connection).await?;
    let done = Migrator::on(connection, scripts).upgrade(&up).await;
    done.map_err(|error| failed("run", error))?;
    let after = read(connection).await?;
    let undone = Migrator::on(connection, scripts).downgrade(&down, Reach::Branch).await;
    undone.map_err(|error| failed("undone", error))?;
    same(
        id,
        "its downgrade leads from what was there before it to another schema",
        &before,
        &read(connection).await?,
    )?;
    let again = Migrator::on(connection, scripts).upgrade(&up).await;
    again.map_err(|error| failed("run again", error))?;
    same(id, "its second upgrade makes another schema than its first", &after, &read(connection).await?)
}

async fn read(connection: &mut Connection) -> Result<Canonical, Failure> {
    let dialect = connection.dialect();
    let before = dialect::reflect(connection).await;
    let before = before.map_err(|error| Failure::of(dialect, "the schema is read", error))?;
    Ok(dialect.canonical(before.schema))
}

/// Compares two states of one database. Both texts of an expression are the server's own.
fn same(id: &str, what: &str, wanted: &Canonical, found: &Canonical) -> Result<(), Failure> {
    let found = diff(wanted, found, &Answers::default(), &Filter::default());
    let operations: Vec<Operation> = found.operations;
    if operations.is_empty() {
        return Ok(());
    }
    Err(Failure::differences(&format!("revision {id}: {what}:"), &operations))
}

/// Waits for work in a thread and a runtime of its own, so that a test may be `async` or not.
fn blocking<W>(work: W) -> Result<(), Failure>
where
    W: Future<Output = Result<(), Failure>> + Send,
{
    let done = thread::scope(|scope| {
        let working = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map(|runtime| runtime.block_on(work))
        });
        working.join()
    });
    match done {
        Ok(Ok(result)) => result,
        Ok(Err(error)) => Err(Failure::new(format!("no runtime can be made: {error}"))),
        // The test's own code, in a revision, panicked: its words have been printed.
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
