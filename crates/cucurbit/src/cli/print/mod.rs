//! Results and events as text or JSON. Results go to stdout, progress to stderr.
//!
//! Not by `println!`, which panics when its reader has gone away.

mod compare;
mod revisions;
mod run;

use std::io::{self, Write as _};

use serde::Serialize;
use serde_json::json;

use crate::{
    command::{Warning, Written},
    config::ResolvedUrl,
    mask,
};

use super::{args::Format, shown};

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
}

/// Prints what a command returns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Printer {
    format: Format,
    is_quiet: bool,
}

impl Printer {
    pub(super) fn new(format: Format, is_quiet: bool) -> Self {
        Self { format, is_quiet }
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
                Warning::NoFile { .. } => self.say(Tone::Note, &warning.to_string()),
                Warning::OtherFile { .. } | Warning::Unbuilt { .. } => {
                    self.tell(Tone::Warning, &warning.to_string());
                }
            }
        }
    }

    /// Prints the file that was written.
    pub(super) fn written(&self, written: &Written) {
        for warning in &written.warnings {
            // Quiet is for progress; this is what its reader must know.
            self.tell(Tone::Warning, &format!("the new revision {warning}"));
        }
        for remark in &written.remarks {
            self.tell(Tone::Warning, remark);
        }
        for note in &written.notes {
            self.say(Tone::Note, note);
        }
        match self.format {
            Format::Json => self.json(written),
            Format::Text => line(&format!("Generating {} ...  done", written.path.display())),
        }
    }

    /// Prints what became of a database: one word where something was done, another where there was nothing to do.
    pub(super) fn database(&self, at: &ResolvedUrl, is_done: bool, (done, nothing): (&str, &str)) {
        let url = at.url.to_string();
        match self.format {
            Format::Json => self.json(&json!({ "database": url, done: is_done })),
            Format::Text if is_done => line(&format!("The database {url} is {done}.")),
            Format::Text => line(&format!("The database {url} {nothing}.")),
        }
    }

    /// Tells what `--quiet` leaves out.
    fn say(&self, tone: Tone, words: &str) {
        if !self.is_quiet {
            self.tell(tone, words);
        }
    }

    /// Writes a line on stderr: words, or an object with the tone as its one name.
    fn tell(&self, tone: Tone, words: &str) {
        match (self.format, tone) {
            (Format::Json, _) => {
                raw_note(&shown::json(&json!({ tone.name(): mask::text(words) }).to_string()))
            }
            (Format::Text, Tone::Progress) => note(words),
            (Format::Text, Tone::Note | Tone::Warning) => note(&format!("{}: {words}", tone.name())),
        }
    }

    fn json<T: Serialize + ?Sized>(&self, value: &T) {
        match serde_json::to_string_pretty(value) {
            Ok(text) => raw(&format!("{}\n", shown::json(&text))),
            Err(error) => self.tell(Tone::Warning, &format!("the result cannot be written as JSON: {error}")),
        }
    }
}

/// Prints a line on stderr. A reader that has gone away is no reason to stop a run.
fn note(text: &str) {
    drop(writeln!(io::stderr(), "{}", shown::line(text)));
}

/// Asks a person on the terminal, and reads the line that is answered.
pub(super) fn asked(question: &str) -> String {
    drop(io::stderr().write_all(shown::line(question).as_bytes()));
    let mut answer = String::new();
    drop(io::stdin().read_line(&mut answer));
    answer
}

/// Prints a line on stderr that is made for programs.
fn raw_note(text: &str) {
    drop(writeln!(io::stderr(), "{text}"));
}

/// Prints a line on stdout. A reader that has gone away is no error.
fn line(text: &str) {
    drop(writeln!(io::stdout(), "{}", shown::line(text)));
}

/// Prints lines at once: a history is long, and each would be written for itself.
fn lines(lines: impl IntoIterator<Item = String>) {
    let text: String = lines.into_iter().map(|line| shown::line(&line) + "\n").collect();
    drop(io::stdout().write_all(text.as_bytes()));
}

/// Prints what is for programs, as it is.
fn raw(text: &str) {
    drop(io::stdout().write_all(text.as_bytes()));
}
