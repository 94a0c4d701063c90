//! CultivAR's migrations: the history in `versions/`, and the models that it leads to.

use cucurbit::Env;

/// The revision scripts.
pub mod versions {
    cucurbit::include_versions!();
}

/// Returns what the commands work with.
#[must_use]
pub fn env() -> Env {
    Env::new(versions::all()).project(env!("CARGO_MANIFEST_DIR")).models(cultivar_models::schema)
}
