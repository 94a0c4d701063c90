//! What a session of PostgreSQL does, as the views of progress and of locks tell another one (manual, "Progress
//! Reporting", "pg_locks").

use crate::dialect::Version;

/// The views of progress, each as phase, done, total and what is counted. What is counted depends on the phase: counters of an
/// earlier one keep their last value.
const VIEWS: &str = "
    SELECT pid, phase,
      CASE WHEN phase LIKE 'waiting%' THEN lockers_done WHEN phase LIKE '%loading tuples%' THEN tuples_done
        ELSE blocks_done END AS done,
      CASE WHEN phase LIKE 'waiting%' THEN lockers_total WHEN phase LIKE '%loading tuples%' THEN tuples_total
        ELSE blocks_total END AS total,
      CASE WHEN phase LIKE 'waiting%' THEN 'transactions' WHEN phase LIKE '%loading tuples%' THEN 'rows'
        WHEN phase NOT LIKE '%sorting%' THEN 'blocks' END AS unit
    FROM pg_catalog.pg_stat_progress_create_index
    UNION ALL
    SELECT pid, phase,
      CASE phase WHEN 'seq scanning heap' THEN heap_blks_scanned WHEN 'index scanning heap' THEN heap_tuples_scanned
        ELSE heap_tuples_written END,
      CASE phase WHEN 'seq scanning heap' THEN heap_blks_total WHEN 'writing new heap' THEN heap_tuples_scanned END,
      CASE phase WHEN 'seq scanning heap' THEN 'blocks' WHEN 'index scanning heap' THEN 'rows'
        WHEN 'writing new heap' THEN 'rows' END
    FROM pg_catalog.pg_stat_progress_cluster
    UNION ALL
    SELECT pid, phase, CASE phase WHEN 'scanning heap' THEN heap_blks_scanned ELSE heap_blks_vacuumed END,
      heap_blks_total, CASE WHEN phase IN ('scanning heap', 'vacuuming heap') THEN 'blocks' END
    FROM pg_catalog.pg_stat_progress_vacuum
    UNION ALL
    SELECT pid, phase, sample_blks_scanned, sample_blks_total, CASE WHEN phase LIKE 'acquiring%' THEN 'blocks' END
    FROM pg_catalog.pg_stat_progress_analyze";

/// COPY, from PostgreSQL 14. Of what a client sends, the server does not know how much there will be.
const COPY: &str = "
    UNION ALL
    SELECT pid, command, CASE WHEN bytes_total > 0 THEN bytes_processed ELSE tuples_processed END, bytes_total,
      CASE WHEN bytes_total > 0 THEN 'bytes' ELSE 'rows' END
    FROM pg_catalog.pg_stat_progress_copy";

/// Writes the query for what the session of a process does. Its rows are what
/// [`activity`](crate::dialect::activity()) reads.
///
/// Who blocks whom is asked only where the process waits: the answer takes all locks of the lock manager for a moment.
pub(in crate::dialect) fn query(process: &str, version: Option<Version>) -> Option<String> {
    let copy = if version.is_some_and(|version| version.major >= 14) { COPY } else { "" };
    Some(format!(
        "SELECT 'progress', p.phase, p.done::text, p.total::text, p.unit FROM ({VIEWS}{copy}) p WHERE p.pid = {process}
         UNION ALL
         SELECT 'lock', l.relation::pg_catalog.regclass::text, NULL, NULL, NULL FROM pg_catalog.pg_locks l
         WHERE l.pid = {process} AND NOT l.granted
         UNION ALL
         SELECT 'holder', h.pid::text, nullif(a.application_name, ''), a.usename::text, a.state
         FROM (SELECT DISTINCT pg_catalog.unnest(CASE
             WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_locks l WHERE l.pid = {process} AND NOT l.granted)
             THEN pg_catalog.pg_blocking_pids({process}) END) AS pid) h
           LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = h.pid"
    ))
}
