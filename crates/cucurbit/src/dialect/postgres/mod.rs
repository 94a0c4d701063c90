//! PostgreSQL 13 to 18.
//!
//! What lives here: how it spells and stores a schema (`types`, `define`, `expression`, `canonical`, `names`, `ask`),
//! operations as statements (`plan`, with `memory`), the reader of the catalogue (`reflect`), what a connection holds
//! (`session`), and the lock of a run (`lock`).

#[cfg(feature = "runtime")]
mod ask;
mod canonical;
mod check;
mod concurrent;
mod constant;
mod convert;
mod current;
mod define;
mod effect;
mod expression;
#[cfg(feature = "runtime")]
mod interrupted;
#[cfg(feature = "runtime")]
pub(super) mod lock;
mod memory;
mod names;
mod operator_class;
mod plan;
#[cfg(feature = "runtime")]
mod reflect;
mod rename;
#[cfg(feature = "runtime")]
pub(super) mod scratch;
mod sequence;
#[cfg(feature = "runtime")]
pub(super) mod session;
mod shadowed;
mod types;
#[cfg(feature = "runtime")]
mod watched;

#[cfg(feature = "runtime")]
use std::future::{Ready, ready};

#[cfg(feature = "runtime")]
use crate::{
    connection::{Connection, ConnectionError},
    schema::Remark,
};
use crate::{
    operation::Operation,
    schema::{Ident, Schema},
};

#[cfg(feature = "runtime")]
pub(super) use self::current::without_current;
#[cfg(feature = "runtime")]
pub(super) use self::{
    ask::ask,
    interrupted::{interrupted, invalid_index, partitioned},
    reflect::{needed, reflect, unmodelled},
};
pub(super) use self::{
    canonical::canonical,
    expression::names_column,
    names::{constraint_names, cut_of as cut, generated_keys},
    plan::plan,
};
pub(crate) use self::{expression::casts_to, names::generated_sequence, sequence::counted_by};

/// Identifiers that are quoted have one case each.
pub(super) fn match_identifier_case(operations: Vec<Operation>, _before: &Schema) -> Vec<Operation> {
    operations
}

/// Tells whether two names are one.
pub(super) fn is_one_name(one: &Ident, other: &Ident) -> bool {
    one == other
}

/// Tells whether SQL is `user`, which a person takes for a text and PostgreSQL for the name of a role.
pub(super) fn is_role(sql: &str) -> bool {
    sql.trim().eq_ignore_ascii_case("user")
}

/// Nothing is stored that drivers cannot read.
#[cfg(feature = "runtime")]
pub(super) fn misread(
    _connection: &mut Connection,
    _wanted: &Schema,
) -> Ready<Result<Vec<Remark>, ConnectionError>> {
    ready(Ok(Vec::new()))
}
