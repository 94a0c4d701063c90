//! Cucurbit: schema migrations whose scripts are written by comparing models with a database.
//!
//! What lives here: the list of rooms and the few re-exports. No code.
//! `docs/ARCHITECTURE.md` is the map; it names what each room may use.

#[cfg(feature = "runtime")]
pub mod config;
#[cfg(feature = "runtime")]
pub mod connection;
pub mod dialect;
pub mod diff;
#[cfg(feature = "runtime")]
mod nearest;
pub mod operation;
pub mod prelude;
pub mod revision;
pub mod schema;
pub mod script;
