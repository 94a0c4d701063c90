//! Names that go from one thing to another, of tables, indexes, keys, enum types and sequences: a name is given once in a
//! schema, so it is freed before it is taken.

use std::collections::BTreeSet;

use crate::{
    dialect::{Canonical, is_written_as},
    operation::{Operation, drop_exclusion},
    schema::{Constraint, Exclusion, Ident, ObjectId, ObjectName, Table, TableName},
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
    /// Collects the names that tables, enum types and sequences shall have.
    pub(super) fn after(pairs: &Pairs<'c>, to: &'c Canonical) -> Self {
        let views = pairs.created.iter().copied().chain(pairs.common.iter().map(|pair| pair.to));
        let of = |view: View<'c>| {
            let schema = view.form.name.schema.as_ref();
            names(view.form).into_iter().map(move |name| (schema, name))
        };
        let sequences = views.clone().flat_map(|view| sequence::owned_in(view.form)).collect();
        let to = to.form();
        let others = to.enums.keys().chain(to.sequences.keys());
        let others = others.map(|name| (name.schema.as_ref(), &name.name));
        Self { taken: views.flat_map(of).chain(others).collect(), sequences }
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
                operations.push(Operation::drop(ObjectId::index(table(), name)));
            }
            for exclusion in from.exclusions().filter(|one| leaves(&one.index.name)) {
                let is_written = |one: &&Exclusion| is_written_as(&exclusion.index.name, &one.index.name);
                let written = pair.from.written.exclusions().find(is_written).unwrap_or(exclusion);
                operations.push(drop_exclusion(&table(), written));
            }
            for (name, constraint) in constraint::dropped_keys(*pair) {
                if leaves(name) {
                    operations.push(Operation::drop(ObjectId::constraint(table(), constraint)));
                }
            }
        }
        operations
    }
}

/// The new tables that take, or whose indexes and keys take, the name of an enum type or a sequence that goes: they are
/// made when nothing is left that uses it.
pub(super) fn take_names_of_what_goes<'c>(
    pairs: &Pairs<'c>,
    from: &Canonical,
    to: &Canonical,
) -> BTreeSet<&'c TableName> {
    let (from, to) = (from.form(), to.form());
    let enums = from.enums.keys().filter(|name| !to.enums.contains_key(*name));
    let sequences = from.sequences.keys().filter(|name| !to.sequences.contains_key(*name));
    let gone: BTreeSet<_> = enums.chain(sequences).map(|name| (name.schema.as_ref(), &name.name)).collect();
    let takes = |view: &&View<'c>| {
        let schema = view.form.name.schema.as_ref();
        names(view.form).into_iter().any(|name| gone.contains(&(schema, name)))
    };
    pairs.created.iter().filter(takes).map(|view| &view.form.name).collect()
}

/// Lists the names of a table, its indexes and the keys that an index carries.
fn names(table: &Table) -> Vec<&Ident> {
    let carried = table.constraints.iter().filter_map(Constraint::index_name);
    std::iter::once(&table.name.name).chain(table.indexes.keys()).chain(carried).collect()
}
