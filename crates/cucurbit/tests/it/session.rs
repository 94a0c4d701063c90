//! Everything that a script can do to a session is as before afterwards, also on an application's own connection, and
//! whether the revision was good or not.

use std::collections::BTreeMap;

use cucurbit::{Op, Script, connection::Connection, prelude::*, runtime::Migrator};

use crate::support::{Database, on_database, script, scripts};

fn nothing(_op: &mut Op) {}

fn plant(op: &mut Op) {
    op.create_table("plant", |table| table.column(integer("id")));
}

/// What a session of PostgreSQL can be made to hold, and the query that shows it.
const POSTGRES: [(&str, &str); 21] = [
    ("SET statement_timeout = '7min'", "SHOW statement_timeout"),
    ("SET search_path = pg_catalog", "SHOW search_path"),
    ("SELECT set_config('TimeZone', 'Asia/Tokyo', false)", "SHOW TimeZone"),
    ("SET standard_conforming_strings = off", "SHOW standard_conforming_strings"),
    ("SET client_encoding = 'LATIN1'", "SHOW client_encoding"),
    ("SET session_replication_role = replica", "SHOW session_replication_role"),
    ("RESET lock_timeout", "SHOW lock_timeout"),
    ("SET my.tenant = 'script'", "SELECT current_setting('my.tenant', true)"),
    (
        "DO $$ BEGIN PERFORM set_config('my.other', 'script', false); END $$",
        "SELECT nullif(current_setting('my.other', true), '')",
    ),
    ("SET ROLE pg_monitor", "SELECT current_user::text"),
    ("SET SESSION AUTHORIZATION pg_monitor", "SELECT session_user::text"),
    (
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "SHOW default_transaction_isolation",
    ),
    (
        "CREATE TEMPORARY TABLE t (id serial); CREATE TEMPORARY VIEW v AS SELECT 1",
        "SELECT count(*) FROM pg_class WHERE relpersistence = 't'",
    ),
    (
        "CREATE FUNCTION pg_temp.f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SELECT count(*) FROM pg_proc WHERE pronamespace = pg_my_temp_schema()",
    ),
    (
        "CREATE TYPE pg_temp.mood AS ENUM ('a')",
        "SELECT count(*) FROM pg_type WHERE typnamespace = pg_my_temp_schema() AND typtype = 'e'",
    ),
    (
        "PREPARE script AS SELECT 1; DEALLOCATE theirs",
        "SELECT string_agg(name, ' ' ORDER BY name) FROM pg_prepared_statements WHERE from_sql",
    ),
    ("LISTEN script; UNLISTEN theirs", "SELECT string_agg(c, ' ' ORDER BY c) FROM pg_listening_channels() c"),
    (
        "SELECT pg_advisory_lock(7), pg_advisory_lock(7), pg_advisory_lock_shared(-8), pg_advisory_lock(-1, 2)",
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
    ),
    (
        "SELECT pg_advisory_unlock_all()",
        "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
    ),
    ("DECLARE script CURSOR WITH HOLD FOR SELECT 1", "SELECT count(*) FROM pg_cursors WHERE is_holdable"),
    ("SET default_transaction_read_only = on", "SHOW default_transaction_read_only"),
];

/// What the application had made of its session.
const THEIRS: &str = "SET lock_timeout = '3s'; SET my.tenant = 'theirs'; LISTEN theirs; \
                      SELECT pg_advisory_lock(99); CREATE TEMPORARY TABLE theirs (id int)";

async fn seen(connection: &mut Connection, queries: &[&'static str]) -> BTreeMap<&'static str, String> {
    let mut seen = BTreeMap::new();
    for query in queries {
        let value = connection.value(query).await.unwrap_or_else(|error| panic!("{query}: {error:?}"));
        seen.insert(*query, value.unwrap_or_default());
    }
    seen
}

fn list(upgrade: fn(&mut Op)) -> [Script; 2] {
    [script("a1", &[], plant, nothing), script("a2", &["a1"], upgrade, nothing)]
}

/// Runs each of the scripts on one connection, and looks at the session after each.
async fn run_each(connection: &mut Connection, queries: &[&'static str], scripts_of: &[fn(&mut Op)]) {
    let before = seen(connection, queries).await;
    for (number, upgrade) in scripts_of.iter().enumerate() {
        let list = scripts(&list(*upgrade));
        let mut migrator = Migrator::on(connection, &list);
        let done = migrator.upgrade_heads().await;
        drop(migrator);
        assert_eq!(seen(connection, queries).await, before, "script {number}: {done:?}");
        let version = connection.value("SELECT version_num FROM alembic_version").await.unwrap();
        assert_eq!(version.as_deref() == Some("a2"), done.is_ok(), "script {number}: {done:?}");
        if done.is_ok() {
            Migrator::on(connection, &list).stamp(&["a1".parse().unwrap()], false).await.unwrap();
        }
    }
}

fn each_of_postgres(op: &mut Op, at: usize) {
    op.execute(POSTGRES[at].0);
}

/// One script for each line of the table.
macro_rules! lines {
    ($table:ident, $each:ident: $($at:literal)*) => { [$({
        fn line(op: &mut Op) { $each(op, $at); }
        line as fn(&mut Op)
    }),*] };
}

fn all_and_good(op: &mut Op) {
    for (sql, _) in POSTGRES {
        op.execute(sql);
        op.execute("RESET ROLE; RESET SESSION AUTHORIZATION; SET default_transaction_read_only = off");
    }
}

fn all_and_fails(op: &mut Op) {
    all_and_good(op);
    op.execute("SELECT no_such_function()");
}

fn code(op: &mut Op) {
    op.run("everything", async |connection: &mut Connection| {
        for sql in
            ["PREPARE code AS SELECT 1", "LISTEN code", "SELECT pg_advisory_lock(5)", "SET ROLE pg_monitor"]
        {
            connection.execute(sql).await?;
        }
        Ok(())
    });
}

fn code_fails(op: &mut Op) {
    code(op);
    op.run("fails", async |_: &mut Connection| Err("no".into()));
}

fn outside(op: &mut Op) {
    op.execute("SET TimeZone = 'Asia/Tokyo'; PREPARE script AS SELECT 1").outside_transaction().means(|_| {});
    op.execute("DISCARD ALL").outside_transaction().means(|_| {});
}

#[test]
fn a_session_of_postgres_is_as_before() {
    on_database(Postgres, async |database: Database| {
        let queries = POSTGRES.map(|(_, query)| query);
        let each = lines!(POSTGRES, each_of_postgres: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20);
        for is_theirs in [false, true] {
            let mut connection = database.emptied().await;
            Migrator::on(&mut connection, &scripts(&list(nothing)[..1])).upgrade_heads().await.unwrap();
            if is_theirs {
                // As out of an application's pool: no connection URL led to it, and the driver remembers a statement.
                let mut theirs = connection.into_postgres().unwrap();
                let _: i32 = sqlx::query_scalar("SELECT 1").fetch_one(&mut theirs).await.unwrap();
                connection = Connection::from(theirs);
            }
            connection.execute(THEIRS).await.unwrap();
            connection.execute("PREPARE theirs AS SELECT 1").await.unwrap();
            run_each(&mut connection, &queries, &each).await;
            run_each(&mut connection, &queries, &[all_and_good, all_and_fails, code, code_fails]).await;
            if is_theirs {
                let theirs = connection.postgres().unwrap();
                let one: i32 = sqlx::query_scalar("SELECT 1").fetch_one(theirs).await.unwrap();
                assert_eq!(one, 1);
            }
        }
    });
}

#[test]
fn what_runs_outside_transactions_leaves_the_session_as_it_was_too() {
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        Migrator::on(&mut connection, &scripts(&list(nothing)[..1])).upgrade_heads().await.unwrap();
        let mut theirs = connection.into_postgres().unwrap();
        let _: i32 = sqlx::query_scalar("SELECT 1").fetch_one(&mut theirs).await.unwrap();
        connection = Connection::from(theirs);
        connection
            .execute("SET lock_timeout = '3s'; LISTEN theirs; SELECT pg_advisory_lock(99)")
            .await
            .unwrap();
        connection.execute("PREPARE theirs AS SELECT 1").await.unwrap();
        let queries =
            [POSTGRES[0].1, POSTGRES[2].1, POSTGRES[6].1, POSTGRES[15].1, POSTGRES[16].1, POSTGRES[18].1];
        run_each(&mut connection, &queries, &[outside]).await;
        let theirs = connection.postgres().unwrap();
        let one: i32 = sqlx::query_scalar("SELECT 1").fetch_one(theirs).await.unwrap();
        assert_eq!(one, 1, "the driver has forgotten what DISCARD ALL took away");
    });
}

/// Pieces that a script runs as somebody who may not even read our tables.
fn pieces_as(op: &mut Op, becomes: &str) {
    op.execute("CREATE TABLE log (who text); GRANT INSERT ON log TO pg_monitor").means(|_| {});
    op.execute(becomes).means(|_| {});
    op.execute("VACUUM plant").outside_transaction().means(|_| {});
    op.execute("INSERT INTO log SELECT current_user").means(|_| {});
    op.execute("VACUUM plant").outside_transaction().means(|_| {});
    op.execute("INSERT INTO log SELECT current_user").outside_transaction().means(|_| {});
    op.execute("SET default_transaction_read_only = on").means(|_| {});
    op.execute("VACUUM plant").outside_transaction().means(|_| {});
}

#[test]
fn pieces_of_another_user_are_run_as_that_user_and_kept_by_ours() {
    /// A script, and who it becomes.
    type Other = (fn(&mut Op), &'static str);
    const BECOME: [Other; 3] = [
        (|op| pieces_as(op, "SET ROLE pg_monitor"), "pg_monitor"),
        (|op| pieces_as(op, "SET SESSION AUTHORIZATION pg_monitor"), "pg_monitor"),
        (|op| pieces_as(op, "SET statement_timeout = '7min'"), ""),
    ];
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let us = connection.value("SELECT current_user::text").await.unwrap();
        Migrator::on(&mut connection, &scripts(&list(nothing)[..1])).upgrade_heads().await.unwrap();
        let queries = POSTGRES.map(|(_, query)| query);
        for (upgrade, who) in BECOME {
            let before = seen(&mut connection, &queries).await;
            let all = scripts(&list(upgrade));
            Migrator::on(&mut connection, &all).upgrade_heads().await.unwrap();
            assert_eq!(seen(&mut connection, &queries).await, before);
            let wanted = if who.is_empty() { us.clone() } else { Some(who.to_owned()) };
            let rows = connection.rows("SELECT who FROM log").await.unwrap().concat();
            assert_eq!(rows, [wanted.clone(), wanted]);
            Migrator::on(&mut connection, &all).stamp(&["a1".parse().unwrap()], false).await.unwrap();
            connection.execute("DROP TABLE log").await.unwrap();
        }
    });
}

/// What a connection of SQLite can be made to hold, and the query that shows it.
const SQLITE: [(&str, &str); 28] = [
    ("PRAGMA recursive_triggers = ON", "PRAGMA recursive_triggers"),
    ("PRAGMA ignore_check_constraints = ON", "PRAGMA ignore_check_constraints"),
    ("PRAGMA legacy_alter_table = ON", "PRAGMA legacy_alter_table"),
    ("PRAGMA reverse_unordered_selects = ON", "PRAGMA reverse_unordered_selects"),
    ("PRAGMA trusted_schema = OFF", "PRAGMA trusted_schema"),
    ("PRAGMA writable_schema = ON", "PRAGMA writable_schema"),
    ("PRAGMA query_only = ON", "PRAGMA query_only"),
    ("PRAGMA case_sensitive_like = ON", "SELECT 'a' LIKE 'A'"),
    ("PRAGMA busy_timeout = 77", "PRAGMA busy_timeout"),
    ("PRAGMA cache_size = 77", "PRAGMA cache_size"),
    ("PRAGMA cache_spill = 77", "PRAGMA cache_spill"),
    ("PRAGMA analysis_limit = 77", "PRAGMA analysis_limit"),
    ("PRAGMA automatic_index = OFF", "PRAGMA automatic_index"),
    ("PRAGMA cell_size_check = ON", "PRAGMA cell_size_check"),
    ("PRAGMA checkpoint_fullfsync = ON", "PRAGMA checkpoint_fullfsync"),
    ("PRAGMA fullfsync = ON", "PRAGMA fullfsync"),
    ("PRAGMA journal_size_limit = 77", "PRAGMA journal_size_limit"),
    ("PRAGMA max_page_count = 7777", "PRAGMA max_page_count"),
    ("PRAGMA mmap_size = 65536", "PRAGMA mmap_size"),
    ("PRAGMA read_uncommitted = ON", "PRAGMA read_uncommitted"),
    ("PRAGMA secure_delete = FAST", "PRAGMA secure_delete"),
    ("PRAGMA threads = 2", "PRAGMA threads"),
    ("PRAGMA wal_autocheckpoint = 77", "PRAGMA wal_autocheckpoint"),
    (
        "CREATE TEMP TABLE script (id); CREATE TEMP TRIGGER tr AFTER INSERT ON script BEGIN SELECT 1; END; CREATE TEMP VIEW v AS SELECT 1",
        "SELECT group_concat(name) FROM sqlite_temp_schema",
    ),
    ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys"),
    ("PRAGMA synchronous = OFF", "PRAGMA synchronous"),
    ("PRAGMA locking_mode = EXCLUSIVE", "PRAGMA locking_mode"),
    ("PRAGMA journal_mode = MEMORY", "PRAGMA journal_mode"),
];

fn each_of_sqlite(op: &mut Op, at: usize) {
    op.execute(SQLITE[at].0);
}

fn each_outside(op: &mut Op, at: usize) {
    op.execute(SQLITE[at].0).outside_transaction().means(|_| {});
}

fn attaches(op: &mut Op) {
    op.execute("ATTACH ':memory:' AS script").outside_transaction().means(|_| {});
    op.execute("DETACH theirs").outside_transaction().means(|_| {});
}

fn sqlite_fails(op: &mut Op) {
    for (sql, _) in SQLITE.iter().take(6).chain(&SQLITE[7..24]) {
        op.execute(*sql);
    }
    op.execute("SELECT no_such_function()");
}

fn sqlite_code(op: &mut Op) {
    op.run("everything", async |connection: &mut Connection| {
        for (sql, _) in &SQLITE[..24] {
            connection.execute(sql).await?;
        }
        Ok(())
    });
}

#[test]
fn a_connection_of_sqlite_is_as_before() {
    on_database(Sqlite, async |database: Database| {
        let databases = "SELECT group_concat(name || file) FROM pragma_database_list";
        let queries: Vec<&'static str> = SQLITE.iter().map(|(_, query)| *query).chain([databases]).collect();
        let inside =
            lines!(SQLITE, each_of_sqlite: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23);
        let outside = lines!(SQLITE, each_outside: 0 5 6 7 8 19 24 25 26 27);
        let folder = tempfile::tempdir().unwrap();
        let mut connection = database.connect().await;
        Migrator::on(&mut connection, &scripts(&list(nothing)[..1])).upgrade_heads().await.unwrap();
        let theirs = folder.path().join("theirs.db");
        connection
            .execute(&format!("ATTACH '{}' AS theirs; CREATE TEMP TABLE theirs (id)", theirs.display()))
            .await
            .unwrap();
        run_each(&mut connection, &queries, &inside).await;
        run_each(&mut connection, &queries, &outside).await;
        run_each(&mut connection, &queries, &[attaches, sqlite_fails, sqlite_code]).await;
    });
}
