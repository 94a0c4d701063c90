//! Whole files from a template: the one that is built in, or the project's own `script.rs.jinja`.
//!
//! A template decides what stands around the parts of a script. The parts themselves are made here: its message, its
//! `REVISION` and its two functions. A template that leaves one out, or changes one, is refused.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use minijinja::{Environment, UndefinedBehavior, context, syntax::SyntaxConfig};

use crate::operation::Operation;

use super::{NewScript, ScriptError, render, spell};

/// The template that is built in.
pub const DEFAULT_TEMPLATE: &str = include_str!("template/script.rs.jinja");

/// The name of a project's own template, beside its `cucurbit.toml`.
pub const TEMPLATE_FILE: &str = "script.rs.jinja";

/// A template of scripts.
///
/// ```
/// use cucurbit::script::Template;
///
/// assert_eq!(Template::default(), Template::new(cucurbit::script::DEFAULT_TEMPLATE));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// What it is called in messages.
    path: PathBuf,
    text: String,
}

impl Default for Template {
    /// The one that is built in.
    fn default() -> Self {
        Self::new(DEFAULT_TEMPLATE)
    }
}

impl Template {
    /// Takes a text for a template.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { path: PathBuf::from(TEMPLATE_FILE), text: text.into() }
    }

    /// Reads the template of a folder, its file `script.rs.jinja`; without one it is the built-in template.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read.
    pub fn read(folder: &Path) -> Result<Self, ScriptError> {
        let path = folder.join(TEMPLATE_FILE);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self { path, text }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(ScriptError::BadTemplate { path, reason: error.to_string() }),
        }
    }
}

/// What no script can do without, each made of one value.
struct Parts {
    /// The message, as the documentation of the file: its first line is the title of the revision.
    doc: String,
    revision: String,
    upgrade: String,
    downgrade: String,
}

/// Writes the text of a revision file, before rustfmt.
pub(super) fn revision(script: &NewScript, template: &Template) -> Result<String, ScriptError> {
    let parts = parts(script);
    let Parts { doc, revision, upgrade, downgrade } = &parts;
    let NewScript { id, message, down_revisions, branch_labels, depends_on, .. } = script;
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax =
        SyntaxConfig::builder().keep_trailing_newline(true).trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual marks are no contradiction"));
    environment.add_filter("comment", ordinary);
    let values = context! {
        doc, revision, upgrade, downgrade,
        message, down_revision => down_revisions, branch_labels, depends_on,
        up_revision => id,
        create_date => created(script),
    };
    let read = environment.template_from_str(&template.text).map_err(|error| bad(template, &error))?;
    refuse_unknown_names(&read, template)?;
    let text = read.render(values).map_err(|error| bad(template, &error))?;
    // A script without a message begins with its imports.
    let text = text.trim_start().to_owned();
    refuse_what_is_lacking(&parts, &text, template)?;
    Ok(text)
}

/// The names that a template may use.
const NAMES: [&str; 10] = [
    "branch_labels",
    "create_date",
    "depends_on",
    "doc",
    "down_revision",
    "downgrade",
    "message",
    "revision",
    "up_revision",
    "upgrade",
];

fn refuse_unknown_names(read: &minijinja::Template<'_, '_>, template: &Template) -> Result<(), ScriptError> {
    let used = read.undeclared_variables(false).into_iter();
    let unknown: BTreeSet<String> = used.filter(|name| !NAMES.contains(&name.as_str())).collect();
    let Some(name) = unknown.first() else { return Ok(()) };
    let known = NAMES.map(|name| format!("`{name}`")).join(", ");
    let reason = format!("unknown name `{name}`; there are {known}");
    Err(ScriptError::BadTemplate { path: template.path.clone(), reason })
}

fn bad(template: &Template, error: &minijinja::Error) -> ScriptError {
    let at = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    let why = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    ScriptError::BadTemplate { path: template.path.clone(), reason: format!("{at}{why}") }
}

/// Refuses a text that does not have each part once, on lines of its own.
fn refuse_what_is_lacking(parts: &Parts, text: &str, template: &Template) -> Result<(), ScriptError> {
    let Parts { doc, revision, upgrade, downgrade } = parts;
    let named = [("doc", doc), ("revision", revision), ("upgrade", upgrade), ("downgrade", downgrade)];
    for (part, written) in named.into_iter().filter(|(_, written)| !written.is_empty()) {
        let mut places = text.match_indices(written.as_str());
        let is_there = match (places.next(), places.next()) {
            (Some((at, _)), None) => stands_alone(text, at, written),
            (None | Some(_), _) => false,
        };
        if !is_there {
            return Err(ScriptError::TemplateLacks { path: template.path.clone(), part });
        }
    }
    // What lists the scripts takes the first documentation for the message.
    match (text.find("//!"), text.find(doc.as_str())) {
        (Some(first), Some(at)) if first < at && !doc.is_empty() => {
            Err(ScriptError::TemplateLacks { path: template.path.clone(), part: "doc" })
        }
        (None | Some(_), _) => Ok(()),
    }
}

/// Tells whether a part has its lines for itself, so that no comment holds it.
fn stands_alone(text: &str, at: usize, part: &str) -> bool {
    let before = text[..at].rsplit('\n').next().unwrap_or_default();
    let after = text[at + part.len()..].split('\n').next().unwrap_or_default();
    before.trim().is_empty() && after.trim().is_empty()
}

fn parts(script: &NewScript) -> Parts {
    let NewScript {
        id,
        message,
        down_revisions,
        branch_labels,
        depends_on,
        created: _,
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
    revision += &spell::call("created", &[&spell::text(&created(script))]);
    let warnings: Vec<String> = warnings.iter().map(|warning| comment("    //", warning) + "\n").collect();
    Parts {
        doc: comment("//!", message),
        revision: format!("pub const REVISION: Revision = {revision};"),
        upgrade: function("upgrade", &warnings.concat(), upgrade),
        downgrade: function("downgrade", "", downgrade),
    }
}

fn created(script: &NewScript) -> String {
    script.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Writes a function of a script; a parameter that is not used must say so.
fn function(name: &str, warnings: &str, operations: &[Operation]) -> String {
    let parameter = if operations.is_empty() { "_op" } else { "op" };
    let lines = format!("{warnings}{}", render(operations));
    let lines = if lines.is_empty() { lines } else { format!("\n{lines}") };
    format!("pub fn {name}({parameter}: &mut Op) {{{lines}}}")
}

/// The filter `comment`.
fn ordinary(text: &str) -> String {
    comment("//", text)
}

/// Writes text as line comments, which nothing in it can end; without the last line break.
///
/// A carriage return is refused in a doc comment, and so are marks that turn the direction of text: they, and
/// whatever else cannot be seen, are written as escapes.
fn comment(marker: &str, text: &str) -> String {
    let text = text.trim().replace("\r\n", "\n").replace('\r', "\n");
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut visible = String::with_capacity(line.len());
        for letter in line.trim_end().chars() {
            match letter {
                '\t' => visible += "    ",
                _ if letter.is_control() || is_hidden(letter) => visible.extend(letter.escape_unicode()),
                _ => visible.push(letter),
            }
        }
        lines.push(if visible.is_empty() { marker.to_owned() } else { format!("{marker} {visible}") });
    }
    lines.join("\n")
}

/// Tells whether rustc refuses a character in a comment because it turns the direction of text.
const fn is_hidden(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
