//! Statements of PostgreSQL that reach beyond the database in which they run: to the server's roles, its other databases,
//! its settings and files. A file of SQL that is only tried must not run them, and they say nothing of a schema.

use std::collections::BTreeSet;

use crate::schema::Dialect;

use super::{
    copy::pairs,
    token::{Class, Token, Tokens, begins, created, setting, unqualified},
};

/// Why a statement of a file is not run, or need not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leeway {
    /// It reaches beyond its database, by code: it is not run.
    Beyond,
    /// It must succeed.
    None,
    /// It drops what may not be there, as `pg_dump --clean` does on an empty database.
    Drop,
    /// It names a role that may not be on this server, or may not be given to by this one.
    Role,
    /// It sets what this server may not know.
    Setting,
}

/// What is known of a file while it is read.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// The functions of the file whose code reaches beyond.
    functions: BTreeSet<String>,
    /// Code of the file makes texts and runs them, or is in a language that is not read here: what it does is known when it
    /// is done.
    runs_texts: bool,
}

impl Reached {
    /// Says what a statement is allowed, and takes note of the functions that it makes.
    pub(super) fn leeway(&mut self, statement: &[Token<'_>]) -> Leeway {
        let [first, second, ..] = statement else { return Leeway::None };
        if let Some(name) = made_routine(statement) {
            if statement.iter().any(|token| self.body_reaches(token)) {
                self.functions.insert(name);
            }
            return Leeway::None;
        }
        let is_code = first.is_any(&["CALL", "DELETE", "DO", "EXECUTE", "INSERT", "MERGE", "SELECT"])
            || first.is_any(&["UPDATE", "VALUES", "WITH"]);
        if is_code {
            let is_do = first.is("DO");
            let reaches =
                self.calls_one(statement) || is_do && statement.iter().any(|token| self.body_reaches(token));
            return match reaches {
                true => Leeway::Beyond,
                false if is_do && statement.iter().any(body_names_role) => Leeway::Role,
                false if statement.iter().take(5).any(|token| token.is("lo_unlink")) => Leeway::Drop,
                false => Leeway::None,
            };
        }
        if first.is("SET") {
            return Leeway::Setting;
        }
        if first.is("DROP") || first.is("ALTER") && only_drops(statement) || is_dummy_view(statement) {
            return Leeway::Drop;
        }
        let names_role = names_role(statement)
            || first.is("COMMENT") && statement[2..].iter().take(1).any(|word| word.is("EXTENSION"));
        let is_mapping = first.is_any(&["ALTER", "CREATE"]) && second.is("USER");
        if names_role || is_mapping { Leeway::Role } else { Leeway::None }
    }

    /// Tells whether a statement is to be undone where it is found to have reached beyond: it may run code of the file, by
    /// itself or by a trigger, whose text does not tell.
    pub(super) fn watches(&mut self, statement: &[Token<'_>]) -> bool {
        let Some(first) = statement.first() else { return false };
        if first.is("DO") || made_routine(statement).is_some() {
            self.runs_texts |= statement.iter().any(executes_texts) || is_in_another_language(statement);
        }
        // What begins and ends transactions, and what sets how later statements are read, runs no code; a COMMIT does.
        let is_plain =
            first.is_any(&["ABORT", "BEGIN", "PREPARE", "RELEASE", "RESET", "ROLLBACK", "SAVEPOINT"])
                || first.is_any(&["SET", "START"]);
        self.runs_texts && !is_plain
    }

    /// Tells whether a function is called that reaches beyond: one of the server's, or of the file's own.
    fn calls_one(&self, tokens: &[Token<'_>]) -> bool {
        tokens.windows(2).any(|pair| {
            let name = pair[0].text.trim_matches('"').to_ascii_lowercase();
            pair[1].is_sign("(")
                && pair[0].is_wordy()
                && (self.functions.contains(&name) || is_of_server(&name))
        })
    }

    /// Tells whether a text is code that reaches beyond. Where it executes texts, its texts are code too.
    fn body_reaches(&self, token: &Token<'_>) -> bool {
        let Some(body) = body(token) else { return false };
        let tokens: Vec<Token<'_>> = Tokens::new(body, Dialect::Postgres).collect();
        let executes = tokens.iter().any(|token| token.is("EXECUTE"));
        tokens.split(|token| token.is_sign(";")).any(|statement| {
            let reaches = |at: usize| {
                let rest = &statement[at..];
                statement[at].is_any(BEGINNINGS) && (reaches_beyond(rest) || copies_file(rest))
            };
            self.calls_one(statement)
                || (0..statement.len()).any(reaches)
                || executes && statement.iter().any(|token| self.body_reaches(token))
        })
    }
}

/// What statements begin with that may reach beyond.
const BEGINNINGS: &[&str] = &["ALTER", "COMMENT", "COPY", "CREATE", "DROP", "GRANT", "REASSIGN", "REVOKE"];

/// Functions that change or signal the server, read and write its files, or ask other servers (manual, section 9.28;
/// its modules `adminpack` and `dblink`).
fn is_of_server(name: &str) -> bool {
    const NAMES: [&str; 22] = [
        "lo_export",
        "lo_import",
        "pg_backup_start",
        "pg_backup_stop",
        "pg_cancel_backend",
        "pg_create_restore_point",
        "pg_file_rename",
        "pg_file_sync",
        "pg_file_unlink",
        "pg_file_write",
        "pg_log_backend_memory_contexts",
        "pg_promote",
        "pg_read_binary_file",
        "pg_read_file",
        "pg_reload_conf",
        "pg_rotate_logfile",
        "pg_stat_reset_shared",
        "pg_switch_wal",
        "pg_terminate_backend",
        "pg_wal_replay_pause",
        "pg_wal_replay_resume",
        "pg_logical_emit_message",
    ];
    let is_slot = name.starts_with("pg_") && name.contains("replication_") && !name.starts_with("pg_get");
    NAMES.contains(&name) || is_slot || name.starts_with("dblink")
}

/// Returns the text of what may be code: in quotes that are no name's.
fn body<'s>(token: &Token<'s>) -> Option<&'s str> {
    if token.class != Class::Text {
        return None;
    }
    let text = token.text;
    if let Some(after) = text.strip_prefix('$') {
        let tag = after.find('$')? + 2;
        return text.get(tag..text.len().checked_sub(tag)?);
    }
    let begin = text.find('\'')? + 1;
    text.get(begin..text.len() - 1)
}

/// Tells whether a text is code that makes texts and runs them. One with escapes of its own may be anything.
fn executes_texts(token: &Token<'_>) -> bool {
    let Some(body) = body(token) else { return false };
    let is_plain = token.text.starts_with(['$', '\'']);
    !is_plain || Tokens::new(body, Dialect::Postgres).any(|token| token.is("EXECUTE"))
}

/// Tells whether code is in a language other than those of SQL.
fn is_in_another_language(statement: &[Token<'_>]) -> bool {
    statement.windows(2).any(|pair| {
        let name = pair[1].text.trim_matches(['"', '\'']);
        pair[0].is("LANGUAGE") && !["sql", "plpgsql"].iter().any(|known| name.eq_ignore_ascii_case(known))
    })
}

fn body_names_role(token: &Token<'_>) -> bool {
    let Some(body) = body(token) else { return false };
    let tokens: Vec<Token<'_>> = Tokens::new(body, Dialect::Postgres).collect();
    let begins = |at: usize| tokens[at].is_any(&["GRANT", "REVOKE"]) || names_owner(&tokens[at..]);
    (0..tokens.len()).any(begins) || tokens.iter().any(body_names_role)
}

/// Returns the name of the function or procedure that a statement makes.
fn made_routine(statement: &[Token<'_>]) -> Option<String> {
    let [what, name @ ..] = created(statement)? else { return None };
    let name = unqualified(name)?;
    what.is_any(&["FUNCTION", "PROCEDURE"]).then(|| name.text.trim_matches('"').to_ascii_lowercase())
}

/// Tells whether an ALTER does nothing but take something away: `DROP CONSTRAINT`, `ALTER COLUMN c DROP DEFAULT`.
fn only_drops(statement: &[Token<'_>]) -> bool {
    let has_more = statement.iter().any(|token| token.is_sign(",") || token.is_sign("("));
    let drops = |at: usize| {
        statement[at].is("DROP") && statement.get(at + 1).is_some_and(Token::is_wordy)
            || statement[at].is("DETACH")
    };
    !has_more && (2..statement.len()).any(drops)
}

/// Tells whether a statement makes a view without rows: `pg_dump --clean` writes it to drop what the view depends on.
fn is_dummy_view(statement: &[Token<'_>]) -> bool {
    let is_null = |words: &[Token<'_>]| begins(words, &["AS", "SELECT", "NULL"]) && words[3].is_sign("::");
    begins(statement, &["CREATE", "OR", "REPLACE", "VIEW"]) && statement.windows(4).any(is_null)
}

/// Tells whether a statement names a role.
fn names_role(statement: &[Token<'_>]) -> bool {
    let [first, second, rest @ ..] = statement else { return false };
    if first.is_any(&["GRANT", "REVOKE"]) || first.is("SECURITY") {
        return true;
    }
    let is_policy = second.is("POLICY") && rest.iter().any(|word| word.is("TO"));
    let is_default = second.is("DEFAULT");
    let is_schema = second.is("SCHEMA") && rest.iter().any(|word| word.is("AUTHORIZATION"));
    first.is_any(&["ALTER", "CREATE"]) && (is_policy || is_default || is_schema || names_any_owner(statement))
}

fn names_any_owner(statement: &[Token<'_>]) -> bool {
    (0..statement.len()).any(|at| names_owner(&statement[at..]))
}

fn names_owner(words: &[Token<'_>]) -> bool {
    matches!(words, [owner, to, _, ..] if owner.is("OWNER") && to.is("TO"))
}

/// Writes a statement that does more than to name roles for a server that has none of them: what it makes belongs to
/// any role that runs it, and a policy is for all roles. `None` where nothing is left of it without the role.
#[cfg(feature = "runtime")]
pub(crate) fn without_roles(sql: &str) -> Option<String> {
    let tokens: Vec<Token<'_>> = Tokens::new(sql, Dialect::Postgres).collect();
    let [create, what, rest @ ..] = tokens.as_slice() else { return None };
    if create.is("CREATE") && what.is("POLICY") {
        let to = rest.iter().position(|word| word.is("TO"))? + 3;
        let until = tokens[to..]
            .iter()
            .position(|word| word.is_any(&["USING", "WITH"]))
            .map(|at| tokens[to + at].start);
        return Some(format!("{}PUBLIC {}", &sql[..tokens[to].start], &sql[until.unwrap_or(sql.len())..]));
    }
    if create.is("CREATE") && what.is("SCHEMA") {
        let at = rest.iter().position(|word| word.is("AUTHORIZATION"))? + 2;
        let role = tokens.get(at + 1)?;
        // Without a name of its own, a schema has that of its owner.
        let name = if tokens[at - 1].is_any(&["SCHEMA", "EXISTS"]) { role.text } else { "" };
        return Some(format!("{}{name} {}", &sql[..tokens[at].start], &sql[role.end()..]));
    }
    // `ALTER TABLE t OWNER TO x, ADD COLUMN …`.
    let owner = (0..tokens.len()).find(|at| names_owner(&tokens[*at..]))?;
    let role = &tokens[owner + 2];
    let has_more = tokens.iter().any(|token| token.is_sign(","));
    has_more.then(|| format!("{}CURRENT_USER{}", &sql[..role.start], &sql[role.end()..]))
}

/// Tells whether a statement only says who runs those after it: `SET ROLE`, `RESET SESSION AUTHORIZATION`.
pub(super) fn only_says_who(statement: &[Token<'_>]) -> bool {
    let words = setting(statement);
    let is_it = words.first().is_some_and(|word| word.is_any(&["AUTHORIZATION", "ROLE"]));
    let is_other = words.get(1).is_some_and(|word| word.is_sign("."));
    statement.first().is_some_and(|first| first.is_any(&["RESET", "SET"])) && is_it && !is_other
}

/// Tells whether a COPY reads or writes a file of the server, or runs a program there.
pub(super) fn copies_file(statement: &[Token<'_>]) -> bool {
    let mut pairs = pairs(statement);
    let target = pairs.find(|pair| pair[0].is_any(&["FROM", "TO"]));
    target.is_some_and(|pair| pair[1].is("PROGRAM") || body(&pair[1]).is_some())
}

/// Tells whether a statement reaches beyond its database.
pub(super) fn reaches_beyond(statement: &[Token<'_>]) -> bool {
    let [first, second, rest @ ..] = statement else { return false };
    let third = rest.first();
    let on = || statement.iter().position(|word| word.is("ON")).and_then(|at| statement.get(at + 1));
    if first.is_any(&["ALTER", "CREATE", "DROP"]) {
        let is_mapping = second.is("USER") && third.is_some_and(|word| word.is("MAPPING"));
        let is_set = second.is_any(&["SYSTEM", "SUBSCRIPTION"]);
        let is_shared = second.is_any(&["DATABASE", "GROUP", "ROLE", "TABLESPACE", "USER"]);
        let is_owned = first.is("DROP") && second.is("OWNED");
        return is_owned || is_set || is_shared && !is_mapping;
    }
    if first.is("COMMENT") {
        return third.is_some_and(|word| word.is_any(&["DATABASE", "ROLE", "SUBSCRIPTION", "TABLESPACE"]));
    }
    if first.is_any(&["GRANT", "REVOKE"]) {
        // Without ON a role becomes a member of another.
        return on().is_none_or(|object| object.is_any(&["DATABASE", "PARAMETER", "TABLESPACE"]));
    }
    if first.is("SECURITY") {
        return on().is_some_and(|object| object.is_any(&["DATABASE", "ROLE", "SUBSCRIPTION", "TABLESPACE"]));
    }
    first.is("REASSIGN")
}

/// Tells whether a statement says how those after it are read, and makes nothing: `SET`, `SELECT set_config(…)`.
pub(super) fn only_sets(statement: &[Token<'_>]) -> bool {
    let is_call = |words: &[Token<'_>]| words.iter().take(4).any(|word| word.is("set_config"));
    statement.first().is_some_and(|word| word.is("SET") || word.is("SELECT") && is_call(statement))
}

/// Returns the encoding that a statement says the text to have, with its place.
pub(super) fn client_encoding<'s>(statement: &[Token<'s>]) -> Option<&'s str> {
    match statement {
        [set, name, sign, value]
            if set.is("SET") && name.is("client_encoding") && (sign.is_sign("=") || sign.is("TO")) =>
        {
            Some(value.text.trim_matches('\''))
        }
        [set, names, value] if set.is("SET") && names.is("NAMES") => Some(value.text.trim_matches('\'')),
        _ => None,
    }
}
