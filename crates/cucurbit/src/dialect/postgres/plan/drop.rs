//! What is dropped.

use super::{super::effect, Planner, mode, sequence};
use crate::{
    dialect::{
        PlanError, Statement,
        postgres::sql::{qualified, quoted},
    },
    operation::{Concurrency, Consent, Operation, resolve_constraint},
    schema::{ConstraintRef, Ident, ObjectId, ObjectName, TableName},
};

impl Planner<'_> {
    pub(super) fn drop(
        &mut self,
        id: &ObjectId,
        consent: Consent,
        concurrency: Concurrency,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        match id {
            ObjectId::Column { table, name } => self.drop_column(table, name, consent, operation),
            ObjectId::Constraint { table, constraint } => self.drop_constraint(table, constraint, operation),
            ObjectId::Enum(name) => self.drop_enum(name, operation),
            ObjectId::Index { table, name } => self.drop_index(table, name, concurrency, operation),
            ObjectId::Namespace(name) => {
                self.push_on_type(format!("DROP SCHEMA {}", quoted(name)));
                self.apply(operation)
            }
            ObjectId::Sequence(name) => {
                self.plan.push(sequence::drop(name));
                self.apply(operation)
            }
            ObjectId::Table(table) => self.drop_table(table, consent, operation),
        }
    }

    fn drop_column(
        &mut self,
        table: &TableName,
        column: &Ident,
        consent: Consent,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let statement = format!("ALTER TABLE {} DROP COLUMN {}", qualified(table), quoted(column));
        let hazard = self.history.loses_values(table, column, consent);
        let owner = self.owner(table, operation)?;
        let effect = effect::drops_column(self.schema, owner, column);
        self.push(Statement::new(statement).effect(effect), hazard);
        self.apply(operation)
    }

    pub(super) fn drop_constraint(
        &mut self,
        table: &TableName,
        constraint: &ConstraintRef,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let name = self.name_of(table, constraint, operation)?;
        let owner = self.owner(table, operation)?;
        let found = resolve_constraint(owner, &ConstraintRef::Named(name.clone()));
        let found = found.map(|place| &owner.constraints[place]);
        let effect = effect::drops_constraint(self.schema, table, found);
        let sql = format!("ALTER TABLE {} DROP CONSTRAINT {}", qualified(table), quoted(&name));
        self.plan.push(Statement::new(sql).effect(effect));
        self.apply(&Operation::drop(ObjectId::constraint(table.clone(), ConstraintRef::Named(name))))
    }

    fn drop_enum(&mut self, name: &ObjectName, operation: &Operation) -> Result<(), PlanError> {
        self.refuse_used(name, operation)?;
        self.apply(operation)?;
        self.push_on_type(format!("DROP TYPE {}", qualified(name)));
        Ok(())
    }

    fn drop_index(
        &mut self,
        table: &TableName,
        name: &Ident,
        concurrency: Concurrency,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        self.drop_foreign_keys_by(table, name)?;
        self.plan.push(effect::drop_index(table, name, concurrency).mode(mode(concurrency)));
        self.apply(operation)
    }

    fn drop_table(
        &mut self,
        table: &TableName,
        consent: Consent,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        self.drop_foreign_keys_to(table)?;
        let hazard = self.history.loses_rows(table, consent);
        let owner = self.owner(table, operation)?;
        let drop = Statement::new(format!("DROP TABLE {}", qualified(table)));
        self.push(drop.effect(effect::drops_table(self.schema, owner)), hazard);
        self.apply(operation)?;
        self.forget(table);
        Ok(())
    }

    /// A dropped table's name may be given again, to a table that is new.
    fn forget(&mut self, table: &TableName) {
        self.history.dropped_table(table);
        self.next.retain(|next| !next.is_split_off || next.operation.table() != Some(table));
    }
}
