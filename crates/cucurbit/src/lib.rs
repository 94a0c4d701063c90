//! Schema migrations for Rust, modelled on Alembic: revisions that are written by comparing your models with a database, and run
//! up and down on SQLite and PostgreSQL.
//!
//! A project's migrations are a package of its workspace. The program `cucurbit` starts one, and runs its commands:
//!
//! ```text
//! cucurbit init                                   # writes the package `migrations`
//! cucurbit create --message "Create the tables"   # compares the models with the database
//! cucurbit upgrade                                # runs the new revision
//! cucurbit check                                  # exits with 3 where models and database differ
//! ```
//!
//! A revision is a file of its folder `versions`: its place in the history, and what leads there and back.
//!
//! ```
//! //! Plants have a height
//! use cucurbit::prelude::*;
//!
//! pub const REVISION: Revision = Revision::new("ae1027a6acf4").revises(&["7d3c2a91e5f4"]);
//!
//! pub fn upgrade(op: &mut Op) {
//!     op.add_column("plant", integer("height").nullable());
//!     op.create_index("ix_plant_height", "plant", ["height"]);
//! }
//!
//! pub fn downgrade(op: &mut Op) {
//!     op.drop_index("ix_plant_height", "plant");
//!     op.drop_column("plant", "height").loses_data();
//! }
//! # let mut op = Op::default();
//! # upgrade(&mut op);
//! ```
//!
//! | you want | look at |
//! |---|---|
//! | what a script can say | [`prelude`], and the methods of [`Op`] |
//! | SeaORM entities as models | the crate `cucurbit-sea-orm` |
//! | plain structs as models | the macros `Table` and `Value`, and `tables!` (feature `derive`) |
//! | the `main` of a migrations package | `cli::run`, which is given an `Env` (feature `cli`) |
//! | to migrate when an application starts | `runtime::Migrator` (feature `runtime`) |
//! | tests of your own history | the module `testing` (feature `testing`) |
//! | a schema, operations or a plan as JSON | [`json`] |
//! | to compare two schemas in memory | [`diff`], [`schema`] |
//!
//! The [book](https://github.com/cucurbit-rs/cucurbit/blob/main/docs/SUMMARY.md) begins with a project in three minutes, and has a
//! cookbook, the reference of all commands and errors, and what comes from Alembic and other tools.
//!
//! | feature | what it brings |
//! |---|---|
//! | `cli` (default) | the command line, and `runtime` |
//! | `runtime` | connections, the runner, commands |
//! | `derive` | `#[derive(Table)]`, `#[derive(Value)]` |
//! | `testing` | throw-away databases, and what every history should keep to |
//! | none of them | values alone: schemas, differences, plans and scripts, without a database |

// What lives here: the list of rooms and the few re-exports. No code.
// `docs/ARCHITECTURE.md` is the map; it names what each room may use.

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
