//! PostgreSQL behind pgbouncer's transaction pooling, which gives a session to others after each transaction: runs wait
//! for each other, and leave nothing behind.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use cucurbit::{
    Op, Script,
    connection::{ConnectOptions, Connection, url::ConnectionUrl},
    prelude::*,
    runtime::{Migrator, Report, RunError},
};
use tempfile::TempDir;

use crate::support::{Database, on_database, script, scripts};

/// A pooler before a server; dropping it ends it.
pub(crate) struct Pooler {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Pooler {
    /// Starts one that holds so many connections to the server at most.
    pub(crate) fn start(server: &str, connections: u32) -> Self {
        let (user, host) =
            server.trim_start_matches("postgresql://").split_once('@').expect("user@host:port/…");
        let (host, rest) = host.rsplit_once(':').expect("a port");
        let server_port = rest.split_once('/').expect("a database").0;
        let folder = TempDir::new().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = folder.path().join("pgbouncer.ini");
        fs::write(
            &file,
            format!(
                "[databases]\n* = host={host} port={server_port} user={user}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
                 listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n\
                 ignore_startup_parameters = extra_float_digits,options\ndefault_pool_size = {connections}\n"
            ),
        )
        .unwrap();
        let mut command = Command::new("pgbouncer");
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        if Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n")) {
            // It does not run as root.
            command.args(["-u", "postgres"]);
        }
        command.arg("--quiet").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("the tests need pgbouncer: `sudo apt-get install pgbouncer`");
        let pooler = Self { process, port, _folder: folder };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "pgbouncer does not answer");
            thread::yield_now();
        }
        pooler
    }

    /// The connection URL of a database through it.
    pub(crate) fn url(&self, database: &Database) -> String {
        let name = database.url.rsplit_once('/').expect("a database").1;
        format!("postgresql://postgres@127.0.0.1:{}/{name}?statement-cache-capacity=0", self.port)
    }

    fn parsed_url(&self, database: &Database) -> ConnectionUrl {
        self.url(database).parse().unwrap()
    }
}

fn nothing(_op: &mut Op) {}

fn counter(op: &mut Op) {
    op.create_table("counter", |table| table.column(integer("n")));
    op.bulk_insert("counter", ["n"], rows![[0]]);
}

fn counts(op: &mut Op) {
    op.execute("UPDATE counter SET n = n + 1").means(|_| {});
}

fn counts_in_pieces(op: &mut Op) {
    for _ in 0..3 {
        op.execute("UPDATE counter SET n = n + 1").means(|_| {});
        op.execute("VACUUM counter").outside_transaction().means(|_| {});
    }
    op.create_index("ix_counter_n", "counter", ["n"]).concurrently();
}

fn sets(op: &mut Op) {
    op.execute("SET statement_timeout = '7min'; PREPARE left_behind AS SELECT 1").means(|_| {});
    op.execute("UPDATE counter SET n = n + 1").means(|_| {});
}

fn list() -> [Script; 4] {
    [
        script("a1", &[], counter, nothing),
        script("a2", &["a1"], counts, nothing),
        script("a3", &["a2"], counts_in_pieces, nothing),
        script("a4", &["a3"], sets, nothing),
    ]
}

/// Upgrades at once, each on a connection of its own.
fn at_once(url: &ConnectionUrl, rivals: usize) -> Vec<Result<Report, RunError>> {
    let scripts = scripts(&list());
    thread::scope(|scope| {
        let run = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut connection = Connection::connect(url, &ConnectOptions::default()).await.unwrap();
                Migrator::on(&mut connection, &scripts).upgrade_heads().await
            })
        };
        let rivals: Vec<_> = (0..rivals).map(|_| scope.spawn(run)).collect();
        rivals.into_iter().map(|rival| rival.join().unwrap()).collect()
    })
}

/// What is left in sessions of the server, by a connection to itself.
async fn left(direct: &mut Connection) -> Option<String> {
    let query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    direct.value(query).await.unwrap()
}

#[test]
fn upgrades_at_once_through_a_pooler_wait_for_each_other() {
    on_database(Postgres, async |database: Database| {
        let pooler = Pooler::start(&database.url, 3);
        let url = pooler.parsed_url(&database);
        let steps: usize = at_once(&url, 8).into_iter().map(|done| done.unwrap().steps.len()).sum();
        assert_eq!(steps, 4);
        let mut direct = database.connect().await;
        let counted = direct.value("SELECT n FROM counter").await.unwrap();
        assert_eq!(counted.as_deref(), Some("5"));
        assert_eq!(left(&mut direct).await.as_deref(), Some("0"));
        assert_eq!(database.tables(&mut direct).await, ["alembic_version", "counter"]);
        // A run beside the pooler is not refused.
        Migrator::on(&mut direct, &scripts(&list())).upgrade_heads().await.unwrap();
        // Whoever gets the session next finds nothing of ours in it.
        let mut next = Connection::connect(&url, &ConnectOptions::default()).await.unwrap();
        assert_eq!(next.value("SHOW statement_timeout").await.unwrap().as_deref(), Some("0"));
        let prepared = "SELECT count(*) FROM pg_prepared_statements WHERE from_sql";
        assert_eq!(next.value(prepared).await.unwrap().as_deref(), Some("0"));
    });
}

#[test]
fn where_no_second_connection_can_be_had_only_what_needs_the_lock_is_refused() {
    on_database(Postgres, async |database: Database| {
        let pooler = Pooler::start(&database.url, 1);
        let url = pooler.parsed_url(&database);
        let mut connection = Connection::connect(&url, &ConnectOptions::default()).await.unwrap();
        let list = scripts(&list());
        let to = |id: &str| [id.parse().unwrap()];
        Migrator::on(&mut connection, &list).upgrade(&to("a2")).await.unwrap();
        let error = Migrator::on(&mut connection, &list).upgrade(&to("a3")).await.unwrap_err();
        assert!(matches!(error, RunError::NoLastingLock { .. }), "{error:?}");
        drop(connection);
        drop(pooler);
        let mut direct = database.connect().await;
        let counted = direct.value("SELECT n FROM counter").await.unwrap();
        assert_eq!(counted.as_deref(), Some("1"));
        Migrator::on(&mut direct, &list).upgrade(&to("a3")).await.unwrap();
    });
}
