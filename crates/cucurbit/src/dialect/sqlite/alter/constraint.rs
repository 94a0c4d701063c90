//! Constraints that are dropped or changed in the text of their table.

use crate::{
    operation::{ConstraintChange, Operation, resolve_constraint},
    schema::{Constraint, ConstraintRef, Ident, Table, TableName},
};

use super::{
    super::{
        super::PlanError,
        definition,
        render::{apply, unsupported},
    },
    Work,
};

impl Work<'_> {
    /// Finds a constraint in the text, and returns what the text says with it.
    fn found(&self, table: &TableName, constraint: &ConstraintRef) -> Option<(Table, usize)> {
        let mut value = self.text.value();
        value.name = table.clone();
        // The stored text of a check may be another spelling of the one that the script means.
        let same = value.checks().find(|check| definition::is_same_check(constraint, check));
        let constraint = match (resolve_constraint(&value, constraint), same) {
            (None, Some(check)) => check.reference(),
            (Some(_), _) | (None, None) => constraint.clone(),
        };
        let found = resolve_constraint(&value, &constraint)?;
        Some((value, found))
    }

    /// Makes the schema say of the constraints what the text says.
    fn remember_constraints(&mut self, table: &TableName) {
        if let Some(owner) = self.before.schema.tables.get_mut(table) {
            owner.constraints = self.text.value().constraints;
        }
    }

    pub(super) fn drop_constraint(
        &mut self,
        table: &TableName,
        constraint: &ConstraintRef,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let Some((value, found)) = self.found(table, constraint) else {
            return apply(self.before, operation);
        };
        let dropped = &value.constraints[found];
        if let Constraint::PrimaryKey(key) = dropped {
            // The columns stay NOT NULL, which the key alone said, if it did.
            let refused = |name: &&Ident| value.column(name).is_some_and(|column| !column.nullable);
            key.columns.iter().filter(refused).for_each(|column| self.text.set_nullable(column, false));
        }
        match dropped {
            Constraint::Check(_) | Constraint::ForeignKey(_) => drop(self.edit_text()),
            // An index goes with it, and a key may be the rowid.
            Constraint::Exclusion(_) | Constraint::PrimaryKey(_) | Constraint::Unique(_) => self.copy_rows(),
        }
        self.text.drop_constraint(&value.constraints, found);
        // What is created after it may take its name, or be the next primary key.
        self.remember_constraints(table);
        Ok(())
    }

    pub(super) fn alter_constraint(
        &mut self,
        table: &TableName,
        constraint: &ConstraintRef,
        change: &ConstraintChange,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let Some((value, found)) = self.found(table, constraint) else {
            return apply(self.before, operation);
        };
        match change {
            ConstraintChange::Rename { to } => {
                let taken = ConstraintRef::Named(to.clone());
                if self.found(table, &taken).is_some_and(|(_, other)| other != found) {
                    // The error that everybody gives.
                    return apply(self.before, operation);
                }
                self.text.rename_constraint(&value.constraints, found, to);
            }
            // SQLite stores no comments.
            ConstraintChange::SetComment(_) => return Ok(()),
            ConstraintChange::SetDeferral(deferral) => {
                if !matches!(value.constraints[found], Constraint::ForeignKey(_)) {
                    let reason = "a key or check of SQLite is checked at once, and cannot be deferred";
                    return Err(unsupported(operation)(reason.to_owned()));
                }
                self.text.set_deferral(&value.constraints, found, *deferral);
            }
            // Every row was checked when the constraint was made.
            ConstraintChange::Validate => return Ok(()),
        }
        self.edit_text();
        self.remember_constraints(table);
        Ok(())
    }
}
