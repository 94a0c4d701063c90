//! What a run tells while it goes on, and what it did.

use std::time::Duration;

use serde_json::json;

use crate::{
    cli::{
        line::{Line, Paint},
        notices::Notice,
        shown,
    },
    command::Entry,
    revision::{Direction, Step},
    runtime::{Event, Report},
};

use super::{Format, Printer, Tone, screen, still, write_stderr};

/// From how long on it is said, in a file, how long a step took.
const LONG: Duration = Duration::from_secs(1);

/// From how long on it is said how long a statement took.
const SLOW: Duration = Duration::from_millis(100);

/// Tells of a run while it goes on. On a terminal, a step is one line, to which its time is added; what runs long is told on
/// a line that is written again and again. In a file nothing is written twice.
#[derive(Debug)]
pub(in crate::cli) struct Told {
    printer: Printer,
    /// Whether statements are shown.
    is_verbose: bool,
    /// When a statement that runs long is told of next, where lines stay.
    next: Duration,
    /// The steps that are committed.
    pub(in crate::cli) done: Vec<Step>,
}

impl Told {
    pub(in crate::cli) fn new(printer: Printer, is_verbose: bool) -> Self {
        Self { printer, is_verbose: is_verbose && !printer.is_quiet, next: still::FIRST, done: Vec::new() }
    }

    /// Prints one event of a run, on stderr.
    pub(in crate::cli) fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::StepStarted { step } => self.begun(step),
            Event::StepFinished { step, took } => self.committed(step, *took),
            Event::LockWait { holder: Some(holder) } => {
                self.say(format!("Waiting for the lock, held by {holder}"));
            }
            Event::LockWait { holder: None } => self.say("Waiting for the lock, held by another process"),
            Event::Replanned => self.say("Another process changed the version table; planning again"),
            Event::GaveWay { .. } => {
                self.say("The database rolled the transaction back in favour of another one; retrying");
            }
            Event::FillsWithRole { revision, table, column } => self.printer.tell(
                Tone::Warning,
                format!(
                    "revision `{revision}`: a backfill is SQL, and `user` is the name of the role that runs it: `{table}.{column}` \
                     gets that; the text is `.backfill(\"'user'\")`, and `.backfill(\"current_user\")` means the role"
                ),
            ),
            Event::MayRunTwice { revision, sql } => self.printer.tell(
                Tone::Warning,
                format!(
                    "revision `{revision}`: if the process dies at the wrong moment, this runs twice: {}",
                    still::beginning(sql)
                ),
            ),
            Event::StillRunning { sql, since, activity } => {
                let words = still::line(sql, *since, *activity);
                if self.printer.is_live && !self.printer.is_quiet {
                    screen::pass(&words);
                } else if *since >= self.next {
                    self.next = still::next(*since);
                    self.say(words);
                }
            }
            Event::Statement { sql } => {
                self.next = still::FIRST;
                if self.is_verbose {
                    self.printer.statement(sql);
                }
            }
            Event::Code { title } if self.is_verbose => self.say(format!("  -- code: {title}")),
            // It may print.
            Event::Code { .. } => screen::settle(),
            Event::StatementFinished { took, .. } | Event::CodeFinished { took, .. } => {
                screen::wipe();
                if self.is_verbose && *took >= SLOW {
                    self.say(format!("  -- {}", time(*took)));
                }
            }
        }
    }

    fn say(&self, words: impl Into<Line>) {
        self.printer.say(Tone::Progress, words);
    }

    fn begun(&self, step: &Step) {
        // Rows are moved at once for all steps of a stamp.
        if self.printer.is_live && !self.printer.is_quiet && step.direction != Direction::Stamp {
            screen::open(&step_line(step));
        } else {
            self.say(step_line(step));
        }
    }

    fn committed(&mut self, step: &Step, took: Duration) {
        self.done.push(step.clone());
        let is_stamp = step.direction == Direction::Stamp;
        if !is_stamp && !screen::end(&format!(" ... done in {}", time(took))) {
            let is_live = self.printer.is_live;
            if is_live || self.is_verbose || took >= LONG {
                self.say(format!("  done in {}", time(took)));
            }
        }
    }
}

impl Printer {
    /// Prints a statement that runs.
    fn statement(&self, sql: &str) {
        match self.format {
            Format::Json => self.object(&json!({ "statement": sql })),
            Format::Text => {
                let sql = sql.trim_end();
                let end = if sql.ends_with(';') { "" } else { ";" };
                write_stderr(&format!("  {}{end}\n", shown::lines(sql).replace('\n', "\n  ")));
            }
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

    /// Prints what a run did; `tips` are the heads of the scripts.
    pub(in crate::cli) fn report(&self, report: &Report, tips: &[Entry]) {
        if self.format == Format::Json {
            let steps: Vec<String> = report.steps.iter().map(ToString::to_string).collect();
            let times: Vec<f64> = report.step_times.iter().map(Duration::as_secs_f64).collect();
            let heads: Vec<&str> = report.heads.ids().collect();
            self.json(&json!({
                "steps": steps,
                "step_seconds": times,
                "seconds": report.took.as_secs_f64(),
                "heads": heads,
            }));
            return;
        }
        let line = match done(report) {
            Some(done) => {
                let done = Line::default().paint(Paint::Done, done).add(format!(" in {}", time(report.took)));
                done.add("; the database is at ").join(at(report, tips)).add(".")
            }
            None => {
                let waited =
                    if report.has_waited { "Another process was faster: nothing" } else { "Nothing" };
                Line::from(format!("{waited} to do, the database is at ")).join(at(report, &[]))
            }
        };
        self.say(Tone::Progress, line);
    }
}

/// Says what was done, if anything was.
fn done(report: &Report) -> Option<String> {
    let verb = match report.steps.first()?.direction {
        Direction::Downgrade => "Reverted",
        Direction::Stamp => return Some("Stamped".to_owned()),
        Direction::Upgrade => "Applied",
    };
    let count = report.steps.len();
    Some(format!("{verb} {count} revision{}", if count == 1 { "" } else { "s" }))
}

/// Says where the database is, and which of that are heads of the scripts.
fn at(report: &Report, tips: &[Entry]) -> Line {
    let mut line = Line::default();
    for (at, id) in report.heads.ids().enumerate() {
        line = line.add(if at > 0 { ", " } else { "" }).paint(Paint::Revision, id);
        if tips.iter().any(|tip| tip.revision == id) {
            line = line.add(" ").paint(Paint::Mark, "(head)");
        }
    }
    if line == Line::default() { "<base>".into() } else { line }
}

/// Writes how long something took.
fn time(took: Duration) -> String {
    let seconds = took.as_secs();
    match seconds {
        0 => format!("{} ms", took.as_millis()),
        1..10 => format!("{}.{} s", seconds, took.subsec_millis() / 100),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600.. => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_exactly_as_it_matters() {
        let times = [0, 7, 999, 1_000, 2_449, 9_990, 12_700, 60_000, 125_000, 3_600_000, 7_380_000];
        let written: Vec<String> =
            times.into_iter().map(|time| self::time(Duration::from_millis(time))).collect();
        let expected = [
            "0 ms",
            "7 ms",
            "999 ms",
            "1.0 s",
            "2.4 s",
            "9.9 s",
            "12 s",
            "1 min 0 s",
            "2 min 5 s",
            "1 h 0 min",
            "2 h 3 min",
        ];
        assert_eq!(written, expected);
    }
}
