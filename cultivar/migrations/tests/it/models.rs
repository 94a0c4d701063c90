//! `check`: pending revisions are one thing, drift another.

use crate::support::{Database, on_each_database};

on_each_database! {
    one_revision_behind_is_pending_and_no_failure;
    a_stray_column_is_drift_and_is_named;
    every_kind_of_drift_is_named;
    the_version_tables_of_other_tools_are_not_drift;
}

#[test]
fn the_revisions_lead_to_the_models() {
    cucurbit::assert_in_sync!(cultivar_migrations::versions::all(), cultivar_models::schema);
}

#[test]
fn every_revision_can_be_undone_and_run_again() {
    cucurbit::assert_up_down_up!(cultivar_migrations::versions::all());
}

async fn one_revision_behind_is_pending_and_no_failure(database: Database) {
    database.migrate(&["upgrade", "6e5b1d353dd6"]).exits(0);
    let before = database.schema().await;
    let check = database.migrate(&["check"]).exits(0);
    let mut lines = check.stdout.lines();
    assert!(lines.next().is_some_and(|line| line.starts_with("1 revision is pending: ")), "{}", check.stdout);
    assert_eq!(lines.next(), Some("No new upgrade operations detected."));
    assert_eq!(database.schema().await, before, "check writes nothing");
    database.migrate(&["check", "--require-heads"]).exits(5);

    let create = database.migrate(&["create", "--message", "too early"]).exits(5);
    assert!(
        create.stderr.starts_with("error[pending-revisions]: Target database is not up to date.\n"),
        "{}",
        create.stderr
    );
}

async fn a_stray_column_is_drift_and_is_named(database: Database) {
    database.migrate(&["upgrade"]).exits(0);
    database.execute("ALTER TABLE plant ADD COLUMN stray INTEGER").await;
    let check = database.migrate(&["check"]).exits(3);
    assert_eq!(check.stdout, "New upgrade operations detected:\n  drop column plant.stray\n");
    database.execute("ALTER TABLE plant DROP COLUMN stray").await;
    database.migrate(&["check"]).exits(0);
}

async fn every_kind_of_drift_is_named(database: Database) {
    database.migrate(&["upgrade"]).exits(0);
    let differs = |said: &str| {
        let check = database.migrate(&["check"]).exits(3);
        assert_eq!(check.stdout, format!("New upgrade operations detected:\n  {said}\n"));
    };
    database.execute("CREATE TABLE stray (id INTEGER PRIMARY KEY)").await;
    differs("drop table stray");
    database.execute("DROP TABLE stray").await;

    database.execute("DROP INDEX ux_breeder_name_lower").await;
    differs("create unique index ux_breeder_name_lower on breeder (lower(name))");
    database.execute("CREATE UNIQUE INDEX ux_breeder_name_lower ON breeder (upper(name))").await;
    let check = database.migrate(&["check"]).exits(3);
    assert_eq!(check.stdout.lines().count(), 3, "dropped and created: {}", check.stdout);
    database.execute("DROP INDEX ux_breeder_name_lower").await;
    database.execute("CREATE UNIQUE INDEX ux_breeder_name_lower ON breeder (LOWER(name))").await;

    database.execute("CREATE INDEX stray ON zone (name)").await;
    differs("drop index stray on zone");
    database.execute("DROP INDEX stray").await;

    database.migrate(&["check"]).exits(0);
}

async fn the_version_tables_of_other_tools_are_not_drift(database: Database) {
    database.migrate(&["upgrade"]).exits(0);
    for table in
        ["seaql_migrations", "_sqlx_migrations", "__diesel_schema_migrations", "refinery_schema_history"]
    {
        database.execute(&format!("CREATE TABLE {table} (version INTEGER)")).await;
    }
    database.migrate(&["check"]).exits(0);
}
