//! The tests of CultivAR's models, in one binary. Only the list of modules lives here.

#![expect(clippy::unwrap_used, reason = "a test that panics has said where it failed")]

#[macro_use]
mod entities;

/// The entities declare what the original's models declare.
mod declared;
/// Rows can be written and read through the entities.
mod rows;
/// The schema made of the entities holds every fact of the original.
mod schema;
