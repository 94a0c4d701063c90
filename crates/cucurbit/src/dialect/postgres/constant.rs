//! Constants as the server prints them, and what it prints read as constants.
//!
//! Nothing is guessed: what is not surely a constant of its column's own type stays an expression.

use super::{
    expression::{Kind, tokens},
    types,
};
use crate::{
    dialect::sql,
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
            match ty {
                Type::Char { .. } => format!("{constant}::bpchar"),
                Type::Json => format!("{constant}::json"),
                Type::Jsonb if matches!(text.as_str(), "{}" | "[]") => format!("{constant}::jsonb"),
                Type::String { .. } => format!("{constant}::character varying"),
                Type::Text => format!("{constant}::text"),
                // The server reads these constants and prints them anew; only it knows how.
                Type::Array(_)
                | Type::BigInteger
                | Type::Binary
                | Type::Boolean
                | Type::Custom { .. }
                | Type::Date
                | Type::DateTime { .. }
                | Type::DateTimeTz { .. }
                | Type::Decimal { .. }
                | Type::Double
                | Type::Enum { .. }
                | Type::Float
                | Type::Integer
                | Type::Interval
                | Type::Jsonb
                | Type::Real
                | Type::SmallInteger
                | Type::Time { .. }
                | Type::Uuid => constant,
            }
        }
    }
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
fn cast_constant(sql: &str) -> Option<(&str, &str)> {
    match tokens(sql).as_slice() {
        [constant, cast, ..] if constant.kind == Kind::Text && cast.text == "::" => {
            let (constant, rest) = sql.split_at_checked(constant.end())?;
            Some((constant, rest.trim_start().strip_prefix("::")?))
        }
        _ => None,
    }
}

/// Reads a default as a constant, given the column's type and its name by `format_type()`.
pub(super) fn read(ty: &Type, format: &str, sql: &str) -> Option<Literal> {
    if let Some((constant, cast)) = cast_constant(sql) {
        let text = unquoted(constant)?;
        if is_number(ty) {
            let number = number(&text)?;
            return (printed(ty, &number) == sql).then_some(number);
        }
        return is_own(ty, format, cast).then_some(Literal::String(text));
    }
    let tokens = tokens(sql);
    let [only] = tokens.as_slice() else { return None };
    match only.kind {
        Kind::Number if is_number(ty) => number(only.text),
        Kind::Word if *ty == Type::Boolean && only.text == "true" => Some(Literal::Boolean(true)),
        Kind::Word if *ty == Type::Boolean && only.text == "false" => Some(Literal::Boolean(false)),
        Kind::Number | Kind::QuotedName | Kind::Symbol | Kind::Text | Kind::Unclosed | Kind::Word => None,
    }
}

fn number(digits: &str) -> Option<Literal> {
    match digits.parse::<i64>() {
        Ok(integer) if integer.to_string() == digits => Some(Literal::Integer(integer)),
        Ok(_) | Err(_) => digits.parse::<f64>().ok().map(|_| Literal::Number(digits.to_owned())),
    }
}

/// Tells whether a constant is cast to the column's own type: printed without lengths, and with `CHAR` and `BIT`
/// under the names of the catalogue.
fn is_own(ty: &Type, format: &str, cast: &str) -> bool {
    let own = match format.split_once('(') {
        Some((head, rest)) => {
            let tail = rest.split_once(')').map_or("", |(_, tail)| tail);
            format!("{}{tail}", head.trim_end())
        }
        None => format.to_owned(),
    };
    if matches!(ty, Type::Char { .. }) {
        return cast == "bpchar";
    }
    cast == own || (own == "bit" && cast == "\"bit\"")
}

/// Takes the quotes off a string constant that the server printed: without escapes.
fn unquoted(constant: &str) -> Option<String> {
    Some(constant.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'"))
}

fn is_number(ty: &Type) -> bool {
    matches!(
        ty,
        Type::BigInteger
            | Type::Decimal { .. }
            | Type::Double
            | Type::Float
            | Type::Integer
            | Type::Real
            | Type::SmallInteger
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_surely_a_constant_is_one() {
        let string = |text: &str| Some(Literal::String(text.to_owned()));
        let named = Type::enumeration("mood");
        let short = Type::String { length: Some(5) };
        for (ty, format, sql, wanted) in [
            (&Type::Integer, "integer", "7", Some(Literal::Integer(7))),
            (&Type::BigInteger, "bigint", "'-5000000000'::bigint", Some(Literal::Integer(-5_000_000_000))),
            (&Type::Double, "double precision", "1.50", Some(Literal::number("1.50"))),
            (&Type::Boolean, "boolean", "false", Some(Literal::Boolean(false))),
            (&Type::Text, "text", "'it''s'::text", string("it's")),
            (&Type::Text, "text", r"'C:\n'::text", string(r"C:\n")),
            (&short, "character varying(5)", "'x'::character varying", string("x")),
            (&Type::Date, "date", "'2020-01-01'::date", string("2020-01-01")),
            (&named, "mood", "'sad'::mood", string("sad")),
            // Not of the column's own type, not a constant, or a function's result.
            (&short, "character varying(5)", "'x'::text", None),
            (&Type::Integer, "integer", "'7'::bigint", None),
            (&Type::Integer, "integer", "7 + 1", None),
            (&Type::Text, "text", "'a'::text || 'b'::text", None),
            (&Type::Date, "date", "CURRENT_DATE", None),
            (&Type::Integer, "integer", "'7'::text::integer", None),
            (&Type::Boolean, "boolean", "null", None),
        ] {
            assert_eq!(read(ty, format, sql), wanted, "{sql}");
        }
    }
}
