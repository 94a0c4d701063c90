//! Whole tables.

use super::{
    super::{define, effect},
    Planner, comment,
};
use crate::{
    dialect::{
        PlanError, Statement,
        postgres::sql::{qualified, quoted},
    },
    operation::{Concurrency, Consent, Operation, TableChange},
    schema::{Ident, Object, Table, TableName, TableOption},
};

impl Planner<'_> {
    pub(super) fn create_table(&mut self, table: &Table) -> Result<(), PlanError> {
        let table = &self.without_later(table);
        let alone = self.alone(&table.name, table.columns.iter().flat_map(|one| &one.default));
        self.apply(&Operation::create(table.clone()))?;
        self.history.made_table(&table.name);
        let table = &self.with_named_sequences_of(table);
        let own = self.own_sequences(&table.name, &table.columns, &alone)?;
        self.plan.statements.extend(own.before);
        let create = Statement::new(define::create_table(table)?);
        self.plan.push(create.effect(effect::creates_table(self.schema, table)));
        self.plan.statements.extend(own.after);
        for unchecked in table.constraints.iter().filter(|one| one.is_not_valid()) {
            self.plan.push(effect::add_constraint(self.schema, &table.name, unchecked));
        }
        for index in table.indexes.values() {
            self.plan.push(effect::create_index(&table.name, index, Concurrency::default()));
        }
        let made = self.schema.table(&table.name).map(comment::on_new_table);
        self.plan.statements.extend(made.into_iter().flatten());
        Ok(())
    }

    pub(super) fn alter_table(
        &mut self,
        table: &TableName,
        change: &TableChange,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let TableChange::SetOption { option, is_set } = change;
        // The others are SQLite's.
        if *option == TableOption::Unlogged {
            let word = if *is_set { "UNLOGGED" } else { "LOGGED" };
            let set = Statement::new(format!("ALTER TABLE {} SET {word}", qualified(table)));
            let owner = self.owner(table, operation)?;
            self.plan.push(set.effect(effect::sets_logged(self.schema, owner, !is_set)));
        }
        self.apply(operation)
    }

    pub(super) fn drop_table(
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

    pub(super) fn rename_table(
        &mut self,
        table: &TableName,
        to: &Ident,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let rename = effect::alter_table(table, &format!("RENAME TO {}", quoted(to)));
        self.plan_all([rename], operation)?;
        let renamed = table.sibling(to.clone());
        self.follow_table(table, &renamed);
        Ok(())
    }

    /// A table has another name from now on, also where it is waited for.
    pub(super) fn follow_table(&mut self, from: &TableName, to: &TableName) {
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
