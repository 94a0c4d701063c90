//! The pieces of PostgreSQL's DDL: columns, defaults, constraints, indexes, CREATE TABLE.
//!
//! Text only: in which order things are done, and what they do to the schema in memory, is `plan`'s.

use std::collections::BTreeMap;

use super::{constant, expression, sequence, types};
use crate::{
    dialect::{
        PlanError,
        postgres::sql::{list, qualified, quoted, string},
    },
    operation::{BulkInsert, Concurrency},
    schema::{
        Action, Check, Column, Constraint, Deferral, Dialect, EnumType, Exclusion, Expression, ForeignKey,
        Ident, Identity, Index, IndexKey, IndexPart, Literal, Match, Nulls, Order, PrimaryKey, ServerDefault,
        Table, TableName, Type, Unique,
    },
};

/// How many rows one INSERT holds: enough that the number of statements does not matter.
const ROWS_OF_AN_INSERT: usize = 500;

/// Returns an expression's text for PostgreSQL.
pub(super) fn text(expression: &Expression) -> &str {
    expression.on(Dialect::Postgres)
}

/// Writes a constraint as CREATE TABLE and ADD have it.
pub(super) fn constraint(constraint: &Constraint) -> String {
    let mut written = match constraint {
        Constraint::PrimaryKey(key) => primary_key(key),
        Constraint::Unique(one) => unique(one),
        Constraint::ForeignKey(key) => foreign_key(key),
        Constraint::Check(one) => check(one),
        Constraint::Exclusion(one) => exclusion(one),
    };
    if let Some(name) = constraint.name() {
        written = format!("CONSTRAINT {} {written}", quoted(name));
    }
    match constraint.deferral() {
        Deferral::NotDeferrable => {}
        deferral @ (Deferral::Immediate | Deferral::Deferred) => {
            written = format!("{written} {}", deferral.sql());
        }
    }
    if constraint.is_not_valid() {
        written.push_str(" NOT VALID");
    }
    written
}

/// Writes CREATE TABLE, one column or constraint on a line, without the constraints that do not look at rows: it would take
/// them for valid.
pub(super) fn create_table(table: &Table) -> Result<String, PlanError> {
    let mut lines: Vec<String> =
        table.columns.iter().map(|one| column(&table.name, one)).collect::<Result<_, _>>()?;
    lines.extend(table.constraints.iter().filter(|one| !one.is_not_valid()).map(constraint));
    let kind = if table.options.is_unlogged { "UNLOGGED TABLE" } else { "TABLE" };
    if lines.is_empty() {
        return Ok(format!("CREATE {kind} {} ()", qualified(&table.name)));
    }
    Ok(format!("CREATE {kind} {} (\n    {}\n)", qualified(&table.name), lines.join(",\n    ")))
}

/// Writes a column as CREATE TABLE and ADD COLUMN have it.
pub(super) fn column(table: &TableName, column: &Column) -> Result<String, PlanError> {
    let Column { name, ty, nullable, on_conflict: _, default, collation, comment: _ } = column;
    let ty = ty.on(Dialect::Postgres);
    let mut spelled = types::spelled(ty);
    let filled = match default {
        Some(ServerDefault::Computed { expression, stored }) => {
            let kind = if *stored { "STORED" } else { "VIRTUAL" };
            Some(format!(" GENERATED ALWAYS AS ({}) {kind}", text(expression)))
        }
        Some(default @ (ServerDefault::Expression(_) | ServerDefault::Literal(_))) => {
            Some(format!(" DEFAULT {}", constant_or_expression(ty, default)))
        }
        Some(ServerDefault::Identity(identity)) => Some(format!(" {}", self::identity(identity))),
        Some(ServerDefault::Serial(serial)) => {
            let word = types::serial(ty).ok_or_else(|| no_sequence(table, name))?;
            if serial.is_plain() {
                spelled = word.to_owned();
            }
            let sequence = sequence::of_column(table, column).filter(|_| !serial.is_plain());
            sequence.map(|one| format!(" DEFAULT nextval({})", string(&qualified(&one.name))))
        }
        None => None,
    };
    // A sequence's column is NOT NULL in any case (manual, 8.1.4 and CREATE TABLE, GENERATED AS IDENTITY).
    let is_numbered = matches!(default, Some(ServerDefault::Identity(_) | ServerDefault::Serial(_)));
    let not_null = if !nullable || is_numbered { " NOT NULL" } else { "" };
    let (spelled, filled) = (collated(spelled, collation.as_ref()), filled.unwrap_or_default());
    Ok(format!("{} {spelled}{filled}{not_null}", quoted(name)))
}

/// Adds the collation to a type or to a part of a key.
pub(super) fn collated(written: String, collation: Option<&String>) -> String {
    match collation {
        Some(collation) => format!("{written} COLLATE {}", quoted(&Ident::new(collation))),
        None => written,
    }
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
pub(super) fn constant_or_expression(ty: &Type, default: &ServerDefault) -> String {
    match default {
        ServerDefault::Literal(value) => literal(&constant::as_value_of(ty, value)),
        ServerDefault::Computed { expression, stored: _ } | ServerDefault::Expression(expression) => {
            let text = text(expression);
            if expression::is_simple(text) { text.trim().to_owned() } else { format!("({text})") }
        }
        ServerDefault::Identity(_) | ServerDefault::Serial(_) => "NULL".to_owned(),
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
        Literal::Boolean(_) | Literal::Null => literal.to_string().to_uppercase(),
        Literal::Integer(_) | Literal::Number(_) => literal.to_string(),
        Literal::String(text) => string(text),
    }
}

fn primary_key(key: &PrimaryKey) -> String {
    let PrimaryKey { name: _, columns, include, deferral: _, on_conflict: _, comment: _ } = key;
    format!("PRIMARY KEY ({}){}", list(columns), self::include(include))
}

fn unique(unique: &Unique) -> String {
    let Unique { name: _, columns, include, is_nulls_not_distinct, deferral: _, on_conflict: _, comment: _ } =
        unique;
    let nulls = nulls(*is_nulls_not_distinct);
    format!("UNIQUE{nulls} ({}){}", list(columns), self::include(include))
}

fn check(check: &Check) -> String {
    let Check { name: _, expression, is_no_inherit, is_not_valid: _, comment: _ } = check;
    let no_inherit = if *is_no_inherit { " NO INHERIT" } else { "" };
    format!("CHECK ({}){no_inherit}", expression::unwrapped(text(expression)))
}

fn include(columns: &[Ident]) -> String {
    if columns.is_empty() { String::new() } else { format!(" INCLUDE ({})", list(columns)) }
}

const fn nulls(is_not_distinct: bool) -> &'static str {
    if is_not_distinct { " NULLS NOT DISTINCT" } else { "" }
}

/// Writes a foreign key; SQL's default action is not said.
fn foreign_key(foreign_key: &ForeignKey) -> String {
    let ForeignKey {
        name: _,
        columns,
        referred_table,
        referred_columns,
        on_delete,
        on_delete_columns,
        on_update,
        matching,
        deferral: _,
        is_not_valid: _,
        comment: _,
    } = foreign_key;
    let mut written = format!("FOREIGN KEY ({}) REFERENCES {}", list(columns), qualified(referred_table));
    if !referred_columns.is_empty() {
        written = format!("{written} ({})", list(referred_columns));
    }
    if *matching == Match::Full {
        written.push_str(" MATCH FULL");
    }
    for (event, action) in [("DELETE", on_delete), ("UPDATE", on_update)] {
        if *action != Action::NoAction {
            written = format!("{written} ON {event} {}", action.sql());
        }
        if event == "DELETE" && !on_delete_columns.is_empty() {
            written = format!("{written} ({})", list(on_delete_columns));
        }
    }
    written
}

fn exclusion(exclusion: &Exclusion) -> String {
    let Exclusion { index, operators, deferral: _, comment: _ } = exclusion;
    let parts = index.parts.iter().zip(operators);
    let parts = parts.map(|(part, operator)| format!("{} WITH {operator}", index_part(part)));
    format!("EXCLUDE{}", definition(index, parts))
}

/// Writes CREATE INDEX.
pub(super) fn create_index(table: &TableName, index: &Index, concurrency: Concurrency) -> String {
    let unique = if index.is_unique { "UNIQUE " } else { "" };
    let how = if concurrency.is_concurrent { "CONCURRENTLY " } else { "" };
    let definition = index_definition(index);
    format!("CREATE {unique}INDEX {how}{} ON {}{definition}", quoted(&index.name), qualified(table))
}

/// Writes what CREATE INDEX says of an index after the name of its table.
pub(super) fn index_definition(index: &Index) -> String {
    definition(index, index.parts.iter().map(index_part))
}

/// Writes how an index is made, with the parts of its key as they stand there.
fn definition(index: &Index, written: impl Iterator<Item = String>) -> String {
    let Index {
        name: _,
        is_unique: _,
        method,
        parts: _,
        include,
        is_nulls_not_distinct,
        parameters,
        predicate,
        is_invalid: _,
        comment: _,
    } = index;
    let method = method.as_ref().map(|method| format!(" USING {}", quoted(&Ident::new(method))));
    let condition = predicate.as_ref().map(|sql| format!(" WHERE ({})", expression::unwrapped(text(sql))));
    [
        method.as_deref().unwrap_or_default(),
        &format!(" ({})", written.collect::<Vec<_>>().join(", ")),
        &self::include(include),
        nulls(*is_nulls_not_distinct),
        &self::parameters(parameters),
        &condition.unwrap_or_default(),
    ]
    .concat()
}

/// Writes storage parameters.
fn parameters(parameters: &BTreeMap<String, String>) -> String {
    if parameters.is_empty() {
        return String::new();
    }
    let is_plain = |value: &str| {
        value.bytes().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'.'))
    };
    let written: Vec<String> = parameters
        .iter()
        .map(|(name, value)| {
            let value = if is_plain(value) { value.clone() } else { string(value) };
            format!("{name} = {value}")
        })
        .collect();
    format!(" WITH ({})", written.join(", "))
}

fn index_part(part: &IndexPart) -> String {
    let IndexPart { key, collation, operator_class, order, nulls } = part;
    let mut key = match key {
        IndexKey::Column(column) => quoted(column),
        IndexKey::Expression(expression) => format!("({})", expression::unwrapped(text(expression))),
    };
    key = collated(key, collation.as_ref());
    if let Some(class) = operator_class {
        key = format!("{key} {class}");
    }
    let order = if *order == Order::Descending { " DESC" } else { "" };
    let nulls = match nulls {
        Some(Nulls::First) => " NULLS FIRST",
        Some(Nulls::Last) => " NULLS LAST",
        None => "",
    };
    format!("{key}{order}{nulls}")
}

/// Writes CREATE TYPE.
pub(super) fn create_enum(EnumType { name, values, comment: _ }: &EnumType) -> String {
    format!("CREATE TYPE {} AS ENUM ({})", qualified(name), strings(values))
}

/// Writes texts as string constants with commas between.
pub(super) fn strings(texts: &[String]) -> String {
    texts.iter().map(|text| string(text)).collect::<Vec<_>>().join(", ")
}

/// Writes the INSERTs of rows.
pub(super) fn inserts(
    BulkInsert { table, columns, rows }: &BulkInsert,
    types: &[Option<&Type>],
) -> Vec<String> {
    let value = |(place, value): (usize, &Literal)| match types.get(place) {
        Some(Some(ty)) => literal(&constant::as_value_of(ty, value)),
        Some(None) | None => literal(value),
    };
    rows.chunks(ROWS_OF_AN_INSERT)
        .map(|rows| {
            let rows =
                rows.iter().map(|row| row.iter().enumerate().map(value).collect::<Vec<_>>().join(", "));
            let rows: Vec<String> = rows.map(|row| format!("    ({row})")).collect();
            format!("INSERT INTO {} ({}) VALUES\n{}", qualified(table), list(columns), rows.join(",\n"))
        })
        .collect()
}
