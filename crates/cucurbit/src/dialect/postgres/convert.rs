//! How a value becomes one of another type: casts, and one value as an array of it.

use super::{constant, define, expression, types};
use crate::{
    dialect::family::Family,
    schema::{Column, Dialect, Literal, ServerDefault, Type},
};

/// Says how a value becomes one of another type, where PostgreSQL has no cast that it makes by itself.
///
/// Assignment casts are listed in the catalogue `pg_cast`; every type becomes text by itself.
pub(super) fn cast(column: &str, from: &Type, to: &Type) -> Option<String> {
    use Family::{Array, Bytes, Json, Number, Other, Text, Time, Truth};
    let (from, to) = (&types::stored(from), &types::stored(to));
    let spelled = types::spelled(to);
    match (from, to) {
        // What a cast of assignment does is not done by an explicit one, which cuts what is too long.
        (Type::Array(from), Type::Array(to)) if cast(column, from, to).is_none() => return None,
        (from, Type::Array(element)) if is_element(from, element) => {
            return Some(array_of_one(column, from, element));
        }
        // The 16 bytes, as a SQLite file has them under both types.
        (Type::Uuid, Type::Binary) => return Some(format!("uuid_send({column})")),
        (Type::Binary, Type::Uuid) => return Some(format!("encode({column}, 'hex')::UUID")),
        (_, _) => {}
    }
    match (family(from), family(to)) {
        (_, Text) => None,
        (Number, Truth) => Some(format!("({column} <> 0)")),
        (Truth, Number) => Some(format!("{column}::INTEGER")),
        // The cast reads backslashes and hexadecimal; the bytes of the text are meant.
        (Text, Bytes) => Some(format!("convert_to({column}, 'UTF8')")),
        (Array, Array) if has_named_elements(from) || has_named_elements(to) => {
            Some(format!("{column}::TEXT[]::{spelled}"))
        }
        (Text | Array, _) | (_, Array) => Some(format!("{column}::{spelled}")),
        (Other, _) | (_, Other) => Some(format!("{column}::TEXT::{spelled}")),
        // There is a cast of assignment, or none: then it was refused, unless the script says `using`.
        (Number | Truth | Time | Json | Bytes, Number | Truth | Time | Json | Bytes) => None,
    }
}

/// Writes what the value of a column becomes; NULL stays NULL.
fn array_of_one(column: &str, from: &Type, element: &Type) -> String {
    format!("CASE WHEN {column} IS NOT NULL THEN {} END", in_array(column, from, element))
}

/// Returns the default that one of single values becomes, where its column becomes one of arrays.
pub(super) fn array_default(column: &Column, ty: &Type) -> Option<ServerDefault> {
    let from = types::stored(column.ty.on(Dialect::Postgres));
    let Type::Array(element) = ty else { return None };
    let default = column.default.as_ref().filter(|_| is_element(&from, element))?;
    match default {
        ServerDefault::Literal(Literal::Null) => None,
        ServerDefault::Literal(value) if from == **element || cast("", &from, element).is_none() => {
            let text = match constant::as_value_of(&from, value) {
                Literal::String(text) => expression::array_element(&text),
                other @ (Literal::Boolean(_) | Literal::Integer(_) | Literal::Null | Literal::Number(_)) => {
                    define::literal(&other)
                }
            };
            Some(ServerDefault::Literal(Literal::String(format!("{{{text}}}"))))
        }
        ServerDefault::Expression(_) | ServerDefault::Literal(_) => {
            let value = define::constant_or_expression(&from, default);
            let array = format!("{}::{}", in_array(&value, &from, element), types::spelled(ty));
            Some(ServerDefault::Expression(array.into()))
        }
        ServerDefault::Computed { .. } | ServerDefault::Identity(_) | ServerDefault::Serial(_) => None,
    }
}

/// Writes an array of one value.
fn in_array(value: &str, from: &Type, element: &Type) -> String {
    let cast = if from == element { None } else { cast(value, from, element) };
    format!("ARRAY[{}]", cast.as_deref().unwrap_or(value))
}

/// Tells whether a value becomes an element of an array. A text is read as the array where its elements are no texts, and
/// a type of a name may have a cast of its own.
fn is_element(from: &Type, element: &Type) -> bool {
    match (family(from), family(element)) {
        (Family::Array, _) => false,
        (Family::Text, to) => to == Family::Text,
        (Family::Other, to) => matches!(to, Family::Other | Family::Text),
        (Family::Bytes | Family::Json | Family::Number | Family::Time | Family::Truth, _) => true,
    }
}

fn family(ty: &Type) -> Family {
    Family::of(&types::stored(ty))
}

/// Tells whether the elements of an array have casts from and to text alone.
fn has_named_elements(ty: &Type) -> bool {
    let Type::Array(element) = types::stored(ty) else { return false };
    family(&element) == Family::Other
}
