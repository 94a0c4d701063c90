//! Runs another migration tool on a database and prints how many migrations it applied. Nothing here knows Cucurbit.

mod sea_orm_migrations;
mod sqlx_migrations;

use std::{error::Error, process::ExitCode};

type Applied = Result<usize, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (words, number) = match arguments.as_slice() {
        [words @ .., number] if words.len() == 2 => (words, number.parse().ok()),
        words => (words, None),
    };
    let applied = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sea-orm-migration", url] => sea_orm_migrations::up(url, number).await,
        ["sqlx-migrate", url] => sqlx_migrations::up(url, number).await,
        _ => Err("usage: cultivar-others sea-orm-migration|sqlx-migrate ADDRESS [NUMBER]".into()),
    };
    match applied {
        Ok(number) => {
            println!("{number} applied");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
