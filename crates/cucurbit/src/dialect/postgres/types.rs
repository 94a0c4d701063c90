//! How PostgreSQL spells types, and which type a spelling means.
//!
//! Spellings are those of the manual, chapter 8; [`parsed`] reads what `format_type()` prints and the aliases
//! that the manual lists beside them.

use super::{
    expression::{self, Class},
    shadowed,
};
use crate::{
    dialect::postgres::sql::{qualified, quoted},
    schema::{Column, Dialect, Ident, ObjectName, Table, Type},
};

/// Spells a type.
pub(super) fn spelled(ty: &Type) -> String {
    let with = |word: &str, argument: Option<u32>| match argument {
        Some(argument) => format!("{word}({argument})"),
        None => word.to_owned(),
    };
    match ty {
        Type::Array(element) => format!("{}[]", spelled(element)),
        Type::BigInteger => "BIGINT".to_owned(),
        Type::Binary => "BYTEA".to_owned(),
        Type::Boolean => "BOOLEAN".to_owned(),
        Type::Char { length } => with("CHAR", *length),
        Type::Custom { spelling } => spelling.clone(),
        Type::Date => "DATE".to_owned(),
        Type::DateTime { precision } => format!("{} WITHOUT TIME ZONE", with("TIMESTAMP", *precision)),
        Type::DateTimeTz { precision } => format!("{} WITH TIME ZONE", with("TIMESTAMP", *precision)),
        Type::Decimal { precision: Some((all, scale)) } => format!("NUMERIC({all}, {scale})"),
        Type::Decimal { precision: None } => "NUMERIC".to_owned(),
        // FLOAT without a precision is DOUBLE PRECISION (manual, 8.1.3).
        Type::Double | Type::Float => "DOUBLE PRECISION".to_owned(),
        Type::Enum { name } if name.schema.as_ref().is_some_and(|schema| schema == shadowed::SERVERS) => {
            quoted(&name.name)
        }
        Type::Enum { name } => qualified(name),
        Type::Integer => "INTEGER".to_owned(),
        Type::Interval => "INTERVAL".to_owned(),
        Type::Json => "JSON".to_owned(),
        Type::Jsonb => "JSONB".to_owned(),
        Type::Real => "REAL".to_owned(),
        Type::SmallInteger => "SMALLINT".to_owned(),
        Type::String { length } => with("VARCHAR", *length),
        Type::Text => "TEXT".to_owned(),
        Type::Time { precision } => with("TIME", *precision),
        Type::Uuid => "UUID".to_owned(),
    }
}

/// Spells a type whose values a sequence fills in: `SERIAL` and its like.
///
/// `None` where there is no such type.
pub(super) fn serial(ty: &Type) -> Option<&'static str> {
    let serials =
        [(Type::BigInteger, "BIGSERIAL"), (Type::Integer, "SERIAL"), (Type::SmallInteger, "SMALLSERIAL")];
    serials.iter().find(|(one, _)| one == ty).map(|(_, serial)| *serial)
}

/// Returns the one form of a type, whatever it was written as.
///
/// A type that is known by its name alone (an enum, a domain, `inet`) is an `Enum` there: a name has several
/// spellings, and a model need not know what stands behind it.
pub(super) fn stored(ty: &Type) -> Type {
    if !ty.enum_name().is_some_and(|name| shadowed::is_hidden(&name.name)) {
        return by_name(parsed(&spelled(ty)));
    }
    // By its spelling it would be the server's.
    if let Type::Array(element) = ty
        && matches!(**element, Type::Array(_))
    {
        return stored(element);
    }
    ty.clone()
}

/// Tells whether a column is of an enum type, or of an array of it.
pub(super) fn is_enum(column: &Column, name: &ObjectName) -> bool {
    stored(column.ty.on(Dialect::Postgres)).enum_name() == Some(name)
}

/// Returns what tells whether SQL speaks of an enum type: whether it names a column of it, or casts to it.
pub(super) fn speaks_of(table: &Table, name: &ObjectName) -> impl Fn(&str) -> bool + use<> {
    let columns = table.columns.iter().filter(|column| is_enum(column, name));
    let columns: Vec<Ident> = columns.map(|column| column.name.clone()).collect();
    let name = name.name.clone();
    move |sql| {
        let columns: Vec<&Ident> = columns.iter().collect();
        !expression::columns_in(sql, &columns).is_empty() || expression::casts_to(sql, &name)
    }
}

/// Tells whether a column's values are arrays.
pub(super) fn is_array(column: &Column) -> bool {
    matches!(stored(column.ty.on(Dialect::Postgres)), Type::Array(_))
}

fn by_name(ty: Type) -> Type {
    if let Type::Array(element) = ty {
        return Type::Array(Box::new(by_name(*element)));
    }
    if let Type::Custom { spelling } = &ty
        && let Some(name) = named(spelling)
    {
        return Type::Enum { name };
    }
    ty
}

/// Tells whether a spelling is this name.
pub(super) fn is_named(spelling: &str, name: &ObjectName) -> bool {
    let Some(spelled) = named(&normalized(spelling)) else { return false };
    // The server prints the schema of ours where one of its own has the name.
    let is_own = || {
        let is_theirs = spelled.schema.as_ref().is_some_and(|schema| schema == shadowed::SERVERS);
        shadowed::is_hidden(&name.name) && name.schema.is_none() && spelled.name == name.name && !is_theirs
    };
    spelled == *name || is_own()
}

/// Reads a spelling that is a name and no more, with or without a schema. Of a name that the server has too it is the
/// server's type, unless the schema is said.
fn named(spelling: &str) -> Option<ObjectName> {
    let tokens = expression::tokens(spelling);
    let name = |token: &expression::Token<'_>| token.stored_name().map(Ident::new);
    match tokens.as_slice() {
        // Without quotes it is BIT(1), which is a grammar's word and no name.
        [only] if only.class == Class::Word && only.text == "bit" => None,
        [only] => Some(match name(only)? {
            hidden if shadowed::is_hidden(&hidden) => ObjectName::qualified(shadowed::SERVERS, hidden),
            name => ObjectName::new(name),
        }),
        [schema, dot, only] if dot.text == "." => Some(match name(schema)? {
            public if public == "public" && !name(only).is_some_and(|name| shadowed::is_hidden(&name)) => {
                ObjectName::new(name(only)?)
            }
            schema => ObjectName::qualified(schema, name(only)?),
        }),
        _ => None,
    }
}

/// Reads a spelling. What is not in the list of [`Type`] stays as it is spelled.
pub(super) fn parsed(spelling: &str) -> Type {
    let text = normalized(spelling);
    if let Some(element) = text.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')).map(|parts| parts.0)
    {
        // PostgreSQL keeps neither the number of dimensions nor their sizes (manual, 8.15.1).
        let element = parsed(element.trim_end());
        return if matches!(element, Type::Array(_)) { element } else { Type::array(element) };
    }
    known(&text).unwrap_or_else(|| Type::Custom { spelling: printed(&text) })
}

/// Spells a type that is not in our list as `format_type()` prints it: other names of the same type, and blanks
/// around its arguments.
fn printed(text: &str) -> String {
    if text.contains('"') {
        return text.to_owned();
    }
    let (head, rest) = text.split_once('(').map_or((text, None), |(head, rest)| (head, Some(rest)));
    let (word, tail) = match head.trim_end() {
        "bit" if rest.is_none() => return "bit(1)".to_owned(),
        "timetz" => ("time", " with time zone"),
        "varbit" => ("bit varying", ""),
        word => (word, ""),
    };
    let Some((arguments, after)) = rest.and_then(|rest| rest.split_once(')')) else {
        return format!("{word}{tail}");
    };
    let arguments: Vec<&str> = arguments.split(',').map(str::trim).collect();
    format!("{word}({}){after}{tail}", arguments.join(","))
}

/// Reads a spelling of one of our own types.
fn known(text: &str) -> Option<Type> {
    let (word, arguments) = split_arguments(text)?;
    let digits = |digits: i32| u32::try_from(digits).ok();
    let precision = || match arguments.as_slice() {
        [] => Some(None),
        [one] => Some(Some(digits(*one)?)),
        [_, _, ..] => None,
    };
    Some(match (word.as_str(), arguments.as_slice()) {
        ("bigint" | "int8", []) => Type::BigInteger,
        ("boolean" | "bool", []) => Type::Boolean,
        ("bytea", []) => Type::Binary,
        ("character varying" | "varchar", _) => Type::String { length: precision()? },
        // CHAR is CHAR(1) (manual, 8.3).
        ("character" | "char", _) => Type::Char { length: Some(precision()?.unwrap_or(1)) },
        ("date", []) => Type::Date,
        ("double precision" | "float8", []) | ("float", [] | [25..=53]) => Type::Double,
        ("real" | "float4", []) | ("float", [1..=24]) => Type::Real,
        ("integer" | "int" | "int4", []) => Type::Integer,
        ("interval", []) => Type::Interval,
        ("json", []) => Type::Json,
        ("jsonb", []) => Type::Jsonb,
        ("numeric" | "decimal", []) => Type::Decimal { precision: None },
        ("numeric" | "decimal", [all]) => Type::Decimal { precision: Some((digits(*all)?, 0)) },
        ("numeric" | "decimal", [all, scale]) => Type::Decimal { precision: Some((digits(*all)?, *scale)) },
        ("smallint" | "int2", []) => Type::SmallInteger,
        ("text", []) => Type::Text,
        ("time without time zone" | "time", _) => Type::Time { precision: precision()? },
        ("timestamp with time zone" | "timestamptz", _) => Type::DateTimeTz { precision: precision()? },
        ("timestamp without time zone" | "timestamp", _) => Type::DateTime { precision: precision()? },
        ("uuid", []) => Type::Uuid,
        (_, _) => return None,
    })
}

/// Takes the arguments out: `timestamp(3) with time zone` is `timestamp with time zone` and 3.
fn split_arguments(text: &str) -> Option<(String, Vec<i32>)> {
    let Some((head, rest)) = text.split_once('(') else {
        return Some((text.to_owned(), Vec::new()));
    };
    let (arguments, tail) = rest.split_once(')')?;
    let arguments = arguments.split(',').map(|argument| argument.trim().parse().ok());
    Some((format!("{}{tail}", head.trim_end()), arguments.collect::<Option<_>>()?))
}

/// Writes a spelling in small letters and with single spaces, except inside double quotes.
fn normalized(spelling: &str) -> String {
    let mut text = String::with_capacity(spelling.len());
    let mut is_quoted = false;
    for letter in spelling.trim().chars() {
        if letter == '"' {
            is_quoted = !is_quoted;
        }
        if is_quoted {
            text.push(letter);
        } else if !letter.is_whitespace() {
            text.push(letter.to_ascii_lowercase());
        } else if !text.ends_with(' ') {
            text.push(' ');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(spelling: &str, ty: Type) {
        assert_eq!(parsed(spelling), ty, "{spelling}");
    }

    #[test]
    fn what_format_type_prints_is_read() {
        check("character varying(100)", Type::String { length: Some(100) });
        check("character varying", Type::String { length: None });
        check("timestamp(3) with time zone", Type::DateTimeTz { precision: Some(3) });
        check("timestamp without time zone", Type::DateTime { precision: None });
        check("numeric(10,2)", Type::Decimal { precision: Some((10, 2)) });
        check("numeric(3,-2)", Type::Decimal { precision: Some((3, -2)) });
        check("double precision", Type::Double);
        check("character(3)", Type::Char { length: Some(3) });
        check("time(0) without time zone", Type::Time { precision: Some(0) });
        check("character varying(5)[]", Type::Array(Box::new(Type::String { length: Some(5) })));
    }

    #[test]
    fn an_unknown_type_keeps_its_spelling() {
        for spelling in ["mood", "app.mood", "\"Mood\"", "interval day to second", "time with time zone"] {
            check(spelling, Type::Custom { spelling: spelling.to_owned() });
        }
        check("geometry(Point,4326)", Type::Custom { spelling: "geometry(point,4326)".to_owned() });
    }

    #[test]
    fn another_name_of_a_type_is_no_other_type() {
        for (written, printed) in [
            ("timetz", "time with time zone"),
            ("TIMETZ (2)", "time(2) with time zone"),
            ("varbit( 7 )", "bit varying(7)"),
            ("bit", "bit(1)"),
            ("geometry(Point, 4326)", "geometry(point,4326)"),
        ] {
            let custom = |spelling: &str| stored(&Type::Custom { spelling: spelling.to_owned() });
            assert_eq!(custom(written), custom(printed), "{written}");
            check(printed, Type::Custom { spelling: printed.to_owned() });
        }
    }

    #[test]
    fn float_is_double_and_a_written_alias_is_its_type() {
        assert_eq!(stored(&Type::Float), Type::Double);
        assert_eq!(
            stored(&Type::Custom { spelling: "VARCHAR (20)".to_owned() }),
            Type::String { length: Some(20) }
        );
        assert_eq!(stored(&Type::Char { length: None }), Type::Char { length: Some(1) });
        let matrix = Type::Array(Box::new(Type::Array(Box::new(Type::Integer))));
        assert_eq!(stored(&matrix), Type::Array(Box::new(Type::Integer)));
        assert_eq!(stored(&Type::Custom { spelling: "float(24)".to_owned() }), Type::Real);
    }
}
