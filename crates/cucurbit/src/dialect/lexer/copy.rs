//! `COPY … FROM stdin` with the rows after it, as psql reads them (its `copy.c`), and COPY to the program that asks.

use crate::schema::Dialect;

use super::token::{Token, Tokens};

/// A COPY with its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CopyIn<'s> {
    /// The statement, without its semicolon.
    pub(crate) command: &'s str,
    /// The rows, each with the end of its line.
    pub(crate) rows: &'s str,
    /// Whether a line says that the rows end.
    has_end: bool,
}

/// Whose rows a COPY reads or writes: those of the program that runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Client {
    /// `FROM stdin`.
    Reads,
    /// `TO stdout`.
    Writes,
}

/// Takes a statement apart, as [`split`](super::split) returns it, if it is a COPY with rows.
pub(crate) fn copy_in(statement: &str, dialect: Dialect) -> Option<CopyIn<'_>> {
    let mut tokens = Vec::new();
    for token in Tokens::new(statement, dialect) {
        if tokens.is_empty() && !token.is("COPY") {
            return None;
        }
        if token.is_sign(";") {
            let text = &statement[token.end()..];
            let Rows { start, end, after } = rows(text).filter(|_| is_from_client(&tokens, dialect))?;
            let command = &statement[..token.start];
            return Some(CopyIn { command, rows: &text[start..end], has_end: end < after });
        }
        tokens.push(token);
    }
    None
}

/// Writes a statement as a script for psql or sqlite3 holds it: with a semicolon, or with the end of its rows.
#[cfg(feature = "runtime")]
pub(crate) fn script_text(statement: &str, dialect: Dialect) -> String {
    match copy_in(statement, dialect) {
        None => format!("{statement};"),
        Some(copy) if copy.has_end => statement.to_owned(),
        Some(copy) if copy.rows.ends_with('\n') => format!("{statement}\\."),
        Some(_) => format!("{statement}\n\\."),
    }
}

/// Returns where a statement ends that ends at this semicolon, if rows follow it.
pub(super) fn end(
    sql: &str,
    statement: &[Token<'_>],
    semicolon: &Token<'_>,
    dialect: Dialect,
) -> Option<usize> {
    if !semicolon.is_sign(";") || !is_from_client(statement, dialect) {
        return None;
    }
    rows(&sql[semicolon.end()..]).map(|rows| semicolon.end() + rows.after)
}

fn is_from_client(statement: &[Token<'_>], dialect: Dialect) -> bool {
    dialect == Dialect::Postgres && client(statement) == Some(Client::Reads)
}

/// Tells whether a statement copies from or to the program that runs it. PostgreSQL takes `stdin` and `stdout` for the
/// same word (`copy_file_name` in its grammar).
pub(super) fn client(statement: &[Token<'_>]) -> Option<Client> {
    let pair = pairs(statement)
        .find(|pair| pair[0].is_any(&["FROM", "TO"]) && pair[1].is_any(&["STDIN", "STDOUT"]))?;
    Some(if pair[0].is("FROM") { Client::Reads } else { Client::Writes })
}

/// Lists the pairs of neighbours in a COPY that stand outside parentheses; none of another statement.
pub(super) fn pairs<'t, 's>(statement: &'t [Token<'s>]) -> impl Iterator<Item = &'t [Token<'s>]> {
    let is_copy = statement.first().is_some_and(|word| word.is("COPY"));
    let mut depth = 0_usize;
    statement.windows(2).filter(move |pair| {
        if pair[0].is_sign("(") {
            depth += 1;
        } else if pair[0].is_sign(")") {
            depth = depth.saturating_sub(1);
        } else {
            return is_copy && depth == 0;
        }
        false
    })
}

/// Where rows stand in the text after a COPY's semicolon.
struct Rows {
    start: usize,
    end: usize,
    /// The end of the line that ends them, without its line break.
    after: usize,
}

/// Finds the rows: from the next line on, to a line that is `\\.` and nothing else, or to the end of the text.
fn rows(text: &str) -> Option<Rows> {
    let left = text.trim_start_matches([' ', '\t', '\r', '\x0b', '\x0c']);
    if !left.starts_with('\n') && !left.starts_with("--") {
        return None;
    }
    let (first, _) = text.split_once('\n')?;
    let start = first.len() + 1;
    let mut end = start;
    for line in text[start..].split_inclusive('\n') {
        let line_text = line.strip_suffix('\n').unwrap_or(line);
        if line_text.strip_suffix('\r').unwrap_or(line_text) == "\\." {
            return Some(Rows { start, end, after: end + 2 });
        }
        end += line.len();
    }
    (!text[start..].trim().is_empty()).then_some(Rows { start, end, after: end })
}
