//! The history, replayed on a scratch database: for SQL whose effect on the schema only a database can tell.
//!
//! The database that is compared is not touched.

use crate::{
    connection::{Connection, ConnectionError, url::ConnectionUrl},
    dialect::{self, Before, Dialect, Plan, Scratch, SessionState},
    operation::{Execute, Operation, for_dialect},
    revision::{Position, Scripts},
    runtime,
};

use super::ReplayError;

/// Runs revisions on a scratch copy of `before` and returns what they made of it.
///
/// Statements that only read or write rows are left out: the copy has none.
///
/// # Errors
///
/// When no scratch database can be had, or a statement fails on it: the revision and the statement are named.
pub async fn replay_on_scratch(
    server: &ConnectionUrl,
    scripts: &Scripts,
    revisions: &[Position],
    before: Before,
) -> Result<Before, ReplayError> {
    let mut scratch = Scratch::open(server, &before).await.map_err(ReplayError::no_scratch)?;
    let rehearsed = rehearse(&mut scratch.connection, scripts, revisions, before).await;
    let closed = scratch.close().await;
    let after = rehearsed?;
    closed.map_err(ReplayError::no_scratch)?;
    Ok(after)
}

/// Runs the revisions statement by statement, reading the schema again after SQL of unknown effect.
async fn rehearse(
    connection: &mut Connection,
    scripts: &Scripts,
    revisions: &[Position],
    mut before: Before,
) -> Result<Before, ReplayError> {
    let dialect = connection.dialect();
    let settings = SessionState::read(connection, std::collections::BTreeSet::new())
        .await
        .map_err(ReplayError::no_scratch)?;
    for &position in revisions {
        let revision = || scripts.graph().id(position).to_owned();
        let mut operations = for_dialect(&scripts.upgrade(position)?, dialect);
        operations.retain(|operation| !writes_rows_only(dialect, operation));
        // Operations are planned together as far as their effect is known: a foreign key may wait for a table.
        for part in operations
            .chunk_by(|one, other| !runtime::is_opaque(dialect, one) && !runtime::is_opaque(dialect, other))
        {
            let plan = dialect
                .plan(&mut before, part)
                .map_err(|source| ReplayError::plan(dialect, scripts, position, source))?;
            run(connection, &plan)
                .await
                .map_err(|source| ReplayError::Rehearsal { revision: revision(), source })?;
            if part.iter().any(|operation| runtime::is_opaque(dialect, operation)) {
                let read = settings.reflect(connection).await.map_err(ReplayError::no_scratch)?;
                before.read_again(dialect, read);
            }
        }
        // What a script sets lasts to the end of its revision.
        settings.restore(connection).await.map_err(ReplayError::no_scratch)?;
    }
    let read = settings.reflect(connection).await.map_err(ReplayError::no_scratch)?;
    before.read_again(dialect, read);
    Ok(before)
}

async fn run(connection: &mut Connection, plan: &Plan) -> Result<(), ConnectionError> {
    for statement in &plan.statements {
        dialect::run(connection, &statement.sql).await?;
    }
    Ok(())
}

fn writes_rows_only(dialect: Dialect, operation: &Operation) -> bool {
    let is_plain_sql = matches!(operation, Operation::Execute(Execute { means: None, .. }));
    matches!(operation, Operation::BulkInsert(_)) || is_plain_sql && !runtime::is_opaque(dialect, operation)
}
