//! Models: which schema a name means, types that nobody declares, and what was remarked when they were read.

use std::convert::Infallible;

use cucurbit::{
    Env, Op, Script,
    command::{self, Between, Differences, Location, Project, Written},
    operation::Operation,
    prelude::*,
    revision::Scripts,
    runtime::Migrator,
    schema::{EnumType, Remark, Schema, Sequence},
};
use tempfile::TempDir;

use crate::support::{Database, new_revision, on_database, on_each_database, script};

type Models = fn() -> Result<Schema, Infallible>;

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("versions")).unwrap();
    std::fs::write(folder.path().join("cucurbit.toml"), "").unwrap();
    folder
}

fn project(folder: &TempDir, url: &str, scripts: Vec<Script>, models: Models) -> Project {
    let location = Location::new().database_url(url).working_directory(folder.path());
    Project::open(Env::new(scripts).models(models), location).unwrap()
}

fn between(from: &str, to: &str) -> Between {
    Between::new(from.parse().unwrap(), to.parse().unwrap())
}

async fn diff(project: &Project, from: &str, to: &str) -> Vec<String> {
    let Differences { operations, .. } = command::diff(project, &between(from, to), false).await.unwrap();
    operations.iter().map(Operation::describe).collect()
}

async fn check(project: &Project) -> Vec<String> {
    let checked = command::check(project, command::CheckOptions::default()).await.unwrap();
    checked.operations.iter().map(Operation::describe).collect()
}

async fn upgrade(database: &mut Connection, scripts: Vec<Script>) {
    Migrator::on(database, &Scripts::new(scripts).unwrap()).upgrade_heads().await.unwrap();
}

/// The connection URL of a database whose own schema is `shop`.
fn in_shop(database: &Database) -> String {
    format!("{}?options=-csearch_path%3Dshop", database.url)
}

/// Bells of a tone and a number, and clappers that belong to them, all in the schema that `place` says.
fn bells(place: &str) -> Schema {
    let tone = format!("{place}tone");
    let bell = TableBuilder::build(format!("{place}bell").as_str(), |table| {
        table.column(integer("id").identity(Identity::by_default()));
        table.column(enumeration("tone", tone.as_str()));
        table.column(column("tones", Type::array(Type::enumeration(tone.as_str()))).nullable());
        table.primary_key(["id"]);
    });
    let clapper = TableBuilder::build(format!("{place}clapper").as_str(), |table| {
        table.column(integer("bell_id"));
        table.foreign_key(["bell_id"], format!("{place}bell").as_str(), ["id"]);
    });
    let number = Sequence::new(format!("{place}number").as_str());
    let tone = EnumType::new(tone.as_str(), ["low", "high"]);
    Schema::from_tables([bell, clapper]).with_enums([tone]).with_sequences([number])
}

fn with_the_schema() -> Result<Schema, Infallible> {
    Ok(bells("shop."))
}

fn without_the_schema() -> Result<Schema, Infallible> {
    Ok(bells(""))
}

fn makes(op: &mut Op, place: &str) {
    op.create_enum(format!("{place}tone").as_str(), ["low", "high"]);
    op.create_sequence(format!("{place}number").as_str());
    for table in bells(place).tables().values().cloned() {
        op.create_table(table.name.clone(), |new| {
            for column in table.columns {
                new.column(column);
            }
            if let Some(key) = table.constraints.primary_keys().next() {
                new.primary_key(&key.columns);
            }
            for key in table.constraints.foreign_keys() {
                new.foreign_key(&key.columns, &key.referred_table, &key.referred_columns);
            }
        });
    }
}

fn makes_with_the_schema(op: &mut Op) {
    makes(op, "shop.");
}

fn makes_without_the_schema(op: &mut Op) {
    makes(op, "");
}

/// Says every name the other way than whoever made it.
fn changes_under_the_other_name(op: &mut Op) {
    op.alter_table("shop.bell", |table| {
        table.add_column(integer("weight").nullable());
        table.add_column(enumeration("other", "tone").nullable());
    });
    op.alter_table("bell", |table| {
        table.alter_column("weight").default(3);
        table.drop_column("other").loses_data();
    });
    op.alter_table("shop.bell", |table| table.drop_column("weight").loses_data());
    op.create_index("ix_clapper", "clapper", ["bell_id"]);
    op.drop_index("ix_clapper", "shop.clapper");
    op.add_enum_value("shop.tone", "shrill");
    op.set_enum_values("tone", ["low", "high"]);
}

fn nothing(_op: &mut Op) {}

#[test]
fn the_current_schema_is_one_whether_it_is_named_or_not() {
    for making in [makes_with_the_schema as fn(&mut Op), makes_without_the_schema] {
        on_database(Dialect::Postgres, async |database: Database| {
            let mut connection = database.connect().await;
            connection.execute("CREATE SCHEMA shop; SET search_path = shop").await.unwrap();
            let scripts = || {
                vec![
                    script("a", &[], making, nothing),
                    script("b", &["a"], changes_under_the_other_name, nothing),
                ]
            };
            let (folder, url) = (folder(), in_shop(&database));
            for models in [with_the_schema as Models, without_the_schema] {
                let before = project(&folder, &url, scripts(), models);
                assert_eq!(check(&before).await, [""; 0], "before the revisions are run");
            }
            upgrade(&mut connection, scripts()).await;
            let there = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class \
                 WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('r', 'S')";
            let there = connection.value(there).await.unwrap();
            assert_eq!(there.as_deref(), Some("alembic_version bell bell_id_seq clapper number"));
            for models in [with_the_schema as Models, without_the_schema] {
                let project = project(&folder, &url, scripts(), models);
                assert_eq!(check(&project).await, [""; 0]);
                for (from, to) in [("database", "models"), ("models", "database"), ("history", "models")] {
                    assert_eq!(diff(&project, from, to).await, [""; 0], "{from} {to}");
                }
                assert_eq!(diff(&project, "history", "database").await, [""; 0]);
                let again =
                    command::create(&project, &new_revision("again"), &Between::default()).await.unwrap();
                assert_eq!(again, None);
            }
        });
    }
}

fn one_more() -> Result<Schema, Infallible> {
    let mut schema = bells("shop.");
    let bell = schema.table_mut(&TableName::qualified("shop", "bell")).unwrap();
    bell.columns.push(integer("weight").nullable());
    Ok(schema)
}

#[test]
fn what_is_created_in_the_current_schema_runs_on_what_is_there() {
    on_database(Dialect::Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        connection.execute("CREATE SCHEMA shop; SET search_path = shop").await.unwrap();
        let scripts = || vec![script("a", &[], makes_with_the_schema, nothing)];
        upgrade(&mut connection, scripts()).await;
        let (folder, url) = (folder(), in_shop(&database));
        let project = project(&folder, &url, scripts(), one_more);
        let written = command::create(&project, &new_revision("weight"), &Between::default()).await.unwrap();
        let Written { path, .. } = written.unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains("op.add_column(\"bell\", integer(\"weight\").nullable());"), "{text}");
    });
}

fn with_public() -> Result<Schema, Infallible> {
    Ok(bells("public."))
}

fn makes_in_public(op: &mut Op) {
    makes(op, "public.");
}

#[test]
fn public_is_another_schema_where_it_is_not_the_connections_own() {
    on_database(Dialect::Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        connection.execute("CREATE SCHEMA shop; SET search_path = shop").await.unwrap();
        let (folder, url) = (folder(), in_shop(&database));
        let made = ["create enum public.tone (low, high)", "create sequence public.number"];
        let made = made.into_iter().chain(["create table public.bell", "create table public.clapper"]);
        let first = project(&folder, &url, Vec::new(), with_public);
        assert_eq!(diff(&first, "database", "models").await, made.collect::<Vec<_>>());
        let scripts = || vec![script("a", &[], makes_in_public, nothing)];
        upgrade(&mut connection, scripts()).await;
        let there = "SELECT string_agg(relnamespace::regnamespace || '.' || relname, ' ' ORDER BY relname) FROM pg_class \
             WHERE relnamespace IN ('shop'::regnamespace, 'public'::regnamespace) AND relkind = 'r'";
        let there = connection.value(there).await.unwrap();
        assert_eq!(there.as_deref(), Some("shop.alembic_version public.bell public.clapper"));

        let public = project(&folder, &url, scripts(), with_public);
        assert_eq!(check(&public).await, [""; 0]);
        for (from, to) in [("database", "models"), ("models", "database"), ("database", "history")] {
            assert_eq!(diff(&public, from, to).await, [""; 0], "{from} {to}");
        }
        // What bears the same name in the connection's own schema is something else.
        connection.execute("CREATE TABLE bell (id INTEGER PRIMARY KEY)").await.unwrap();
        assert_eq!(diff(&public, "database", "models").await, ["drop table bell"]);
        let other = "CREATE TABLE shop.hook (bell_id INTEGER CONSTRAINT h REFERENCES ";
        connection.execute(&format!("{other}public.bell)")).await.unwrap();
        let file = format!(
            "CREATE SCHEMA IF NOT EXISTS shop; CREATE TABLE shop.bell (id INTEGER PRIMARY KEY); {other}shop.bell)"
        );
        std::fs::write(folder.path().join("other.sql"), file).unwrap();
        let found = diff(&public, "database", "other.sql").await;
        assert!(found.iter().any(|one| one.contains("foreign key h")), "{found:?}");
        connection.close().await.unwrap();
    });
}

/// A SeaORM entity in a schema names its enum type without one.
fn tone_without_its_schema() -> Result<Schema, Infallible> {
    let bell = TableBuilder::build("shop.bell", |table| {
        table.column(integer("id"));
        table.column(enumeration("tone", "tone"));
    });
    Ok(Schema::from_tables([bell]).with_enums([EnumType::new("tone", ["low", "high", "shrill"])]))
}

fn tone_with_its_schema() -> Result<Schema, Infallible> {
    let bell = TableBuilder::build("shop.bell", |table| {
        table.column(integer("id"));
        table.column(enumeration("tone", "shop.tone"));
    });
    Ok(Schema::from_tables([bell]).with_enums([EnumType::new("shop.tone", ["low", "high", "shrill"])]))
}

fn makes_bell_in_shop(op: &mut Op) {
    op.create_schema("shop");
    op.create_enum("shop.tone", ["low", "high"]);
    op.create_table("shop.bell", |table| {
        table.column(integer("id"));
        table.column(enumeration("tone", "shop.tone"));
    });
}

#[test]
fn an_enum_type_of_another_schema_is_found_where_it_lies_and_its_values_are_compared() {
    on_database(Dialect::Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let scripts = || vec![script("a", &[], makes_bell_in_shop, nothing)];
        upgrade(&mut connection, scripts()).await;
        let folder = folder();
        for models in [tone_with_its_schema as Models, tone_without_its_schema] {
            let project = project(&folder, &database.url, scripts(), models);
            let found = ["alter enum shop.tone: add value shrill"];
            assert_eq!(check(&project).await, found);
            assert_eq!(diff(&project, "database", "models").await, found);
            assert_eq!(diff(&project, "history", "models").await, found);
            let written =
                command::create(&project, &new_revision("shrill"), &Between::default()).await.unwrap();
            let Written { path, .. } = written.unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::remove_file(path).unwrap();
            assert!(text.contains("op.add_enum_value(\"shop.tone\", \"shrill\")"), "{text}");
        }
        let made =
            diff(&project(&folder, &database.url, scripts(), tone_with_its_schema), "empty", "models").await;
        assert_eq!(
            made,
            ["create schema shop", "create enum shop.tone (low, high, shrill)", "create table shop.bell"]
        );
    });
}

fn undeclared() -> Result<Schema, Infallible> {
    let person = TableBuilder::build("person", |table| {
        table.column(integer("id"));
        table.column(column("moods", Type::array(Type::enumeration("mood"))));
    });
    Ok(Schema::from_tables([person]))
}

#[test]
fn an_enum_type_that_the_models_do_not_declare_is_their_mistake() {
    on_each_database(async |database: Database| {
        drop(database.connect().await);
        let folder = folder();
        let project = project(&folder, &database.url, vec![script("a", &[], nothing, nothing)], undeclared);
        let said =
            "column `person.moods` of the models is of the enum type `mood`, which the models do not declare";
        let errors = [
            command::create(&project, &new_revision("x"), &Between::default()).await.unwrap_err(),
            command::check(&project, command::CheckOptions::default()).await.unwrap_err(),
            command::diff(&project, &between("empty", "models"), false).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(
                (error.to_string().as_str(), error.code().to_string().as_str()),
                (said, "enum-not-declared")
            );
            assert!(error.hint().unwrap().contains("with_enums"));
        }
    });
}

/// A table with a remark for each database.
fn remarked() -> Result<Schema, Infallible> {
    let schema = Schema::from_tables([TableBuilder::build("person", |table| {
        table.column(integer("id"));
        table.column(big_integer("points").nullable());
    })]);
    let remark = |dialect| Remark {
        table: "person".into(),
        column: "points".into(),
        dialect,
        text: format!("column person.points is hard to read on {dialect}"),
    };
    Ok(schema.with_remarks(Dialect::ALL.map(remark)))
}

fn person(op: &mut Op) {
    op.create_table("person", |table| {
        table.column(big_integer("points").nullable());
    });
}

#[test]
fn a_remark_on_a_column_is_a_warning_of_create_for_the_databases_of_the_project() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let folder = folder();
        let own = format!("column person.points is hard to read on {}", database.dialect);

        let new = project(&folder, &database.url, Vec::new(), remarked);
        let written = command::create(&new, &new_revision("x"), &between("empty", "models")).await;
        let Written { remarks, path, .. } = written.unwrap().unwrap();
        assert_eq!(remarks, [own.as_str()]);
        assert!(std::fs::read_to_string(&path).unwrap().contains(&own), "beside what makes it");
        std::fs::remove_file(path).unwrap();

        // What is there already is told to whoever writes a script, and does not stand in it.
        let scripts = || vec![script("a", &[], person, nothing)];
        upgrade(&mut connection, scripts()).await;
        let old = project(&folder, &database.url, scripts(), remarked);
        let written = command::create(&old, &new_revision("y"), &Between::default()).await;
        let Written { remarks, path, .. } = written.unwrap().unwrap();
        assert_eq!(remarks, [own.as_str()]);
        assert!(!std::fs::read_to_string(&path).unwrap().contains(&own));
        std::fs::remove_file(path).unwrap();

        // Both databases of a project.
        std::fs::write(folder.path().join("cucurbit.toml"), "dialects = [\"sqlite\", \"postgres\"]\n")
            .unwrap();
        let both = project(&folder, &database.url, scripts(), remarked);
        let written = command::create(&both, &new_revision("z"), &Between::default()).await;
        assert_eq!(written.unwrap().unwrap().remarks.len(), 2);
    });
}
