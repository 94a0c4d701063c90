//! `check` and pending SQL whose effect on the schema only a database can tell.

use std::convert::Infallible;

use cucurbit::{
    Env, Op, Script,
    command::{self, Between, CheckOptions, Location, Project},
    prelude::*,
    schema::{Dialect, Schema},
};

use crate::support::{Database, new_revision, on_each_database, script};

fn by_hand(op: &mut Op) {
    op.execute("CREATE TABLE tool (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20) NOT NULL)");
    op.execute("INSERT INTO tool (id, name) VALUES (1, 'Hoe')");
    op.create_index("ix_tool_name", "tool", ["name"]);
}

/// As scripts that pg_dump wrote begin.
fn with_a_search_path(op: &mut Op) {
    op.on(Postgres, |op| {
        op.execute("SELECT pg_catalog.set_config('search_path', '', false); SET check_function_bodies = off");
        op.execute("CREATE TABLE public.tool (id INTEGER NOT NULL PRIMARY KEY)");
        op.execute("ALTER TABLE public.tool ADD COLUMN name VARCHAR(20) NOT NULL");
        op.execute("CREATE INDEX ix_tool_name ON public.tool (name)");
    });
    op.on(Sqlite, by_hand);
}

fn said(op: &mut Op) {
    op.execute("CREATE TABLE tool (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20) NOT NULL)").means(
        |op| {
            op.create_table("tool", |table| {
                table.column(integer("id"));
                table.column(string("name", 20));
                table.primary_key(["id"]);
            });
        },
    );
    op.create_index("ix_tool_name", "tool", ["name"]);
}

fn nonsense(op: &mut Op) {
    op.execute("CREATE TABLE of_nonsense (");
}

fn nothing(_op: &mut Op) {}

fn models() -> Result<Schema, Infallible> {
    let tool = TableBuilder::build("tool", |table| {
        table.column(integer("id"));
        table.column(string("name", 20));
        table.primary_key(["id"]);
        table.index(Index::new("ix_tool_name", vec![key("name")]));
    });
    Ok(Schema::from_tables([tool]))
}

fn project(database: &Database, scripts: Vec<Script>) -> Project {
    let location = Location::new().database_url(&database.url);
    Project::open(Env::new(scripts).models(models), location).unwrap()
}

#[test]
fn pending_sql_is_tried_on_a_scratch_database() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        for upgrade in [by_hand as fn(&mut Op), said, with_a_search_path] {
            let project = project(&database, vec![script("a", &[], upgrade, nothing)]);
            let check = command::check(&project, CheckOptions::default()).await.unwrap();
            assert_eq!((check.pending, check.operations), (vec!["a".to_owned()], Vec::new()));
            assert_eq!(database.tables(&mut connection).await, [""; 0], "the database itself is not touched");
        }
        if database.dialect == Dialect::Postgres {
            // Those of other tests, whose sessions are there, are their own.
            let left = "SELECT count(*) FROM pg_database d WHERE d.datname LIKE 'cucurbit_scratch_%' AND NOT EXISTS \
                        (SELECT 1 FROM pg_stat_activity a WHERE d.datname LIKE 'cucurbit_scratch_' || a.pid || '\\_%')";
            assert_eq!(
                connection.value(left).await.unwrap().as_deref(),
                Some("0"),
                "the scratch database is gone"
            );
        }
    });
}

#[test]
fn pending_sql_that_fails_is_named_with_its_revision() {
    on_each_database(async |database: Database| {
        drop(database.connect().await);
        let project = project(&database, vec![script("a", &[], nonsense, nothing)]);
        let error = command::check(&project, CheckOptions::default()).await.unwrap_err();
        assert_eq!(error.to_string(), "revision `a` failed on a scratch database");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("CREATE TABLE of_nonsense ("), "{source}");
    });
}

fn with_a_view(op: &mut Op) {
    op.create_table("tool", |table| {
        table.column(integer("id"));
        table.primary_key(["id"]);
    });
    op.execute("CREATE VIEW tools AS SELECT id FROM tool");
}

#[test]
fn sql_in_the_history_does_not_keep_a_new_revision_from_being_written() {
    on_each_database(async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("versions")).unwrap();
        std::fs::write(folder.path().join("cucurbit.toml"), "dialects = [\"sqlite\", \"postgres\"]\n")
            .unwrap();
        let location = Location::new().database_url(&database.url).working_directory(folder.path());
        let env = Env::new(vec![script("a", &[], with_a_view, nothing)]).models(models);
        let project = Project::open(env, location).unwrap();
        let target = "head".parse().unwrap();
        command::upgrade(&project, &[target], project.run_options(), &mut |_| ()).await.unwrap();

        let written = command::create(&project, &new_revision("tools have names"), &Between::default())
            .await
            .unwrap()
            .unwrap();
        let text = std::fs::read_to_string(&written.path).unwrap();
        assert!(text.contains("op.add_column(\"tool\", string(\"name\", 20));"), "{text}");
        let untried: Vec<&String> =
            written.notes.iter().filter(|note| note.contains("was not tried on")).collect();
        match database.dialect {
            Dialect::Postgres => assert_eq!(untried, [""; 0], "both can be tried"),
            Dialect::Sqlite => assert!(untried[0].contains("PostgreSQL"), "{untried:?}"),
        }
    });
}
