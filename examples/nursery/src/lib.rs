//! A nursery: trays, and the seedlings in them. The structs that sqlx reads rows into are the models.
//!
//! What lives here: the structs, [`schema`], which the migrations are compared with, and the list of revisions.

use cucurbit::{model::ModelError, schema::Schema};
use sqlx::types::chrono::NaiveDate;

/// The revision scripts, as `build.rs` lists them.
pub mod versions {
    cucurbit::include_versions!();
}

/// A tray on a shelf. Its table needs no word beyond the fields.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow, cucurbit::Table)]
pub struct Tray {
    /// The number, which the database gives.
    pub id: i64,
    /// What is written on it.
    #[table(length = 40, unique)]
    pub label: String,
    /// What it needs.
    pub light: Light,
}

/// How much light a tray needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type, cucurbit::Value)]
#[sqlx(type_name = "light", rename_all = "kebab-case")]
pub enum Light {
    /// The sunny side.
    FullSun,
    /// Behind the door.
    Shade,
}

/// A seedling.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow, cucurbit::Table)]
#[table(index("lower(name)", name = "ix_seedling_name"), check("place > 0", name = "ck_seedling_place"))]
pub struct Seedling {
    /// The number, which the database gives.
    pub id: i64,
    /// Its tray.
    #[table(references(Tray, on_delete = Cascade), index)]
    pub tray_id: i64,
    /// Where it stands in the tray.
    pub place: i32,
    /// What it is.
    pub name: String,
    /// When it was sown, if that is known.
    pub sown_on: Option<NaiveDate>,
    /// Whether it came up.
    #[table(default = false)]
    pub is_up: bool,
}

/// Reads the structs as a schema, for `check` and `create`.
///
/// # Errors
///
/// When the structs contradict each other.
pub fn schema() -> Result<Schema, ModelError> {
    cucurbit::tables![Tray, Seedling]
}
