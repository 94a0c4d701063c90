//! Tables: which are new, which are gone, and what changed in those that stay.

use crate::{
    dialect::Canonical,
    operation::{Consent, Operation},
    schema::{Table, TableName},
};

use super::{Filter, column, constraint, expression::Comparison, index, order};

/// One side of a pair: the canonical form to compare and the written one to emit.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'c> {
    pub(super) form: &'c Table,
    pub(super) written: &'c Table,
}

/// A table on both sides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'c> {
    pub(super) from: View<'c>,
    pub(super) to: View<'c>,
}

impl<'c> Pair<'c> {
    pub(super) fn name(&self) -> &'c TableName {
        &self.to.form.name
    }
}

/// All tables, paired by name, each list sorted by name.
#[derive(Debug)]
pub(super) struct Pairs<'c> {
    pub(super) created: Vec<View<'c>>,
    pub(super) common: Vec<Pair<'c>>,
    pub(super) dropped: Vec<View<'c>>,
}

pub(super) fn pair<'c>(from: &'c Canonical, to: &'c Canonical, filter: &Filter) -> Pairs<'c> {
    let mut pairs = Pairs { created: Vec::new(), common: Vec::new(), dropped: Vec::new() };
    for view in views(to, filter) {
        match view_of(from, &view.form.name) {
            Some(from) => pairs.common.push(Pair { from, to: view }),
            None => pairs.created.push(view),
        }
    }
    pairs.dropped = views(from, filter).filter(|view| view_of(to, &view.form.name).is_none()).collect();
    pairs
}

fn views<'c>(side: &'c Canonical, filter: &Filter) -> impl Iterator<Item = View<'c>> {
    let names = side.form().tables.keys().filter(|name| filter.includes(name));
    names.filter_map(|name| view_of(side, name)).collect::<Vec<_>>().into_iter()
}

fn view_of<'c>(side: &'c Canonical, name: &TableName) -> Option<View<'c>> {
    Some(View { form: side.form().table(name)?, written: side.as_written().table(name)? })
}

/// Creates the new tables, each after those it refers to, with its indexes.
///
/// A foreign key to a key that is not there yet is left to `order::late_foreign_keys`.
pub(super) fn created(pairs: &Pairs<'_>) -> Vec<Operation> {
    let mut operations = Vec::new();
    for view in order::sorted(&pairs.created, |view| view.form) {
        let mut table = view.written.clone();
        table.foreign_keys.retain(|foreign_key| !order::is_late(pairs, foreign_key));
        let indexes = std::mem::take(&mut table.indexes);
        let name = table.name.clone();
        operations.push(Operation::CreateTable(table));
        for index in indexes.into_values() {
            operations.push(Operation::CreateIndex { table: name.clone(), index });
        }
    }
    operations
}

/// Drops the tables that are gone, each before those it refers to.
pub(super) fn dropped(pairs: &Pairs<'_>) -> Vec<Operation> {
    let mut sorted = order::sorted(&pairs.dropped, |view| view.form);
    sorted.reverse();
    let drop =
        |view: View<'_>| Operation::DropTable { table: view.written.name.clone(), consent: Consent::GIVEN };
    sorted.into_iter().map(drop).collect()
}

/// Compares what a table holds. Its operations stand together, so that SQLite rebuilds it once.
///
/// `done` holds the operations emitted so far; what was dropped early is not dropped again.
pub(super) fn altered(pair: Pair<'_>, comparison: &mut Comparison<'_>, done: &[Operation]) -> Vec<Operation> {
    let indexes = index::compare(pair, comparison);
    let constraints = constraint::compare(pair, comparison);
    let columns = column::compare(pair, comparison);

    let mut operations = Vec::new();
    let dropped = indexes.dropped.into_iter().chain(constraints.dropped);
    operations.extend(dropped.filter(|operation| !done.contains(operation)));
    operations.extend(columns.dropped);
    operations.extend(columns.added);
    operations.extend(columns.altered);
    operations.extend(constraints.added);
    operations.extend(indexes.created);
    if pair.from.form.comment != pair.to.form.comment {
        let comment = pair.to.written.comment.clone();
        operations.push(Operation::SetTableComment { table: pair.to.written.name.clone(), comment });
    }
    operations
}
