//! What the database puts into a column that an INSERT does not name.
//!
//! Defaults that the application fills in are not part of a schema.

use std::fmt;

use super::{Ident, SequenceOptions, Type, Variants};

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
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
    /// A sequence that the column owns (`SERIAL`) on PostgreSQL; the rowid on SQLite.
    Serial(Serial),
}

/// The sequence that a SERIAL column owns: what of it is not as the server makes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Serial {
    /// The name; `table_column_seq` if not given. It lies in the schema of its table.
    pub name: Option<Ident>,
    /// The type of its values; that of the column if not given.
    pub ty: Option<Type>,
    /// How it counts.
    pub options: SequenceOptions,
}

/// The options of an identity column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// `GENERATED ALWAYS` rather than `BY DEFAULT`.
    pub always: bool,
    /// How it counts.
    pub options: SequenceOptions,
}

impl ServerDefault {
    /// Makes `GENERATED ALWAYS AS (expression) STORED`.
    #[must_use]
    pub fn computed(expression: impl Into<Expression>) -> Self {
        Self::Computed { expression: expression.into(), stored: true }
    }

    /// Makes `GENERATED ALWAYS AS (expression) VIRTUAL`.
    #[must_use]
    pub fn computed_virtual(expression: impl Into<Expression>) -> Self {
        Self::Computed { expression: expression.into(), stored: false }
    }

    /// Makes `DEFAULT expression`.
    #[must_use]
    pub fn expression(expression: impl Into<Expression>) -> Self {
        Self::Expression(expression.into())
    }

    /// Returns the SQL that it is, if it is SQL.
    pub(crate) const fn sql(&self) -> Option<&Expression> {
        if let Self::Computed { expression, .. } | Self::Expression(expression) = self {
            Some(expression)
        } else {
            None
        }
    }
}

/// Counts as the database does where nothing is said.
const COUNTS: SequenceOptions = SequenceOptions {
    start: None,
    increment: None,
    minimum: None,
    maximum: None,
    cache: None,
    is_cycling: false,
};

/// Defines the methods that say how something counts: on a value, or on what was recorded.
macro_rules! counts {
    ($(#[$must_use:meta])? $this:ident: ($($receiver:tt)*) -> $out:ty) => {
        /// Sets the first value.
        $(#[$must_use])?
        pub const fn start($($receiver)*, start: i64) -> $out {
            $this.options.start = Some(start);
            $this
        }

        /// Sets the step.
        $(#[$must_use])?
        pub const fn increment($($receiver)*, increment: i64) -> $out {
            $this.options.increment = Some(increment);
            $this
        }

        /// Sets the smallest value.
        $(#[$must_use])?
        pub const fn minimum($($receiver)*, minimum: i64) -> $out {
            $this.options.minimum = Some(minimum);
            $this
        }

        /// Sets the largest value.
        $(#[$must_use])?
        pub const fn maximum($($receiver)*, maximum: i64) -> $out {
            $this.options.maximum = Some(maximum);
            $this
        }

        /// Sets how many values a session takes at once.
        $(#[$must_use])?
        pub const fn cache($($receiver)*, values: i64) -> $out {
            $this.options.cache = Some(values);
            $this
        }

        /// Lets it begin again after its last value.
        $(#[$must_use])?
        pub const fn cycle($($receiver)*) -> $out {
            $this.options.is_cycling = true;
            $this
        }
    };
}
pub(super) use counts;

impl Serial {
    /// Makes the sequence that `SERIAL` makes.
    #[must_use]
    pub const fn new() -> Self {
        Self { name: None, ty: None, options: COUNTS }
    }

    /// Sets the name.
    #[must_use]
    pub fn named(mut self, name: impl Into<Ident>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the type of its values.
    #[must_use]
    pub fn ty(mut self, ty: Type) -> Self {
        self.ty = Some(ty);
        self
    }

    counts!(#[must_use] self: (mut self) -> Self);

    /// Tells whether it is the sequence that `SERIAL` makes.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::new()
    }
}

impl Identity {
    /// Makes `GENERATED ALWAYS AS IDENTITY`: an INSERT may not give a value.
    #[must_use]
    pub const fn always() -> Self {
        Self { always: true, options: COUNTS }
    }

    /// Makes `GENERATED BY DEFAULT AS IDENTITY`: a value that an INSERT gives is taken.
    #[must_use]
    pub const fn by_default() -> Self {
        Self { always: false, options: COUNTS }
    }

    counts!(#[must_use] self: (mut self) -> Self);
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl Literal {
    /// Makes a number whose digits stay as written: `Literal::number("1.10")`.
    #[must_use]
    pub fn number(digits: impl Into<String>) -> Self {
        Self::Number(digits.into())
    }
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
