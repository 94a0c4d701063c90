//! SQLite.

mod ask;
mod ddl;
mod token;
mod types;

use super::{Before, Canonical, Plan, PlanError};
use crate::{operation::Operation, schema::Schema};

pub(super) fn canonical(schema: &Schema) -> Canonical {
    Canonical::new(schema.clone(), schema.clone())
}

pub(super) fn plan(_before: &mut Before, _operations: &[Operation]) -> Result<Plan, PlanError> {
    Ok(Plan::default())
}
