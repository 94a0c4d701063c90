//! Projects that change: copies of CultivAR whose models are edited, whose history is taken away, and a small
//! project of its own. What `create` writes is compiled and run, as a person would.

use std::{fs, path::PathBuf, time::Instant};

use crate::{
    project::Project,
    support::{Database, Kind},
};

#[tokio::test]
async fn without_its_history_cultivar_gets_one_revision_of_27_tables() {
    let project = Project::cultivar("baseline", false);
    let (sqlite, postgres) = (Database::new(Kind::Sqlite).await, Database::new(Kind::Postgres).await);
    sqlite.execute("SELECT 1").await;

    project.migrate(&sqlite, &["create", "--message", "baseline"]).exits(0);
    let files = project.versions();
    assert_eq!(files.len(), 1);
    let text = fs::read_to_string(&files[0]).expect("the revision");
    assert_eq!(text.matches("op.create_table(").count(), 27, "{text}");
    assert_eq!(text.matches("op.create_index(").count(), 32);
    assert_eq!(text.matches("table.foreign_key(").count(), 23);

    for database in [&sqlite, &postgres] {
        project.migrate(database, &["upgrade"]).exits(0);
        project.migrate(database, &["check"]).exits(0);
        let again = project.migrate(database, &["create", "--message", "again"]).exits(0);
        assert_eq!(again.stdout, "No changes: the models and the database agree. No file was written.\n");
        assert_eq!(project.versions(), files);
        assert_eq!(database.tables().await.len(), 28, "27 and the version table");
        project.migrate(database, &["downgrade", "base"]).exits(0);
        assert_eq!(database.tables().await, ["alembic_version"]);
    }
}

#[tokio::test]
async fn an_edited_model_becomes_a_revision_that_runs_on_both() {
    let project = Project::cultivar("edited", true);
    let (sqlite, postgres) = (Database::new(Kind::Sqlite).await, Database::new(Kind::Postgres).await);
    for database in [&sqlite, &postgres] {
        project.migrate(database, &["upgrade"]).exits(0);
    }
    let before = project.versions();

    project.edit(
        "cultivar/models/src/zone.rs",
        "    pub name: String,",
        "    pub name: String,\n    /// Lamp power, in watts.\n    pub watts: Option<i32>,",
    );
    project.edit("cultivar/models/src/metric.rs", "StringLen::N(50)", "StringLen::N(80)");
    let begun = Instant::now();
    project.migrate(&postgres, &["create", "--message", "Zones have lamps"]).exits(0);
    project.migrate(&postgres, &["upgrade"]).exits(0);
    println!("edit, create, upgrade: {:.1} s", begun.elapsed().as_secs_f64());

    let new: Vec<PathBuf> = project.versions().into_iter().filter(|file| !before.contains(file)).collect();
    assert_eq!(new.len(), 1);
    let text = fs::read_to_string(&new[0]).expect("the revision");
    assert!(text.starts_with("//! Zones have lamps\n"), "{text}");
    assert!(text.contains(r#"integer("watts").nullable()"#), "{text}");
    for database in [&sqlite, &postgres] {
        project.migrate(database, &["upgrade"]).exits(0);
        project.migrate(database, &["check"]).exits(0);
        project.migrate(database, &["downgrade", "-1"]).exits(0);
        project.migrate(database, &["upgrade"]).exits(0);
    }
}

#[tokio::test]
async fn defect_20_two_people_generate_the_same_bytes() {
    let project = Project::small("twice");
    let database = Database::new(Kind::Sqlite).await;
    database.migrate(&["ensure_version"]).exits(0);
    let mut texts = Vec::new();
    project.migrate(&database, &["heads"]).exits(0);
    for _ in 0..3 {
        project.run(&database, &["create", "-m", "beds", "--rev-id", "aaaaaaaaaaaa"]).exits(0);
        let files = project.versions();
        assert_eq!(files.len(), 1);
        let text = fs::read_to_string(&files[0]).expect("the revision");
        texts.push(text.lines().filter(|line| !line.contains(".created(")).collect::<Vec<_>>().join("\n"));
        fs::remove_file(&files[0]).expect("removed");
    }
    assert_eq!(texts[0], texts[1]);
    assert_eq!(texts[0], texts[2]);
    assert!(texts[0].contains("op.create_table(\"bed\""), "{}", texts[0]);
}

#[tokio::test]
async fn defect_1_a_folder_without_revisions_is_an_error() {
    let project = Project::small("empty");
    let database = Database::new(Kind::Sqlite).await;
    let ran = project.migrate(&database, &["upgrade"]).exits(1);
    assert!(ran.stderr.contains("there is no revision script in `"), "{}", ran.stderr);
    assert!(!database.file().exists(), "nothing was touched");

    fs::remove_dir(project.migrations.join("versions")).expect("removed");
    let ran = project.migrate(&database, &["upgrade"]);
    assert_ne!(ran.code, 0);
    assert!(ran.stderr.contains("versions"), "the build says which folder: {}", ran.stderr);
}

#[tokio::test]
async fn defect_5_models_that_cannot_be_loaded_drop_nothing() {
    let project = Project::small("broken");
    let database = Database::new(Kind::Sqlite).await;
    database.migrate(&["ensure_version"]).exits(0);
    project.migrate(&database, &["create", "-m", "beds"]).exits(0);
    project.migrate(&database, &["upgrade"]).exits(0);
    let before = (database.schema().await, project.versions());
    let main = fs::read_to_string(project.migrations.join("src/main.rs")).expect("the program");
    for (broken, said) in [
        (".models(|| Err::<cucurbit::schema::Schema, _>(std::fmt::Error))", "cannot collect the models"),
        (
            ".models(|| Ok::<_, std::convert::Infallible>(cucurbit::schema::Schema::new()))",
            "the models contain no table",
        ),
        ("", "there are no models to compare with"),
    ] {
        let main = main.replace(".models(models::schema)", broken);
        fs::write(project.migrations.join("src/main.rs"), main).expect("written");
        for command in [&["check"][..], &["create", "-m", "x"]] {
            let ran = project.migrate(&database, command).exits(1);
            assert!(ran.stderr.contains(said), "{}", ran.stderr);
        }
        assert_eq!((database.schema().await, project.versions()), before);
    }
}

#[tokio::test]
async fn defect_6_several_heads_are_found_before_any_database_is_touched() {
    let project = Project::small("heads");
    let database = Database::new(Kind::Sqlite).await;
    database.migrate(&["ensure_version"]).exits(0);
    project.migrate(&database, &["create", "-m", "beds"]).exits(0);
    project.migrate(&database, &["upgrade"]).exits(0);
    for (id, head) in [("aaaaaaaaaaaa", "head"), ("bbbbbbbbbbbb", "head-1")] {
        project
            .migrate(&database, &["revision", "-m", id, "--rev-id", id, "--head", head, "--splice"])
            .exits(0);
    }
    let before = database.schema().await;
    for command in [&["check"][..], &["create", "-m", "x"], &["revision", "-m", "x"], &["upgrade"]] {
        let ran = project.migrate(&database, command).exits(1);
        assert!(ran.stderr.contains("aaaaaaaaaaaa") && ran.stderr.contains("bbbbbbbbbbbb"), "{}", ran.stderr);
    }
    assert_eq!(database.schema().await, before);
    project.migrate(&database, &["merge", "heads", "-m", "join them"]).exits(0);
    project.migrate(&database, &["upgrade"]).exits(0);
    project.migrate(&database, &["check"]).exits(0);
    // The last one is undone after a merge too.
    project.migrate(&database, &["downgrade", "-1"]).exits(0);
    let current = project.migrate(&database, &["current"]).exits(0).stdout;
    assert_eq!(current.lines().count(), 2, "{current}");
}

#[tokio::test]
async fn defect_11_a_revision_that_fails_half_way_leaves_nothing() {
    let project = Project::small("torn");
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = Database::new(kind).await;
        database.migrate(&["ensure_version"]).exits(0);
        let revision = project.migrations.join("versions/torn.rs");
        let text = |last: &str| {
            format!(
                "//! Torn\nuse cucurbit::prelude::*;\n\npub const REVISION: Revision = Revision::new(\"aaaaaaaaaaaa\");\n\n\
                 pub fn upgrade(op: &mut Op) {{\n    op.create_table(\"bed\", |table| {{\n        \
                 table.column(integer(\"id\"));\n        table.primary_key([\"id\"]);\n    }});\n    \
                 op.execute(\"INSERT INTO bed (id) VALUES (1)\");\n    op.execute(\"{last}\");\n}}\n\n\
                 pub fn downgrade(op: &mut Op) {{\n    op.drop_table(\"bed\").loses_data();\n}}\n"
            )
        };
        fs::write(&revision, text("INSERT INTO bed (id) VALUES (1)")).expect("written");
        let ran = project.migrate(&database, &["upgrade"]).exits(1);
        assert!(ran.stderr.contains("revision `aaaaaaaaaaaa` failed and was rolled back"), "{}", ran.stderr);
        assert_eq!(database.tables().await, ["alembic_version"]);
        assert_eq!(project.migrate(&database, &["current"]).exits(0).stdout, "");

        fs::write(&revision, text("INSERT INTO bed (id) VALUES (2)")).expect("written");
        project.migrate(&database, &["upgrade"]).exits(0);
        assert_eq!(database.rows().await["bed"].len(), 2);
        let refused = project.migrate(&database, &["upgrade"]).exits(0);
        assert!(refused.stderr.contains("Nothing to do"), "{}", refused.stderr);
        fs::remove_file(&revision).expect("removed");
    }
}
