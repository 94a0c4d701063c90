//! Databases that another tool made, taken over by the recipes of `docs/ADOPTING.md`. That Alembic's history goes on
//! with the same ids is `interop.rs`.

use std::fs;

use crate::{
    interop::{self, Alembic, ORIGINAL},
    others::{SEA_ORM_MIGRATION, SQLX_MIGRATE, Tool},
    project::Project,
    support::{Database, Kind, assert_same_values, on_each_database, sorted},
};

on_each_database! {
    a_database_of_alembic_begins_anew;
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

/// The original's database is not what our models declare: the first revision that fits it is written from itself.
async fn a_database_of_alembic_begins_anew(database: Database) {
    let project = Project::cultivar(&named("alembic", &database), false);
    let alembic = Alembic::beside(&database);
    alembic.script("create.py").exits(0);
    interop::fill(&database).await;
    let (rows, schema) = (database.rows().await, database.schema().await);
    let seen_by_alembic = alembic.script("compare.py").exits(0).stdout;

    // From the models: what differs is named, and no revision on top of it would run.
    project.migrate(&database, &["create", "--from", "empty", "-m", "Baseline"]).exits(0);
    let unknown = project.migrate(&database, &["upgrade"]).exits(1);
    assert!(unknown.stderr.contains("Can't locate revision"), "{}", unknown.stderr);
    let apart = project.run(&database, &["diff", "database", "models"]).exits(3).stdout;
    project.run(&database, &["stamp", "--purge", "head"]).exits(0);
    let differences = project.run(&database, &["check"]).exits(3).stdout;
    assert!(differences.contains("plant.strain_id"), "{differences}");
    let lines = |report: &str| report.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&apart), lines(&differences), "which could be seen before the stamp");
    let refused = project.run(&database, &["create", "-m", "Bring it to the models"]).exits(1);
    assert!(refused.stderr.contains("`create --from empty --to database`"), "{}", refused.stderr);
    assert_eq!(project.versions().len(), 1);

    // From the database: the same is named, and becomes the second revision.
    project.forget();
    let baseline = ["create", "--from", "empty", "--to", "database", "-m", "Baseline"];
    project.migrate(&database, &baseline).exits(0);
    project.migrate(&database, &["stamp", "--purge", "head"]).exits(0);
    assert_eq!(project.run(&database, &["check"]).exits(3).stdout, differences);
    assert_eq!((database.rows().await, database.schema().await), (rows.clone(), schema.clone()));
    let drift = project.run(&database, &["diff", "history", "database"]).exits(0);
    assert_eq!(drift.stdout, "No differences between `history` and `database`.\n");

    project.run(&database, &["create", "-m", "Bring it to the models"]).exits(0);
    project.migrate(&database, &["upgrade"]).exits(0);
    project.run(&database, &["check"]).exits(0);
    assert_same_values(&rows, &database.rows().await);
    project.run(&database, &["downgrade", "-1"]).exits(0);
    // SQLite keeps the text of a statement, and ours are not Alembic's; there Alembic itself says so below.
    let is_again = sorted(&database.schema().await) == sorted(&schema);
    assert!(is_again || database.kind == Kind::Sqlite, "{}", database.schema().await);
    let left: Vec<usize> = database.rows().await.values().map(Vec::len).collect();
    assert_eq!(left, rows.values().map(Vec::len).collect::<Vec<_>>());

    let fresh = Database::new(database.kind).await;
    project.run(&fresh, &["upgrade"]).exits(0);
    project.run(&fresh, &["check"]).exits(0);

    // And back.
    alembic.alembic(&["stamp", "--purge", ORIGINAL]).exits(0);
    assert_eq!(alembic.alembic(&["current"]).exits(0).stdout, format!("{ORIGINAL}\n"));
    assert_eq!(alembic.script("compare.py").exits(0).stdout, seen_by_alembic);
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
    let text = fs::read_to_string(&project.versions()[0]).expect("the revision");
    let mut code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    assert!(!code.any(|line| line.contains("migrations")), "the tool's own table is not ours: {text}");
    assert!(text.contains(tool.table), "what is left out is said: {text}");
    adopt(project, &other, tool, change).await;

    if database.kind == Kind::Postgres {
        // What it makes anew is what was there, by a witness that is not ours.
        let fresh = Database::new(database.kind).await;
        project.migrate(&fresh, &["upgrade", "head-1"]).exits(0);
        other.execute(&format!("DROP TABLE {}", tool.table)).await;
        let [was, is] = [other.schema().await, fresh.schema().await].map(|dump| without_checks(&dump));
        assert_eq!(was, is);
    }
}

/// PostgreSQL prints a check that was read back in other words.
fn without_checks(dump: &str) -> Vec<String> {
    dump.lines().filter(|line| !line.contains(" CHECK (")).map(str::to_owned).collect()
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
