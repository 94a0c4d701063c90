//! Columns: compares type, NULL, default, collation and comment of those on both sides.

use std::borrow::Cow;

use crate::{
    dialect::{Both, Subject, names_column},
    operation::{ColumnChange, Operation},
    schema::{Column, Expression, Object, ObjectId, ServerDefault, TableName},
};

use super::{
    expression::Comparison,
    order::Changes,
    pair::Pair,
    place::{Phase, Step},
    reason::{self, Reasons, Thing},
    sequence,
};

pub(super) fn compare<'c>(pair: &Pair<'c>, comparison: &mut Comparison<'_>, changes: &mut Changes<'c>) {
    let table = &pair.to.written.name;
    // A computed column stands after the computed columns that it uses.
    for gone in pair.columns.gone.iter().rev().filter(|gone| is_computed(gone.form)) {
        changes.add_of(
            pair.name(),
            (Phase::Altered, Step::DropComputed),
            drop(table, gone),
            Reasons::default(),
        );
    }
    for gone in pair.columns.gone.iter().filter(|gone| !is_computed(gone.form)) {
        let taken = Thing::Column(pair.name(), &gone.form.name);
        let reasons = Reasons::default().takes([taken]).leaves(reason::of_column(gone.written));
        changes.add_of(pair.name(), (Phase::Altered, Step::DropColumn), drop(table, gone), reasons);
    }
    for new in &pair.columns.new {
        let step = if is_computed(new.form) { Step::CreateComputed } else { Step::CreateColumn };
        let create = Operation::create(Object::column(table.clone(), new.written.clone()));
        let reasons = Reasons::default().needs(reason::of_column(new.written));
        changes.add_of(pair.name(), (Phase::Altered, step), create, reasons);
    }
    for (from, to) in &pair.columns.same {
        let was = without_key(pair, from);
        let found = found(pair.name(), Both { form: &was, written: from.written }, *to, comparison);
        if !found.is_empty() {
            alter(pair, [*from, *to], found, changes);
        }
    }
}

fn drop(table: &TableName, column: &Both<'_, Column>) -> Operation {
    Operation::drop_with_data(ObjectId::column(table.clone(), column.written.name.clone()))
}

/// Adds the changes of one column.
fn alter<'c>(
    pair: &Pair<'c>,
    [from, to]: [Both<'c, Column>; 2],
    mut found: Vec<ColumnChange>,
    changes: &mut Changes<'c>,
) {
    let alter = |found| Operation::alter_column(pair.to.written.name.clone(), to.written.name.clone(), found);
    let retyped =
        (!reason::is_comparable(from.form, to.form)).then(|| Thing::Type(pair.name(), &to.form.name));
    let reasons = Reasons::default()
        .replaces(retyped)
        .needs(reason::of_column(to.written))
        .leaves(reason::of_column(from.written));
    let mut add = |step, operation, reasons| {
        changes.add_of(pair.name(), (Phase::Altered, step), operation, reasons);
    };
    let is_default = |change: &ColumnChange| matches!(change, ColumnChange::SetDefault(_));
    let computed = from.form.default.as_ref().filter(|_| found.iter().any(is_default));
    let Some(ServerDefault::Computed { expression: was, stored: _ }) = computed else {
        return add(Step::AlterColumn, alter(found), reasons);
    };
    // What it was computed from may go afterwards.
    let named = pair.columns.gone.iter().filter(|gone| names_column(was, &gone.form.name));
    let named: Vec<Thing<'c>> = named.map(|gone| Thing::Column(pair.name(), &gone.form.name)).collect();
    match &to.written.default {
        Some(ServerDefault::Computed { expression, .. }) if names_a_retyped_column(pair, expression) => {
            // The new expression is invalid under the old types, and the old one under the new types.
            let plain = alter(vec![ColumnChange::SetDefault(None)]);
            add(Step::AlterComputed, plain, Reasons::default().leaves(named));
            found.push(ColumnChange::LosesData);
            add(Step::ComputeAgain, alter(found), reasons);
        }
        Some(_) | None => add(Step::AlterComputed, alter(found), reasons.leaves(named)),
    }
}

/// Tells whether an expression names a column that gets another type.
fn names_a_retyped_column(pair: &Pair<'_>, expression: &Expression) -> bool {
    let is_retyped = |from: &Column, to: &Column| !is_computed(from) && from.ty != to.ty;
    let mut retyped = pair.columns.same.iter().filter(|(from, to)| is_retyped(from.form, to.form));
    retyped.any(|(_, column)| names_column(expression, &column.form.name))
}

fn is_computed(column: &Column) -> bool {
    matches!(column.default, Some(ServerDefault::Computed { .. }))
}

/// Returns a column without what only its primary key or its STRICT table gave it, where these are dropped.
///
/// On SQLite a key refuses NULL for a column that is not NOT NULL itself, and makes one type of all integers.
fn without_key<'c>(pair: &Pair<'_>, from: &Both<'c, Column>) -> Cow<'c, Column> {
    let Both { form, written } = *from;
    let ty = || written.ty.clone();
    if pair.from.form.is_in_primary_key(&form.name) && pair.is_other_primary_key() {
        Cow::Owned(Column { nullable: written.nullable, ty: ty(), ..form.clone() })
    } else if pair.from.form.options.is_strict && !pair.to.form.options.is_strict {
        // A STRICT table has few types.
        Cow::Owned(Column { ty: ty(), ..form.clone() })
    } else {
        Cow::Borrowed(form)
    }
}

/// Compares the forms of two columns of one name; the changes hold what was written.
fn found(
    table: &TableName,
    from: Both<'_, Column>,
    to: Both<'_, Column>,
    comparison: &mut Comparison<'_>,
) -> Vec<ColumnChange> {
    let (Both { form: from, written: was }, Both { form: to, written }) = (from, to);
    let Column { name: _, ty, nullable, on_conflict, default, collation, comment } = to;
    let mut changes = Vec::new();
    if from.collation != *collation {
        changes.push(ColumnChange::SetCollation(written.collation.clone()));
    }
    if is_other_default(table, from, default.as_ref(), comparison) {
        let mut default = written.default.clone();
        if comparison.takes_any_sequence {
            sequence::keep_name(from.default.as_ref(), default.as_mut());
        }
        changes.push(ColumnChange::SetDefault(default));
        if is_computed(to) && !is_computed(from) {
            changes.push(ColumnChange::LosesData);
        }
    }
    match (from.nullable, *nullable) {
        (true, false) => changes.push(ColumnChange::SetNotNull { backfill: None }),
        (false, true) => changes.push(ColumnChange::SetNullable),
        (true, true) | (false, false) => {}
    }
    if from.on_conflict != *on_conflict && !nullable {
        changes.push(ColumnChange::SetOnConflict(*on_conflict));
    }
    if from.comment != *comment {
        changes.push(ColumnChange::SetComment(written.comment.clone()));
    }
    // Where the database keeps no enum types, one is known from the scripts: the column leaves it with a change of type, and
    // the other changes fit the new type.
    let left = was.ty.base.enum_name().filter(|name| written.ty.base.enum_name() != Some(name));
    if from.ty != *ty || left.is_some_and(|name| comparison.goes(name) || !changes.is_empty()) {
        let has_default = changes.iter().any(|change| matches!(change, ColumnChange::SetDefault(_)));
        if !has_default && is_other_constant(was, written) {
            changes.push(ColumnChange::SetDefault(written.default.clone()));
        }
        changes.insert(0, ColumnChange::SetType { ty: written.ty.clone(), using: None });
    }
    changes
}

/// Tells whether two columns spell one default differently, so that each spelling is right for its own type only:
/// `00000000-…` of a UUID is 16 bytes where UUIDs are kept as bytes, and 36 as bytes themselves.
fn is_other_constant(was: &Column, is: &Column) -> bool {
    match (&was.default, &is.default) {
        (Some(ServerDefault::Literal(was)), Some(ServerDefault::Literal(is))) => was != is,
        (_, _) => false,
    }
}

fn is_other_default(
    table: &TableName,
    from: &Column,
    to: Option<&ServerDefault>,
    comparison: &mut Comparison<'_>,
) -> bool {
    let name = || from.name.clone();
    match (from.default.as_ref(), to) {
        (Some(ServerDefault::Expression(from)), Some(ServerDefault::Expression(to))) => {
            comparison.is_other(table, Subject::Default(name()), from, to)
        }
        (
            Some(ServerDefault::Computed { expression: from, stored: was_stored }),
            Some(ServerDefault::Computed { expression: to, stored }),
        ) => comparison.is_other(table, Subject::Computed(name()), from, to) || was_stored != stored,
        (Some(ServerDefault::Serial(from)), Some(ServerDefault::Serial(to)))
            if comparison.takes_any_sequence =>
        {
            !sequence::serves(from, to)
        }
        (from, to) => from != to,
    }
}
