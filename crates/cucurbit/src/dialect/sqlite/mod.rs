//! SQLite, files of 3.35 and later.
//!
//! What lives here: how it spells and stores a schema (`types`, `define`, `expression`, `canonical`, `names`, `ask`), the
//! stored texts and their edits (`token`, `ddl`, `rename`), operations as statements (`plan`, with `memory`), the reader of
//! a file (`reflect`), what is in no file (`said`), what a connection holds (`session`), and the lock of a run (`lock`).

#[cfg(feature = "runtime")]
pub(super) mod activity;
#[cfg(feature = "runtime")]
mod ask;
mod canonical;
pub(super) mod capabilities;
mod constant;
mod convert;
#[cfg(feature = "runtime")]
pub(super) mod database;
mod ddl;
mod define;
mod digits;
mod effect;
mod expression;
#[cfg(feature = "runtime")]
pub(super) mod lock;
mod memory;
mod moment;
mod names;
mod plan;
mod range;
#[cfg(feature = "runtime")]
mod reflect;
mod rename;
mod said;
#[cfg(feature = "runtime")]
pub(super) mod scratch;
#[cfg(feature = "runtime")]
pub(super) mod session;
mod sql;
mod token;
mod types;
mod words;

#[cfg(feature = "runtime")]
use std::future::{Ready, ready};

#[cfg(feature = "runtime")]
use crate::{
    connection::{Connection, ConnectionError},
    dialect::{Answers, Need, Question, ReflectError},
    schema::Schema,
};
use crate::{
    dialect::collision::Names,
    schema::{Dialect, Ident, Table},
};

#[cfg(feature = "runtime")]
pub(super) use self::{
    ask::misread,
    reflect::{reflect, unmanaged},
    session::{interrupted, invalid_index, partitioned},
};
pub(super) use self::{
    canonical::canonical, names::match_identifier_case, plan::plan, said::add_what_is_said,
    token::names_column,
};

/// The dialect of this folder.
const HERE: Dialect = Dialect::Sqlite;

/// Returns what a name is among others, whose case does not count.
pub(super) fn stored_name(name: &Ident) -> Ident {
    names::small(name)
}

/// Constraints and keys take no names from others.
pub(super) const fn add_names(_names: &mut Names, _table: &Table) {}

/// Nothing has the name of a schema: a file has one.
#[cfg(feature = "runtime")]
pub(super) fn without_current(schema: Schema, _current: &Ident) -> Schema {
    schema
}

/// Lists what tables need: nothing that operations do not make.
#[cfg(feature = "runtime")]
pub(super) fn needed(_connection: &mut Connection) -> Ready<Result<Vec<Need>, ReflectError>> {
    ready(Ok(Vec::new()))
}

/// Answers questions without a server: the parser is here.
#[cfg(feature = "runtime")]
pub(super) fn ask(
    _connection: &mut Connection,
    from: &Schema,
    to: &Schema,
    questions: &[Question],
) -> Ready<Result<Answers, ConnectionError>> {
    ready(Ok(ask::answers(from, to, questions)))
}
