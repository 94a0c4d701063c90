//! PostgreSQL 13 to 18.
//!
//! What lives here: how it spells and stores a schema (`types`, `names`, `canonical`), operations as
//! statements (`plan`, `render`, `alter`, `execute`), and the catalogue (`reflect`, `ask`, `lock`).

mod canonical;
mod expression;
mod names;
mod types;
mod visit;

use super::{Before, Plan, PlanError};
use crate::operation::Operation;

pub(super) use self::canonical::canonical;

pub(super) fn plan(_before: &mut Before, _operations: &[Operation]) -> Result<Plan, PlanError> {
    Ok(Plan::default())
}
