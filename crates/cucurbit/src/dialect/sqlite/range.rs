//! Whole numbers that a column's type could not say. SQLite would keep them: it has 64 bits under every word, and a file
//! that something else made has such numbers under any, so that only who declared the column knows how large one may be.

use crate::{
    operation::{BulkInsert, Change, ColumnChange, Operation},
    schema::{ColumnType, Expression, Ident, Literal, Object, Schema, TableName},
};

use super::{
    super::PlanError,
    HERE, constant,
    expression::{Constant, constant as constant_of},
    words,
};

/// Refuses what an operation would put into rows.
pub(super) fn refuse(words: &Schema, operation: &Operation) -> Result<(), PlanError> {
    if let Operation::Create { object: Object::Column { table, column }, backfill: Some(backfill), .. } =
        operation
    {
        filling(table, &column.name, &column.ty, backfill)?;
    } else if let Operation::Alter(Change::Column { table, column, changes }) = operation {
        let new = changes.iter().rev().find_map(words::new_type);
        let ty = new.or_else(|| said_type(words, table, column));
        for change in changes {
            if let (ColumnChange::SetNotNull { backfill: Some(backfill) }, Some(ty)) = (change, ty) {
                filling(table, column, ty, backfill)?;
            }
        }
    } else if let Operation::BulkInsert(BulkInsert { table, columns, rows }) = operation {
        for (place, column) in columns.iter().enumerate() {
            let Some(ty) = said_type(words, table, column) else { continue };
            let mut values = rows.iter().filter_map(|row| row.get(place));
            values.try_for_each(|literal| value(table, column, ty, literal))?;
        }
    }
    Ok(())
}

fn filling(
    table: &TableName,
    column: &Ident,
    ty: &ColumnType,
    backfill: &Expression,
) -> Result<(), PlanError> {
    match constant_of(backfill.on(HERE)) {
        Some(Constant::Literal(literal)) => value(table, column, ty, &literal),
        Some(Constant::Blob(_)) | None => Ok(()),
    }
}

fn value(table: &TableName, column: &Ident, ty: &ColumnType, literal: &Literal) -> Result<(), PlanError> {
    let here = ty.on(HERE);
    match constant::out_of_range(&ty.base, here, literal) {
        Some(refused) => Err(refused.at(table, column, here, &literal.to_string())),
        None => Ok(()),
    }
}

/// Returns the type that the scripts gave a column.
fn said_type<'s>(words: &'s Schema, table: &TableName, column: &Ident) -> Option<&'s ColumnType> {
    words::said_column(words, table, column).map(|column| &column.ty)
}
