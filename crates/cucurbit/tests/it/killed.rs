//! A process that is killed (-9) at any moment of an upgrade with statements outside transactions: the next run finishes,
//! nothing ran twice, and nothing is left.

use std::{
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use cucurbit::{
    Op, Script,
    config::Environment,
    connection::{ConnectOptions, Connection},
    prelude::*,
    runtime::Migrator,
};

use crate::{
    pooled::Pooler,
    support::{Database, on_database, on_each_database, script, scripts},
};

/// Where the other process finds the connection URL.
const URL: &str = "CUCURBIT_TEST_KILLED_URL";

/// How often an upgrade is killed before it may finish, and how many upgrades there are.
const KILLS: u64 = 8;
const ROUNDS: u64 = 3;

/// How many pieces of each kind there are.
const PIECES: usize = 8;

fn nothing(_op: &mut Op) {}

fn counter(op: &mut Op) {
    op.create_table("counter", |table| {
        table.column(integer("id"));
        table.column(integer("n"));
        table.primary_key(["id"]);
    });
    op.bulk_insert("counter", ["id", "n"], rows![[1, 0]]);
}

/// Takes a while, so that a moment can be in its middle.
fn takes_time(op: &mut Op) {
    op.on(Postgres, |op| {
        op.execute("SELECT pg_sleep(0.01)").means(|_| {});
    });
    op.on(Sqlite, |op| {
        op.execute("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 30000) SELECT max(i) FROM n")
            .means(|_| {});
    });
}

fn in_pieces(op: &mut Op) {
    for _ in 0..PIECES {
        op.execute("UPDATE counter SET n = n + 1").means(|_| {});
        takes_time(op);
        op.execute("VACUUM").outside_transaction().means(|_| {});
    }
    op.create_index("ix_counter_n", "counter", ["n"]).concurrently();
    for _ in 0..PIECES {
        op.execute("UPDATE counter SET n = n + 1").outside_transaction().means(|_| {});
    }
}

fn in_one(op: &mut Op) {
    op.execute("UPDATE counter SET n = n + 1").means(|_| {});
    takes_time(op);
}

fn list() -> [Script; 4] {
    [
        script("a1", &[], counter, nothing),
        script("a2", &["a1"], in_pieces, nothing),
        script("a3", &["a2"], in_one, nothing),
        script("a4", &["a3"], in_pieces_again, nothing),
    ]
}

fn in_pieces_again(op: &mut Op) {
    op.execute("VACUUM").outside_transaction().means(|_| {});
    op.execute("UPDATE counter SET n = n + 1").means(|_| {});
}

/// The process that is killed.
#[test]
#[ignore = "the tests below run it in a process of its own"]
fn upgrades() {
    let environment = Environment::read();
    let url = environment.get(URL).unwrap().expect("the connection URL");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = ConnectOptions::new().create_file(true).busy_timeout(Duration::from_secs(60));
        let mut connection = Connection::connect(&url.parse().unwrap(), &options).await.unwrap();
        Migrator::on(&mut connection, &scripts(&list())).upgrade_heads().await.unwrap();
        connection.close().await.unwrap();
    });
}

/// Upgrades in another process, which is killed after this time if it has not ended. Returns whether it has.
fn upgraded_within(url: &str, time: Duration) -> bool {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "killed::upgrades", "--ignored", "--nocapture"]).env(URL, url);
    let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    loop {
        if process.try_wait().unwrap().is_some() {
            let output = process.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            return true;
        }
        if begun.elapsed() >= time {
            process.kill().unwrap();
            process.wait().unwrap();
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

const LONG: Duration = Duration::from_secs(100);

/// Moments by chance, always the same: the generator of Numerical Recipes, 64 bits.
fn chance(seed: &mut u64, below: Duration) -> Duration {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    below.mul_f64(f64::from((*seed >> 40) as u32) / f64::from(1_u32 << 24))
}

async fn kills(database: &Database, url: &str) {
    drop(database.emptied().await);
    let begun = Instant::now();
    assert!(upgraded_within(url, LONG));
    let whole = begun.elapsed();
    let mut seed = 20_261_127;
    for round in 0..ROUNDS {
        drop(database.emptied().await);
        let mut killed = 0;
        while killed < KILLS && !upgraded_within(url, chance(&mut seed, whole)) {
            killed += 1;
        }
        assert!(upgraded_within(url, LONG), "the next run finishes");
        let mut connection = database.connect().await;
        let count = connection.value("SELECT n FROM counter").await.unwrap();
        let wanted = (2 * PIECES + 2).to_string();
        assert_eq!(
            count,
            Some(wanted),
            "round {round}, {killed} kills: nothing ran twice, nothing was left out"
        );
        nothing_is_left(database, &mut connection).await;
    }
}

async fn nothing_is_left(database: &Database, connection: &mut Connection) {
    assert_eq!(database.tables(connection).await, ["alembic_version", "counter"]);
    let version = connection.value("SELECT version_num FROM alembic_version").await.unwrap();
    assert_eq!(version.as_deref(), Some("a4"));
    if database.dialect == Postgres {
        let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' \
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let begun = Instant::now();
        // The server hears of the end of a process after it.
        while connection.value(locks).await.unwrap().as_deref() != Some("0") {
            assert!(begun.elapsed() < Duration::from_secs(30), "a lock is stranded");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let indexes = "SELECT string_agg(i.indexrelid::regclass || ' ' || i.indisvalid, ', ' ORDER BY 1) FROM pg_index i \
                       JOIN pg_class c ON c.oid = i.indrelid WHERE c.relname = 'counter' AND NOT i.indisprimary";
        assert_eq!(connection.value(indexes).await.unwrap().as_deref(), Some("ix_counter_n true"));
    } else {
        let file = Path::new(database.url.trim_start_matches("sqlite://"));
        let beside = std::fs::read_dir(file.parent().unwrap()).unwrap();
        let beside: Vec<_> = beside.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(beside, [file.file_name().unwrap()]);
        assert_eq!(connection.value("PRAGMA integrity_check").await.unwrap().as_deref(), Some("ok"));
    }
}

#[test]
fn a_run_that_is_killed_at_any_moment_is_finished_by_the_next() {
    on_each_database(async |database: Database| kills(&database, &database.url).await);
}

#[test]
fn a_run_through_a_pooler_that_is_killed_is_finished_by_the_next() {
    on_database(Postgres, async |database: Database| {
        let pooler = Pooler::start(&database.url, 4);
        let url = pooler.url(&database);
        kills(&database, &url).await;
    });
}
