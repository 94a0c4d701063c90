//! Tables.

use crate::{
    operation::TableChange,
    schema::{Table, TableName, TableOption},
};

use super::{
    constraint, index,
    lines::{Alteration, Block, Body, Line},
    spell,
};

/// Spells a new table.
pub(super) fn create(table: &Table) -> Line<'static> {
    let name = spell::table_name(&table.name);
    let (opening, closing) = if table.indexes.is_empty() {
        (format!("op.create_table({name}, "), ");")
    } else {
        // `op.create_table` makes indexes operations of their own; here they are part of the table.
        (format!("op.invoke(Operation::create(TableBuilder::build({name}, "), ")));")
    };
    Line::Block(Block { opening, parameter: "table", body: Body::Lines(parts(table)), closing })
}

/// Spells what is in a new table, line by line.
fn parts(table: &Table) -> Vec<String> {
    let Table { name: _, columns, constraints, indexes, comment, options } = table;
    let columns = columns.iter().map(|column| format!("column({})", spell::column(column)));
    let constraints = constraints.iter().map(constraint::call);
    let indexes = indexes.values().map(index::call);
    let comment = comment.iter().map(|text| format!("comment({})", spell::text(text)));
    let options = TableOption::ALL.into_iter().filter(|option| options.has(*option));
    let options = options.map(|option| format!("{}()", option.word()));
    let calls = columns.chain(constraints).chain(indexes).chain(comment).chain(options);
    calls.map(|call| format!("table.{call};")).collect()
}

/// Spells a change of a table itself.
pub(super) fn alter<'o>(table: &'o TableName, change: &TableChange) -> Line<'o> {
    let TableChange::SetOption { option, is_set } = change;
    Line::InTable(Alteration { table, in_block: format!("{}({is_set})", option.word()), alone: None })
}
