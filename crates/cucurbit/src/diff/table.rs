//! Tables: which are new, which are gone, and what changed in those that stay.

use crate::{
    dialect::BothTable,
    operation::{Change, Operation, TableChange, create_exclusion},
    schema::{Constraint, ForeignKey, Object, ObjectId, TableOption},
};

use super::{
    column, constraint,
    expression::Comparison,
    index,
    moved::Names,
    order,
    pair::{Pair, Pairs, create_constraint, foreign_key},
};

/// Creates a table, with its indexes. Of its foreign keys those that `waits` for something come later.
pub(super) fn created(view: BothTable<'_>, waits: impl Fn(&ForeignKey) -> bool) -> Made {
    let mut table = view.written.clone();
    let indexes = std::mem::take(&mut table.indexes);
    let exclusions = table.constraints.take_exclusions();
    let name = table.name.clone();
    let late = view.constraints().filter(|one| foreign_key(one.form).is_some_and(&waits));
    let late: Vec<&Constraint> = late.map(|constraint| constraint.written).collect();
    table.constraints.retain(|constraint| !late.contains(&constraint));
    let mut operations = vec![Operation::create(table)];
    let create_index = |index| Operation::create(Object::index(name.clone(), index));
    operations.extend(indexes.into_values().map(create_index));
    operations.extend(exclusions.iter().map(|exclusion| create_exclusion(&name, exclusion)));
    let late = late.into_iter().map(|constraint| create_constraint(&name, constraint)).collect();
    Made { operations, late }
}

/// What creates or alters a table: at once, and foreign keys after everything else.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) operations: Vec<Operation>,
    pub(super) late: Vec<Operation>,
}

/// Drops the tables that are gone, each before those it refers to: first those whose names others take, and at the
/// end those from which rows may still be moved by hand.
pub(super) fn dropped(pairs: &Pairs<'_>, names: &Names<'_>) -> (Vec<Operation>, Vec<Operation>) {
    let mut sorted = order::sorted(&pairs.dropped, |view| view.form);
    sorted.reverse();
    let (first, last): (Vec<_>, Vec<_>) = sorted.into_iter().partition(|view| names.must_go_first(*view));
    let drop = |view: BothTable<'_>| Operation::drop_with_data(ObjectId::Table(view.written.name.clone()));
    (first.into_iter().map(drop).collect(), last.into_iter().map(drop).collect())
}

/// Compares what a table holds. Its operations stand together, so that SQLite rebuilds it once.
///
/// `done` holds the operations emitted so far; what was dropped early is not dropped again. Foreign keys that
/// `waits` for something come later.
pub(super) fn altered(
    pair: &Pair<'_>,
    comparison: &mut Comparison<'_>,
    done: &[Operation],
    waits: impl Fn(&ForeignKey) -> bool,
) -> Made {
    if pair.is_same {
        return Made { operations: Vec::new(), late: Vec::new() };
    }
    let indexes = index::compare(pair);
    let constraints = constraint::compare(pair, waits);
    let columns = column::compare(pair, comparison);

    let (from, to) = (&pair.from.form.options, &pair.to.form.options);
    let set = |option, is_set| {
        let change = TableChange::SetOption { option, is_set };
        Operation::Alter(Change::Table { table: pair.to.written.name.clone(), change })
    };
    // AUTOINCREMENT is a word at the primary key: it goes before that and comes after it.
    let numbered = TableOption::Autoincrement;
    let is_other_key = pair.is_other_primary_key();
    let is_lost = from.has(numbered) && (!to.has(numbered) || is_other_key);
    let is_gained = to.has(numbered) && (!from.has(numbered) || is_other_key);

    let mut operations = Vec::new();
    operations.extend(is_lost.then(|| set(numbered, false)));
    let dropped = indexes.dropped.into_iter().chain(constraints.dropped);
    operations.extend(dropped.filter(|operation| !done.contains(operation)));
    let others = TableOption::ALL.into_iter().filter(|option| *option != numbered);
    let others = others.filter(|option| from.has(*option) != to.has(*option));
    operations.extend(others.map(|option| set(option, to.has(option))));
    operations.extend(columns);
    let is_dropped = |id: &ObjectId| done.contains(&Operation::drop(id.clone()));
    let altered = constraints.altered.into_iter().filter(|(id, _)| !is_dropped(id));
    operations.extend(altered.map(|(_, change)| change));
    operations.extend(constraints.added);
    operations.extend(is_gained.then(|| set(numbered, true)));
    operations.extend(indexes.created);
    operations.extend(indexes.commented.into_iter().chain(constraints.commented));
    if pair.from.form.comment != pair.to.form.comment {
        let id = ObjectId::Table(pair.to.written.name.clone());
        operations.push(Operation::Comment { id, text: pair.to.written.comment.clone() });
    }
    Made { operations, late: constraints.late }
}
