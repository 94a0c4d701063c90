//! Databases of a test's own, the binary run beside them, and what is in a database as plain text.
//!
//! What is read here is read by sqlx and by the catalogues, never by the library under test.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::atomic::{AtomicU32, Ordering},
};

use cucurbit::config::Environment;
use sqlx::{
    AssertSqlSafe, Column as _, Connection as _, Executor as _, PgConnection, Row as _, SqliteConnection,
};
use tempfile::TempDir;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Postgres,
    Sqlite,
}

/// Mounts a test once for each database: `fn name(kind: Kind)` becomes `name::sqlite` and `name::postgres`.
macro_rules! on_each_database {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        mod $name {
            #[tokio::test]
            async fn postgres() {
                super::$name($crate::support::Database::new($crate::support::Kind::Postgres).await).await;
            }

            #[tokio::test]
            async fn sqlite() {
                super::$name($crate::support::Database::new($crate::support::Kind::Sqlite).await).await;
            }
        }
    )*};
}
pub(crate) use on_each_database;

/// An empty database that goes away with the test.
pub(crate) struct Database {
    pub(crate) kind: Kind,
    pub(crate) url: String,
    /// A folder of the test's own; the SQLite file lies in it.
    pub(crate) folder: TempDir,
    name: String,
}

/// The rows of a database: by table, each row as `column -> text`.
pub(crate) type Rows = BTreeMap<String, Vec<BTreeMap<String, Option<String>>>>;

impl Database {
    /// Makes an empty database.
    pub(crate) async fn new(kind: Kind) -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("cultivar_{}_{number}", std::process::id());
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = match kind {
            Kind::Sqlite => format!("sqlite:///{}", folder.path().join("cultivar.db").display()),
            Kind::Postgres => {
                let mut server = PgConnection::connect(&server()).await.expect("the test server answers");
                let create = format!("CREATE DATABASE {name}");
                server.execute(AssertSqlSafe(create)).await.expect("a database of its own");
                let (base, _) = server_parts();
                format!("{base}/{name}")
            }
        };
        Self { kind, url, folder, name }
    }

    /// The SQLite file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("cultivar.db")
    }

    /// The connection URL in the form that sqlx and SeaORM read.
    pub(crate) fn driver_url(&self) -> String {
        match self.kind {
            Kind::Postgres => self.url.clone(),
            Kind::Sqlite => format!("sqlite://{}?mode=rwc", self.file().display()),
        }
    }

    /// Runs the binary on this database.
    pub(crate) fn migrate(&self, arguments: &[&str]) -> Ran {
        Ran::of(binary(self.folder.path()).env("DATABASE_URL", &self.url).args(arguments))
    }

    /// Runs SQL that is none of the library's business.
    pub(crate) async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.kind {
            Kind::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await.expect("connects");
                connection.execute(sqlx::raw_sql(sql)).await.expect("runs");
                connection.close().await.expect("closes");
            }
            Kind::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.driver_url()).await.expect("connects");
                connection.execute(sqlx::raw_sql(sql)).await.expect("runs");
                connection.close().await.expect("closes");
            }
        }
    }

    /// Reads rows of text columns.
    pub(crate) async fn query(&self, sql: &str) -> Vec<BTreeMap<String, Option<String>>> {
        let mut reader = Reader::of(self).await;
        let rows = reader.query(sql).await;
        reader.close().await;
        rows
    }

    /// Lists the tables, by the database's own catalogue.
    pub(crate) async fn tables(&self) -> Vec<String> {
        let sql = match self.kind {
            Kind::Postgres => {
                "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            }
            Kind::Sqlite => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
            }
        };
        self.query(sql).await.into_iter().filter_map(|mut row| row.remove("name").flatten()).collect()
    }

    /// Reads every row of every table but those of migration tools, each value as text.
    pub(crate) async fn rows(&self) -> Rows {
        let mut all = Rows::new();
        let mut reader = Reader::of(self).await;
        let tools = ["_sqlx_migrations", "alembic_version", "seaql_migrations"];
        for table in self.tables().await.into_iter().filter(|table| !tools.contains(&table.as_str())) {
            let columns = match self.kind {
                Kind::Postgres => format!(
                    "SELECT column_name::text AS name FROM information_schema.columns \
                     WHERE table_name = '{table}' AND table_schema = 'public'"
                ),
                Kind::Sqlite => format!("SELECT name FROM pragma_table_info('{table}')"),
            };
            let columns =
                reader.query(&columns).await.into_iter().filter_map(|mut row| row.remove("name").flatten());
            let list: Vec<String> =
                columns.map(|name| format!(r#"CAST("{name}" AS TEXT) AS "{name}""#)).collect();
            let rows =
                reader.query(&format!(r#"SELECT {} FROM "{table}" ORDER BY id"#, list.join(", "))).await;
            all.insert(table, rows);
        }
        reader.close().await;
        all
    }

    /// The name of the database on its server.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What differs between two runs of a test, each with the word that stands for it.
    pub(crate) fn names(&self) -> Vec<(String, &'static str)> {
        let (_, authority) = self.url.split_once("://").expect("a scheme");
        let host = authority.rsplit_once('/').map_or(authority, |(server, _)| server);
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let folder = self.folder.path().display().to_string();
        let mut names = vec![(folder, "<folder>"), (self.name.clone(), "<database>")];
        if self.kind == Kind::Postgres {
            names.push((host.to_owned(), "<server>"));
        }
        names
    }

    /// Everything that is in a database of PostgreSQL, as pg_dump writes it.
    pub(crate) fn dump(&self) -> String {
        let dump = Command::new(pg_dump()).args(["--no-owner", &self.url]).output().expect("pg_dump runs");
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        let text = String::from_utf8(dump.stdout).expect("UTF-8");
        // Newer versions write a random key against injection.
        let is_key = |line: &str| line.starts_with("\\restrict") || line.starts_with("\\unrestrict");
        text.lines().filter(|line| !is_key(line)).collect::<Vec<_>>().join("\n")
    }

    /// Describes the schema in the database's own words: `pg_dump`, or `sqlite_schema` without white space.
    pub(crate) async fn schema(&self) -> String {
        match self.kind {
            Kind::Postgres => {
                let dump = Command::new(pg_dump())
                    .args(["--schema-only", "--no-owner", "--exclude-table=alembic_version", &self.url])
                    .output()
                    .expect("pg_dump runs");
                assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
                let text = String::from_utf8(dump.stdout).expect("UTF-8");
                // Newer versions write a random key against injection.
                text.lines().filter(|line| !line.starts_with('\\')).collect::<Vec<_>>().join("\n")
            }
            Kind::Sqlite => {
                let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'alembic_version' \
                           ORDER BY type, name";
                let rows =
                    self.query(sql).await.into_iter().filter_map(|mut row| row.remove("sql").flatten());
                rows.map(|sql| sql.split_whitespace().collect::<Vec<_>>().join(" "))
                    .collect::<Vec<_>>()
                    .join("\n")
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.kind == Kind::Postgres {
            let drop_it = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
            let psql = Command::new("psql").args([&server(), "-qc", &drop_it]).output();
            // The throw-away server goes away with everything in it; a server of the user's is kept clean.
            drop(psql);
        }
    }
}

/// A connection for several queries in a row.
enum Reader {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl Reader {
    async fn of(database: &Database) -> Self {
        let url = database.driver_url();
        match database.kind {
            Kind::Postgres => Self::Postgres(PgConnection::connect(&url).await.expect("connects")),
            Kind::Sqlite => Self::Sqlite(SqliteConnection::connect(&url).await.expect("connects")),
        }
    }

    async fn query(&mut self, sql: &str) -> Vec<BTreeMap<String, Option<String>>> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Postgres(connection) => {
                let rows = connection.fetch_all(sql).await.expect("reads");
                rows.iter()
                    .map(|row| texts(row.columns().iter().map(|c| (c.name(), row.get(c.ordinal())))))
                    .collect()
            }
            Self::Sqlite(connection) => {
                let rows = connection.fetch_all(sql).await.expect("reads");
                rows.iter()
                    .map(|row| texts(row.columns().iter().map(|c| (c.name(), row.get(c.ordinal())))))
                    .collect()
            }
        }
    }

    async fn close(self) {
        match self {
            Self::Postgres(connection) => connection.close().await.expect("closes"),
            Self::Sqlite(connection) => connection.close().await.expect("closes"),
        }
    }
}

fn texts<'c>(values: impl Iterator<Item = (&'c str, Option<String>)>) -> BTreeMap<String, Option<String>> {
    values.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The test server's connection URL.
fn server() -> String {
    let server = Environment::read().get("CUCURBIT_TEST_POSTGRES_URL").expect("UTF-8").map(str::to_owned);
    server.expect("CUCURBIT_TEST_POSTGRES_URL is not set: `cargo xtask test` starts a server and sets it")
}

/// The server's connection URL without its database, and the database.
fn server_parts() -> (String, String) {
    let server = server();
    let (base, database) = server.rsplit_once('/').expect("a connection URL with a database");
    (base.to_owned(), database.to_owned())
}

/// Finds pg_dump where Debian keeps it, if it is not on the PATH.
fn pg_dump() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        versions.map(|version| version.path().join("bin/pg_dump")).filter(|path| path.exists()).collect();
    found.sort();
    found.pop().unwrap_or_else(|| PathBuf::from("pg_dump"))
}

/// The binary, without the connection URLs, the configuration and the colours of whoever runs the tests.
pub(crate) fn binary(working_directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_migrate"));
    for name in
        ["DATABASE_URL", "ALEMBIC_DATABASE_URL", "CUCURBIT_CONFIG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"]
    {
        command.env_remove(name);
    }
    command.current_dir(working_directory);
    command
}

/// What a run of the binary left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the binary runs");
        Self::from(output)
    }

    /// Insists on an exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// Insists that no row was lost and no value changed in the columns that both sides have.
#[track_caller]
pub(crate) fn assert_same_values(before: &Rows, after: &Rows) {
    for (table, rows) in after {
        let Some(was) = before.get(table) else { continue };
        assert_eq!(was.len(), rows.len(), "rows of {table}");
        for (was, is) in was.iter().zip(rows) {
            for (column, value) in is {
                if let Some(old) = was.get(column) {
                    assert_eq!(old, value, "{table}.{column}");
                }
            }
        }
    }
}

/// The pieces of a schema's description, sorted: the order of columns in a table is not a difference.
pub(crate) fn sorted(schema: &str) -> Vec<String> {
    let mut pieces: Vec<String> = schema
        .split(['\n', ',', '('])
        .map(|piece| piece.trim().trim_end_matches([')', ';']).to_owned())
        .filter(|piece| !piece.is_empty())
        .collect();
    pieces.sort();
    pieces
}
