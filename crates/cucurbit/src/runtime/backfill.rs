//! Backfills that are SQL and look like a text: `user` is a word of PostgreSQL, and gives the name of a role.

use crate::{
    dialect::Dialect,
    operation::{Change, ColumnChange, Operation},
    schema::{Expression, Ident, Object, TableName},
};

/// Lists the columns that are filled with `user`. Who means the role has another word for it, `current_user`, which no one
/// takes for a text.
pub(super) fn with_role(dialect: Dialect, operations: &[Operation]) -> Vec<(TableName, Ident)> {
    operations.iter().filter_map(|operation| column(dialect, operation)).collect()
}

fn column(dialect: Dialect, operation: &Operation) -> Option<(TableName, Ident)> {
    let word = dialect.capabilities().role_word?;
    let is_role = |sql: &Expression| sql.on(dialect).trim().eq_ignore_ascii_case(word);
    if let Operation::Create { object: Object::Column { table, column }, backfill: Some(backfill), .. } =
        operation
    {
        is_role(backfill).then(|| (table.clone(), column.name.clone()))
    } else if let Operation::Alter(Change::Column { table, column, changes }) = operation {
        let fills = |change: &ColumnChange| matches!(change, ColumnChange::SetNotNull { backfill: Some(backfill) } if is_role(backfill));
        changes.iter().any(fills).then(|| (table.clone(), column.clone()))
    } else {
        None
    }
}
