//! The pieces of PostgreSQL's DDL: columns, defaults, constraints, indexes, CREATE TABLE.
//!
//! Text only: in which order things are done, and what they do to the schema in memory, is `plan`'s.

use super::{expression, sequence, types};
use crate::{
    dialect::{
        PlanError,
        sql::{list, qualified, quoted, string},
    },
    operation::BulkInsert,
    schema::{
        Action, Check, Column, Dialect, EnumType, Expression, ForeignKey, Ident, Identity, Index, IndexKey,
        IndexPart, Literal, Nulls, Order, PrimaryKey, ServerDefault, Table, TableName, Unique,
    },
};

/// How many rows one INSERT holds: enough that the number of statements does not matter.
const ROWS_OF_AN_INSERT: usize = 500;

/// Returns an expression's text for PostgreSQL.
pub(super) fn text(expression: &Expression) -> &str {
    expression.on(Dialect::Postgres)
}

/// Writes CREATE TABLE, one column or constraint on a line, without the foreign keys of these places.
pub(super) fn create_table(table: &Table, later: &[usize]) -> Result<String, PlanError> {
    let mut lines = Vec::with_capacity(table.columns.len() + 1);
    for one in &table.columns {
        lines.push(column(&table.name, one)?);
    }
    lines.extend(table.primary_key.iter().map(primary_key));
    lines.extend(table.uniques.iter().map(unique));
    let keys = table.foreign_keys.iter().enumerate().filter(|(place, _)| !later.contains(place));
    lines.extend(keys.map(|(_, key)| foreign_key(key)));
    lines.extend(table.checks.iter().map(check));
    let kind = if table.options.is_unlogged { "UNLOGGED TABLE" } else { "TABLE" };
    if lines.is_empty() {
        return Ok(format!("CREATE {kind} {} ()", qualified(&table.name)));
    }
    Ok(format!("CREATE {kind} {} (\n    {}\n)", qualified(&table.name), lines.join(",\n    ")))
}

/// Writes a column as CREATE TABLE and ADD COLUMN have it.
pub(super) fn column(table: &TableName, column: &Column) -> Result<String, PlanError> {
    let Column { name, ty, nullable, default, collation, comment: _ } = column;
    let ty = ty.on(Dialect::Postgres);
    let is_serial = matches!(default, Some(ServerDefault::Serial));
    let mut written = match (is_serial, types::serial(ty)) {
        (true, Some(serial)) => format!("{} {serial}", quoted(name)),
        (true, None) => return Err(no_sequence(table, name)),
        (false, _) => format!("{} {}", quoted(name), types::spelled(ty)),
    };
    if let Some(collation) = collation {
        written.push_str(" COLLATE ");
        written.push_str(&quoted(&Ident::new(collation)));
    }
    match default {
        Some(ServerDefault::Computed { expression, stored }) => {
            let kind = if *stored { "STORED" } else { "VIRTUAL" };
            written = format!("{written} GENERATED ALWAYS AS ({}) {kind}", text(expression));
        }
        Some(ServerDefault::Identity(identity)) => {
            written = format!("{written} {}", self::identity(identity));
        }
        Some(default @ (ServerDefault::Expression(_) | ServerDefault::Literal(_))) => {
            written = format!("{written} DEFAULT {}", constant_or_expression(default));
        }
        Some(ServerDefault::Serial) | None => {}
    }
    // A sequence's column is NOT NULL in any case (manual, 8.1.4 and CREATE TABLE, GENERATED AS IDENTITY).
    let is_numbered = is_serial || matches!(default, Some(ServerDefault::Identity(_)));
    if !nullable || is_numbered {
        written.push_str(" NOT NULL");
    }
    Ok(written)
}

/// The error for a column that no sequence can fill.
pub(super) fn no_sequence(table: &TableName, column: &Ident) -> PlanError {
    PlanError::Unsupported {
        dialect: Dialect::Postgres,
        operation: format!("number {table}.{column} by a sequence"),
        reason: "only SMALLINT, INTEGER and BIGINT columns can be SERIAL".to_owned(),
    }
}

/// Writes what stands after DEFAULT; parentheses where the grammar of a column asks for them.
pub(super) fn constant_or_expression(default: &ServerDefault) -> String {
    match default {
        ServerDefault::Literal(value) => literal(value),
        ServerDefault::Computed { expression, stored: _ } | ServerDefault::Expression(expression) => {
            let text = text(expression);
            if expression::is_simple(text) { text.trim().to_owned() } else { format!("({text})") }
        }
        ServerDefault::Identity(_) | ServerDefault::Serial => "NULL".to_owned(),
    }
}

/// Writes `GENERATED … AS IDENTITY` with its options.
pub(super) fn identity(Identity { always, options }: &Identity) -> String {
    let when = if *always { "ALWAYS" } else { "BY DEFAULT" };
    let options = sequence::written(options);
    if options.is_empty() {
        return format!("GENERATED {when} AS IDENTITY");
    }
    format!("GENERATED {when} AS IDENTITY ({})", options.join(" "))
}

/// Writes a constant.
pub(super) fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Boolean(true) => "TRUE".to_owned(),
        Literal::Boolean(false) => "FALSE".to_owned(),
        Literal::Integer(value) => value.to_string(),
        Literal::Null => "NULL".to_owned(),
        Literal::Number(digits) => digits.clone(),
        Literal::String(text) => string(text),
    }
}

fn named(name: Option<&Ident>, constraint: String) -> String {
    match name {
        Some(name) => format!("CONSTRAINT {} {constraint}", quoted(name)),
        None => constraint,
    }
}

/// Writes a primary key.
pub(super) fn primary_key(PrimaryKey { name, columns }: &PrimaryKey) -> String {
    named(name.as_ref(), format!("PRIMARY KEY ({})", list(columns)))
}

/// Writes a unique constraint.
pub(super) fn unique(Unique { name, columns }: &Unique) -> String {
    named(name.as_ref(), format!("UNIQUE ({})", list(columns)))
}

/// Writes a check.
pub(super) fn check(Check { name, expression }: &Check) -> String {
    named(name.as_ref(), format!("CHECK ({})", expression::unwrapped(text(expression))))
}

/// Writes a foreign key; SQL's default action is not said.
pub(super) fn foreign_key(foreign_key: &ForeignKey) -> String {
    let ForeignKey { name, columns, referred_table, referred_columns, on_delete, on_update } = foreign_key;
    let mut written = format!("FOREIGN KEY ({}) REFERENCES {}", list(columns), qualified(referred_table));
    if !referred_columns.is_empty() {
        written = format!("{written} ({})", list(referred_columns));
    }
    for (event, action) in [("DELETE", on_delete), ("UPDATE", on_update)] {
        if *action != Action::NoAction {
            written = format!("{written} ON {event} {}", action.sql());
        }
    }
    named(name.as_ref(), written)
}

/// Writes CREATE INDEX.
pub(super) fn create_index(table: &TableName, index: &Index) -> String {
    let Index { name, is_unique, parts, predicate } = index;
    let unique = if *is_unique { "UNIQUE " } else { "" };
    let parts: Vec<String> = parts.iter().map(index_part).collect();
    let parts = parts.join(", ");
    let condition =
        predicate.as_ref().map(|condition| format!(" WHERE ({})", expression::unwrapped(text(condition))));
    let condition = condition.unwrap_or_default();
    format!("CREATE {unique}INDEX {} ON {} ({parts}){condition}", quoted(name), qualified(table))
}

fn index_part(IndexPart { key, order, nulls }: &IndexPart) -> String {
    let key = match key {
        IndexKey::Column(column) => quoted(column),
        IndexKey::Expression(expression) => format!("({})", expression::unwrapped(text(expression))),
    };
    let order = match order {
        Order::Ascending => "",
        Order::Descending => " DESC",
    };
    let nulls = match nulls {
        Some(Nulls::First) => " NULLS FIRST",
        Some(Nulls::Last) => " NULLS LAST",
        None => "",
    };
    format!("{key}{order}{nulls}")
}

/// Writes CREATE TYPE.
pub(super) fn create_enum(EnumType { name, values }: &EnumType) -> String {
    format!("CREATE TYPE {} AS ENUM ({})", qualified(name), strings(values))
}

/// Writes texts as string constants with commas between.
pub(super) fn strings(texts: &[String]) -> String {
    texts.iter().map(|text| string(text)).collect::<Vec<_>>().join(", ")
}

/// Writes the INSERTs of rows.
pub(super) fn inserts(BulkInsert { table, columns, rows }: &BulkInsert) -> Vec<String> {
    rows.chunks(ROWS_OF_AN_INSERT)
        .map(|rows| {
            let rows = rows.iter().map(|row| row.iter().map(literal).collect::<Vec<_>>().join(", "));
            let rows: Vec<String> = rows.map(|row| format!("    ({row})")).collect();
            format!("INSERT INTO {} ({}) VALUES\n{}", qualified(table), list(columns), rows.join(",\n"))
        })
        .collect()
}

/// Writes COMMENT ON for a table or column that is named in full.
pub(super) fn comment(object: &str, comment: Option<&String>) -> String {
    let text = comment.map_or_else(|| "NULL".to_owned(), |comment| string(comment));
    format!("COMMENT ON {object} IS {text}")
}

/// Writes the comments of a new table and its columns.
pub(super) fn comments(table: &Table) -> Vec<String> {
    let name = qualified(&table.name);
    let own = table.comment.iter().map(|text| comment(&format!("TABLE {name}"), Some(text)));
    let columns = table.columns.iter().filter_map(|column| {
        let text = column.comment.as_ref()?;
        Some(comment(&format!("COLUMN {name}.{}", quoted(&column.name)), Some(text)))
    });
    own.chain(columns).collect()
}
