//! Comments: those that are set, and those of what a plan makes, whose names the server may have chosen. COMMENT ON says
//! what no other statement does: it follows what makes a thing.

use super::super::effect;
use crate::{
    dialect::{
        Effect, LockMode, Statement,
        postgres::sql::{qualified, quoted, string},
    },
    schema::{Constraint, Ident, Index, Table, TableName},
};

/// Writes COMMENT ON for a thing that is named in full.
pub(super) fn on(object: &str, comment: Option<&String>, effect: Effect) -> Statement {
    let text = comment.map_or_else(|| "NULL".to_owned(), |comment| string(comment));
    Statement::new(format!("COMMENT ON {object} IS {text}")).effect(effect)
}

/// Sets or removes the comment of a table.
pub(super) fn on_table(table: &TableName, comment: Option<&String>) -> Statement {
    on(&format!("TABLE {}", qualified(table)), comment, effect::remarks(table))
}

/// Sets or removes the comment of a column.
pub(super) fn on_column(table: &TableName, column: &Ident, comment: Option<&String>) -> Statement {
    on(&format!("COLUMN {}.{}", qualified(table), quoted(column)), comment, effect::remarks(table))
}

/// Sets or removes the comment of a constraint.
pub(super) fn on_constraint(table: &TableName, name: &Ident, comment: Option<&String>) -> Statement {
    let effect = Effect::on(table, LockMode::AccessShare);
    on(&format!("CONSTRAINT {} ON {}", quoted(name), qualified(table)), comment, effect)
}

/// Sets or removes the comment of an index.
pub(super) fn on_index(table: &TableName, name: &Ident, comment: Option<&String>) -> Statement {
    let effect = effect::about_index(table, name, LockMode::ShareUpdateExclusive);
    on(&format!("INDEX {}", qualified(&table.sibling(name.clone()))), comment, effect)
}

/// Writes the comment of a new constraint, whose name is known; none where it has none.
pub(super) fn on_new_constraint(table: &TableName, constraint: &Constraint) -> Option<Statement> {
    Some(on_constraint(table, constraint.name()?, Some(constraint.comment()?)))
}

/// Writes the comment of a new index; none where it has none.
pub(super) fn on_new_index(table: &TableName, index: &Index) -> Option<Statement> {
    Some(on_index(table, &index.name, Some(index.comment.as_ref()?)))
}

/// Writes the comments of a new table, its columns, its indexes and its constraints, which have their names.
pub(super) fn on_new_table(table: &Table) -> Vec<Statement> {
    let name = &table.name;
    let own = table.comment.iter().map(|text| on_table(name, Some(text)));
    let columns = table
        .columns
        .iter()
        .filter_map(|column| Some(on_column(name, &column.name, Some(column.comment.as_ref()?))));
    let constraints = table.constraints.iter().filter_map(|constraint| on_new_constraint(name, constraint));
    let indexes = table.indexes.values().filter_map(|index| on_new_index(name, index));
    own.chain(columns).chain(constraints).chain(indexes).collect()
}
