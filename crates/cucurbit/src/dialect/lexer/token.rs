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
    /// A character that is none of the others.
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
}

impl<'s> Tokens<'s> {
    pub(in crate::dialect) fn new(sql: &'s str, dialect: Dialect) -> Self {
        Self { sql, position: 0, is_postgres: dialect == Dialect::Postgres, has_backslashes: false }
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
            let rest = self.rest();
            let space = space(rest);
            let skipped = if space > 0 {
                space
            } else if rest.starts_with("--") {
                // A carriage return ends the comment for PostgreSQL only.
                rest.find(|letter| letter == '\n' || (letter == '\r' && self.is_postgres))
                    .unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                block_comment(rest, self.is_postgres)
            } else {
                return;
            };
            self.position += skipped;
        }
    }

    /// Returns the class and length of the token that the text starts with.
    fn token(&self, first: char) -> (Class, usize) {
        let rest = self.rest();
        match first {
            '\\' if self.is_postgres => (Class::Command, psql_command(rest)),
            '\'' if self.has_backslashes => (Class::Text, escaped(rest)),
            '\'' => (Class::Text, quoted(rest, first)),
            '"' => (Class::Name, quoted(rest, first)),
            '`' if !self.is_postgres => (Class::Name, quoted(rest, first)),
            '[' if !self.is_postgres => {
                (Class::Name, rest.find(']').map_or(rest.len(), |closing| closing + 1))
            }
            'x' | 'X' if !self.is_postgres && rest[1..].starts_with('\'') => {
                (Class::Blob, 1 + quoted(&rest[1..], '\''))
            }
            '$' if self.is_postgres => match dollar_quoted(rest) {
                Some(length) => (Class::Text, length),
                None => (Class::Sign, 1),
            },
            '0'..='9' => (Class::Number, number(rest)),
            '.' if rest[1..].starts_with(|next: char| next.is_ascii_digit()) => (Class::Number, number(rest)),
            _ if is_word_start(first) => {
                let length = rest.find(|letter| !is_in_word(letter)).unwrap_or(rest.len());
                if self.is_postgres
                    && matches!(&rest[..length], "e" | "E")
                    && rest[length..].starts_with('\'')
                {
                    return (Class::Text, length + escaped(&rest[length..]));
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
        let first = self.rest().chars().next()?;
        let (class, length) = self.token(first);
        let token = Token { class, text: &self.rest()[..length], start: self.position };
        self.position += length;
        Some(token)
    }
}

/// Returns the length of the white space that a text starts with.
///
/// A vertical tab is some to PostgreSQL 16 and later only, a byte order mark to SQLite and psql; where it is not, the
/// database would refuse it.
fn space(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c', '\u{feff}']).len()
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
fn block_comment(text: &str, nests: bool) -> usize {
    let bytes = text.as_bytes();
    let mut depth = 1;
    let mut position = 2;
    while position < bytes.len() {
        match &bytes[position..] {
            [b'*', b'/', ..] => {
                depth -= 1;
                position += 2;
                if depth == 0 {
                    return position;
                }
            }
            [b'/', b'*', ..] if nests => {
                depth += 1;
                position += 2;
            }
            _ => position += 1,
        }
    }
    bytes.len()
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
fn quoted(text: &str, quote: char) -> usize {
    let mut end = 0;
    while text[end..].starts_with(quote) {
        let Some(closing) = text[end + 1..].find(quote) else { return text.len() };
        end += closing + 2;
    }
    end
}

/// Returns the length of a PostgreSQL string with backslashes, from its quote on.
///
/// Pieces on the following lines belong to it and have backslashes too (manual, section 4.1.2.1).
fn escaped(text: &str) -> usize {
    let mut end = escaped_piece(text);
    loop {
        if text[end..].starts_with('\'') {
            end += escaped_piece(&text[end..]);
            continue;
        }
        match lines(&text[end..]) {
            Some(length) if text[end + length..].starts_with('\'') => {
                end += length;
                end += escaped_piece(&text[end..]);
            }
            Some(_) | None => return end,
        }
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

fn escaped_piece(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut position = 1;
    while position < bytes.len() {
        match bytes[position] {
            b'\\' => position += 2,
            b'\'' => return position + 1,
            _ => position += 1,
        }
    }
    bytes.len()
}

/// Returns the length of a dollar-quoted text, if there is one: `$$…$$`, `$tag$…$tag$`.
fn dollar_quoted(text: &str) -> Option<usize> {
    let tag = &text[..text[1..].find('$')? + 2];
    let name = &tag[1..tag.len() - 1];
    let is_tag = name.chars().next().is_none_or(is_word_start) && name.chars().all(is_in_word);
    is_tag.then(|| text[tag.len()..].find(tag).map_or(text.len(), |closing| closing + 2 * tag.len()))
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
