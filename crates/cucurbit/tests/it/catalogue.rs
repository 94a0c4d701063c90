//! Statements outside transactions of which the process did not live to know whether they were done: the catalogue tells, of
//! databases, tablespaces, prepared transactions and partitions.

use cucurbit::{
    Op, Script,
    connection::Connection,
    prelude::*,
    runtime::{Event, Migrator, Report, RunError},
};

use crate::{
    cluster::Cluster,
    support::{Database, on_database, script, scripts},
};

fn nothing(_op: &mut Op) {}

fn note(op: &mut Op) {
    op.create_table("note", |table| {
        table.column(integer("id"));
        table.primary_key(["id"]);
    });
}

/// A name in the whole server that is this test's own.
fn name() -> String {
    format!("cucurbit_made_{}", std::process::id())
}

fn outside(op: &mut Op, sql: &str) {
    // A row before tells whether any of it is run twice.
    op.execute("INSERT INTO note VALUES (1)").means(|_| ());
    op.execute("SET allow_in_place_tablespaces = on").means(|_| ());
    op.execute(sql.replace("NAME", &name())).outside_transaction().means(|_| ());
    op.execute("INSERT INTO note VALUES (2)").means(|_| ());
}

fn with(upgrade: fn(&mut Op)) -> [Script; 2] {
    [script("a1", &[], note, nothing), script("a2", &["a1"], upgrade, nothing)]
}

async fn upgrade(connection: &mut Connection, list: &[Script]) -> Result<Report, RunError> {
    Migrator::on(connection, &scripts(list)).upgrade_heads().await
}

/// Begins the upgrade and is gone when the statement begins.
async fn cut_off(mut connection: Connection, list: &[Script], words: &str) {
    let scripts = scripts(list);
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let mut sender = Some(sender);
    let mut migrator = Migrator::on(&mut connection, &scripts).observer(move |event| {
        if let Event::Statement { sql } = event
            && sql.starts_with(words)
        {
            sender.take().map(|sender| sender.send(()));
        }
    });
    let is_cut = tokio::select! {
        biased;
        _ = receiver => true,
        _ = migrator.upgrade_heads() => false,
    };
    assert!(is_cut, "{words}");
}

/// Runs the rest, and looks whether all of it was done once.
async fn finishes(connection: &mut Connection, list: &[Script], left: &str) {
    let words = left.to_owned();
    upgrade(connection, list).await.unwrap_or_else(|error| panic!("{words}: {error:?}"));
    let version = connection.value("SELECT version_num FROM alembic_version").await.unwrap();
    assert_eq!(version.as_deref(), Some("a2"), "{left}");
    assert_eq!(
        connection.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM note").await.unwrap().as_deref(),
        Some("1 2"),
        "{left}"
    );
    assert_eq!(
        connection.value(&left.replace("NAME", &name())).await.unwrap().as_deref(),
        Some("0"),
        "{left}"
    );
}

/// What is run, what is there before or how it begins, and the query of what is left to do.
type OfServer = (fn(&mut Op), &'static str, &'static str);

#[test]
fn what_was_done_to_the_whole_server_is_not_done_again() {
    const MADE: &str = "SELECT 1 - count(*) FROM pg_database WHERE datname = 'NAME'";
    const GONE: &str = "SELECT count(*) FROM pg_database WHERE datname = 'NAME'";
    const SPACE_MADE: &str = "SELECT 1 - count(*) FROM pg_tablespace WHERE spcname = 'NAME'";
    const SPACE_GONE: &str = "SELECT count(*) FROM pg_tablespace WHERE spcname = 'NAME'";
    const STATEMENTS: [OfServer; 5] = [
        (|op| outside(op, "CREATE DATABASE NAME"), "", MADE),
        (|op| outside(op, "DROP DATABASE NAME"), "CREATE DATABASE NAME", GONE),
        (|op| outside(op, "DROP DATABASE IF EXISTS \"NAME\" WITH (FORCE)"), "CREATE DATABASE NAME", GONE),
        (|op| outside(op, "CREATE TABLESPACE NAME LOCATION ''"), "", SPACE_MADE),
        (|op| outside(op, "DROP TABLESPACE NAME"), "CREATE TABLESPACE NAME LOCATION ''", SPACE_GONE),
    ];
    const CLEAN: [&str; 2] = ["DROP DATABASE IF EXISTS NAME", "DROP TABLESPACE IF EXISTS NAME"];
    on_database(Postgres, async |database: Database| {
        for (upgrade_of, first, left) in STATEMENTS {
            let list = with(upgrade_of);
            for is_done in [true, false] {
                let mut connection = database.emptied().await;
                upgrade(&mut connection, &list[..1]).await.unwrap();
                connection.execute("SET allow_in_place_tablespaces = on").await.unwrap();
                if !first.is_empty() {
                    connection.execute(&first.replace("NAME", &name())).await.unwrap();
                }
                connection.execute("RESET allow_in_place_tablespaces").await.unwrap();
                let operations = Op::record(upgrade_of);
                let cucurbit::operation::Operation::Execute(execute) = &operations[2] else {
                    panic!("it is SQL")
                };
                let words: String = execute.sql.split(' ').take(2).collect::<Vec<_>>().join(" ");
                cut_off(connection, &list, &words).await;
                let mut connection = database.connect().await;
                if is_done {
                    connection.execute("SET allow_in_place_tablespaces = on").await.unwrap();
                    // The server may have done it already: then it says so.
                    drop(connection.execute(&execute.sql).await);
                    connection.execute("RESET allow_in_place_tablespaces").await.unwrap();
                }
                finishes(&mut connection, &list, left).await;
                for clean in CLEAN {
                    connection.execute(&clean.replace("NAME", &name())).await.unwrap();
                }
                connection.close().await.unwrap();
            }
        }
    });
}

#[test]
fn a_partition_that_is_half_detached_is_detached() {
    fn detaches(op: &mut Op) {
        outside(op, "ALTER TABLE part DETACH PARTITION part1 CONCURRENTLY");
    }
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        if crate::support::release(&mut connection).await < 14 {
            // It has no such statement.
            return;
        }
        let list = with(detaches);
        upgrade(&mut connection, &list[..1]).await.unwrap();
        let make = "CREATE TABLE part (id integer) PARTITION BY LIST (id); \
                    CREATE TABLE part1 PARTITION OF part FOR VALUES IN (1); \
                    CREATE TABLE part2 PARTITION OF part FOR VALUES IN (2)";
        connection.execute(make).await.unwrap();
        // Somebody reads, so that the second half has to wait.
        let mut reader = database.connect().await;
        reader.execute("BEGIN").await.unwrap();
        reader.execute("SELECT * FROM part").await.unwrap();
        connection.execute("SET statement_timeout = '300ms'").await.unwrap();
        let error = upgrade(&mut connection, &list).await.unwrap_err();
        assert!(matches!(error, RunError::Outside { is_untouched: false, .. }), "{error:?}");
        let pending = "SELECT count(*) FROM pg_inherits WHERE inhdetachpending";
        assert_eq!(connection.value(pending).await.unwrap().as_deref(), Some("1"));
        reader.execute("ROLLBACK").await.unwrap();
        connection.execute("RESET statement_timeout").await.unwrap();
        finishes(
            &mut connection,
            &list,
            "SELECT count(*) FROM pg_inherits WHERE inhrelid = 'part1'::regclass",
        )
        .await;
    });
}

#[tokio::test]
async fn a_prepared_transaction_that_has_ended_is_not_ended_again() {
    const ENDS: [OfServer; 2] = [
        (|op| outside(op, "COMMIT PREPARED 'held'"), "COMMIT PREPARED", "SELECT 1 - count(*) FROM kept"),
        (|op| outside(op, "ROLLBACK PREPARED 'held'"), "ROLLBACK PREPARED", "SELECT count(*) FROM kept"),
    ];
    let cluster = Cluster::start().await;
    let mut admin = cluster.admin().await;
    admin.execute("ALTER SYSTEM SET max_prepared_transactions = 5").await.unwrap();
    drop(admin);
    cluster.restart();
    for (upgrade_of, words, left) in ENDS {
        let list = with(upgrade_of);
        for is_done in [true, false] {
            let mut connection = cluster.admin().await;
            for sql in
                ["DROP SCHEMA public CASCADE", "CREATE SCHEMA public", "CREATE TABLE kept (id integer)"]
            {
                connection.execute(sql).await.unwrap();
            }
            upgrade(&mut connection, &list[..1]).await.unwrap();
            for sql in ["BEGIN", "INSERT INTO kept VALUES (1)", "PREPARE TRANSACTION 'held'"] {
                connection.execute(sql).await.unwrap();
            }
            cut_off(connection, &list, words).await;
            let mut connection = cluster.admin().await;
            if is_done {
                drop(connection.execute(&format!("{words} 'held'")).await);
            }
            finishes(&mut connection, &list, left).await;
            assert_eq!(
                connection.value("SELECT count(*) FROM pg_prepared_xacts").await.unwrap().as_deref(),
                Some("0")
            );
            connection.close().await.unwrap();
        }
    }
}
