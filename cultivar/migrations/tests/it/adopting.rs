//! Databases that another tool made, taken over by the recipes of `docs/ADOPTING.md`. That Alembic's history goes on
//! with the same ids is `interop.rs`.

use std::fs;

use crate::{
    others::{SEA_ORM_MIGRATION, SQLX_MIGRATE, Tool},
    project::Project,
    support::{Database, Kind, assert_same_values, on_each_database},
};

on_each_database! {
    a_database_of_sea_orm_migration_is_taken_over;
    a_database_of_sqlx_migrate_is_taken_over;
}

const SEA_ORM: &str = "cucurbit-sea-orm.workspace = true\nsea-orm.workspace = true\n";

async fn a_database_of_sea_orm_migration_is_taken_over(database: Database) {
    let models = include_str!("../adopted/sea_orm.rs");
    let project = Project::with_models(&named("sea-orm", &database), models, SEA_ORM);
    let watts = ("        // More columns here.", "        pub watts: Option<i32>,");
    take_over(&project, &database, SEA_ORM_MIGRATION, watts).await;
}

async fn a_database_of_sqlx_migrate_is_taken_over(database: Database) {
    let project = Project::with_models(&named("sqlx", &database), include_str!("../adopted/sqlx.rs"), "");
    let watts = ("        // More columns here.", "        table.column(integer(\"watts\").nullable());");
    take_over(&project, &database, SQLX_MIGRATE, watts).await;
}

/// Tests run at the same time: each has a project of its own.
fn named(tool: &str, database: &Database) -> String {
    format!("from-{tool}-{}", if database.kind == Kind::Postgres { "postgres" } else { "sqlite" })
}

/// Takes the database over twice: with a first revision from the models, and with one from another such database
/// itself.
async fn take_over(project: &Project, database: &Database, tool: Tool, change: (&str, &str)) {
    fill(database, tool).await;
    project.migrate(database, &["create", "--from", "empty", "-m", "Baseline"]).exits(0);
    adopt(project, database, tool, change).await;

    project.forget();
    project.edit("garden/src/models.rs", change.1, change.0);
    let other = Database::new(database.kind).await;
    fill(&other, tool).await;
    project.migrate(&other, &["create", "--from", "empty", "--to", "database", "-m", "Baseline"]).exits(0);
    println!("{}", fs::read_to_string(&project.versions()[0]).expect("the revision"));
    adopt(project, &other, tool, change).await;
}

/// Lets the tool make its tables, with rows in all of them.
async fn fill(database: &Database, tool: Tool) {
    tool.applies(database, tool.migrations);
    database.execute(tool.rows).await;
}

/// Goes through the recipe with the first revision that has just been written.
async fn adopt(project: &Project, database: &Database, tool: Tool, change: (&str, &str)) {
    let (rows, books) = (database.rows().await, database.query(tool.books).await);
    let schema = database.schema().await;
    assert_eq!(books.len(), tool.migrations);
    assert!(rows.len() > 1 && rows.values().all(|rows| !rows.is_empty()), "{rows:?}");

    // Nobody has said yet where the database stands: making the tables again fails, and touches nothing.
    project.migrate(database, &["upgrade"]).exits(1);
    project.run(database, &["stamp", "head"]).exits(0);
    project.run(database, &["current", "--check-heads"]).exits(0);
    let check = project.run(database, &["check"]);
    assert_eq!((check.code, check.stdout.as_str()), (0, "No new upgrade operations detected.\n"));
    let nothing = project.run(database, &["upgrade"]).exits(0);
    assert!(nothing.stderr.starts_with("Nothing to do"), "{}", nothing.stderr);
    // What is older than its history is not dropped with it.
    let refused = project.run(database, &["downgrade", "base"]).exits(1);
    assert!(refused.stderr.contains("--allow-data-loss"), "{}", refused.stderr);
    assert_eq!((database.rows().await, database.query(tool.books).await), (rows.clone(), books.clone()));

    // An empty database gets the same tables.
    let fresh = Database::new(database.kind).await;
    project.run(&fresh, &["upgrade"]).exits(0);
    project.run(&fresh, &["check"]).exits(0);
    project.run(&fresh, &["downgrade", "base"]).exits(0);
    assert_eq!(fresh.tables().await, ["alembic_version"]);

    // The models go on.
    project.edit("garden/src/models.rs", change.0, change.1);
    project.migrate(database, &["create", "-m", "Beds have lamps"]).exits(0);
    project.migrate(database, &["upgrade"]).exits(0);
    project.run(database, &["check"]).exits(0);
    assert_same_values(&rows, &database.rows().await);
    tool.applies(database, 0);
    project.run(database, &["downgrade", "-1"]).exits(0);
    assert_eq!(database.rows().await, rows);
    assert_eq!(database.schema().await, schema);
    tool.applies(database, 0);
    assert_eq!(database.query(tool.books).await, books);
}
