//! New objects.

use crate::{
    operation::Concurrency,
    schema::{EnumType, Expression, Index, Object, Sequence, Table, TableName, Type},
};

use super::{Alteration, Block, Body, Line, constraint, spell};

/// Spells that an object is created.
pub(super) fn line<'o>(
    object: &'o Object,
    backfill: Option<&Expression>,
    concurrency: Concurrency,
) -> Line<'o> {
    match object {
        Object::Column { table, column } => {
            let backfill = backfill.map(|sql| spell::call("backfill", &[&spell::expression(sql)]));
            Line::both(table, "add_column", &spell::column(column), &backfill.unwrap_or_default())
        }
        Object::Constraint { table, constraint } => Line::InTable(Alteration {
            table,
            in_block: format!("create_{}", constraint::call(constraint)),
            alone: constraint::call_alone(table, constraint),
        }),
        Object::Enum(EnumType { name, values, comment }) => {
            let (name, values) = (spell::table_name(name), spell::texts(values));
            Line::op(&format!("create_enum({name}, {values}){}", spell::comment(comment.as_ref())))
        }
        Object::Index { table, index } => index_line(table, index, concurrency),
        Object::Namespace(name) => Line::op(&format!("create_schema({})", spell::ident(name))),
        Object::Sequence(new) => {
            Line::op(&format!("create_sequence({}){}", spell::table_name(&new.name), sequence(new)))
        }
        Object::Table(table) => Line::Block(table_block(table)),
    }
}

fn index_line(table: &TableName, index: &Index, concurrency: Concurrency) -> Line<'static> {
    let (name, table) = (spell::ident(&index.name), spell::table_name(table));
    let (parts, options) = (spell::index_parts(&index.parts), spell::index_options(index));
    let how = spell::flag(concurrency.is_concurrent, ".concurrently()");
    Line::op(&format!("create_index({name}, {table}, {parts}){options}{how}"))
}

fn table_block(table: &Table) -> Block<'_> {
    let name = spell::table_name(&table.name);
    let (opening, closing) = if table.indexes.is_empty() {
        (format!("op.create_table({name}, "), ");")
    } else {
        // `op.create_table` makes indexes operations of their own; here they are part of the table.
        (format!("op.invoke(Operation::create(TableBuilder::build({name}, "), ")));")
    };
    Block { opening, parameter: "table", body: Body::Table(table), closing }
}

/// Spells what a sequence is besides its name.
fn sequence(Sequence { name: _, ty, options, comment }: &Sequence) -> String {
    let ty = if *ty == Type::BigInteger { String::new() } else { spell::call("ty", &[&spell::ty(ty)]) };
    ty + &spell::sequence_options(options) + &spell::comment(comment.as_ref())
}
