//! A greenhouse: beds, the plants in them, and the revisions that made their tables.
//!
//! What lives here: the models, the list of revisions, and [`migrate`], which the application calls when it starts.

pub mod bed;
pub mod plant;

use cucurbit::{
    Error,
    connection::Connection,
    revision::Scripts,
    runtime::{Event, Migrator, Report},
};
use cucurbit_sea_orm::ModelError;

/// The revision scripts, as `build.rs` lists them.
pub mod versions {
    cucurbit::include_versions!();
}

/// Reads the entities as a schema, for `migrate create` and `migrate check`.
///
/// # Errors
///
/// When an entity says what a schema cannot hold.
pub fn models() -> Result<cucurbit::schema::Schema, ModelError> {
    cucurbit_sea_orm::models![crate::*]
}

/// Brings the database up to date.
///
/// Several instances may start at once: one runs the revisions, the others wait for it and find nothing to do.
///
/// # Errors
///
/// When a revision fails: the revisions before it stay, and nothing is left of it.
pub async fn migrate(connection: &mut Connection) -> Result<Report, Error> {
    let scripts = Scripts::new(versions::all())?;
    Ok(Migrator::on(connection, &scripts).observer(tell).upgrade_heads().await?)
}

/// Writes what happens where the application writes its log.
#[expect(clippy::print_stderr, reason = "an example's log")]
fn tell(event: Event<'_>) {
    if let Event::LockWait { .. } = event {
        eprintln!("another instance is migrating; waiting");
    }
    if let Event::StepFinished { step, .. } = event {
        eprintln!("{step}");
    }
}
