//! What a stored CREATE INDEX says, as an [`Index`].

use crate::schema::{Ident, Index, IndexKey, IndexPart, Order};

use super::{
    super::{
        super::sqlite::sql::quoted,
        token::{Token, closing, replaced, tokens},
    },
    Unreadable,
};

/// Reads a CREATE INDEX.
pub(in super::super) fn index_value(name: &Ident, sql: &str) -> Result<Index, Unreadable> {
    let tokens = tokens(sql);
    let open = open_parenthesis(&tokens)?;
    let close = closing(&tokens, open).ok_or(Unreadable { expected: ")", at: sql.len() })?;
    let mut index = Index::new(name.clone(), Vec::new());
    index.is_unique = tokens[..open].iter().any(|token| token.is("UNIQUE"));
    let mut start = open + 1;
    let mut depth = 0_usize;
    for position in open + 1..=close {
        let token = tokens[position];
        if depth == 0 && (position == close || token.is_sign(",")) {
            index.parts.push(part(sql, &tokens[start..position])?);
            start = position + 1;
        } else if token.is_sign("(") {
            depth += 1;
        } else if token.is_sign(")") {
            depth = depth.saturating_sub(1);
        }
    }
    if let [first, rest @ ..] = &tokens[close + 1..]
        && first.is("WHERE")
        && let (Some(from), Some(to)) = (rest.first(), rest.last())
    {
        index.predicate = Some(sql[from.start..to.end()].into());
    }
    Ok(index)
}

fn part(sql: &str, tokens: &[Token<'_>]) -> Result<IndexPart, Unreadable> {
    let (order, tokens) = match tokens {
        [rest @ .., last] if last.is("DESC") => (Order::Descending, rest),
        [rest @ .., last] if last.is("ASC") => (Order::Ascending, rest),
        _ => (Order::Ascending, tokens),
    };
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
        return Err(Unreadable { expected: "a column", at: sql.len() });
    };
    let (key, collation) = match split_collation(sql, tokens) {
        Some((key, collation)) => (key, Some(collation)),
        None => (IndexKey::Expression(sql[first.start..last.end()].into()), None),
    };
    let key = match tokens {
        [only] => only.name().map(IndexKey::Column).unwrap_or(key),
        _ => key,
    };
    Ok(IndexPart { order, collation, ..IndexPart::new(key) })
}

/// Splits `key COLLATE name`, where the key is one thing: the word binds closer than any operator before it.
pub(in super::super) fn split_collation(sql: &str, tokens: &[Token<'_>]) -> Option<(IndexKey, String)> {
    let [key @ .., word, name] = tokens else { return None };
    if !word.is("COLLATE") {
        return None;
    }
    let collation = name.name()?.to_string();
    let (first, last) = (key.first()?, key.last()?);
    let text = || IndexKey::Expression(sql[first.start..last.end()].into());
    let key = match key {
        [only] => only.name().map(IndexKey::Column)?,
        [open, ..] if open.is_sign("(") && closing(key, 0) == Some(key.len() - 1) => text(),
        [function, open, ..]
            if function.name().is_some() && open.is_sign("(") && closing(key, 1) == Some(key.len() - 1) =>
        {
            text()
        }
        _ => return None,
    };
    Some((key, collation))
}

/// Finds the parenthesis after `ON table`. The index's own name may be `on` only in quotes.
fn open_parenthesis(tokens: &[Token<'_>]) -> Result<usize, Unreadable> {
    let on = tokens.iter().position(|token| token.is("ON"));
    on.map(|on| on + 2)
        .filter(|open| tokens.get(*open).is_some_and(|token| token.is_sign("(")))
        .ok_or(Unreadable { expected: "ON table (", at: 0 })
}

/// Puts another name into a CREATE INDEX.
pub(in super::super) fn with_index_name(sql: &str, name: &Ident) -> Result<String, Unreadable> {
    let tokens = tokens(sql);
    // The name stands before `ON table (`.
    let at = open_parenthesis(&tokens)?.checked_sub(3).ok_or(Unreadable { expected: "a name", at: 0 })?;
    Ok(replaced(sql, &[(tokens[at], quoted(name))]))
}

/// Puts another table's name into a CREATE INDEX.
pub(in super::super) fn with_table(sql: &str, table: &str) -> Result<String, Unreadable> {
    let tokens = tokens(sql);
    let open = open_parenthesis(&tokens)?;
    Ok(replaced(sql, &[(tokens[open - 1], table.to_owned())]))
}
