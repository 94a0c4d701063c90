//! PostgreSQL 13 to 18.
//!
//! What lives here: how it spells and stores a schema (`types`, `names`, `canonical`), operations as
//! statements (`plan`, `render`, `alter`, `execute`), and the catalogue (`reflect`, `ask`, `lock`, `interrupted`).

mod alter;
mod array;
#[cfg(feature = "runtime")]
mod ask;
mod canonical;
mod check;
mod comment;
mod concurrent;
mod constant;
mod current;
mod effect;
mod execute;
mod expression;
#[cfg(feature = "runtime")]
mod interrupted;
#[cfg(feature = "runtime")]
pub(super) mod lock;
mod memory;
mod names;
#[cfg(feature = "runtime")]
mod node;
mod operator_class;
mod own_sequence;
mod plan;
#[cfg(feature = "runtime")]
mod reflect;
mod rename;
mod render;
#[cfg(feature = "runtime")]
pub(super) mod scratch;
mod sequence;
#[cfg(feature = "runtime")]
pub(super) mod session;
mod shadowed;
#[cfg(feature = "runtime")]
mod told;
mod types;
mod visit;
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
