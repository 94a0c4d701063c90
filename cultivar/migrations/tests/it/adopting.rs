//! Databases that another tool made, taken over by the recipes of `docs/ADOPTING.md`. Alembic's is `interop.rs`.

use cultivar_models::sample;
use sea_orm::Database as SeaOrm;

use crate::support::{Database, Kind, on_each_database};

on_each_database! {
    a_database_of_sea_orm_migration_is_stamped;
    a_database_of_sqlx_is_stamped;
    what_differs_is_told_after_the_stamp;
}

async fn a_database_of_sea_orm_migration_is_stamped(database: Database) {
    let table =
        "CREATE TABLE seaql_migrations (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)";
    left_by_another_tool(&database).await;
    database.execute(table).await;
    database
        .execute("INSERT INTO seaql_migrations VALUES ('m20220101_000001_create_table', 1640995200)")
        .await;
    adopt(&database, "SELECT version, CAST(applied_at AS TEXT) AS applied_at FROM seaql_migrations").await;
}

async fn a_database_of_sqlx_is_stamped(database: Database) {
    let (time, bytes) = match database.kind {
        Kind::Postgres => ("TIMESTAMPTZ NOT NULL DEFAULT now()", "BYTEA"),
        Kind::Sqlite => ("TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP", "BLOB"),
    };
    left_by_another_tool(&database).await;
    let table = format!(
        "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on {time}, \
         success BOOLEAN NOT NULL, checksum {bytes} NOT NULL, execution_time BIGINT NOT NULL)"
    );
    database.execute(&table).await;
    let row = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
               VALUES (20220101000000, 'create tables', TRUE, '0123', 5)";
    database.execute(row).await;
    let books = "SELECT CAST(version AS TEXT) AS version, description, CAST(installed_on AS TEXT) AS installed_on, \
                 CAST(success AS TEXT) AS success, CAST(checksum AS TEXT) AS checksum FROM _sqlx_migrations";
    adopt(&database, books).await;
}

async fn what_differs_is_told_after_the_stamp(database: Database) {
    left_by_another_tool(&database).await;
    database.execute("ALTER TABLE zone ADD COLUMN colour VARCHAR(20)").await;
    database.migrate(&["stamp", "head"]).exits(0);
    let check = database.migrate(&["check"]).exits(3);
    assert!(check.stdout.contains("zone.colour"), "{}", check.stdout);
    assert_eq!(check.stdout.matches("column").count(), 1, "and nothing else: {}", check.stdout);
}

/// Makes CultivAR's tables with rows in all of them, and no word about revisions.
async fn left_by_another_tool(database: &Database) {
    database.migrate(&["upgrade"]).exits(0);
    let connection = SeaOrm::connect(database.driver_url()).await.expect("connects");
    sample::sample_rows(&connection).await.expect("every table is filled");
    connection.close().await.expect("closes");
    database.execute("DROP TABLE alembic_version").await;
}

/// Stamps the database; `books` reads what the other tool has written down.
async fn adopt(database: &Database, books: &str) {
    let (rows, kept) = (database.rows().await, database.query(books).await);
    assert_eq!((rows.len(), kept.len()), (27, 1));

    // Nobody has said yet where the database stands: making the tables again fails, and touches nothing.
    database.migrate(&["upgrade"]).exits(1);
    assert_eq!(database.rows().await, rows);

    database.migrate(&["stamp", "head"]).exits(0);
    database.migrate(&["current", "--check-heads"]).exits(0);
    assert_eq!(database.migrate(&["check"]).exits(0).stdout, "No new upgrade operations detected.\n");
    let nothing = database.migrate(&["upgrade"]).exits(0);
    assert!(nothing.stderr.starts_with("Nothing to do"), "{}", nothing.stderr);
    assert_eq!((database.rows().await, database.query(books).await), (rows.clone(), kept.clone()));

    database.migrate(&["downgrade", "-1"]).exits(0);
    database.migrate(&["upgrade"]).exits(0);
    assert_eq!((database.rows().await, database.query(books).await), (rows, kept));
}
