//! SQL as psql and sqlite3 read it from files: which of it is for the database, and what only those programs can do.
//!
//! What means nothing for a schema is left out: `\echo`, `.mode`. What cannot be run is an error before anything runs.

use thiserror::Error;

use crate::schema::Dialect;

use super::{
    beyond::{self, Leeway, Reached},
    copy::{self, Client, copy_in},
    masked, split,
    token::{Class, Token, Tokens, after},
};

/// A statement of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part<'s> {
    /// The statement, as [`split`] returns it.
    pub(crate) sql: &'s str,
    /// The line on which it begins, counted from 1.
    pub(crate) line: usize,
    /// What it is allowed in a file; nothing in a script.
    pub(crate) leeway: Leeway,
    /// In a file: that it is undone where it is found to have reached beyond the database.
    pub(crate) is_watched: bool,
}

/// What stands in a text of SQL and cannot be run.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line}: `{command}` cannot be run: {reason}")]
pub struct Unrunnable {
    /// The line, counted from 1.
    pub line: usize,
    /// What stands there.
    pub command: String,
    /// Why not.
    pub reason: &'static str,
}

impl Unrunnable {
    /// Returns advice, where there is some.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self.reason {
            NO_ROWS => {
                "write the rows on the lines after it and `\\.` on a line of its own at the end, or use INSERT"
            }
            BINARY => "use the format `text` or `csv`, or INSERT",
            FILE => "put what the file holds in its place",
            ENCODING => "write the file again in UTF-8: `pg_dump --encoding=UTF8`, or `iconv`",
            COPY => "write `COPY … FROM stdin;` with the rows on the lines after it",
            AUTOCOMMIT => "take it out, and write `BEGIN` and `COMMIT` where a transaction begins and ends",
            SERVER_FILE => "take it out; rows stand on the lines after `COPY … FROM stdin;`",
            PARAMETER | VARIABLE => "write the value in its place",
            DELIMITER | GO => "end each statement by a semicolon, and write it in the SQL of this database",
            NUL => "take the character out",
            WAY_BACK => "end the file before this line: only the way up makes a schema",
            _ => "take it out, or write in SQL what it is there for",
        })
    }
}

const AUTOCOMMIT: &str = "it says when psql commits";
const BINARY: &str = "rows of the binary format cannot stand in a text";
const CONDITION: &str = "conditions of psql are not evaluated here";
const CONNECTION: &str = "all of the SQL runs on one connection to one database";
const COPY: &str = "it reads or writes a file on the side of the program that runs it";
const DELIMITER: &str = "it is a command of the program `mysql`";
const ENCODING: &str = "the file is read as UTF-8";
const FILE: &str = "it reads a file, which is not looked for";
const GO: &str = "it is a command of other databases' programs, not of this one's";
const INSIDE: &str = "a command stands in the middle of a statement";
const NO_ROWS: &str = "no rows follow on the next line";
const NUL: &str = "a NUL character is part of no SQL";
const PARAMETER: &str = "a parameter has no value here, and SQLite would take it for NULL";
const PROGRAM: &str = "only the program that it is a command of can do it";
const QUIT: &str = "what follows it would not be run";
const SERVER_FILE: &str = "it reads or writes a file of the server, or runs a program there";
const STDOUT: &str = "nothing reads the rows that it returns";
const STRAY: &str = "no rows of a COPY end here";
const UNKNOWN: &str = "it is no command that is known here";
const VARIABLE: &str = "variables of psql are not filled in";
const WAY_BACK: &str = "what follows takes back what stands before it";

/// Splits the text of a script into the statements that the database is to run, or says what in it cannot be run.
pub(crate) fn statements(sql: &str, dialect: Dialect) -> Result<Vec<Part<'_>>, Unrunnable> {
    read(sql, dialect, Text::Script)
}

/// What begins the way back in files of goose, sql-migrate, dbmate and MyBatis, after the dashes of a comment.
#[cfg(feature = "runtime")]
const WAYS_BACK: [&str; 4] = ["+goose down", "+migrate down", "migrate:down", "//@undo"];

/// Finds the line after which a file holds the way back.
#[cfg(feature = "runtime")]
fn way_back(sql: &str) -> Option<usize> {
    let is_mark = |line: &&str| {
        let comment = line.trim_start().strip_prefix("--").map(|comment| comment.trim().to_lowercase());
        comment.is_some_and(|comment| WAYS_BACK.iter().any(|mark| comment.starts_with(mark)))
    };
    sql.lines().find(is_mark).map(|line| line.as_ptr().addr() - sql.as_ptr().addr())
}

/// Splits a file that is tried on a database of its own. What reaches beyond that database is left out: the server's
/// roles and databases are no part of a schema. A file that makes a database and connects to it means that one.
#[cfg(feature = "runtime")]
pub(crate) fn file_statements(sql: &str, dialect: Dialect) -> Result<Vec<Part<'_>>, Unrunnable> {
    read(sql, dialect, Text::File)
}

/// Where SQL stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    #[cfg(feature = "runtime")]
    File,
    Script,
}

fn read(sql: &str, dialect: Dialect, text: Text) -> Result<Vec<Part<'_>>, Unrunnable> {
    if let Some(at) = sql.find('\0') {
        return Err(unrunnable(sql, at, "\\0", NUL));
    }
    #[cfg(feature = "runtime")]
    if text == Text::File
        && let Some(at) = way_back(sql)
    {
        return Err(unrunnable(sql, at, &sql[at..], WAY_BACK));
    }
    let mut parts = Vec::new();
    let (mut counted, mut line) = (0, 1);
    let (mut makes_database, mut only_sets, mut reached) = (false, true, Reached::default());
    let all = split(sql, dialect);
    for (position, part) in all.iter().enumerate() {
        let start = part.as_ptr().addr() - sql.as_ptr().addr();
        line += sql[counted..start].matches('\n').count();
        counted = start;
        let failed = |reason, at: usize| unrunnable(sql, start + at, &part[at..], reason);
        match command(part, dialect) {
            Some(Command::Skipped) => continue,
            Some(Command::Quits) if position + 1 == all.len() => continue,
            Some(Command::Quits) => return Err(failed(QUIT, 0)),
            Some(Command::Connects) if text != Text::Script && makes_database && only_sets => continue,
            Some(Command::Connects) => return Err(failed(CONNECTION, 0)),
            Some(Command::Encodes(encoding)) if !sql.is_ascii() && !is_utf8(encoding) => {
                return Err(failed(ENCODING, 0));
            }
            Some(Command::Encodes(_)) => continue,
            Some(Command::Refused(reason)) => return Err(failed(reason, 0)),
            None => {}
        }
        if let Some((reason, at)) = trouble(part, dialect) {
            return Err(failed(reason, at));
        }
        let (mut leeway, mut is_watched) = (Leeway::None, false);
        if text != Text::Script && dialect == Dialect::Postgres {
            let words: Vec<Token<'_>> = Tokens::new(part, dialect).take(MOST_WORDS).collect();
            if let Some(encoding) = beyond::client_encoding(&words) {
                if !sql.is_ascii() && !is_utf8(encoding) {
                    return Err(failed(ENCODING, 0));
                }
                continue;
            }
            if beyond::reaches_beyond(&words) {
                makes_database |= words[0].is("CREATE") && words[1].is("DATABASE");
                continue;
            }
            if beyond::only_says_who(&words) {
                continue;
            }
            if beyond::copies_file(&words) {
                return Err(failed(SERVER_FILE, 0));
            }
            only_sets &= beyond::only_sets(&words);
            leeway = reached.leeway(&words);
            is_watched = reached.watches(&words);
        }
        if !is_of_sqlite(part, dialect) {
            parts.push(Part { sql: part, line, leeway, is_watched });
        }
    }
    Ok(parts)
}

/// So many words say what a statement is.
const MOST_WORDS: usize = 1_000;

/// `SQL_ASCII` is what pg_dump says of a database whose texts have no encoding.
fn is_utf8(encoding: &str) -> bool {
    ["utf8", "utf-8", "unicode", "sql_ascii"].iter().any(|name| encoding.eq_ignore_ascii_case(name))
}

/// The longest piece of SQL that the error repeats, in characters.
const LONGEST: usize = 80;

fn unrunnable(sql: &str, at: usize, command: &str, reason: &'static str) -> Unrunnable {
    let shown = masked(command.lines().next().unwrap_or_default().trim_end(), Dialect::Postgres).sql;
    let first = shown.as_str();
    let mut command: String = first.chars().take(LONGEST).collect();
    if command.len() < first.len() {
        command.push('…');
    }
    Unrunnable { line: sql[..at].matches('\n').count() + 1, command, reason }
}

/// What is done with a command of psql or sqlite3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command<'s> {
    /// It goes on with another database.
    Connects,
    /// It says in which encoding the text is.
    Encodes(&'s str),
    /// It ends the text, as far as its program is concerned.
    Quits,
    Refused(&'static str),
    /// It means nothing for a schema: what is printed, and how.
    Skipped,
}

fn command(part: &str, dialect: Dialect) -> Option<Command<'_>> {
    match dialect {
        Dialect::Postgres => part.strip_prefix('\\').map(of_psql),
        Dialect::Sqlite => part.strip_prefix('.').map(of_sqlite3),
    }
}

/// PostgreSQL's manual, psql, "Meta-Commands".
fn of_psql(command: &str) -> Command<'_> {
    const SKIPPED: [&str; 40] = [
        "?",
        "C",
        "H",
        "T",
        "a",
        "cd",
        "conninfo",
        "copyright",
        "echo",
        "errverbose",
        "f",
        "h",
        "help",
        "html",
        "l",
        "list",
        "o",
        "out",
        "p",
        "print",
        "pset",
        "qecho",
        "r",
        "reset",
        "restrict",
        "s",
        "setenv",
        "sf",
        "sv",
        "t",
        "timing",
        "unrestrict",
        "unset",
        "w",
        "warn",
        "write",
        "x",
        "z",
        "l+",
        "list+",
    ];
    let word = command.split_ascii_whitespace().next().unwrap_or_default().trim_end_matches('\\');
    let rest = command[command.find(word).unwrap_or(0) + word.len()..].trim();
    match word {
        "q" | "quit" => Command::Quits,
        "encoding" => Command::Encodes(rest.trim_matches(['\'', '"'])),
        "set" if is_own_variable(rest) => Command::Skipped,
        "set" if rest.starts_with("AUTOCOMMIT") => Command::Refused(AUTOCOMMIT),
        "set" | "prompt" | "gset" | "getenv" => Command::Refused(VARIABLE),
        "c" | "connect" => Command::Connects,
        "i" | "ir" | "include" | "include_relative" => Command::Refused(FILE),
        "copy" => Command::Refused(COPY),
        "if" | "elif" | "else" | "endif" => Command::Refused(CONDITION),
        "." => Command::Refused(STRAY),
        "!" | "bind" | "crosstabview" | "e" | "edit" | "ef" | "ev" | "g" | "gdesc" | "gexec" | "gx"
        | "password" | "watch" => Command::Refused(PROGRAM),
        _ if word.starts_with("lo_") => Command::Refused(COPY),
        // `\dt`, `\d+ plant`: they describe and change nothing.
        _ if SKIPPED.contains(&word) || word.starts_with('d') => Command::Skipped,
        _ => Command::Refused(UNKNOWN),
    }
}

/// Tells whether `\set` sets what only says how psql works: one of its own variables, but not what changes the run
/// of transactions.
fn is_own_variable(arguments: &str) -> bool {
    const OWN: [&str; 24] = [
        "COMP_KEYWORD_CASE",
        "ECHO",
        "ECHO_HIDDEN",
        "ENCODING",
        "FETCH_COUNT",
        "HIDE_TABLEAM",
        "HIDE_TOAST_COMPRESSION",
        "HISTCONTROL",
        "HISTFILE",
        "HISTSIZE",
        "IGNOREEOF",
        "ON_ERROR_ROLLBACK",
        "ON_ERROR_STOP",
        "PROMPT1",
        "PROMPT2",
        "PROMPT3",
        "QUIET",
        "SHOW_ALL_RESULTS",
        "SHOW_CONTEXT",
        "SINGLELINE",
        "SINGLESTEP",
        "VERBOSITY",
        "WATCH_INTERVAL",
        "LAST_ERROR_MESSAGE",
    ];
    let mut words = arguments.split_ascii_whitespace();
    match words.next() {
        // Alone it prints them all.
        None => true,
        // Alone, or with a true value, it is as it is here.
        Some("AUTOCOMMIT") => words.next().is_none_or(|value| matches!(value, "on" | "1" | "true" | "yes")),
        Some(name) => OWN.contains(&name),
    }
}

/// <https://www.sqlite.org/cli.html>. The program takes the beginning of a command's name for it.
fn of_sqlite3(command: &str) -> Command<'_> {
    const SKIPPED: [&str; 44] = [
        "bail",
        "binary",
        "cd",
        "changes",
        "crlf",
        "crnl",
        "databases",
        "dbinfo",
        "dbtotxt",
        "dump",
        "echo",
        "eqp",
        "expert",
        "explain",
        "fullschema",
        "headers",
        "help",
        "indexes",
        "indices",
        "limit",
        "lint",
        "log",
        "mode",
        "nullvalue",
        "once",
        "output",
        "print",
        "progress",
        "prompt",
        "scanstats",
        "schema",
        "selftest",
        "separator",
        "sha3sum",
        "show",
        "stats",
        "tables",
        "timeout",
        "timer",
        "width",
        "trace",
        "version",
        "vfsinfo",
        "vfsname",
    ];
    const FILES: [&str; 8] = ["archive", "clone", "import", "open", "read", "recover", "restore", "load"];
    const OTHERS: [&str; 20] = [
        "auth",
        "backup",
        "check",
        "connection",
        "dbconfig",
        "excel",
        "filectrl",
        "imposter",
        "iotrace",
        "nonce",
        "parameter",
        "save",
        "session",
        "shell",
        "system",
        "testcase",
        "testctrl",
        "unmodule",
        "vfslist",
        "www",
    ];
    let word = command.split_ascii_whitespace().next().unwrap_or_default();
    let is_short_for = |names: &[&str]| names.iter().any(|name| !word.is_empty() && name.starts_with(word));
    if matches!(word, "exit" | "quit" | "q") {
        Command::Quits
    } else if is_short_for(&FILES) {
        Command::Refused(FILE)
    } else if SKIPPED.contains(&word) || !is_short_for(&OTHERS) && is_short_for(&SKIPPED) {
        Command::Skipped
    } else if is_short_for(&OTHERS) {
        Command::Refused(PROGRAM)
    } else {
        Command::Refused(UNKNOWN)
    }
}

/// Says what in a statement keeps it from being run, and where in it.
fn trouble(part: &str, dialect: Dialect) -> Option<(&'static str, usize)> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let has_rows = copy_in(part, dialect).is_some();
    for token in Tokens::new(part, dialect) {
        if has_rows && token.is_sign(";") {
            break;
        }
        tokens.push(token);
    }
    if let Some(command) = tokens.iter().find(|token| token.class == Class::Command) {
        return Some((INSIDE, command.start));
    }
    if tokens.first().is_some_and(|word| word.is("DELIMITER")) {
        return Some((DELIMITER, 0));
    }
    if let Some(go) = go(part, &tokens) {
        return Some((GO, go));
    }
    if dialect == Dialect::Sqlite {
        return parameter(&tokens).map(|at| (PARAMETER, at));
    }
    let is_binary = tokens.iter().any(|token| {
        token.is("BINARY") || token.class == Class::Text && token.text.eq_ignore_ascii_case("'binary'")
    });
    match copy::client(&tokens) {
        Some(Client::Writes) => return Some((STDOUT, 0)),
        Some(Client::Reads) if is_binary => return Some((BINARY, 0)),
        Some(Client::Reads) if !has_rows => return Some((NO_ROWS, 0)),
        Some(Client::Reads) | None => {}
    }
    variable(&tokens).map(|at| (VARIABLE, at))
}

/// Finds `GO` alone on its line where a statement could end.
fn go(part: &str, tokens: &[Token<'_>]) -> Option<usize> {
    const BEGINNINGS: [&str; 12] = [
        "ALTER", "BEGIN", "CREATE", "DELETE", "DROP", "GO", "GRANT", "INSERT", "SELECT", "SET", "UPDATE",
        "USE",
    ];
    let mut depth = 0_usize;
    for (position, token) in tokens.iter().enumerate() {
        if token.is_sign("(") {
            depth += 1;
        } else if token.is_sign(")") {
            depth = depth.saturating_sub(1);
        }
        if depth > 0 || !token.is("GO") {
            continue;
        }
        let begins = tokens.get(position + 1).is_none_or(|next| next.is_any(&BEGINNINGS));
        let is_name = position > 0 && (tokens[position - 1].is("AS") || tokens[position - 1].is_sign("."));
        if !begins || is_name {
            continue;
        }
        let line_start = part[..token.start].rfind('\n').map_or(0, |at| at + 1);
        let line = part[line_start..].lines().next().unwrap_or_default();
        if line.trim().eq_ignore_ascii_case("GO") {
            return Some(token.start);
        }
    }
    None
}

/// Finds a parameter of SQLite: `?`, `?1`, `:name`, `@name`, `$name` (sqlite.org/lang_expr.html, section 3). None of these
/// signs is part of anything else there.
fn parameter(tokens: &[Token<'_>]) -> Option<usize> {
    let is_one = |token: &Token<'_>, next: Option<&Token<'_>>| {
        let has_name = next.is_some_and(|next| {
            next.start == token.end()
                && (next.class == Class::Word
                    || next.text.starts_with(|letter: char| letter.is_ascii_digit()))
        });
        token.is_sign("?") || has_name && [":", "@", "$"].iter().any(|sign| token.is_sign(sign))
    };
    let found = tokens.iter().enumerate().find(|(at, token)| is_one(token, tokens.get(at + 1)));
    found.map(|(_, token)| token.start)
}

/// Finds a variable of psql: `:name`, `:'name'`, `:"name"`.
///
/// A colon also stands in `f(a := 1)`, the slices `a[1:n]` and, since 16, `JSON_OBJECT('a':b)`.
fn variable(tokens: &[Token<'_>]) -> Option<usize> {
    let mut open = Vec::new();
    for (position, token) in tokens.iter().enumerate() {
        let previous = position.checked_sub(1).map(|at| &tokens[at]);
        if token.is_sign("[") || token.is_sign("(") {
            let is_json = previous.is_some_and(|word| word.is_any(&["JSON_OBJECT", "JSON_OBJECTAGG"]));
            open.push(token.is_sign("[") || is_json || open.last().is_some_and(|has_colons| *has_colons));
        } else if token.is_sign("]") || token.is_sign(")") {
            open.pop();
        }
        let (Some(previous), Some(next)) = (previous, tokens.get(position + 1)) else { continue };
        let is_name = next.start == token.end()
            && (next.class == Class::Word
                || matches!(next.class, Class::Name | Class::Text) && next.text.starts_with(['\'', '"']));
        // Where a slice or a key with its value could be, one begins only where a value does.
        let has_colons = open.last().is_some_and(|has_colons| *has_colons);
        let begins = !has_colons || previous.is_sign(",") || previous.is_sign("=");
        if token.is_sign(":") && is_name && begins {
            return Some(token.start);
        }
    }
    None
}

/// Tells whether a statement makes a table that SQLite makes for itself: `.schema` prints `CREATE TABLE
/// sqlite_sequence(name,seq)`, and it may not be run (sqlite.org/fileformat2.html, section 2.6).
fn is_of_sqlite(part: &str, dialect: Dialect) -> bool {
    if dialect == Dialect::Postgres {
        return false;
    }
    let tokens: Vec<Token<'_>> = Tokens::new(part, dialect).take(6).collect();
    let named = after(&tokens, &[&["CREATE", "TABLE", "IF", "NOT", "EXISTS"], &["CREATE", "TABLE"]]);
    let Some([name, ..]) = named else { return false };
    let name = name.text.trim_matches(['"', '\'', '`', '[', ']']);
    name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sqlite_"))
}
