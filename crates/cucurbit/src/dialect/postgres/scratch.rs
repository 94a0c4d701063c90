//! A scratch database beside the one that is asked about.

use std::collections::BTreeSet;

use super::watched::{self, Ran};
use crate::{
    connection::{ConnectOptions, Connection, ConnectionError, code_of, url::ConnectionUrl},
    dialect::{
        self, Before, Part, PlanError,
        lexer::{self, Leeway},
        postgres::sql::{quoted, string},
        scratch::{Owner, Passed, ScratchError, Stopped},
    },
    operation::Operation,
    schema::{Ident, Object},
};

/// What ends a file: pg_dump empties the search path.
pub(crate) const SETTLE: &str = "RESET ALL";

/// The beginning of the names. The process of the server's session that made the database and the moment at which that
/// session began follow: two sessions never have both.
const NAME: &str = "cucurbit_scratch_";

/// What is written beside each, for people and for those that look for ones that were left.
const MARK: &str = "a scratch database of Cucurbit, to be dropped when the session that made it has ended";

/// What marks a database from its first moment on, since the comment is another statement, before which the process can be
/// killed: a limit that no other program sets.
const LIMIT: u32 = 24_917;

/// How long a server may take to drop one. A session of any database that waits for rows of a COPY can keep it from being
/// done for as long as it waits: it does not answer the server's other processes (`WaitForProcSignalBarrier`).
const DROP_TIMEOUT: &str = "SET statement_timeout = '10s'";

/// Makes the database and copies the tables into it.
pub(in crate::dialect) async fn open(
    server: &ConnectionUrl,
    before: &Before,
) -> Result<(Connection, Option<Owner>), ScratchError> {
    let statements = copy(before)?;
    let mut connection = Connection::connect(server, &ConnectOptions::default()).await?;
    sweep(&mut connection).await?;
    let own = "SELECT pid || '_' || (extract(epoch FROM backend_start) * 1000)::bigint FROM pg_catalog.pg_stat_activity \
               WHERE pid = pg_catalog.pg_backend_pid()";
    let session = connection.value(own).await?.unwrap_or_default();
    let name = format!("{NAME}{session}");
    connection.execute(&format!("CREATE DATABASE {name} CONNECTION LIMIT {LIMIT}")).await?;
    let end = vec![DROP_TIMEOUT.to_owned(), drop_database(&name, " WITH (FORCE)")];
    let mut owner = Owner { connection, name, end };
    match fill(server, &mut owner, before.current_schema(), &statements).await {
        Ok(connection) => Ok((connection, Some(owner))),
        Err(error) => {
            // Why there is no scratch database says more than why an empty one is left, which a next run drops.
            drop(owner.drop_database().await);
            Err(error.into())
        }
    }
}

fn drop_database(name: &str, how: &str) -> String {
    format!("DROP DATABASE IF EXISTS {name}{how}")
}

/// Drops the scratch databases that a process left which was killed: marked as such, of a session that has ended, with
/// no connection to them, and of a role that is ours.
///
/// The beginning of another role's session can only be seen by some; then its process alone tells that it may be there.
async fn sweep(connection: &mut Connection) -> Result<(), ConnectionError> {
    let left = format!(
        "SELECT d.datname FROM pg_catalog.pg_database d \
         WHERE d.datname ~ '^{NAME}[0-9]+_[0-9]+$' \
           AND (d.datconnlimit = {LIMIT} OR pg_catalog.shobj_description(d.oid, 'pg_database') = {}) \
           AND pg_catalog.pg_has_role(d.datdba, 'USAGE') \
           AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid) \
           AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity a \
             WHERE a.pid::text = split_part(d.datname, '_', 3) \
               AND coalesce((extract(epoch FROM a.backend_start) * 1000)::bigint::text = split_part(d.datname, '_', 4), true))",
        string(MARK)
    );
    for row in connection.rows(&left).await? {
        if let Some(Some(name)) = row.first() {
            // Another client may have connected, or another run may be dropping it: then it is not ours to drop now.
            for sql in [DROP_TIMEOUT, &drop_database(name, ""), "RESET statement_timeout"] {
                drop(connection.execute(sql).await);
            }
        }
    }
    Ok(())
}

/// Marks the database and makes the tables in it.
async fn fill(
    server: &ConnectionUrl,
    owner: &mut Owner,
    current: Option<&Ident>,
    statements: &[String],
) -> Result<Connection, ConnectionError> {
    let mark = format!("COMMENT ON DATABASE {} IS {}", owner.name, string(MARK));
    owner.connection.execute(&mark).await?;
    let url = server.with_database(&owner.name);
    let mut scratch = Connection::connect(&url, &ConnectOptions::default()).await?;
    let own = own_schema(&mut scratch, current).await?;
    for sql in own.iter().chain(statements) {
        if let Err(error) = scratch.execute(sql).await {
            scratch.close().await?;
            return Err(error);
        }
    }
    Ok(scratch)
}

/// Writes the statement that makes the schema which a name without one means, if it is not there: the search path of the
/// connection URL is the same here as in the database that is copied.
async fn own_schema(
    scratch: &mut Connection,
    current: Option<&Ident>,
) -> Result<Option<String>, ConnectionError> {
    let there = scratch.value("SELECT pg_catalog.current_schema()").await?;
    if there.is_some() && current.is_none_or(|current| Some(current.as_str()) == there.as_deref()) {
        return Ok(None);
    }
    let path = scratch.value("SELECT pg_catalog.current_setting('search_path')").await?.unwrap_or_default();
    let mut names = path.split(',').map(|name| name.trim().trim_matches('"'));
    let wanted = match current {
        // What a role or a database has been given as its search path is not given to this one.
        Some(current) => names.find(|name| *name == current.as_str()),
        None => names.find(|name| !name.is_empty() && *name != "$user"),
    };
    Ok(wanted.map(|name| format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(&Ident::new(name)))))
}

/// Writes the statements that make the tables, by the same way as any migration.
fn copy(before: &Before) -> Result<Vec<String>, PlanError> {
    let Before { schema, server, .. } = before;
    let used = schema.object_names().filter_map(|name| name.schema.as_ref());
    // A new database has `public`.
    let schemas: BTreeSet<&Ident> =
        schema.namespaces.iter().chain(used).filter(|name| **name != "public").collect();
    let schemas = schemas.into_iter().map(|name| Operation::create(Object::Namespace(name.clone())));
    let others = schema.besides_tables().filter_map(|(kind, name)| schema.get(kind, name));
    let tables = schema.tables.values().cloned().map(Operation::create);
    let all: Vec<Operation> = schemas.chain(others.map(Operation::create)).chain(tables).collect();
    let plan = super::plan(&mut Before { server: server.clone(), ..Before::default() }, &all)?;
    Ok(plan.statements.into_iter().map(|statement| statement.sql).collect())
}

/// `undefined_object`, `insufficient_privilege`.
const NO_ROLE: [&str; 2] = ["42704", "42501"];

/// Runs a statement of a file. A role is not made here, and what does nothing without one is left out; on an empty database
/// there is nothing to drop.
pub(crate) async fn run(
    connection: &mut Connection,
    part: &Part<'_>,
    passed: &mut Passed,
) -> Result<(), Stopped> {
    let Part { sql, line, leeway, is_watched } = part;
    if *leeway == Leeway::Beyond {
        passed.beyond.push(*line);
        return Ok(());
    }
    let ran = if *is_watched {
        watched::run(connection, sql).await
    } else if *leeway == Leeway::None {
        dialect::run(connection, sql).await.map(|_| Ran::Kept)
    } else {
        attempt(connection, sql).await.map(|()| Ran::Kept)
    };
    match ran {
        Ok(Ran::Kept) => Ok(()),
        Ok(Ran::Undone) if watched::is_code(sql) => {
            passed.beyond.push(*line);
            Ok(())
        }
        Ok(Ran::Undone) => Err(Stopped::Beyond),
        Ok(Ran::Ends) => {
            passed.ends.push(*line);
            Ok(())
        }
        Err(error) => Ok(excused(connection, part, passed, error).await?),
    }
}

/// Passes over a statement that failed, if it may.
async fn excused(
    connection: &mut Connection,
    part: &Part<'_>,
    passed: &mut Passed,
    error: ConnectionError,
) -> Result<(), ConnectionError> {
    let Part { sql, line, leeway, is_watched: _ } = part;
    let names_no_role = code_of(&error).is_some_and(|code| NO_ROLE.contains(&&*code));
    let (is_allowed, lines) = match leeway {
        Leeway::Beyond | Leeway::None => (false, None),
        Leeway::Drop => (error.is_of_nothing(), Some(&mut passed.drops)),
        Leeway::Role => (names_no_role, Some(&mut passed.roles)),
        Leeway::Setting => (names_no_role, None),
    };
    if !is_allowed {
        return Err(error);
    }
    if let (Leeway::Role, Some(sql)) = (leeway, lexer::without_roles(sql)) {
        connection.execute(&sql).await?;
    }
    if let Some(lines) = lines {
        lines.push(*line);
    }
    Ok(())
}

/// Runs a statement that may fail. Where the file has begun a transaction, that goes on.
async fn attempt(connection: &mut Connection, sql: &str) -> Result<(), ConnectionError> {
    // How a transaction is run must be said before any part of it.
    let divides = !lexer::is_about_transaction(sql);
    let has_begun = divides && connection.execute("SAVEPOINT cucurbit_attempt").await.is_ok();
    let ran = dialect::run(connection, sql).await.map(drop);
    if has_begun {
        if ran.is_err() {
            connection.execute("ROLLBACK TO SAVEPOINT cucurbit_attempt").await?;
        }
        connection.execute("RELEASE SAVEPOINT cucurbit_attempt").await?;
    }
    ran
}
