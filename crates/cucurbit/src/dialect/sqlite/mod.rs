//! SQLite.

mod ask;
mod ddl;
mod token;
mod types;

#[cfg(feature = "runtime")]
use super::{Answers, Question, ReflectError};
use super::{Before, Canonical, Plan, PlanError};
#[cfg(feature = "runtime")]
use crate::{
    connection::{Connection, ConnectionError},
    schema::Dialect,
};
use crate::{operation::Operation, schema::Schema};

pub(super) fn canonical(schema: &Schema) -> Canonical {
    Canonical::new(schema.clone(), schema.clone())
}

pub(super) fn plan(_before: &mut Before, _operations: &[Operation]) -> Result<Plan, PlanError> {
    Ok(Plan::default())
}

#[cfg(feature = "runtime")]
pub(super) async fn reflect(connection: &mut Connection) -> Result<Before, ReflectError> {
    let (actual, wanted) = (connection.dialect(), Dialect::Postgres);
    Err(ConnectionError::WrongDialect { actual, wanted }.into())
}

#[cfg(feature = "runtime")]
pub(super) async fn ask(
    connection: &mut Connection,
    _from: &Schema,
    _to: &Schema,
    _questions: &[Question],
) -> Result<Answers, ConnectionError> {
    Err(ConnectionError::WrongDialect { actual: connection.dialect(), wanted: Dialect::Postgres })
}
