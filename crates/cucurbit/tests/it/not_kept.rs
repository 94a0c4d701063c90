//! What a database does not keep is known from the scripts: enum types, sequences and comments on SQLite.
//!
//! Each command is run on connections of its own, as by a process of its own.

use std::convert::Infallible;

use cucurbit::{
    Env, Op, Script,
    command::{self, Between, CheckOptions, Location, Project},
    operation::Operation,
    prelude::*,
    revision::{Reach, Target},
    schema::{EnumType, Schema, Sequence},
};

use crate::support::{Database, new_revision, on_each_database, script};

type Models = fn() -> Result<Schema, Infallible>;

fn project(database: &Database, scripts: &[Script], models: Models) -> Project {
    let location = Location::new().database_url(&database.url);
    Project::open(Env::new(scripts.to_vec()).models(models), location).unwrap()
}

async fn upgrade(project: &Project, target: &str) {
    let target: Target = target.parse().unwrap();
    let done = command::upgrade(project, &[target], project.run_options(), &mut |_| ()).await;
    done.unwrap_or_else(|error| panic!("{error:?}"));
}

async fn downgrade(project: &Project, target: &str) {
    let target: Target = target.parse().unwrap();
    let options = project.run_options();
    let done = command::downgrade(project, &target, Reach::Branch, options, &mut |_| ()).await;
    done.unwrap_or_else(|error| panic!("{error:?}"));
}

async fn differences(project: &Project, from: &str, to: &str) -> Vec<String> {
    let between = Between::new(from.parse().unwrap(), to.parse().unwrap());
    let found = command::diff(project, &between, false).await.unwrap_or_else(|error| panic!("{error:?}"));
    found.operations.iter().map(Operation::describe).collect()
}

async fn check(project: &Project) -> Vec<String> {
    let found = command::check(project, CheckOptions::default()).await;
    found.unwrap_or_else(|error| panic!("{error:?}")).operations.iter().map(Operation::describe).collect()
}

fn person(table: &mut TableBuilder) {
    table.column(integer("id").serial());
    table.column(enumeration("mood", "mood").nullable());
    table.primary_key(["id"]);
}

fn first(op: &mut Op) {
    op.create_enum("mood", ["sad", "ok"]);
    op.create_sequence("ticket");
    op.create_table("person", person);
}

fn no_first(op: &mut Op) {
    op.drop_table("person").loses_data();
    op.drop_sequence("ticket");
    op.drop_enum("mood");
}

fn happy(op: &mut Op) {
    op.add_enum_value("mood", "happy");
    op.alter_sequence("ticket").increment(2);
}

fn unhappy(op: &mut Op) {
    op.set_enum_values("mood", ["sad", "ok"]);
    op.alter_sequence("ticket").increment(1);
}

fn comment(op: &mut Op) {
    op.create_enum_comment("mood", "how they are");
}

fn no_comment(op: &mut Op) {
    op.drop_enum_comment("mood");
}

fn history() -> [Script; 3] {
    [
        script("a", &[], first, no_first),
        script("b", &["a"], happy, unhappy),
        script("c", &["b"], comment, no_comment),
    ]
}

fn models_of(values: &[&str]) -> Schema {
    let mut mood = EnumType::new("mood", values.iter().copied());
    mood.comment("how they are");
    let mut ticket = Sequence::new("ticket");
    ticket.increment(2);
    Schema::from_tables([TableBuilder::build("person", person)]).with_enums([mood]).with_sequences([ticket])
}

fn models() -> Result<Schema, Infallible> {
    Ok(models_of(&["sad", "ok", "happy"]))
}

fn other_models() -> Result<Schema, Infallible> {
    Ok(models_of(&["sad", "ok", "happy", "old"]))
}

#[test]
fn every_revision_of_an_enum_type_can_be_a_run_of_its_own() {
    on_each_database(async |database: Database| {
        let project = project(&database, &history(), models);
        for target in ["a", "b", "c"] {
            upgrade(&project, target).await;
        }
        assert_eq!(check(&project).await, [""; 0]);
        for target in ["b", "a", "base", "head"] {
            if target == "head" {
                upgrade(&project, target).await;
            } else {
                downgrade(&project, target).await;
            }
        }
        assert_eq!(check(&project).await, [""; 0]);
        for (from, to) in [("history", "models"), ("history", "database"), ("database", "models")] {
            assert_eq!(differences(&project, from, to).await, [""; 0], "{from} {to}");
        }
        downgrade(&project, "base").await;
    });
}

#[test]
fn a_revision_in_the_middle_of_an_enum_type_is_known_by_check_and_create() {
    on_each_database(async |database: Database| {
        let project = project(&database, &history(), other_models);
        upgrade(&project, "a").await;
        assert_eq!(check(&project).await, ["alter enum mood: add value old"]);
        upgrade(&project, "head").await;
        assert_eq!(check(&project).await, ["alter enum mood: add value old"]);
        assert_eq!(differences(&project, "history", "models").await, ["alter enum mood: add value old"]);
        assert_eq!(differences(&project, "database", "models").await, ["alter enum mood: add value old"]);
    });
}

/// What PostgreSQL alone is told of a type.
fn blue(op: &mut Op) {
    op.on(Postgres, |op| op.rename_enum_value("mood", "sad", "blue"));
    op.on(Sqlite, |op| {
        op.execute("UPDATE person SET mood = 'blue' WHERE mood = 'sad'");
    });
}

fn no_blue(op: &mut Op) {
    op.on(Postgres, |op| op.rename_enum_value("mood", "blue", "sad"));
    op.on(Sqlite, |op| {
        op.execute("UPDATE person SET mood = 'sad' WHERE mood = 'blue'");
    });
}

fn blue_models() -> Result<Schema, Infallible> {
    Ok(models_of(&["blue", "ok", "happy", "new"]))
}

#[test]
fn what_one_database_alone_is_told_of_a_type_is_known_on_both() {
    on_each_database(async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("versions")).unwrap();
        std::fs::write(folder.path().join("cucurbit.toml"), "dialects = [\"sqlite\", \"postgres\"]\n")
            .unwrap();
        let location = Location::new().database_url(&database.url).working_directory(folder.path());
        let scripts = [history().to_vec(), vec![script("d", &["c"], blue, no_blue)]].concat();
        let project = Project::open(Env::new(scripts).models(blue_models), location).unwrap();
        upgrade(&project, "a").await;
        let mut connection = database.connect().await;
        connection.execute("INSERT INTO person (mood) VALUES ('sad'), ('ok')").await.unwrap();
        for target in ["b", "c", "d"] {
            upgrade(&project, target).await;
        }
        let new = ["alter enum mood: add value new"];
        assert_eq!(check(&project).await, new);
        assert_eq!(differences(&project, "history", "models").await, new);
        assert_eq!(differences(&project, "database", "models").await, new);
        for from in ["history", "database"] {
            let between = Between::new(from.parse().unwrap(), "models".parse().unwrap());
            let written = command::create(&project, &new_revision("new"), &between).await.unwrap().unwrap();
            let text = std::fs::read_to_string(&written.path).unwrap();
            assert!(text.contains("op.add_enum_value(\"mood\", \"new\");"), "{text}");
            std::fs::remove_file(&written.path).unwrap();
        }
        let moods = connection.rows("SELECT CAST(mood AS TEXT) FROM person ORDER BY id").await.unwrap();
        let moods: Vec<String> = moods.into_iter().flatten().flatten().collect();
        assert_eq!(moods, ["blue", "ok"]);
        for target in ["c", "b", "a", "base"] {
            downgrade(&project, target).await;
        }
        upgrade(&project, "head").await;
        assert_eq!(check(&project).await, new);
        connection.close().await.unwrap();
    });
}

fn commented(op: &mut Op) {
    op.create_table("bed", |table| {
        table.column(integer("id").comment("which one"));
        table.column(string("name", 20));
        table.primary_key(["id"]).comment("the key");
        table.unique(["name"]).named("uq_bed_name").comment("names");
        table.check("id > 0").named("ck_bed_id").comment("ids");
        table.comment("a bed");
    });
    op.create_index("ix_bed_name", "bed", ["name"]).comment("by name");
}

fn other_comments(op: &mut Op) {
    op.on(Postgres, |op| op.create_table_comment("bed", "a bed of plants"));
    op.alter_table("bed", |table| {
        table.alter_column("name").comment("what it is called").rename("title");
        table.alter_constraint("uq_bed_name").drop_comment();
    });
    op.drop_index_comment("ix_bed_name", "bed");
}

fn bed_models() -> Result<Schema, Infallible> {
    let bed = TableBuilder::build("bed", |table| {
        table.column(integer("id").comment("which one"));
        table.column(string("title", 20).comment("the name"));
        table.primary_key(["id"]).comment("the key");
        table.unique(["title"]).named("uq_bed_name");
        table.check("id > 0").named("ck_bed_id").comment("numbers");
        table.index(Index::new("ix_bed_name", vec![key("title")]));
        table.comment("a bed of plants");
    });
    Ok(Schema::from_tables([bed]))
}

fn nothing(_op: &mut Op) {}

#[test]
fn comments_are_compared_where_the_database_keeps_none() {
    on_each_database(async |database: Database| {
        let scripts = [script("a", &[], commented, nothing), script("b", &["a"], other_comments, nothing)];
        let project = project(&database, &scripts, bed_models);
        upgrade(&project, "a").await;
        let left =
            ["alter column bed.title: set the comment", "alter constraint ck_bed_id on bed: set the comment"];
        let mut found = check(&project).await;
        found.sort();
        assert_eq!(found, left, "with a revision pending");
        upgrade(&project, "b").await;
        for (from, to) in [("database", "models"), ("history", "models")] {
            let mut found = differences(&project, from, to).await;
            found.sort();
            assert_eq!(found, left, "{from} {to}");
        }
        assert_eq!(differences(&project, "history", "database").await, [""; 0]);
    });
}

/// A history in which SQL stands whose effect nobody knows.
fn raw(op: &mut Op) {
    op.execute("CREATE TABLE by_hand (id INTEGER NOT NULL PRIMARY KEY)");
    op.create_table_comment("by_hand", "not by a script");
}

fn no_raw(op: &mut Op) {
    op.execute("DROP TABLE by_hand");
}

fn models_with_raw() -> Result<Schema, Infallible> {
    let models = models_of(&["sad", "ok", "happy", "new"]);
    let by_hand = TableBuilder::build("by_hand", |table| {
        table.column(integer("id"));
        table.primary_key(["id"]);
        table.comment("not by a script");
    });
    Ok(models.with_tables([by_hand]))
}

fn new_value(op: &mut Op) {
    op.add_enum_value("mood", "new");
}

fn no_new_value(op: &mut Op) {
    op.set_enum_values("mood", ["sad", "ok", "happy"]);
}

#[test]
fn sql_of_unknown_effect_does_not_hide_what_the_scripts_say() {
    on_each_database(async |database: Database| {
        let more = [script("d", &["c"], raw, no_raw), script("e", &["d"], new_value, no_new_value)];
        let project = project(&database, &[history().to_vec(), more.to_vec()].concat(), models_with_raw);
        for target in ["a", "b", "c", "d"] {
            upgrade(&project, target).await;
        }
        assert_eq!(check(&project).await, [""; 0], "with a revision pending");
        upgrade(&project, "e").await;
        assert_eq!(check(&project).await, [""; 0]);
        assert_eq!(differences(&project, "history", "database").await, [""; 0]);
        for target in ["d", "c", "a", "base"] {
            downgrade(&project, target).await;
        }
        upgrade(&project, "head").await;
        assert_eq!(check(&project).await, [""; 0]);
    });
}

/// A schema by hand, which names a type without its values.
fn models_without_the_type() -> Result<Schema, Infallible> {
    let person = TableBuilder::build("person", person);
    let mut ticket = Sequence::new("ticket");
    ticket.increment(2);
    Ok(Schema::from_tables([person]).with_sequences([ticket]))
}

#[test]
fn a_type_that_columns_name_is_not_dropped_though_the_models_do_not_describe_it() {
    on_each_database(async |database: Database| {
        let project = project(&database, &history(), models_without_the_type);
        upgrade(&project, "head").await;
        assert_eq!(check(&project).await, [""; 0]);
        assert_eq!(differences(&project, "history", "models").await, [""; 0]);
    });
}

/// Columns that PostgreSQL alone has of the type, and SQLite as text, in either order.
fn apart(op: &mut Op) {
    op.create_enum("mood", ["sad", "ok"]);
    op.create_table("person", |table| {
        table.column(integer("id"));
        table.primary_key(["id"]);
    });
    op.on(Postgres, |op| {
        op.add_column("person", enumeration("mood", "mood").nullable().comment("how they are"));
    });
    op.on(Sqlite, |op| {
        op.add_column("person", string("mood", 20).nullable());
    });
    op.on(Sqlite, |op| {
        op.create_table("animal", |table| {
            table.column(integer("id"));
            table.column(text("mood").default("sad"));
            table.column(json("moods").nullable());
            table.primary_key(["id"]);
        });
    });
    op.on(Postgres, |op| {
        op.create_table("animal", |table| {
            table.column(integer("id"));
            table.column(enumeration("mood", "mood").default("sad"));
            table.column(column("moods", Type::array(Type::enumeration("mood"))).nullable());
            table.primary_key(["id"]);
            table.comment("no plant");
        });
    });
}

fn no_apart(op: &mut Op) {
    op.drop_table("animal").loses_data();
    op.drop_table("person").loses_data();
    op.drop_enum("mood");
}

fn renamed(op: &mut Op) {
    op.rename_enum_value("mood", "sad", "blue");
}

fn renamed_back(op: &mut Op) {
    op.rename_enum_value("mood", "blue", "sad");
}

/// PostgreSQL alone has texts from now on, which follow no type.
fn texts(op: &mut Op) {
    op.on(Postgres, |op| {
        op.alter_table("person", |table| {
            table.alter_column("mood").ty(Type::string(20)).using("mood::text");
        });
    });
}

fn no_texts(op: &mut Op) {
    op.on(Postgres, |op| {
        op.alter_table("person", |table| {
            table.alter_column("mood").ty(Type::enumeration("mood")).using("mood::mood");
        });
    });
}

fn grey(op: &mut Op) {
    op.set_enum_values("mood", ["grey", "ok"]).replace("blue", "grey");
}

fn not_grey(op: &mut Op) {
    op.set_enum_values("mood", ["blue", "ok"]).replace("grey", "blue");
}

fn apart_models() -> Result<Schema, Infallible> {
    let person = TableBuilder::build("person", |table| {
        table.column(integer("id"));
        table.column(string("mood", 20).nullable().comment("how they are"));
        table.primary_key(["id"]);
    });
    let animal = TableBuilder::build("animal", |table| {
        table.column(integer("id"));
        table.column(enumeration("mood", "mood").default("grey"));
        table.column(
            column("moods", Type::array(Type::enumeration("mood"))).on(Sqlite, Type::Json).nullable(),
        );
        table.primary_key(["id"]);
        table.comment("no plant");
    });
    Ok(Schema::from_tables([person, animal]).with_enums([EnumType::new("mood", ["grey", "ok"])]))
}

#[test]
fn what_one_database_alone_has_of_a_type_follows_it_on_both() {
    on_each_database(async |database: Database| {
        let scripts = [
            script("a", &[], apart, no_apart),
            script("b", &["a"], renamed, renamed_back),
            script("c", &["b"], texts, no_texts),
            script("d", &["c"], grey, not_grey),
        ];
        let project = project(&database, &scripts, apart_models);
        let mut connection = database.connect().await;
        let read = "SELECT 'person', CAST(mood AS TEXT), '' FROM person UNION ALL \
                    SELECT 'animal', CAST(mood AS TEXT), CAST(moods AS TEXT) FROM animal ORDER BY 1";
        let list = if database.dialect == Postgres {
            ["{sad,ok}", "{blue,ok}", "{grey,ok}"]
        } else {
            ["[\"sad\",\"ok\"]", "[\"blue\",\"ok\"]", "[\"grey\",\"ok\"]"]
        };
        upgrade(&project, "a").await;
        connection.execute("INSERT INTO person (id, mood) VALUES (1, 'sad')").await.unwrap();
        connection
            .execute(&format!("INSERT INTO animal (id, moods) VALUES (1, '{}')", list[0]))
            .await
            .unwrap();
        let states =
            [("b", "blue", "blue", list[1]), ("c", "blue", "blue", list[1]), ("d", "blue", "grey", list[2])];
        for round in 0..2 {
            for (target, person, animal, list) in states {
                upgrade(&project, target).await;
                let rows: Vec<_> =
                    connection.rows(read).await.unwrap().into_iter().flatten().flatten().collect();
                assert_eq!(rows, ["animal", animal, list, "person", person, ""], "{round} {target}");
            }
            assert_eq!(check(&project).await, [""; 0]);
            assert_eq!(differences(&project, "history", "models").await, [""; 0]);
            for target in ["c", "b", "a"] {
                downgrade(&project, target).await;
            }
            let rows: Vec<_> = connection.rows(read).await.unwrap().into_iter().flatten().flatten().collect();
            assert_eq!(rows, ["animal", "sad", list[0], "person", "sad", ""], "{round}");
        }
        // In one run, too.
        downgrade(&project, "base").await;
        upgrade(&project, "head").await;
        assert_eq!(check(&project).await, [""; 0]);
        connection.close().await.unwrap();
    });
}
