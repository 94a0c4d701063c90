//! Indexes.

use crate::{
    operation::Concurrency,
    schema::{Index, TableName},
};

use super::{lines::Line, spell};

/// Spells a new index of a table that is there.
pub(super) fn create(table: &TableName, index: &Index, concurrency: Concurrency) -> Line<'static> {
    let (name, table) = (spell::ident(&index.name), spell::table_name(table));
    let (parts, options) = (spell::index_parts(&index.parts), spell::index_options(index));
    let how = spell::flag(concurrency.is_concurrent, ".concurrently()");
    Line::op(&format!("create_index({name}, {table}, {parts}){options}{how}"))
}

/// Spells an index of a new table as the call of a method of it.
pub(super) fn call(index: &Index) -> String {
    let (name, options) = (spell::ident(&index.name), spell::index_options(index));
    let parts = index.parts.iter().map(spell::index_part).collect::<Vec<_>>().join(", ");
    format!("index(Index::new({name}, vec![{parts}])){options}")
}
