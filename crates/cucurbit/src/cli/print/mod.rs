//! Results and events as text or JSON. Results go to stdout, progress to stderr.
//!
//! Not by `println!`, which panics when its reader has gone away.

mod compare;
mod revisions;
mod run;
mod screen;
mod still;

use serde::Serialize;
use serde_json::json;

use crate::{
    command::{Warning, Written},
    config::ResolvedUrl,
    mask,
};

use self::screen::{is_live, line, raw};
pub(super) use self::{
    run::Told,
    screen::{asked, is_stderr_painted, write_stderr},
};
use super::{
    args::Format,
    line::{Line, Paint},
    shown,
};

/// What a line on stderr is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    /// Something to know beside the result.
    Note,
    /// What goes on.
    Progress,
    /// Something to look at.
    Warning,
}

impl Tone {
    const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Progress => "progress",
            Self::Warning => "warning",
        }
    }

    /// Puts the tone before words.
    fn before(self, words: Line) -> Line {
        let paint = match self {
            Self::Note => Paint::Note,
            Self::Progress => return words,
            Self::Warning => Paint::Warning,
        };
        Line::default().paint(paint, format!("{}:", self.name())).add(" ").join(words)
    }
}

/// Prints what a command returns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Printer {
    format: Format,
    is_quiet: bool,
    /// Whether lines of progress may be changed after they were written.
    is_live: bool,
}

impl Printer {
    /// `is_dumb` says that a terminal can do no more than print.
    pub(super) fn new(format: Format, is_quiet: bool, is_dumb: bool) -> Self {
        Self { format, is_quiet, is_live: format == Format::Text && is_live(is_dumb) }
    }

    /// Prints SQL: as it is, or as a text of JSON.
    pub(super) fn sql(&self, sql: &str) {
        match self.format {
            Format::Json => self.json(&json!({ "sql": sql })),
            Format::Text => raw(sql),
        }
    }

    /// Prints the template of scripts.
    pub(super) fn template(&self, template: &str) {
        match self.format {
            Format::Json => self.json(&json!({ "template": template })),
            Format::Text => raw(template),
        }
    }

    /// Prints what would run; to people, that there is nothing.
    pub(super) fn dry_run(&self, sql: &str) {
        if sql.is_empty() && self.format == Format::Text {
            return line("-- Nothing to run.");
        }
        self.sql(sql);
    }

    /// Prints that the version table is there, for programs; people are told nothing.
    pub(super) fn ensured(&self, version_table: &str) {
        if self.format == Format::Json {
            self.json(&json!({ "version_table": version_table }));
        }
    }

    /// Prints what should be known before a command runs.
    pub(super) fn warnings(&self, warnings: &[Warning]) {
        for warning in warnings {
            match warning {
                Warning::NoFile { .. } => self.say(Tone::Note, warning.to_string()),
                Warning::OtherFile { .. } | Warning::Unbuilt { .. } => {
                    self.tell(Tone::Warning, warning.to_string());
                }
            }
        }
    }

    /// Prints the file that was written.
    pub(super) fn written(&self, written: &Written) {
        for warning in &written.warnings {
            // Quiet is for progress; this is what its reader must know.
            self.tell(Tone::Warning, format!("the new revision {warning}"));
        }
        for remark in &written.remarks {
            self.tell(Tone::Warning, remark.as_str());
        }
        for note in &written.notes {
            self.say(Tone::Note, note.as_str());
        }
        match self.format {
            Format::Json => self.json(written),
            Format::Text => line(format!("Generating {} ...  done", written.path.display())),
        }
    }

    /// Prints what became of a database: one word where something was done, another where there was nothing to do.
    pub(super) fn database(&self, at: &ResolvedUrl, is_done: bool, (done, nothing): (&str, &str)) {
        let url = at.url.to_string();
        match self.format {
            Format::Json => self.json(&json!({ "database": url, done: is_done })),
            Format::Text if is_done => line(format!("The database {url} is {done}.")),
            Format::Text => line(format!("The database {url} {nothing}.")),
        }
    }

    /// Tells what `--quiet` leaves out.
    fn say(&self, tone: Tone, words: impl Into<Line>) {
        if !self.is_quiet {
            self.tell(tone, words);
        }
    }

    /// Writes a line on stderr: words, or an object with the tone as its one name.
    fn tell(&self, tone: Tone, words: impl Into<Line>) {
        let words = words.into();
        match self.format {
            Format::Json => self.object(&json!({ tone.name(): mask::text(&words.words()) })),
            Format::Text => screen::note(&tone.before(words)),
        }
    }

    /// Writes an object on stderr, on a line.
    #[expect(clippy::unused_self, reason = "it is how this printer prints")]
    fn object(&self, object: &serde_json::Value) {
        write_stderr(&(shown::json(&object.to_string()) + "\n"));
    }

    fn json<T: Serialize + ?Sized>(&self, value: &T) {
        match serde_json::to_string_pretty(value) {
            Ok(text) => raw(&format!("{}\n", shown::json(&text))),
            Err(error) => self.tell(Tone::Warning, format!("the result cannot be written as JSON: {error}")),
        }
    }
}
