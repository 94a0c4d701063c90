//! Everything that knows a database.
//!
//! What lives here: the verbs of [`Dialect`] and the only `match` on it, in a macro: a verb has one name in the folder of
//! each database. The two folders have the same files for the same work; nothing is bent to serve both.

/// Takes a verb from the folder of a database: the only `match` on [`Dialect`].
macro_rules! on {
    ($dialect:expr, $($verb:tt)+) => {
        match $dialect {
            $crate::schema::Dialect::Postgres => crate::dialect::postgres::$($verb)+,
            $crate::schema::Dialect::Sqlite => crate::dialect::sqlite::$($verb)+,
        }
    };
}

/// Makes the functions that write identifiers and texts in the quotes of the database in whose folder it stands.
macro_rules! quoting {
    () => {
        use crate::{
            dialect::Quoting,
            schema::{Ident, TableName},
        };

        const QUOTING: Quoting = super::capabilities::CAPABILITIES.quoting;

        /// Writes an identifier in quotes.
        pub(super) fn quoted(name: &Ident) -> String {
            QUOTING.quoted(name)
        }

        /// Writes a table's name with its namespace.
        pub(super) fn qualified(table: &TableName) -> String {
            QUOTING.qualified(table)
        }

        /// Writes identifiers with commas between.
        pub(super) fn list<'i>(names: impl IntoIterator<Item = &'i Ident>) -> String {
            QUOTING.list(names)
        }

        /// Writes text as a string constant.
        pub(super) fn string(text: &str) -> String {
            QUOTING.string(text)
        }
    };
}

mod activity;
mod before;
mod canonical;
mod capabilities;
mod collision;
#[cfg(feature = "runtime")]
mod database;
mod effect;
mod enum_value;
mod family;
pub mod lexer;
#[cfg(feature = "runtime")]
mod lock;
mod locks;
mod offenders;
mod postgres;
mod question;
#[cfg(feature = "runtime")]
mod reflect;
#[cfg(feature = "runtime")]
mod scratch;
mod server;
#[cfg(feature = "runtime")]
mod session;
#[cfg(feature = "runtime")]
mod settings;
mod sqlite;
mod statement;

use std::borrow::Cow;

#[cfg(feature = "runtime")]
use crate::connection::{Connection, ConnectionError};
#[cfg(feature = "runtime")]
use crate::schema::Remark;
use crate::{
    operation::Operation,
    schema::{Expression, Ident, Schema},
};

pub(crate) use self::canonical::{Both, BothTable};
pub(crate) use self::lexer::has_word;
pub(crate) use self::postgres::{casts_to, counted_by, generated_sequence};
#[cfg(feature = "runtime")]
pub(crate) use self::{
    activity::activity,
    lexer::{Part, file_statements, script_text},
    lock::{Apart, Place, apart, hold_again, place, version_rows},
    session::{
        Interrupted, Unreleased, begin, commits_by_itself, interrupted, invalid_index, is_busy,
        is_lost_to_another, lock_version_table, longest_text, may_rebuild, may_run_twice,
        may_stand_in_transaction, needs_no_transaction, outside, partitioned, process, reflect_snapshot_with,
        refuse_read_only, run, server, table_exists, unreleased,
    },
    settings::SessionState,
};
pub use self::{
    activity::{Activity, Amount, AwaitedLock, Holder, Phase, Progress, Unit},
    before::{Before, Originals, Trigger, View},
    canonical::Canonical,
    capabilities::{Capabilities, IdentifierCase, Quoting, Support},
    collision::CollisionError,
    effect::{Cost, Effect},
    locks::{Blocks, Lock, LockMode, Locked},
    question::{Answer, Answers, Question, Side, Subject},
    server::{Server, Version},
    statement::{
        Done, Guard, Hazard, HazardKind, Mode, Offender, Plan, PlanError, Session, Shortcut, Statement,
    },
};
#[cfg(feature = "runtime")]
pub use self::{
    database::{Tell, create_database, drop_database},
    lock::RunLock,
    reflect::{Need, ReflectError, Unmanaged},
    scratch::{Scratch, ScratchError, Stopped},
    session::reflect_snapshot,
};
pub use crate::schema::Dialect;

/// Tells whether an expression names a column, as any of the databases would read it: the parts of other names, texts,
/// types and functions do not count.
pub(crate) fn names_column(expression: &Expression, column: &Ident) -> bool {
    Dialect::ALL.into_iter().any(|dialect| on!(dialect, names_column(expression, column)))
}

impl Dialect {
    /// Puts a schema into the one spelling that this database would keep: types, names, order of keys.
    ///
    /// It is pure. What only the server can tell, such as the text of an expression, stays as written and
    /// becomes a [`Question`] of the comparison.
    #[must_use]
    pub fn canonical<'s>(self, schema: impl Into<Cow<'s, Schema>>) -> Canonical {
        Server::of(self).canonical(schema)
    }

    /// Rewrites the identifiers that operations refer to in the case of what is there, on a database whose identifiers are
    /// case-insensitive.
    #[must_use]
    pub fn match_identifier_case(self, operations: Vec<Operation>, before: &Schema) -> Vec<Operation> {
        on!(self, match_identifier_case(operations, before))
    }

    /// Tells whether two names are one to this database.
    #[must_use]
    pub(crate) fn is_one_name(self, one: &Ident, other: &Ident) -> bool {
        self.capabilities().identifier_case.is_same(one, other)
    }

    /// Turns operations into statements, given what is there before; `before` becomes what is there after.
    ///
    /// # Errors
    ///
    /// When an operation does not fit what is there, or this database cannot do it. `before` is then unusable.
    pub fn plan(self, before: &mut Before, operations: &[Operation]) -> Result<Plan, PlanError> {
        on!(self, plan(before, operations))
    }
}

/// Reads the schema that the connection sees, by a fixed number of queries.
///
/// On PostgreSQL it is what lies in the current schema, and in all others but `public` under their names.
///
/// # Errors
///
/// When the database is too old, refuses a query, or stores what cannot be read.
#[cfg(feature = "runtime")]
pub async fn reflect(connection: &mut Connection) -> Result<Before, ReflectError> {
    let (before, _) = on!(connection.dialect(), reflect(connection, None).await?);
    Ok(before)
}

/// Reads the schema, and where the version table of this name is.
#[cfg(feature = "runtime")]
async fn reflect_with_place(
    connection: &mut Connection,
    version_table: &Ident,
) -> Result<(Before, Place), ReflectError> {
    let (before, place) = on!(connection.dialect(), reflect(connection, Some(version_table)).await?);
    Ok((before, place.unwrap_or_default()))
}

/// Takes the name of the connection's own schema from everything that lies in it, as reflection does.
#[cfg(feature = "runtime")]
#[must_use]
pub fn without_current(dialect: Dialect, schema: Schema, current: &Ident) -> Schema {
    on!(dialect, without_current(schema, current))
}

/// Counts and names what the schema that the connection sees holds beyond what is compared: triggers, views, grants.
///
/// # Errors
///
/// When the database refuses a query.
#[cfg(feature = "runtime")]
pub async fn unmanaged(connection: &mut Connection) -> Result<Vec<Unmanaged>, ReflectError> {
    on!(connection.dialect(), unmanaged(connection).await)
}

/// Lists what the tables that the connection sees need and no operation makes.
///
/// # Errors
///
/// When the database refuses a query.
#[cfg(feature = "runtime")]
pub async fn needed(connection: &mut Connection) -> Result<Vec<Need>, ReflectError> {
    on!(connection.dialect(), needed(connection).await)
}

/// Finds what a database holds in the columns of a schema and no driver reads as their types: on SQLite, numbers in old
/// columns of JSON.
///
/// # Errors
///
/// When the database refuses a query.
#[cfg(feature = "runtime")]
pub async fn misread(connection: &mut Connection, wanted: &Schema) -> Result<Vec<Remark>, ConnectionError> {
    on!(connection.dialect(), misread(connection, wanted).await)
}

/// Asks the server for the one text that it gives to each expression in question, in one batch.
///
/// Nothing is left behind, and no default is evaluated. A question that is refused does not spoil the others.
///
/// # Errors
///
/// When the connection fails; that a question is refused is an answer.
#[cfg(feature = "runtime")]
pub async fn ask(
    connection: &mut Connection,
    from: &Schema,
    to: &Schema,
    questions: &[Question],
) -> Result<Answers, ConnectionError> {
    on!(connection.dialect(), ask(connection, from, to, questions).await)
}
