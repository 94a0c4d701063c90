//! Reads expressions as far as names, texts and parentheses go. No grammar.
//!
//! PostgreSQL alone knows what an expression means (`ask`); what is needed without a server is
//! which columns it names, and whether it is one expression at all.

use std::collections::BTreeSet;

use crate::schema::{Dialect, Expression, Ident, Index, IndexKey};

/// A piece of an expression with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'s> {
    pub(super) kind: Kind,
    pub(super) text: &'s str,
    pub(super) start: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number.
    Number,
    /// A name in double quotes.
    QuotedName,
    /// Anything else: one character, or `::`.
    Symbol,
    /// A string constant.
    Text,
    /// A quote or comment that does not end.
    Unclosed,
    /// A word: a name without quotes, or a key word.
    Word,
}

impl Token<'_> {
    pub(super) fn is(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// Returns the name as the server stores it: small letters, unless in quotes.
    pub(super) fn name(&self) -> Option<String> {
        match self.kind {
            Kind::QuotedName => {
                let inner = self.text.get(1..self.text.len().saturating_sub(1)).unwrap_or_default();
                Some(inner.replace("\"\"", "\""))
            }
            Kind::Word => Some(self.text.to_lowercase()),
            Kind::Number | Kind::Symbol | Kind::Text | Kind::Unclosed => None,
        }
    }
}

/// Cuts SQL into its pieces; blanks and comments are left out (manual, 4.1).
pub(super) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(first) = sql[start..].chars().next() {
        let rest = &sql[start..];
        let closed = |kind, length: Option<usize>| match length {
            Some(length) => (kind, length),
            None => (Some(Kind::Unclosed), rest.len()),
        };
        let (kind, length) = match first {
            _ if first.is_whitespace() => (None, first.len_utf8()),
            '-' if rest.starts_with("--") => (None, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => closed(None, comment(rest)),
            '\'' => closed(Some(Kind::Text), quoted(rest, '\'', false)),
            'e' | 'E' if rest[1..].starts_with('\'') => {
                closed(Some(Kind::Text), quoted(&rest[1..], '\'', true).map(|length| 1 + length))
            }
            '"' => closed(Some(Kind::QuotedName), quoted(rest, '"', false)),
            '$' => match dollar_tag(rest) {
                Some(tag) => closed(Some(Kind::Text), dollar_quoted(rest, tag)),
                None => (Some(Kind::Symbol), 1),
            },
            ':' if rest.starts_with("::") => (Some(Kind::Symbol), 2),
            _ if first.is_ascii_digit() => {
                (Some(Kind::Number), run(rest, |letter| letter.is_ascii_alphanumeric() || letter == '.'))
            }
            _ if first.is_alphabetic() || first == '_' => (
                Some(Kind::Word),
                run(rest, |letter| letter.is_alphanumeric() || matches!(letter, '_' | '$')),
            ),
            _ => (Some(Kind::Symbol), first.len_utf8()),
        };
        if let Some(kind) = kind {
            tokens.push(Token { kind, text: &rest[..length], start });
        }
        start += length;
    }
    tokens
}

/// How many bytes at the start fit.
fn run(text: &str, fits: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !fits(letter)).unwrap_or(text.len())
}

/// The length of what is in quotes; a quote inside is doubled, or follows a backslash.
fn quoted(text: &str, quote: char, has_escapes: bool) -> Option<usize> {
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((place, letter)) = letters.next() {
        if has_escapes && letter == '\\' {
            letters.next();
        } else if letter == quote {
            match letters.peek() {
                Some((_, next)) if *next == quote => drop(letters.next()),
                Some(_) | None => return Some(place + quote.len_utf8()),
            }
        }
    }
    None
}

/// The tag of `$tag$ … $tag$`, with its dollars.
fn dollar_tag(text: &str) -> Option<&str> {
    let end = 1 + run(&text[1..], |letter| letter.is_alphanumeric() || letter == '_');
    let tag = text.get(..=end).filter(|tag| tag.ends_with('$'))?;
    let is_parameter = tag[1..].starts_with(|letter: char| letter.is_ascii_digit());
    (!is_parameter).then_some(tag)
}

fn dollar_quoted(text: &str, tag: &str) -> Option<usize> {
    text[tag.len()..].find(tag).map(|place| place + 2 * tag.len())
}

/// The length of a comment in `/* */`, which nest.
fn comment(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut place = 0;
    while place < text.len() {
        let rest = &text.as_bytes()[place..];
        if rest.starts_with(b"/*") {
            depth += 1;
            place += 2;
        } else if rest.starts_with(b"*/") {
            depth = depth.saturating_sub(1);
            place += 2;
            if depth == 0 {
                return Some(place);
            }
        } else {
            place += 1;
        }
    }
    None
}

/// Finds the pieces that name one of the columns.
fn column_tokens<'s>(sql: &'s str, columns: &[&Ident]) -> Vec<(Token<'s>, Ident)> {
    let tokens = tokens(sql);
    let mut found = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let Some(column) = token.name().and_then(|name| columns.iter().find(|column| ***column == *name))
        else {
            continue;
        };
        let follows = |symbol| tokens.get(place + 1).is_some_and(|next| next.is(symbol));
        let is_type = place.checked_sub(1).is_some_and(|before| tokens[before].is("::"));
        if !is_type && !follows("(") && !follows(".") {
            found.push((token.clone(), (*column).clone()));
        }
    }
    found
}

/// Returns which of the columns an expression names.
pub(super) fn columns_in(sql: &str, columns: &[&Ident]) -> BTreeSet<Ident> {
    column_tokens(sql, columns).into_iter().map(|(_, column)| column).collect()
}

/// Tells whether an expression names a column.
pub(super) fn names_column(expression: &Expression, column: &Ident) -> bool {
    !columns_in(expression.on(Dialect::Postgres), &[column]).is_empty()
}

/// Tells whether an index has a column in its key, in an expression or in its condition.
pub(super) fn index_names_column(index: &Index, column: &Ident) -> bool {
    let is_in_key = index.parts.iter().any(|part| match &part.key {
        IndexKey::Column(key) => key == column,
        IndexKey::Expression(expression) => names_column(expression, column),
    });
    is_in_key
        || index.include.contains(column)
        || index.predicate.as_ref().is_some_and(|condition| names_column(condition, column))
}

/// Writes a column's new name wherever an expression names it, as the server does when a column is renamed.
pub(super) fn with_renamed_column(sql: &str, from: &Ident, to: &Ident) -> String {
    let mut text = sql.to_owned();
    for (token, _) in column_tokens(sql, &[from]).into_iter().rev() {
        text.replace_range(token.start..token.start + token.text.len(), &crate::dialect::sql::quoted(to));
    }
    text
}

/// Tells whether SQL can stand between parentheses as one expression: what it opens it closes, and no more.
///
/// A comment to the end of the line would swallow the parenthesis after it.
pub(super) fn is_one_expression(sql: &str) -> bool {
    let (mut depth, mut end) = (0_i64, 0);
    for token in tokens(sql) {
        depth += match token.kind {
            Kind::Symbol if token.text == "(" => 1,
            Kind::Symbol if token.text == ")" => -1,
            Kind::Symbol if token.text == ";" => return false,
            Kind::Unclosed => return false,
            Kind::Number | Kind::QuotedName | Kind::Symbol | Kind::Text | Kind::Word => 0,
        };
        if depth < 0 || sql[end..token.start].contains("--") {
            return false;
        }
        end = token.start + token.text.len();
    }
    depth == 0 && end > 0 && !sql[end..].contains("--")
}

/// Takes off the parentheses around the whole.
pub(super) fn unwrapped(sql: &str) -> &str {
    let mut text = sql.trim();
    while let Some(inner) = without_outer(text) {
        text = inner.trim();
    }
    text
}

fn without_outer(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    is_one_expression(inner).then_some(inner)
}

/// Tells whether an expression may follow DEFAULT without parentheses: a constant, a word or a call.
pub(super) fn is_simple(sql: &str) -> bool {
    let tokens = tokens(sql);
    match tokens.as_slice() {
        [_] => true,
        [first, second, .., last] if second.is("(") && last.is(")") => {
            let call = sql.trim();
            let inner = call.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
            first.kind == Kind::Word
                && inner.is_some_and(|inner| inner.is_empty() || is_one_expression(inner))
        }
        [first, second] => first.is("-") && second.kind == Kind::Number,
        [first, second, rest @ ..] => {
            matches!(first.kind, Kind::Number | Kind::Text)
                && second.is("::")
                && rest.iter().all(|token| matches!(token.kind, Kind::QuotedName | Kind::Word))
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_are_found_where_they_are_columns() {
        let [height, text, name] = [Ident::new("height"), Ident::new("text"), Ident::new("Name")];
        let columns = [&height, &text, &name];
        let found =
            |sql| columns_in(sql, &columns).into_iter().map(|name| name.to_string()).collect::<Vec<_>>();
        assert_eq!(found("HEIGHT > 0 AND 'text' <> ''"), ["height"]);
        assert_eq!(found("\"Name\"::text = $x$height$x$ -- height"), ["Name"]);
        assert_eq!(found("height(1) > text(2) /* text */"), [""; 0]);
        assert_eq!(found("name = E'it\\'s height' OR t.height = 1"), ["height"]);
    }

    #[test]
    fn a_renamed_column_is_written_everywhere() {
        let renamed = with_renamed_column(
            "height > 0 AND lower('height') <> Height::text",
            &"height".into(),
            &"h".into(),
        );
        assert_eq!(renamed, "\"h\" > 0 AND lower('height') <> \"h\"::text");
    }

    #[test]
    fn only_whole_expressions_are_one() {
        assert!(is_one_expression("a = ';--' AND (b) /* ( */"));
        for broken in
            ["1); DROP TABLE t", "(a", "a)(", "", "a -- b", "a --\n+ b", "a; b", "'a", "a /*", "$x$ $y$"]
        {
            assert!(!is_one_expression(broken), "{broken}");
        }
        assert_eq!(unwrapped("((a > 0))"), "a > 0");
        assert_eq!(unwrapped("(a) OR (b)"), "(a) OR (b)");
    }

    #[test]
    fn what_needs_no_parentheses_has_none() {
        for simple in ["now()", "CURRENT_TIMESTAMP", "'x'::character varying", "5", "-5", "f(a, (b))"] {
            assert!(is_simple(simple), "{simple}");
        }
        for other in ["a AND b", "f(a) + g(b)", "NOT a", "1 + 2", ""] {
            assert!(!is_simple(other), "{other}");
        }
    }
}
