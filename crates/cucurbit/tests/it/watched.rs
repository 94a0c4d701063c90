//! What is told of a statement that takes long: how far it is, which lock it waits for, and who holds that.
//!
//! What is slow waits for a lock of the test's own, or would take minutes and is stopped: no test depends on speed.

use std::time::Duration;

use cucurbit::{
    Op,
    connection::{ConnectOptions, Connection},
    prelude::*,
    runtime::{Activity, Event, Migrator, Phase, RunError, RunOptions, Stop, Unit},
};
use tokio::sync::oneshot;

use crate::support::{Database, on_database, on_sqlite, script, scripts, server};

fn nothing(_op: &mut Op) {}

/// A table with some rows in each of many blocks, and a function that waits at one of them until the test lets it go on: it
/// asks for the lock again and again, so that it waits for none.
fn rows_in_blocks(op: &mut Op) {
    op.execute("CREATE TABLE bed (id integer, soil text)").means(|op| {
        op.create_table("bed", |table| {
            table.column(integer("id").nullable());
            table.column(text("soil").nullable());
        });
    });
    op.execute("ALTER TABLE bed ALTER soil SET STORAGE PLAIN").means(|_| {});
    op.execute("INSERT INTO bed SELECT n, repeat('x', 3000) FROM generate_series(1, 100) n").means(|_| {});
    op.execute(
        "CREATE FUNCTION slow(id integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
           IF id = 51 THEN
             WHILE NOT pg_try_advisory_xact_lock_shared(7) LOOP PERFORM pg_sleep(0.05); END LOOP;
           END IF;
           RETURN id; END $$",
    )
    .means(|_| {});
}

fn slow_index(op: &mut Op) {
    op.execute("CREATE INDEX ix_bed_slow ON bed (slow(id))").means(|_| {});
}

#[test]
fn a_long_build_of_an_index_says_how_far_it_is() {
    on_database(Postgres, async |database: Database| {
        let list = scripts(&[
            script("a1", &[], rows_in_blocks, nothing),
            script("a2", &["a1"], slow_index, nothing),
        ]);
        let mut connection = database.connect().await;
        Migrator::on(&mut connection, &list).upgrade(&["a1".parse().unwrap()]).await.unwrap();
        let mut held = database.connect().await;
        held.execute("SELECT pg_advisory_lock(7)").await.unwrap();
        let (let_go, wait) = oneshot::channel();
        let released = tokio::spawn(async move {
            wait.await.unwrap();
            held.execute("SELECT pg_advisory_unlock(7)").await.unwrap();
        });
        let (mut let_go, mut told) = (Some(let_go), Vec::new());
        Migrator::on(&mut connection, &list)
            .observer(|event| {
                if let Event::StillRunning { sql, since, activity } = event {
                    told.push((sql.to_owned(), since, activity.cloned()));
                    if let Some(let_go) = let_go.take() {
                        let_go.send(()).unwrap();
                    }
                }
            })
            .upgrade_heads()
            .await
            .unwrap();
        released.await.unwrap();
        let (sql, since, activity) = told.first().expect("it is told of");
        assert_eq!(sql, "CREATE INDEX ix_bed_slow ON bed (slow(id))");
        assert!(*since >= Duration::from_secs(5), "{since:?}");
        let Activity { progress, waits_for, .. } = activity.as_ref().expect("the server is asked");
        let progress = progress.as_ref().expect("a view knows");
        assert_eq!(progress.phase, Phase::Named("building index: scanning table".to_owned()));
        let amount = progress.amount.expect("it is counted");
        assert_eq!(amount.unit, Unit::Blocks);
        // Two rows are in each block.
        assert!((20..30).contains(&amount.done), "{amount:?}");
        assert_eq!(amount.total, Some(50));
        assert_eq!(*waits_for, None);
        assert!(only_one_session(&mut connection).await, "the other session is closed");
    });
}

/// Waits until no other session of ours is on this database.
async fn only_one_session(connection: &mut Connection) -> bool {
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                  AND application_name = 'cucurbit' AND pid <> pg_backend_pid()";
    for _ in 0..100 {
        if connection.value(others).await.unwrap().as_deref() == Some("0") {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

fn bed(op: &mut Op) {
    op.create_table("bed", |table| table.column(integer("id")));
}

fn alter_bed(op: &mut Op) {
    op.add_column("bed", integer("width").nullable());
}

#[test]
fn a_wait_for_a_lock_names_the_table_and_the_holder() {
    on_database(Postgres, async |database: Database| {
        let list = scripts(&[script("a1", &[], bed, nothing), script("a2", &["a1"], alter_bed, nothing)]);
        let mut connection = database.connect().await;
        Migrator::on(&mut connection, &list).upgrade(&["a1".parse().unwrap()]).await.unwrap();
        let mut holder = database.connect().await;
        holder
            .execute("SET application_name = 'gardener'; BEGIN; LOCK TABLE bed IN ACCESS SHARE MODE")
            .await
            .unwrap();
        let process = holder.value("SELECT pg_backend_pid()").await.unwrap().unwrap();
        let user = holder.value("SELECT current_user").await.unwrap();
        let (let_go, wait) = oneshot::channel();
        let released = tokio::spawn(async move {
            wait.await.unwrap();
            holder.execute("ROLLBACK").await.unwrap();
        });
        let (mut let_go, mut told) = (Some(let_go), Vec::new());
        Migrator::on(&mut connection, &list)
            .observer(|event| {
                if let Event::StillRunning { activity, .. } = event {
                    told.push(activity.cloned());
                    if let Some(let_go) = let_go.take() {
                        let_go.send(()).unwrap();
                    }
                }
            })
            .upgrade_heads()
            .await
            .unwrap();
        released.await.unwrap();
        let activity = told.first().expect("it is told of").clone().expect("the server is asked");
        assert_eq!(activity.progress, None);
        let lock = activity.waits_for.expect("it waits");
        assert_eq!(lock.relation.as_deref(), Some("bed"));
        let [holder] = lock.holders.as_slice() else { panic!("{lock:?}") };
        assert_eq!(holder.process.map(|process| process.to_string()), Some(process));
        assert_eq!(holder.application.as_deref(), Some("gardener"));
        assert_eq!(holder.user, user);
        assert_eq!(holder.state.as_deref(), Some("idle in transaction"));
    });
}

fn sleep(op: &mut Op) {
    op.execute("SELECT pg_sleep(5.5)").means(|_| {});
}

#[test]
fn where_no_other_session_is_let_in_nothing_is_known_and_nothing_fails() {
    on_database(Postgres, async |database: Database| {
        let role = format!("gardener_{}", std::process::id());
        let mut owner = server().await;
        owner.execute(&format!("CREATE ROLE {role} LOGIN CONNECTION LIMIT 1 PASSWORD 'x'")).await.unwrap();
        let mut own = database.connect().await;
        own.execute(&format!("GRANT ALL ON SCHEMA public TO {role}")).await.unwrap();
        let (_, server) = database.url.split_once('@').unwrap();
        let url = format!("postgresql://{role}:x@{server}").parse().unwrap();
        let mut connection = Connection::connect(&url, &ConnectOptions::default()).await.unwrap();
        let list = scripts(&[script("a1", &[], sleep, nothing)]);
        let mut told = Vec::new();
        let done = Migrator::on(&mut connection, &list)
            .observer(|event| {
                if let Event::StillRunning { activity, .. } = event {
                    told.push(activity.cloned());
                }
            })
            .upgrade_heads()
            .await;
        connection.close().await.unwrap();
        own.execute(&format!("DROP OWNED BY {role}")).await.unwrap();
        owner.execute(&format!("DROP ROLE {role}")).await.unwrap();
        done.unwrap();
        assert_eq!(told, [None]);
    });
}

fn unique_number(op: &mut Op) {
    op.create_unique_constraint("uq_bed_number", "bed", ["number"]);
}

#[test]
fn a_rebuild_counts_the_rows_that_it_has_copied() {
    on_sqlite(async |database: Database| {
        let mut connection = database.connect().await;
        // The check is looked at for each row that is written: all of them would take a minute.
        let rows = "PRAGMA ignore_check_constraints = ON;
             CREATE TABLE bed (id INTEGER PRIMARY KEY, number INTEGER NOT NULL, CHECK (length(hex(zeroblob(400000 + number % 2))) > 0));
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
             INSERT INTO bed SELECT i, i FROM n;
             PRAGMA ignore_check_constraints = OFF";
        connection.execute(rows).await.unwrap();
        let list = scripts(&[script("a1", &[], unique_number, nothing)]);
        let stop = Stop::default();
        let mut told = Vec::new();
        let error = Migrator::on(&mut connection, &list)
            .options(RunOptions::new().stop(stop.clone()))
            .observer(|event| {
                if let Event::StillRunning { sql, activity, .. } = event {
                    told.push((sql.to_owned(), activity.cloned()));
                    stop.ask();
                }
            })
            .upgrade_heads()
            .await
            .unwrap_err();
        assert!(matches!(error, RunError::Stopped { .. }), "{error:?}");
        let (sql, activity) = told.first().expect("it is told of");
        assert!(sql.starts_with("INSERT INTO \"_cucurbit_new_bed\""), "{sql}");
        let progress = activity.clone().and_then(|activity| activity.progress).expect("rows are counted");
        assert_eq!(progress.phase, Phase::Copy);
        let amount = progress.amount.expect("rows are counted");
        assert_eq!((amount.total, amount.unit), (Some(200_000), Unit::Rows));
        assert!((1..200_000).contains(&amount.done), "{amount:?}");
        let left = connection.value("SELECT count(*) FROM bed").await.unwrap();
        assert_eq!(left.as_deref(), Some("200000"), "all of it was rolled back");
    });
}
