//! PostgreSQL on a real server, whose address is in `CUCURBIT_TEST_POSTGRES_URL`.
//!
//! What lives here: a database for each test, and the comparison of memory with disk. Subjects are files.

mod ask;
mod lock;
mod plan;
mod reflect;

use std::sync::atomic::{AtomicU32, Ordering};

use cucurbit::{
    connection::Connection,
    dialect::{self, Answer, Before, Dialect, Question, Side, Subject},
    operation::{Op, Operation},
    schema::{IndexKey, Schema, ServerDefault, Table},
};
use sqlx::{Connection as _, PgConnection};

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
        let (head, _) = server.rsplit_once('/').expect("the address names a database");
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
    for table in schema.tables.values() {
        let key = table.primary_key.iter().map(|key| &key.name);
        let uniques = table.uniques.iter().map(|unique| &unique.name);
        let foreign_keys = table.foreign_keys.iter().map(|key| &key.name);
        let checks = table.checks.iter().map(|check| &check.name);
        let all = key.chain(uniques).chain(foreign_keys).chain(checks);
        names.extend(all.map(|name| format!("{}: {name:?}", table.name)));
    }
    names.sort();
    names
}

/// The form of a schema with every expression in the server's words and columns and checks sorted.
async fn settled(connection: &mut Connection, schema: &Schema) -> Schema {
    let form = Dialect::Postgres.canonical(schema).form().clone();
    let questions: Vec<Question> = form.tables.values().flat_map(questions).collect();
    let answers = dialect::ask(connection, &form, &form, &questions).await.expect("the server answers");
    let mut settled = form;
    for question in &questions {
        let table = settled.tables.get_mut(&question.table).expect("it was asked about");
        let canonical = match answers.get(question) {
            Some(Answer::Canonical(sql)) => sql.as_str().into(),
            Some(Answer::Refused(reason)) => panic!("{question:?} was refused: {reason}"),
            None => panic!("{question:?} has no answer"),
        };
        match &question.subject {
            Subject::Check(place) => table.checks[*place].expression = canonical,
            Subject::Computed(name) | Subject::Default(name) => {
                match &mut table.column_mut(name).expect("it was asked about").default {
                    Some(
                        ServerDefault::Computed { expression, .. } | ServerDefault::Expression(expression),
                    ) => {
                        *expression = canonical;
                    }
                    other => panic!("{other:?} was asked about"),
                }
            }
            Subject::IndexPart(name, place) => {
                let index = table.indexes.get_mut(name).expect("it was asked about");
                index.parts[*place].key = IndexKey::Expression(canonical);
            }
            Subject::Predicate(name) => {
                table.indexes.get_mut(name).expect("it was asked about").predicate = Some(canonical);
            }
        }
    }
    for table in settled.tables.values_mut() {
        table.columns.sort_by(|one, other| one.name.cmp(&other.name));
        table.checks.sort_by(|one, other| one.expression.base.cmp(&other.expression.base));
    }
    settled
}

/// Asks about every expression of a table.
fn questions(table: &Table) -> Vec<Question> {
    let mut subjects: Vec<Subject> = (0..table.checks.len()).map(Subject::Check).collect();
    for column in &table.columns {
        match &column.default {
            Some(ServerDefault::Computed { .. }) => subjects.push(Subject::Computed(column.name.clone())),
            Some(ServerDefault::Expression(_)) => subjects.push(Subject::Default(column.name.clone())),
            Some(ServerDefault::Identity(_) | ServerDefault::Literal(_) | ServerDefault::Serial) | None => {}
        }
    }
    for index in table.indexes.values() {
        for (place, part) in index.parts.iter().enumerate() {
            if matches!(part.key, IndexKey::Expression(_)) {
                subjects.push(Subject::IndexPart(index.name.clone(), place));
            }
        }
        if index.predicate.is_some() {
            subjects.push(Subject::Predicate(index.name.clone()));
        }
    }
    let question = |subject| Question { side: Side::From, table: table.name.clone(), subject };
    subjects.into_iter().map(question).collect()
}
