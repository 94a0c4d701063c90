//! The application: migrates its database, then answers every request with the beds and their plants.
//!
//! `cargo run -p greenhouse`, and in another terminal `curl http://127.0.0.1:8080/`.
#![expect(clippy::print_stderr, reason = "an example's log")]

use std::{env, error::Error};

use greenhouse::{bed, plant};
use sea_orm::{Database, DatabaseConnection, DbErr, EntityTrait, QueryOrder};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

#[tokio::main]
#[expect(clippy::disallowed_methods, reason = "an application reads its own environment")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL").unwrap_or("sqlite::memory:".to_owned());
    let database = Database::connect(url).await?;
    {
        // A connection of the application's own pool; it goes back at the end of the block.
        let mut connection = cucurbit_sea_orm::acquire(&database).await?;
        let report = greenhouse::migrate(&mut connection).await?;
        eprintln!("{} revisions were run", report.steps.len());
    }

    let listener = TcpListener::bind(env::var("LISTEN").unwrap_or("127.0.0.1:8080".to_owned())).await?;
    eprintln!("listening on {}", listener.local_addr()?);
    loop {
        let (mut stream, _) = listener.accept().await?;
        let database = database.clone();
        tokio::spawn(async move {
            // What is asked for makes no difference here, but it is read before it is answered.
            let mut request = [0; 1024];
            drop(stream.read(&mut request).await);
            let (status, body) = match beds(&database).await {
                Ok(body) => ("200 OK", body),
                Err(error) => ("500 Internal Server Error", error.to_string()),
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            drop(stream.write_all(answer.as_bytes()).await);
        });
    }
}

/// Lists each bed with its plants, a line each.
async fn beds(database: &DatabaseConnection) -> Result<String, DbErr> {
    let beds = bed::Entity::find().order_by_asc(bed::Column::Id).find_with_related(plant::Entity);
    let lines = beds.all(database).await?.into_iter().map(|(bed, plants)| {
        let plants: Vec<&str> = plants.iter().map(|plant| plant.slug.as_str()).collect();
        format!("{} ({}): {}\n", bed.name, bed.plants_count, plants.join(", "))
    });
    Ok(lines.collect())
}
