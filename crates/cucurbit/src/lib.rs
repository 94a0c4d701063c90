//! Cucurbit: schema migrations whose scripts are written by comparing models with a database.
//!
//! What lives here: the list of rooms and the few re-exports. No code.
//! `docs/ARCHITECTURE.md` is the map; it names what each room may use.

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "runtime")]
pub mod command;
#[cfg(feature = "runtime")]
pub mod config;
#[cfg(feature = "runtime")]
pub mod connection;
pub mod dialect;
pub mod diff;
#[cfg(feature = "runtime")]
pub mod error;
pub mod json;
mod mask;
#[cfg(feature = "derive")]
pub mod model;
#[cfg(feature = "runtime")]
mod nearest;
pub mod operation;
pub mod prelude;
pub mod revision;
#[cfg(feature = "runtime")]
pub mod runtime;
pub mod schema;
pub mod script;
#[cfg(feature = "runtime")]
pub mod source;
#[cfg(feature = "testing")]
pub mod testing;

#[cfg(feature = "runtime")]
pub use self::{command::Env, error::Error};
pub use self::{operation::Op, revision::Script};
#[cfg(all(feature = "derive", feature = "testing"))]
pub use cucurbit_derive::test;
#[cfg(feature = "derive")]
pub use cucurbit_derive::{Table, Value};

/// Includes the list of revision scripts that `cucurbit_build::versions` wrote.
///
/// It stands in a module of its own: `mod versions { cucurbit::include_versions!(); }`.
#[macro_export]
macro_rules! include_versions {
    () => {
        include!(concat!(env!("OUT_DIR"), "/versions.rs"));
    };
}
