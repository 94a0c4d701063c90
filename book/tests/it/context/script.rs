//! The inside of `upgrade`, beside the entities of an application. Statements are handed `op`.

pub use super::garden::{bed, plant};
pub use sea_orm::EntityTrait;
