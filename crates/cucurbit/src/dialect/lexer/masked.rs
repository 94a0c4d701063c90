//! Statements as they may be shown: without the texts that are secrets, and without line breaks in names.
//!
//! What lives here: which texts of which statements are secrets, told by tokens. A statement that names a secret anywhere
//! shows none of its texts: which of them is the password would take a grammar to tell.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    mask::{self, HIDDEN},
    schema::Dialect,
};

use super::{
    copy,
    token::{Class, Token, Tokens},
};

/// A statement as it may be shown, and what is not shown of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// The statement.
    pub sql: String,
    secrets: Vec<String>,
    /// Whether it names a secret, so that a value in a complaint may be one.
    names_one: bool,
}

/// Hides the secrets of a statement, or of several: passwords of roles, of servers and subscriptions, of settings, and
/// the texts of every statement that names a password, a secret, a token or a function of encryption.
///
/// ```
/// use cucurbit::{dialect::lexer::masked, schema::Dialect};
///
/// let alter = masked("ALTER ROLE gardener PASSWORD 's3cret'", Dialect::Postgres);
/// assert_eq!(alter.sql, "ALTER ROLE gardener PASSWORD '***'");
/// assert_eq!(alter.hide(r#"syntax error at or near "'s3cret'""#), r#"syntax error at or near "***""#);
/// let insert = masked("INSERT INTO plant VALUES ('Tulsi')", Dialect::Postgres);
/// assert_eq!(insert.sql, "INSERT INTO plant VALUES ('Tulsi')");
/// ```
#[must_use]
pub fn masked(sql: &str, dialect: Dialect) -> Masked {
    let mut masked = Masked { sql: String::with_capacity(sql.len()), secrets: Vec::new(), names_one: false };
    let (tokens, rows) = read(sql, dialect);
    let mut known = BTreeSet::new();
    let mut end = 0;
    for statement in tokens.split_inclusive(|token| token.is_sign(";")) {
        masked.names_one |= speaks_of_a_secret(statement);
        let hidden = hidden(statement);
        let is_secret = hidden.contains(&true);
        for (token, is_hidden) in statement.iter().zip(hidden) {
            masked.space(&sql[end..token.start], is_secret);
            end = token.end();
            if is_hidden {
                masked.hide_token(token, &mut known);
            } else {
                masked.sql.push_str(token.text);
            }
        }
        end = rows.get(&end).copied().unwrap_or(end);
    }
    masked.space(&sql[end..], !masked.secrets.is_empty());
    masked.sql = mask::text(&masked.sql);
    masked
}

/// Reads SQL as it is masked: the tokens, and where the rows after a COPY, which are not SQL, begin and end.
fn read(sql: &str, dialect: Dialect) -> (Vec<Token<'_>>, BTreeMap<usize, usize>) {
    let (mut read, mut rows): (Vec<Token<'_>>, _) = (Vec::new(), BTreeMap::new());
    let mut statement = 0;
    let mut tokens = Tokens::new(sql, dialect);
    while let Some(token) = tokens.next() {
        if token.is_sign(";") {
            if let Some(end) = copy::end(sql, &read[statement..], &token, dialect) {
                rows.insert(token.end(), end);
                tokens.go_to(end);
            }
            statement = read.len() + 1;
        }
        read.push(token);
    }
    (read, rows)
}

/// Writes line breaks and other control characters in quotes as escapes: no name begins a line of a message then. The
/// body of a function keeps its lines.
#[must_use]
pub fn escaped(sql: &str, dialect: Dialect) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut end = 0;
    for token in Tokens::new(sql, dialect) {
        text.push_str(&sql[end..token.start]);
        end = token.end();
        let is_quoted = matches!(token.class, Class::Blob | Class::Name | Class::Text);
        let has_escapes = is_quoted && !token.text.starts_with('$');
        for letter in token.text.chars() {
            if has_escapes && letter.is_control() {
                text.extend(letter.escape_default());
            } else {
                text.push(letter);
            }
        }
    }
    text.push_str(&sql[end..]);
    text
}

impl Masked {
    /// Hides in another text, such as the server's complaint, what is hidden in the statement.
    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), HIDDEN);
            }
        }
        // `invalid input syntax for type integer: "s3cret"`, of a row.
        match text.find(": \"") {
            Some(at) if self.names_one && text.ends_with('"') => format!("{}: \"{HIDDEN}\"", &text[..at]),
            Some(_) | None => text,
        }
    }

    /// Adds what stands between tokens. A comment beside a secret may be about it.
    fn space(&mut self, between: &str, is_secret: bool) {
        if is_secret && !between.trim().is_empty() {
            self.sql.push(' ');
        } else {
            self.sql.push_str(between);
        }
    }

    /// Hides a token; `known` are those that were hidden before.
    fn hide_token<'s>(&mut self, token: &Token<'s>, known: &mut BTreeSet<&'s str>) {
        let (quote, inside) = inside(token);
        // The `X` of a blob is shown.
        let before = if token.class == Class::Blob { &token.text[..1] } else { "" };
        self.sql.extend([before, quote, HIDDEN, quote]);
        if !known.insert(token.text) {
            return;
        }
        let mut add = |secret: String| {
            if !secret.is_empty() {
                self.secrets.push(secret);
            }
        };
        add(token.text.to_owned());
        add(format!("\"{inside}\""));
        // A shorter one would be found in every other word.
        if inside.chars().count() > 3 {
            add(inside.to_owned());
            add(inside.replace("''", "'"));
        }
    }
}

/// Takes the quotes off a token.
fn inside<'t>(token: &Token<'t>) -> (&'t str, &'t str) {
    let text = token.text;
    if !matches!(token.class, Class::Blob | Class::Name | Class::Text) {
        return ("", text);
    }
    let quote = match text.chars().next() {
        Some('$') => &text[..text[1..].find('$').map_or(1, |at| at + 2)],
        Some('"') => "\"",
        Some(_) | None => "'",
    };
    let begin = text.find(quote).map_or(0, |at| at + quote.len());
    let end = text.len().saturating_sub(quote.len());
    (quote, text.get(begin..end).unwrap_or_else(|| &text[begin.min(text.len())..]))
}

/// Says of each token whether it is hidden.
fn hidden(statement: &[Token<'_>]) -> Vec<bool> {
    let is_about_access = is_about_access(statement);
    if !is_about_access && !speaks_of_a_secret(statement) {
        return vec![false; statement.len()];
    }
    let mut hidden: Vec<bool> = (0..statement.len())
        .map(|at| is_text(&statement[at]) || is_value_in_other_quotes(statement, at))
        .collect();
    // `PASSWORD hunter2`, without quotes, is refused and repeated by the server.
    let password = statement.iter().position(|token| token.is("PASSWORD")).filter(|_| is_about_access);
    if let Some(at) = password {
        let words = statement.iter().zip(&mut hidden).skip(at + 1);
        for (_, is_hidden) in
            words.take_while(|(token, _)| !token.is_any(&["VALID", "NULL"]) && !token.is_sign(";"))
        {
            *is_hidden = true;
        }
    }
    hidden
}

/// Tells whether a statement grants access to something: roles, servers, subscriptions, programs, keys of files.
///
/// All of its texts are hidden, so that a slip (`PASSWRD 'x'`) shows none either.
fn is_about_access(statement: &[Token<'_>]) -> bool {
    match statement {
        [first, second, ..] if first.is_any(&["ALTER", "CREATE"]) => {
            second.is_any(&["GROUP", "ROLE", "SERVER", "SUBSCRIPTION", "USER"])
        }
        [first, second, ..] if first.is("PRAGMA") => {
            second.is_any(&["hexkey", "hexrekey", "key", "rekey", "textkey"])
        }
        [first, .., key, _] if first.is("ATTACH") => key.is("KEY"),
        [first, ..] if first.is("COPY") => statement.iter().any(|token| token.is("PROGRAM")),
        _ => false,
    }
}

fn speaks_of_a_secret(statement: &[Token<'_>]) -> bool {
    statement.iter().filter(|token| token.is_wordy()).any(|token| {
        let is_secret = if is_text(token) { mask::speaks_of_a_secret } else { mask::names_a_secret };
        is_secret(token.text) || token.text.to_ascii_lowercase().contains("dblink")
    })
}

/// Tells whether a token is a text, and not a name in quotes.
fn is_text(token: &Token<'_>) -> bool {
    matches!(token.class, Class::Blob | Class::Text)
}

/// Tells whether something in a name's quotes stands where a secret does: `password = "x"`, which SQLite takes for a
/// text.
fn is_value_in_other_quotes(statement: &[Token<'_>], at: usize) -> bool {
    let names = |token: &Token<'_>| mask::names_a_secret(token.text);
    statement[at].text.starts_with('"')
        && match &statement[..at] {
            [.., name, sign] if sign.is_sign("=") => names(name),
            [.., word] => word.is("PASSWORD"),
            [] => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sql: &str) -> String {
        masked(sql, Dialect::Postgres).sql
    }

    #[test]
    fn no_form_of_a_password_is_shown() {
        for sql in [
            "ALTER ROLE g PASSWORD 'hunter2'",
            "alter user g with encrypted password E'hunter2' valid until 'infinity'",
            "CREATE ROLE g LOGIN PASSWORD $$hunter2$$",
            "CREATE USER g PASSWORD $tag$hunter2$tag$",
            "ALTER ROLE g PASSWRD 'hunter2'",
            "ALTER ROLE g PASSWORD \"hunter2\"",
            "ALTER ROLE g PASSWORD hunter2",
            "ALTER ROLE g PASSWORD hunter2!hunter2",
            "ALTER ROLE g PASSWORD 'hunter2",
            "/* the password is hunter2 */ ALTER ROLE g PASSWORD 'x' -- hunter2",
            "CREATE USER MAPPING FOR g SERVER s OPTIONS (user 'g', password 'hunter2')",
            "ALTER USER MAPPING FOR g SERVER s OPTIONS (SET pasword 'hunter2')",
            "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', passwd 'hunter2')",
            "CREATE SUBSCRIPTION s CONNECTION 'host=h password=hunter2' PUBLICATION p",
            "SELECT dblink_connect('c', 'host=h pasword=hunter2')",
            "SELECT * FROM dblink('postgresql://u:hunter2@h/x', 'SELECT 1') AS t(a int)",
            "SET app.password = 'hunter2'",
            "SET app.secret TO 'hunter2'",
            "SELECT set_config('app.api_key', 'hunter2', false)",
            "UPDATE account SET password = crypt('hunter2', gen_salt('bf'))",
            "UPDATE account SET a = pgp_sym_encrypt('x', 'hunter2')",
            "INSERT INTO account (name, \"Password\") VALUES ('g', 'hunter2')",
            "DO $$ BEGIN EXECUTE 'ALTER ROLE g PASSWORD ''hunter2'''; END $$",
            "COPY t FROM PROGRAM 'curl -u g:hunter2 h'",
            "CREATE TABLE account (password text DEFAULT 'hunter2')",
            "UPDATE feed SET url = 'postgresql://u:hunter2@h/x'",
            "SELECT 1; ALTER ROLE g PASSWORD 'hunter2'; SELECT 'x'",
            "INSERT INTO cucurbit_journal VALUES ('alembic_version', 'ALTER ROLE g PASSWORD ''hunter2''')",
        ] {
            for dialect in Dialect::ALL {
                let shown = masked(sql, dialect).sql;
                // SQLite has no dollar quotes, and refuses them at the first sign.
                if dialect == Dialect::Postgres || !sql.contains('$') {
                    assert!(!shown.contains("hunter2"), "{dialect}: {shown}");
                }
            }
        }
        assert!(!masked("PRAGMA key = 'hunter2'", Dialect::Sqlite).sql.contains("hunter2"));
        assert!(!masked("UPDATE a SET password = \"hunter2\"", Dialect::Sqlite).sql.contains("hunter2"));
        assert!(!masked("ATTACH 'x' AS y KEY 'hunter2'", Dialect::Sqlite).sql.contains("hunter2"));
    }

    #[test]
    fn rows_of_a_copy_are_not_shown() {
        let copy =
            "COPY account (id, pwd) FROM stdin;\n1\thunter2\n\\.\nSELECT 1; copy a from stdin csv;\nhunter2";
        let shown = masked(copy, Dialect::Postgres).sql;
        assert_eq!(shown, "COPY account (id, pwd) FROM stdin;\nSELECT 1; copy a from stdin csv;");
    }

    #[test]
    fn a_long_statement_takes_time_in_proportion_to_its_length() {
        let rows = |value: &str| format!("({value}, 'https://example.org/x'),").repeat(20_000);
        let begun = std::time::Instant::now();
        for sql in [
            format!("INSERT INTO site (id, url) VALUES {}", rows("1")),
            format!("INSERT INTO account (password, url) VALUES {}", rows("'hunter2'")),
            (0..20_000).fold("INSERT INTO account (password) VALUES ".to_owned(), |sql, n| {
                format!("{sql}('p{n}'),")
            }),
            format!("SELECT {}", "1 + ".repeat(100_000)),
        ] {
            assert!(!shown(&sql).contains("hunter2"));
        }
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }

    #[test]
    fn what_is_no_secret_stays() {
        for sql in [
            "INSERT INTO plant VALUES ('Tulsi') -- a comment",
            "CREATE TABLE \"user\" (id int, kind text CHECK (kind IN ('a', 'b')))",
            "SELECT 1; SELECT 'x'; -- y",
            "COPY plant FROM stdin",
            "",
        ] {
            assert_eq!(shown(sql), sql);
        }
    }

    #[test]
    fn the_servers_words_repeat_no_secret() {
        let masked = masked("ALTER ROLE g SET PASSWORD 'it''s'", Dialect::Postgres);
        assert_eq!(masked.hide("at or near \"'it''s'\""), "at or near \"***\"");
        assert_eq!(masked.hide("what it's"), "what ***");
    }

    #[test]
    fn a_name_cannot_begin_a_line() {
        let escaped = |sql: &str| escaped(sql, Dialect::Postgres);
        assert_eq!(escaped("DROP INDEX \"x\ny\u{1b}\" \n-- z"), "DROP INDEX \"x\\ny\\u{1b}\" \n-- z");
        assert_eq!(escaped("DO $$\nBEGIN\nEND $$"), "DO $$\nBEGIN\nEND $$");
    }
}
