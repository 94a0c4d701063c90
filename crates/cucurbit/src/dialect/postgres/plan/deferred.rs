//! Foreign keys and what they need: those that wait for a table or a key, and those that go before one.

use std::collections::BTreeSet;

use super::{Planner, around::key_of, is_same, names};
use crate::{
    dialect::PlanError,
    operation::Operation,
    schema::{
        Constraint, ConstraintRef, ForeignKey, Ident, Index, Object, ObjectId, PrimaryKey, Table, TableName,
        Unique,
    },
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
        if there.is_some() {
            rest.iter().any(|operation| makes_key(operation, table, &columns))
        } else {
            rest.iter().any(|operation| makes_table(operation, table))
        }
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
        for child in rest.iter().filter_map(dropped_table) {
            names::name_all(self.schema, child);
            let keys = self.schema.table(child).into_iter().flat_map(Table::foreign_keys).cloned();
            let keys: Vec<ForeignKey> = keys.collect();
            for name in keys.into_iter().filter(|key| is_in_the_way(key)).filter_map(|key| key.name) {
                let constraint = ConstraintRef::Named(name);
                let drop = Operation::drop(ObjectId::constraint(child.clone(), constraint.clone()));
                self.drop_constraint(child, &constraint, &drop)?;
            }
        }
        Ok(())
    }
}

/// Tells whether an operation makes a table of this name, or may give another one the name.
fn makes_table(operation: &Operation, table: &TableName) -> bool {
    match operation {
        Operation::Create { object: Object::Table(made), .. } => is_same(&made.name, table),
        Operation::Rename { id: ObjectId::Namespace(_), to } => table.schema.as_ref() == Some(to),
        Operation::Rename { id: ObjectId::Table(old), to } => is_same(&old.sibling(to.clone()), table),
        Operation::Alter(_)
        | Operation::BulkInsert(_)
        | Operation::Comment { .. }
        | Operation::Create { .. }
        | Operation::Drop { .. }
        | Operation::Execute(_)
        | Operation::Irreversible { .. }
        | Operation::On { .. }
        | Operation::Rename { .. }
        | Operation::Run { .. } => false,
    }
}

/// Tells whether an operation gives a table that is there a key of these columns.
fn makes_key(operation: &Operation, table: &TableName, columns: &BTreeSet<&Ident>) -> bool {
    let Operation::Create { object, .. } = operation else { return false };
    match object {
        Object::Constraint { table: of, constraint } => {
            is_same(of, table) && constraint_key(constraint).is_some_and(|key| key == *columns)
        }
        Object::Index { table: of, index } => {
            is_same(of, table) && key_of(index).is_some_and(|key| key == *columns)
        }
        Object::Column { .. }
        | Object::Enum(_)
        | Object::Namespace(_)
        | Object::Sequence(_)
        | Object::Table(_) => false,
    }
}

/// Returns the table that an operation drops, if it drops one.
fn dropped_table(operation: &Operation) -> Option<&TableName> {
    let Operation::Drop { id: ObjectId::Table(table), .. } = operation else { return None };
    Some(table)
}

/// Tells whether a foreign key can refer to these columns.
fn has_key(table: &Table, columns: &BTreeSet<&Ident>) -> bool {
    let indexes = table.indexes.values().filter_map(key_of);
    constraint_keys(table).chain(indexes).any(|key| key == *columns)
}

/// Lists the columns of a table's keys.
fn constraint_keys(table: &Table) -> impl Iterator<Item = BTreeSet<&Ident>> {
    table.constraints.iter().filter_map(constraint_key)
}

/// Returns the columns of a constraint that a foreign key can refer to.
fn constraint_key(constraint: &Constraint) -> Option<BTreeSet<&Ident>> {
    match constraint {
        Constraint::PrimaryKey(PrimaryKey { columns, .. }) | Constraint::Unique(Unique { columns, .. }) => {
            Some(columns.iter().collect())
        }
        Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => None,
    }
}
