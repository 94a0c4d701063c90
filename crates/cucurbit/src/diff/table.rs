//! Tables: which are new, which are gone, and what changed in those that stay.

use crate::{
    dialect::BothTable,
    operation::{Change, Operation, TableChange, create_constraint},
    schema::{Object, ObjectId, TableOption},
};

use super::{
    column, constraint,
    expression::Comparison,
    index,
    order::Changes,
    pair::Pair,
    place::{Phase, Step},
    reason::{self, Reasons, Thing},
};

/// Creates a table, with its indexes. What it refers to may come later: the plan of a database that needs it there adds the
/// foreign key afterwards.
pub(super) fn created<'c>(view: BothTable<'c>, changes: &mut Changes<'c>) {
    let form_name = &view.form.name;
    let mut table = view.written.clone();
    let indexes = std::mem::take(&mut table.indexes);
    let exclusions = table.constraints.take_exclusions();
    let name = table.name.clone();
    let referred = view.form.foreign_keys().flat_map(|key| reason::of_foreign_key(form_name, key));
    let referred = referred.filter(|thing| !matches!(thing, Thing::Table(_)));
    let reasons = Reasons::default()
        .gives([Thing::Table(form_name)])
        .gives(reason::names(view.form))
        .needs(referred)
        .needs(view.written.columns.iter().flat_map(reason::of_column));
    changes.add_of(form_name, (Phase::Created, Step::CreateTable), Operation::create(table), reasons);
    let create_index = |index| Operation::create(Object::index(name.clone(), index));
    let indexes = indexes.into_values().map(create_index);
    let exclusions = exclusions.iter().map(|one| create_constraint(&name, one));
    for operation in indexes.chain(exclusions) {
        let reasons = Reasons::default().needs([Thing::Table(form_name)]);
        changes.add_of(form_name, (Phase::Created, Step::CreateIndex), operation, reasons);
    }
}

/// Drops a table that is gone.
pub(super) fn dropped<'c>(view: BothTable<'c>, changes: &mut Changes<'c>) {
    let reasons = Reasons::default()
        .takes([Thing::Table(&view.form.name)])
        .takes(reason::names(view.form))
        .leaves(view.written.columns.iter().flat_map(reason::of_column));
    let drop = Operation::drop_with_data(ObjectId::Table(view.written.name.clone()));
    changes.add_of(&view.form.name, (Phase::Dropped, Step::DropTable), drop, reasons);
}

/// Compares what a table holds, except for the constraints that stay.
pub(super) fn altered<'c>(pair: &Pair<'c>, comparison: &mut Comparison<'_>, changes: &mut Changes<'c>) {
    if pair.is_same {
        return;
    }
    index::compare(pair, changes);
    constraint::compare(pair, changes);
    column::compare(pair, comparison, changes);
    set_options(pair, changes);
}

fn set_options<'c>(pair: &Pair<'c>, changes: &mut Changes<'c>) {
    let (from, to) = (&pair.from.form.options, &pair.to.form.options);
    let mut set = |step, option, is_set| {
        let change = TableChange::SetOption { option, is_set };
        let set = Operation::Alter(Change::Table { table: pair.to.written.name.clone(), change });
        let is_logging = option == TableOption::Unlogged;
        let reasons = Reasons::default().replaces(is_logging.then(|| Thing::Logged(pair.name())));
        changes.add_of(pair.name(), (Phase::Altered, step), set, reasons);
    };
    // AUTOINCREMENT is a word at the primary key: it goes before that and comes after it.
    let numbered = TableOption::Autoincrement;
    let is_other_key = pair.is_other_primary_key();
    if from.has(numbered) && (!to.has(numbered) || is_other_key) {
        set(Step::DropAutoincrement, numbered, false);
    }
    if to.has(numbered) && (!from.has(numbered) || is_other_key) {
        set(Step::SetAutoincrement, numbered, true);
    }
    for option in TableOption::ALL.into_iter().filter(|option| *option != numbered) {
        if from.has(option) != to.has(option) {
            set(Step::SetOption, option, to.has(option));
        }
    }
}

/// Comments a table that stays.
pub(super) fn commented<'c>(pair: &Pair<'c>, changes: &mut Changes<'c>) {
    if pair.from.form.comment != pair.to.form.comment {
        let id = ObjectId::Table(pair.to.written.name.clone());
        let comment = Operation::Comment { id, text: pair.to.written.comment.clone() };
        changes.add_of(pair.name(), (Phase::Altered, Step::Comment), comment, Reasons::default());
    }
}
