//! PostgreSQL 13 to 18.
//!
//! What lives here: how it spells and stores a schema (`types`, `names`, `canonical`), operations as
//! statements (`plan`, `render`, `alter`, `execute`), and the catalogue (`reflect`, `ask`, `lock`).

mod alter;
mod canonical;
mod execute;
mod expression;
mod memory;
mod names;
mod plan;
mod render;
mod types;
mod visit;

pub(super) use self::{canonical::canonical, plan::plan};
