//! What a token says about a name, and edits of SQL by its tokens.
//!
//! The tokens are the lexer's, which never fails. `sqlite3-parser` gives a tree without places; an edit needs places.

use crate::schema::{Dialect, Expression, Ident};

use super::super::lexer::Tokens;

pub(super) use super::super::lexer::{Class, Token, unquoted};

impl Token<'_> {
    /// Returns the name that it spells, if it can be one. SQLite also takes text in single quotes for a name.
    pub(super) fn name(&self) -> Option<Ident> {
        match self.class {
            Class::Name | Class::Text => Some(Ident::new(unquoted(self.text))),
            Class::Word => Some(Ident::new(self.text)),
            Class::Blob | Class::Command | Class::Number | Class::Sign => None,
        }
    }

    /// Tells whether it spells this name, as a name and not as text. Case does not count, as in SQLite.
    pub(super) fn names(&self, name: &Ident) -> bool {
        matches!(self.class, Class::Word | Class::Name)
            && self.name().is_some_and(|spelled| same_name(&spelled, name))
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

/// Writes a name in quotes and in lower case: SQLite compares names so.
pub(super) fn quoted_lower(spelled: &str) -> String {
    let bare = if spelled.starts_with(['"', '`', '[']) { unquoted(spelled) } else { spelled.to_owned() };
    format!("\"{}\"", bare.to_ascii_lowercase().replace('"', "\"\""))
}

/// Splits SQL into tokens; space and comments are between them.
pub(super) fn tokens(sql: &str) -> Vec<Token<'_>> {
    Tokens::new(sql, Dialect::Sqlite).collect()
}

/// Replaces tokens by texts. The places must be in order and may not overlap.
pub(super) fn replaced(sql: &str, edits: &[(Token<'_>, String)]) -> String {
    let mut result = String::with_capacity(sql.len());
    let mut position = 0;
    for (token, text) in edits {
        result.push_str(&sql[position..token.start]);
        result.push_str(text);
        position = token.end();
    }
    result.push_str(&sql[position..]);
    result
}

/// Returns the place in the list of the parenthesis that closes the one at `open`.
pub(super) fn closing(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (position, token) in tokens.iter().enumerate().skip(open) {
        if token.is_sign("(") {
            depth += 1;
        } else if token.is_sign(")") {
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
    tokens(sql).iter().any(|token| token.names(name))
}

/// Tells whether an expression names a column. A function is no column.
pub(in crate::dialect) fn names_column(expression: &Expression, column: &Ident) -> bool {
    let sql = expression.on(Dialect::Sqlite);
    let tokens = tokens(sql);
    let is_called = |at: usize| tokens.get(at + 1).is_some_and(|next| next.is_sign("("));
    tokens.iter().enumerate().any(|(at, token)| token.names(column) && !is_called(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        tokens(sql).iter().map(|token| token.text).collect()
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
