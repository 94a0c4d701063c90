//! Constants as the server prints them, and what it prints read as constants.
//!
//! Nothing is guessed: what is not surely a constant of its column's own type stays an expression.

use super::{
    expression::{Kind, Token, tokens},
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
            match ty {
                Type::Char { .. } => format!("{constant}::bpchar"),
                Type::Json => format!("{constant}::json"),
                Type::Jsonb if matches!(text.as_str(), "{}" | "[]") => format!("{constant}::jsonb"),
                Type::String { .. } => format!("{constant}::character varying"),
                Type::Text => format!("{constant}::text"),
                // The server reads these constants and prints them in its own form; only it knows how.
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

/// Returns the constant that the server takes for a value of a type: `1` is no boolean to it, and `5` no JSON.
pub(super) fn as_value_of(ty: &Type, literal: &Literal) -> Literal {
    let quoted = match (ty, literal) {
        (Type::Boolean, Literal::Integer(value @ (0 | 1))) => return Literal::Boolean(*value == 1),
        (Type::Json | Type::Jsonb, Literal::Boolean(value)) => Some(value.to_string()),
        (Type::Json | Type::Jsonb, Literal::Integer(value)) => Some(value.to_string()),
        (Type::Json | Type::Jsonb, Literal::Number(digits)) => Some(digits.clone()),
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
fn cast_constant(sql: &str) -> Option<(&str, &str)> {
    match tokens(sql).as_slice() {
        [constant, cast, ..] if constant.kind == Kind::Text && cast.text == "::" => {
            let (constant, rest) = sql.split_at_checked(constant.end())?;
            Some((constant, rest.trim_start().strip_prefix("::")?))
        }
        _ => None,
    }
}

/// Tells whether an expression is constants under casts and no more, whose value is the same each time.
///
/// A change of type leaves such a thing: `''::character varying` as the default of a `TEXT` column,
/// `('{}'::json)::jsonb` as that of a `JSONB` one.
pub(super) fn is_under_casts(ty: &Type, sql: &str) -> bool {
    let mut place = Place::Value;
    let tokens = tokens(sql);
    let are_all = tokens.iter().all(|token| match place.after(token) {
        Some(next) => {
            place = next;
            true
        }
        None => false,
    });
    let has_constant = tokens.iter().any(|token| matches!(token.kind, Kind::Number | Kind::Text))
        || tokens.iter().any(|token| token.kind == Kind::Word && is_value_word(token.text));
    are_all && has_constant && !(is_time(ty) && tokens.iter().any(|token| moves(token.text)))
}

/// Where a token of constants under casts stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a constant, or between constants.
    Value,
    /// In the name of a type.
    Name,
    /// In the parentheses behind the name of a type.
    Modifier,
}

impl Place {
    /// Returns the place after a token; `None` if it is none of constants under casts.
    fn after(self, token: &Token<'_>) -> Option<Self> {
        match (self, token.kind) {
            (Self::Value, Kind::Number | Kind::Text) => Some(Self::Value),
            (Self::Value, Kind::Word) => is_value_word(token.text).then_some(Self::Value),
            (Self::Value | Self::Name, Kind::Symbol) if token.is("::") => Some(Self::Name),
            (Self::Value, Kind::Symbol) => {
                ["(", ")", "[", "]", ",", "-"].iter().any(|symbol| token.is(symbol)).then_some(Self::Value)
            }
            (Self::Name, Kind::QuotedName) => Some(Self::Name),
            (Self::Name, Kind::Word) => (!is_operator_word(token.text)).then_some(Self::Name),
            (Self::Name, Kind::Symbol) if token.is("(") => Some(Self::Modifier),
            (Self::Name, Kind::Symbol) if [".", "[", "]"].iter().any(|symbol| token.is(symbol)) => {
                Some(Self::Name)
            }
            (Self::Name, Kind::Symbol) => {
                [")", ","].iter().any(|symbol| token.is(symbol)).then_some(Self::Value)
            }
            (Self::Modifier, Kind::Number) => Some(Self::Modifier),
            (Self::Modifier, Kind::Symbol) if token.is(",") => Some(Self::Modifier),
            (Self::Modifier, Kind::Symbol) if token.is(")") => Some(Self::Name),
            (Self::Modifier, _)
            | (_, Kind::Unclosed)
            | (Self::Value, Kind::QuotedName)
            | (Self::Name, Kind::Number | Kind::Text) => None,
        }
    }
}

fn is_value_word(word: &str) -> bool {
    ["array", "false", "true"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Words that stand where a type's name may have ended.
fn is_operator_word(word: &str) -> bool {
    let words = ["and", "at", "between", "collate", "ilike", "in", "is", "like", "not", "or", "similar"];
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Tells whether a text names a time that depends on when it is read (manual, 8.5.1.4).
fn moves(text: &str) -> bool {
    let words = ["now", "today", "tomorrow", "yesterday"];
    let is_one = |word: &str| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    text.split(|letter: char| !letter.is_alphanumeric()).any(is_one)
}

fn is_time(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Date | Type::DateTime { .. } | Type::DateTimeTz { .. } | Type::Time { .. } | Type::Array(_)
    )
}

/// Reads a default as a constant, given the column's type and its name by `format_type()`.
pub(super) fn read(ty: &Type, format: &str, sql: &str) -> Option<Literal> {
    if let Some((constant, cast)) = cast_constant(sql) {
        let text = unquoted(constant)?;
        if family::is_number(ty) {
            let number = number(&text)?;
            return (printed(ty, &number) == sql).then_some(number);
        }
        return is_own(ty, format, cast).then_some(Literal::String(text));
    }
    let tokens = tokens(sql);
    let [only] = tokens.as_slice() else { return None };
    match only.kind {
        Kind::Number if family::is_number(ty) => number(only.text),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_under_casts_are_told_from_what_moves() {
        for constant in [
            "''::character varying",
            "('{}'::json)::jsonb",
            "('x'::text)::character varying(20)",
            "'2020-01-01 00:00:00'::timestamp without time zone::timestamp(3) with time zone",
            "(ARRAY['a'::character varying, 'b'::character varying])::text[]",
            "(('-5'::integer)::bigint)::shop.\"Mood\"",
            "(true)::text",
            "2.5",
        ] {
            assert!(is_under_casts(&Type::DateTime { precision: None }, constant), "{constant}");
        }
        for other in [
            "now()",
            "'now'::text::date",
            "('Today'::text)::timestamp without time zone",
            "nextval('s'::regclass)",
            "('a'::text || 'b'::text)",
            "'a'::text AND f()",
            "CURRENT_DATE",
            "(NULL)::text",
            "a",
            "'a'::f(b)",
            "",
        ] {
            assert!(!is_under_casts(&Type::DateTime { precision: None }, other), "{other}");
        }
    }

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
