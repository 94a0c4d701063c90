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
