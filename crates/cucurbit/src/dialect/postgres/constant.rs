//! Constants as the server takes and prints them.

use super::{
    expression::{Class, tokens},
    types,
};
use crate::{
    dialect::{family, postgres::sql},
    schema::{Expression, Literal, Type},
};

/// Writes a constant of a type as the server prints it, where that is known for certain.
///
/// The rules are those of `get_const_expr` and `simple_quote_literal` in `src/backend/utils/adt/ruleutils.c`.
pub(super) fn printed(ty: &Type, literal: &Literal) -> String {
    match literal {
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(value) => match i32::try_from(*value) {
            Ok(small) if small >= 0 => small.to_string(),
            Ok(small) => format!("'{small}'::integer"),
            Err(_) => format!("'{value}'::bigint"),
        },
        Literal::Null => "NULL".to_owned(),
        Literal::Number(digits) if digits.starts_with('-') => match digits.parse::<i32>() {
            Ok(_) => format!("'{digits}'::integer"),
            Err(_) => format!("'{digits}'::numeric"),
        },
        Literal::Number(digits) => digits.clone(),
        Literal::String(text) => {
            let constant = sql::string(text);
            let cast = if matches!(ty, Type::Char { .. }) {
                "bpchar"
            } else if matches!(ty, Type::String { .. }) {
                "character varying"
            } else if *ty == Type::Text {
                "text"
            } else if *ty == Type::Json {
                "json"
            } else if *ty == Type::Jsonb && matches!(text.as_str(), "{}" | "[]") {
                "jsonb"
            } else {
                // The server reads these constants and prints them in its own form; only it knows how.
                return constant;
            };
            format!("{constant}::{cast}")
        }
    }
}

/// Returns the constant that the server takes for a value of a type: `1` is no boolean to it, and `5` no JSON.
pub(super) fn as_value_of(ty: &Type, literal: &Literal) -> Literal {
    let quoted = match (ty, literal) {
        (Type::Boolean, Literal::Integer(value @ (0 | 1))) => return Literal::Boolean(*value == 1),
        (Type::Json | Type::Jsonb, Literal::Boolean(_) | Literal::Integer(_) | Literal::Number(_)) => {
            Some(literal.to_string())
        }
        // What is not finite has a word and no digits (manual, section 8.1.3).
        (_, Literal::Number(digits))
            if family::is_number(ty) && digits.parse::<f64>().is_ok_and(f64::is_nan) =>
        {
            Some("NaN".to_owned())
        }
        (_, Literal::Number(digits)) if family::is_number(ty) => {
            let (sign, word) = digits.split_at(digits.len() - digits.trim_start_matches('-').len());
            let is_word = word.eq_ignore_ascii_case("inf") || word.eq_ignore_ascii_case("infinity");
            is_word.then(|| format!("{sign}Infinity"))
        }
        (_, _) => None,
    };
    quoted.map_or_else(|| literal.clone(), Literal::String)
}

/// A constant of a type that is known by its name is printed with that name, which has several spellings.
pub(super) fn without_own_cast(ty: &Type, expression: Expression) -> Expression {
    let Type::Enum { name } = ty else { return expression };
    match cast_constant(&expression.base) {
        Some((constant, cast)) if types::is_named(cast, name) => constant.into(),
        Some(_) | None => expression,
    }
}

/// Splits a string constant from the type that it is cast to, if that is all.
pub(super) fn cast_constant(sql: &str) -> Option<(&str, &str)> {
    match tokens(sql).as_slice() {
        [constant, cast, ..] if constant.class == Class::Text && cast.text == "::" => {
            let (constant, rest) = sql.split_at_checked(constant.end())?;
            Some((constant, rest.trim_start().strip_prefix("::")?))
        }
        _ => None,
    }
}
