//! Names that go from one thing to another, of tables, indexes, keys, enum types and sequences: a name is given once in a
//! schema, so it is freed before it is taken.

use std::collections::BTreeSet;

use crate::{
    dialect::{BothTable, Canonical},
    operation::Operation,
    schema::{Constraint, Ident, ObjectName, Table, TableName},
};

use super::{
    constraint::{drop_rank, in_order},
    pair::Pairs,
    sequence,
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
        let of = |view: BothTable<'c>| {
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
    pub(super) fn must_go_first(&self, view: BothTable<'_>) -> bool {
        names(view.form).into_iter().any(|name| self.is_taken(&view.form.name, name))
            || sequence::owned_in(view.form).any(|name| self.sequences.contains(&name))
    }

    /// Drops, in the tables that stay, what loses its name to another table.
    pub(super) fn freed(&self, pairs: &Pairs<'_>) -> Vec<Operation> {
        let mut operations = Vec::new();
        for pair in &pairs.common {
            let kept = names(pair.to.form);
            let leaves = |name: &Ident| !kept.contains(&name) && self.is_taken(pair.name(), name);
            let indexes = pair.indexes.gone.iter().filter(|index| leaves(&index.form.name));
            operations.extend(indexes.map(|index| pair.drop_index(*index)));
            let constraints = in_order(&pair.constraints.gone, drop_rank);
            let constraints = constraints.filter(|one| one.form.index_name().is_some_and(leaves));
            operations.extend(constraints.map(|constraint| pair.drop_constraint(constraint)));
        }
        operations
    }
}

/// The new tables that take, or whose indexes and keys take, the name of an enum type or a sequence that goes: they are
/// made when nothing is left that uses it.
pub(super) fn take_names_of_what_goes<'c>(pairs: &Pairs<'c>) -> BTreeSet<&'c TableName> {
    let enums = pairs.enums.gone.iter().map(|ty| &ty.form.name);
    let gone = enums.chain(pairs.sequences.gone.iter().map(|sequence| &sequence.form.name));
    let gone: BTreeSet<_> = gone.map(|name| (name.schema.as_ref(), &name.name)).collect();
    let takes = |table: &&BothTable<'c>| {
        let schema = table.form.name.schema.as_ref();
        names(table.form).into_iter().any(|name| gone.contains(&(schema, name)))
    };
    pairs.created.iter().filter(takes).map(|table| &table.form.name).collect()
}

/// Lists the names of a table, its indexes and the keys that an index carries.
fn names(table: &Table) -> Vec<&Ident> {
    let carried = table.constraints.iter().filter_map(Constraint::index_name);
    std::iter::once(&table.name.name).chain(table.indexes.keys()).chain(carried).collect()
}
