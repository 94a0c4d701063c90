//! New names of types, schemas and sequences in the SQL that is stored: the server prints them there.

use super::{
    expression::{Token, cast_name, plain_text, tokens, with_others},
    sequence, shadowed,
};
use crate::{
    dialect::postgres::sql::{qualified, quoted, string},
    schema::{Dialect, Expression, Ident, ObjectName, Schema},
};

/// Writes a type's new name in every cast to it.
pub(super) fn of_type(schema: &mut Schema, from: &ObjectName, to: &Ident) {
    in_expressions(schema, &|sql| with_renamed_type(sql, from, to));
}

/// Writes a schema's new name before the names of all that lies in it.
pub(super) fn of_namespace(schema: &mut Schema, from: &Ident, to: &Ident) {
    in_expressions(schema, &|sql| {
        let in_texts = with_moved_sequences(sql, |name| {
            let is_moved = name.schema.as_ref() == Some(from);
            is_moved.then(|| ObjectName::qualified(to.clone(), name.name))
        });
        with_renamed_namespace(&in_texts, from, to)
    });
}

/// Writes a sequence's new name in every default that takes its values.
pub(super) fn of_sequence(schema: &mut Schema, from: &ObjectName, to: &Ident) {
    in_expressions(schema, &|sql| {
        with_moved_sequences(sql, |name| (name == *from).then(|| name.sibling(to.clone())))
    });
}

fn in_expressions(schema: &mut Schema, renamed: &dyn Fn(&str) -> String) {
    schema.parts_mut(&mut |part| {
        if let Some(sql) = part.expression() {
            rewrite(sql, renamed);
        }
    });
}

/// Writes an expression with other names; one that has none of them stays as it is, on every database.
pub(super) fn rewrite(sql: &mut Expression, renamed: impl FnOnce(&str) -> String) {
    let text = sql.on(Dialect::Postgres);
    let new = renamed(text);
    if new != *text {
        *sql = new.into();
    }
}

fn with_renamed_type(sql: &str, from: &ObjectName, to: &Ident) -> String {
    let tokens = tokens(sql);
    // The server says where a type lies that has the name of one of its own.
    let is_said = from.schema.is_none() && shadowed::is_hidden(&from.name);
    let meant = (0..tokens.len()).filter_map(|at| {
        let (schema, last) = cast_name(&tokens, at)?;
        let is_there = is_said || schema == from.schema.as_ref().map(ToString::to_string);
        tokens.get(last).filter(|token| is_there && is(token, &from.name))
    });
    with_others(sql, meant.map(|token| (token, quoted(to))).collect())
}

fn with_renamed_namespace(sql: &str, from: &Ident, to: &Ident) -> String {
    let tokens = tokens(sql);
    let meant = tokens.iter().enumerate().filter(|(at, token)| {
        let is_dot =
            |at: Option<usize>| at.and_then(|at| tokens.get(at)).is_some_and(|token| token.is_sign("."));
        is(token, from) && is_dot(Some(at + 1)) && !is_dot(at.checked_sub(1))
    });
    with_others(sql, meant.map(|(_, token)| (token, quoted(to))).collect())
}

/// Writes other names of sequences where an expression takes their values; `moved` returns that of one that has one.
fn with_moved_sequences(sql: &str, moved: impl Fn(ObjectName) -> Option<ObjectName>) -> String {
    let tokens = tokens(sql);
    let texts = tokens.windows(3).filter_map(|window| {
        let [call, opens, text] = window else { return None };
        let is_call = call.text.eq_ignore_ascii_case("nextval") && opens.is_sign("(");
        let name = sequence::named(&plain_text(text.text).filter(|_| is_call)?);
        Some((text, string(&qualified(&moved(name)?))))
    });
    with_others(sql, texts.collect())
}

fn is(token: &Token<'_>, name: &Ident) -> bool {
    token.stored_name().is_some_and(|token| *name == *token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_its_new_name_in_casts_to_it_alone() {
        let shed = ObjectName::qualified("shed", "mood");
        for (from, sql, renamed) in [
            ("mood".into(), "mood <> 'mood'::mood", "mood <> 'mood'::\"feeling\""),
            ("mood".into(), "a = ANY ('{x}'::mood[])", "a = ANY ('{x}'::\"feeling\"[])"),
            ("mood".into(), "CAST(a AS Mood) = b::\"Mood\"", "CAST(a AS \"feeling\") = b::\"Mood\""),
            ("mood".into(), "a = 'x'::shed.mood", "a = 'x'::shed.mood"),
            ("path".into(), "a = 'x'::public.path", "a = 'x'::public.\"feeling\""),
            (shed, "a = 'x'::shed.mood OR b = 'x'::mood", "a = 'x'::shed.\"feeling\" OR b = 'x'::mood"),
        ] {
            assert_eq!(with_renamed_type(sql, &from, &"feeling".into()), renamed, "{sql}");
        }
    }

    #[test]
    fn a_schema_has_its_new_name_before_what_lies_in_it() {
        for (sql, renamed) in [
            ("shed = shed.f(a.shed)", "shed = \"hut\".f(a.shed)"),
            ("'shed.x'::shed.mood", "'shed.x'::\"hut\".mood"),
        ] {
            assert_eq!(with_renamed_namespace(sql, &"shed".into(), &"hut".into()), renamed, "{sql}");
        }
    }

    #[test]
    fn a_sequence_has_its_new_name_where_its_values_are_taken() {
        let from = ObjectName::new("Tickets");
        let moved = |name: ObjectName| (name == from).then(|| name.sibling("numbers"));
        for (sql, renamed) in [
            ("nextval('\"Tickets\"'::regclass) + 1", "nextval('\"numbers\"'::regclass) + 1"),
            ("nextval('shed.\"Tickets\"'::regclass)", "nextval('shed.\"Tickets\"'::regclass)"),
            ("lower('\"Tickets\"')", "lower('\"Tickets\"')"),
        ] {
            assert_eq!(with_moved_sequences(sql, moved), renamed, "{sql}");
        }
    }
}
