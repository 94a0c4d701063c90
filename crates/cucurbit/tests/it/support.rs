//! Databases of a test's own, on both dialects, and scripts written in a line.
//!
//! What is compared is read by plain SQL from the catalogues, never by `reflect`.

use std::{
    future::Future,
    sync::atomic::{AtomicU32, Ordering},
};

use cucurbit::{
    Op, Script,
    command::NewRevision,
    config::Environment,
    connection::{ConnectOptions, Connection, url::ConnectionUrl},
    revision::{Revision, Scripts},
    schema::Dialect,
};
use tempfile::TempDir;

/// Runs a test once for each dialect, each time with an empty database of its own.
pub(crate) fn on_each_database<F: Future<Output = ()>>(test: impl Fn(Database) -> F) {
    Dialect::ALL.into_iter().for_each(|dialect| on_database(dialect, &test));
}

/// Runs a test that only SQLite has, with an empty file.
pub(crate) fn on_sqlite<F: Future<Output = ()>>(test: impl Fn(Database) -> F) {
    on_database(Dialect::Sqlite, test);
}

/// Runs a test on one dialect; there is another one for the other.
pub(crate) fn on_database<F: Future<Output = ()>>(dialect: Dialect, test: impl FnOnce(Database) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let database = Database::new(dialect).await;
        let owner = database.owner();
        test(database).await;
        owner.drop_database().await;
    });
}

/// The release of the PostgreSQL server, such as 15.
pub(crate) async fn release(connection: &mut Connection) -> u32 {
    let asked = "SELECT current_setting('server_version_num')::int / 10000";
    let release = connection.value(asked).await.expect("it can be asked");
    release.and_then(|release| release.parse().ok()).expect("a number")
}

/// An empty database.
pub(crate) struct Database {
    pub(crate) dialect: Dialect,
    pub(crate) parsed_url: ConnectionUrl,
    /// The connection URL as a person writes it.
    pub(crate) url: String,
    name: String,
    folder: std::rc::Rc<TempDir>,
}

/// Who drops a database after its test.
struct Owner {
    name: Option<String>,
    _folder: std::rc::Rc<TempDir>,
}

impl Owner {
    async fn drop_database(self) {
        if let Some(name) = self.name {
            let mut server = server().await;
            server.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
        }
    }
}

fn server_url() -> String {
    let environment = Environment::read();
    let url = environment.get("CUCURBIT_TEST_POSTGRES_URL").unwrap();
    url.expect("CUCURBIT_TEST_POSTGRES_URL is not set: `cargo xtask test` starts a server").to_owned()
}

/// Connects to the server of PostgreSQL itself.
pub(crate) async fn server() -> Connection {
    Connection::connect(&server_url().parse().unwrap(), &ConnectOptions::default()).await.unwrap()
}

impl Database {
    async fn new(dialect: Dialect) -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("cucurbit_test_{}_{number}", std::process::id());
        let folder = TempDir::new().unwrap();
        let url = match dialect {
            Dialect::Postgres => {
                server().await.execute(&format!("CREATE DATABASE {name}")).await.unwrap();
                let server = server_url();
                let (base, _) = server.rsplit_once('/').expect("a connection URL with a database");
                format!("{base}/{name}")
            }
            Dialect::Sqlite => format!("sqlite:///{}", folder.path().join("test.db").display()),
        };
        let parsed_url = url.parse().unwrap();
        Self { dialect, parsed_url, url, name, folder: folder.into() }
    }

    fn owner(&self) -> Owner {
        let name = match self.dialect {
            Dialect::Postgres => Some(self.name.clone()),
            Dialect::Sqlite => None,
        };
        Owner { name, _folder: self.folder.clone() }
    }

    /// Connects, and creates the SQLite file.
    pub(crate) async fn connect(&self) -> Connection {
        let options = ConnectOptions::new().create_file(true);
        Connection::connect(&self.parsed_url, &options).await.unwrap()
    }

    /// Connects, after everything in it was dropped. Nobody else may be connected.
    pub(crate) async fn emptied(&self) -> Connection {
        match self.dialect {
            Dialect::Postgres => {
                let mut connection = self.connect().await;
                let sql = "SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace \
                     WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'";
                for row in connection.rows(sql).await.unwrap() {
                    connection.execute(row[0].as_deref().unwrap()).await.unwrap();
                }
                connection.execute("CREATE SCHEMA public").await.unwrap();
                connection
            }
            Dialect::Sqlite => {
                for entry in std::fs::read_dir(self.folder.path()).unwrap() {
                    std::fs::remove_file(entry.unwrap().path()).unwrap();
                }
                self.connect().await
            }
        }
    }

    /// Lists the tables, by the catalogue.
    pub(crate) async fn tables(&self, connection: &mut Connection) -> Vec<String> {
        let sql = match self.dialect {
            Dialect::Postgres => {
                "SELECT c.relname::text FROM pg_class c WHERE c.relkind = 'r' \
                 AND c.relnamespace = 'public'::regnamespace ORDER BY 1"
            }
            Dialect::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1",
        };
        connection.rows(sql).await.unwrap().into_iter().flatten().flatten().collect()
    }
}

/// Makes a script; its id is also its file and its message.
pub(crate) fn script(
    id: &'static str,
    down_revisions: &'static [&'static str],
    upgrade: fn(&mut Op),
    downgrade: fn(&mut Op),
) -> Script {
    Script { path: id, doc: id, revision: Revision::new(id).revises(down_revisions), upgrade, downgrade }
}

/// Makes the graph of scripts.
pub(crate) fn scripts(scripts: &[Script]) -> Scripts {
    Scripts::new(scripts.to_vec()).unwrap()
}

/// Says what a new script shall be: a message, and nothing else that is unusual.
pub(crate) fn new_revision(message: &str) -> NewRevision {
    NewRevision::new(message, [0; 6], "2025-11-06T12:43:40Z".parse().unwrap())
}
