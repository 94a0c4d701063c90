//! Everything that knows a database.
//!
//! What lives here: the verbs of [`Dialect`] and the only `match` on it. Both folders below have the same file
//! names; nothing is bent to serve both.

mod before;
mod canonical;
pub mod lexer;
mod postgres;
mod question;
mod sql;
mod sqlite;
mod statement;

use crate::{operation::Operation, schema::Schema};

pub use self::{
    before::{Before, Originals, Trigger, View},
    canonical::Canonical,
    question::{Answer, Answers, Question, Side, Subject},
    statement::{Guard, Hazard, HazardKind, Mode, Plan, PlanError, Statement},
};
pub use crate::schema::Dialect;

impl Dialect {
    /// Puts a schema into the one spelling that this database would keep: types, names, order of keys.
    ///
    /// It is pure. What only the server can tell, such as the text of an expression, stays as written and
    /// becomes a [`Question`] of the comparison.
    #[must_use]
    pub fn canonical(self, schema: &Schema) -> Canonical {
        match self {
            Self::Postgres => postgres::canonical(schema),
            Self::Sqlite => sqlite::canonical(schema),
        }
    }

    /// Turns operations into statements, given what is there before; `before` becomes what is there after.
    ///
    /// # Errors
    ///
    /// When an operation does not fit what is there, or this database cannot do it. `before` is then unusable.
    pub fn plan(self, before: &mut Before, operations: &[Operation]) -> Result<Plan, PlanError> {
        match self {
            Self::Postgres => postgres::plan(before, operations),
            Self::Sqlite => sqlite::plan(before, operations),
        }
    }
}
