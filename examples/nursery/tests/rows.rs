//! The revisions lead to the structs and back, and sqlx reads the rows of their tables.
#![expect(clippy::unwrap_used, reason = "a test that panics has said where it failed")]

use cucurbit::{schema::Dialect, testing::Database};
use nursery::{Light, Seedling, Tray, schema, versions};

#[test]
fn the_revisions_lead_to_the_structs() {
    cucurbit::assert_in_sync!(versions::all(), schema);
}

#[test]
fn every_revision_can_be_undone() {
    cucurbit::assert_up_down_up!(versions::all());
}

/// Writes a tray and a seedling, and reads them.
macro_rules! rows_come_back {
    ($connection:expr) => {{
        let connection = $connection;
        sqlx::query("INSERT INTO tray (label, light) VALUES ('door', $1)")
            .bind(Light::Shade)
            .execute(&mut *connection)
            .await
            .unwrap();
        let tray: Tray = sqlx::query_as("SELECT * FROM tray").fetch_one(&mut *connection).await.unwrap();
        assert_eq!(tray, Tray { id: 1, label: "door".to_owned(), light: Light::Shade });
        sqlx::query("INSERT INTO seedling (tray_id, place, name) VALUES ($1, 3, 'Fern')")
            .bind(tray.id)
            .execute(&mut *connection)
            .await
            .unwrap();
        let found: Seedling =
            sqlx::query_as("SELECT * FROM seedling").fetch_one(&mut *connection).await.unwrap();
        let name = "Fern".to_owned();
        assert_eq!(found, Seedling { id: 1, tray_id: 1, place: 3, name, sown_on: None, is_up: false });
    }};
}

#[cucurbit::test(versions::all())]
async fn rows_are_read_into_the_structs(database: Database) {
    let mut connection = database.connect().await.unwrap();
    match database.dialect() {
        Dialect::Postgres => rows_come_back!(connection.postgres().unwrap()),
        Dialect::Sqlite => rows_come_back!(connection.sqlite().unwrap()),
    }
}
