//! Statements of PostgreSQL that reach beyond the database in which they run: to the server's roles, its other databases,
//! its settings. A file of SQL that is only tried must not run them, and they say nothing of a schema.

use super::token::{Class, Token};

/// Tells whether a statement reaches beyond its database.
pub(super) fn reaches_beyond(statement: &[Token<'_>]) -> bool {
    let [first, second, rest @ ..] = statement else { return false };
    let third = rest.first();
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
        let on = statement.iter().position(|word| word.is("ON")).and_then(|at| statement.get(at + 1));
        // Without ON a role becomes a member of another.
        return on.is_none_or(|object| object.is_any(&["DATABASE", "PARAMETER", "TABLESPACE"]));
    }
    first.is("REASSIGN") || first.is("COPY") && copies_beyond(statement)
}

/// Tells whether a COPY writes a file of the server's machine, or runs a program there.
fn copies_beyond(statement: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    statement.windows(2).any(|pair| {
        if pair[0].is_sign("(") {
            depth += 1;
        } else if pair[0].is_sign(")") {
            depth = depth.saturating_sub(1);
        }
        let is_file = pair[0].is("TO") && pair[1].class == Class::Quoted;
        depth == 0 && (is_file || pair[0].is_any(&["FROM", "TO"]) && pair[1].is("PROGRAM"))
    })
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
