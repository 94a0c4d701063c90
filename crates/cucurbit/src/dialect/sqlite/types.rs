//! How column types are spelled in a SQLite table, and what a spelling means.
//!
//! SQLite keeps the declared text and derives an affinity from it (sqlite.org/datatype3.html, section 3.1): what is put
//! into the column is converted by it. What is written here changes no value that a driver of Rust writes, and is read
//! by it: `JSON_TEXT`, because `JSON` would make a number of `5`, and `REAL(12, 4)`, because `NUMERIC(12, 4)` makes a
//! whole number of `5.0`, which is not read as a decimal. Where that does not matter the spellings are SQLAlchemy's
//! (`DATETIME`, `VARCHAR(n)`), else SeaORM's. The spellings of both are read, so that a file taken over from either
//! compares as equal. `INTERVAL` is never written: it holds "INT", which would make a number of a text.

use super::{super::family::is_number, convert::is_integer};
use crate::schema::Type;

/// Spells a type for a column. `None`: SQLite cannot store it.
pub(super) fn spelled(ty: &Type, is_strict: bool) -> Option<String> {
    let spelling = match ty {
        Type::Array(_) => return None,
        Type::BigInteger => "BIGINT".to_owned(),
        Type::Binary => "BLOB".to_owned(),
        Type::Boolean => "BOOLEAN".to_owned(),
        Type::Char { length } => with_length("CHAR", *length),
        Type::Custom { spelling } => spelling.clone(),
        Type::Date => "DATE".to_owned(),
        Type::DateTime { .. } | Type::DateTimeTz { .. } => "DATETIME".to_owned(),
        Type::Decimal { precision: None } => "REAL_DECIMAL".to_owned(),
        Type::Decimal { precision: Some((all, scale)) } => format!("REAL({all}, {scale})"),
        Type::Double => "DOUBLE PRECISION".to_owned(),
        Type::Float => "FLOAT".to_owned(),
        Type::Integer => "INTEGER".to_owned(),
        Type::Enum { .. } | Type::Interval | Type::Text => "TEXT".to_owned(),
        Type::Json => "JSON_TEXT".to_owned(),
        Type::Jsonb => "JSONB_TEXT".to_owned(),
        Type::Real => "REAL".to_owned(),
        Type::SmallInteger => "SMALLINT".to_owned(),
        Type::String { length } => with_length("VARCHAR", *length),
        Type::Time { .. } => "TIME".to_owned(),
        Type::Uuid => "UUID_TEXT".to_owned(),
    };
    Some(if is_strict { strict(ty, spelling) } else { spelling })
}

/// A STRICT table takes six words only (sqlite.org/stricttables.html).
fn strict(ty: &Type, spelling: String) -> String {
    let word = if matches!(ty, Type::Custom { .. }) {
        return spelling;
    } else if *ty == Type::Boolean || is_integer(ty) {
        "INTEGER"
    } else if is_number(ty) {
        "REAL"
    } else if matches!(ty, Type::Binary | Type::Uuid) {
        // A driver writes 16 bytes of a UUID, which TEXT refuses in such a table.
        "BLOB"
    } else {
        "TEXT"
    };
    word.to_owned()
}

fn with_length(word: &str, length: Option<u32>) -> String {
    match length {
        Some(length) => format!("{word}({length})"),
        None => word.to_owned(),
    }
}

/// Reads a declared type. Case and space do not count; what is not known is kept as it is.
pub(super) fn read(declared: &str) -> Type {
    let (word, arguments) = split(declared);
    match (word.as_str(), arguments.as_slice()) {
        ("BIGINT" | "INT8" | "BIG INT" | "BIGINTEGER", []) => Type::BigInteger,
        // The other words for bytes, `BYTEA` and `BINARY`, hold none of `BLOB`: a column of theirs makes numbers of texts.
        ("BLOB", []) => Type::Binary,
        ("BLOB" | "VARBINARY_BLOB", [_]) | ("VARBINARY_BLOB", []) => Type::Binary,
        ("BOOLEAN" | "BOOL", []) => Type::Boolean,
        ("CHAR" | "CHARACTER" | "NCHAR", []) => Type::Char { length: None },
        ("CHAR" | "CHARACTER" | "NCHAR", [length]) => {
            sized(*length, declared, |n| Type::Char { length: Some(n) })
        }
        ("DATE" | "DATE_TEXT", []) => Type::Date,
        ("DATETIME" | "TIMESTAMP" | "DATETIME_TEXT" | "TIMESTAMP_TEXT", [] | [_]) => {
            Type::DateTime { precision: None }
        }
        ("TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" | "TIMESTAMP_WITH_TIMEZONE_TEXT", [] | [_]) => {
            Type::DateTimeTz { precision: None }
        }
        ("NUMERIC" | "DECIMAL" | "REAL_DECIMAL", []) => Type::Decimal { precision: None },
        ("NUMERIC" | "DECIMAL", [all]) => {
            sized(*all, declared, |n| Type::Decimal { precision: Some((n, 0)) })
        }
        ("NUMERIC" | "DECIMAL" | "REAL", [all, scale]) => match i32::try_from(*scale) {
            Ok(scale) => sized(*all, declared, |n| Type::Decimal { precision: Some((n, scale)) }),
            Err(_) => custom(declared),
        },
        ("DOUBLE" | "DOUBLE PRECISION" | "FLOAT8", []) => Type::Double,
        // The digits choose between two words in PostgreSQL; here they say nothing.
        ("FLOAT", [] | [_]) => Type::Float,
        ("INTEGER" | "INT" | "INT4" | "MEDIUMINT", []) => Type::Integer,
        ("JSON" | "JSON_TEXT", []) => Type::Json,
        ("JSONB" | "JSONB_TEXT", []) => Type::Jsonb,
        ("REAL" | "FLOAT4", []) => Type::Real,
        ("SMALLINT" | "INT2" | "TINYINT", []) => Type::SmallInteger,
        ("VARCHAR" | "CHARACTER VARYING" | "NVARCHAR", []) => Type::String { length: None },
        ("VARCHAR" | "CHARACTER VARYING" | "NVARCHAR", [length]) => {
            sized(*length, declared, |n| Type::String { length: Some(n) })
        }
        ("TEXT" | "CLOB" | "ENUM_TEXT", []) => Type::Text,
        ("TIME" | "TIME_TEXT", [] | [_]) => Type::Time { precision: None },
        ("UUID" | "UUID_TEXT", []) => Type::Uuid,
        _ => custom(declared),
    }
}

fn sized(number: i64, declared: &str, make: impl FnOnce(u32) -> Type) -> Type {
    match u32::try_from(number) {
        Ok(number) => make(number),
        Err(_) => custom(declared),
    }
}

/// An unknown type, with one space between its words.
fn custom(declared: &str) -> Type {
    Type::Custom { spelling: declared.split_whitespace().collect::<Vec<_>>().join(" ") }
}

/// Splits `varchar ( 100 )` into its upper-case words and its arguments.
fn split(declared: &str) -> (String, Vec<i64>) {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_uppercase();
    let Some((word, rest)) = declared.split_once('(') else {
        return (words(declared), Vec::new());
    };
    let arguments: Option<Vec<i64>> = rest
        .trim_end()
        .strip_suffix(')')
        .map(|inner| inner.split(',').map(|argument| argument.trim().parse().ok()).collect())
        .unwrap_or_default();
    match arguments {
        Some(arguments) => (words(word), arguments),
        // Not a list of numbers: no word of ours.
        None => (words(declared), Vec::new()),
    }
}

/// Returns the one type that stands for all that SQLite stores alike.
///
/// It is what comes back of the spelling, with three equivalences: the floating-point words are one storage, a
/// binary JSON column is a JSON column, and both sorts of times are text or numbers that their writer chose.
pub(super) fn form(ty: &Type, is_strict: bool) -> Type {
    let Some(spelling) = spelled(ty, is_strict) else { return ty.clone() };
    let form = read(&spelling);
    if let Type::Custom { spelling } = form {
        Type::Custom { spelling: spelling.to_ascii_uppercase() }
    } else if matches!(form, Type::DateTimeTz { .. }) {
        Type::DateTime { precision: None }
    } else if matches!(form, Type::Float | Type::Real) {
        Type::Double
    } else if form == Type::Jsonb {
        Type::Json
    } else if form == Type::Uuid {
        Type::Char { length: Some(32) }
    } else {
        form
    }
}

/// Tells whether a column of one form holds what one of another form does, so that only words tell them apart.
///
/// Every whole number has up to 64 bits here, under any of the words (sqlite.org/datatype3.html, section 2): SeaORM
/// declares `integer` for all of them.
pub(super) fn are_stored_alike(form: &Type, other: &Type) -> bool {
    form == other || is_integer(form) && is_integer(other)
}

/// What SQLite makes of values that are put into a column (sqlite.org/datatype3.html, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Affinity {
    /// As they come.
    Blob,
    /// Numbers where it can.
    Number,
    /// Numbers where it can, and those that are whole as if they were not.
    Real,
    /// Text.
    Text,
}

/// Derives the affinity by the five rules, in their order.
pub(super) fn affinity(spelling: &str) -> Affinity {
    let spelling = spelling.to_ascii_uppercase();
    let has = |word: &str| spelling.contains(word);
    if has("INT") {
        Affinity::Number
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        Affinity::Text
    } else if has("BLOB") || spelling.trim().is_empty() {
        Affinity::Blob
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        Affinity::Real
    } else {
        Affinity::Number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_space_and_arguments_are_tolerated() {
        for declared in ["varchar(100)", "VARCHAR ( 100 )", "character varying(100)"] {
            assert_eq!(read(declared), Type::String { length: Some(100) }, "{declared}");
        }
        assert_eq!(read("Decimal(10,2)"), Type::Decimal { precision: Some((10, 2)) });
        assert_eq!(read("double   precision"), Type::Double);
        assert_eq!(read("TIMESTAMP(6)"), Type::DateTime { precision: None });
    }

    #[test]
    fn what_is_not_known_is_kept() {
        for declared in ["GEOMETRY(2, 4326)", "GEOMETRY(Point)", "VARCHAR(-1)", "INTEGER(4)", ""] {
            assert_eq!(read(declared), Type::Custom { spelling: declared.to_owned() }, "{declared}");
        }
    }

    #[test]
    fn a_form_is_its_own_form() {
        let types = [
            Type::BigInteger,
            Type::Binary,
            Type::Boolean,
            Type::Char { length: Some(3) },
            Type::Custom { spelling: "geometry".into() },
            Type::Date,
            Type::DateTime { precision: Some(6) },
            Type::DateTimeTz { precision: None },
            Type::Decimal { precision: Some((10, 2)) },
            Type::Double,
            Type::Float,
            Type::Integer,
            Type::Interval,
            Type::Json,
            Type::Jsonb,
            Type::Real,
            Type::SmallInteger,
            Type::String { length: None },
            Type::Text,
            Type::Time { precision: None },
            Type::Uuid,
        ];
        for is_strict in [false, true] {
            for ty in &types {
                let once = form(ty, is_strict);
                assert_eq!(form(&once, is_strict), once, "{ty:?}");
                let spelling = spelled(ty, is_strict).unwrap();
                assert_eq!(form(&read(&spelling), is_strict), once, "{ty:?} spelled {spelling}");
            }
        }
    }

    #[test]
    fn an_interval_is_not_made_a_number() {
        assert_eq!(affinity(&spelled(&Type::Interval, false).unwrap()), Affinity::Text);
        assert_eq!(affinity("INTERVAL"), Affinity::Number);
    }
}
