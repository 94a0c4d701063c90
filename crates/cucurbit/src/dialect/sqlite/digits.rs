//! How large a number is that stands as text: what a type of exact or of floating numbers could not say.

use crate::schema::Literal;

/// The least number that is infinite in 32 bits (IEEE 754, rounded to even).
const LEAST_INFINITE: f64 = 3.402_823_567_797_336_6e38;

/// Tells whether a number has more digits before its point than an exact type, once it is rounded to the type's scale
/// as PostgreSQL does (manual, section 8.1.2).
pub(super) fn is_too_large(literal: &Literal, (precision, scale): (u32, i32)) -> bool {
    let Some(text) = text(literal) else { return false };
    let text = text.trim().trim_start_matches(['-', '+']).to_ascii_lowercase();
    if text.starts_with("inf") {
        return true;
    }
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let zeros = all.len() - digits.len();
    let (Ok(whole), Ok(zeros), Ok(exponent)) =
        (i64::try_from(whole.len()), i64::try_from(zeros), exponent.parse::<i64>())
    else {
        return false;
    };
    let before_point = (whole - zeros).saturating_add(exponent);
    let most = i64::from(precision) - i64::from(scale);
    if digits.is_empty() || before_point != most {
        return !digits.is_empty() && before_point > most;
    }
    let kept = usize::try_from(precision).unwrap_or(usize::MAX);
    let rounds_up = digits.as_bytes().get(kept).is_some_and(|digit| *digit >= b'5');
    rounds_up && digits.bytes().take(kept).all(|digit| digit == b'9')
}

/// Tells whether a number is infinite in a floating type, and was not written so.
pub(super) fn is_infinite(literal: &Literal, is_short: bool) -> bool {
    let Some(text) = text(literal) else { return false };
    let text = text.trim();
    let is_word = text.trim_start_matches(['-', '+']).to_ascii_lowercase().starts_with("inf");
    let most = if is_short { LEAST_INFINITE } else { f64::INFINITY };
    !is_word && text.parse::<f64>().is_ok_and(|number| number.abs() >= most)
}

fn text(literal: &Literal) -> Option<String> {
    match literal {
        Literal::Integer(number) => Some(number.to_string()),
        Literal::Number(text) | Literal::String(text) => Some(text.clone()),
        Literal::Boolean(_) | Literal::Null => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_before_the_point_are_counted_after_rounding() {
        for (text, precision, is) in [
            ("999.99", (5, 2), false),
            ("-999.994", (5, 2), false),
            ("999.995", (5, 2), true),
            ("1000", (5, 2), true),
            ("9999.99", (5, 2), true),
            ("000999.99", (5, 2), false),
            ("1e2", (5, 2), false),
            ("1e3", (5, 2), true),
            ("99999e-2", (5, 2), false),
            ("0", (2, 2), false),
            ("0.99", (2, 2), false),
            ("0.995", (2, 2), true),
            ("0.0001", (2, 2), false),
            ("1", (2, 2), true),
            ("-Infinity", (5, 2), true),
        ] {
            assert_eq!(is_too_large(&Literal::number(text), precision), is, "{text} {precision:?}");
        }
    }

    #[test]
    fn what_is_infinite_was_written_so() {
        for (text, is_short, is) in [
            ("3.4e38", true, false),
            ("3.5e38", true, true),
            ("-3.5e38", false, false),
            ("1e308", false, false),
            ("1e309", false, true),
            ("-Infinity", true, false),
        ] {
            assert_eq!(is_infinite(&Literal::number(text), is_short), is, "{text}");
        }
    }
}
