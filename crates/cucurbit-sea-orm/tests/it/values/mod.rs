//! What the ORM writes comes back, and so does what the database fills in.
//!
//! What lives here: databases, tables made from entities, and the ways that a value can go. Which types and which
//! values: the other files.

#[macro_use]
mod ways;
mod by_sqlx;
mod changed;
mod lists;
mod moments;
mod plain;

use std::cell::RefCell;

use cucurbit::{
    connection::{ConnectOptions, Connection},
    dialect::{Answers, Before},
    diff::{Filter, diff},
    operation::Operation,
    prelude::*,
    schema::{Column, EnumType, Object, Schema, ServerDefault},
};
use sea_orm::{DbErr, Value};
use tempfile::TempDir;

thread_local! {
    /// The default of the field `filled` of every entity.
    static DEFAULT: RefCell<Option<Value>> = const { RefCell::new(None) };
}

/// Returns what stands as `default_expr` at the field `filled`.
pub(crate) fn present_default() -> Value {
    DEFAULT.with_borrow(|value| value.clone().unwrap_or(Value::Int(None)))
}

fn set_default(value: Option<Value>) {
    DEFAULT.set(value);
}

/// A database of one test.
pub(crate) struct Database {
    pub(crate) connection: Connection,
    pub(crate) url: String,
    /// The enum types that were made.
    enums: Vec<EnumType>,
    name: Option<String>,
    _folder: TempDir,
}

fn server_url() -> String {
    let environment = cucurbit::config::Environment::read();
    let url = environment.get("CUCURBIT_TEST_POSTGRES_URL").unwrap();
    url.expect("CUCURBIT_TEST_POSTGRES_URL is not set: `cargo xtask test` starts a server").to_owned()
}

async fn server() -> Connection {
    Connection::connect(&server_url().parse().unwrap(), &ConnectOptions::default()).await.unwrap()
}

impl Database {
    async fn new(dialect: Dialect, test: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let name = format!("cucurbit_values_{}_{test}", std::process::id());
        let (url, name) = match dialect {
            Postgres => {
                server().await.execute(&format!("CREATE DATABASE {name}")).await.unwrap();
                let url = server_url();
                let (base, _) = url.rsplit_once('/').expect("a connection URL with a database");
                (format!("{base}/{name}"), Some(name))
            }
            Sqlite => (format!("sqlite:///{}", folder.path().join("values.db").display()), None),
        };
        let options = ConnectOptions::new().create_file(true);
        let connection = Connection::connect(&url.parse().unwrap(), &options).await.unwrap();
        Self { connection, url, name, enums: Vec::new(), _folder: folder }
    }

    async fn end(self) {
        drop(self.connection);
        if let Some(name) = self.name {
            server().await.execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
        }
    }

    /// Plans operations on what is there, and runs them.
    async fn run(&mut self, operations: &[Operation]) {
        let mut before = self.reflect().await;
        if self.connection.dialect() == Sqlite {
            // It keeps none.
            before.schema = before.schema.with_enums(self.enums.iter().cloned());
        }
        self.enums.extend(operations.iter().filter_map(|operation| {
            if let Operation::Create { object: Object::Enum(new), .. } = operation {
                Some(new.clone())
            } else {
                None
            }
        }));
        let plan = self.connection.dialect().plan(&mut before, operations).unwrap();
        for statement in &plan.statements {
            let done = self.connection.execute(&statement.sql).await;
            done.unwrap_or_else(|error| panic!("{}: {error:?}", statement.sql));
        }
    }

    async fn reflect(&mut self) -> Before {
        cucurbit::dialect::reflect(&mut self.connection).await.unwrap()
    }

    /// Makes the tables of a schema, which must then compare as they were written.
    async fn make(&mut self, schema: &Schema) {
        let enums = schema.enums().values().cloned().map(Operation::create);
        let tables = schema.tables().values().cloned().map(Operation::create);
        let operations: Vec<Operation> = enums.chain(tables).collect();
        self.run(&operations).await;
        self.check_is(schema).await;
    }

    /// Makes a schema of nothing, as a first revision does.
    pub(crate) async fn make_all(&mut self, schema: &Schema) {
        let dialect = self.connection.dialect();
        let nothing = self.reflect().await.schema;
        let (from, to) = (dialect.canonical(&nothing), dialect.canonical(schema));
        let found = diff(&from, &to, &Answers::default(), &Filter::default());
        self.run(&found.operations).await;
        self.check_is_said(schema).await;
    }

    /// Drops the tables and types of a schema.
    async fn unmake(&mut self, schema: &Schema) {
        self.enums.clear();
        for table in schema.tables().keys() {
            self.connection.execute(&format!("DROP TABLE IF EXISTS \"{}\"", table.name)).await.unwrap();
        }
        if self.connection.dialect() == Postgres {
            for name in schema.enums().keys() {
                self.connection.execute(&format!("DROP TYPE IF EXISTS \"{}\"", name.name)).await.unwrap();
            }
        }
    }

    /// Compares the database with a schema: there is no difference, and nothing that nobody could compare.
    pub(crate) async fn check_is(&mut self, schema: &Schema) {
        let found = self.reflect().await.schema;
        let found = match self.connection.dialect() {
            Postgres => found,
            // It keeps none.
            Sqlite => found.with_enums(schema.enums().values().cloned()),
        };
        self.check_found(&found, schema).await;
    }

    /// Compares as the commands do: what the database does not keep is as the schema says it.
    pub(crate) async fn check_is_said(&mut self, schema: &Schema) {
        let found = self.known(schema).await;
        self.check_found(&found, schema).await;
    }

    async fn known(&mut self, said: &Schema) -> Schema {
        let dialect = self.connection.dialect();
        let mut before = self.reflect().await;
        before.know(dialect, said.clone());
        before.into_known(dialect)
    }

    /// Compares a table that SeaORM made with its entity, if SeaORM could make one with such a default.
    async fn check_is_as_made(&mut self, made: Result<(), DbErr>, schema: &Schema, default: Option<Value>) {
        let dialect = self.connection.dialect();
        match (made, default) {
            // SQLite has a UUID as bytes, and SeaORM writes the default as text, which it cannot read.
            (Ok(()), Some(Value::Uuid(_))) if dialect == Sqlite => {
                let found = self.known(schema).await;
                let said = self.differences(&found, schema).await;
                assert!(matches!(&*said, [one] if one.starts_with("alter column held.filled: set default")));
            }
            (Ok(()), _) => self.check_is_said(schema).await,
            (Err(error), _) => {
                // Types that it has not, enums in arrays that it makes no type of, and defaults of arrays, which it
                // takes for texts.
                let words = [
                    "SeaORM has no such type on SQLite",
                    "type \"mood[]\" does not exist",
                    "but default expression is of type text[]",
                ];
                let error = error.to_string();
                assert!(words.iter().any(|word| error.contains(word)), "{error}");
            }
        }
        self.unmake(schema).await;
    }

    async fn check_found(&mut self, found: &Schema, schema: &Schema) {
        assert_eq!(self.differences(found, schema).await, [""; 0]);
    }

    /// Lists what there is to be done; nothing remains that nobody could compare.
    async fn differences(&mut self, found: &Schema, schema: &Schema) -> Vec<String> {
        let dialect = self.connection.dialect();
        let (from, to) = (dialect.canonical(found), dialect.canonical(schema));
        let first = diff(&from, &to, &Answers::default(), &Filter::default());
        let (from_form, to_form) = (from.form(), to.form());
        let answers = cucurbit::dialect::ask(&mut self.connection, from_form, to_form, &first.questions);
        let found = diff(&from, &to, &answers.await.unwrap(), &Filter::default());
        assert_eq!(found.uncompared, [], "{dialect}");
        found.operations.iter().map(Operation::describe).collect()
    }
}

/// Runs a test on one database after the other.
pub(crate) fn on_each_database(test: &str, run: impl AsyncFn(&mut Database)) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        for dialect in Dialect::ALL {
            let mut database = Database::new(dialect, test).await;
            run(&mut database).await;
            database.end().await;
        }
    });
}

/// Splits the column `filled` from a schema of one table.
fn without_filled(schema: &Schema) -> (Schema, Column) {
    let mut without = schema.clone();
    let table = without.tables_mut().next().unwrap();
    let place = table.columns.iter().position(|column| column.name.as_str() == "filled").unwrap();
    let column = table.columns.remove(place);
    (without, column)
}

/// Takes the default from the column `filled`.
fn without_default(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    let table = schema.tables_mut().next().unwrap();
    let column = table.columns.iter_mut().find(|column| column.name.as_str() == "filled").unwrap();
    column.default = None;
    schema
}

/// Returns the default of the column `filled`.
fn filled_default(schema: &Schema) -> Option<ServerDefault> {
    let column = schema.tables().values().next().unwrap().column(&"filled".into()).unwrap();
    column.default.clone()
}

/// Where values go and come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum On {
    Both,
    Postgres,
    Sqlite,
}

impl On {
    fn is(self, dialect: Dialect) -> bool {
        match self {
            Self::Both => true,
            Self::Postgres => dialect == Postgres,
            Self::Sqlite => dialect == Sqlite,
        }
    }
}
