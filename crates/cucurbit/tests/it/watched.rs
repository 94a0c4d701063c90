//! What is told of a statement that takes long: how far it is, which lock it waits for, and who holds that.
//!
//! What is slow waits for a lock of the test's own, or would take minutes and is stopped: no test depends on speed.

use std::time::Duration;

use cucurbit::{
    Op, Script,
    connection::{ConnectOptions, Connection},
    prelude::*,
    runtime::{Activity, Event, Migrator, Phase, RunError, RunOptions, Stop, Unit},
};
use tokio::sync::oneshot;

use crate::support::{Database, on_database, on_sqlite, release, script, scripts, server};

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

/// Upgrades while a lock is held, which is let go when a statement was told of; returns what was told first.
async fn told_while_held(
    database: &Database,
    list: &[Script],
    mut holder: Connection,
    let_go_by: &'static str,
) -> (String, Activity) {
    let list = scripts(list);
    let mut connection = database.connect().await;
    let (let_go, wait) = oneshot::channel();
    let released = tokio::spawn(async move {
        wait.await.unwrap();
        holder.execute(let_go_by).await.unwrap();
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
    assert!(only_one_session(&mut connection).await, "the other session is closed");
    let (sql, since, activity) = told.into_iter().next().expect("it is told of");
    assert!(since >= Duration::from_secs(5), "{since:?}");
    (sql, activity.expect("the server is asked"))
}

/// Applies the first revision.
async fn begun(database: &Database, list: &[Script]) {
    let mut connection = database.connect().await;
    Migrator::on(&mut connection, &scripts(&list[..1])).upgrade_heads().await.unwrap();
    connection.close().await.unwrap();
}

#[test]
fn a_long_build_of_an_index_says_how_far_it_is() {
    on_database(Postgres, async |database: Database| {
        let list = [script("a1", &[], rows_in_blocks, nothing), script("a2", &["a1"], slow_index, nothing)];
        begun(&database, &list).await;
        let mut holder = database.connect().await;
        holder.execute("SELECT pg_advisory_lock(7)").await.unwrap();
        let let_go = "SELECT pg_advisory_unlock(7)";
        let (sql, activity) = told_while_held(&database, &list, holder, let_go).await;
        assert_eq!(sql, "CREATE INDEX ix_bed_slow ON bed (slow(id))");
        let progress = activity.progress.expect("a view knows");
        assert_eq!(progress.phase, Phase::Named("building index: scanning table".to_owned()));
        let amount = progress.amount.expect("it is counted");
        // Two rows are in each block.
        assert!((20..30).contains(&amount.done), "{amount:?}");
        assert_eq!((amount.total, amount.unit), (Some(50), Unit::Blocks));
        assert_eq!(activity.waits_for, None);
    });
}

/// A COPY whose 51st row waits, by a trigger.
fn slow_copy(op: &mut Op) {
    op.execute(
        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM slow(NEW.id); RETURN NEW; END $$",
    )
    .means(|_| {});
    op.execute("CREATE TRIGGER slowly BEFORE INSERT ON bed FOR EACH ROW EXECUTE FUNCTION slowly()")
        .means(|_| {});
    let rows: String = (1..=100).map(|row| format!("{row}\n")).collect();
    op.execute(format!("COPY bed (id) FROM stdin;\n{rows}\\.\n")).means(|_| {});
}

#[test]
fn a_long_copy_counts_its_rows() {
    on_database(Postgres, async |database: Database| {
        let list = [script("a1", &[], rows_in_blocks, nothing), script("a2", &["a1"], slow_copy, nothing)];
        begun(&database, &list).await;
        let mut holder = database.connect().await;
        let has_view = release(&mut holder).await >= 14;
        holder.execute("SELECT pg_advisory_lock(7)").await.unwrap();
        let let_go = "SELECT pg_advisory_unlock(7)";
        let (sql, activity) = told_while_held(&database, &list, holder, let_go).await;
        assert!(sql.starts_with("COPY bed (id) FROM stdin"), "{sql}");
        assert_eq!(activity.progress.is_some(), has_view);
        if let Some(progress) = activity.progress {
            assert_eq!(progress.phase, Phase::Named("COPY FROM".to_owned()));
            let amount = progress.amount.expect("it is counted");
            assert_eq!((amount.done, amount.total, amount.unit), (50, None, Unit::Rows));
        }
    });
}

fn concurrent_index(op: &mut Op) {
    op.create_index("ix_bed_id", "bed", ["id"]).concurrently();
}

#[test]
fn an_index_that_is_built_concurrently_says_whose_transaction_it_waits_for() {
    on_database(Postgres, async |database: Database| {
        let list = [script("a1", &[], bed, nothing), script("a2", &["a1"], concurrent_index, nothing)];
        begun(&database, &list).await;
        let mut holder = database.connect().await;
        holder.execute("BEGIN; INSERT INTO bed (id) VALUES (1)").await.unwrap();
        let process = holder.value("SELECT pg_backend_pid()").await.unwrap();
        let (sql, activity) = told_while_held(&database, &list, holder, "COMMIT").await;
        assert!(sql.starts_with("CREATE INDEX CONCURRENTLY"), "{sql}");
        let progress = activity.progress.expect("a view knows");
        assert_eq!(progress.phase, Phase::Named("waiting for writers before build".to_owned()));
        let amount = progress.amount.expect("it is counted");
        assert_eq!((amount.done, amount.total, amount.unit), (0, Some(1), Unit::Transactions));
        let lock = activity.waits_for.expect("it waits");
        assert_eq!(lock.relation, None);
        let holders: Vec<Option<String>> =
            lock.holders.iter().map(|holder| holder.process.map(|process| process.to_string())).collect();
        assert_eq!(holders, [process]);
    });
}

/// Waits until no other session of ours is on this database, and tells whether that came.
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
        let list = [script("a1", &[], bed, nothing), script("a2", &["a1"], alter_bed, nothing)];
        begun(&database, &list).await;
        let mut holder = database.connect().await;
        let lock = "SET application_name = 'gardener'; BEGIN; LOCK TABLE bed IN ACCESS SHARE MODE";
        holder.execute(lock).await.unwrap();
        let process = holder.value("SELECT pg_backend_pid()").await.unwrap();
        let user = holder.value("SELECT current_user").await.unwrap();
        let (_, activity) = told_while_held(&database, &list, holder, "ROLLBACK").await;
        assert_eq!(activity.progress, None);
        let lock = activity.waits_for.expect("it waits");
        assert_eq!(lock.relation.as_deref(), Some("bed"));
        let [holder] = lock.holders.as_slice() else { panic!("{lock:?}") };
        assert_eq!(holder.process.map(|process| process.to_string()), process);
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
