//! SQL as tokens: enough to tell where a statement ends and what it begins with.
//!
//! The rules are those of PostgreSQL's `scan.l` and of SQLite's `tokenize.c`. No grammar.

use crate::schema::Dialect;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dialect) enum Class {
    /// A blob of SQLite: `x'00'`.
    Blob,
    /// A command of the program that reads the SQL: `\\echo` of psql, `.mode` of sqlite3. It is never SQL.
    Command,
    /// A name in quotes: double ones, to SQLite also square brackets or backticks.
    Name,
    /// A number.
    Number,
    /// A character that is none of the others; to PostgreSQL also `::`.
    Sign,
    /// A text: in single quotes, to PostgreSQL also behind an `E` and between dollars.
    Text,
    /// A keyword or a bare name.
    Word,
}

/// A token and where it stands, in bytes. White space and comments are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dialect) struct Token<'s> {
    pub(in crate::dialect) class: Class,
    pub(in crate::dialect) text: &'s str,
    pub(in crate::dialect) start: usize,
}

impl Token<'_> {
    pub(in crate::dialect) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Tells whether it is this keyword, in any case.
    pub(in crate::dialect) fn is(&self, keyword: &str) -> bool {
        self.class == Class::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    pub(in crate::dialect) fn is_any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }

    /// Tells whether it is this sign, outside quotes.
    pub(in crate::dialect) fn is_sign(&self, sign: &str) -> bool {
        self.class == Class::Sign && self.text == sign
    }

    pub(in crate::dialect) fn is_any_sign(&self, signs: &[&str]) -> bool {
        signs.iter().any(|sign| self.is_sign(sign))
    }

    /// Tells whether it is a word or something in quotes.
    pub(super) fn is_wordy(&self) -> bool {
        !matches!(self.class, Class::Number | Class::Sign)
    }
}

/// Tells whether a statement begins with these keywords.
pub(super) fn begins(statement: &[Token<'_>], keywords: &[&str]) -> bool {
    after(statement, &[keywords]).is_some()
}

/// Returns what stands after the first of some beginnings that a statement has.
pub(super) fn after<'t, 's>(statement: &'t [Token<'s>], beginnings: &[&[&str]]) -> Option<&'t [Token<'s>]> {
    beginnings.iter().find_map(|keywords| {
        let (beginning, rest) = statement.split_at_checked(keywords.len())?;
        beginning.iter().zip(*keywords).all(|(token, keyword)| token.is(keyword)).then_some(rest)
    })
}

/// Returns what stands after `CREATE`, or `CREATE OR REPLACE`, in a statement that begins so.
pub(super) fn created<'t, 's>(statement: &'t [Token<'s>]) -> Option<&'t [Token<'s>]> {
    after(statement, &[&["CREATE", "OR", "REPLACE"], &["CREATE"]])
}

/// Returns what stands after `SET`, or `SET LOCAL` and `SET SESSION`, in a statement that begins so or with another verb.
pub(super) fn setting<'t, 's>(statement: &'t [Token<'s>]) -> &'t [Token<'s>] {
    match statement {
        [_, scope, words @ ..] if scope.is_any(&["LOCAL", "SESSION"]) && !words.is_empty() => words,
        [_, words @ ..] => words,
        [] => &[],
    }
}

/// Returns the last word of a name that may have a schema before its dot.
pub(super) fn unqualified<'t, 's>(name: &'t [Token<'s>]) -> Option<&'t Token<'s>> {
    match name {
        [_, dot, name, ..] if dot.is_sign(".") => Some(name),
        _ => name.first(),
    }
}

/// Reads the tokens of SQL, one after another. Quotes and comments that do not end reach to the end of the text.
pub(in crate::dialect) struct Tokens<'s> {
    sql: &'s str,
    position: usize,
    is_postgres: bool,
    /// Whether a backslash escapes in plain quotes too: `standard_conforming_strings` is off.
    has_backslashes: bool,
    is_closed: bool,
}

impl<'s> Tokens<'s> {
    pub(in crate::dialect) fn new(sql: &'s str, dialect: Dialect) -> Self {
        let is_postgres = dialect == Dialect::Postgres;
        Self { sql, position: 0, is_postgres, has_backslashes: false, is_closed: true }
    }

    /// Tells whether every quote and comment that was read ends.
    pub(in crate::dialect) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Goes on at another place.
    pub(super) fn go_to(&mut self, position: usize) {
        self.position = position;
    }

    /// Says whether a backslash escapes in plain quotes.
    pub(super) fn set_backslashes(&mut self, has_backslashes: bool) {
        self.has_backslashes = has_backslashes;
    }

    /// Reads a command of sqlite3 where a statement could begin: a line from a dot on. No SQL begins with one.
    ///
    /// A line that begins with `#` is a comment to that program.
    pub(super) fn dot_command(&mut self) -> Option<Token<'s>> {
        if self.is_postgres {
            return None;
        }
        loop {
            self.skip_space_and_comments();
            let start = self.position;
            // A file may be one line of many statements: it is looked for the end of a line where one counts.
            if !self.rest().starts_with(['#', '.']) {
                return None;
            }
            let line = self.rest().split('\n').next().unwrap_or_default();
            self.position += line.len();
            if line.starts_with('.') {
                return Some(Token { class: Class::Command, text: line.trim_end(), start });
            }
        }
    }

    fn rest(&self) -> &'s str {
        &self.sql[self.position..]
    }

    fn skip_space_and_comments(&mut self) {
        loop {
            self.position += space(self.rest());
            let rest = self.rest();
            let skipped = if rest.starts_with("--") {
                // A carriage return ends the comment for PostgreSQL only.
                rest.find(|letter| letter == '\n' || (letter == '\r' && self.is_postgres))
                    .unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                self.closed(block_comment(rest, self.is_postgres))
            } else {
                return;
            };
            self.position += skipped;
        }
    }

    /// Returns a length, or what is left where there is no end.
    fn closed(&mut self, length: Option<usize>) -> usize {
        self.is_closed &= length.is_some();
        length.unwrap_or(self.rest().len())
    }

    /// Returns the class and length of the token that the text starts with.
    fn token(&mut self, rest: &str, first: char) -> (Class, usize) {
        match first {
            '\\' if self.is_postgres => (Class::Command, psql_command(rest)),
            '\'' if self.has_backslashes => (Class::Text, self.closed(escaped(rest))),
            '\'' => (Class::Text, self.closed(quoted(rest, first))),
            '"' => (Class::Name, self.closed(quoted(rest, first))),
            '`' if !self.is_postgres => (Class::Name, self.closed(quoted(rest, first))),
            '[' if !self.is_postgres => (Class::Name, self.closed(rest.find(']').map(|closing| closing + 1))),
            'x' | 'X' if !self.is_postgres && rest[1..].starts_with('\'') => {
                (Class::Blob, self.closed(quoted(&rest[1..], '\'').map(|length| 1 + length)))
            }
            '$' if self.is_postgres => match dollar_tag(rest) {
                Some(tag) => {
                    let closing = rest[tag.len()..].find(tag);
                    (Class::Text, self.closed(closing.map(|closing| closing + 2 * tag.len())))
                }
                None => (Class::Sign, 1),
            },
            ':' if self.is_postgres && rest.starts_with("::") => (Class::Sign, 2),
            '0'..='9' => (Class::Number, number(rest)),
            '.' if rest[1..].starts_with(|next: char| next.is_ascii_digit()) => (Class::Number, number(rest)),
            _ if is_word_start(first) => {
                // By bytes, which is quicker: all of what is not ASCII is in the word.
                let length = rest.bytes().position(|byte| !is_in_word(byte.into())).unwrap_or(rest.len());
                if self.is_postgres
                    && matches!(&rest[..length], "e" | "E")
                    && rest[length..].starts_with('\'')
                {
                    let text = escaped(&rest[length..]).map(|text| length + text);
                    return (Class::Text, self.closed(text));
                }
                (Class::Word, length)
            }
            _ => (Class::Sign, first.len_utf8()),
        }
    }
}

impl<'s> Iterator for Tokens<'s> {
    type Item = Token<'s>;

    fn next(&mut self) -> Option<Token<'s>> {
        self.skip_space_and_comments();
        let (rest, start) = (self.rest(), self.position);
        let (class, length) = self.token(rest, rest.chars().next()?);
        self.position += length;
        Some(Token { class, text: &rest[..length], start })
    }
}

/// Returns the length of the white space that a text starts with.
///
/// A vertical tab is some to PostgreSQL 16 and later only, a byte order mark to SQLite and psql; where it is not, the
/// database would refuse it.
fn space(text: &str) -> usize {
    let is_space = |letter| matches!(letter, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' | '\u{feff}');
    text.find(|letter| !is_space(letter)).unwrap_or(text.len())
}

fn is_word_start(letter: char) -> bool {
    letter.is_ascii_alphabetic() || letter == '_' || !letter.is_ascii()
}

fn is_in_word(letter: char) -> bool {
    is_word_start(letter) || letter.is_ascii_digit() || letter == '$'
}

/// Letters too: `0xff`, `1e5`; the `e` of `1e'…'` is none of a string's.
fn is_in_number(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.')
}

/// Returns the length of a block comment. PostgreSQL's nest (manual, section 4.1.5).
fn block_comment(text: &str, nests: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 1;
    let mut position = 2;
    while position < bytes.len() {
        match &bytes[position..] {
            [b'*', b'/', ..] => {
                depth -= 1;
                position += 2;
                if depth == 0 {
                    return Some(position);
                }
            }
            [b'/', b'*', ..] if nests => {
                depth += 1;
                position += 2;
            }
            _ => position += 1,
        }
    }
    None
}

/// Returns the length of a number, with its point, its exponent and the sign of that.
fn number(text: &str) -> usize {
    let is_hex = text.starts_with("0x") || text.starts_with("0X");
    let mut end = 0;
    loop {
        end += text[end..].find(|letter| !is_in_number(letter)).unwrap_or(text.len() - end);
        let is_exponent = !is_hex && text[..end].ends_with(['e', 'E']);
        let signed = text[end..].strip_prefix(['+', '-']).filter(|_| is_exponent);
        if !signed.is_some_and(|digits| digits.starts_with(|letter: char| letter.is_ascii_digit())) {
            return end;
        }
        end += 1;
    }
}

/// Returns the length of what stands in quotes that are doubled to stand for themselves.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut end = 0;
    while text[end..].starts_with(quote) {
        end += text[end + 1..].find(quote)? + 2;
    }
    Some(end)
}

/// Takes off the quotes, whichever they are; what is doubled inside stands for itself.
pub(in crate::dialect) fn unquoted(text: &str) -> String {
    let quote = text.get(..1).unwrap_or("\"");
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    if quote == "[" { inner.to_owned() } else { inner.replace(&quote.repeat(2), quote) }
}

/// Returns the length of a PostgreSQL string with backslashes, from its quote on.
///
/// Pieces on the following lines belong to it and have backslashes too (manual, section 4.1.2.1).
fn escaped(text: &str) -> Option<usize> {
    let mut end = escaped_piece(text, b'\'')?;
    loop {
        if !text[end..].starts_with('\'') {
            match lines(&text[end..]) {
                Some(length) if text[end + length..].starts_with('\'') => end += length,
                Some(_) | None => return Some(end),
            }
        }
        end += escaped_piece(&text[end..], b'\'')?;
    }
}

/// Returns the length of white space and `--` comments at the start of a text, if a line ends in them.
fn lines(text: &str) -> Option<usize> {
    let mut end = 0;
    loop {
        let before = end;
        end += space(&text[end..]);
        if text[end..].starts_with("--") {
            end = text[end..].find(['\n', '\r']).map_or(text.len(), |length| end + length);
        }
        if end == before {
            return text[..end].contains(['\n', '\r']).then_some(end);
        }
    }
}

/// Returns the length of what stands in quotes in which a backslash escapes.
pub(in crate::dialect) fn escaped_piece(text: &str, quote: u8) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\\' {
            bytes.next();
        } else if byte == quote {
            return Some(at + 1);
        }
    }
    None
}

/// Returns what a dollar-quoted text begins and ends with, if there is one: `$$`, `$tag$`.
fn dollar_tag(text: &str) -> Option<&str> {
    let tag = &text[..text[1..].find('$')? + 2];
    let name = &tag[1..tag.len() - 1];
    (name.chars().next().is_none_or(is_word_start) && name.chars().all(is_in_word)).then_some(tag)
}

/// Returns the length of a command of psql: to the end of the line, or to `\\\\`, after which SQL goes on.
///
/// `\\;` is nothing but the end of a statement.
fn psql_command(text: &str) -> usize {
    if text.starts_with("\\;") {
        return 2;
    }
    let mut quote = None;
    let mut letters = text.char_indices().skip(1).peekable();
    let mut end = 1;
    while let Some((at, letter)) = letters.next() {
        if letter == '\n' {
            break;
        }
        if !letter.is_whitespace() {
            end = at + letter.len_utf8();
        }
        match quote {
            Some(open) if letter == open => quote = None,
            // In single quotes a backslash escapes, as in C.
            Some('\'') if letter == '\\' => {
                if let Some((at, escaped)) = letters.next_if(|(_, letter)| *letter != '\n') {
                    end = at + escaped.len_utf8();
                }
            }
            Some(_) => {}
            None if matches!(letter, '\'' | '"' | '`') => quote = Some(letter),
            None if text[at..].starts_with("\\\\") => return at + 2,
            None => {}
        }
    }
    end
}
