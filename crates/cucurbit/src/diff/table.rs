//! Tables: which are new, which are gone, and what changed in those that stay.

use crate::{
    dialect::{Canonical, written_column, written_index},
    operation::{Change, Operation, TableChange, create_exclusion},
    schema::{
        Column, Constraint, ConstraintRef, ForeignKey, Ident, Index, Object, ObjectId, Table, TableName,
        TableOption, Unique,
    },
};

use super::{Filter, column, constraint, expression::Comparison, index, moved::Names, order};

/// One side of a pair: the canonical form to compare and the written one to emit.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'c> {
    pub(super) form: &'c Table,
    pub(super) written: &'c Table,
}

impl<'c> View<'c> {
    /// Finds a column as it was written by its name in the form.
    pub(super) fn written_column(&self, name: &Ident) -> Option<&'c Column> {
        written_column(self.written, name)
    }

    /// Finds an index as it was written by its name in the form.
    pub(super) fn written_index(&self, name: &Ident) -> Option<&'c Index> {
        written_index(self.written, name)
    }

    /// Returns how a foreign key is referred to by its form, as it was written.
    pub(super) fn foreign_key_reference(&self, form: &'c ForeignKey) -> ConstraintRef {
        let written = constraint::written(form, self.written.foreign_keys());
        self.written.foreign_key_reference(written)
    }

    /// Returns how a unique constraint is referred to by its form, as it was written.
    pub(super) fn unique_reference(&self, form: &'c Unique) -> ConstraintRef {
        constraint::written(form, self.written.uniques()).reference()
    }
}

/// A table on both sides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'c> {
    pub(super) from: View<'c>,
    pub(super) to: View<'c>,
    /// Whether both sides have one form, as most tables of most comparisons have.
    pub(super) is_same: bool,
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
            Some(from) => {
                let is_same = from.form == view.form && !leaves_type(from.written, view.written, to);
                pairs.common.push(Pair { from, to: view, is_same });
            }
            None => pairs.created.push(view),
        }
    }
    pairs.dropped = views(from, filter).filter(|view| view_of(to, &view.form.name).is_none()).collect();
    pairs
}

/// Tells whether a column is of an enum type that goes. Where the database keeps none, the form does not say so.
fn leaves_type(from: &Table, to: &Table, side: &Canonical) -> bool {
    let enums = &side.as_written().enums;
    let stays = |column: &Column| column.ty.base.enum_name().is_none_or(|name| enums.contains_key(name));
    from.columns.iter().any(|column| !stays(column) && to.column(&column.name).is_some())
}

fn views<'c>(side: &'c Canonical, filter: &Filter) -> impl Iterator<Item = View<'c>> {
    let views = side.form().tables.keys().filter_map(|name| view_of(side, name));
    let is_included =
        |view: &View<'_>| filter.includes(&view.form.name) && filter.includes(&view.written.name);
    views.filter(is_included).collect::<Vec<_>>().into_iter()
}

fn view_of<'c>(side: &'c Canonical, name: &TableName) -> Option<View<'c>> {
    Some(View { form: side.form().table(name)?, written: side.written(name)? })
}

/// Creates a table, with its indexes. Of its foreign keys those that `waits` for something come later.
pub(super) fn created(view: View<'_>, waits: impl Fn(&ForeignKey) -> bool) -> Made {
    let mut table = view.written.clone();
    let indexes = std::mem::take(&mut table.indexes);
    let exclusions = table.constraints.take_exclusions();
    let name = table.name.clone();
    let late: Vec<&ForeignKey> = view.form.foreign_keys().filter(|key| waits(key)).collect();
    let late: Vec<ForeignKey> =
        late.into_iter().map(|key| constraint::written(key, view.written.foreign_keys()).clone()).collect();
    table.constraints.retain(|one| !matches!(one, Constraint::ForeignKey(key) if late.contains(key)));
    let mut operations = vec![Operation::create(table)];
    let create_index = |index| Operation::create(Object::index(name.clone(), index));
    operations.extend(indexes.into_values().map(create_index));
    operations.extend(exclusions.iter().map(|exclusion| create_exclusion(&name, exclusion)));
    let add = |foreign_key: ForeignKey| Operation::create(Object::constraint(name.clone(), foreign_key));
    Made { operations, late: late.into_iter().map(add).collect() }
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
    let drop = |view: View<'_>| Operation::drop_with_data(ObjectId::Table(view.written.name.clone()));
    (first.into_iter().map(drop).collect(), last.into_iter().map(drop).collect())
}

/// Compares what a table holds. Its operations stand together, so that SQLite rebuilds it once.
///
/// `done` holds the operations emitted so far; what was dropped early is not dropped again. Foreign keys that
/// `waits` for something come later.
pub(super) fn altered(
    pair: Pair<'_>,
    comparison: &mut Comparison<'_>,
    done: &[Operation],
    waits: impl Fn(&ForeignKey) -> bool,
) -> Made {
    if pair.is_same {
        return Made { operations: Vec::new(), late: Vec::new() };
    }
    let indexes = index::compare(pair, comparison);
    let exclusions = index::exclusions(pair, comparison);
    let constraints = constraint::compare(pair, comparison, waits);
    let columns = column::compare(pair, comparison);

    let (from, to) = (&pair.from.form.options, &pair.to.form.options);
    let set = |option, is_set| {
        let change = TableChange::SetOption { option, is_set };
        Operation::Alter(Change::Table { table: pair.to.written.name.clone(), change })
    };
    // AUTOINCREMENT is a word at the primary key: it goes before that and comes after it.
    let numbered = TableOption::Autoincrement;
    let is_other_key = constraint::is_other_primary_key(pair);
    let is_lost = from.has(numbered) && (!to.has(numbered) || is_other_key);
    let is_gained = to.has(numbered) && (!from.has(numbered) || is_other_key);

    let mut operations = Vec::new();
    operations.extend(is_lost.then(|| set(numbered, false)));
    let dropped = indexes.dropped.into_iter().chain(exclusions.dropped).chain(constraints.dropped);
    operations.extend(dropped.filter(|operation| !done.contains(operation)));
    let others = TableOption::ALL.into_iter().filter(|option| *option != numbered);
    let others = others.filter(|option| from.has(*option) != to.has(*option));
    operations.extend(others.map(|option| set(option, to.has(option))));
    operations.extend(columns);
    let is_dropped = |id: &ObjectId| done.contains(&Operation::drop(id.clone()));
    let altered = constraints.altered.into_iter().filter(|(id, _)| !is_dropped(id));
    operations.extend(altered.map(|(_, change)| change));
    operations.extend(constraints.added);
    operations.extend(exclusions.created);
    operations.extend(is_gained.then(|| set(numbered, true)));
    operations.extend(indexes.created);
    operations.extend(indexes.commented.into_iter().chain(exclusions.commented));
    if pair.from.form.comment != pair.to.form.comment {
        let id = ObjectId::Table(pair.to.written.name.clone());
        operations.push(Operation::Comment { id, text: pair.to.written.comment.clone() });
    }
    Made { operations, late: constraints.late }
}
