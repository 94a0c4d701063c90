//! What the database puts into a column that an INSERT does not name.
//!
//! Defaults that the application fills in are not part of a schema.

use std::fmt;

use serde::Serialize;

use super::Variants;

/// An SQL expression, with other texts for some dialects.
pub type Expression = Variants<String>;

impl From<&str> for Expression {
    fn from(sql: &str) -> Self {
        Self::same(sql.to_owned())
    }
}

impl From<String> for Expression {
    fn from(sql: String) -> Self {
        Self::same(sql)
    }
}

/// A column's server default. Its kinds exclude each other, as they do in SQL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerDefault {
    /// `GENERATED ALWAYS AS (expression)`.
    Computed {
        /// The expression, over columns of the same row.
        expression: Expression,
        /// Whether the value is stored (`STORED`) or made when read (`VIRTUAL`).
        stored: bool,
    },
    /// `DEFAULT expression`.
    Expression(Expression),
    /// `GENERATED … AS IDENTITY` on PostgreSQL; the rowid on SQLite.
    Identity(Identity),
    /// `DEFAULT` with a constant.
    Literal(Literal),
    /// A sequence of the column's own (`SERIAL`) on PostgreSQL; the rowid on SQLite.
    Serial,
}

/// The options of an identity column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// `GENERATED ALWAYS` rather than `BY DEFAULT`.
    pub always: bool,
    /// The first value; 1 if not given.
    pub start: Option<i64>,
    /// The step; 1 if not given.
    pub increment: Option<i64>,
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Literal {
    /// `TRUE` or `FALSE`.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// `NULL`.
    Null,
    /// A number with its digits as written.
    Number(String),
    /// Text, unquoted.
    String(String),
}

impl From<bool> for Literal {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i64> for Literal {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<i32> for Literal {
    fn from(value: i32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<f64> for Literal {
    fn from(value: f64) -> Self {
        Self::Number(value.to_string())
    }
}

impl From<&str> for Literal {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Literal {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

/// Writes the constant for people: text in single quotes.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Null => f.write_str("null"),
            Self::Number(digits) => f.write_str(digits),
            Self::String(text) => write!(f, "'{}'", text.replace('\'', "''")),
        }
    }
}
