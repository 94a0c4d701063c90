//! Splits SQL into statements and says what kind each is.
//!
//! What lives here: the lexical rules of both databases, and of the programs that read files for them, psql and sqlite3
//! (`client`, `copy`). Nothing is parsed: SQL that is wrong is split somehow, and the database refuses it.

mod beyond;
mod client;
mod copy;
mod kind;
mod masked;
#[cfg(test)]
mod tests;
mod token;

use crate::schema::Dialect;

use self::token::{after, begins, created, setting};

pub(crate) use self::client::{Part, statements};
pub(super) use self::token::{Class, Token, Tokens, escaped_piece, unquoted};
#[cfg(feature = "runtime")]
pub(crate) use self::{
    beyond::{Leeway, without_roles},
    client::file_statements,
    copy::{CopyIn, copy_in, script_text},
};
pub use self::{
    client::Unrunnable,
    kind::{Kind, kind},
    masked::{Masked, escaped, masked},
};

/// Splits SQL into its statements, in order.
///
/// A statement comes without its semicolon and without the white space and comments around it; what is inside
/// stays as it is written. Semicolons in quotes, comments, trigger bodies (SQLite), `BEGIN ATOMIC … END` and
/// parentheses (PostgreSQL) separate nothing. The rows after `COPY … FROM stdin;` belong to it, up to the line `\\.`, and
/// a command of psql (`\\echo`) or sqlite3 (`.mode`) is one for itself. No text makes it panic.
///
/// ```
/// use cucurbit::{dialect::lexer::split, schema::Dialect};
///
/// let sql = "INSERT INTO plant VALUES ('a;b'); -- done\nDELETE FROM plant;";
/// assert_eq!(split(sql, Dialect::Sqlite), ["INSERT INTO plant VALUES ('a;b')", "DELETE FROM plant"]);
/// ```
#[must_use]
pub fn split(sql: &str, dialect: Dialect) -> Vec<&str> {
    let mut statements = Vec::new();
    let mut statement: Vec<Token<'_>> = Vec::new();
    let mut body = Body::default();
    let mut tokens = Tokens::new(sql, dialect);
    loop {
        if statement.is_empty()
            && let Some(command) = tokens.dot_command()
        {
            statements.push(command.text);
            continue;
        }
        let Some(token) = tokens.next() else { break };
        if statement.is_empty() && token.class == Class::Command && !is_end(&token) {
            statements.push(token.text);
        } else if is_end(&token) && body.ends_at_semicolon(&statement, dialect) {
            if let Some(strings) = backslashes(&statement, dialect) {
                tokens.set_backslashes(strings);
            }
            match (copy::end(sql, &statement, &token, dialect), statement.first()) {
                (Some(end), Some(first)) => {
                    statements.push(&sql[first.start..end]);
                    tokens.go_to(end);
                }
                (_, _) => statements.extend(text(sql, &statement)),
            }
            statement.clear();
            body = Body::default();
        } else {
            body.read(&statement, &token, dialect);
            statement.push(token);
        }
    }
    statements.extend(text(sql, &statement));
    statements
}

/// Tells whether SQL without quotes has a name in it as a whole word, wherever: in texts and bodies too.
pub(crate) fn has_word(sql: &str, name: &str) -> bool {
    let is_end =
        |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_');
    sql.match_indices(name)
        .any(|(at, _)| is_end(sql[..at].chars().next_back()) && is_end(sql[at + name.len()..].chars().next()))
}

/// Lists the words and quotes of a statement, without comments.
#[cfg(feature = "runtime")]
pub(crate) fn words(statement: &str, dialect: Dialect) -> Vec<&str> {
    Tokens::new(statement, dialect).map(|token| token.text).collect()
}

/// Tells whether a statement says how a transaction is run: `SET TRANSACTION`, `SET SESSION CHARACTERISTICS`, `SET
/// CONSTRAINTS`.
#[cfg(feature = "runtime")]
pub(crate) fn is_about_transaction(statement: &str) -> bool {
    let mut tokens = Tokens::new(statement, Dialect::Postgres);
    let (first, second) = (tokens.next(), tokens.next());
    first.is_some_and(|word| word.is("SET"))
        && second.is_some_and(|word| word.is_any(&["LOCAL", "SESSION", "TRANSACTION"]))
        && statement.to_ascii_uppercase().contains("TRANSACTION")
}

/// Tells whether a token ends a statement: a semicolon, or what psql takes for one.
fn is_end(token: &Token<'_>) -> bool {
    token.is_sign(";") || token.class == Class::Command && matches!(token.text, "\\;" | "\\g" | "\\gx")
}

/// Returns whether backslashes escape in plain quotes after this statement, if it is the one that says so
/// (PostgreSQL's manual, section 4.1.2.1).
fn backslashes(statement: &[Token<'_>], dialect: Dialect) -> Option<bool> {
    let set = statement.first().filter(|_| dialect == Dialect::Postgres)?;
    let [name, sign, value] = setting(statement) else { return None };
    let is_it =
        set.is("SET") && name.is("standard_conforming_strings") && (sign.is_sign("=") || sign.is("TO"));
    let value = value.text.trim_matches('\'').to_ascii_lowercase();
    let is_off = matches!(value.as_str(), "off" | "of" | "false" | "f" | "no" | "n" | "0");
    is_it.then_some(is_off)
}

fn text<'s>(sql: &'s str, statement: &[Token<'s>]) -> Option<&'s str> {
    Some(&sql[statement.first()?.start..statement.last()?.end()])
}

/// What is open inside a statement, so that a semicolon does not end it.
#[derive(Debug, Default)]
struct Body {
    /// PostgreSQL: parentheses. A rule's commands stand in them, each with its semicolon.
    parentheses: usize,
    /// PostgreSQL: `BEGIN ATOMIC` and the `CASE`s in it.
    blocks: usize,
}

impl Body {
    fn ends_at_semicolon(&self, statement: &[Token<'_>], dialect: Dialect) -> bool {
        if dialect == Dialect::Postgres {
            return self.parentheses == 0 && self.blocks == 0;
        }
        !is_trigger(statement) || is_ended_trigger(statement)
    }

    fn read(&mut self, statement: &[Token<'_>], token: &Token<'_>, dialect: Dialect) {
        if dialect != Dialect::Postgres {
            return;
        }
        let previous = statement.last();
        // `AS end` and `row.end` are names although END and CASE are reserved.
        let is_name = previous.is_some_and(|previous| previous.is("AS") || previous.is_sign("."));
        if token.is_sign("(") {
            self.parentheses += 1;
        } else if token.is_sign(")") {
            self.parentheses = self.parentheses.saturating_sub(1);
        } else if self.blocks == 0 {
            if token.is("ATOMIC") && previous.is_some_and(|word| word.is("BEGIN")) && is_routine(statement) {
                self.blocks = 1;
            }
        } else if token.is("CASE") && !is_name {
            self.blocks += 1;
        } else if token.is("END") && !is_name {
            self.blocks -= 1;
        }
    }
}

/// Tells whether a statement begins as one that makes a function or procedure.
fn is_routine(statement: &[Token<'_>]) -> bool {
    let what = created(statement).and_then(|words| words.first());
    what.is_some_and(|word| word.is_any(&["FUNCTION", "PROCEDURE"]))
}

/// Tells whether a statement begins as one that makes a trigger, as `sqlite3_complete` does.
fn is_trigger(statement: &[Token<'_>]) -> bool {
    let explained = after(statement, &[&["EXPLAIN", "QUERY", "PLAN"], &["EXPLAIN"]]).unwrap_or(statement);
    let created: [&[&str]; 3] = [&["CREATE", "TEMP"], &["CREATE", "TEMPORARY"], &["CREATE"]];
    after(explained, &created).is_some_and(|words| begins(words, &["TRIGGER"]))
}

/// Tells whether a trigger's body ends here: by END after a semicolon.
///
/// The END of a CASE never stands there, so that CASEs need not be counted (`sqlite3_complete` does the same).
fn is_ended_trigger(statement: &[Token<'_>]) -> bool {
    matches!(statement, [.., semicolon, end] if semicolon.is_sign(";") && end.is("END"))
}
