//! Days, times and moments as text: read as PostgreSQL reads ISO 8601, written as the drivers write them.
//!
//! SQLite has no such types. A file holds the text that a driver wrote, and the drivers of Rust read back what looks
//! like theirs: `2024-02-29`, `12:34:56.500`, `2024-02-29 12:34:56`, `2024-02-29T12:34:56+00:00`.

/// A day, a time and a zone, as far as a text has them.
struct Moment {
    day: Option<String>,
    time: Option<String>,
    zone: Option<String>,
}

/// Writes the day of a text.
pub(super) fn day(text: &str) -> Option<String> {
    read(text)?.day
}

/// Writes the time of a text that is a time and no more.
pub(super) fn time(text: &str) -> Option<String> {
    match read(text)? {
        Moment { day: None, time, zone: None } => time,
        Moment { .. } => None,
    }
}

/// Writes a day and a time, without the zone: PostgreSQL ignores it as well.
pub(super) fn local(text: &str) -> Option<String> {
    let Moment { day, time, zone: _ } = read(text)?;
    Some(format!("{} {}", day?, time.as_deref().unwrap_or(MIDNIGHT)))
}

/// Writes a day and a time with a zone, which is UTC where none is said.
pub(super) fn zoned(text: &str) -> Option<String> {
    let Moment { day, time, zone } = read(text)?;
    let (time, zone) = (time.as_deref().unwrap_or(MIDNIGHT), zone.as_deref().unwrap_or(UTC));
    Some(format!("{}T{time}{zone}", day?))
}

/// Writes a moment in one form, whichever of the two it was written in: every driver reads them alike.
pub(super) fn any(text: &str) -> Option<String> {
    match read(text)?.zone {
        Some(zone) if zone != UTC => zoned(text),
        Some(_) | None => local(text),
    }
}

const MIDNIGHT: &str = "00:00:00";
const UTC: &str = "+00:00";

fn read(text: &str) -> Option<Moment> {
    let text = text.trim();
    let head = text.split(['T', 't', ' ', ':']).next().unwrap_or_default();
    if !head.get(1..).is_some_and(|rest| rest.contains('-')) {
        let (time, rest) = clock(text)?;
        return Some(Moment { day: None, time: Some(time), zone: zone(rest)? });
    }
    let end = text.find(['T', 't', ' ']).unwrap_or(text.len());
    let (day, rest) = text.split_at(end);
    let day = Some(calendar(day)?);
    let rest = rest.get(1..).unwrap_or_default().trim_start();
    if rest.is_empty() {
        return Some(Moment { day, time: None, zone: None });
    }
    let (time, rest) = clock(rest)?;
    Some(Moment { day, time: Some(time), zone: zone(rest)? })
}

/// Reads a day of the calendar that was always Gregorian.
fn calendar(text: &str) -> Option<String> {
    let mut parts = text.rsplitn(3, '-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = year.strip_prefix('+').unwrap_or(year);
    let (day, month, year) = (small(day)?, small(month)?, number(digits)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=last).contains(&day) || digits.len() < 4 {
        return None;
    }
    let sign = if year > 9999 { "+" } else { "" };
    Some(format!("{sign}{year:04}-{month:02}-{day:02}"))
}

/// Reads a time of day, and returns what follows it. A second has no digits after its point, or three, six or nine.
fn clock(text: &str) -> Option<(String, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, ':' | '.'));
    let (time, rest) = text.split_at(end.unwrap_or(text.len()));
    let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = whole.split(':');
    let (hour, minute) = (small(parts.next()?)?, small(parts.next()?)?);
    let second = parts.next().map_or(Some(0), small)?;
    let fraction = fraction.trim_end_matches('0');
    let is_time = hour < 24 && minute < 60 && second < 60 && parts.next().is_none();
    if !is_time || fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut written = format!("{hour:02}:{minute:02}:{second:02}");
    if !fraction.is_empty() {
        written = format!("{written}.{fraction:0<width$}", width = fraction.len().next_multiple_of(3));
    }
    Some((written, rest))
}

/// Reads a zone to the end of the text; `Some(None)` where there is none.
fn zone(text: &str) -> Option<Option<String>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    if text.eq_ignore_ascii_case("z") || text.eq_ignore_ascii_case("utc") {
        return Some(Some(UTC.to_owned()));
    }
    let (sign, rest) = (text.get(..1).filter(|sign| matches!(*sign, "+" | "-"))?, text.get(1..)?);
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None => rest.split_at_checked(2)?,
    };
    let minutes = if minutes.is_empty() { 0 } else { small(minutes)? };
    let hours = small(hours)?;
    if hours > 15 || minutes > 59 {
        return None;
    }
    let sign = if hours == 0 && minutes == 0 { "+" } else { sign };
    Some(Some(format!("{sign}{hours:02}:{minutes:02}")))
}

/// Reads one or two digits.
fn small(text: &str) -> Option<u32> {
    if text.len() > 2 { None } else { number(text) }
}

fn number(text: &str) -> Option<u32> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_drivers_write_them() {
        for (text, written) in [
            ("2024-02-29", "2024-02-29T00:00:00+00:00"),
            ("2024-02-29 12:34", "2024-02-29T12:34:00+00:00"),
            ("2024-02-29T12:34:56Z", "2024-02-29T12:34:56+00:00"),
            ("1969-12-31 23:59:59.120000 +02:00", "1969-12-31T23:59:59.120+02:00"),
            ("0001-01-01 00:00:00.000001-0530", "0001-01-01T00:00:00.000001-05:30"),
            ("2024-1-5 1:2:3", "2024-01-05T01:02:03+00:00"),
            ("2024-01-05 01:02:03-00", "2024-01-05T01:02:03+00:00"),
        ] {
            assert_eq!(zoned(text).as_deref(), Some(written), "{text}");
            assert_eq!(zoned(written).as_deref(), Some(written), "{text}");
            let local = local(text).unwrap();
            assert_eq!(self::local(&local), Some(local.clone()), "{text}");
            assert_eq!(day(text), day(written), "{text}");
        }
        assert_eq!(time(" 12:34:56.5 ").as_deref(), Some("12:34:56.500"));
        assert_eq!(any("2024-02-29T12:34:56Z"), any("2024-02-29 12:34:56.000"));
        assert_ne!(any("2024-02-29T12:34:56+01:00"), any("2024-02-29 12:34:56"));
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "",
            "-",
            "now",
            "2023-02-29",
            "2024-13-01",
            "2024-00-01",
            "24-01-01",
            "2024-01-01 25:00",
            "12:34 +",
            "2024-01-01Tx",
            "2024-01-01 10:00 CET",
            "infinity",
            "é-é",
            "2024-01-01 10:00:00.1.2",
        ] {
            assert_eq!(zoned(text), None, "{text}");
        }
        assert_eq!(time("2024-01-01"), None);
        assert_eq!(time("12:34:56+02"), None);
    }
}
