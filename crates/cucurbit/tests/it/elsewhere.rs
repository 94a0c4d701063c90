//! What is not the project's: other schemas, whatever is in them, and the books of other migration tools. It is neither
//! compared nor dropped nor made, and is counted and named.

use std::{cell::RefCell, convert::Infallible};

use cucurbit::{
    Env, Op, Script,
    command::{
        self, Between, Check, CheckOptions, Differences, Location, Project, Source, Unmanaged, Written,
    },
    operation::Operation,
    prelude::*,
    runtime::Migrator,
    schema::{Dialect, Schema},
};
use tempfile::TempDir;

use crate::support::{Database, new_revision, on_database, on_each_database, script, scripts};

fn plant(op: &mut Op) {
    op.create_table("plant", |table| {
        table.column(integer("id"));
        table.primary_key(["id"]);
    });
}

fn no_plant(op: &mut Op) {
    op.drop_table("plant");
}

fn models() -> Result<Schema, Infallible> {
    let plant = TableBuilder::build("plant", |table| {
        table.column(integer("id"));
        table.primary_key(["id"]);
    });
    Ok(Schema::from_tables([plant]))
}

fn project(
    database: &Database,
    folder: &TempDir,
    scripts: Vec<Script>,
    models: fn() -> Result<Schema, Infallible>,
) -> Project {
    std::fs::create_dir_all(folder.path().join("versions")).unwrap();
    let dialect = if database.dialect == Dialect::Postgres { "postgres" } else { "sqlite" };
    let configuration = format!("dialects = [\"{dialect}\"]\n");
    std::fs::write(folder.path().join("cucurbit.toml"), configuration).unwrap();
    let location = Location::new().database_url(&database.url).working_directory(folder.path());
    Project::open(Env::new(scripts).models(models), location).unwrap()
}

fn described(operations: &[Operation]) -> Vec<String> {
    operations.iter().map(Operation::describe).collect()
}

fn counted(left_out: &[Unmanaged]) -> Vec<String> {
    left_out.iter().map(|one| format!("{one}: {}", one.names.join("; "))).collect()
}

async fn diff(project: &Project, from: &str, to: &str) -> Differences {
    let between = Between::new(from.parse().unwrap(), to.parse().unwrap());
    command::diff(project, &between, false).await.unwrap()
}

async fn upgraded(project: &Project) {
    let target = "head".parse().unwrap();
    command::upgrade(project, &[target], project.run_options(), &mut |_| ()).await.unwrap();
}

thread_local! {
    static OPERATIONS: RefCell<Vec<Operation>> = const { RefCell::new(Vec::new()) };
}

fn recorded(op: &mut Op) {
    OPERATIONS.with_borrow(|operations| operations.clone()).into_iter().for_each(|one| op.invoke(one));
}

/// Runs operations on an empty database.
async fn made_from_nothing(database: &Database, operations: &[Operation]) {
    let mut connection = database.emptied().await;
    OPERATIONS.set(operations.to_vec());
    let scripts = scripts(&[script("a", &[], recorded, |_| ())]);
    let head = "head".parse().unwrap();
    let report = Migrator::on(&mut connection, &scripts).upgrade(&[head]).await;
    report.unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
    connection.close().await.unwrap();
}

/// Another schema with all kinds of things, and a foreign key into it.
const OTHER: &str = "
    CREATE SCHEMA other;
    CREATE TYPE other.mood AS ENUM ('a');
    CREATE SEQUENCE other.s;
    CREATE TABLE other.b (id SERIAL PRIMARY KEY, m other.mood, plant_id INTEGER REFERENCES plant);
    CREATE TABLE other.goose_db_version (id INTEGER PRIMARY KEY);
    CREATE VIEW other.w AS SELECT 1 AS one;
    ALTER TABLE plant ADD CONSTRAINT plant_b FOREIGN KEY (id) REFERENCES other.b (id) NOT VALID;
    INSERT INTO other.b (m) VALUES ('a');
";

const LEFT_OUT: [&str; 4] = [
    "2 tables of other schemas: other.b; other.goose_db_version",
    "1 enum type of another schema: other.mood",
    "1 sequence of another schema: other.s",
    "1 foreign key to a table left out: plant (id) to other.b",
];

#[test]
fn another_schema_is_neither_compared_nor_dropped_nor_made_and_is_counted() {
    on_database(Dialect::Postgres, async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        let project = project(&database, &folder, vec![script("a", &[], plant, no_plant)], models);
        upgraded(&project).await;
        let mut connection = database.connect().await;
        connection.execute(OTHER).await.unwrap();

        let Check { operations, left_out, unmanaged, .. } =
            command::check(&project, CheckOptions::default()).await.unwrap();
        assert_eq!(
            (described(&operations), counted(&left_out)),
            (vec![], LEFT_OUT.map(str::to_owned).to_vec())
        );
        assert_eq!(counted(&unmanaged), ["1 view: other.w"]);
        std::fs::write(folder.path().join("t.sql"), "CREATE TABLE plant (id INTEGER PRIMARY KEY);").unwrap();
        for (from, to) in [
            ("database", "models"),
            ("models", "database"),
            ("history", "database"),
            ("database", "history"),
            ("database", "t.sql"),
            ("t.sql", "database"),
        ] {
            let Differences { operations, left_out, .. } = diff(&project, from, to).await;
            assert_eq!(described(&operations), [""; 0], "{from} to {to}");
            assert_eq!(counted(&left_out), LEFT_OUT, "{from} to {to}");
        }

        // A file that makes the schema means it.
        let whole =
            format!("CREATE TABLE plant (id INTEGER PRIMARY KEY);{OTHER}CREATE TABLE other.c (id INTEGER);");
        std::fs::write(folder.path().join("t.sql"), whole).unwrap();
        let Differences { operations, left_out, .. } = diff(&project, "database", "t.sql").await;
        assert_eq!(described(&operations), ["create table other.c"]);
        assert_eq!(counted(&left_out), ["1 table of another migration tool: other.goose_db_version"]);

        let Differences { operations, .. } = diff(&project, "empty", "database").await;
        assert_eq!(described(&operations), ["create table plant"]);
        made_from_nothing(&database, &operations).await;
        connection.close().await.unwrap();
    });
}

#[test]
fn a_first_revision_makes_of_other_schemas_what_its_tables_need_and_nothing_else() {
    on_database(Dialect::Postgres, async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        let project = project(&database, &folder, Vec::new(), models);
        let mut connection = database.connect().await;
        let more = "
            CREATE SCHEMA third;
            CREATE TABLE third.t (id INTEGER PRIMARY KEY);
            ALTER TABLE other.b ADD CONSTRAINT b_t FOREIGN KEY (id) REFERENCES third.t NOT VALID;
            CREATE SCHEMA \"Numbers\";
            CREATE SEQUENCE \"Numbers\".n;
            ALTER TABLE plant ADD m other.mood, ADD n BIGINT DEFAULT nextval('\"Numbers\".n');
        ";
        let sql = format!("CREATE TABLE plant (id INTEGER PRIMARY KEY);{OTHER}{more}");
        connection.execute(&sql).await.unwrap();
        let made = [
            "create schema Numbers",
            "create schema other",
            "create enum other.mood (a)",
            "create sequence Numbers.n",
            "create table plant",
        ];
        let Differences { operations, left_out, .. } = diff(&project, "empty", "database").await;
        let mut sorted = described(&operations);
        sorted.sort();
        let mut wanted = made.map(str::to_owned);
        wanted.sort();
        assert_eq!(sorted, wanted);
        let left = [
            "3 tables of other schemas: other.b; other.goose_db_version; third.t",
            "1 sequence of another schema: other.s",
            "1 foreign key to a table left out: plant (id) to other.b",
        ];
        assert_eq!(counted(&left_out), left);

        let between = Between::new(Source::Empty, Source::Database);
        let Written { warnings, path, .. } =
            command::create(&project, &new_revision("baseline"), &between).await.unwrap().unwrap();
        assert!(
            warnings
                .contains(&"leaves out the foreign key to a table left out plant (id) to other.b".to_owned()),
            "{warnings:?}"
        );
        let text = std::fs::read_to_string(path).unwrap();
        assert!(
            text.contains("op.create_schema(\"other\");") && !text.contains("op.create_schema(\"third"),
            "{text}"
        );
        // What it made there is the project's from now on, and what else lies beside it is not.
        OPERATIONS.set(operations.clone());
        let folder = tempfile::tempdir().unwrap();
        let project = self::project(&database, &folder, vec![script("a", &[], recorded, |_| ())], models);
        connection.execute(BOOK).await.unwrap();
        let Check { operations: found, .. } =
            command::check(&project, CheckOptions::default()).await.unwrap();
        let gone = [
            "drop column plant.m",
            "drop column plant.n",
            "drop sequence Numbers.n",
            "drop enum other.mood",
            "drop schema Numbers",
            "drop schema other",
        ];
        let mut found = described(&found);
        found.sort();
        let mut gone = gone.map(str::to_owned);
        gone.sort();
        assert_eq!(found, gone);
        connection.close().await.unwrap();
        made_from_nothing(&database, &operations).await;
    });
}

/// The version table of a database that has run the first revision.
const BOOK: &str = "CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY); \
                    INSERT INTO alembic_version VALUES ('a')";

/// The books of other tools, as these make them.
const BOOKS: [&str; 15] = [
    "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL)",
    "CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY, checksum VARCHAR(64) NOT NULL)",
    "CREATE TABLE schema_migrations (version VARCHAR(255) NOT NULL PRIMARY KEY)",
    "CREATE TABLE ar_internal_metadata (\"key\" VARCHAR(255) NOT NULL PRIMARY KEY, value VARCHAR(255))",
    "CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app VARCHAR(255), name VARCHAR(255))",
    "CREATE TABLE flyway_schema_history (installed_rank INTEGER PRIMARY KEY, script VARCHAR(1000))",
    "CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY, version_id BIGINT NOT NULL)",
    "CREATE TABLE atlas_schema_revisions (version VARCHAR(255) PRIMARY KEY)",
    "CREATE TABLE databasechangelog (id VARCHAR(255) NOT NULL, author VARCHAR(255) NOT NULL)",
    "CREATE TABLE databasechangeloglock (id INTEGER PRIMARY KEY, locked BOOLEAN)",
    "CREATE TABLE knex_migrations (id INTEGER PRIMARY KEY, name VARCHAR(255))",
    "CREATE TABLE knex_migrations_lock (\"index\" INTEGER PRIMARY KEY, is_locked INTEGER)",
    "CREATE TABLE migrations (id INTEGER PRIMARY KEY, \"timestamp\" BIGINT NOT NULL, name VARCHAR NOT NULL)",
    "CREATE TABLE \"SequelizeMeta\" (name VARCHAR(255) NOT NULL PRIMARY KEY)",
    "CREATE TABLE \"__EFMigrationsHistory\" (\"MigrationId\" VARCHAR(150) PRIMARY KEY, \"ProductVersion\" VARCHAR(32))",
];

fn models_with_books() -> Result<Schema, Infallible> {
    let books = TableBuilder::build("schema_migrations", |table| {
        table.column(string("version", 255));
        table.column(integer("extra").nullable());
        table.primary_key(["version"]);
    });
    Ok(models()?.with_tables([books]))
}

#[test]
fn the_books_of_other_tools_are_left_alone_unless_a_model_declares_them() {
    on_each_database(async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        let scripts = || vec![script("a", &[], plant, no_plant)];
        let plain = project(&database, &folder, scripts(), models);
        upgraded(&plain).await;
        let mut connection = database.connect().await;
        for book in BOOKS {
            connection.execute(book).await.unwrap();
        }
        let Check { operations, left_out, unmanaged, .. } =
            command::check(&plain, CheckOptions::default()).await.unwrap();
        assert_eq!(described(&operations), [""; 0]);
        assert_eq!(counted(&unmanaged), [""; 0], "nothing more is said of them");
        let [Unmanaged { kind, names }] = left_out.as_slice() else { panic!("{left_out:?}") };
        assert_eq!((kind.as_str(), names.len()), ("tables of other migration tools", BOOKS.len()));
        assert!(names.contains(&"SequelizeMeta".to_owned()), "{names:?}");
        let Differences { operations, .. } = diff(&plain, "empty", "database").await;
        assert_eq!(described(&operations), ["create table plant"]);

        // What merely looks like one is a table like any other, and so is what a model declares.
        connection.execute("ALTER TABLE migrations ADD COLUMN bird INTEGER").await.unwrap();
        connection.execute("CREATE TABLE django_content_type (id INTEGER)").await.unwrap();
        let declared = project(&database, &folder, scripts(), models_with_books);
        let Check { operations, left_out, .. } =
            command::check(&declared, CheckOptions::default()).await.unwrap();
        let mut found = described(&operations);
        found.sort();
        let wanted =
            ["add column schema_migrations.extra", "drop table django_content_type", "drop table migrations"];
        assert_eq!(found, wanted);
        assert_eq!(left_out[0].names.len(), BOOKS.len() - 2);
        connection.close().await.unwrap();
    });
}
