//! The lock that keeps two runs apart: a session advisory lock, polled.
//!
//! Polled, because whoever waits in `pg_advisory_lock` holds a snapshot, and CREATE INDEX CONCURRENTLY waits for
//! all snapshots: the two would wait for each other.

use crate::connection::{Connection, ConnectionError};

/// Returns the key of the lock of a version table, in the connection's schema and database.
///
/// It is the FNV-1a hash, 64 bits, of `cucurbit`, the version table, the current schema and the database, each
/// followed by a zero byte; the bits are read as a signed number. Every version of Cucurbit must agree on it.
pub(crate) async fn key(connection: &mut Connection, version_table: &str) -> Result<i64, ConnectionError> {
    let here = connection.rows("SELECT coalesce(current_schema(), ''), current_database()").await?;
    let here = here.into_iter().flatten().flatten();
    let parts = ["cucurbit".to_owned(), version_table.to_owned()].into_iter().chain(here);
    Ok(hash(parts))
}

fn hash(parts: impl Iterator<Item = String>) -> i64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let bytes = parts.flat_map(|part| part.into_bytes().into_iter().chain([0]));
    bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME)).cast_signed()
}

/// Takes the lock if nobody holds it; never waits.
pub(crate) async fn try_lock(connection: &mut Connection, key: i64) -> Result<bool, ConnectionError> {
    let taken = connection.value(&format!("SELECT pg_try_advisory_lock({key})")).await?;
    Ok(taken.as_deref() == Some("t"))
}

/// Gives the lock back, and tells whether this session held it.
pub(crate) async fn unlock(connection: &mut Connection, key: i64) -> Result<bool, ConnectionError> {
    let held = connection.value(&format!("SELECT pg_advisory_unlock({key})")).await?;
    Ok(held.as_deref() == Some("t"))
}

/// Says who holds the lock, for people; `None` if nobody does.
///
/// The halves of the key stand in `classid` and `objid` (manual, 54.12). Of another role's session the server tells
/// a plain role no more than the process.
pub(crate) async fn holder(connection: &mut Connection, key: i64) -> Result<Option<String>, ConnectionError> {
    connection
        .value(&format!(
            "SELECT 'process ' || l.pid || coalesce(' (' || nullif(a.application_name, '') || ')', '')
               || coalesce(' of ' || a.usename, '') || coalesce(', connected since ' || a.backend_start, '')
             FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
             WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
               AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
               AND l.classid = (('{key}'::bigint >> 32) & 4294967295)::oid
               AND l.objid = ('{key}'::bigint & 4294967295)::oid"
        ))
        .await
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
