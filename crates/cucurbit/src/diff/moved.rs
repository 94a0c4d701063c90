//! Names of indexes and keys that go from one table to another: a name is given once in a schema, so it is freed
//! before it is taken.

use std::collections::BTreeSet;

use crate::{
    dialect::is_written_as,
    operation::{Concurrency, Operation, drop_exclusion},
    schema::{Exclusion, Ident, ObjectName, PrimaryKey, Table, TableName, Unique},
};

use super::{
    constraint, sequence,
    table::{Pairs, View},
};

/// The names that are taken afterwards, each with its schema.
#[derive(Debug)]
pub(super) struct Names<'c> {
    taken: BTreeSet<(Option<&'c Ident>, &'c Ident)>,
    /// The sequences that columns shall own.
    sequences: BTreeSet<ObjectName>,
}

impl<'c> Names<'c> {
    /// Collects the names that the tables shall have.
    pub(super) fn after(pairs: &Pairs<'c>) -> Self {
        let views = pairs.created.iter().copied().chain(pairs.common.iter().map(|pair| pair.to));
        let of = |view: View<'c>| {
            let schema = view.form.name.schema.as_ref();
            names(view.form).into_iter().map(move |name| (schema, name))
        };
        let sequences = views.clone().flat_map(|view| sequence::owned_in(view.form)).collect();
        Self { taken: views.flat_map(of).collect(), sequences }
    }

    fn is_taken(&self, table: &TableName, name: &Ident) -> bool {
        self.taken.contains(&(table.schema.as_ref(), name))
    }

    /// Tells whether a table that goes holds a name that is taken, so that it must go first.
    pub(super) fn must_go_first(&self, view: View<'_>) -> bool {
        names(view.form).into_iter().any(|name| self.is_taken(&view.form.name, name))
            || sequence::owned_in(view.form).any(|name| self.sequences.contains(&name))
    }

    /// Drops, in the tables that stay, what loses its name to another table.
    pub(super) fn freed(&self, pairs: &Pairs<'_>) -> Vec<Operation> {
        let mut operations = Vec::new();
        for pair in pairs.common.iter().filter(|pair| !pair.is_same) {
            let (from, kept) = (pair.from.form, names(pair.to.form));
            let table = || pair.from.written.name.clone();
            let leaves = |name: &Ident| !kept.contains(&name) && self.is_taken(&from.name, name);
            for (name, index) in from.indexes.iter().filter(|(name, _)| leaves(name)) {
                let name = pair.from.written_index(name).unwrap_or(index).name.clone();
                let concurrency = Concurrency::default();
                operations.push(Operation::DropIndex { table: table(), name, concurrency });
            }
            for exclusion in from.exclusions.iter().filter(|one| leaves(&one.index.name)) {
                let is_written = |one: &&Exclusion| is_written_as(&exclusion.index.name, &one.index.name);
                let written = pair.from.written.exclusions.iter().find(is_written).unwrap_or(exclusion);
                operations.push(drop_exclusion(&table(), written));
            }
            for (name, constraint) in constraint::dropped_keys(*pair) {
                if leaves(name) {
                    operations.push(Operation::DropConstraint { table: table(), constraint });
                }
            }
        }
        operations
    }
}

/// Lists the names of a table's indexes and of the keys that an index carries.
fn names(table: &Table) -> Vec<&Ident> {
    let uniques = table.uniques.iter().filter_map(|Unique { name, .. }| name.as_ref());
    let primary_key = table.primary_key.iter().filter_map(|PrimaryKey { name, .. }| name.as_ref());
    let exclusions = table.exclusions.iter().map(|Exclusion { index, .. }| &index.name);
    table.indexes.keys().chain(uniques).chain(primary_key).chain(exclusions).collect()
}
