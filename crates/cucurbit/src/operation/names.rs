//! What operations are made of: names, expressions and constants, to be changed.
//!
//! The SQL of `op.execute` stays as it is written.

use crate::schema::{
    Expression, Kind,
    part::{self, Part, Visit},
};

use super::{BulkInsert, Change, ColumnChange, ConstraintChange, Execute, Operation, TableChange};

impl Operation {
    /// Visits every part, those of inner operations too.
    pub(crate) fn parts_mut(&mut self, visit: &mut Visit<'_>) {
        match self {
            Self::Alter(change) => change.parts_mut(visit),
            Self::BulkInsert(BulkInsert { table, columns, rows }) => {
                part::mean(Kind::Table, table, visit);
                part::mean_all(table, Kind::Column, columns, visit);
                for value in rows.iter_mut().flatten() {
                    visit(Part::Literal { value, default_of: None });
                }
            }
            Self::Comment { id, text: _ } | Self::Drop { id, consent: _, concurrency: _ } => {
                id.parts_mut(visit);
            }
            Self::Create { object, backfill, concurrency: _ } => {
                object.parts_mut(visit);
                each_expression(backfill, visit);
            }
            Self::Execute(Execute { sql: _, is_outside_transaction: _, means }) => {
                means.iter_mut().flatten().for_each(|meant| meant.parts_mut(visit));
            }
            Self::Irreversible { reason: _ } | Self::Run { title: _, key: _ } => {}
            Self::On { dialect: _, operations } => {
                operations.iter_mut().for_each(|inner| inner.parts_mut(visit));
            }
            Self::Rename { id, to } => {
                id.parts_mut(visit);
                visit(Part::NewName(to));
            }
        }
    }
}

impl Change {
    fn parts_mut(&mut self, visit: &mut Visit<'_>) {
        match self {
            Self::Column { table, column, changes } => {
                part::mean(Kind::Table, table, visit);
                part::mean_all(table, Kind::Column, [&mut *column], visit);
                for change in changes {
                    match change {
                        ColumnChange::Rename { to } => visit(Part::NewName(to)),
                        ColumnChange::SetDefault(default) => {
                            default.iter_mut().for_each(|default| default.parts_mut(table, column, visit));
                        }
                        ColumnChange::SetNotNull { backfill } => each_expression(backfill, visit),
                        ColumnChange::SetType { ty, using } => {
                            part::visit_types(ty, visit);
                            each_expression(using, visit);
                        }
                        ColumnChange::LosesData
                        | ColumnChange::SetCollation(_)
                        | ColumnChange::SetComment(_)
                        | ColumnChange::SetNullable
                        | ColumnChange::SetOnConflict(_) => {}
                    }
                }
            }
            Self::Constraint {
                table,
                constraint,
                change: ConstraintChange::SetDeferral(_) | ConstraintChange::Validate,
            } => {
                part::mean(Kind::Table, table, visit);
                constraint.parts_mut(table, visit);
            }
            Self::Enum { name, change: _ } => part::mean(Kind::Enum, name, visit),
            Self::Sequence { name, changes: _ } => part::mean(Kind::Sequence, name, visit),
            Self::Table { table, change: TableChange::SetOption { option: _, is_set: _ } } => {
                part::mean(Kind::Table, table, visit);
            }
        }
    }
}

fn each_expression<'s>(expressions: impl IntoIterator<Item = &'s mut Expression>, visit: &mut Visit<'_>) {
    expressions.into_iter().for_each(|sql| visit(Part::Expression { sql, default_of: None }));
}
