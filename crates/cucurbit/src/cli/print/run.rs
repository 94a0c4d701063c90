//! What a run tells while it goes on, and what it did.

use serde_json::json;

use crate::{
    cli::{
        line::{Line, Paint},
        notices::Notice,
    },
    revision::Step,
    runtime::{Event, Report},
};

use super::{Format, Printer, Tone};

impl Printer {
    /// Prints one event of a run, on stderr.
    pub(in crate::cli) fn event(&self, event: &Event<'_>) {
        match event {
            Event::StepStarted { step } => self.say(Tone::Progress, step_line(step)),
            Event::LockWait { holder: Some(holder) } => {
                self.say(Tone::Progress, format!("Waiting for the lock, held by {holder}"))
            }
            Event::LockWait { holder: None } => {
                self.say(Tone::Progress, "Waiting for the lock, held by another process")
            }
            Event::Replanned => {
                self.say(Tone::Progress, "Another process changed the version table; planning again")
            }
            Event::GaveWay { .. } => {
                self.say(Tone::Progress, "The database rolled the transaction back in favour of another one; retrying")
            }
            Event::FillsWithRole { revision, table, column } => self.tell(
                Tone::Warning,
                format!(
                    "revision `{revision}`: a backfill is SQL, and `user` is the name of the role that runs it: `{table}.{column}` \
                     gets that; the text is `.backfill(\"'user'\")`, and `.backfill(\"current_user\")` means the role"
                ),
            ),
            Event::MayRunTwice { revision, sql } => self.tell(
                Tone::Warning,
                format!(
                    "revision `{revision}`: if the process dies at the wrong moment, this runs twice: {}",
                    beginning(sql)
                ),
            ),
            Event::StillRunning { sql, since } => {
                self.say(Tone::Progress, format!("  running for {} s: {}", since.as_secs(), beginning(sql)))
            }
            Event::Code { .. } | Event::Statement { .. } | Event::StepFinished { .. } => {}
        }
    }

    /// Prints what the server says beside its answers.
    pub(in crate::cli) fn notice(&self, notice: &Notice) {
        let Notice { is_warning, message } = notice;
        if *is_warning {
            // Quiet is for progress.
            self.tell(Tone::Warning, format!("the server says: {message}"));
        } else {
            self.say(Tone::Note, format!("the server says: {message}"));
        }
    }

    /// Says that a signal was heard.
    pub(in crate::cli) fn stopping(&self) {
        self.say(
            Tone::Progress,
            "Stopping: what is running is rolled back (a second signal ends the process at once)",
        );
    }

    /// Prints what a run did.
    pub(in crate::cli) fn report(&self, report: &Report) {
        let heads: Vec<&str> = report.heads.ids().collect();
        if self.format == Format::Json {
            let steps: Vec<String> = report.steps.iter().map(ToString::to_string).collect();
            self.json(&json!({ "steps": steps, "heads": heads }));
        } else if report.steps.is_empty() {
            let waited = if report.has_waited { "Another process was faster: nothing" } else { "Nothing" };
            let at = if heads.is_empty() { "<base>".to_owned() } else { heads.join(", ") };
            self.say(Tone::Progress, format!("{waited} to do, the database is at {at}"));
        }
    }
}

/// Writes a step as Alembic logs it.
fn step_line(step: &Step) -> Line {
    let words = step.to_string();
    let arrow = format!(" {} -> {}", step.from.join(", "), step.to.join(", "));
    let Some((before, after)) = words.split_once(&arrow) else { return words.into() };
    let ids =
        |line: Line, ids: &[String]| line.paint_each(Paint::Revision, ids.iter().map(String::as_str), ", ");
    let from = ids(Line::from(before).add(" "), &step.from);
    ids(from.add(" -> "), &step.to).add(after)
}

/// The beginning of a statement, on one line.
fn beginning(sql: &str) -> String {
    let mut words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(100) {
        words.truncate(end);
        words.push('…');
    }
    words
}
