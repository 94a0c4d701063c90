//! Namespaces.

use super::{Planner, unlocked};
use crate::{
    dialect::{PlanError, Statement, postgres::sql::quoted},
    operation::Operation,
    schema::{Ident, TableName},
};

impl Planner<'_> {
    pub(super) fn rename_namespace(
        &mut self,
        name: &Ident,
        to: &Ident,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let tables = self.schema.tables.keys().filter(|table| table.schema.as_ref() == Some(name));
        let tables: Vec<TableName> = tables.cloned().collect();
        let rename = unlocked(format!("ALTER SCHEMA {} RENAME TO {}", quoted(name), quoted(to)));
        self.plan_all([rename], operation)?;
        for table in tables {
            let renamed = TableName::qualified(to.clone(), table.name.clone());
            self.follow_table(&table, &renamed);
        }
        Ok(())
    }
}

pub(super) fn create(name: &Ident) -> Statement {
    unlocked(format!("CREATE SCHEMA {}", quoted(name)))
}

pub(super) fn drop(name: &Ident) -> Statement {
    unlocked(format!("DROP SCHEMA {}", quoted(name)))
}
