//! What gets another name.

use super::{super::effect, Planner};
use crate::{
    dialect::{
        LockMode, PlanError, Statement,
        postgres::sql::{qualified, quoted},
    },
    operation::{ColumnChange, Operation},
    schema::{ConstraintRef, Ident, Object, ObjectId, TableName},
};

impl Planner<'_> {
    pub(super) fn rename(
        &mut self,
        id: &ObjectId,
        to: &Ident,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        match id {
            ObjectId::Column { table, name } => {
                let changes = [ColumnChange::Rename { to: to.clone() }];
                self.alter_column_and_around(table, name, &changes, operation)
            }
            ObjectId::Constraint { table, constraint } => {
                self.rename_constraint(table, constraint, to, operation)
            }
            ObjectId::Enum(name) => {
                self.push_on_type(format!("ALTER TYPE {} RENAME TO {}", qualified(name), quoted(to)));
                self.apply(operation)
            }
            ObjectId::Index { table, name } => {
                let index = qualified(&table.sibling(name.clone()));
                let rename = Statement::new(format!("ALTER INDEX {index} RENAME TO {}", quoted(to)));
                let effect = effect::about_index(table, name, LockMode::ShareUpdateExclusive);
                self.plan.push(rename.effect(effect));
                self.apply(operation)
            }
            ObjectId::Namespace(name) => self.rename_namespace(name, to, operation),
            ObjectId::Sequence(name) => {
                let sql = format!("ALTER SEQUENCE {} RENAME TO {}", qualified(name), quoted(to));
                let effect = effect::about_sequence(name, LockMode::AccessExclusive);
                self.plan.push(Statement::new(sql).effect(effect));
                self.apply(operation)
            }
            ObjectId::Table(table) => self.rename_table(table, to, operation),
        }
    }

    fn rename_constraint(
        &mut self,
        table: &TableName,
        constraint: &ConstraintRef,
        to: &Ident,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let name = self.name_of(table, constraint, operation)?;
        let alter = format!("ALTER TABLE {}", qualified(table));
        let sql = format!("{alter} RENAME CONSTRAINT {} TO {}", quoted(&name), quoted(to));
        self.plan.push(Statement::new(sql).effect(effect::alters(table)));
        let id = ObjectId::constraint(table.clone(), ConstraintRef::Named(name));
        self.apply(&Operation::Rename { id, to: to.clone() })
    }

    fn rename_namespace(&mut self, name: &Ident, to: &Ident, operation: &Operation) -> Result<(), PlanError> {
        let tables = self.schema.tables.keys().filter(|table| table.schema.as_ref() == Some(name));
        let tables: Vec<TableName> = tables.cloned().collect();
        self.push_on_type(format!("ALTER SCHEMA {} RENAME TO {}", quoted(name), quoted(to)));
        self.apply(operation)?;
        for table in tables {
            let renamed = TableName::qualified(to.clone(), table.name.clone());
            self.follow_table(&table, &renamed);
        }
        Ok(())
    }

    fn rename_table(
        &mut self,
        table: &TableName,
        to: &Ident,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let rename = format!("ALTER TABLE {} RENAME TO {}", qualified(table), quoted(to));
        self.plan.push(Statement::new(rename).effect(effect::alters(table)));
        self.apply(operation)?;
        let renamed = table.sibling(to.clone());
        self.follow_table(table, &renamed);
        Ok(())
    }

    /// A table has another name from now on, also where it is waited for.
    fn follow_table(&mut self, from: &TableName, to: &TableName) {
        self.history.renamed_table(from, to);
        for next in self.next.iter_mut().filter(|next| next.is_split_off) {
            if let Operation::Create { object: Object::Constraint { table, .. }, .. } = &mut next.operation
                && table == from
            {
                *table = to.clone();
            }
        }
    }
}
