//! What an operation is to the plan: a change of one table, which is planned together with its neighbours, or a step of
//! its own.

use crate::{
    operation::{Change, ColumnChange, Operation, TableChange},
    schema::{Expression, Ident, Kind, Object, ObjectId, TableOption, part::Part},
};

use super::super::{
    HERE,
    token::{mentions, same_name},
};

/// Tells whether an operation is a change of one table that is there and stays there.
pub(super) fn is_of_table(operation: &Operation) -> bool {
    let is_other = matches!(
        operation,
        Operation::BulkInsert(_)
            | Operation::Create { object: Object::Table(_), .. }
            | Operation::Drop { id: ObjectId::Table(_), .. }
            | Operation::Rename { id: ObjectId::Table(_), .. }
    );
    operation.table().is_some() && !is_other
}

/// Tells whether a change speaks of a column of the table, in a list or an expression.
pub(super) fn uses(change: &Operation, column: &Ident) -> bool {
    let mut is_used = false;
    change.clone().parts_mut(&mut |part| {
        if let Part::OfTable { kind: Kind::Column, name, .. } = part {
            is_used |= same_name(name, column);
        } else if let Part::Expression { sql, default_of: _ } = part {
            is_used |= mentions(sql.on(HERE), column);
        }
    });
    is_used
}

/// Tells whether a change makes values of those that an earlier one makes.
pub(super) fn is_made_of(change: &Operation, earlier: &Operation) -> bool {
    let is_source =
        |column: &Ident| sources(change).into_iter().any(|expression| mentions(expression.on(HERE), column));
    filled(earlier).is_some_and(is_source)
}

/// Returns the column whose values a change makes.
fn filled(change: &Operation) -> Option<&Ident> {
    let is_filling = |change: &ColumnChange| {
        matches!(change, ColumnChange::SetNotNull { backfill: Some(_) } | ColumnChange::SetType { .. })
    };
    if let Operation::Create { object: Object::Column { column, .. }, .. } = change {
        return Some(&column.name);
    }
    let Operation::Alter(Change::Column { column, changes, .. }) = change else { return None };
    changes.iter().any(is_filling).then_some(column)
}

/// Lists the expressions that a change makes values of.
fn sources(change: &Operation) -> Vec<&Expression> {
    if let Operation::Create { object: Object::Column { .. }, backfill, .. } = change {
        return backfill.iter().collect();
    }
    changes_of(change).iter().filter_map(value_source).collect()
}

/// Returns what a change makes a column's values of.
fn value_source(change: &ColumnChange) -> Option<&Expression> {
    if let ColumnChange::SetNotNull { backfill: source } | ColumnChange::SetType { using: source, .. } =
        change
    {
        source.as_ref()
    } else {
        None
    }
}

/// Returns the changes of a column that an operation is.
pub(super) fn changes_of(operation: &Operation) -> &[ColumnChange] {
    if let Operation::Alter(Change::Column { changes, .. }) = operation { changes } else { &[] }
}

/// Tells whether a change lets a column take NULL.
pub(super) fn loosens(change: &Operation, column: &Ident) -> bool {
    matches!(change, Operation::Alter(Change::Column { column: altered, changes, .. })
        if altered == column && changes.contains(&ColumnChange::SetNullable))
}

/// Tells whether a change makes a table STRICT, or ends that.
pub(super) const fn is_strictness(change: &Operation) -> bool {
    matches!(
        change,
        Operation::Alter(Change::Table {
            change: TableChange::SetOption { option: TableOption::Strict, .. },
            ..
        })
    )
}
