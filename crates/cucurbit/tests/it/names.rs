//! Names that look like the server's own, names that are cut, and the sequences of columns: what is kept, and what is said.

use std::{cell::RefCell, convert::Infallible};

use cucurbit::{
    Env, Op,
    command::{self, Between, CheckOptions, Location, Project, Source},
    connection::Connection,
    error::ErrorCode,
    operation::Operation,
    prelude::*,
    runtime::Migrator,
    schema::{Dialect, Index, Schema},
};
use tempfile::TempDir;

use crate::support::{Database, new_revision, on_database, on_each_database, script, scripts};

/// Tables whose constraints have names that the server would have given, and nearly such ones.
const ODD: &str = "
    CREATE TABLE plain (id INTEGER PRIMARY KEY, a INTEGER UNIQUE CHECK (a > 0), b INTEGER REFERENCES plain,
      CHECK (a > 0 OR b > 0), CHECK (a < 9), CHECK (a < 8), UNIQUE (a, b), FOREIGN KEY (b) REFERENCES plain (a));
    CREATE TABLE t (id INTEGER, a INTEGER, b INTEGER, ended BOOLEAN,
      CONSTRAINT t_pkey1 PRIMARY KEY (id), CONSTRAINT t_a_key1 UNIQUE (a), CONSTRAINT t_a_b_key UNIQUE (b, a),
      CONSTRAINT t_ended_check CHECK (ended OR a IS NULL), CONSTRAINT t_check CHECK (a > 1), CONSTRAINT t_a_check1 CHECK (a > 2),
      CONSTRAINT t_b_fkey FOREIGN KEY (a) REFERENCES t (id));
    CREATE TABLE c (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, CONSTRAINT c_b_fkey FOREIGN KEY (a) REFERENCES t (a),
      CONSTRAINT c_a_fkey1 FOREIGN KEY (b) REFERENCES t (a), CONSTRAINT plain_a_check CHECK (a > 0));
    CREATE TABLE a_b (c INTEGER CONSTRAINT a_b_c_fkey REFERENCES t (a));
    CREATE TABLE a (b_c INTEGER REFERENCES t (a));
    CREATE TABLE old (id SERIAL PRIMARY KEY, a INTEGER UNIQUE);
    ALTER TABLE old RENAME TO new;
    CREATE TABLE old (id INTEGER PRIMARY KEY);
    CREATE TABLE ev (w DOUBLE PRECISION CHECK (w > 0), starts TIMESTAMP CHECK (starts > '2020-01-01'), d DATE,
      CHECK (extract(year from d) > 2000), x TIMESTAMPTZ CHECK (x AT TIME ZONE 'UTC' > '2020-01-01'),
      time TIME, year INTEGER, precision INTEGER, zone TEXT);
    INSERT INTO plain VALUES (1, 1, 1);
";

const NAMES: &str = "SELECT c.relname || ' ' || o.conname || ' ' || pg_get_constraintdef(o.oid) FROM pg_constraint o \
    JOIN pg_class c ON c.oid = o.conrelid WHERE c.relname <> 'alembic_version' ORDER BY 1";

async fn texts(connection: &mut Connection, sql: &str) -> Vec<String> {
    connection.rows(sql).await.unwrap().into_iter().flatten().flatten().collect()
}

fn no_models() -> Result<Schema, Infallible> {
    Ok(Schema::new())
}

fn project(database: &Database, folder: &TempDir, models: fn() -> Result<Schema, Infallible>) -> Project {
    std::fs::create_dir_all(folder.path().join("versions")).unwrap();
    let dialect = if database.dialect == Dialect::Postgres { "postgres" } else { "sqlite" };
    std::fs::write(folder.path().join("cucurbit.toml"), format!("dialects = [\"{dialect}\"]\n")).unwrap();
    let location = Location::new().database_url(&database.url).working_directory(folder.path());
    Project::open(Env::new(Vec::new()).models(models), location).unwrap()
}

thread_local! {
    static OPERATIONS: RefCell<Vec<Operation>> = const { RefCell::new(Vec::new()) };
}

fn recorded(op: &mut Op) {
    OPERATIONS.with_borrow(|operations| operations.clone()).into_iter().for_each(|one| op.invoke(one));
}

async fn run(connection: &mut Connection, operations: Vec<Operation>) {
    OPERATIONS.set(operations);
    let scripts = scripts(&[script("a", &[], recorded, |_| ())]);
    let head = "head".parse().unwrap();
    Migrator::on(connection, &scripts).upgrade(&[head]).await.unwrap();
}

#[test]
fn a_first_revision_keeps_every_name_that_the_server_would_not_give() {
    on_database(Dialect::Postgres, async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        let project = project(&database, &folder, no_models);
        let mut connection = database.connect().await;
        connection.execute(ODD).await.unwrap();
        let names = texts(&mut connection, NAMES).await;
        let between = Between::new(Source::Empty, Source::Database);
        let differences = command::diff(&project, &between, false).await.unwrap();
        let text = cucurbit::script::render(&differences.operations);
        // What the server would give is not said.
        for given in ["plain_pkey", "plain_a_key", "plain_check", "plain_b_fkey", "c_pkey", "ev_"] {
            assert!(!text.contains(given), "{given}: {text}");
        }
        assert!(text.contains(".named(\"old_pkey\")"), "{text}");
        let written = command::create(&project, &new_revision("baseline"), &between).await.unwrap().unwrap();
        assert_eq!(written.warnings, [""; 0], "everything is made");
        connection.close().await.unwrap();

        let mut connection = database.emptied().await;
        run(&mut connection, differences.operations).await;
        assert_eq!(texts(&mut connection, NAMES).await, names);
        connection.close().await.unwrap();
    });
}

/// A model of a renamed table, which says nothing of the sequence.
fn model_of_new() -> Result<Schema, Infallible> {
    Ok(Schema::from_tables([TableBuilder::build("new", |table| {
        table.column(integer("id").serial());
        table.primary_key(["id"]);
    })]))
}

#[test]
fn models_that_say_nothing_of_a_sequence_are_served_by_any() {
    on_database(Dialect::Postgres, async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        let project = project(&database, &folder, model_of_new);
        let mut connection = database.connect().await;
        let old = "CREATE TABLE old (id SERIAL PRIMARY KEY); ALTER TABLE old RENAME TO new; ALTER SEQUENCE old_id_seq AS BIGINT";
        connection.execute(old).await.unwrap();
        connection.close().await.unwrap();
        let said = async |from, to| {
            let differences = command::diff(&project, &Between::new(from, to), false).await.unwrap();
            differences.operations.iter().map(Operation::describe).collect::<Vec<_>>()
        };
        assert_eq!(said(Source::Database, Source::Models).await, [""; 0]);
        let words = "alter column new.id: number by sequence old_id_seq (of type big_integer)";
        assert!(said(Source::Models, Source::Database).await.iter().any(|line| line == words));
        let file = folder.path().join("plain.sql");
        std::fs::write(&file, "CREATE TABLE new (id SERIAL CONSTRAINT old_pkey PRIMARY KEY);").unwrap();
        let file = Source::File(file);
        let words = "alter column new.id: number by sequence new_id_seq";
        assert_eq!(said(Source::Database, file.clone()).await, [words]);
        let words = "alter column new.id: number by sequence old_id_seq (of type big_integer)";
        assert_eq!(said(file, Source::Database).await, [words]);
    });
}

/// Two indexes whose names begin with the same 63 bytes, as `indexed` fields of a SeaORM entity have them.
fn models_with_long_names() -> Result<Schema, Infallible> {
    let table = "a_table_whose_name_is_long_enough_to_fill_nearly_all_of_it";
    Ok(Schema::from_tables([TableBuilder::build(table, |builder| {
        builder.column(integer("id"));
        for column in ["tomato_one", "tomato_two"] {
            builder.column(integer(column));
            builder.index(Index::new(format!("idx-{table}-{column}"), vec![key(column)]));
        }
        builder.primary_key(["id"]);
    })]))
}

#[test]
fn names_of_the_models_that_are_one_name_for_the_database_are_refused_and_said() {
    on_each_database(async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        let project = project(&database, &folder, models_with_long_names);
        let between = Between::new(Source::Empty, Source::Models);
        let created = command::create(&project, &new_revision("first"), &between).await;
        match database.dialect {
            Dialect::Postgres => {
                let error = created.unwrap_err();
                assert_eq!(ErrorCode::from(&error).name(), "name-collision");
                let message = error.to_string();
                for words in ["nearly_all_of_it-tomato_one`", "nearly_all_of_it-tomato_two`", "_all_of_it-`"]
                {
                    assert!(message.contains(words), "{message}");
                }
                assert!(error.hint().unwrap().contains("63 bytes"));
                let checked = command::check(&project, CheckOptions::default()).await.unwrap_err();
                assert_eq!(ErrorCode::from(&checked).name(), "name-collision");
            }
            Dialect::Sqlite => assert!(created.unwrap().is_some()),
        }
    });
}
