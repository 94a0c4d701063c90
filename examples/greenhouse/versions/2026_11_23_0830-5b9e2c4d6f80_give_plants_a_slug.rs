//! give plants a slug
use cucurbit::prelude::*;
use sqlx::{PgConnection, SqliteConnection};

pub const REVISION: Revision =
    Revision::new("5b9e2c4d6f80").revises(&["c1a7b0f2d3e4"]).created("2026-11-23T08:30:00Z");

pub fn upgrade(op: &mut Op) {
    op.add_column("plant", string("slug", 60).nullable());
    op.run("write each plant's slug", async |connection: &mut Connection| {
        match connection.dialect() {
            Postgres => on_postgres(connection.postgres()?).await?,
            Sqlite => on_sqlite(connection.sqlite()?).await?,
        }
        Ok(())
    });
    op.alter_table("plant", |table| {
        table.alter_column("slug").not_null();
        table.create_unique(["slug"]);
    });
}

pub fn downgrade(op: &mut Op) {
    op.alter_table("plant", |table| {
        table.drop_unique(["slug"]);
        table.drop_column("slug").loses_data();
    });
}

async fn on_postgres(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let plants: Vec<(i32, String)> =
        sqlx::query_as("SELECT id, name FROM plant").fetch_all(&mut *connection).await?;
    for (id, name) in plants {
        let update = sqlx::query("UPDATE plant SET slug = $1 WHERE id = $2").bind(slug(&name)).bind(id);
        update.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn on_sqlite(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let plants: Vec<(i32, String)> =
        sqlx::query_as("SELECT id, name FROM plant").fetch_all(&mut *connection).await?;
    for (id, name) in plants {
        let update = sqlx::query("UPDATE plant SET slug = $1 WHERE id = $2").bind(slug(&name)).bind(id);
        update.execute(&mut *connection).await?;
    }
    Ok(())
}

/// What SQL has no word for, and the two databases no common one.
fn slug(name: &str) -> String {
    let plain = name.to_lowercase().replace('è', "e");
    plain.split(|letter: char| !letter.is_ascii_alphanumeric()).collect::<Vec<_>>().join("-")
}
