//! A database of a test's own, which goes when the test ends, also by a panic.

use std::{env, fs::File, io, path::PathBuf, thread};

use tempfile::TempDir;

use crate::{
    config::{ConfigError, Environment, Origin},
    connection::{ConnectOptions, Connection, url::ConnectionUrl},
    dialect::{Before, Scratch},
    revision::{Script, Scripts},
    runtime::Migrator,
    schema::Dialect,
    source::ReplayError,
};

use super::Failure;

/// The variables that name a PostgreSQL server, the first that is set.
const SERVERS: [&str; 2] = ["CUCURBIT_TEST_POSTGRES_URL", "DATABASE_URL"];

/// A database of a test's own: a file of SQLite in a temporary folder, or a database on a PostgreSQL server. It is dropped
/// with this value, also where a test panics, and by a later test where its process was killed.
///
/// ```
/// use cucurbit::{schema::Dialect, testing::Database};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let database = Database::new(Dialect::Sqlite).await?;
/// let mut connection = database.connect().await?;
/// connection.execute("CREATE TABLE bed (id INTEGER PRIMARY KEY)").await?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Database {
    url: ConnectionUrl,
    place: Place,
}

/// What is dropped.
#[derive(Debug)]
enum Place {
    File { _folder: TempDir },
    Server { server: Box<ConnectionUrl>, scratch: Option<Box<Scratch>> },
}

impl Database {
    /// Makes an empty database.
    ///
    /// # Errors
    ///
    /// When no server is named or it refuses, or no temporary folder can be made.
    pub async fn new(dialect: Dialect) -> Result<Self, Failure> {
        match dialect {
            Dialect::Postgres => Self::on_server().await,
            Dialect::Sqlite => Self::in_file(),
        }
    }

    fn in_file() -> Result<Self, Failure> {
        let failed =
            |error: io::Error| Failure::new(format!("no temporary file can be made for the test: {error}"));
        let folder = TempDir::new().map_err(failed)?;
        let file = folder.path().join("test.db");
        // An empty file is an empty database, which a driver opens without being told to make it.
        File::create(&file).map_err(failed)?;
        let url = format!("sqlite:///{}", file.display()).parse();
        let url =
            url.map_err(|error| Failure::new(format!("the temporary file cannot be named: {error}")))?;
        Ok(Self { url, place: Place::File { _folder: folder } })
    }

    async fn on_server() -> Result<Self, Failure> {
        let server = server()?;
        let scratch = Scratch::open(&server, &Before::default()).await;
        let scratch = scratch.map_err(|error| {
            let failed = ReplayError::no_scratch(error);
            Failure::of(server.dialect(), "a database is made for the test", failed)
        })?;
        let url = server.with_database(scratch.name().unwrap_or_default());
        let (server, scratch) = (Box::new(server), Some(Box::new(scratch)));
        Ok(Self { url, place: Place::Server { server, scratch } })
    }

    /// Makes a database and runs all revisions on it.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and when a revision fails.
    pub async fn migrated(dialect: Dialect, scripts: Vec<Script>) -> Result<Self, Failure> {
        let database = Self::new(dialect).await?;
        const DOING: &str = "the revisions are run";
        let scripts = Scripts::new(scripts).map_err(|error| Failure::of(dialect, DOING, error))?;
        let mut connection = database.connect().await?;
        let report = Migrator::on(&mut connection, &scripts).upgrade_heads().await;
        report.map_err(|error| Failure::of(dialect, DOING, error))?;
        Ok(database)
    }

    /// Returns the connection URL, which drivers and SeaORM read, too. It may hold the server's password.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.for_driver()
    }

    /// Returns which kind of database it is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.url.dialect()
    }

    /// Connects to it. A file is made by the first connection.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn connect(&self) -> Result<Connection, Failure> {
        let connection = Connection::connect(&self.url, &ConnectOptions::new().create_file(true)).await;
        connection.map_err(|error| Failure::of(self.dialect(), "the test connects", error))
    }
}

/// Finds the server on which databases can be made.
fn server() -> Result<ConnectionUrl, Failure> {
    const DIALECT: Dialect = Dialect::Postgres;
    let unread = |error: ConfigError| Failure::of(DIALECT, "the environment is read for the server", error);
    let folder = env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let environment = Environment::read().with_dot_env(&folder).map_err(unread)?;
    for name in SERVERS {
        let Some(text) = environment.get(name).map_err(unread)? else { continue };
        let url: ConnectionUrl = text.parse().map_err(|source| {
            unread(ConfigError::ConnectionUrl { origin: Origin::Variable(name), source })
        })?;
        if url.dialect() == DIALECT {
            return Ok(url);
        }
    }
    let [first, second] = SERVERS;
    Err(Failure::new(format!(
        "there is no {DIALECT} server to make a database on for the test\n  hint: set {first} or {second} to the connection \
         URL of a role that may create databases; a project of SQLite alone says `on = [Dialect::Sqlite]`"
    )))
}

/// Runs a test on a migrated database of its own: what `#[cucurbit::test]` expands to.
///
/// # Panics
///
/// When there is no such database or a revision fails, and as the test does.
pub fn run(dialect: Dialect, scripts: Vec<Script>, test: impl AsyncFnOnce(Database)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("the system lets a test have a runtime").block_on(async {
        match Database::migrated(dialect, scripts).await {
            Ok(database) => test(database).await,
            Err(failure) => panic!("{failure}"),
        }
    });
}

impl Drop for Database {
    /// Waits until the server has dropped it. It is asked by a runtime of its own: that of the test may be ending.
    fn drop(&mut self) {
        let Place::Server { server, scratch } = &mut self.place else { return };
        let Some(scratch) = scratch.take() else { return };
        let (server, end) = (server.as_ref().clone(), scratch.end());
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let options = ConnectOptions::default();
                let Ok(mut connection) = Connection::connect(&server, &options).await else { return };
                for sql in end {
                    // One that is left is dropped by the next test that asks for a database.
                    drop(connection.execute(&sql).await);
                }
            });
            io::Result::Ok(())
        });
        drop(dropping.join());
        // Until now its session said that the database is in use.
        drop(scratch);
    }
}
