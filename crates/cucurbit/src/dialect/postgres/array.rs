//! One value as an array of it: in rows, and in defaults.

use super::{
    alter::{cast, family},
    constant, expression, render, types,
};
use crate::{
    dialect::family::Family,
    schema::{Column, Dialect, Literal, ServerDefault, Type},
};

/// Writes what the value of a column becomes; NULL stays NULL.
pub(super) fn of_one(column: &str, from: &Type, element: &Type) -> String {
    format!("CASE WHEN {column} IS NOT NULL THEN {} END", in_array(column, from, element))
}

/// Returns the default that one of single values becomes, where its column becomes one of arrays.
pub(super) fn default(column: &Column, ty: &Type) -> Option<ServerDefault> {
    let from = types::stored(column.ty.on(Dialect::Postgres));
    let Type::Array(element) = ty else { return None };
    let default = column.default.as_ref().filter(|_| is_element(&from, element))?;
    match default {
        ServerDefault::Literal(Literal::Null) => None,
        ServerDefault::Literal(value) if from == **element || cast("", &from, element).is_none() => {
            let text = match constant::as_value_of(&from, value) {
                Literal::String(text) => expression::array_element(&text),
                other @ (Literal::Boolean(_) | Literal::Integer(_) | Literal::Null | Literal::Number(_)) => {
                    render::literal(&other)
                }
            };
            Some(ServerDefault::Literal(Literal::String(format!("{{{text}}}"))))
        }
        ServerDefault::Expression(_) | ServerDefault::Literal(_) => {
            let value = render::constant_or_expression(&from, default);
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
pub(super) fn is_element(from: &Type, element: &Type) -> bool {
    match (family(from), family(element)) {
        (Family::Array, _) => false,
        (Family::Text, to) => to == Family::Text,
        (Family::Other, to) => matches!(to, Family::Other | Family::Text),
        (
            Family::Bytes | Family::Json | Family::Number | Family::Time | Family::Truth,
            Family::Array
            | Family::Bytes
            | Family::Json
            | Family::Number
            | Family::Other
            | Family::Text
            | Family::Time
            | Family::Truth,
        ) => true,
    }
}
