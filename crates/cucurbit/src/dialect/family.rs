//! Which types become which without being told how: the same on both databases.
//!
//! What PostgreSQL's assignment casts and its texts know (`pg_cast`; every type becomes text and comes from it), and a few
//! more whose meaning is plain: numbers and truth. What may not live here: how a value is converted.

use crate::schema::Type;

/// Types with casts among each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Array,
    Bytes,
    Json,
    Number,
    Other,
    Text,
    Time,
    Truth,
}

impl Family {
    /// Sorts a type, as its database reads it.
    pub(super) fn of(ty: &Type) -> Self {
        match ty {
            Type::Array(_) => Self::Array,
            Type::Binary => Self::Bytes,
            Type::Json | Type::Jsonb => Self::Json,
            Type::BigInteger
            | Type::Decimal { .. }
            | Type::Double
            | Type::Float
            | Type::Integer
            | Type::Real
            | Type::SmallInteger => Self::Number,
            Type::Custom { .. } | Type::Enum { .. } | Type::Uuid => Self::Other,
            Type::Char { .. } | Type::String { .. } | Type::Text => Self::Text,
            Type::Date
            | Type::DateTime { .. }
            | Type::DateTimeTz { .. }
            | Type::Interval
            | Type::Time { .. } => Self::Time,
            Type::Boolean => Self::Truth,
        }
    }
}

/// Tells whether the values of a type are numbers.
pub(super) fn is_number(ty: &Type) -> bool {
    Family::of(ty) == Family::Number
}

/// Tells whether a script must say how values of one type become values of another.
pub(super) fn needs_using(from: &Type, to: &Type) -> bool {
    use Family::{Array, Bytes, Json, Number, Other, Text, Time, Truth};
    match (from, to) {
        (Type::Array(from), Type::Array(to)) => return needs_using(from, to),
        (Type::Array(element), to) => return array_needs_using(element, to),
        (from, Type::Array(element)) => return element_needs_using(from, element),
        (_, _) => {}
    }
    match (Family::of(from), Family::of(to)) {
        (_, Text | Other) | (Text | Other, _) => false,
        (_, Array) | (Array, _) => true,
        (Bytes, Bytes) | (Json, Json) | (Number | Truth, Number | Truth) => false,
        (Time, Time) => !has_time_cast(from, to),
        (Bytes | Json | Number | Time | Truth, Bytes | Json | Number | Time | Truth) => true,
    }
}

/// An array becomes a text as it is written, from which it can be read again, but for one of texts: that might as well be
/// its first. Of others only the server knows some, of numbers.
fn array_needs_using(element: &Type, to: &Type) -> bool {
    match Family::of(to) {
        Family::Text => Family::of(element) == Family::Text,
        Family::Other => Family::of(element) != Family::Number,
        Family::Array | Family::Bytes | Family::Json | Family::Number | Family::Time | Family::Truth => true,
    }
}

/// A value becomes an array of it, and a text one of other things as it is written.
fn element_needs_using(from: &Type, element: &Type) -> bool {
    match (Family::of(from), Family::of(element)) {
        (Family::Other, Family::Number | Family::Other | Family::Text) => false,
        (Family::Other, _) => true,
        (_, _) => needs_using(from, element),
    }
}

/// Times become days and times of day; neither becomes the other, and a span is only a time of day's.
fn has_time_cast(from: &Type, to: &Type) -> bool {
    let is_of_day = |ty: &Type| matches!(ty, Type::Time { .. } | Type::Interval);
    let is_point = |ty: &Type| matches!(ty, Type::DateTime { .. } | Type::DateTimeTz { .. });
    match (is_of_day(from), is_of_day(to)) {
        (true, to_of_day) => to_of_day,
        (false, true) => is_point(from) && matches!(to, Type::Time { .. }),
        (false, false) => true,
    }
}
