//! Foreign keys and what they refer to: a table may be created before it, and dropped after it.

use std::collections::BTreeSet;

use super::{Planner, is_same, names};
use crate::{
    dialect::PlanError,
    operation::Operation,
    schema::{Constraint, ConstraintRef, ForeignKey, Ident, Object, ObjectId, Table, TableName},
};

/// An operation that is still to be planned.
pub(super) struct Next {
    pub(super) operation: Operation,
    /// Whether it adds a foreign key that the operation of a new table holds.
    pub(super) is_split_off: bool,
}

impl From<Operation> for Next {
    fn from(operation: Operation) -> Self {
        Self { operation, is_split_off: false }
    }
}

impl Planner<'_> {
    /// Takes from a new table the foreign keys whose table or key is made later; they are added right after it.
    pub(super) fn without_later(&mut self, table: &Table) -> Table {
        let mut now = table.clone();
        for key in table.foreign_keys() {
            let Some(mut place) = self.made_at(table, key) else { continue };
            place += self.next.iter().skip(place).take_while(|next| next.is_split_off).count();
            let add = Operation::create(Object::constraint(table.name.clone(), key.clone()));
            self.next.insert(place, Next { operation: add, is_split_off: true });
            now.constraints.retain(|one| !matches!(one, Constraint::ForeignKey(other) if other == key));
        }
        now
    }

    /// Counts the operations after which what a foreign key of a new table refers to is there; `None` if it is now.
    fn made_at(&self, owner: &Table, key: &ForeignKey) -> Option<usize> {
        let ForeignKey { referred_table: table, referred_columns, .. } = key;
        let columns: BTreeSet<&Ident> = referred_columns.iter().collect();
        let has_key = |there: &Table| columns.is_empty() || there.keys().any(|key| key == columns);
        if is_same(&owner.name, table) {
            if columns.is_empty()
                || owner.constraints.iter().filter_map(Constraint::key).any(|key| key == columns)
            {
                return None;
            }
            // The indexes of a new table are made after it.
            return if has_key(owner) { Some(0) } else { self.key_made_at(0, table, &columns) };
        }
        match self.schema.tables.values().find(|there| is_same(&there.name, table)) {
            Some(there) if has_key(there) => None,
            Some(_) => self.key_made_at(0, table, &columns),
            None => {
                let made = self.next.iter().position(|next| makes_table(&next.operation, table))?;
                let lacks_key = self.next.get(made).is_some_and(|next| {
                    matches!(&next.operation, Operation::Create { object: Object::Table(made), .. } if !has_key(made))
                });
                let later = lacks_key.then(|| self.key_made_at(made, table, &columns)).flatten();
                Some(later.unwrap_or(made + 1))
            }
        }
    }

    /// Counts the operations, more than some, after which a table has a key of these columns.
    fn key_made_at(&self, start: usize, table: &TableName, columns: &BTreeSet<&Ident>) -> Option<usize> {
        let mut next = self.next.iter().enumerate().skip(start);
        next.find(|(_, next)| makes_key(&next.operation, table, columns)).map(|(place, _)| place + 1)
    }

    /// Drops the foreign keys of tables that this plan drops later and that refer to a table dropped now.
    pub(super) fn drop_foreign_keys_to(&mut self, table: &TableName) -> Result<(), PlanError> {
        self.drop_foreign_keys_of_dropped(|key| is_same(&key.referred_table, table))
    }

    /// Drops the foreign keys of such tables that need an index which is dropped now.
    pub(super) fn drop_foreign_keys_by(&mut self, table: &TableName, index: &Ident) -> Result<(), PlanError> {
        let owner = self.schema.table(table);
        let Some(columns) = owner.and_then(|owner| owner.indexes.get(index)?.key()) else { return Ok(()) };
        let columns: BTreeSet<Ident> = columns.into_iter().cloned().collect();
        self.drop_foreign_keys_of_dropped(|key| {
            is_same(&key.referred_table, table)
                && key.referred_columns.iter().collect::<BTreeSet<_>>() == columns.iter().collect()
        })
    }

    fn drop_foreign_keys_of_dropped(
        &mut self,
        is_in_the_way: impl Fn(&ForeignKey) -> bool,
    ) -> Result<(), PlanError> {
        let dropped = self.next.iter().filter_map(|next| {
            let Operation::Drop { id: ObjectId::Table(table), .. } = &next.operation else { return None };
            Some(table.clone())
        });
        for child in dropped.collect::<Vec<_>>() {
            names::name_all(self.schema, &child);
            let keys = self.schema.table(&child).into_iter().flat_map(Table::foreign_keys);
            let names = keys.filter(|key| is_in_the_way(key)).filter_map(|key| key.name.clone());
            for name in names.collect::<Vec<_>>() {
                let constraint = ConstraintRef::Named(name);
                let drop = Operation::drop(ObjectId::constraint(child.clone(), constraint.clone()));
                self.drop_constraint(&child, &constraint, &drop)?;
            }
        }
        Ok(())
    }
}

/// Tells whether an operation makes a table of this name, or may give another one the name.
fn makes_table(operation: &Operation, table: &TableName) -> bool {
    if let Operation::Create { object: Object::Table(made), .. } = operation {
        return is_same(&made.name, table);
    }
    let Operation::Rename { id, to } = operation else { return false };
    if let ObjectId::Namespace(_) = id {
        return table.schema.as_ref() == Some(to);
    }
    matches!(id, ObjectId::Table(old) if is_same(&old.sibling(to.clone()), table))
}

/// Tells whether an operation gives a table that is there a key of these columns.
fn makes_key(operation: &Operation, table: &TableName, columns: &BTreeSet<&Ident>) -> bool {
    let Operation::Create { object, .. } = operation else { return false };
    let key = if let Object::Constraint { table: _, constraint } = object {
        constraint.key()
    } else if let Object::Index { table: _, index } = object {
        index.key()
    } else {
        None
    };
    object.table().is_some_and(|of| is_same(of, table)) && key.is_some_and(|key| key == *columns)
}
