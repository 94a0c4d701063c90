//! Foreign keys and what they need: those that wait for a table or a key, and those that go before one.

use std::collections::BTreeSet;

use super::{Planner, around::key_of, is_same, names};
use crate::{
    dialect::PlanError,
    operation::Operation,
    schema::{ConstraintRef, ForeignKey, Ident, Index, Table, TableName},
};

impl Planner<'_> {
    /// Tells whether what a foreign key of a new table refers to is not there yet and will be: the table, or a key of it.
    pub(super) fn is_later(&self, owner: &Table, key: &ForeignKey, rest: &[Operation]) -> bool {
        let ForeignKey { referred_table: table, referred_columns, .. } = key;
        let columns: BTreeSet<&Ident> = referred_columns.iter().collect();
        let there = self.schema.tables.values().find(|there| is_same(&there.name, table));
        let is_made = |index: &Index| key_of(index).is_some_and(|key| key == columns);
        match there {
            Some(_) if columns.is_empty() => return false,
            // The indexes of a new table are made after it.
            Some(_) if is_same(&owner.name, table) => {
                if constraint_keys(owner).any(|key| key == columns) {
                    return false;
                }
                if owner.indexes.values().any(is_made) {
                    return true;
                }
            }
            Some(there) if has_key(there, &columns) => return false,
            Some(_) | None => {}
        }
        let is_there = there.is_some();
        rest.iter().any(|operation| match operation {
            Operation::CreateTable(later) => !is_there && is_same(&later.name, table),
            Operation::RenameTable { table: old, to } => {
                !is_there && is_same(&old.sibling(to.clone()), table)
            }
            Operation::CreateIndex { table: of, index, concurrency: _ } => {
                is_there && is_same(of, table) && is_made(index)
            }
            Operation::CreatePrimaryKey { table: of, primary_key } => {
                is_there
                    && is_same(of, table)
                    && primary_key.columns.iter().collect::<BTreeSet<_>>() == columns
            }
            Operation::CreateUnique { table: of, unique } => {
                is_there && is_same(of, table) && unique.columns.iter().collect::<BTreeSet<_>>() == columns
            }
            Operation::AddColumn { .. }
            | Operation::AlterColumn { .. }
            | Operation::AlterConstraint { .. }
            | Operation::BulkInsert(_)
            | Operation::CreateCheck { .. }
            | Operation::CreateExclusion { .. }
            | Operation::AlterEnum { .. }
            | Operation::AlterSequence { .. }
            | Operation::CreateEnum(_)
            | Operation::CreateSchema { .. }
            | Operation::CreateSequence(_)
            | Operation::CreateForeignKey { .. }
            | Operation::DropColumn { .. }
            | Operation::DropConstraint { .. }
            | Operation::DropEnum { .. }
            | Operation::DropSchema { .. }
            | Operation::DropSequence { .. }
            | Operation::DropIndex { .. }
            | Operation::DropTable { .. }
            | Operation::Execute(_)
            | Operation::Irreversible { .. }
            | Operation::Run { .. }
            | Operation::On { .. }
            | Operation::RenameIndex { .. }
            | Operation::SetIndexComment { .. }
            | Operation::SetTableComment { .. }
            | Operation::SetTableOption { .. } => false,
        })
    }

    /// Adds the foreign keys that waited for a table or a key of it.
    pub(super) fn add_deferred(&mut self, table: &TableName) {
        let deferred = std::mem::take(&mut self.deferred);
        let (ready, waiting): (Vec<_>, Vec<_>) = deferred
            .into_iter()
            .partition(|(_, key)| is_same(&key.referred_table, table) && self.is_ready(key));
        self.deferred = waiting;
        for (owner, key) in ready {
            self.add_constraint(&owner, &key.clone().into());
            self.comment_on_late(&owner, &key);
        }
    }

    /// Tells whether what a foreign key refers to is there.
    fn is_ready(&self, key: &ForeignKey) -> bool {
        let columns: BTreeSet<&Ident> = key.referred_columns.iter().collect();
        let there = self.schema.tables.values().find(|there| is_same(&there.name, &key.referred_table));
        // Where no key will ever be, the server says so.
        there.is_some_and(|there| columns.is_empty() || has_key(there, &columns))
    }

    /// Drops the foreign keys of tables that this plan drops later and that refer to a table dropped now.
    pub(super) fn drop_foreign_keys_to(
        &mut self,
        table: &TableName,
        rest: &[Operation],
    ) -> Result<(), PlanError> {
        self.drop_foreign_keys_of_dropped(rest, |key| is_same(&key.referred_table, table))
    }

    /// Drops the foreign keys of such tables that need an index which is dropped now.
    pub(super) fn drop_foreign_keys_by(
        &mut self,
        table: &TableName,
        index: &Ident,
        rest: &[Operation],
    ) -> Result<(), PlanError> {
        let Some(owner) = self.schema.table(table) else { return Ok(()) };
        let Some(columns) = owner.indexes.get(index).and_then(key_of) else { return Ok(()) };
        let columns: BTreeSet<Ident> = columns.into_iter().cloned().collect();
        self.drop_foreign_keys_of_dropped(rest, |key| {
            let referred: BTreeSet<&Ident> = key.referred_columns.iter().collect();
            is_same(&key.referred_table, table) && referred == columns.iter().collect()
        })
    }

    fn drop_foreign_keys_of_dropped(
        &mut self,
        rest: &[Operation],
        is_in_the_way: impl Fn(&ForeignKey) -> bool,
    ) -> Result<(), PlanError> {
        let dropped = rest.iter().filter_map(|operation| match operation {
            Operation::DropTable { table, consent: _ } => Some(table.clone()),
            Operation::AddColumn { .. }
            | Operation::AlterColumn { .. }
            | Operation::AlterConstraint { .. }
            | Operation::BulkInsert(_)
            | Operation::CreateCheck { .. }
            | Operation::CreateExclusion { .. }
            | Operation::AlterEnum { .. }
            | Operation::AlterSequence { .. }
            | Operation::CreateEnum(_)
            | Operation::CreateSchema { .. }
            | Operation::CreateSequence(_)
            | Operation::CreateForeignKey { .. }
            | Operation::CreateIndex { .. }
            | Operation::CreatePrimaryKey { .. }
            | Operation::CreateTable(_)
            | Operation::CreateUnique { .. }
            | Operation::DropColumn { .. }
            | Operation::DropConstraint { .. }
            | Operation::DropEnum { .. }
            | Operation::DropSchema { .. }
            | Operation::DropSequence { .. }
            | Operation::DropIndex { .. }
            | Operation::Execute(_)
            | Operation::Irreversible { .. }
            | Operation::Run { .. }
            | Operation::On { .. }
            | Operation::RenameIndex { .. }
            | Operation::RenameTable { .. }
            | Operation::SetIndexComment { .. }
            | Operation::SetTableComment { .. }
            | Operation::SetTableOption { .. } => None,
        });
        for child in dropped.collect::<Vec<_>>() {
            names::name_all(self.schema, &child);
            let keys = self.schema.table(&child).into_iter().flat_map(Table::foreign_keys).cloned();
            let keys: Vec<ForeignKey> = keys.collect();
            for name in keys.into_iter().filter(|key| is_in_the_way(key)).filter_map(|key| key.name) {
                let constraint = ConstraintRef::Named(name);
                let drop = Operation::DropConstraint { table: child.clone(), constraint: constraint.clone() };
                self.drop_constraint(&child, &constraint, &drop)?;
            }
        }
        Ok(())
    }
}

/// Tells whether a foreign key can refer to these columns.
fn has_key(table: &Table, columns: &BTreeSet<&Ident>) -> bool {
    let indexes = table.indexes.values().filter_map(key_of);
    constraint_keys(table).chain(indexes).any(|key| key == *columns)
}

/// Lists the columns of a table's keys.
fn constraint_keys(table: &Table) -> impl Iterator<Item = BTreeSet<&Ident>> {
    let primary_key = table.primary_key().into_iter().map(|key| &key.columns);
    let uniques = table.uniques().map(|unique| &unique.columns);
    primary_key.chain(uniques).map(|columns| columns.iter().collect())
}
