//! Constraints.

use super::{
    super::{effect, memory, names},
    Planner,
    comment::{on_constraint, on_new_constraint},
};
use crate::{
    dialect::{Hazard, PlanError, Statement, postgres::sql::quoted},
    operation::{ApplyError, Change, ConstraintChange, Operation, find_constraint},
    schema::{Constraint, ConstraintRef, Dialect, Ident, ObjectId, PrimaryKey, TableName},
};

impl Planner<'_> {
    pub(super) fn create_constraint(
        &mut self,
        table: &TableName,
        constraint: &Constraint,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let hazards = if let Constraint::PrimaryKey(key) = constraint {
            self.nulls_in_key(table, key)
        } else {
            Vec::new()
        };
        let added = effect::add_constraint(self.schema, table, constraint);
        self.plan.push(Statement { hazards, ..added });
        self.apply(operation)?;
        // The server may have chosen its name.
        let owner = self.schema.table(table);
        let made =
            owner.and_then(|owner| owner.constraints.iter().rfind(|one| one.is_of_kind_of(constraint)));
        let comment = made.and_then(|made| on_new_constraint(table, made));
        self.plan.statements.extend(comment);
        Ok(())
    }

    /// The hazards of rows that hold NULL in a new primary key.
    fn nulls_in_key(&self, table: &TableName, primary_key: &PrimaryKey) -> Vec<Hazard> {
        let Some(mut owner) = self.schema.table(table).cloned() else { return Vec::new() };
        let nullable = owner
            .columns
            .iter()
            .filter(|column| column.nullable && primary_key.columns.contains(&column.name));
        let columns: Vec<Ident> = nullable.map(|column| column.name.clone()).collect();
        // The new key tells nothing apart where it is NULL.
        owner.constraints.retain(|one| !matches!(one, Constraint::PrimaryKey(_)));
        columns.iter().filter_map(|column| self.history.has_nulls(&owner, column)).collect()
    }

    pub(super) fn alter_constraint(
        &mut self,
        table: &TableName,
        constraint: &ConstraintRef,
        change: &ConstraintChange,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let name = self.name_of(table, constraint, operation)?;
        let constraint = ConstraintRef::Named(name.clone());
        let quoted_name = quoted(&name);
        let found = find_constraint(self.owner(table, operation)?, &constraint);
        let statement = match change {
            ConstraintChange::SetDeferral(_) if !matches!(found, Some(Constraint::ForeignKey(_))) => {
                return Err(PlanError::Unsupported {
                    dialect: Dialect::Postgres,
                    operation: operation.describe(),
                    reason: "only of a foreign key can it be changed; drop the constraint and create it"
                        .to_owned(),
                });
            }
            ConstraintChange::SetDeferral(deferral) => {
                effect::alter_table(table, &format!("ALTER CONSTRAINT {quoted_name} {}", deferral.sql()))
            }
            ConstraintChange::Validate => {
                let effect = found.map(|found| effect::validates(self.schema, table, found));
                Statement {
                    effect,
                    ..effect::alter_table(table, &format!("VALIDATE CONSTRAINT {quoted_name}"))
                }
            }
        };
        self.plan.push(statement);
        let change = Change::Constraint { table: table.clone(), constraint, change: change.clone() };
        self.apply(&Operation::Alter(change))
    }

    pub(super) fn drop_constraint(
        &mut self,
        table: &TableName,
        constraint: &ConstraintRef,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let name = self.name_of(table, constraint, operation)?;
        self.plan.push(effect::drop_constraint(self.schema, table, &name));
        self.apply(&Operation::drop(ObjectId::constraint(table.clone(), ConstraintRef::Named(name))))
    }

    pub(super) fn rename_constraint(
        &mut self,
        table: &TableName,
        constraint: &ConstraintRef,
        to: &Ident,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let name = self.name_of(table, constraint, operation)?;
        let rename = format!("RENAME CONSTRAINT {} TO {}", quoted(&name), quoted(to));
        self.plan.push(effect::alter_table(table, &rename));
        let id = ObjectId::constraint(table.clone(), ConstraintRef::Named(name));
        self.apply(&Operation::Rename { id, to: to.clone() })
    }

    pub(super) fn comment_on_constraint(
        &mut self,
        table: &TableName,
        constraint: &ConstraintRef,
        text: Option<&String>,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let name = self.name_of(table, constraint, operation)?;
        self.plan.push(on_constraint(table, &name, text));
        let id = ObjectId::constraint(table.clone(), ConstraintRef::Named(name));
        self.apply(&Operation::Comment { id, text: text.cloned() })
    }

    /// Finds the name of a constraint in what is there.
    fn name_of(
        &mut self,
        table: &TableName,
        constraint: &ConstraintRef,
        operation: &Operation,
    ) -> Result<Ident, PlanError> {
        names::name_all(self.schema, table);
        memory::constraint_name(self.owner(table, operation)?, constraint).ok_or_else(|| {
            let source = ApplyError::Missing { id: ObjectId::constraint(table.clone(), constraint.clone()) };
            PlanError::Apply { operation: operation.describe(), source }
        })
    }
}
