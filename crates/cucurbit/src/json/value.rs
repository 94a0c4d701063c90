//! Types, constants and defaults on the wire.

use serde::{Deserialize, Serialize};

use super::{
    table::{WireIdentity, WireSerial},
    wire::{InNamespace, Varying, Wire},
};
use crate::schema::{Literal, ServerDefault, Type};

/// A type of a column.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum WireType {
    Array(Box<Self>),
    BigInteger,
    Binary,
    Boolean,
    Char(Length),
    Custom(String),
    Date,
    DateTime(Precision),
    DateTimeTz(Precision),
    Decimal(Digits),
    Double,
    Enum(InNamespace),
    Float,
    Integer,
    Interval,
    Json,
    Jsonb,
    Real,
    SmallInteger,
    String(Length),
    Text,
    Time(Precision),
    Uuid,
}

/// A length, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Length {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    length: Option<u32>,
}

/// A precision of times, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Precision {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    precision: Option<u32>,
}

/// All digits and those after the point, or neither.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields, expecting = "expected `precision` and `scale`, or neither")]
pub(super) enum Digits {
    Said { precision: u32, scale: i32 },
    Unsaid {},
}

impl Wire for WireType {
    type Model = Type;

    fn of(model: &Type) -> Self {
        match model {
            Type::Array(element) => Self::Array(Wire::of(element)),
            Type::BigInteger => Self::BigInteger,
            Type::Binary => Self::Binary,
            Type::Boolean => Self::Boolean,
            Type::Char { length } => Self::Char(Length { length: *length }),
            Type::Custom { spelling } => Self::Custom(spelling.clone()),
            Type::Date => Self::Date,
            Type::DateTime { precision } => Self::DateTime(Precision { precision: *precision }),
            Type::DateTimeTz { precision } => Self::DateTimeTz(Precision { precision: *precision }),
            Type::Decimal { precision: Some((precision, scale)) } => {
                Self::Decimal(Digits::Said { precision: *precision, scale: *scale })
            }
            Type::Decimal { precision: None } => Self::Decimal(Digits::Unsaid {}),
            Type::Double => Self::Double,
            Type::Enum { name } => Self::Enum(Wire::of(name)),
            Type::Float => Self::Float,
            Type::Integer => Self::Integer,
            Type::Interval => Self::Interval,
            Type::Json => Self::Json,
            Type::Jsonb => Self::Jsonb,
            Type::Real => Self::Real,
            Type::SmallInteger => Self::SmallInteger,
            Type::String { length } => Self::String(Length { length: *length }),
            Type::Text => Self::Text,
            Type::Time { precision } => Self::Time(Precision { precision: *precision }),
            Type::Uuid => Self::Uuid,
        }
    }

    fn model(self) -> Type {
        match self {
            Self::Array(element) => Type::Array(element.model()),
            Self::BigInteger => Type::BigInteger,
            Self::Binary => Type::Binary,
            Self::Boolean => Type::Boolean,
            Self::Char(Length { length }) => Type::Char { length },
            Self::Custom(spelling) => Type::Custom { spelling },
            Self::Date => Type::Date,
            Self::DateTime(Precision { precision }) => Type::DateTime { precision },
            Self::DateTimeTz(Precision { precision }) => Type::DateTimeTz { precision },
            Self::Decimal(Digits::Said { precision, scale }) => {
                Type::Decimal { precision: Some((precision, scale)) }
            }
            Self::Decimal(Digits::Unsaid {}) => Type::Decimal { precision: None },
            Self::Double => Type::Double,
            Self::Enum(name) => Type::Enum { name: name.model() },
            Self::Float => Type::Float,
            Self::Integer => Type::Integer,
            Self::Interval => Type::Interval,
            Self::Json => Type::Json,
            Self::Jsonb => Type::Jsonb,
            Self::Real => Type::Real,
            Self::SmallInteger => Type::SmallInteger,
            Self::String(Length { length }) => Type::String { length },
            Self::Text => Type::Text,
            Self::Time(Precision { precision }) => Type::Time { precision },
            Self::Uuid => Type::Uuid,
        }
    }
}

/// A constant.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WireLiteral {
    Boolean(bool),
    Integer(i64),
    Null,
    Number(String),
    String(String),
}

impl Wire for WireLiteral {
    type Model = Literal;

    fn of(model: &Literal) -> Self {
        match model {
            Literal::Boolean(value) => Self::Boolean(*value),
            Literal::Integer(value) => Self::Integer(*value),
            Literal::Null => Self::Null,
            Literal::Number(digits) => Self::Number(digits.clone()),
            Literal::String(text) => Self::String(text.clone()),
        }
    }

    fn model(self) -> Literal {
        match self {
            Self::Boolean(value) => Literal::Boolean(value),
            Self::Integer(value) => Literal::Integer(value),
            Self::Null => Literal::Null,
            Self::Number(digits) => Literal::Number(digits),
            Self::String(text) => Literal::String(text),
        }
    }
}

/// What the database fills in.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum WireDefault {
    Computed { expression: Varying<String>, stored: bool },
    Expression(Varying<String>),
    Identity(WireIdentity),
    Literal(WireLiteral),
    Serial(WireSerial),
}

impl Wire for WireDefault {
    type Model = ServerDefault;

    fn of(model: &ServerDefault) -> Self {
        match model {
            ServerDefault::Computed { expression, stored } => {
                Self::Computed { expression: Wire::of(expression), stored: *stored }
            }
            ServerDefault::Expression(sql) => Self::Expression(Wire::of(sql)),
            ServerDefault::Identity(identity) => Self::Identity(Wire::of(identity)),
            ServerDefault::Literal(literal) => Self::Literal(Wire::of(literal)),
            ServerDefault::Serial(serial) => Self::Serial(Wire::of(serial)),
        }
    }

    fn model(self) -> ServerDefault {
        match self {
            Self::Computed { expression, stored } => {
                ServerDefault::Computed { expression: expression.model(), stored }
            }
            Self::Expression(sql) => ServerDefault::Expression(sql.model()),
            Self::Identity(identity) => ServerDefault::Identity(identity.model()),
            Self::Literal(literal) => ServerDefault::Literal(literal.model()),
            Self::Serial(serial) => ServerDefault::Serial(serial.model()),
        }
    }
}
