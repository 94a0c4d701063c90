//! What the server prints, read as constants.
//!
//! Nothing is guessed: what is not surely a constant of its column's own type stays an expression.

use super::{
    constant::{cast_constant, printed},
    expression::{Class, Token, plain_text, tokens},
};
use crate::{
    dialect::family,
    schema::{Literal, Type},
};

/// Tells whether an expression is constants under casts and no more, whose value is the same each time.
///
/// A change of type leaves such a thing: `''::character varying` as the default of a `TEXT` column,
/// `('{}'::json)::jsonb` as that of a `JSONB` one.
pub(super) fn is_under_casts(ty: &Type, sql: &str) -> bool {
    let tokens = tokens(sql);
    let are_all = tokens.iter().try_fold(Place::Value, Place::after).is_some();
    let is_constant =
        |token: &Token<'_>| matches!(token.class, Class::Number | Class::Text) || token.is_any(&VALUE_WORDS);
    let moves = || is_time(ty) && tokens.iter().any(|token| moves(token.text));
    are_all && tokens.iter().any(is_constant) && !moves()
}

/// Words of constants.
const VALUE_WORDS: [&str; 3] = ["array", "false", "true"];

/// Words that stand where a type's name may have ended.
const OPERATOR_WORDS: [&str; 11] =
    ["and", "at", "between", "collate", "ilike", "in", "is", "like", "not", "or", "similar"];

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
        let is = |kind| token.class == kind;
        match self {
            Self::Value | Self::Name if token.is_sign("::") => Some(Self::Name),
            Self::Value => {
                let is_constant = is(Class::Number) || is(Class::Text) || token.is_any(&VALUE_WORDS);
                (is_constant || token.is_any_sign(&["(", ")", "[", "]", ",", "-"])).then_some(Self::Value)
            }
            Self::Name if token.is_sign("(") => Some(Self::Modifier),
            Self::Name if token.is_any_sign(&[")", ","]) => Some(Self::Value),
            Self::Name => {
                let is_word = is(Class::Word) && !token.is_any(&OPERATOR_WORDS);
                (is_word || is(Class::Name) || token.is_any_sign(&[".", "[", "]"])).then_some(Self::Name)
            }
            Self::Modifier if token.is_sign(")") => Some(Self::Name),
            Self::Modifier => (is(Class::Number) || token.is_sign(",")).then_some(Self::Modifier),
        }
    }
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
        let text = plain_text(constant)?;
        if family::is_number(ty) {
            let number = number(&text)?;
            return (printed(ty, &number) == sql).then_some(number);
        }
        return is_own(ty, format, cast).then_some(Literal::String(text));
    }
    let tokens = tokens(sql);
    let [only] = tokens.as_slice() else { return None };
    match only.class {
        Class::Number if family::is_number(ty) => number(only.text),
        Class::Word if *ty == Type::Boolean && only.text == "true" => Some(Literal::Boolean(true)),
        Class::Word if *ty == Type::Boolean && only.text == "false" => Some(Literal::Boolean(false)),
        Class::Blob
        | Class::Command
        | Class::Name
        | Class::Number
        | Class::Sign
        | Class::Text
        | Class::Word => None,
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
