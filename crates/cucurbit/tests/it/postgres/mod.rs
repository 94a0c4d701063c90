//! PostgreSQL on a real server, whose connection URL is in `CUCURBIT_TEST_POSTGRES_URL`.
//!
//! What lives here: a database for each test, and the comparison of memory with disk. Subjects are files.

mod ask;
mod cast;
mod enumeration;
mod keys;
mod lock;
mod pending;
mod plan;
mod reflect;
mod sequence;
mod types;

use std::sync::atomic::{AtomicU32, Ordering};

use cucurbit::{
    connection::Connection,
    dialect::{self, Before, Dialect},
    operation::{Op, Operation},
    schema::Schema,
};
use sqlx::{Connection as _, PgConnection};

use crate::settled::settled;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A database of one test, dropped with the value.
struct Database {
    name: String,
}

fn server() -> String {
    #[expect(clippy::disallowed_methods, reason = "a test's server is named by the environment alone")]
    let url = std::env::var("CUCURBIT_TEST_POSTGRES_URL");
    url.expect(
        "CUCURBIT_TEST_POSTGRES_URL names a PostgreSQL server, as postgresql://postgres@127.0.0.1/postgres",
    )
}

async fn administrator() -> Connection {
    PgConnection::connect(&server()).await.expect("the server answers").into()
}

impl Database {
    async fn new() -> Self {
        let name = format!("cucurbit_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let create = format!("CREATE DATABASE {name} TEMPLATE template0");
        administrator().await.execute(&create).await.expect("a database can be made");
        Self { name }
    }

    fn url(&self) -> String {
        let server = server();
        let (head, _) = server.rsplit_once('/').expect("the connection URL names a database");
        format!("{head}/{}", self.name)
    }

    async fn connect(&self) -> Connection {
        PgConnection::connect(&self.url()).await.expect("the database is there").into()
    }

    /// The whole database as a text that shares no code with ours.
    fn dump(&self) -> String {
        let output =
            std::process::Command::new("pg_dump").arg(self.url()).output().expect("pg_dump is there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("a dump is text");
        // Since 2025 a dump holds a random word that differs each time.
        text.lines().filter(|line| !line.contains("restrict ")).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("a runtime can be made");
            runtime.block_on(async { administrator().await.execute(&drop).await }).map(|_| ())
        });
        // A failed test has its own message; of one that passed nothing may stay.
        if !std::thread::panicking() {
            thread.join().expect("the thread ends").expect("the database is dropped");
        } else {
            drop_result(thread.join());
        }
    }
}

fn drop_result<T>(_result: std::thread::Result<T>) {}

/// Reads the schema.
async fn reflect(connection: &mut Connection) -> Schema {
    dialect::reflect(connection).await.expect("the schema can be read").schema
}

/// Plans operations and runs them in a transaction, and compares memory with disk.
async fn run(connection: &mut Connection, before: &mut Before, record: impl FnOnce(&mut Op)) {
    let operations = Op::record(record);
    run_operations(connection, before, &operations).await;
}

async fn run_operations(connection: &mut Connection, before: &mut Before, operations: &[Operation]) {
    let plan = Dialect::Postgres.plan(before, operations).expect("it can be planned");
    connection.execute("BEGIN").await.expect("a transaction begins");
    for statement in &plan.statements {
        for hazard in &statement.hazards {
            let probe = connection.value(&hazard.probe).await;
            probe.unwrap_or_else(|error| panic!("the probe {} failed: {error:?}", hazard.probe));
        }
        let done = connection.execute(&statement.sql).await;
        done.unwrap_or_else(|error| panic!("{} failed: {error:?}", statement.sql));
    }
    connection.execute("COMMIT").await.expect("the transaction ends");
    let disk = reflect(connection).await;
    assert_eq!(names(&before.schema), names(&disk), "memory has the names that the server chose");
    let (memory, disk) = (settled(connection, &before.schema).await, settled(connection, &disk).await);
    assert_eq!(memory, disk, "memory (left) agrees with disk (right)");
}

/// Every name of a constraint, sorted.
fn names(schema: &Schema) -> Vec<String> {
    let mut names = Vec::new();
    for table in schema.tables().values() {
        let key = table.primary_key().into_iter().map(|key| &key.name);
        let uniques = table.uniques().map(|unique| &unique.name);
        let foreign_keys = table.foreign_keys().map(|key| &key.name);
        let checks = table.checks().map(|check| &check.name);
        let all = key.chain(uniques).chain(foreign_keys).chain(checks);
        names.extend(all.map(|name| format!("{}: {name:?}", table.name)));
    }
    names.sort();
    names
}
