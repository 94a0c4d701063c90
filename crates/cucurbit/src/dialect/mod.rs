//! Everything that knows a database.
//!
//! What lives here: the verbs of [`Dialect`] and the only `match` on it. Both folders below have the same file
//! names; nothing is bent to serve both.

mod before;
mod canonical;
mod collision;
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
#[cfg(feature = "runtime")]
mod session;
#[cfg(feature = "runtime")]
mod settings;
mod sql;
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
pub(crate) use self::postgres::{casts_to, counted_by, generated_sequence};
pub(crate) use self::sql::has_word;
pub use self::{
    before::{Before, Originals, Trigger, View},
    canonical::Canonical,
    collision::CollisionError,
    effect::{Cost, Effect},
    locks::{Blocks, Lock, LockMode, Locked},
    question::{Answer, Answers, Question, Side, Subject},
    statement::{
        Done, Guard, Hazard, HazardKind, Mode, Offender, Plan, PlanError, Session, Shortcut, Statement,
    },
};
#[cfg(feature = "runtime")]
pub(crate) use self::{
    lexer::{Part, file_statements, script_text},
    lock::{Apart, Place, apart, hold_again, place, version_rows},
    session::{
        Interrupted, Unreleased, begin, commits_by_itself, current_schema, interrupted, invalid_index,
        is_busy, is_lost_to_another, lock_version_table, longest_text, may_rebuild, may_run_twice,
        may_stand_in_transaction, needs_no_transaction, outside, partitioned, process, reflect_snapshot_with,
        refuse_read_only, run, table_exists, unreleased,
    },
    settings::SessionState,
    sql::{qualified, quoted, string},
};
#[cfg(feature = "runtime")]
pub use self::{
    lock::RunLock,
    reflect::{Need, ReflectError, Unmodelled},
    scratch::{Scratch, ScratchError, Stopped},
    session::reflect_snapshot,
};
pub use crate::schema::Dialect;

/// Tells whether an expression names a column, as any of the databases would read it: the parts of other names, texts,
/// types and functions do not count.
pub(crate) fn names_column(expression: &Expression, column: &Ident) -> bool {
    postgres::names_column(expression, column) || sqlite::names_column(expression, column)
}

impl Dialect {
    /// Puts a schema into the one spelling that this database would keep: types, names, order of keys.
    ///
    /// It is pure. What only the server can tell, such as the text of an expression, stays as written and
    /// becomes a [`Question`] of the comparison.
    #[must_use]
    pub fn canonical<'s>(self, schema: impl Into<Cow<'s, Schema>>) -> Canonical {
        self.canonical_in(schema, None)
    }

    /// As [`canonical`](Self::canonical), for a connection whose own schema is not PostgreSQL's `public`.
    #[must_use]
    pub fn canonical_in<'s>(self, schema: impl Into<Cow<'s, Schema>>, own: Option<&Ident>) -> Canonical {
        let schema = schema.into().into_owned();
        match self {
            Self::Postgres => postgres::canonical(schema, own),
            Self::Sqlite => sqlite::canonical(schema),
        }
    }

    /// Writes what operations refer to in the letters of what is there, where this database does not mind them.
    #[must_use]
    pub fn in_letters_of(self, operations: Vec<Operation>, before: &Schema) -> Vec<Operation> {
        match self {
            Self::Postgres => operations,
            Self::Sqlite => sqlite::all_in_letters_of(&operations, before),
        }
    }

    /// Tells whether two names are one to this database.
    #[must_use]
    pub(crate) fn is_one_name(self, one: &Ident, other: &Ident) -> bool {
        match self {
            Self::Postgres => one == other,
            Self::Sqlite => sqlite::same_name(one, other),
        }
    }

    /// Tells whether SQL is the one word that a person takes for a text and this database for the name of a role: `user`.
    #[must_use]
    pub(crate) fn is_role(self, sql: &str) -> bool {
        match self {
            Self::Postgres => sql.trim().eq_ignore_ascii_case("user"),
            // It says that there is no such column.
            Self::Sqlite => false,
        }
    }

    /// The dialect whose database keeps everything that a schema holds; SQLite has neither enum types nor sequences.
    pub const KEEPER: Self = Self::Postgres;

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

/// Reads the schema that the connection sees, by a fixed number of queries.
///
/// On PostgreSQL it is what lies in the current schema, and in all others but `public` under their names.
///
/// # Errors
///
/// When the database is too old, refuses a query, or stores what cannot be read.
#[cfg(feature = "runtime")]
pub async fn reflect(connection: &mut Connection) -> Result<Before, ReflectError> {
    match connection.dialect() {
        Dialect::Postgres => Ok(postgres::reflect(connection, None).await?.0),
        Dialect::Sqlite => Ok(sqlite::reflect(connection, None).await?.0),
    }
}

/// Reads the schema, and where the version table of this name is.
#[cfg(feature = "runtime")]
async fn reflect_with_place(
    connection: &mut Connection,
    version_table: &Ident,
) -> Result<(Before, Place), ReflectError> {
    let (before, place) = match connection.dialect() {
        Dialect::Postgres => postgres::reflect(connection, Some(version_table)).await?,
        Dialect::Sqlite => sqlite::reflect(connection, Some(version_table)).await?,
    };
    Ok((before, place.unwrap_or_default()))
}

/// Takes the name of the connection's own schema from everything that lies in it, as reflection does.
#[cfg(feature = "runtime")]
#[must_use]
pub fn without_current(dialect: Dialect, schema: Schema, current: &Ident) -> Schema {
    match dialect {
        Dialect::Postgres => postgres::without_current(schema, current),
        Dialect::Sqlite => schema,
    }
}

/// Counts and names what the schema that the connection sees holds beyond what is compared: triggers, views, grants.
///
/// # Errors
///
/// When the database refuses a query.
#[cfg(feature = "runtime")]
pub async fn unmodelled(connection: &mut Connection) -> Result<Vec<Unmodelled>, ReflectError> {
    match connection.dialect() {
        Dialect::Postgres => postgres::unmodelled(connection).await,
        Dialect::Sqlite => sqlite::unmodelled(connection).await,
    }
}

/// Lists what the tables that the connection sees need and no operation makes.
///
/// # Errors
///
/// When the database refuses a query.
#[cfg(feature = "runtime")]
pub async fn needed(connection: &mut Connection) -> Result<Vec<Need>, ReflectError> {
    match connection.dialect() {
        Dialect::Postgres => postgres::needed(connection).await,
        Dialect::Sqlite => Ok(Vec::new()),
    }
}

/// Finds what a database holds in the columns of a schema and no driver reads as their types: on SQLite, numbers in old
/// columns of JSON.
///
/// # Errors
///
/// When the database refuses a query.
#[cfg(feature = "runtime")]
pub async fn misread(connection: &mut Connection, wanted: &Schema) -> Result<Vec<Remark>, ConnectionError> {
    match connection.dialect() {
        Dialect::Postgres => Ok(Vec::new()),
        Dialect::Sqlite => sqlite::misread(connection, wanted).await,
    }
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
    match connection.dialect() {
        Dialect::Postgres => postgres::ask(connection, from, to, questions).await,
        Dialect::Sqlite => sqlite::ask(connection, from, to, questions).await,
    }
}
