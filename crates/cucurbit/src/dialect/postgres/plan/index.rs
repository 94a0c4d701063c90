//! Indexes, made and dropped while others write, if that is wanted.

use super::{super::effect, Planner, comment};
use crate::{
    dialect::{
        LockMode, PlanError, Statement,
        postgres::sql::{qualified, quoted},
    },
    operation::{Concurrency, Operation},
    schema::{Dialect, Ident, Index, Schema, Table, TableName},
};

impl Planner<'_> {
    pub(super) fn create_index(
        &mut self,
        table: &TableName,
        index: &Index,
        concurrency: Concurrency,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        let statement = self
            .made_again(table, index, concurrency)
            .unwrap_or_else(|| effect::create_index(table, index, concurrency));
        let comment = comment::on_new_index(table, index);
        self.plan_all(std::iter::once(statement).chain(comment), operation)
    }

    /// Makes an index again that an attempt to make it left useless: `CREATE INDEX CONCURRENTLY` leaves one behind where
    /// it fails (manual, CREATE INDEX, "Building Indexes Concurrently").
    fn made_again(
        &mut self,
        table: &TableName,
        index: &Index,
        concurrency: Concurrency,
    ) -> Option<Statement> {
        let owner = self.schema.tables.get_mut(table)?;
        let left = owner.indexes.get(&index.name)?;
        if !left.is_invalid || !concurrency.is_concurrent {
            return None;
        }
        let shape = |index: &Index| {
            let made = Index { is_invalid: false, comment: None, ..index.clone() };
            let mut owner = Table { columns: owner.columns.clone(), ..Table::new(table.clone()) };
            owner.indexes.insert(made.name.clone(), made);
            Dialect::Postgres.canonical(Schema::from_tables([owner])).form().clone()
        };
        if shape(left) != shape(index) {
            // It is another index that is in the way, and is said to be.
            return None;
        }
        owner.indexes.remove(&index.name);
        Some(effect::build_index_again(table, &index.name))
    }

    pub(super) fn drop_index(
        &mut self,
        table: &TableName,
        name: &Ident,
        concurrency: Concurrency,
        operation: &Operation,
    ) -> Result<(), PlanError> {
        self.drop_foreign_keys_by(table, name)?;
        self.plan_all([effect::drop_index(table, name, concurrency)], operation)
    }
}

pub(super) fn rename(table: &TableName, name: &Ident, to: &Ident) -> Statement {
    let index = qualified(&table.sibling(name.clone()));
    let effect = effect::about_index(table, name, LockMode::ShareUpdateExclusive);
    Statement::new(format!("ALTER INDEX {index} RENAME TO {}", quoted(to))).effect(effect)
}
