//! Columns.

use crate::{
    operation::ColumnChange,
    schema::{Column, Expression, Ident, TableName},
};

use super::{
    lines::{Alteration, Line},
    spell,
};

/// Spells a new column.
pub(super) fn create<'o>(table: &'o TableName, column: &Column, backfill: Option<&Expression>) -> Line<'o> {
    let backfill = backfill.map(|sql| spell::call("backfill", &[&spell::expression(sql)]));
    Line::both(table, "add_column", &spell::column(column), &backfill.unwrap_or_default())
}

/// Spells changes of a column.
pub(super) fn alter<'o>(table: &'o TableName, name: &Ident, changes: &[ColumnChange]) -> Line<'o> {
    let (name, of) = (spell::ident(name), spell::table_name(table));
    let options: String = changes.iter().map(change).collect();
    let in_block = match changes {
        [ColumnChange::Rename { to }] => format!("rename_column({name}, {})", spell::ident(to)),
        _ => format!("alter_column({name}){options}"),
    };
    Line::InTable(Alteration { table, in_block, alone: Some(format!("alter_column({of}, {name}){options}")) })
}

fn change(change: &ColumnChange) -> String {
    match change {
        ColumnChange::Rename { to } => spell::call("rename", &[&spell::ident(to)]),
        ColumnChange::LosesData => ".loses_data()".to_owned(),
        ColumnChange::SetCollation(Some(collation)) => spell::call("collate", &[&spell::text(collation)]),
        ColumnChange::SetCollation(None) => ".drop_collation()".to_owned(),
        ColumnChange::SetComment(Some(comment)) => spell::call("comment", &[&spell::text(comment)]),
        ColumnChange::SetComment(None) => ".drop_comment()".to_owned(),
        ColumnChange::SetDefault(Some(default)) => spell::changed_default(default),
        ColumnChange::SetDefault(None) => ".drop_default()".to_owned(),
        ColumnChange::SetNotNull { backfill: None } => ".not_null()".to_owned(),
        ColumnChange::SetNotNull { backfill: Some(sql) } => {
            format!(".not_null().backfill({})", spell::expression(sql))
        }
        ColumnChange::SetNullable => ".nullable()".to_owned(),
        ColumnChange::SetOnConflict(conflict) => {
            spell::call("on_conflict_not_null", &[&spell::on_conflict(*conflict)])
        }
        ColumnChange::SetType { ty, using: None } => spell::call("ty", &[&spell::column_type(ty)]),
        ColumnChange::SetType { ty, using: Some(sql) } => {
            format!(".ty({}).using({})", spell::column_type(ty), spell::expression(sql))
        }
    }
}
