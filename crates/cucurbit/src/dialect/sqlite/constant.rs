//! Constants: what SQLite holds of one in a column of a type, and how one is written so that a driver reads it back.
//!
//! SQLite keeps what it is given and converts by affinity only (sqlite.org/datatype3.html, section 3): a UUID that was
//! written as text stays text, where the drivers of Rust write and read 16 bytes. So a constant is written as they
//! write a value of its column's type; docs/TYPES.md has the table.

use serde::de::IgnoredAny;

use crate::{
    dialect::{PlanError, family, sqlite::sql::string},
    schema::{ColumnType, Expression, Ident, Literal, ServerDefault, TableName, Type},
};

use super::{
    HERE, convert, digits,
    expression::{Constant, constant, expression_text},
    moment,
    types::{self, Affinity},
};

/// Why a constant cannot be written for a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotOfType {
    /// The reason, for people.
    pub(super) reason: &'static str,
}

const NO_SUCH_VALUE: NotOfType = NotOfType { reason: "it is no value of that type" };
const TOO_LONG: NotOfType = NotOfType { reason: "it is longer than the type allows" };
const TOO_MANY_DIGITS: NotOfType =
    NotOfType { reason: "SQLite keeps 15 digits of a number that is not whole" };
const NOT_A_NUMBER: NotOfType = NotOfType { reason: "SQLite makes NULL of what is not a number" };
const OUT_OF_RANGE: NotOfType = NotOfType { reason: "it is out of the type's range" };

/// Writes a constant as it stands, for a column of which nothing is known.
pub(super) fn plain(literal: &Literal) -> String {
    match literal {
        // SQLite's booleans are 1 and 0.
        Literal::Boolean(value) => u8::from(*value).to_string(),
        Literal::Integer(_) | Literal::Number(_) => literal.to_string(),
        Literal::Null => "NULL".to_owned(),
        Literal::String(text) => string(text),
    }
}

/// Writes a constant for a column of a type.
pub(super) fn written(ty: &Type, literal: &Literal) -> Result<String, NotOfType> {
    if *literal == Literal::Null {
        return Ok(plain(literal));
    }
    match ty {
        Type::Array(_) | Type::Custom { .. } => Ok(plain(literal)),
        // A file that something else made has numbers of 64 bits under every word.
        Type::BigInteger | Type::Integer | Type::SmallInteger => integer(literal),
        Type::Binary => bytes(literal).map(|hex| blob(&hex)),
        Type::Boolean => boolean(literal).map(|value| u8::from(value).to_string()),
        Type::Char { length } => match uuid(literal) {
            // What says CHAR(32) is a UUID, written by SQLAlchemy or by an older release of ours.
            Some(hex) if *length == Some(32) && text_of(literal).len() == 36 => Ok(blob(&hex)),
            Some(_) | None => text(literal, *length),
        },
        Type::Date => moment_of(literal, moment::day),
        Type::DateTime { .. } => seconds_or(literal, moment::local),
        Type::DateTimeTz { .. } => seconds_or(literal, moment::zoned),
        Type::Decimal { .. } => decimal(literal),
        Type::Double | Type::Float | Type::Real => float(literal),
        Type::Enum { .. } | Type::Interval | Type::Text => text(literal, None),
        Type::Json | Type::Jsonb => json(literal),
        Type::String { length } => text(literal, *length),
        Type::Time { .. } => moment_of(literal, moment::time),
        Type::Uuid => uuid(literal).map(|hex| blob(&hex)).ok_or(NO_SUCH_VALUE),
    }
}

/// Writes a constant for a column whose type is known from a file, where a moment with a zone has the same word as one
/// without.
pub(super) fn written_in_file(ty: &Type, literal: &Literal) -> Result<String, NotOfType> {
    if matches!(ty, Type::DateTime { .. }) { seconds_or(literal, moment::any) } else { written(ty, literal) }
}

/// Refuses a column whose default is no value of its type, which SQLite would keep.
pub(super) fn refuse_other_default(
    table: &TableName,
    column: &Ident,
    ty: &ColumnType,
    default: Option<&ServerDefault>,
) -> Result<(), PlanError> {
    let Some(default) = default else { return Ok(()) };
    let here = ty.on(HERE);
    match refusal(&ty.base, here, default) {
        Some(refused) => Err(refused.at(table, column, here, &said(default))),
        None => Ok(()),
    }
}

/// Writes what fills a column: a constant as a value of its type, anything else as it is written.
pub(super) fn filling(
    table: &TableName,
    column: &Ident,
    ty: &Type,
    backfill: &Expression,
) -> Result<String, PlanError> {
    let sql = backfill.on(HERE);
    let Some(Constant::Literal(literal)) = constant(sql) else { return Ok(format!("({sql})")) };
    let written = written_in_file(ty, &literal).map_err(|refused| refused.at(table, column, ty, sql))?;
    Ok(format!("({written})"))
}

impl NotOfType {
    /// Says of which column and value it is true.
    pub(super) fn at(self, table: &TableName, column: &Ident, ty: &Type, value: &str) -> PlanError {
        PlanError::NotOfType {
            dialect: HERE,
            table: table.clone(),
            column: column.clone(),
            ty: ty.to_string(),
            value: value.to_owned(),
            reason: self.reason,
        }
    }
}

fn said(default: &ServerDefault) -> String {
    if let ServerDefault::Literal(literal) = default {
        return literal.to_string();
    }
    default.sql().map(|sql| sql.on(HERE).clone()).unwrap_or_default()
}

/// Tells why a default cannot be one of a column that a script declares; nothing where it can.
///
/// Of an expression only its kind is known, and of most not even that.
fn refusal(base: &Type, ty: &Type, default: &ServerDefault) -> Option<NotOfType> {
    match default {
        ServerDefault::Literal(literal) => match written(ty, literal) {
            Ok(_) => out_of_range(base, ty, literal),
            Err(refused) => Some(refused),
        },
        ServerDefault::Expression(expression) => {
            let held = held(value(expression.on(HERE))?, affinity(ty, false));
            (!is_held_by(ty, &held)).then_some(NO_SUCH_VALUE)
        }
        ServerDefault::Computed { .. } | ServerDefault::Identity(_) | ServerDefault::Serial(_) => None,
    }
}

/// Tells whether a driver that looks for a number finds one.
fn is_held_by(ty: &Type, held: &Value) -> bool {
    let is_whole = *ty == Type::Boolean || convert::is_integer(ty);
    match held {
        Value::Integer(_) | Value::Null => true,
        Value::Real(_) => !is_whole,
        Value::Blob(_) | Value::Text(_) => !is_whole && !family::is_number(ty),
    }
}

/// Tells whether a number does not fit the wider of the two types that a column was declared with.
pub(super) fn out_of_range(base: &Type, ty: &Type, literal: &Literal) -> Option<NotOfType> {
    if let (Type::Decimal { precision: Some(one) }, Type::Decimal { precision: Some(other) }) = (base, ty) {
        let is_too_large = digits::is_too_large(literal, *one) && digits::is_too_large(literal, *other);
        return is_too_large.then_some(OUT_OF_RANGE);
    }
    let is_floating = |ty: &Type| matches!(ty, Type::Double | Type::Float | Type::Real);
    if is_floating(base) && is_floating(ty) {
        let is_short = *base == Type::Real && *ty == Type::Real;
        return digits::is_infinite(literal, is_short).then_some(OUT_OF_RANGE);
    }
    let most = |ty: &Type| {
        let small = (*ty == Type::SmallInteger).then_some(i64::from(i16::MAX));
        small.or_else(|| (*ty == Type::Integer).then_some(i64::from(i32::MAX)))
    };
    let most = most(base)?.max(most(ty)?);
    let Value::Integer(number) = value(&integer(literal).ok()?)? else { return None };
    (!(-most - 1..=most).contains(&number)).then_some(OUT_OF_RANGE)
}

fn text_of(literal: &Literal) -> &str {
    match literal {
        Literal::String(text) => text,
        Literal::Boolean(_) | Literal::Integer(_) | Literal::Null | Literal::Number(_) => "",
    }
}

fn integer(literal: &Literal) -> Result<String, NotOfType> {
    let value = match literal {
        Literal::Number(digits) | Literal::String(digits) => number(digits.trim()).ok_or(NO_SUCH_VALUE)?,
        Literal::Boolean(_) | Literal::Integer(_) | Literal::Null => return Ok(plain(literal)),
    };
    match held(value, Affinity::Number) {
        Value::Integer(value) => Ok(value.to_string()),
        Value::Blob(_) | Value::Null | Value::Real(_) | Value::Text(_) => Err(NO_SUCH_VALUE),
    }
}

fn float(literal: &Literal) -> Result<String, NotOfType> {
    let (Literal::Number(digits) | Literal::String(digits)) = literal else { return Ok(plain(literal)) };
    let digits = digits.trim();
    match digits.trim_start_matches(['-', '+']).to_ascii_lowercase().as_str() {
        "inf" | "infinity" => {
            Ok(real_sql(if digits.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY }))
        }
        "nan" => Err(NOT_A_NUMBER),
        _ => number(digits).map(|_| digits.to_owned()).ok_or(NO_SUCH_VALUE),
    }
}

/// An exact number is kept as a floating-point number, which is exact for 15 digits.
fn decimal(literal: &Literal) -> Result<String, NotOfType> {
    let sql = float(literal)?;
    let mantissa = sql.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if digits.trim_matches('0').len() > 15 { Err(TOO_MANY_DIGITS) } else { Ok(sql) }
}

/// The words are PostgreSQL's (manual, section 8.6).
fn boolean(literal: &Literal) -> Result<bool, NotOfType> {
    let word = match literal {
        Literal::Boolean(value) => return Ok(*value),
        Literal::Integer(value) => value.to_string(),
        Literal::Number(text) | Literal::String(text) => text.trim().to_ascii_lowercase(),
        Literal::Null => return Err(NO_SUCH_VALUE),
    };
    match word.as_str() {
        "1" | "on" | "t" | "true" | "y" | "yes" => Ok(true),
        "0" | "f" | "false" | "n" | "no" | "off" => Ok(false),
        _ => Err(NO_SUCH_VALUE),
    }
}

/// Numbers are text with the digits that were written, as PostgreSQL has them.
fn text(literal: &Literal, length: Option<u32>) -> Result<String, NotOfType> {
    let text = match literal {
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(_) | Literal::Null => return Ok(plain(literal)),
        Literal::Number(text) | Literal::String(text) => text.clone(),
    };
    let most = length.and_then(|length| usize::try_from(length).ok());
    // PostgreSQL cuts blanks off.
    if most.is_some_and(|most| text.trim_end_matches(' ').chars().count() > most) {
        return Err(TOO_LONG);
    }
    Ok(string(&text))
}

fn json(literal: &Literal) -> Result<String, NotOfType> {
    let text = match literal {
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Null => return Ok(plain(literal)),
        Literal::Number(text) | Literal::String(text) => text.clone(),
    };
    match serde_json::from_str::<IgnoredAny>(&text) {
        Ok(_) => Ok(string(&text)),
        Err(_) => Err(NO_SUCH_VALUE),
    }
}

fn moment_of(literal: &Literal, write: fn(&str) -> Option<String>) -> Result<String, NotOfType> {
    match literal {
        Literal::String(text) => write(text).map(|text| string(&text)).ok_or(NO_SUCH_VALUE),
        Literal::Boolean(_) | Literal::Integer(_) | Literal::Null | Literal::Number(_) => Err(NO_SUCH_VALUE),
    }
}

/// SQLite's own functions also take a number for a moment: seconds since 1970, or days (lang_datefunc.html, section 2).
fn seconds_or(literal: &Literal, write: fn(&str) -> Option<String>) -> Result<String, NotOfType> {
    match literal {
        Literal::Integer(_) | Literal::Number(_) => Ok(plain(literal)),
        Literal::Boolean(_) | Literal::Null | Literal::String(_) => moment_of(literal, write),
    }
}

/// Reads bytes as PostgreSQL does (manual, section 8.4): `\x` and digits, or text with escapes. As hexadecimal digits.
fn bytes(literal: &Literal) -> Result<String, NotOfType> {
    let Literal::String(text) = literal else { return Err(NO_SUCH_VALUE) };
    if let Some(hex) = text.strip_prefix(r"\x") {
        let hex: String = hex.chars().filter(|letter| !letter.is_whitespace()).collect();
        let is_hex = hex.len().is_multiple_of(2) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        return if is_hex { Ok(hex.to_ascii_uppercase()) } else { Err(NO_SUCH_VALUE) };
    }
    let (mut hex, mut rest) = (String::new(), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let (byte, after) = match (first, after) {
            (b'\\', [b'\\', after @ ..]) => (b'\\', after),
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..]) => {
                ((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'), after)
            }
            (b'\\', _) => return Err(NO_SUCH_VALUE),
            (byte, after) => (*byte, after),
        };
        hex = format!("{hex}{byte:02X}");
        rest = after;
    }
    Ok(hex)
}

/// Reads a UUID as PostgreSQL does (manual, section 8.12): hyphens and braces do not count. As hexadecimal digits.
fn uuid(literal: &Literal) -> Option<String> {
    let text = text_of(literal).trim();
    let text = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
    let hex: String = text.chars().filter(|letter| *letter != '-').collect();
    let is_uuid =
        hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()) && !text.starts_with('-');
    is_uuid.then(|| hex.to_ascii_uppercase())
}

fn blob(hex: &str) -> String {
    format!("X'{hex}'")
}

/// A value as SQLite holds it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Bytes, as hexadecimal digits in capitals.
    Blob(String),
    /// A whole number.
    Integer(i64),
    /// NULL.
    Null,
    /// A floating-point number.
    Real(f64),
    /// Text.
    Text(String),
}

/// Returns the value that an expression is, if it is a constant.
pub(super) fn value(sql: &str) -> Option<Value> {
    Some(match constant(sql)? {
        Constant::Blob(hex) => Value::Blob(hex.to_ascii_uppercase()),
        Constant::Literal(Literal::Boolean(value)) => Value::Integer(value.into()),
        Constant::Literal(Literal::Integer(value)) => Value::Integer(value),
        Constant::Literal(Literal::Null) => Value::Null,
        Constant::Literal(Literal::Number(digits)) => number(&digits)?,
        Constant::Literal(Literal::String(text)) => Value::Text(text),
    })
}

/// Reads a number as SQLite reads one in SQL: whole where it fits 64 bits.
fn number(text: &str) -> Option<Value> {
    let is_sign = |byte: u8| matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    if !text.bytes().all(|byte| byte.is_ascii_digit() || is_sign(byte)) {
        return None;
    }
    if let Ok(whole) = text.parse() {
        return Some(Value::Integer(whole));
    }
    text.parse().ok().map(Value::Real)
}

/// Returns what a column of an affinity holds of a value (sqlite.org/datatype3.html, section 3).
fn held(value: Value, affinity: Affinity) -> Value {
    match (value, affinity) {
        (Value::Integer(value), Affinity::Text) => Value::Text(value.to_string()),
        (Value::Real(value), Affinity::Text) => Value::Text(real_sql(value)),
        (Value::Text(text), Affinity::Number | Affinity::Real) => match number(text.trim()) {
            Some(number) => held(number, affinity),
            None => Value::Text(text),
        },
        (Value::Real(value), Affinity::Number) => whole(value).map_or(Value::Real(value), Value::Integer),
        #[expect(clippy::cast_precision_loss, reason = "SQLite does the same")]
        (Value::Integer(value), Affinity::Real) => Value::Real(value as f64),
        // A zero has no sign there.
        (Value::Real(0.0), Affinity::Real) => Value::Real(0.0),
        (value, _) => value,
    }
}

/// Returns the whole number that a floating-point number is.
fn whole(value: f64) -> Option<i64> {
    if value.fract() != 0.0 || value.abs() >= 9_223_372_036_854_775_807.0 {
        return None;
    }
    format!("{value:.0}").parse().ok()
}

/// Writes a floating-point number so that the same one is read.
fn real_sql(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "9.0e999".to_owned() } else { "-9.0e999".to_owned() };
    }
    format!("{value:?}")
}

fn sql(value: &Value) -> String {
    match value {
        Value::Blob(hex) => blob(hex),
        Value::Integer(value) => value.to_string(),
        Value::Null => "NULL".to_owned(),
        Value::Real(value) => real_sql(*value),
        Value::Text(text) => string(text),
    }
}

fn affinity(ty: &Type, is_strict: bool) -> Affinity {
    types::affinity(&types::spelled(ty, is_strict).unwrap_or_default())
}

/// Reads the default of a column that a file declares, as the constant that would be written like it.
///
/// What no constant would be written like is an expression: a text under a UUID is not what a driver reads as one.
pub(super) fn read(ty: &Type, declared: &str, text: &str) -> Option<ServerDefault> {
    let Some(value) = value(text) else { return Some(ServerDefault::Expression(text.into())) };
    let literal = match (&value, ty) {
        (Value::Null, _) => return None,
        (Value::Blob(hex), Type::Uuid | Type::Char { length: Some(32) }) => {
            hyphenated(hex).map(Literal::String)
        }
        (Value::Blob(hex), _) => Some(Literal::String(format!(r"\x{}", hex.to_ascii_lowercase()))),
        (Value::Integer(value @ (0 | 1)), Type::Boolean) => Some(Literal::Boolean(*value == 1)),
        (Value::Integer(value), _) => Some(Literal::Integer(*value)),
        (Value::Real(_), _) => Some(Literal::Number(digits(text))),
        (Value::Text(text), _) => Some(Literal::String(text.clone())),
    };
    let affinity = types::affinity(declared);
    // A moment with a zone stays as it is written: as a constant of a type without one it would lose it.
    let held_of = |literal: &Literal| Some(held(self::value(&written(ty, literal).ok()?)?, affinity));
    let is_like_it =
        |literal: &Literal| held_of(literal).is_some_and(|like| like == held(value.clone(), affinity));
    Some(match literal.filter(is_like_it) {
        Some(literal) => ServerDefault::Literal(literal),
        None => ServerDefault::Expression(text.into()),
    })
}

/// Returns the digits of a number without the parentheses and blanks around it.
fn digits(sql: &str) -> String {
    sql.chars().filter(|letter| !matches!(letter, '(' | ')' | '+') && !letter.is_whitespace()).collect()
}

fn hyphenated(hex: &str) -> Option<String> {
    let hex = hex.to_ascii_lowercase();
    let [a, b, c, d, e] = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| hex.get(range));
    (hex.len() == 32).then(|| Some([a?, b?, c?, d?, e?].join("-"))).flatten()
}

/// A default in one form: what a row would hold of it. `DEFAULT NULL` is none.
pub(super) fn form(
    ty: &Type,
    form: &Type,
    is_strict: bool,
    default: &ServerDefault,
) -> Option<ServerDefault> {
    let text = match default {
        ServerDefault::Computed { expression, stored } => {
            let expression = expression_text(expression.on(HERE)).into();
            return Some(ServerDefault::Computed { expression, stored: *stored });
        }
        ServerDefault::Identity(_) | ServerDefault::Serial(_) => return Some(default.clone()),
        ServerDefault::Expression(expression) => expression.on(HERE).clone(),
        ServerDefault::Literal(literal) => written(ty, literal).unwrap_or_else(|_| plain(literal)),
    };
    let Some(held) = held_in(ty, is_strict, &text) else {
        return Some(ServerDefault::Expression(expression_text(&text).into()));
    };
    let literal = match &held {
        Value::Null => return None,
        Value::Blob(_) => None,
        Value::Integer(value) => Some(Literal::Integer(*value)),
        Value::Real(_) => Some(Literal::Number(sql(&held))),
        Value::Text(text) => Some(Literal::String(text.clone())),
    };
    let is_like_it = |literal: &Literal| {
        written_in_file(form, literal).is_ok_and(|sql| held_in(form, is_strict, &sql) == Some(held.clone()))
    };
    Some(match literal.filter(is_like_it) {
        Some(literal) => ServerDefault::Literal(literal),
        None => ServerDefault::Expression(sql(&held).into()),
    })
}

/// Returns what a column of a type holds of a constant; moments are in one form.
fn held_in(ty: &Type, is_strict: bool, sql: &str) -> Option<Value> {
    let held = held(value(sql)?, affinity(ty, is_strict));
    let one_form = match (&held, ty) {
        (Value::Text(text), Type::DateTime { .. } | Type::DateTimeTz { .. }) => moment::any(text),
        (Value::Text(text), Type::Time { .. }) => moment::time(text),
        (_, _) => None,
    };
    Some(one_form.map_or(held, Value::Text))
}
