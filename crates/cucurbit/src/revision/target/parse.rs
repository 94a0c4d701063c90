//! The grammar of targets: `[branch@][symbol][+N|-N]`, and two of them joined by `:`. No look-ups here.
//!
//! Ids and labels have none of `@ - + :`, so every text reads in one way only.

use std::fmt;
use std::str::FromStr;

use crate::mask;

use super::{ParseError, Symbol, Target, TargetRange};

impl FromStr for Target {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let malformed = || ParseError::Malformed { text: mask::target(text) };
        if is_url(text) {
            return Err(malformed());
        }
        if text.contains(':') {
            return Err(ParseError::RangeNotAllowed { text: text.to_owned() });
        }
        let (branch, point) = match text.split_once('@') {
            Some(("", _)) => return Err(malformed()),
            Some((branch, point)) => (Some(branch.to_owned()), point),
            None => (None, text),
        };
        let offset_at = point.find(['+', '-']).unwrap_or(point.len());
        let (symbol, offset) = point.split_at(offset_at);
        if point.is_empty() || symbol.contains('@') || branch.as_deref().is_some_and(has_sign) {
            return Err(malformed());
        }
        let offset = match offset {
            "" => 0,
            // `i32` would also read `+-2`.
            _ if !offset[1..].bytes().all(|byte| byte.is_ascii_digit()) => return Err(malformed()),
            _ => match offset.parse() {
                Ok(0) | Err(_) => return Err(malformed()),
                Ok(offset) => offset,
            },
        };
        let symbol = match symbol {
            "" => Symbol::Implied,
            "base" => Symbol::Base,
            "current" => Symbol::Current,
            "head" => Symbol::Head,
            "heads" => Symbol::Heads,
            name => Symbol::Identifier(name.to_owned()),
        };
        Ok(Self { branch, symbol, offset })
    }
}

/// Tells whether it is a connection URL, which may hold a password, and no piece of which is looked up or repeated.
fn is_url(text: &str) -> bool {
    mask::target(text) != text
}

fn has_sign(branch: &str) -> bool {
    branch.contains(['+', '-'])
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(branch) = &self.branch {
            write!(formatter, "{branch}@")?;
        }
        formatter.write_str(match &self.symbol {
            Symbol::Base => "base",
            Symbol::Current => "current",
            Symbol::Head => "head",
            Symbol::Heads => "heads",
            Symbol::Identifier(name) => name,
            Symbol::Implied => "",
        })?;
        match self.offset {
            0 => Ok(()),
            offset => write!(formatter, "{offset:+}"),
        }
    }
}

impl FromStr for TargetRange {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if is_url(text) {
            return Err(ParseError::Malformed { text: mask::target(text) });
        }
        let Some((start, end)) = text.trim().split_once(':') else {
            return Err(ParseError::NotARange { text: text.to_owned() });
        };
        let read = |end: &str| if end.is_empty() { Ok(None) } else { end.parse().map(Some) };
        Ok(Self { start: read(start)?, end: read(end)? })
    }
}

impl fmt::Display for TargetRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(start) = &self.start {
            write!(formatter, "{start}")?;
        }
        formatter.write_str(":")?;
        match &self.end {
            Some(end) => write!(formatter, "{end}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_written_back() {
        let texts =
            ["head", "heads", "base", "current", "ae10", "+2", "-3", "ae10+2", "x@head-1", "x@-1", "x@b"];
        for text in texts {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
        for text in ["a:b", "a:", ":b", ":", "-3:current", "x@base:x@head"] {
            assert_eq!(text.parse::<TargetRange>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for text in ["", "@", "@head", "x@", "x@y@z", "+", "-", "a+b", "a+1-1", "+-2", "+0", "a-0", "a-1@b"] {
            assert_eq!(
                text.parse::<Target>(),
                Err(ParseError::Malformed { text: text.to_owned() }),
                "{text}"
            );
        }
        assert!(matches!("-99999999999".parse::<Target>(), Err(ParseError::Malformed { .. })));
        assert!(matches!("a:b".parse::<Target>(), Err(ParseError::RangeNotAllowed { .. })));
        assert!(matches!("a".parse::<TargetRange>(), Err(ParseError::NotARange { .. })));
        assert!(matches!("a:b:c".parse::<TargetRange>(), Err(ParseError::RangeNotAllowed { .. })));
    }
}
