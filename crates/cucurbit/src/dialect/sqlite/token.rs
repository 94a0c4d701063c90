//! SQL text as tokens with their places, after sqlite.org/lang.html and `tokenize.c`.
//!
//! What lives here: the tokenizer and what a token says about a name. It never fails: a byte that starts nothing
//! is a token of its own. `sqlite3-parser` gives a tree without places; an edit needs places.

use crate::schema::{Dialect, Expression, Ident};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A blob: `x'00'`.
    Blob,
    /// A number.
    Number,
    /// A sign or an operator of one byte.
    Sign(u8),
    /// A name in double quotes, square brackets or backticks.
    QuotedName,
    /// Text in single quotes.
    Text,
    /// A keyword or a bare name.
    Word,
}

/// A token and where it stands, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// Its first byte.
    pub(super) start: usize,
    /// The byte after its last.
    pub(super) end: usize,
}

impl Token {
    /// Returns its text.
    pub(super) fn text<'s>(&self, sql: &'s str) -> &'s str {
        &sql[self.start..self.end]
    }

    /// Tells whether it is this keyword, in any case.
    pub(super) fn is(&self, sql: &str, word: &str) -> bool {
        self.kind == Kind::Word && self.text(sql).eq_ignore_ascii_case(word)
    }

    /// Tells whether it is this sign.
    pub(super) fn is_sign(&self, sign: u8) -> bool {
        self.kind == Kind::Sign(sign)
    }

    /// Returns the name that it spells, if it can be one. SQLite also takes text in single quotes for a name.
    pub(super) fn name(&self, sql: &str) -> Option<Ident> {
        match self.kind {
            Kind::QuotedName | Kind::Text => Some(unquoted(self.text(sql))),
            Kind::Word => Some(Ident::new(self.text(sql))),
            Kind::Blob | Kind::Number | Kind::Sign(_) => None,
        }
    }

    /// Tells whether it spells this name, as a name and not as text. Case does not count, as in SQLite.
    pub(super) fn names(&self, sql: &str, name: &Ident) -> bool {
        matches!(self.kind, Kind::Word | Kind::QuotedName)
            && self.name(sql).is_some_and(|spelled| same_name(&spelled, name))
    }
}

/// Tells whether SQLite takes two names for one.
pub(in crate::dialect) fn same_name(one: &Ident, other: &Ident) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}

/// Tells whether SQLite takes a name for one of others.
pub(super) fn is_among<'n>(name: &Ident, others: impl IntoIterator<Item = &'n Ident>) -> bool {
    others.into_iter().any(|other| same_name(other, name))
}

/// Takes the quotes off a name or a text.
fn unquoted(text: &str) -> Ident {
    let quote = text.chars().next().unwrap_or('"');
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    match quote {
        '[' => Ident::new(inner),
        quote => Ident::new(inner.replace(&format!("{quote}{quote}"), &quote.to_string())),
    }
}

/// Takes the quotes off a text constant.
pub(super) fn unquoted_text(text: &str) -> String {
    unquoted(text).as_str().to_owned()
}

/// Writes a name in quotes and in lower case: SQLite compares names so.
pub(super) fn quoted_lower(spelled: &str) -> String {
    let bare = if spelled.starts_with(['"', '`', '[']) { unquoted_text(spelled) } else { spelled.to_owned() };
    format!("\"{}\"", bare.to_ascii_lowercase().replace('"', "\"\""))
}

/// Splits SQL into tokens; space and comments are between them.
pub(super) fn tokens(sql: &str) -> Vec<Token> {
    let bytes = sql.as_bytes();
    let mut found = Vec::new();
    let mut position = 0;
    while let Some(&byte) = bytes.get(position) {
        let next = bytes.get(position + 1).copied();
        let start = position;
        let kind = match byte {
            byte if byte.is_ascii_whitespace() || byte == 0x0b => {
                position += 1;
                continue;
            }
            b'-' if next == Some(b'-') => {
                position = find(bytes, position, b"\n");
                continue;
            }
            b'/' if next == Some(b'*') => {
                position = find(bytes, position + 2, b"*/");
                continue;
            }
            b'\'' => Kind::Text,
            b'"' | b'`' | b'[' => Kind::QuotedName,
            b'x' | b'X' if next == Some(b'\'') => Kind::Blob,
            b'0'..=b'9' => Kind::Number,
            b'.' if next.is_some_and(|next| next.is_ascii_digit()) => Kind::Number,
            byte if is_word(byte) => Kind::Word,
            byte => Kind::Sign(byte),
        };
        position = match kind {
            Kind::Blob => quoted_end(bytes, start + 1),
            Kind::Number => number_end(bytes, start),
            Kind::QuotedName | Kind::Text => quoted_end(bytes, start),
            Kind::Sign(_) => start + 1,
            Kind::Word => start + bytes[start..].iter().take_while(|byte| is_word(**byte)).count(),
        };
        found.push(Token { kind, start, end: position });
    }
    found
}

/// Bytes of names: letters, digits, `_`, `$`, and everything beyond ASCII.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// Returns the place after `end`, or the end of the text.
fn find(bytes: &[u8], from: usize, end: &[u8]) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.windows(end.len()).position(|window| window == end).map_or(bytes.len(), |at| from + at + end.len())
}

/// Returns the place after the quote that ends what starts here; a doubled quote does not end it.
fn quoted_end(bytes: &[u8], start: usize) -> usize {
    let quote = if bytes[start] == b'[' { b']' } else { bytes[start] };
    let mut position = start + 1;
    while let Some(&byte) = bytes.get(position) {
        position += 1;
        if byte == quote {
            if quote != b']' && bytes.get(position) == Some(&quote) {
                position += 1;
            } else {
                break;
            }
        }
    }
    position
}

/// Returns the place after a number, with its point, exponent and sign of the exponent.
fn number_end(bytes: &[u8], start: usize) -> usize {
    let is_hex = bytes[start] == b'0' && matches!(bytes.get(start + 1), Some(b'x' | b'X'));
    let mut position = start + 1;
    while let Some(&byte) = bytes.get(position) {
        let is_sign = matches!(byte, b'+' | b'-') && !is_hex && matches!(bytes[position - 1], b'e' | b'E');
        if !(is_word(byte) || byte == b'.' || is_sign) {
            break;
        }
        position += 1;
    }
    position
}

/// Replaces tokens by texts. The places must be in order and may not overlap.
pub(super) fn replaced(sql: &str, edits: &[(Token, String)]) -> String {
    let mut result = String::with_capacity(sql.len());
    let mut position = 0;
    for (token, text) in edits {
        result.push_str(&sql[position..token.start]);
        result.push_str(text);
        position = token.end;
    }
    result.push_str(&sql[position..]);
    result
}

/// Returns the place in the list of the parenthesis that closes the one at `open`.
pub(super) fn closing(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (position, token) in tokens.iter().enumerate().skip(open) {
        if token.is_sign(b'(') {
            depth += 1;
        } else if token.is_sign(b')') {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(position);
            }
        }
    }
    None
}

/// Tells whether SQL mentions a name anywhere.
pub(super) fn mentions(sql: &str, name: &Ident) -> bool {
    tokens(sql).iter().any(|token| token.names(sql, name))
}

/// Tells whether an expression names a column. A function is no column.
pub(in crate::dialect) fn names_column(expression: &Expression, column: &Ident) -> bool {
    let sql = expression.on(Dialect::Sqlite);
    let tokens = tokens(sql);
    let is_called = |at: usize| tokens.get(at + 1).is_some_and(|next| next.is_sign(b'('));
    tokens.iter().enumerate().any(|(at, token)| token.names(sql, column) && !is_called(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        tokens(sql).iter().map(|token| token.text(sql)).collect()
    }

    #[test]
    fn comments_and_quotes_hide_what_is_in_them() {
        assert_eq!(
            texts("a -- , b\n, 'it''s' /* ( */ \"x\"\"y\" [z'] x'00' 1.5e-3 0x1f+2"),
            ["a", ",", "'it''s'", "\"x\"\"y\"", "[z']", "x'00'", "1.5e-3", "0x1f", "+", "2"]
        );
    }

    #[test]
    fn text_in_single_quotes_is_no_mention() {
        assert!(mentions("SELECT \"Name\" FROM t", &"name".into()));
        assert!(!mentions("SELECT 'name' FROM t", &"name".into()));
    }

    #[test]
    fn what_is_called_and_what_is_text_is_no_column() {
        let names = |sql: &str, column: &str| names_column(&sql.into(), &column.into());
        assert!(names("width * \"ID\"", "id"));
        assert!(names("id * 2", "id"));
        assert!(!names("width * 2", "id"));
        assert!(!names("id(width) || 'id'", "id"));
    }

    #[test]
    fn what_never_ends_ends_with_the_text() {
        assert_eq!(texts("'abc"), ["'abc"]);
        assert_eq!(texts("/* abc"), Vec::<&str>::new());
        assert_eq!(texts("é § 1"), ["é", "§", "1"]);
    }
}
