//! PostgreSQL 13 to 18.
//!
//! What lives here: how it spells and stores a schema (`types`, `names`, `canonical`), operations as
//! statements (`plan`, `render`, `alter`, `execute`), and the catalogue (`reflect`, `ask`, `lock`).

mod alter;
#[cfg(feature = "runtime")]
mod ask;
mod canonical;
mod constant;
mod execute;
mod expression;
#[cfg(feature = "runtime")]
pub(super) mod lock;
mod memory;
mod names;
mod plan;
#[cfg(feature = "runtime")]
mod reflect;
mod render;
#[cfg(feature = "runtime")]
pub(super) mod scratch;
mod sequence;
mod types;
mod visit;

#[cfg(feature = "runtime")]
pub(super) use self::{ask::ask, reflect::reflect};
pub(super) use self::{canonical::canonical, plan::plan};
