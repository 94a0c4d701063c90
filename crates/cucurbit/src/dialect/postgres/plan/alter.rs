//! What is changed in place.

use super::{
    super::{effect, names},
    Planner, alter_column, column,
};
use crate::{
    dialect::{
        PlanError, Statement,
        postgres::sql::{qualified, quoted},
    },
    operation::{Change, ColumnChange, ConstraintChange, Operation, TableChange, resolve_constraint},
    schema::{Constraint, ConstraintRef, Dialect, Ident, TableName, TableOption},
};

impl Planner<'_> {
    pub(super) fn alter(&mut self, change: &Change, operation: &Operation) -> Result<(), PlanError> {
        match change {
            Change::Column { table, column, changes } => {
                self.alter_column_and_around(table, column, changes, operation)
            }
            Change::Constraint { table, constraint, change } => {
                self.alter_constraint(table, constraint, change, operation)
            }
            Change::Enum { name, change } => self.alter_enum(name, change, operation),
            Change::Sequence { name, changes: _ } => self.alter_sequence(name, operation),
            Change::Table { table, change: TableChange::SetOption { option, is_set } } => {
                self.set_option(table, *option, *is_set, operation)?;
                self.apply(operation)
            }
        }
    }

    /// Changes a column, with the foreign keys around it.
    pub(super) fn alter_column_and_around(
        &mut self,
        table: &TableName,
        column: &Ident,
        changes: &[ColumnChange],
        operation: &Operation,
    ) -> Result<(), PlanError> {
        names::name_all(self.schema, table);
        let owner = self.owner(table, operation)?.clone();
        let changes = match owner.column(column) {
            Some(was) => &alter_column::with_array_default(was, changes.to_vec()),
            None => changes,
        };
        let replaced = column::replaced(&owner, column, changes);
        let is_retyped = owner.column(column).is_some_and(|was| alter_column::is_retyped(was, changes));
        let retyped = is_retyped.then(|| column.clone());
        let around = self.drop_foreign_keys_around(&owner, &replaced, retyped.as_slice());
        let alone = self.alone(table, column::set_defaults(changes));
        let ends = self.effect_on_ends(&owner, column, changes, &around);
        // The names of what is there are those before a rename.
        self.apply(&Operation::alter_column(table.clone(), column.clone(), changes.to_vec()))?;
        self.alter_column(&owner, column, changes, &alone, &ends)?;
        self.add_foreign_keys_around(&around);
        Ok(())
    }

    fn alter_constraint(
        &mut self,
        table: &TableName,
        constraint: &ConstraintRef,
        change: &ConstraintChange,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let name = self.name_of(table, constraint, operation)?;
        let constraint = ConstraintRef::Named(name.clone());
        let alter = format!("ALTER TABLE {}", qualified(table));
        let quoted_name = quoted(&name);
        let statement = match change {
            ConstraintChange::SetDeferral(deferral) => {
                self.refuse_deferral(table, &constraint, operation)?;
                let sql = format!("{alter} ALTER CONSTRAINT {quoted_name} {}", deferral.sql());
                Statement::new(sql).effect(effect::alters(table))
            }
            ConstraintChange::Validate => {
                let owner = self.owner(table, operation)?;
                let found = resolve_constraint(owner, &constraint).map(|place| &owner.constraints[place]);
                let effect = found.map(|found| effect::validates(self.schema, table, found));
                Statement { effect, ..Statement::new(format!("{alter} VALIDATE CONSTRAINT {quoted_name}")) }
            }
        };
        self.plan.push(statement);
        let change = Change::Constraint { table: table.clone(), constraint, change: change.clone() };
        self.apply(&Operation::Alter(change))
    }

    /// Refuses to say when a constraint is checked that is no foreign key.
    fn refuse_deferral(
        &self,
        table: &TableName,
        constraint: &ConstraintRef,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let owner = self.owner(table, operation)?;
        let found = resolve_constraint(owner, constraint).map(|place| &owner.constraints[place]);
        if matches!(found, Some(Constraint::ForeignKey(_))) {
            return Ok(());
        }
        Err(PlanError::Unsupported {
            dialect: Dialect::Postgres,
            operation: operation.describe(),
            reason: "only of a foreign key can it be changed; drop the constraint and create it".to_owned(),
        })
    }

    fn set_option(
        &mut self,
        table: &TableName,
        option: TableOption,
        is_set: bool,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        match option {
            TableOption::Unlogged => {
                let word = if is_set { "UNLOGGED" } else { "LOGGED" };
                let set = Statement::new(format!("ALTER TABLE {} SET {word}", qualified(table)));
                let owner = self.owner(table, operation)?;
                self.plan.push(set.effect(effect::sets_logged(self.schema, owner, !is_set)));
            }
            // SQLite's.
            TableOption::Autoincrement | TableOption::Strict | TableOption::WithoutRowid => {}
        }
        Ok(())
    }
}
