//! `create` and `diff` between any two sources: what may be asked, with which database, and what is written.

use std::{
    convert::Infallible,
    sync::atomic::{AtomicUsize, Ordering},
};

use cucurbit::{
    Env, Op, Script,
    command::{self, Between, CheckOptions, Differences, Location, Project, Source, Written},
    error::Error,
    operation::Operation,
    prelude::*,
    schema::{Dialect, Schema},
};
use tempfile::TempDir;

use crate::support::{Database, new_revision, on_each_database, script};

fn bed(op: &mut Op) {
    op.create_table("bed", |table| {
        table.column(integer("id"));
        table.primary_key(["id"]);
    });
}

fn no_bed(op: &mut Op) {
    op.drop_table("bed");
}

/// A bed with a name, and plants in it.
fn models() -> Result<Schema, Infallible> {
    let bed = TableBuilder::build("bed", |table| {
        table.column(integer("id"));
        table.column(string("name", 20).default("none"));
        table.primary_key(["id"]);
        table.check("length(name) > 0");
    });
    let plant = TableBuilder::build("plant", |table| {
        table.column(integer("id"));
        table.column(integer("bed_id"));
        table.column(date_time("sown_at").default_expression("CURRENT_TIMESTAMP"));
        table.primary_key(["id"]);
        table.foreign_key(["bed_id"], "bed", ["id"]);
    });
    Ok(Schema::from_tables([bed, plant]))
}

/// A folder with `cucurbit.toml`, and what stands in it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("versions")).unwrap();
    let configuration = "dialects = [\"sqlite\", \"postgres\"]\n";
    std::fs::write(folder.path().join("cucurbit.toml"), configuration).unwrap();
    folder
}

fn project(folder: &TempDir, url: Option<&str>, scripts: Vec<Script>) -> Project {
    let location = Location::new().working_directory(folder.path());
    let location = url.into_iter().fold(location, Location::database_url);
    Project::open(Env::new(scripts).models(models), location).unwrap()
}

fn between(from: &str, to: &str) -> Between {
    Between::new(from.parse().unwrap(), to.parse().unwrap())
}

async fn create(project: &Project, from: &str, to: &str) -> Result<Option<Written>, Error> {
    command::create(project, &new_revision("new"), &between(from, to)).await
}

async fn diff(project: &Project, from: &str, to: &str) -> Vec<String> {
    let Differences { operations, .. } = command::diff(project, &between(from, to), false).await.unwrap();
    operations.iter().map(Operation::describe).collect()
}

fn text(written: &Written) -> String {
    let text = std::fs::read_to_string(&written.path).unwrap();
    text.lines().filter(|line| !line.contains("REVISION")).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_first_revision_from_the_models_needs_no_database_and_no_url() {
    let folder = folder();
    let nowhere =
        [None, Some("sqlite:///no/such/folder/at.db"), Some("postgresql://nobody@127.0.0.1:1/nothing")];
    let mut texts = Vec::new();
    for url in nowhere {
        let written = create(&project(&folder, url, Vec::new()), "empty", "models").await.unwrap().unwrap();
        assert_eq!((written.warnings.len(), written.notes.len()), (0, 0), "{written:?}");
        texts.push(text(&written));
        std::fs::remove_file(&written.path).unwrap();
    }
    assert_eq!(texts[0], texts[1], "whatever the connection URL, the same bytes");
    assert_eq!(texts[0], texts[2]);
    assert_eq!(texts[0].matches("op.create_table(").count(), 2, "{}", texts[0]);
    assert!(texts[0].ends_with("op.drop_table(\"plant\");\n    op.drop_table(\"bed\");\n}"), "{}", texts[0]);
}

#[tokio::test]
async fn without_an_url_and_a_dialect_it_is_said_that_one_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let error = create(&project(&folder, None, Vec::new()), "empty", "models").await.unwrap_err();
    assert_eq!(error.to_string(), "no connection URL is configured");
}

#[test]
fn a_revision_begins_where_the_history_ends_and_leads_to_something() {
    on_each_database(async |database: Database| {
        let folder = folder();
        let mut connection = database.connect().await;
        let with_history = project(&folder, Some(&database.url), vec![script("a", &[], bed, no_bed)]);
        let without = project(&folder, Some(&database.url), Vec::new());
        for (project, from, to, said) in [
            (&with_history, "empty", "models", "`--from empty` writes the first revision, and there are"),
            (
                &with_history,
                "models",
                "database",
                "`--from` is `database`, `empty` or `history`, not `models`",
            ),
            (&with_history, "a.sql", "models", "`--from` is `database`, `empty` or `history`, not `a.sql`"),
            (
                &with_history,
                "database",
                "empty",
                "a revision leads to `models`, to `database` or to a file of SQL",
            ),
            (
                &with_history,
                "database",
                "history",
                "a revision leads to `models`, to `database` or to a file of SQL",
            ),
            (&with_history, "database", "database", "`database` was given for both sides"),
            (&without, "empty", "empty", "a revision leads to `models`, to `database` or to a file of SQL"),
        ] {
            let error = create(project, from, to).await.unwrap_err();
            assert!(matches!(error, Error::Usage { .. }), "{error:?}");
            assert!(error.to_string().contains(said), "{error}");
        }

        // Pending revisions would be written a second time.
        let error = create(&with_history, "database", "models").await.unwrap_err();
        assert!(matches!(error, Error::NotUpToDate { .. }), "{error:?}");
        let error = create(&with_history, "history", "database").await.unwrap_err();
        assert!(matches!(error, Error::NotUpToDate { .. }), "{error:?}");

        // A first revision that stands on tables which no revision makes would not run anywhere else.
        connection.execute("CREATE TABLE bed (id INTEGER NOT NULL PRIMARY KEY)").await.unwrap();
        let error = create(&without, "database", "models").await.unwrap_err();
        assert!(
            error.to_string().starts_with("the database holds tables that no revision makes, such as `bed`"),
            "{error}"
        );
        assert_eq!(std::fs::read_dir(folder.path().join("versions")).unwrap().count(), 0);
        connection.close().await.unwrap();
    });
}

#[test]
fn a_revision_is_written_from_the_history_without_a_look_at_the_database() {
    on_each_database(async |database: Database| {
        let folder = folder();
        let mut connection = database.connect().await;
        // What somebody did by hand is not asked about.
        connection.execute("CREATE TABLE of_somebody (id INTEGER)").await.unwrap();
        let project = project(&folder, Some(&database.url), vec![script("a", &[], bed, no_bed)]);
        let written = create(&project, "history", "models").await.unwrap().unwrap();
        let text = text(&written);
        assert!(text.contains("table.add_column(string(\"name\", 20).default(\"none\"));"), "{text}");
        assert!(!text.contains("of_somebody"), "{text}");
        connection.close().await.unwrap();
    });
}

#[test]
fn what_was_done_by_hand_becomes_a_revision_on_the_history() {
    on_each_database(async |database: Database| {
        let folder = folder();
        let project = project(&folder, Some(&database.url), vec![script("a", &[], bed, no_bed)]);
        let mut connection = database.connect().await;
        let target = "head".parse().unwrap();
        command::upgrade(&project, &[target], project.run_options(), &mut |_| ()).await.unwrap();
        assert_eq!(diff(&project, "history", "database").await, [""; 0]);
        assert_eq!(create(&project, "history", "database").await.unwrap(), None);

        connection.execute("ALTER TABLE bed ADD COLUMN place VARCHAR(30)").await.unwrap();
        assert_eq!(diff(&project, "history", "database").await, ["add column bed.place"]);
        assert_eq!(diff(&project, "database", "history").await, ["drop column bed.place"]);
        let written = create(&project, "history", "database").await.unwrap().unwrap();
        let text = text(&written);
        assert!(text.contains("op.add_column(\"bed\", string(\"place\", 30).nullable());"), "{text}");
        let other = if database.dialect == Dialect::Postgres { "SQLite" } else { "PostgreSQL" };
        assert_eq!(written.warnings.len(), 1, "{:?}", written.warnings);
        assert!(written.warnings[0].contains(other), "{:?}", written.warnings);
        connection.close().await.unwrap();
    });
}

#[test]
fn a_file_of_sql_is_a_source_like_any_other() {
    on_each_database(async |database: Database| {
        let folder = folder();
        drop(database.connect().await);
        let project = project(&folder, Some(&database.url), vec![script("a", &[], bed, no_bed)]);
        let file = folder.path().join("schema.sql");
        let sql = "-- beds; and their names\nCREATE TABLE bed (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20));\n\
                   CREATE INDEX ix_bed_name ON bed (lower(name));\n";
        std::fs::write(&file, sql).unwrap();
        let differences = diff(&project, "history", "schema.sql").await;
        assert_eq!(differences.len(), 2, "{differences:?}");
        assert_eq!(differences[0], "add column bed.name");
        assert!(differences[1].starts_with("create index ix_bed_name on bed (lower("), "{differences:?}");
        let written = create(&project, "history", "schema.sql").await.unwrap().unwrap();
        assert!(text(&written).contains("op.create_index(\"ix_bed_name\""), "{}", text(&written));

        let dump = match database.dialect {
            Dialect::Postgres => {
                "\\restrict abc\nSET client_encoding = 'UTF8';\nSELECT pg_catalog.set_config('search_path', '', false);\n\
                 CREATE TABLE public.bed (id INTEGER NOT NULL);\n\
                 ALTER TABLE ONLY public.bed ADD CONSTRAINT bed_pkey PRIMARY KEY (id);\n\\unrestrict abc\n"
            }
            Dialect::Sqlite => {
                "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE bed (id INTEGER NOT NULL PRIMARY KEY);\nCOMMIT;\n"
            }
        };
        std::fs::write(&file, dump).unwrap();
        assert_eq!(
            diff(&project, "schema.sql", "history").await,
            [""; 0],
            "what the database's own tool dumps"
        );

        std::fs::write(&file, "CREATE TABLE bed (").unwrap();
        let error = command::diff(&project, &between("schema.sql", "history"), false).await.unwrap_err();
        assert_eq!(error.to_string(), format!("{}, line 1, failed on a scratch database", file.display()));
        std::fs::remove_file(&file).unwrap();
        let error = command::diff(&project, &between("schema.sql", "history"), false).await.unwrap_err();
        assert_eq!(error.to_string(), format!("cannot read {}", file.display()));
    });
}

#[test]
fn a_database_without_anything_gives_no_first_revision() {
    on_each_database(async |database: Database| {
        let folder = folder();
        drop(database.connect().await);
        let project = project(&folder, Some(&database.url), Vec::new());
        assert_eq!(create(&project, "empty", "database").await.unwrap(), None);
        let id = new_revision("models").id("abc");
        let between = Between::new(Source::Empty, Source::Models);
        let written = command::create(&project, &id, &between).await.unwrap().unwrap();
        assert_eq!(written.revision, "abc");
    });
}

fn bed_with_capitals(op: &mut Op) {
    op.create_table("Bed", |table| {
        table.column(integer("Id"));
        table.column(string("Old", 20).nullable());
        table.primary_key(["Id"]);
    });
}

fn no_bed_with_capitals(op: &mut Op) {
    op.drop_table("Bed").loses_data();
}

#[test]
fn a_revision_has_the_letters_of_the_history_and_not_those_of_a_database_that_was_taken_over() {
    on_each_database(async |database: Database| {
        if database.dialect == Dialect::Postgres {
            // There they are other names.
            return;
        }
        let folder = folder();
        let script = script("a", &[], bed_with_capitals, no_bed_with_capitals);
        let project = project(&folder, Some(&database.url), vec![script]);
        let mut connection = database.connect().await;
        let taken_over = "CREATE TABLE bed (id INTEGER NOT NULL PRIMARY KEY, old VARCHAR(20));
                          CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
                          INSERT INTO alembic_version VALUES ('a')";
        connection.execute(taken_over).await.unwrap();
        assert_eq!(diff(&project, "history", "database").await, [""; 0]);
        let written = create(&project, "database", "models").await.unwrap().unwrap();
        assert_eq!(written.notes, [""; 0], "it was tried on both databases");
        let text = text(&written);
        for line in [
            "table.drop_column(\"Old\").loses_data();",
            "op.alter_table(\"Bed\", |table| {",
            "table.foreign_key([\"bed_id\"], \"Bed\", [\"Id\"]);",
            "table.add_column(string(\"Old\", 20).nullable());",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        connection.close().await.unwrap();
    });
}

/// How often the scripts of the test below were recorded: each replay of the history does it once.
static RECORDED: AtomicUsize = AtomicUsize::new(0);

#[test]
fn the_history_is_replayed_once_for_each_dialect_that_a_script_is_for() {
    fn counted(op: &mut Op) {
        RECORDED.fetch_add(1, Ordering::Relaxed);
        op.create_enum("mood", ["sad", "ok"]);
        bed(op);
    }
    on_each_database(async |database: Database| {
        let folder = folder();
        let scripts = vec![script("aaaaaaaaaaaa", &[], counted, no_bed)];
        let project = project(&folder, Some(&database.url), scripts);
        command::upgrade(&project, &["head".parse().unwrap()], project.run_options(), &mut |_| ())
            .await
            .unwrap();
        let dialects = project.dialects().len();
        let recorded = || RECORDED.swap(0, Ordering::Relaxed);
        recorded();

        command::check(&project, CheckOptions::default()).await.unwrap();
        assert_eq!(recorded(), 1, "what is the project's of the types in the database");

        let written = create(&project, "history", "models").await.unwrap().unwrap();
        std::fs::remove_file(written.path).unwrap();
        assert_eq!(recorded(), dialects, "one side of the comparison is where the script is tried, too");

        create(&project, "database", "models").await.unwrap().unwrap();
        assert_eq!(recorded(), 1 + dialects, "the same as for `check`, and to try the script");
    });
}
