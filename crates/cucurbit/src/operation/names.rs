//! What operations are made of: names, expressions and constants, to be changed.
//!
//! The SQL of `op.execute` stays as it is written.

use crate::schema::{
    Expression, Kind,
    part::{self, Part, Visit},
};

use super::{BulkInsert, Execute, Operation};

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

pub(super) fn each_expression<'s>(
    expressions: impl IntoIterator<Item = &'s mut Expression>,
    visit: &mut Visit<'_>,
) {
    expressions.into_iter().for_each(|sql| visit(Part::Expression { sql, default_of: None }));
}
