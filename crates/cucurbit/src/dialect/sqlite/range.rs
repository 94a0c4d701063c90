//! Whole numbers that a column's type could not say. SQLite would keep them: it has 64 bits under every word, and a file
//! that something else made has such numbers under any, so that only who declared the column knows how large one may be.

use std::borrow::Cow;

use crate::{operation::Operation, schema::Schema};

use super::{
    super::{
        PlanError,
        enum_value::{Value, Written, each_written},
    },
    HERE, constant,
    expression::{Constant, constant as constant_of},
    words::said_column,
};

/// Refuses what an operation would put into rows.
pub(super) fn refuse(words: &Schema, operation: &Operation) -> Result<(), PlanError> {
    let known = |table: &_, column: &_| said_column(words, table, column);
    each_written(operation, &known, &mut |Written { table, column, ty, value, is_default }| {
        let literal = match value {
            _ if is_default => return Ok(()),
            Value::Literal(literal) => Cow::Borrowed(literal),
            Value::Expression(sql) => match constant_of(sql.on(HERE)) {
                Some(Constant::Literal(literal)) => Cow::Owned(literal),
                Some(Constant::Blob(_)) | None => return Ok(()),
            },
        };
        let here = ty.on(HERE);
        match constant::out_of_range(&ty.base, here, &literal) {
            Some(refused) => Err(refused.at(table, column, here, &literal.to_string())),
            None => Ok(()),
        }
    })
}
