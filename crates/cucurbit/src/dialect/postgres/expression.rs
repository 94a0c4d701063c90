//! Reads expressions as far as names, texts and parentheses go. No grammar.
//!
//! PostgreSQL alone knows what an expression means (`ask`); what is needed without a server is
//! which columns it names, and whether it is one expression at all.

use std::collections::BTreeSet;

use crate::{
    dialect::lexer::{Tokens, escaped_piece, unquoted},
    schema::{Dialect, Expression, Ident, Index},
};

pub(super) use crate::dialect::lexer::{Class, Token};

impl Token<'_> {
    /// Returns the name as the server stores it: small letters, unless in quotes.
    pub(super) fn stored_name(&self) -> Option<String> {
        match self.class {
            Class::Name => Some(unquoted(self.text)),
            Class::Word => Some(self.text.to_lowercase()),
            Class::Blob | Class::Command | Class::Number | Class::Sign | Class::Text => None,
        }
    }
}

/// Splits SQL into tokens; space and comments are between them.
pub(super) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::with_capacity(sql.len() / 4);
    tokens.extend(Tokens::new(sql, Dialect::Postgres));
    tokens
}

/// Finds the pieces that name one of the columns.
fn column_tokens<'s>(sql: &'s str, columns: &[&Ident]) -> Vec<(Token<'s>, Ident)> {
    let tokens = tokens(sql);
    let mut found = Vec::new();
    let mut type_ends = 0;
    for (place, token) in tokens.iter().enumerate() {
        if token.is_sign("::") || token.is("as") {
            type_ends = type_end(&tokens, place + 1);
        }
        let Some(column) =
            token.stored_name().and_then(|name| columns.iter().find(|column| ***column == *name))
        else {
            continue;
        };
        let follows = |symbol| tokens.get(place + 1).is_some_and(|next| next.is_sign(symbol));
        // `interval '1 day'`.
        let is_of_text =
            token.class == Class::Word && tokens.get(place + 1).is_some_and(|next| next.class == Class::Text);
        let is_type = is_of_text || place < type_ends;
        if !is_type && !is_part_of_form(&tokens, place) && !follows("(") && !follows(".") {
            found.push((*token, (*column).clone()));
        }
    }
    found
}

/// Returns where the name of a type ends that begins at a place: some have several words (manual, 8).
pub(super) fn type_end(tokens: &[Token<'_>], start: usize) -> usize {
    let is = |place: usize, words: &[&str]| tokens.get(place).is_some_and(|token| token.is_any(words));
    let symbol = |place: usize, symbol| tokens.get(place).is_some_and(|token| token.is_sign(symbol));
    let last = if symbol(start + 1, ".") { start + 2 } else { start };
    let mut end = last + 1;
    if is(last, &["double"]) && is(end, &["precision"])
        || is(last, &["character", "bit"]) && is(end, &["varying"])
    {
        end += 1;
    } else if is(last, &["time", "timestamp"]) {
        let behind = if symbol(end, "(") && symbol(end + 2, ")") { end + 3 } else { end };
        if is(behind, &["with", "without"]) && is(behind + 1, &["time"]) && is(behind + 2, &["zone"]) {
            end = behind + 3;
        }
    } else if is(last, &["interval"]) {
        while is(end, &["year", "month", "day", "hour", "minute", "second", "to"]) {
            end += 1;
        }
    }
    end
}

/// Tells whether a word is one of `x AT TIME ZONE y` or the field of `EXTRACT(field FROM x)`.
fn is_part_of_form(tokens: &[Token<'_>], place: usize) -> bool {
    let is = |back: usize, word: &str| {
        let at = |at: usize| tokens.get(at).is_some_and(|token| token.is(word));
        (place + 1).checked_sub(back).is_some_and(at)
    };
    let opens = place.checked_sub(1).is_some_and(|before| tokens[before].is_sign("("));
    let is_field = opens && is(3, "extract") && is(0, "from");
    is(1, "at") && is(0, "time")
        || is(1, "time") && is(2, "at") && is(0, "zone")
        || is(1, "zone") && is(2, "time") && is(3, "at")
        || is_field
}

/// Returns which of the columns an expression names.
pub(super) fn columns_in(sql: &str, columns: &[&Ident]) -> BTreeSet<Ident> {
    column_tokens(sql, columns).into_iter().map(|(_, column)| column).collect()
}

/// Tells whether an expression names a column.
pub(in crate::dialect) fn names_column(expression: &Expression, column: &Ident) -> bool {
    !columns_in(expression.on(Dialect::Postgres), &[column]).is_empty()
}

/// Tells whether an index has a column in its key, in an expression or in its condition.
pub(super) fn index_names_column(index: &Index, column: &Ident) -> bool {
    index.columns().any(|other| other == column) || index.expressions().any(|sql| names_column(sql, column))
}

/// Writes a column's new name wherever an expression names it, as the server does when a column is renamed.
pub(super) fn with_renamed_column(sql: &str, from: &Ident, to: &Ident) -> String {
    let named = column_tokens(sql, &[from]);
    let others = named.iter().map(|(token, _)| (token, crate::dialect::postgres::sql::quoted(to)));
    with_others(sql, others.collect())
}

/// Writes others for some pieces, which stand in their order.
pub(super) fn with_others(sql: &str, others: Vec<(&Token<'_>, String)>) -> String {
    let mut text = sql.to_owned();
    for (token, other) in others.into_iter().rev() {
        text.replace_range(token.start..token.end(), &other);
    }
    text
}

/// Finds the name of the type that a cast at this place is to: its schema, if that is said, and where the name itself is.
pub(super) fn cast_name(tokens: &[Token<'_>], at: usize) -> Option<(Option<String>, usize)> {
    let is = |at: usize, symbol| tokens.get(at).is_some_and(|token| token.is_sign(symbol));
    if !is(at, "::") && !tokens.get(at).is_some_and(|token| token.is("as")) {
        return None;
    }
    if is(at + 2, ".") { Some((tokens.get(at + 1)?.stored_name(), at + 3)) } else { Some((None, at + 1)) }
}

/// The type that a cast at this place is to: the last part of its name, and whether it is an array.
fn cast_to(tokens: &[Token<'_>], at: usize) -> Option<(String, bool)> {
    let is = |at: usize, symbol| tokens.get(at).is_some_and(|token| token.is_sign(symbol));
    let (_, last) = cast_name(tokens, at)?;
    let name = tokens.get(last)?.stored_name()?;
    Some((name, is(last + 1, "[") && is(last + 2, "]")))
}

/// Tells whether an expression casts to a type of this name, in whichever schema.
pub(crate) fn casts_to(sql: &str, ty: &Ident) -> bool {
    let tokens = tokens(sql);
    (0..tokens.len()).any(|at| cast_to(&tokens, at).is_some_and(|(name, _)| *ty == *name))
}

/// Tells whether an expression casts to a type of this name something that is no constant: which values that gives only
/// the rows tell.
pub(super) fn casts_values_to(sql: &str, ty: &Ident) -> bool {
    let tokens = tokens(sql);
    let is_value = |at: usize| at.checked_sub(1).is_none_or(|before| tokens[before].class != Class::Text);
    (0..tokens.len()).any(|at| cast_to(&tokens, at).is_some_and(|(name, _)| *ty == *name) && is_value(at))
}

/// Writes other constants for some of an enum type: those with a cast to it, as the server prints them, and where there
/// is none, all that have no cast and do not stand beside one of the other columns.
pub(super) fn with_renamed_values(
    sql: &str,
    ty: &Ident,
    others: &[&Ident],
    renamed: &[(String, String)],
) -> String {
    let tokens = tokens(sql);
    let texts = || tokens.iter().enumerate().filter(|(_, token)| token.class == Class::Text);
    let cast = |at: usize| cast_to(&tokens, at + 1);
    let has_casts = texts().any(|(at, _)| cast(at).is_some_and(|(name, _)| *ty == *name));
    let replaced = texts().filter_map(|(at, token)| {
        let is_array = match cast(at) {
            Some((name, is_array)) if *ty == *name => is_array,
            None if !has_casts && !stands_beside(&tokens, at, others) => token.text.starts_with("'{"),
            Some(_) | None => return None,
        };
        let value = plain_text(token.text)?;
        let new = renamed_value(&value, is_array, renamed);
        (new != value).then(|| (token, crate::dialect::postgres::sql::string(&new)))
    });
    with_others(sql, replaced.collect())
}

/// Tells whether what a constant is compared with is one of the columns: the nearest name of one before it, else after.
fn stands_beside(tokens: &[Token<'_>], at: usize, columns: &[&Ident]) -> bool {
    const BETWEEN: [&str; 4] = ["AND", "ELSE", "OR", "WHEN"];
    const PASSED: [&str; 7] = ["ANY", "ARRAY", "DISTINCT", "FROM", "IN", "IS", "NOT"];
    let is =
        |token: &Token<'_>, words: &[&str]| words.iter().any(|word| token.text.eq_ignore_ascii_case(word));
    let named = |token: &&Token<'_>| token.stored_name().is_some() && !is(token, &PASSED);
    let before = tokens[..at].iter().rev().find(named).filter(|token| !is(token, &BETWEEN));
    let after = || tokens[at + 1..].iter().find(named);
    let name = before.filter(|token| !is(token, &["THEN"])).or_else(after).and_then(Token::stored_name);
    name.is_some_and(|name| columns.iter().any(|column| **column == *name))
}

/// What a constant without escapes stands for.
pub(super) fn plain_text(constant: &str) -> Option<String> {
    Some(constant.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'"))
}

/// Writes another value of an enum type, in an array where it is one.
pub(super) fn renamed_value(value: &str, is_array: bool, renamed: &[(String, String)]) -> String {
    let new = |value: &str| renamed.iter().find(|(old, _)| old == value).map(|(_, new)| new.as_str());
    if !is_array {
        return new(value).unwrap_or(value).to_owned();
    }
    // An array as text: manual, 8.15.2.
    let mut text = String::new();
    let mut rest = value;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => escaped_piece(rest, b'"').unwrap_or(rest.len()),
            '{' | '}' | ',' => first.len_utf8(),
            _ => rest.find(['{', '}', ',']).unwrap_or(rest.len()),
        };
        let (element, behind) = rest.split_at(length);
        let inner = element.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
        let meant = inner.map_or_else(
            || element.trim().to_owned(),
            |inner| inner.replace("\\\"", "\"").replace("\\\\", "\\"),
        );
        match new(&meant) {
            Some(new) => text.push_str(&array_element(new)),
            None => text.push_str(element),
        }
        rest = behind;
    }
    text
}

/// Writes an element of an array, in quotes where it needs them.
pub(super) fn array_element(value: &str) -> String {
    let is_special = |letter: char| letter.is_whitespace() || matches!(letter, '{' | '}' | ',' | '"' | '\\');
    if value.is_empty() || value.contains(is_special) || value.eq_ignore_ascii_case("null") {
        return format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    }
    value.to_owned()
}

/// Tells whether SQL can stand between parentheses as one expression: what it opens it closes, and no more.
///
/// A comment to the end of the line would swallow the parenthesis after it.
pub(super) fn is_one_expression(sql: &str) -> bool {
    let (mut depth, mut end) = (0_i64, 0);
    let mut tokens = Tokens::new(sql, Dialect::Postgres);
    for token in tokens.by_ref() {
        depth += match (token.class, token.text) {
            (Class::Sign, "(") => 1,
            (Class::Sign, ")") => -1,
            (Class::Sign, ";") | (Class::Command, _) => return false,
            (_, _) => 0,
        };
        if depth < 0 || sql[end..token.start].contains("--") {
            return false;
        }
        end = token.end();
    }
    tokens.is_closed() && depth == 0 && end > 0 && !sql[end..].contains("--")
}

/// Takes off the parentheses around the whole. However many there are, the text is read twice.
pub(super) fn unwrapped(sql: &str) -> &str {
    let text = sql.trim();
    if !text.starts_with('(') || !is_one_expression(text) {
        return text;
    }
    let tokens = tokens(text);
    let opens = tokens.iter().take_while(|token| token.is_sign("(")).count();
    let closes = tokens.iter().rev().take_while(|token| token.is_sign(")")).count();
    // No more are around the whole than are open at every place inside it; something stays inside.
    let (mut depth, mut around) = (opens, opens.min(closes).min((tokens.len() - 1) / 2));
    for token in &tokens[opens..tokens.len() - closes] {
        if token.is_sign("(") {
            depth += 1;
        } else if token.is_sign(")") {
            depth -= 1;
            around = around.min(depth);
        }
    }
    let (mut start, mut end) = (0, text.len());
    for (open, close) in tokens.iter().zip(tokens.iter().rev()).take(around) {
        // A comment stays, and so does what is around it.
        if !text[start..open.start].trim().is_empty() || !text[close.end()..end].trim().is_empty() {
            break;
        }
        (start, end) = (open.end(), close.start);
    }
    text[start..end].trim()
}

/// Tells whether an expression may follow DEFAULT without parentheses: a constant, a word or a call.
pub(super) fn is_simple(sql: &str) -> bool {
    let tokens = tokens(sql);
    match tokens.as_slice() {
        [_] => true,
        [first, second, .., last] if second.is_sign("(") && last.is_sign(")") => {
            let call = sql.trim();
            let inner = call.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
            first.class == Class::Word
                && inner.is_some_and(|inner| inner.is_empty() || is_one_expression(inner))
        }
        [first, second] => first.is_sign("-") && second.class == Class::Number,
        [first, second, rest @ ..] => {
            matches!(first.class, Class::Number | Class::Text)
                && second.is_sign("::")
                && rest.iter().all(|token| matches!(token.class, Class::Name | Class::Word))
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_around_the_whole_go_however_many_there_are() {
        for (sql, inner) in [
            ("((a) + (b))", "(a) + (b)"),
            ("(a) + (b)", "(a) + (b)"),
            ("( (a) )", "a"),
            ("((a), b)", "(a), b"),
            ("(())", "()"),
            ("()", "()"),
            ("(/* why */(a))", "/* why */(a)"),
            ("((')'))", "')'"),
            ("(a", "(a"),
            ("((a) -- why\n)", "((a) -- why\n)"),
        ] {
            assert_eq!(unwrapped(sql), inner, "{sql}");
        }
        let deep = format!("{}a{}", "(".repeat(50_000), ")".repeat(50_000));
        assert_eq!(unwrapped(&deep), "a");
        let wide = format!("(a){}", " + (a)".repeat(50_000));
        assert_eq!(unwrapped(&wide), wide);
    }

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
    fn words_of_types_and_forms_are_no_columns() {
        let words = ["at", "kind", "precision", "time", "varying", "without", "year", "zone"].map(Ident::new);
        let columns: Vec<&Ident> = words.iter().collect();
        let found =
            |sql| columns_in(sql, &columns).into_iter().map(|name| name.to_string()).collect::<Vec<_>>();
        for sql in [
            "w > '0'::double precision",
            "v = 'a'::character varying",
            "v = ANY (ARRAY['a'::character varying, 'b'::character varying])",
            "s > '2020-01-01'::timestamp(3) without time zone",
            "CAST(s AS time with time zone) > s",
            "EXTRACT(year FROM d) > 2000",
            "(s AT TIME ZONE 'UTC') > d",
            "k = 'a'::other.kind",
        ] {
            assert_eq!(found(sql), [""; 0], "{sql}");
        }
        assert_eq!(found("precision > '0'::double precision"), ["precision"]);
        assert_eq!(found("a::integer > year AND time IS NULL"), ["time", "year"]);
        assert_eq!(found("extract(year from year) > year"), ["year"]);
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
        for broken in [
            "1); DROP TABLE t",
            "(a",
            "a)(",
            "",
            "a -- b",
            "a --\n+ b",
            "a; b",
            "'a",
            "a /*",
            "$x$ $y$",
            "a \\ ); b",
            "E'a\\'",
            "'a''",
            "\"a",
        ] {
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

    #[test]
    fn a_value_of_an_enum_gets_another_name_where_it_is_one_of_that_type() {
        let renamed =
            [("sad", "it's, sad"), ("ok", "sad")].map(|(old, new)| (old.to_owned(), new.to_owned()));
        let new = |sql| with_renamed_values(sql, &Ident::new("mood"), &[&Ident::new("weather")], &renamed);
        assert_eq!(
            new("a <> 'sad'::mood OR b <> 'sad'::stage"),
            "a <> 'it''s, sad'::mood OR b <> 'sad'::stage"
        );
        assert_eq!(new("a <> 'sad'::shed.mood AND b <> 'ok'"), "a <> 'it''s, sad'::shed.mood AND b <> 'ok'");
        assert_eq!(new("a <> 'ok' AND CAST('sad' AS text) <> a"), "a <> 'sad' AND CAST('sad' AS text) <> a");
        assert_eq!(new("a <> '{ok,\"sad\",NULL}'::mood[]"), "a <> '{sad,\"it''s, sad\",NULL}'::mood[]");
        assert_eq!(
            new("weather IN ('ok', 'x') OR a IN ('x', 'ok')"),
            "weather IN ('ok', 'x') OR a IN ('x', 'sad')"
        );
        assert_eq!(new("'ok' <> weather AND 'ok' = a"), "'ok' <> weather AND 'sad' = a");
        assert_eq!(new("a = '{ok}'::text[] OR a = 'ok'::mood"), "a = '{ok}'::text[] OR a = 'sad'::mood");
        assert_eq!(array_element("a\"\\"), r#""a\"\\""#);
    }
}
