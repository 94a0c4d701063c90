//! The closed list of logical column types.
//!
//! How a database spells them lives in `dialect/*/types.rs`.

use std::fmt;

use super::{Dialect, ObjectName, Variants};

/// A column's type, with the types it has on other dialects.
pub type ColumnType = Variants<Type>;

/// A logical column type.
///
/// Lengths are in characters for text and in bytes for binary; precisions of times are digits of a second.
///
/// This enum is non-exhaustive so that types can be added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Type {
    /// An array of another type (PostgreSQL only).
    Array(Box<Self>),
    /// A 64-bit integer: `BIGINT`.
    BigInteger,
    /// Bytes: `BYTEA`, `BLOB`.
    Binary,
    /// True or false: `BOOLEAN`.
    Boolean,
    /// Text padded to a length: `CHAR(n)`.
    Char {
        /// The length in characters.
        length: Option<u32>,
    },
    /// A type that is not in this list, spelled as the database spells it.
    Custom {
        /// The spelling, with its arguments.
        spelling: String,
    },
    /// A day: `DATE`.
    Date,
    /// A day and a time without a zone: `TIMESTAMP WITHOUT TIME ZONE`, `DATETIME`.
    DateTime {
        /// Digits of a second; the database's default if not given.
        precision: Option<u32>,
    },
    /// A day and a time with a zone: `TIMESTAMP WITH TIME ZONE`.
    DateTimeTz {
        /// Digits of a second; the database's default if not given.
        precision: Option<u32>,
    },
    /// An exact number: `NUMERIC(precision, scale)`.
    Decimal {
        /// All digits and those after the point.
        precision: Option<(u32, i32)>,
    },
    /// A 64-bit floating-point number: `DOUBLE PRECISION`.
    Double,
    /// One of the values of an [`EnumType`](super::EnumType): its name on PostgreSQL, `TEXT` on SQLite.
    Enum {
        /// The type's name.
        name: ObjectName,
    },
    /// SQL's `FLOAT`: 64 bits on both databases.
    Float,
    /// A 32-bit integer: `INTEGER`.
    Integer,
    /// A span of time: `INTERVAL`.
    Interval,
    /// JSON kept as text: `JSON`.
    Json,
    /// JSON kept parsed: `JSONB` on PostgreSQL.
    Jsonb,
    /// A 32-bit floating-point number: `REAL`.
    Real,
    /// A 16-bit integer: `SMALLINT`.
    SmallInteger,
    /// Text of at most a length: `VARCHAR(n)`; without a length `VARCHAR`.
    String {
        /// The length in characters.
        length: Option<u32>,
    },
    /// Text of any length: `TEXT`.
    Text,
    /// A time of day without a zone: `TIME`.
    Time {
        /// Digits of a second; the database's default if not given.
        precision: Option<u32>,
    },
    /// A UUID.
    Uuid,
}

impl From<Type> for ColumnType {
    fn from(ty: Type) -> Self {
        Self::same(ty)
    }
}

impl Type {
    /// Makes an array of another type (PostgreSQL only).
    #[must_use]
    pub fn array(element: Self) -> Self {
        Self::Array(Box::new(element))
    }

    /// Makes text padded to a length in characters.
    #[must_use]
    pub const fn char(length: u32) -> Self {
        Self::Char { length: Some(length) }
    }

    /// Makes a type that is not in this list, spelled as the database spells it.
    #[must_use]
    pub fn custom(spelling: impl Into<String>) -> Self {
        Self::Custom { spelling: spelling.into() }
    }

    /// Makes exact numbers of `precision` digits, `scale` of them after the point.
    #[must_use]
    pub const fn decimal(precision: u32, scale: i32) -> Self {
        Self::Decimal { precision: Some((precision, scale)) }
    }

    /// Makes one of the values of an enum type (PostgreSQL; text on SQLite).
    #[must_use]
    pub fn enumeration(name: impl Into<ObjectName>) -> Self {
        Self::Enum { name: name.into() }
    }

    /// Returns the enum type that this is one of, or an array of.
    #[must_use]
    pub fn enum_name(&self) -> Option<&ObjectName> {
        if let Self::Array(element) = self {
            return element.enum_name();
        }
        if let Self::Enum { name } = self { Some(name) } else { None }
    }

    /// Returns the same name, to change it.
    pub(crate) fn enum_name_mut(&mut self) -> Option<&mut ObjectName> {
        if let Self::Array(element) = self {
            return element.enum_name_mut();
        }
        if let Self::Enum { name } = self { Some(name) } else { None }
    }

    /// Returns the length in characters of a text that has one.
    pub(crate) const fn length(&self) -> Option<u32> {
        if let Self::Char { length } | Self::String { length } = self { *length } else { None }
    }

    /// Makes text of at most a length in characters.
    #[must_use]
    pub const fn string(length: u32) -> Self {
        Self::String { length: Some(length) }
    }

    /// Returns the type with another one for a dialect.
    #[must_use]
    pub fn on(self, dialect: Dialect, ty: Self) -> ColumnType {
        ColumnType::same(self).with(dialect, ty)
    }
}

/// Writes the type in the words of its constructor: `string(100)`, `date_time`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, argument) = match self {
            Self::Array(element) => return write!(f, "array of {element}"),
            Self::BigInteger => ("big_integer", None),
            Self::Binary => ("binary", None),
            Self::Boolean => ("boolean", None),
            Self::Char { length } => ("char", length.map(|length| length.to_string())),
            Self::Custom { spelling } => return f.write_str(spelling),
            Self::Date => ("date", None),
            Self::DateTime { precision } => ("date_time", precision.map(|digits| digits.to_string())),
            Self::DateTimeTz { precision } => ("date_time_tz", precision.map(|digits| digits.to_string())),
            Self::Decimal { precision } => {
                ("decimal", precision.map(|(all, scale)| format!("{all}, {scale}")))
            }
            Self::Double => ("double", None),
            Self::Enum { name } => return write!(f, "enum {name}"),
            Self::Float => ("float", None),
            Self::Integer => ("integer", None),
            Self::Interval => ("interval", None),
            Self::Json => ("json", None),
            Self::Jsonb => ("jsonb", None),
            Self::Real => ("real", None),
            Self::SmallInteger => ("small_integer", None),
            Self::String { length } => ("string", length.map(|length| length.to_string())),
            Self::Text => ("text", None),
            Self::Time { precision } => ("time", precision.map(|digits| digits.to_string())),
            Self::Uuid => ("uuid", None),
        };
        match argument {
            Some(argument) => write!(f, "{word}({argument})"),
            None => f.write_str(word),
        }
    }
}
