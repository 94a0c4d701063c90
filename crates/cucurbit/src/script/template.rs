//! Whole files from templates. A template holds text and `@name@`; it has no logic.

use crate::operation::Operation;

use super::{NewScript, render, spell};

const REVISION: &str = include_str!("template/revision.in");

/// Writes the text of a revision file, before rustfmt.
pub(super) fn revision(script: &NewScript) -> String {
    let NewScript {
        id,
        message,
        down_revisions,
        branch_labels,
        depends_on,
        created,
        upgrade,
        downgrade,
        warnings,
    } = script;
    let mut revision = format!("Revision::new({})", spell::text(id));
    let links = [("revises", down_revisions), ("branch_labels", branch_labels), ("depends_on", depends_on)];
    for (method, names) in links.into_iter().filter(|(_, names)| !names.is_empty()) {
        let names: Vec<String> = names.iter().map(|name| spell::text(name)).collect();
        revision += &spell::call(method, &[&format!("&[{}]", names.join(", "))]);
    }
    let seconds = created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    revision += &spell::call("created", &[&spell::text(&seconds)]);
    let warnings: String = warnings.iter().map(|warning| comment("    //", warning)).collect();

    fill(
        REVISION,
        &[
            ("message", &comment("//!", message)),
            ("revision", &revision),
            ("upgrade_op", parameter(upgrade)),
            ("upgrade", &body(&warnings, upgrade)),
            ("downgrade_op", parameter(downgrade)),
            ("downgrade", &body("", downgrade)),
        ],
    )
}

/// Names the parameter of a function; one that is not used must say so.
const fn parameter(operations: &[Operation]) -> &'static str {
    if operations.is_empty() { "_op" } else { "op" }
}

fn body(warnings: &str, operations: &[Operation]) -> String {
    let lines = format!("{warnings}{}", render(operations));
    if lines.is_empty() { lines } else { format!("\n{lines}") }
}

/// Writes text as line comments, which nothing in it can end.
///
/// A carriage return is refused in a doc comment, and so are marks that turn the direction of text: they, and
/// whatever else cannot be seen, are written as escapes.
fn comment(marker: &str, text: &str) -> String {
    let text = text.trim().replace("\r\n", "\n").replace('\r', "\n");
    let mut lines = String::new();
    for line in text.lines() {
        let mut visible = String::with_capacity(line.len());
        for letter in line.trim_end().chars() {
            match letter {
                '\t' => visible += "    ",
                _ if letter.is_control() || is_hidden(letter) => visible.extend(letter.escape_unicode()),
                _ => visible.push(letter),
            }
        }
        lines += marker;
        if !visible.is_empty() {
            lines.push(' ');
            lines += &visible;
        }
        lines.push('\n');
    }
    lines
}

/// Tells whether rustc refuses a character in a comment because it turns the direction of text.
const fn is_hidden(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Puts values into a template, in one pass: an `@name@` inside a value stays as it is.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len());
    for (position, piece) in template.split('@').enumerate() {
        // Between two marks stands a name, outside them text.
        if position % 2 == 0 {
            text += piece;
            continue;
        }
        let value = values.iter().find(|(name, _)| *name == piece).map(|(_, value)| *value);
        text += value.expect("the templates are ours and name only these values");
    }
    text
}
