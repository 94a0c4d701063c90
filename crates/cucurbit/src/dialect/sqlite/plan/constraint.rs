//! Constraints that are created, changed or dropped in the text of their table.

use crate::{
    operation::{ConstraintChange, resolve_constraint},
    schema::{Constraint, ConstraintRef, Ident, PrimaryKey, Table, Type},
};

use super::{
    super::{super::PlanError, HERE, define},
    alter::Work,
    unsupported,
};

impl Work<'_> {
    /// Finds a constraint in the text, and returns what the text says with it.
    fn found(&self, constraint: &ConstraintRef) -> Option<(Table, usize)> {
        let value = Table { name: self.table.clone(), ..self.text.value() };
        // The stored text of a check may be another spelling of the one that the script means.
        let same = value.checks().find(|check| define::is_same_check(constraint, check));
        let constraint = match (resolve_constraint(&value, constraint), same) {
            (None, Some(check)) => check.reference(),
            (Some(_), _) | (None, None) => constraint.clone(),
        };
        let found = resolve_constraint(&value, &constraint)?;
        Some((value, found))
    }

    /// Makes the schema say of the constraints what the text says.
    fn remember_constraints(&mut self) {
        if let Some(owner) = self.before.schema.tables.get_mut(&self.table) {
            owner.constraints = self.text.value().constraints;
        }
    }

    pub(super) fn drop_constraint(&mut self, constraint: &ConstraintRef) -> Result<(), PlanError> {
        let Some((value, found)) = self.found(constraint) else { return self.apply() };
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
        self.remember_constraints();
        Ok(())
    }

    pub(super) fn alter_constraint(
        &mut self,
        constraint: &ConstraintRef,
        change: &ConstraintChange,
    ) -> Result<(), PlanError> {
        let Some((value, found)) = self.found(constraint) else { return self.apply() };
        match change {
            ConstraintChange::SetDeferral(deferral) => {
                if !matches!(value.constraints[found], Constraint::ForeignKey(_)) {
                    let reason = "a key or check of SQLite is checked at once, and cannot be deferred";
                    return Err(unsupported(self.operation)(reason));
                }
                self.text.set_deferral(&value.constraints, found, *deferral);
            }
            // Every row was checked when the constraint was made.
            ConstraintChange::Validate => return Ok(()),
        }
        self.edit_text();
        self.remember_constraints();
        Ok(())
    }

    /// SQLite stores no comments: the constraint only has to be there.
    pub(super) fn comment_constraint(&mut self, constraint: &ConstraintRef) -> Result<(), PlanError> {
        if self.found(constraint).is_some() { Ok(()) } else { self.apply() }
    }

    pub(super) fn rename_constraint(
        &mut self,
        constraint: &ConstraintRef,
        to: &Ident,
    ) -> Result<(), PlanError> {
        let Some((value, found)) = self.found(constraint) else { return self.apply() };
        let taken = ConstraintRef::Named(to.clone());
        if self.found(&taken).is_some_and(|(_, other)| other != found) {
            // The error of every database.
            return self.apply();
        }
        self.text.rename_constraint(&value.constraints, found, to);
        self.edit_text();
        self.remember_constraints();
        Ok(())
    }

    /// Adds a constraint.
    pub(super) fn create_constraint(&mut self, constraint: &Constraint) -> Result<(), PlanError> {
        let is_exclusion = matches!(constraint, Constraint::Exclusion(_));
        if !is_exclusion {
            self.apply()?;
        }
        let definition = define::constraint(constraint).map_err(unsupported(self.operation))?;
        match constraint {
            Constraint::Check(check) => self.looks_for_rows_that_break(check),
            Constraint::ForeignKey(_) => self.looks_for_broken_references(),
            Constraint::PrimaryKey(key) => self.take_key(key),
            Constraint::Exclusion(_) | Constraint::Unique(_) => self.copy_rows(),
        }
        self.text.add_constraint(&definition).map_err(unsupported(self.operation))
    }

    /// Prepares the columns of a new primary key.
    fn take_key(&mut self, key: &PrimaryKey) {
        self.copy_rows();
        self.spell_rowid(key);
        for column in &key.columns {
            if self.is_loosened(column) {
                continue;
            }
            let is_nullable = self.text.column(column).is_some_and(|column| !column.is_not_null());
            if is_nullable && !self.added.contains(column) {
                self.refuses_null(column);
            }
            self.text.set_nullable(column, false);
        }
    }

    /// Writes INTEGER for an integer that becomes the only key, as in a table that is created with it: `INT` would not be
    /// the rowid.
    fn spell_rowid(&mut self, key: &PrimaryKey) {
        let [name] = key.columns.as_slice() else { return };
        let column = self.before.schema.table(&self.table).and_then(|table| table.column(name));
        let is_integer = column.is_some_and(|column| *column.ty.on(HERE) == Type::Integer);
        if is_integer && !self.text.options().is_without_rowid {
            self.text.set_type(name, "INTEGER");
        }
    }
}
