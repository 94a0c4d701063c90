//! For a project's own tests: databases that go when a test ends, and what every history should keep to.
//!
//! What lives here: [`Database`], and the checks behind [`assert_in_sync!`](crate::assert_in_sync!) and
//! [`assert_up_down_up!`](crate::assert_up_down_up!), as pytest-alembic has them. Feature `testing`; a project names it under
//! `[dev-dependencies]`.
//!
//! ```no_run
//! # mod garden {
//! #     pub fn scripts() -> Vec<cucurbit::Script> { Vec::new() }
//! #     pub fn models() -> Result<cucurbit::schema::Schema, std::convert::Infallible> { Ok(Default::default()) }
//! # }
//! # #[allow(dead_code)]
//! #[test]
//! fn the_history_leads_to_the_models() {
//!     cucurbit::assert_in_sync!(garden::scripts(), garden::models);
//! }
//!
//! # #[allow(dead_code)]
//! #[test]
//! fn every_revision_can_be_undone() {
//!     cucurbit::assert_up_down_up!(garden::scripts());
//! }
//! ```
//!
//! PostgreSQL is the server of `CUCURBIT_TEST_POSTGRES_URL`, or that of `DATABASE_URL`, whose database is not touched: each test
//! gets one of its own. A project of SQLite alone says so: `assert_up_down_up!(garden::scripts(), on = [Dialect::Sqlite])`.

mod database;
mod failure;
mod history;

pub use self::{
    database::{Database, run},
    failure::Failure,
    history::{in_sync, up_down_up},
};

/// Asserts that the revisions lead to the models, on an empty database of each kind: what `check` finds is the failure, as
/// are several heads.
///
/// `assert_in_sync!(versions::all(), models)`; with `on = [Dialect::Sqlite]` on these databases only.
#[macro_export]
macro_rules! assert_in_sync {
    ($scripts:expr, $models:expr $(,)?) => {
        $crate::assert_in_sync!($scripts, $models, on = $crate::schema::Dialect::ALL)
    };
    ($scripts:expr, $models:expr, on = $dialects:expr $(,)?) => {
        for dialect in $dialects {
            if let ::core::result::Result::Err(failure) =
                $crate::testing::in_sync(dialect, $crate::command::Env::new($scripts).models($models))
            {
                ::core::panic!("{failure}");
            }
        }
    };
}

/// Asserts that each revision can be undone and done again, on an empty database of each kind: up, down and up again, and the
/// schema is each time what it was.
///
/// `assert_up_down_up!(versions::all())`; with `on = [Dialect::Sqlite]` on these databases only.
#[macro_export]
macro_rules! assert_up_down_up {
    ($scripts:expr $(,)?) => {
        $crate::assert_up_down_up!($scripts, on = $crate::schema::Dialect::ALL)
    };
    ($scripts:expr, on = $dialects:expr $(,)?) => {
        for dialect in $dialects {
            if let ::core::result::Result::Err(failure) = $crate::testing::up_down_up(dialect, $scripts) {
                ::core::panic!("{failure}");
            }
        }
    };
}
