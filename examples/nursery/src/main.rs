//! The application: migrates its database, sows a seedling and lists what there is.
//!
//! `cargo run -p nursery`, with `DATABASE_URL` or in memory.
#![expect(clippy::print_stdout, reason = "an example's output")]

use std::{env, error::Error};

use cucurbit::{connection::Connection, revision::Scripts, runtime::Migrator};
use nursery::{Light, Seedling, versions};
use sqlx::SqlitePool;

#[tokio::main]
#[expect(clippy::disallowed_methods, reason = "an application reads its own environment")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL").unwrap_or("sqlite::memory:".to_owned());
    let pool = SqlitePool::connect(&url).await?;
    {
        // A connection of the application's own pool; it goes back at the end of the block.
        let mut connection = Connection::from(pool.acquire().await?);
        Migrator::on(&mut connection, &Scripts::new(versions::all())?).upgrade_heads().await?;
    }
    sqlx::query("INSERT INTO tray (label, light) VALUES ('door', $1) ON CONFLICT DO NOTHING")
        .bind(Light::Shade)
        .execute(&pool)
        .await?;
    sqlx::query("INSERT INTO seedling (tray_id, place, name) SELECT id, 1, 'Fern' FROM tray")
        .execute(&pool)
        .await?;
    let seedlings: Vec<Seedling> = sqlx::query_as("SELECT * FROM seedling").fetch_all(&pool).await?;
    for Seedling { id, name, place, .. } in seedlings {
        println!("{id}: {name} at {place}");
    }
    Ok(())
}
