//! Up, check, down and up again: on empty databases and with rows in every table.

use cultivar_models::sample;
use sea_orm::Database as SeaOrm;

use crate::support::{Database, assert_same_values, on_each_database, sorted};

/// The last revision before the one that was written by comparing the models.
const BEFORE_HEAD: &str = "6e5b1d353dd6";
const BASELINE: &str = "3968dfa9e747";

on_each_database! {
    empty_databases_go_up_and_down_and_up_again;
    rows_survive_every_step;
    the_baseline_has_26_tables_and_the_head_27;
    every_table_can_be_filled_and_read_through_the_models;
    a_database_that_went_down_and_up_is_the_one_that_went_up;
}

/// The id that `heads` prints.
fn head(database: &Database) -> String {
    let heads = database.migrate(&["heads"]).exits(0).stdout;
    heads.split_whitespace().next().expect("a head").to_owned()
}

async fn empty_databases_go_up_and_down_and_up_again(database: Database) {
    let head = head(&database);
    database.migrate(&["upgrade", "head"]).exits(0);
    assert_eq!(database.migrate(&["current"]).exits(0).stdout, format!("{head} (head)\n"));
    assert_eq!(database.migrate(&["check"]).exits(0).stdout, "No new upgrade operations detected.\n");

    database.migrate(&["downgrade", "base"]).exits(0);
    assert_eq!(database.tables().await, ["alembic_version"]);
    assert_eq!(database.migrate(&["current"]).exits(0).stdout, "");

    database.migrate(&["upgrade", "head"]).exits(0);
    database.migrate(&["check"]).exits(0);
}

async fn rows_survive_every_step(database: Database) {
    // The models fit the head; what they do not have stays NULL in older revisions.
    database.migrate(&["upgrade", "head"]).exits(0);
    let connection = SeaOrm::connect(database.driver_url()).await.expect("connects");
    sample::sample_rows(&connection).await.expect("every table is filled");
    connection.close().await.expect("closes");
    let at_head = database.rows().await;
    assert_eq!(at_head.len(), 27);
    assert!(at_head.values().all(|rows| !rows.is_empty()), "a table without a row proves nothing");

    database.migrate(&["downgrade", "-1"]).exits(0);
    let before_head = database.rows().await;
    assert_same_values(&at_head, &before_head);
    database.execute("UPDATE plant SET strain_id = cultivar_id, strain_url = 'https://example.org'").await;

    database.migrate(&["upgrade", "head"]).exits(0);
    assert_same_values(&at_head, &database.rows().await);
    assert_eq!(database.rows().await, at_head);

    database.migrate(&["downgrade", "--revision", BASELINE]).exits(0);
    let at_baseline = database.rows().await;
    assert_eq!(at_baseline.len(), 26);
    assert_same_values(&at_head, &at_baseline);

    database.migrate(&["upgrade", BEFORE_HEAD]).exits(0);
    assert_same_values(&at_baseline, &database.rows().await);
    let copied = database.query(
        "SELECT CAST(count(*) AS TEXT) AS n FROM plant WHERE strain_id IS NOT NULL AND strain_id = cultivar_id",
    );
    assert_eq!(copied.await[0]["n"].as_deref(), Some("1"), "the revision copies cultivar_id into strain_id");

    database.migrate(&["upgrade"]).exits(0);
    database.migrate(&["check"]).exits(0);
    database.migrate(&["downgrade", "base"]).exits(0);
    assert_eq!(database.tables().await, ["alembic_version"]);
    database.migrate(&["upgrade", "head"]).exits(0);
}

async fn the_baseline_has_26_tables_and_the_head_27(database: Database) {
    database.migrate(&["upgrade", BASELINE]).exits(0);
    assert_eq!(database.tables().await.iter().filter(|table| *table != "alembic_version").count(), 26);
    database.migrate(&["upgrade", "head"]).exits(0);
    assert_eq!(database.tables().await.iter().filter(|table| *table != "alembic_version").count(), 27);
}

async fn every_table_can_be_filled_and_read_through_the_models(database: Database) {
    database.migrate(&["upgrade", "head"]).exits(0);
    let connection = SeaOrm::connect(database.driver_url()).await.expect("connects");
    let plant = sample::sample_rows(&connection).await.expect("every table is filled");
    let found = sample::read_back(&connection, plant.id).await.expect("reads").expect("the plant is there");
    let cultivar = found.cultivar.as_ref().expect("its cultivar");
    assert_eq!(cultivar.name, "Northern Lights");
    assert_eq!(cultivar.breeder.as_ref().expect("its breeder").name, "Sensi Seeds");
    assert_eq!(found.zone.as_ref().expect("its zone").name, "Tent");
    assert_eq!(found.status.as_ref().expect("its status").status, "Seedling");
    assert_eq!(found.measurements.iter().map(|measurement| measurement.value).collect::<Vec<_>>(), [12.5]);
    connection.close().await.expect("closes");
}

async fn a_database_that_went_down_and_up_is_the_one_that_went_up(database: Database) {
    database.migrate(&["upgrade", "head"]).exits(0);
    let fresh = database.schema().await;
    for target in ["-1", "-2", BASELINE, "base"] {
        database.migrate(&["downgrade", target]).exits(0);
        database.migrate(&["upgrade", "head"]).exits(0);
        let again = database.schema().await;
        assert_eq!(sorted(&again), sorted(&fresh), "after `downgrade {target}` and `upgrade head`");
    }
}
