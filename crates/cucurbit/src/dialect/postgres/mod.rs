//! PostgreSQL 13 to 18.
//!
//! What lives here: how it spells and stores a schema (`types`, `define`, `expression`, `canonical`, `names`, `ask`),
//! operations as statements (`plan`, with `memory`), the reader of the catalogue (`reflect`), what a connection holds
//! (`session`), and the lock of a run (`lock`).

#[cfg(feature = "runtime")]
pub(super) mod activity;
#[cfg(feature = "runtime")]
mod ask;
mod canonical;
pub(super) mod capabilities;
mod check;
mod collision;
mod concurrent;
mod constant;
mod convert;
mod current;
#[cfg(feature = "runtime")]
pub(super) mod database;
mod define;
mod effect;
mod expression;
#[cfg(feature = "runtime")]
mod interrupted;
#[cfg(feature = "runtime")]
mod literal;
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
mod sql;
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
    reflect::{needed, reflect, unmanaged},
};
pub(super) use self::{canonical::canonical, collision::add_names, expression::names_column, plan::plan};
pub(crate) use self::{expression::casts_to, names::generated_sequence, sequence::counted_by};

/// Identifiers that are quoted have one case each.
pub(super) fn match_identifier_case(operations: Vec<Operation>, _before: &Schema) -> Vec<Operation> {
    operations
}

/// Returns what is stored of a name.
pub(super) fn stored_name(name: &Ident) -> Ident {
    names::cut_of(name.clone())
}

/// Adds what is only said: PostgreSQL stores everything.
pub(super) const fn add_what_is_said(_schema: &mut Schema, _said: &Schema) {}

/// Nothing is stored that drivers cannot read.
#[cfg(feature = "runtime")]
pub(super) fn misread(
    _connection: &mut Connection,
    _wanted: &Schema,
) -> Ready<Result<Vec<Remark>, ConnectionError>> {
    ready(Ok(Vec::new()))
}
