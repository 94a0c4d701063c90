//! The lock that keeps two runs apart: a session advisory lock, polled.
//!
//! Polled, because a session that waits in `pg_advisory_lock` holds a snapshot, and CREATE INDEX CONCURRENTLY waits for
//! all snapshots: the two would wait for each other.

use std::time::Duration;

use crate::{
    connection::{Connection, ConnectionError},
    dialect::{lock::Kind, postgres::sql},
    schema::{Ident, TableName},
};

/// The columns of the version table: the text of each, and what it is where it is none. `char(32)` fills up what it holds
/// with spaces; a text of it has none of them.
pub(in crate::dialect) const VERSION_COLUMNS: &str = "version_num::text, NULL::text";

/// Returns the lock of a version table, not taken yet.
pub(in crate::dialect) async fn of(
    connection: &mut Connection,
    table: &TableName,
) -> Result<Kind, ConnectionError> {
    let key = key(connection, table).await?;
    let is_pooled = is_pooled(connection).await?;
    Ok(if is_pooled { Kind::Beside { key, beside: None } } else { Kind::Session { key } })
}

/// Writes the query that sets the search path, with a schema before it.
pub(in crate::dialect) fn set_search_path(first: Option<&Ident>, path: &str) -> String {
    let path = first.map_or_else(|| path.to_owned(), |first| format!("{}, {path}", sql::quoted(first)));
    format!("SELECT pg_catalog.set_config('search_path', {}, false)", sql::string(&path))
}

/// Returns the key of the lock of a version table, in its schema and database.
///
/// It is the FNV-1a hash, 64 bits, of `cucurbit`, the version table, its schema and the database, each
/// followed by a zero byte; the bits are read as a signed number. Every version of Cucurbit must agree on it.
async fn key(connection: &mut Connection, table: &TableName) -> Result<i64, ConnectionError> {
    let TableName { schema, name } = table;
    let database = connection.value("SELECT pg_catalog.current_database()").await?.unwrap_or_default();
    let schema = schema.as_ref().map_or_else(String::new, |schema| schema.as_str().to_owned());
    let parts = ["cucurbit".to_owned(), name.as_str().to_owned(), schema, database];
    Ok(hash(parts.into_iter()))
}

/// Tells whether something stands between this connection and the server: a pooler that opened the session for others
/// too, and may give it to them between two transactions.
///
/// The driver says at the beginning how dates, times and texts shall be written. A server that it speaks to knows that
/// from the client (`pg_settings.source`); what a pooler passes on later is `session`, or nothing.
async fn is_pooled(connection: &mut Connection) -> Result<bool, ConnectionError> {
    let query = "SELECT count(*) FROM pg_catalog.pg_settings \
                 WHERE source = 'client' AND name IN ('DateStyle', 'TimeZone', 'client_encoding')";
    Ok(connection.value(query).await?.as_deref() == Some("0"))
}

/// Opens a second connection to the same server, for a transaction that holds the lock.
pub(crate) async fn open_beside(connection: &Connection, patience: Duration) -> Result<Connection, String> {
    let Some(origin) = connection.origin() else {
        return Err("the connection goes through a pooler and is the application's own".to_owned());
    };
    let none = "the pooler gave no second connection";
    within(patience, origin.connect(), none, none).await
}

/// Waits so long for what goes through a pooler; the error begins with these words where it fails, and is those where it
/// does not come.
async fn within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, ConnectionError>>,
    failed: &str,
    none: &str,
) -> Result<T, String> {
    match tokio::time::timeout(patience, work).await {
        Ok(done) => done.map_err(|error| format!("{failed}: {error}")),
        Err(_) => Err(none.to_owned()),
    }
}

/// Tries to take the lock in a transaction of the second connection, which stays open if it is had.
///
/// `Err` says why there cannot be such a transaction: then it is not open. A pooler with one connection would keep the
/// first waiting for it.
pub(crate) async fn try_beside(
    connection: &mut Connection,
    second: &mut Connection,
    key: i64,
    patience: Duration,
) -> Result<bool, String> {
    let begin = format!(
        "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0; \
         SELECT pg_catalog.pg_try_advisory_xact_lock({key})"
    );
    let failed = "the pooler's second connection failed";
    let none = "the pooler gave no second connection";
    let taken = within(patience, second.value(&begin), failed, none).await?;
    if taken.as_deref() != Some("t") {
        let ended = second.execute("ROLLBACK").await;
        return ended.map(|_| false).map_err(|error| format!("{failed}: {error}"));
    }
    let none = "the pooler has one connection to the server only";
    within(patience, connection.value("SELECT 1"), "the pooler's connection failed", none).await?;
    Ok(true)
}

/// Writes the query for what bears the name of the version table; see [`Place`](crate::dialect::lock::Place).
pub(crate) fn place_query(name: &Ident) -> String {
    let name = sql::string(name.as_str());
    format!(
        "SELECT coalesce(f.schema, pg_catalog.current_schema())::text, f.kind, f.other, f.type, f.is_text, f.is_filtered
         FROM (SELECT 1) one LEFT JOIN (
           SELECT n.nspname AS schema, c.relkind::text AS kind,
             CASE c.relkind WHEN 'r' THEN NULL WHEN 'p' THEN NULL WHEN 'v' THEN 'a view'
               WHEN 'm' THEN 'a materialized view' WHEN 'f' THEN 'a foreign table' WHEN 'S' THEN 'a sequence'
               WHEN 'c' THEN 'a type' ELSE 'an index' END AS other,
             pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
             CASE WHEN t.typcategory = 'S' THEN 1 END AS is_text,
             CASE WHEN c.relkind IN ('r', 'p') AND pg_catalog.row_security_active(c.oid) THEN 1 END AS is_filtered
           FROM pg_catalog.pg_class c
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             LEFT JOIN pg_catalog.pg_attribute a
               ON a.attrelid = c.oid AND a.attname = 'version_num' AND NOT a.attisdropped AND a.attnum > 0
             LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
           WHERE c.relname = {name} AND c.relpersistence <> 't'
             AND n.nspname = ANY (pg_catalog.current_schemas(false))
           ORDER BY pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname) LIMIT 1
         ) f ON true"
    )
}

/// Writes the query for a version table that is not in the session's own schema; see
/// [`Apart`](crate::dialect::lock::Apart).
pub(crate) fn apart_query(name: &Ident) -> Option<String> {
    let name = sql::string(name.as_str());
    Some(format!(
        "SELECT f.nspname::text, pg_catalog.current_schema()::text, pg_catalog.current_setting('search_path'),
           CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = pg_catalog.current_schema() AND c.relkind IN ('r', 'p')) THEN 1 END
         FROM (
           SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relname = {name} AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
             AND n.nspname = ANY (pg_catalog.current_schemas(false))
           ORDER BY pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname) LIMIT 1
         ) f WHERE f.nspname <> pg_catalog.current_schema()"
    ))
}

fn hash(parts: impl Iterator<Item = String>) -> i64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let bytes = parts.flat_map(|part| part.into_bytes().into_iter().chain([0]));
    bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME)).cast_signed()
}

/// Takes the lock if it is free; never waits.
pub(crate) async fn try_lock(connection: &mut Connection, key: i64) -> Result<bool, ConnectionError> {
    let taken = connection.value(&format!("SELECT pg_try_advisory_lock({key})")).await?;
    Ok(taken.as_deref() == Some("t"))
}

/// Gives the lock back, and tells whether this session held it.
pub(crate) async fn unlock(connection: &mut Connection, key: i64) -> Result<bool, ConnectionError> {
    let held = connection.value(&format!("SELECT pg_advisory_unlock({key})")).await?;
    Ok(held.as_deref() == Some("t"))
}

/// Tells whether this session holds the lock.
pub(crate) async fn is_held(connection: &mut Connection, key: i64) -> Result<bool, ConnectionError> {
    let query = format!(
        "SELECT 1 FROM pg_catalog.pg_locks l WHERE {} AND l.pid = pg_catalog.pg_backend_pid() \
           AND l.mode = 'ExclusiveLock' LIMIT 1",
        is_it(key)
    );
    Ok(connection.value(&query).await?.is_some())
}

/// Says who holds the lock, for people; `None` if it is free.
///
/// Of another role's session the server tells
/// a plain role no more than the process.
pub(crate) async fn holder(connection: &mut Connection, key: i64) -> Result<Option<String>, ConnectionError> {
    connection
        .value(&format!(
            "SELECT 'process ' || l.pid || coalesce(' (' || nullif(a.application_name, '') || ')', '')
               || coalesce(' of ' || a.usename, '') || coalesce(', connected since ' || a.backend_start, '')
             FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
             WHERE {}
               AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())",
            is_it(key)
        ))
        .await
}

/// Writes the condition for the lock in `pg_locks l`: the halves of the key stand in `classid` and `objid` (manual, 54.12).
fn is_it(key: i64) -> String {
    format!(
        "l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted \
         AND l.classid = (('{key}'::bigint >> 32) & 4294967295)::oid AND l.objid = ('{key}'::bigint & 4294967295)::oid"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_same_for_ever() {
        let key = |parts: &[&str]| hash(parts.iter().map(|part| (*part).to_owned()));
        assert_eq!(key(&[]), 0xcbf2_9ce4_8422_2325_u64.cast_signed());
        assert_eq!(
            key(&["cucurbit", "alembic_version", "public", "app"]),
            key(&["cucurbit", "alembic_version", "public", "app"])
        );
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
    }
}
