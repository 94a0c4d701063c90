//! A value of one type as one of another, as an expression of SQLite.
//!
//! The result is what PostgreSQL makes of it, in the form in which drivers read it from a file: 1 for true, the 16 bytes of
//! a UUID, `2020-01-02 03:04:05`. A value that cannot be one of the new type becomes NULL, which a hazard looks for
//! and [`Conversion::filling`] refuses. What a file holds against the type of its column (`abc` as an integer) is such a
//! value too. Where PostgreSQL reads more than is read here (`January 8, 1999`), the value is refused and not guessed.

use super::super::{
    family::{Family, needs_using},
    sqlite::sql::string,
};
use crate::schema::Type;

/// How the values of a column become values of another type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Conversion {
    /// The new value; NULL for one that cannot be.
    pub(super) value: String,
    /// Whether there may be such.
    pub(super) can_fail: bool,
}

impl Conversion {
    fn sure(value: String) -> Self {
        Self { value, can_fail: false }
    }

    fn unsure(value: String) -> Self {
        Self { value, can_fail: true }
    }

    /// The value for a copy of the rows, which fails where there is none and says why. Only a path of JSON can make an error
    /// with words of one's own.
    pub(super) fn filling(&self, old: &str, words: &str) -> String {
        let Self { value, can_fail } = self;
        if !can_fail {
            return value.clone();
        }
        let words = string(&format!("{words}: "));
        format!(
            "coalesce({value}, CASE WHEN {old} IS NOT NULL THEN json_extract('{{}}', {words} || quote({old})) END)"
        )
    }

    /// The condition of the rows whose value cannot be converted.
    pub(super) fn failing(&self, old: &str) -> Option<String> {
        self.can_fail.then(|| format!("({old}) IS NOT NULL AND {} IS NULL", self.value))
    }
}

/// The largest number of 64 bits.
const MOST_REAL: &str = "1.7976931348623157e308";

/// The largest number of 32 bits; what is halfway to the next would be infinite.
const MOST_SHORT_REAL: &str = "3.4028235677973366e38";

/// Converts a value. `None`: it may stay as it is, whatever it is. `enum_values` are those of the new type, where it is
/// an enum that is known.
///
/// From an unknown type (`None`) it goes by what the value is.
pub(super) fn conversion(
    old: &str,
    from: Option<&Type>,
    to: &Type,
    enum_values: Option<&[String]>,
) -> Option<Conversion> {
    let unknown = Type::Custom { spelling: String::new() };
    let from = from.unwrap_or(&unknown);
    // A point in time may have a zone whatever its column's type: they are one type in a file.
    let is_point = matches!(to, Type::DateTime { .. });
    if (from == to && !is_point) || needs_using(from, to) {
        return None;
    }
    match to {
        Type::Array(_) | Type::Custom { .. } | Type::Interval => None,
        Type::BigInteger | Type::Integer | Type::SmallInteger => integer(old, from, bits(to)?),
        Type::Binary if Family::of(from) == Family::Bytes => None,
        // The 16 bytes, which they are already.
        Type::Binary if *from == Type::Uuid => Some(uuid(old)),
        Type::Binary if is_unknown(from) => Some(Conversion::sure(format!("CAST({old} AS BLOB)"))),
        Type::Binary => Some(Conversion::sure(format!("CAST({} AS BLOB)", text(old, from)))),
        Type::Boolean => Some(boolean(old)),
        Type::Char { length } | Type::String { length } => characters(old, from, *length),
        Type::Text => characters(old, from, None),
        Type::Date => Some(date(old, from)),
        Type::DateTime { .. } => Some(date_time(old, from)),
        Type::DateTimeTz { .. } => date_time_tz(old, from),
        Type::Time { .. } => (!matches!(from, Type::Time { .. })).then(|| time(old, from)),
        Type::Decimal { precision } => decimal(old, from, *precision),
        Type::Double | Type::Float => real(old, from, MOST_REAL),
        Type::Real => real(old, from, MOST_SHORT_REAL),
        Type::Enum { .. } => enum_values.map(|values| one_of(&text(old, from), values)),
        Type::Json | Type::Jsonb if Family::of(from) == Family::Json => None,
        Type::Json | Type::Jsonb => {
            // Bytes that are digits, as those of a UUID can be, are no number.
            let is_uuid = matches!(from, Type::Uuid | Type::Char { length: Some(32) });
            let value = if is_uuid { uuid_text(old) } else { old.to_owned() };
            let text = format!("CAST({value} AS TEXT)");
            Some(Conversion::unsure(format!("CASE WHEN json_valid({text}) THEN {text} END")))
        }
        Type::Uuid => Some(uuid(old)),
    }
}

/// Tells whether a type is of whole numbers: a rowid has 64 bits under whichever of them.
pub(super) fn is_integer(ty: &Type) -> bool {
    bits(ty).is_some()
}

fn is_point(ty: &Type) -> bool {
    matches!(ty, Type::DateTime { .. } | Type::DateTimeTz { .. })
}

fn is_unknown(ty: &Type) -> bool {
    matches!(ty, Type::Custom { .. })
}

/// Reads a text without blanks around it (`isspace` of C) as `t`.
fn trimmed(old: &str, value: &str) -> String {
    format!("(SELECT {value} FROM {})", trimmed_from(old))
}

fn trimmed_from(old: &str) -> String {
    format!("(SELECT trim({old}, ' ' || char(9, 10, 11, 12, 13)) AS t)")
}

fn between(value: &str, bits: u8) -> Conversion {
    let most = i64::MAX >> (64 - bits);
    // The least number of 64 bits has no text of its own in SQL.
    let least = if bits == 64 { format!("(-{most} - 1)") } else { (-most - 1).to_string() };
    Conversion::unsure(format!(
        "(SELECT CASE WHEN n BETWEEN {least} AND {most} THEN n END FROM (SELECT {value} AS n))"
    ))
}

fn bits(ty: &Type) -> Option<u8> {
    let bits = [(Type::BigInteger, 64), (Type::Integer, 32), (Type::SmallInteger, 16)];
    bits.iter().find(|(one, _)| one == ty).map(|(_, bits)| *bits)
}

fn integer(old: &str, from: &Type, wanted: u8) -> Option<Conversion> {
    if bits(from).is_some_and(|bits| bits <= wanted) {
        return None;
    }
    if *from == Type::Boolean {
        return Some(Conversion::sure(format!("CASE WHEN {old} THEN 1 WHEN {old} IS NOT NULL THEN 0 END")));
    }
    let real = || whole(old, !matches!(from, Type::Decimal { .. }));
    let number = if Family::of(from) == Family::Text {
        integer_text(old)
    } else if bits(from).is_some() {
        format!("(CASE typeof({old}) WHEN 'integer' THEN {old} END)")
    } else if Family::of(from) == Family::Number {
        format!("(CASE typeof({old}) WHEN 'integer' THEN {old} WHEN 'real' THEN {} END)", real())
    } else {
        format!(
            "(CASE typeof({old}) WHEN 'integer' THEN {old} WHEN 'real' THEN {} WHEN 'text' THEN {} END)",
            real(),
            integer_text(old)
        )
    };
    Some(between(&number, wanted))
}

/// Rounds as PostgreSQL does: `float8` to the even number where two are as near, `numeric` away from zero (manual, 8.1).
fn whole(old: &str, to_even: bool) -> String {
    let at_half = if to_even { "n % 2" } else { "s" };
    format!(
        "(SELECT CASE WHEN x >= 9223372036854775808.0 OR x < -9223372036854775808.0 THEN NULL \
         WHEN abs(x - n) < 0.5 THEN n WHEN abs(x - n) > 0.5 THEN n + s ELSE n + {at_half} END \
         FROM (SELECT x, CAST(x AS INTEGER) AS n, CASE WHEN x < 0 THEN -1 ELSE 1 END AS s FROM (SELECT {old} AS x)))"
    )
}

/// Reads a text of digits with a sign: it is one if the number, written again, is the text.
fn integer_text(old: &str) -> String {
    let digits = trimmed_from(old);
    format!(
        "(SELECT CASE WHEN ltrim(t, '+-') <> '' AND CAST(CAST(t AS INTEGER) AS TEXT) = CASE WHEN d = '' THEN '0' \
         WHEN t GLOB '-*' THEN '-' || d ELSE d END THEN CAST(t AS INTEGER) END \
         FROM (SELECT t, ltrim(substr(t, 1 + (t GLOB '[-+]*')), '0') AS d FROM {digits}))"
    )
}

/// Reads a text that is a number as a whole: only that is equal to the number that it begins with.
fn number_text(old: &str) -> String {
    trimmed(old, "CASE WHEN t <> '' AND CAST(t AS NUMERIC) = t THEN CAST(t AS NUMERIC) END")
}

fn number(old: &str) -> String {
    format!(
        "(CASE typeof({old}) WHEN 'integer' THEN {old} WHEN 'real' THEN {old} WHEN 'text' THEN {} END)",
        number_text(old)
    )
}

/// How many digits of a floating-point number are exact.
fn float_digits(ty: &Type) -> Option<u8> {
    let exact = [(Type::Double, 15), (Type::Float, 15), (Type::Real, 6)];
    exact.iter().find(|(one, _)| one == ty).map(|(_, digits)| *digits)
}

/// Cuts a floating-point number to so many digits.
fn digits(number: &str, digits: u8) -> String {
    format!(
        "(SELECT CASE typeof(x) WHEN 'real' THEN CAST(printf('%.{digits}g', x) AS NUMERIC) ELSE x END \
         FROM (SELECT {number} AS x))"
    )
}

fn real(old: &str, from: &Type, most: &str) -> Option<Conversion> {
    if *from == Type::Boolean {
        let value = format!("CASE WHEN {old} THEN 1.0 WHEN {old} IS NOT NULL THEN 0.0 END");
        return Some(Conversion::sure(value));
    }
    if matches!(from, Type::Double | Type::Float | Type::Real) && (*from == Type::Real || most == MOST_REAL) {
        return None;
    }
    let number = number(old);
    Some(Conversion::unsure(format!(
        "(SELECT CASE WHEN n BETWEEN -{most} AND {most} THEN CAST(n AS REAL) END FROM (SELECT {number} AS n))"
    )))
}

/// An exact number is a floating-point one in a file: 15 digits of it are exact.
fn decimal(old: &str, from: &Type, precision: Option<(u32, i32)>) -> Option<Conversion> {
    if *from == Type::Boolean {
        let wide = precision.is_none_or(|(all, scale)| i64::from(all) > i64::from(scale));
        let value = format!("CASE WHEN {old} THEN 1 WHEN {old} IS NOT NULL THEN 0 END");
        return wide.then(|| Conversion::sure(value));
    }
    let exact = if matches!(Family::of(from), Family::Text | Family::Other) {
        trimmed(
            old,
            "CASE WHEN typeof(CAST(t AS NUMERIC)) = 'integer' OR instr(lower(t), 'e') \
             OR length(ltrim(replace(rtrim(t, '0'), '.', ''), '+-0')) <= 15 THEN 1 ELSE 0 END",
        )
    } else {
        "1".to_owned()
    };
    if let (Type::Decimal { precision: Some((was, was_scale)) }, Some((all, scale))) = (from, precision)
        && *was_scale <= scale
        && i64::from(*was) - i64::from(*was_scale) <= i64::from(all) - i64::from(scale)
    {
        return None;
    }
    // What is exact in a floating-point number is all that PostgreSQL takes of it.
    let number = match float_digits(from) {
        Some(exact) => digits(&number(old), exact),
        None => number(old),
    };
    let Some((all, scale)) = precision else {
        if bits(from).is_some() || matches!(from, Type::Decimal { .. }) {
            return None;
        }
        return Some(Conversion::unsure(format!("CASE WHEN {exact} THEN {number} END")));
    };
    let most = 10_f64.powi(i32::try_from(all).unwrap_or(i32::MAX).saturating_sub(scale));
    // The least bit more takes what is meant to be a half to the half. Numbers of more digits have no such places.
    let rounded = match u32::try_from(scale) {
        Ok(scale) => format!(
            "CASE WHEN typeof(n) = 'real' AND abs(n) < 1e15 THEN round(n + n * 5e-16, {scale}) ELSE n END"
        ),
        Err(_) => {
            let unit = 10_f64.powi(scale.saturating_neg());
            format!("round(n / {unit:?}) * {unit:?}")
        }
    };
    Some(Conversion::unsure(format!(
        "(SELECT CASE WHEN n > -{most:e} AND n < {most:e} THEN n END FROM \
         (SELECT {rounded} AS n FROM (SELECT CASE WHEN {exact} THEN {number} END AS n)))"
    )))
}

/// Numbers are true unless 0; texts are the words of the manual, 8.6, and their beginnings.
fn boolean(old: &str) -> Conversion {
    let words = trimmed(
        &format!("lower({old})"),
        "CASE WHEN t IN ('1', 'on', 't', 'tr', 'tru', 'true', 'y', 'ye', 'yes') THEN 1 \
         WHEN t IN ('0', 'f', 'fa', 'fal', 'fals', 'false', 'n', 'no', 'of', 'off') THEN 0 END",
    );
    Conversion::unsure(format!(
        "(CASE WHEN typeof({old}) IN ('integer', 'real') THEN {old} <> 0 WHEN typeof({old}) = 'text' THEN {words} END)"
    ))
}

/// A text of a length: blanks at the end give way, anything else does not.
fn characters(old: &str, from: &Type, length: Option<u32>) -> Option<Conversion> {
    let text = text(old, from);
    let Some(length) = length else {
        return (text != old).then(|| Conversion::sure(text));
    };
    let was_shorter = from.length().is_some_and(|was| was <= length);
    if was_shorter && text == old {
        return None;
    }
    Some(Conversion::unsure(format!(
        "(SELECT CASE WHEN length(t) <= {length} THEN t WHEN length(rtrim(t, ' ')) <= {length} \
         THEN substr(t, 1, {length}) END FROM (SELECT {text} AS t))"
    )))
}

fn one_of(text: &str, values: &[String]) -> Conversion {
    let values: Vec<String> = values.iter().map(|value| string(value)).collect();
    Conversion::unsure(format!(
        "(SELECT CASE WHEN t IN ({}) THEN t END FROM (SELECT {text} AS t))",
        values.join(", ")
    ))
}

/// Sixteen bytes, or 32 digits with hyphens and braces anywhere.
fn uuid(old: &str) -> Conversion {
    let digits = format!("replace(replace(replace(lower(trim({old})), '-', ''), '{{', ''), '}}', '')");
    Conversion::unsure(format!(
        "(CASE WHEN typeof({old}) = 'blob' AND length({old}) = 16 THEN {old} WHEN typeof({old}) = 'text' THEN \
         (SELECT CASE WHEN length(t) = 32 AND t NOT GLOB '*[^0-9a-f]*' THEN unhex(t) END FROM (SELECT {digits} AS t)) \
         END)"
    ))
}

/// A value as PostgreSQL writes it; the same expression where it is text already.
fn text(old: &str, from: &Type) -> String {
    match from {
        Type::BigInteger | Type::Integer | Type::SmallInteger | Type::Json | Type::Jsonb => {
            format!("CAST({old} AS TEXT)")
        }
        Type::Binary => format!("('\\x' || lower(hex({old})))"),
        Type::Boolean => {
            format!("(CASE WHEN {old} THEN 'true' WHEN {old} IS NOT NULL THEN 'false' END)")
        }
        Type::Decimal { precision } => decimal_text(old, *precision),
        Type::Double | Type::Float => real_text(old, &[15, 16, 17], "0"),
        // A number of 32 bits lies in 64, with digits that it never had.
        Type::Real => real_text(old, &[6, 7, 8, 9], "abs(x) * 2.9e-8"),
        Type::DateTime { .. } | Type::DateTimeTz { .. } => point_text(old),
        // The second is what SQLAlchemy declares for one.
        Type::Uuid | Type::Char { length: Some(32) } => uuid_text(old),
        Type::Custom { .. } => format!("CAST({old} AS TEXT)"),
        Type::Array(_)
        | Type::Char { .. }
        | Type::Date
        | Type::Enum { .. }
        | Type::Interval
        | Type::String { .. }
        | Type::Text => old.to_owned(),
        // Drivers write three or six digits of a second.
        Type::Time { .. } => {
            format!("(CASE WHEN instr({old}, '.') THEN rtrim(rtrim({old}, '0'), '.') ELSE {old} END)")
        }
    }
}

fn decimal_text(old: &str, precision: Option<(u32, i32)>) -> String {
    let places = precision.and_then(|(_, scale)| usize::try_from(scale).ok()).unwrap_or_default();
    let zeros = if places == 0 { String::new() } else { format!(" || '.{}'", "0".repeat(places)) };
    let real = match precision {
        Some(_) => format!("printf('%.{places}f', {old})"),
        None => format!("rtrim(rtrim(printf('%.20f', {old}), '0'), '.')"),
    };
    format!(
        "(CASE typeof({old}) WHEN 'integer' THEN CAST({old} AS TEXT){zeros} WHEN 'real' THEN {real} \
         ELSE CAST({old} AS TEXT) END)"
    )
}

/// The shortest digits that are the number, as PostgreSQL writes them since release 12: with an exponent where the number
/// has more digits before the point than the type is exact in, which are the fewest of `digits`.
fn real_text(old: &str, digits: &[u8], apart: &str) -> String {
    let exact = digits.first().copied().unwrap_or(15);
    // `%g` has an exponent where the number has more digits than are printed.
    let printed = |digits: u8| match digits == exact {
        true => format!("printf('%!.{digits}g', x)"),
        false => format!(
            "printf(CASE WHEN abs(x) >= 1e{exact} THEN '%!.{}e' ELSE '%!.{digits}g' END, x)",
            digits - 1
        ),
    };
    let (last, others) = digits.split_last().unwrap_or((&17, &[]));
    let others = others.iter().map(|digits| {
        let printed = printed(*digits);
        format!("WHEN abs(CAST({printed} AS REAL) - x) <= {apart} THEN {printed} ")
    });
    let shortest = format!("CASE {}ELSE {} END", others.collect::<String>(), printed(*last));
    format!(
        "(SELECT CASE WHEN typeof(x) <> 'real' THEN CAST(x AS TEXT) WHEN t LIKE '%.0' \
         THEN substr(t, 1, length(t) - 2) ELSE replace(t, '.0e', 'e') END \
         FROM (SELECT x, {shortest} AS t FROM (SELECT {old} AS x)))"
    )
}

fn uuid_text(old: &str) -> String {
    let part = |start: u8, length: u8| format!("substr(t, {start}, {length})");
    let parts = [part(1, 8), part(9, 4), part(13, 4), part(17, 4), part(21, 12)];
    let hyphens = parts.join(" || '-' || ");
    format!(
        "(CASE WHEN typeof({old}) = 'blob' AND length({old}) = 16 \
         THEN (SELECT {hyphens} FROM (SELECT lower(hex({old})) AS t)) ELSE {old} END)"
    )
}

/// Reads a point in time: the day `d`, the time `s` to the second, the fraction `f`, the zone `z`, and `u`, day and time
/// in UTC. `t` is NULL where it is none.
fn point(old: &str, value: &str) -> String {
    let day = "t GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' AND date(d) = d AND substr(t, 11, 1) IN ('', ' ')";
    let zone = "CASE WHEN z = 'Z' THEN '+00:00' WHEN z GLOB '[+-][0-9][0-9]' THEN z || ':00' \
                WHEN z GLOB '[+-][0-9][0-9][0-9][0-9]' THEN substr(z, 1, 3) || ':' || substr(z, 4) ELSE z END";
    format!(
        "(SELECT {value} FROM (SELECT CASE WHEN {day} AND {CLOCK} THEN t END AS t, d, s, f, z, \
         CASE WHEN z = '' THEN d || ' ' || s ELSE datetime(d || ' ' || s || z) END AS u \
         FROM (SELECT t, d, c, {SECONDS} AS s, {FRACTION} AS f, {zone} AS z \
         FROM (SELECT t, substr(t, 1, 10) AS d, trim(CASE WHEN p = 0 THEN r ELSE substr(r, 1, p - 1) END) AS c, \
         CASE WHEN p = 0 THEN '' ELSE substr(r, p) END AS z \
         FROM (SELECT t, r, CASE WHEN instr(r, 'Z') THEN instr(r, 'Z') WHEN instr(r, '+') THEN instr(r, '+') \
         ELSE instr(r, '-') END AS p \
         FROM (SELECT t, trim(substr(t, 12)) AS r \
         FROM (SELECT replace(upper(trim({old})), 'T', ' ') AS t)))))) \
         WHERE t IS NOT NULL AND u IS NOT NULL)"
    )
}

/// A time of day `c` to the second.
const SECONDS: &str = "CASE length(c) WHEN 0 THEN '00:00:00' WHEN 5 THEN c || ':00' ELSE substr(c, 1, 8) END";

/// The fraction of a time of day, without zeros at its end.
const FRACTION: &str = "rtrim(rtrim(substr(c, 9), '0'), '.')";

/// Whether it is one: of at most nine digits after the point, which drivers write.
const CLOCK: &str = "time(s) = s AND (length(c) IN (0, 5, 8) OR substr(c, 9, 1) = '.' AND length(c) BETWEEN 10 AND 18 \
                     AND substr(c, 10) NOT GLOB '*[^0-9]*')";

/// A text's zone is passed over, as PostgreSQL does for a type without one; a point in time is that of UTC.
fn day_and_time(from: &Type) -> &'static str {
    if Family::of(from) == Family::Text { "d || ' ' || s" } else { "u" }
}

fn date(old: &str, from: &Type) -> Conversion {
    let value = format!("substr({}, 1, 10)", day_and_time(from));
    Conversion::unsure(point(old, &value))
}

fn date_time(old: &str, from: &Type) -> Conversion {
    Conversion::unsure(point(old, &format!("{} || f", day_and_time(from))))
}

/// In the form of RFC 3339 and in UTC, in which it stays the same point in time for every reader.
fn date_time_tz(old: &str, from: &Type) -> Option<Conversion> {
    let value = "replace(u, ' ', 'T') || f || '+00:00'";
    (!is_point(from)).then(|| Conversion::unsure(point(old, value)))
}

fn time(old: &str, from: &Type) -> Conversion {
    if is_point(from) {
        return Conversion::unsure(point(old, "substr(u, 12) || f"));
    }
    Conversion::unsure(format!(
        "(SELECT CASE WHEN length(c) > 0 AND {CLOCK} THEN s || f END \
         FROM (SELECT c, {SECONDS} AS s, {FRACTION} AS f FROM (SELECT trim({old}) AS c)))"
    ))
}

/// With `+00` where it has a zone, as PostgreSQL writes it; what is no point in time stays as it is.
fn point_text(old: &str) -> String {
    let text = point(old, "CASE WHEN z = '' THEN u || f ELSE u || f || '+00' END");
    format!("coalesce({text}, {old})")
}
