//! A statement of a file that may run code of the file: it is undone where it reached beyond the scratch database.
//!
//! The text of code does not tell what it does: `EXECUTE 'CREATE ' || …`. The server does: whatever writes to a catalogue
//! that all of its databases share (roles, memberships, settings of roles and databases, databases, tablespaces,
//! subscriptions) holds a lock on that until its transaction ends, whichever user may read the rows, and in whatever part of the
//! transaction it was done.

use crate::{
    connection::{Connection, ConnectionError, code_of},
    dialect::{self, lexer},
    schema::Dialect,
};

/// What became of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ran {
    /// It ends transactions in its code; it was undone.
    Ends,
    /// It was run, and is there.
    Kept,
    /// It reached beyond the database; it was undone.
    Undone,
}

/// `invalid_transaction_termination`: code that commits, in a transaction that is not its own.
const ENDS: &str = "2D000";
/// `active_sql_transaction`: what cannot stand in one.
const NEEDS_NONE: &str = "25001";

/// Who depends on whom among roles is noted for what is in this database, and goes with it.
const REACHED: &str = "SELECT 1 FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation \
     WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.database = 0 AND l.granted \
       AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'ShareLock') \
       AND c.relisshared AND c.relkind = 'r' AND c.relname <> 'pg_shdepend' LIMIT 1";

/// Runs a statement in a part of the file's transaction, or in one of its own, and looks at what it did before it is kept.
pub(super) async fn run(connection: &mut Connection, sql: &str) -> Result<Ran, ConnectionError> {
    if lexer::kind(sql, Dialect::Postgres) == lexer::Kind::EndsTransaction {
        return commit(connection, sql).await;
    }
    let is_inside = connection.execute("SAVEPOINT cucurbit_watched").await.is_ok();
    if !is_inside {
        connection.execute("BEGIN").await?;
    }
    let reached = match dialect::run(connection, sql).await {
        Ok(_) => has_reached(connection, !is_inside).await,
        Err(error) => Err(error),
    };
    let is_kept = matches!(reached, Ok(false));
    let end = match (is_inside, is_kept) {
        (true, true) => "RELEASE SAVEPOINT cucurbit_watched",
        (true, false) => "ROLLBACK TO SAVEPOINT cucurbit_watched; RELEASE SAVEPOINT cucurbit_watched",
        (false, true) => "COMMIT",
        (false, false) => "ROLLBACK",
    };
    connection.execute(end).await?;
    let error = match reached {
        Ok(reached) => return Ok(if reached { Ran::Undone } else { Ran::Kept }),
        Err(error) => error,
    };
    match code_of(&error).as_deref() {
        Some(ENDS) if !is_inside => Ok(Ran::Ends),
        // An index that is made concurrently, VACUUM: the server lets none of these be part of code.
        Some(NEEDS_NONE) if !is_inside && !is_code(sql) => {
            dialect::run(connection, sql).await.map(|_| Ran::Kept)
        }
        Some(_) | None => Err(error),
    }
}

/// Ends the file's own transaction, after what was put off to its end.
async fn commit(connection: &mut Connection, sql: &str) -> Result<Ran, ConnectionError> {
    // Outside of a transaction there is nothing to end, and in one that failed nothing is kept.
    if connection.execute("SAVEPOINT cucurbit_watched").await.is_ok() && has_reached(connection, true).await?
    {
        connection.execute("ROLLBACK").await?;
        return Ok(Ran::Undone);
    }
    dialect::run(connection, sql).await.map(|_| Ran::Kept)
}

/// Tells whether the transaction wrote to what all databases of the server share; triggers that wait for its end are run
/// before, where it is about to end.
async fn has_reached(connection: &mut Connection, is_end: bool) -> Result<bool, ConnectionError> {
    if is_end {
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE").await?;
    }
    Ok(connection.value(REACHED).await?.is_some())
}

/// Tells whether a statement is code, and makes nothing by its own words.
pub(super) fn is_code(sql: &str) -> bool {
    let words = lexer::words(sql, Dialect::Postgres);
    const CODE: [&str; 9] = ["CALL", "COPY", "DELETE", "DO", "EXECUTE", "INSERT", "SELECT", "UPDATE", "WITH"];
    words.first().is_some_and(|first| CODE.iter().any(|word| first.eq_ignore_ascii_case(word)))
}
