//! An application that migrates its database when it starts. Statements are handed `database`.

pub use super::garden::{bed, models, plant, versions};
pub use cucurbit::{revision::Scripts, runtime::Migrator};
