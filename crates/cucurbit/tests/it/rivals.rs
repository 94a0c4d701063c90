//! Several runs on one database at once: every statement of every revision is run once, and nobody fails.

use cucurbit::{
    Op, Script,
    connection::{ConnectOptions, Connection, url::ConnectionUrl},
    prelude::*,
    revision::Scripts,
    runtime::{Event, Migrator, Report, RunError},
};

use crate::support::{on_each_database, on_sqlite, script, scripts};

const RIVALS: usize = 20;

fn nothing(_op: &mut Op) {}

fn counter(op: &mut Op) {
    op.create_table("counter", |table| {
        table.column(integer("id"));
        table.column(integer("n"));
        table.primary_key(["id"]);
    });
    op.bulk_insert("counter", ["id", "n"], rows![[1, 0]]);
}

/// Ten pieces in a transaction, ten outside.
fn counts(op: &mut Op) {
    for _ in 0..10 {
        op.execute("UPDATE counter SET n = n + 1").means(|_| {});
        op.execute("VACUUM").outside_transaction().means(|_| {});
    }
}

/// The same, where each change of rows is itself outside.
fn counts_outside(op: &mut Op) {
    for _ in 0..10 {
        op.execute("UPDATE counter SET n = n + 1").outside_transaction().means(|_| {});
    }
}

fn list() -> [Script; 4] {
    [
        script("a1", &[], counter, nothing),
        script("a2", &["a1"], counts, nothing),
        script("a3", &["a2"], counts_outside, nothing),
        script("a4", &["a3"], nothing, nothing),
    ]
}

async fn connect(url: &ConnectionUrl) -> Connection {
    // As the command line does: whoever writes is waited for.
    let options = ConnectOptions::new().create_file(true).busy_timeout(std::time::Duration::from_secs(60));
    Connection::connect(url, &options).await.unwrap()
}

/// Upgrades on many connections at once, each on a thread of its own; returns how each ended, and the steps that each
/// said to begin.
fn at_once(url: &ConnectionUrl, list: &[Script]) -> Vec<(Result<Report, RunError>, usize)> {
    let scripts: Scripts = scripts(list);
    std::thread::scope(|scope| {
        let rivals: Vec<_> = (0..RIVALS)
            .map(|_| {
                scope.spawn(|| {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    runtime.block_on(async {
                        let mut connection = connect(url).await;
                        let mut begun = 0;
                        let mut migrator = Migrator::on(&mut connection, &scripts).observer(|event| {
                            begun += usize::from(matches!(event, Event::StepStarted { .. }))
                        });
                        let done = migrator.upgrade_heads().await;
                        drop(migrator);
                        (done, begun)
                    })
                })
            })
            .collect();
        rivals.into_iter().map(|rival| rival.join().unwrap()).collect()
    })
}

#[test]
fn a_file_with_several_names_is_not_thought_to_be_locked_by_one() {
    on_sqlite(async |database| {
        let mut connection = connect(&database.parsed_url).await;
        let list = scripts(&list());
        Migrator::on(&mut connection, &list).upgrade(&["a1".parse().unwrap()]).await.unwrap();
        let file = std::path::Path::new(database.url.trim_start_matches("sqlite://"));
        std::fs::hard_link(file, file.with_file_name("other.db")).unwrap();
        let error = Migrator::on(&mut connection, &list).upgrade_heads().await.unwrap_err();
        assert!(
            matches!(&error, RunError::NoLastingLock { reason, .. } if reason.contains("hard links")),
            "{error:?}"
        );
        let count = connection.value("SELECT n FROM counter").await.unwrap();
        assert_eq!(count.as_deref(), Some("0"), "nothing of the revision was run");
        std::fs::remove_file(file.with_file_name("other.db")).unwrap();
        Migrator::on(&mut connection, &list).upgrade_heads().await.unwrap();
    });
}

#[test]
fn every_statement_is_run_once_however_many_run_at_once() {
    on_each_database(async |database| {
        let mut connection = connect(&database.parsed_url).await;
        let ended = at_once(&database.parsed_url, &list());
        let (mut steps, mut begun) = (0, 0);
        for (done, said) in ended {
            steps += done.unwrap().steps.len();
            begun += said;
        }
        assert_eq!((steps, begun), (4, 4), "each step is done once, and said once");
        let count = connection.value("SELECT n FROM counter").await.unwrap();
        assert_eq!(count.as_deref(), Some("20"));
        let mut tables = database.tables(&mut connection).await;
        tables.retain(|table| !table.starts_with("sqlite_"));
        assert_eq!(tables, ["alembic_version", "counter"], "no list of what is left");
    });
}
