//! What is never part of a comparison: no difference for `check`, nothing to write for `create`, and no table of a
//! revision that is written from a database.

use std::convert::Infallible;

use cucurbit::{
    Env, Op, Script,
    command::{self, Between, CheckOptions, Differences, Location, Project, Source},
    prelude::*,
    schema::{Dialect, Schema},
};
use tempfile::TempDir;

use crate::support::{Database, new_revision, on_database, on_each_database, script};

/// The books of migration tools, ours too, each with a row.
const BOOKS: [&str; 8] = [
    "alembic_version",
    "cucurbit_history",
    "cucurbit_of_a_later_version",
    "seaql_migrations",
    "_sqlx_migrations",
    "__diesel_schema_migrations",
    "refinery_schema_history",
    "our_versions",
];

/// What else is in a SQLite file.
const IN_SQLITE: &str = "
    CREATE TABLE numbered (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT);
    INSERT INTO numbered DEFAULT VALUES;
    DROP TABLE numbered;
    CREATE VIRTUAL TABLE plant_text USING fts5(name);
    INSERT INTO plant_text VALUES ('Tomato');
    CREATE VIRTUAL TABLE plant_place USING rtree(id, left, right);
    INSERT INTO plant_place VALUES (1, 0, 1);
    CREATE VIRTUAL TABLE \"plant's words\" USING fts5vocab('plant_text', 'row');
    CREATE VIEW plants AS SELECT id, name FROM plant;
    CREATE TRIGGER plants_insert INSTEAD OF INSERT ON plants BEGIN SELECT 1; END;
    CREATE TRIGGER plant_insert AFTER INSERT ON plant BEGIN INSERT INTO plant_text VALUES (new.name); END;
    CREATE TEMPORARY TABLE of_this_session (id INTEGER);
    ANALYZE;
";

/// What else is in a database of PostgreSQL.
const IN_POSTGRES: &str = "
    CREATE EXTENSION citext;
    CREATE EXTENSION pg_stat_statements;
    CREATE TABLE of_an_extension (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE INDEX ix_of_an_extension ON of_an_extension (lower(name));
    ALTER EXTENSION citext ADD TABLE of_an_extension;
    CREATE TYPE of_an_extension_too AS ENUM ('a', 'b');
    ALTER EXTENSION citext ADD TYPE of_an_extension_too;
    CREATE VIEW plants AS SELECT id, name FROM plant;
    CREATE MATERIALIZED VIEW plants_once AS SELECT id, name FROM plant;
    CREATE UNIQUE INDEX ix_plants_once ON plants_once (id);
    CREATE SEQUENCE by_itself;
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE FUNCTION nothing() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER plant_insert BEFORE INSERT ON plant FOR EACH ROW EXECUTE FUNCTION nothing();
    CREATE FOREIGN DATA WRAPPER of_nobody;
    CREATE SERVER nowhere FOREIGN DATA WRAPPER of_nobody;
    CREATE FOREIGN TABLE elsewhere (id INTEGER) SERVER nowhere;
    CREATE TEMPORARY TABLE of_this_session (id INTEGER);
    CREATE SCHEMA of_others;
    CREATE TABLE of_others.plant (id INTEGER, other INTEGER);
    CREATE TABLE of_others.alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
";

/// What the catalogue must list, so that the test cannot pass on an empty database.
const SEEN_IN_SQLITE: &str = "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE name IN (\
    'plant_place_node', 'plant_text_data', 'plants', 'sqlite_sequence', 'sqlite_stat1') ORDER BY name)";
const SEEN_IN_POSTGRES: &str = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relname IN (\
    'by_itself', 'elsewhere', 'of_an_extension', 'pg_stat_statements', 'plants', 'plants_once')";

/// What a script has no word for, and is named.
const UNMODELLED_IN_SQLITE: &[&str] = &[
    "triggers plant_insert, plants_insert",
    "view plants",
    "virtual tables plant's words, plant_place, plant_text",
];
const UNMODELLED_IN_POSTGRES: &[&str] = &[
    "trigger plant_insert",
    "view plants",
    "materialized view plants_once",
    "function nothing",
    "foreign table elsewhere",
    "extensions citext, pg_stat_statements",
    "foreign-data wrapper of_nobody",
    "foreign server nowhere",
];

fn plant(op: &mut Op) {
    op.create_table("plant", |table| {
        table.column(integer("id"));
        table.column(string("name", 20));
        table.primary_key(["id"]);
    });
}

fn no_plant(op: &mut Op) {
    op.drop_table("plant");
}

fn models() -> Result<Schema, Infallible> {
    let plant = TableBuilder::build("plant", |table| {
        table.column(integer("id"));
        table.column(string("name", 20));
        table.primary_key(["id"]);
    });
    Ok(Schema::from_tables([plant]))
}

fn project(database: &Database, folder: &TempDir, scripts: Vec<Script>) -> Project {
    let location = Location::new().database_url(&database.url).working_directory(folder.path());
    Project::open(Env::new(scripts).models(models), location).unwrap()
}

#[test]
fn books_of_tools_and_what_is_no_table_of_the_project_are_left_out() {
    on_each_database(async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("versions")).unwrap();
        let dialects = if database.dialect == Dialect::Postgres { "postgres" } else { "sqlite" };
        let configuration = format!("version_table = \"our_versions\"\ndialects = [\"{dialects}\"]\n");
        std::fs::write(folder.path().join("cucurbit.toml"), configuration).unwrap();
        let with_history = project(&database, &folder, vec![script("a", &[], plant, no_plant)]);

        let mut connection = database.connect().await;
        let target = "head".parse().unwrap();
        command::upgrade(&with_history, &[target], with_history.run_options(), &mut |_| ()).await.unwrap();
        connection.execute("INSERT INTO plant (id, name) VALUES (1, 'Tomato')").await.unwrap();
        for books in BOOKS {
            if books != "our_versions" {
                let create = format!("CREATE TABLE {books} (id INTEGER NOT NULL PRIMARY KEY, at TEXT)");
                connection.execute(&create).await.unwrap();
                connection.execute(&format!("CREATE INDEX ix_{books} ON {books} (at)")).await.unwrap();
                connection.execute(&format!("INSERT INTO {books} VALUES (1, 'today')")).await.unwrap();
            }
        }
        let (others, seen, names) = match database.dialect {
            Dialect::Postgres => (
                IN_POSTGRES,
                SEEN_IN_POSTGRES,
                "by_itself elsewhere of_an_extension pg_stat_statements plants plants_once",
            ),
            Dialect::Sqlite => (
                IN_SQLITE,
                SEEN_IN_SQLITE,
                "plant_place_node plant_text_data plants sqlite_sequence sqlite_stat1",
            ),
        };
        connection.execute(others).await.unwrap();
        assert_eq!(connection.value(seen).await.unwrap().as_deref(), Some(names));

        let check = command::check(&with_history, CheckOptions::default()).await.unwrap();
        assert_eq!(check.operations, [], "nothing differs");
        let unmanaged = match database.dialect {
            Dialect::Postgres => UNMODELLED_IN_POSTGRES,
            Dialect::Sqlite => UNMODELLED_IN_SQLITE,
        };
        let counted: Vec<String> =
            check.unmanaged.iter().map(|one| format!("{} {}", one.kind, one.names.join(", "))).collect();
        assert_eq!(counted, unmanaged, "`check` says what it does not compare");
        let written =
            command::create(&with_history, &new_revision("again"), &Between::default()).await.unwrap();
        assert_eq!(written, None);

        let between = Between::new(Source::Empty, Source::Database);
        let Differences { operations, .. } = command::diff(&with_history, &between, false).await.unwrap();
        let described: Vec<String> =
            operations.iter().map(cucurbit::operation::Operation::describe).collect();
        // An enum type and a sequence that stands alone are the database's own, and a first revision makes them.
        let made = match database.dialect {
            Dialect::Postgres => {
                &["create enum mood (sad, ok)", "create sequence by_itself", "create table plant"][..]
            }
            Dialect::Sqlite => &["create table plant"],
        };
        assert_eq!(described, made);

        let without = project(&database, &folder, Vec::new());
        let written = command::create(&without, &new_revision("baseline"), &between).await.unwrap().unwrap();
        let named = |object: &str| {
            format!("does not make the {object}, for which scripts have no word but `op.execute`")
        };
        let mut warnings: Vec<String> = unmanaged.iter().copied().map(named).collect();
        warnings.push(
            "leaves out the tables of other migration tools __diesel_schema_migrations, _sqlx_migrations, \
             refinery_schema_history, seaql_migrations"
                .to_owned(),
        );
        if database.dialect == Dialect::Postgres {
            warnings.push("leaves out the table of another schema of_others.plant".to_owned());
        }
        assert_eq!(written.warnings, warnings);
        let text = std::fs::read_to_string(&written.path).unwrap();
        assert_eq!(text.matches("    op.").count(), 2 * made.len(), "up and down: {text}");
        assert!(text.contains("op.drop_table(\"plant\");"), "{text}");

        // A table of the project's own is seen beside all these.
        connection.execute("CREATE TABLE of_ours (id INTEGER)").await.unwrap();
        let check = command::check(&with_history, CheckOptions::default()).await.unwrap();
        assert_eq!(check.operations.len(), 1, "{:?}", check.operations);
        connection.close().await.unwrap();
    });
}

/// What a table needs, with what is made of it by hand.
const NEEDED: &str = "
    CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
    CREATE TYPE pair AS (a integer, b integer);
    CREATE TYPE span AS RANGE (subtype = float8);
    CREATE TYPE mood AS ENUM ('ok');
    CREATE COLLATION german (provider = icu, locale = 'de');
    CREATE EXTENSION citext;
    CREATE FUNCTION twice(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a * 2';
    CREATE TABLE bed (id integer PRIMARY KEY, feeling mood, feelings mood[], at timestamptz DEFAULT now());
    CREATE TABLE plant (id integer PRIMARY KEY, size positive, sizes positive[], both_sizes pair, during span,
        name text COLLATE german, nick citext, height integer DEFAULT twice(1) CHECK (twice(height) > 0));
    CREATE INDEX ix_plant ON plant (twice(height));
";

#[test]
fn what_a_table_needs_and_no_operation_makes_is_said_when_its_revision_is_written() {
    on_database(Dialect::Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        connection.execute(NEEDED).await.unwrap();
        let file = |folder: &TempDir| std::fs::write(folder.path().join("a.sql"), NEEDED).unwrap();
        for to in ["database", "a.sql"] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir(folder.path().join("versions")).unwrap();
            file(&folder);
            let between = Between::new(Source::Empty, to.parse().unwrap());
            let project = project(&database, &folder, Vec::new());
            let written =
                command::create(&project, &new_revision("baseline"), &between).await.unwrap().unwrap();
            let needs: Vec<&str> = written
                .warnings
                .iter()
                .filter(|words| words.contains(" needs the "))
                .map(String::as_str)
                .collect();
            let expected = [
                ("column plant.both_sizes needs the type pair,", "CREATE TYPE pair …"),
                ("column plant.during needs the type span,", "CREATE TYPE span …"),
                (
                    "column plant.height needs the function twice(integer),",
                    "CREATE FUNCTION twice(integer) …",
                ),
                ("column plant.name needs the collation german,", "CREATE COLLATION german …"),
                ("column plant.nick needs the extension citext,", "CREATE EXTENSION citext\""),
                ("column plant.size needs the domain positive,", "CREATE DOMAIN positive …"),
                ("column plant.sizes needs the domain positive,", "CREATE DOMAIN positive …"),
                (
                    "a constraint or an index of table plant needs the function twice(integer),",
                    "CREATE FUNCTION",
                ),
            ];
            assert_eq!(needs.len(), expected.len(), "{needs:#?}");
            for (said, (begins, advises)) in needs.iter().zip(expected) {
                assert!(said.starts_with(begins) && said.contains(advises), "{said}");
            }
        }
    });
}
