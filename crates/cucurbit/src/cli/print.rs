//! Results and events as text or JSON. Results go to stdout, progress to stderr.
//!
//! Not by `println!`, which panics when its reader has gone away.

use std::io::{self, Write as _};

use serde::Serialize;
use serde_json::json;

use crate::{
    command::{
        Between, Branch, Check, Differences, Entry, Inspected, Mark, Source, Status, Unmanaged, Warning,
        Written,
    },
    config::{Origin, ResolvedUrl},
    json::operations as wire,
    mask,
    operation::Operation,
    runtime::{Event, Report},
};

use super::{args::Format, notices::Notice, shown};

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

    /// Prints one event of a run, on stderr.
    pub(super) fn event(&self, event: &Event<'_>) {
        match event {
            Event::StepStarted { step } => self.say(Tone::Progress, &step.to_string()),
            Event::LockWait { holder: Some(holder) } => {
                self.say(Tone::Progress, &format!("Waiting for the lock, held by {holder}"))
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
                &format!(
                    "revision `{revision}`: a backfill is SQL, and `user` is the name of the role that runs it: `{table}.{column}` \
                     gets that; the text is `.backfill(\"'user'\")`, and `.backfill(\"current_user\")` means the role"
                ),
            ),
            Event::MayRunTwice { revision, sql } => self.tell(
                Tone::Warning,
                &format!(
                    "revision `{revision}`: if the process dies at the wrong moment, this runs twice: {}",
                    beginning(sql)
                ),
            ),
            Event::StillRunning { sql, since } => {
                self.say(Tone::Progress, &format!("  running for {} s: {}", since.as_secs(), beginning(sql)))
            }
            Event::Code { .. } | Event::Statement { .. } | Event::StepFinished { .. } => {}
        }
    }

    /// Prints what the server says beside its answers.
    pub(super) fn notice(&self, notice: &Notice) {
        let Notice { is_warning, message } = notice;
        if *is_warning {
            // Quiet is for progress.
            self.tell(Tone::Warning, &format!("the server says: {message}"));
        } else {
            self.say(Tone::Note, &format!("the server says: {message}"));
        }
    }

    /// Says that a signal was heard.
    pub(super) fn stopping(&self) {
        self.say(
            Tone::Progress,
            "Stopping: what is running is rolled back (a second signal ends the process at once)",
        );
    }

    /// Prints what a run did.
    pub(super) fn report(&self, report: &Report) {
        let heads: Vec<&str> = report.heads.ids().collect();
        if self.format == Format::Json {
            let steps: Vec<String> = report.steps.iter().map(ToString::to_string).collect();
            self.json(&json!({ "steps": steps, "heads": heads }));
        } else if report.steps.is_empty() {
            let waited = if report.has_waited { "Another process was faster: nothing" } else { "Nothing" };
            let at = if heads.is_empty() { "<base>".to_owned() } else { heads.join(", ") };
            self.say(Tone::Progress, &format!("{waited} to do, the database is at {at}"));
        }
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

    /// Prints what a source holds.
    pub(super) fn inspected(&self, source: &Source, inspected: &Inspected) {
        let Inspected { schema, sql, unmanaged, left_out, warnings } = inspected;
        if self.format == Format::Json {
            return raw(&(schema.to_json() + "\n"));
        }
        warnings.iter().for_each(|warning| self.tell(Tone::Warning, warning));
        self.left_out(left_out);
        if !unmanaged.is_empty() {
            self.say(Tone::Progress, &format!("not shown, of `{source}`: {}", named(unmanaged)));
        }
        if !sql.is_empty() {
            raw(&(sql.clone() + "\n"));
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

    /// Says that there is nothing to write.
    pub(super) fn nothing_to_create(&self, between: &Between, is_first: bool) {
        match self.format {
            Format::Json => self.json(&json!(null)),
            Format::Text if *between == Between::default() => {
                line("No changes: the models and the database agree. No file was written.");
            }
            Format::Text => {
                let Between { from, to } = between;
                line(&format!("No changes: `{from}` and `{to}` agree. No file was written."));
            }
        }
        if is_first && *between == Between::default() {
            self.say(
                Tone::Note,
                "there is no revision yet; `create --from empty` writes one that creates all of this",
            );
        }
    }

    /// Prints what `diff` found.
    pub(super) fn differences(&self, between: &Between, differences: &Differences) {
        let Between { from, to } = between;
        let Differences { operations, uncompared, unmanaged, left_out, warnings } = differences;
        let lines: Vec<String> = operations.iter().map(Operation::describe).collect();
        if self.format == Format::Json {
            self.json(&json!({
                "from": from.to_string(),
                "to": to.to_string(),
                "differences": lines,
                "operations": wire(operations),
                "uncompared": uncompared,
                "unmanaged": unmanaged,
                "left_out": left_out,
                "warnings": warnings,
            }));
            return;
        }
        warnings.iter().for_each(|warning| self.tell(Tone::Warning, warning));
        self.left_out(left_out);
        if *uncompared > 0 {
            line(&format!("{uncompared} expressions were not compared."));
        }
        for (source, unmanaged) in [(from, &unmanaged.from), (to, &unmanaged.to)] {
            if !unmanaged.is_empty() {
                self.say(Tone::Progress, &format!("not compared, of `{source}`: {}", named(unmanaged)));
            }
        }
        if lines.is_empty() {
            line(&match unmanaged.from == unmanaged.to {
                true => format!("No differences between `{from}` and `{to}`."),
                false => format!(
                    "No differences between `{from}` and `{to}` in what is compared; they differ in what is not."
                ),
            });
        } else {
            line(&format!("From `{from}` to `{to}`:"));
            lines.iter().for_each(|difference| line(&format!("  {difference}")));
        }
    }

    /// Prints what a check found: differences on stdout.
    pub(super) fn check(&self, check: &Check) {
        if self.format == Format::Json {
            let differences: Vec<String> = check.operations.iter().map(Operation::describe).collect();
            self.json(&json!({
                "pending": check.pending,
                "differences": differences,
                "operations": wire(&check.operations),
                "uncompared": check.uncompared,
                "unmanaged": check.unmanaged,
                "left_out": check.left_out,
                "warnings": check.warnings,
            }));
            return;
        }
        match check.pending.as_slice() {
            [] => {}
            [one] => line(&format!("1 revision is pending: {one}")),
            pending => line(&format!("{} revisions are pending: {}", pending.len(), pending.join(", "))),
        }
        if check.uncompared > 0 {
            line(&format!("{} expressions were not compared.", check.uncompared));
        }
        if !check.unmanaged.is_empty() {
            self.say(Tone::Progress, &format!("not compared: {}", named(&check.unmanaged)));
        }
        self.left_out(&check.left_out);
        check.warnings.iter().for_each(|warning| self.tell(Tone::Warning, warning));
        if check.operations.is_empty() {
            line("No new upgrade operations detected.");
        } else {
            line("New upgrade operations detected:");
            for operation in &check.operations {
                line(&format!("  {}", operation.describe()));
            }
        }
    }

    /// Prints `current`.
    pub(super) fn current(&self, entries: &[Entry], verbose_at: Option<&ResolvedUrl>) {
        if self.format == Format::Json {
            return self.json(entries);
        }
        match verbose_at {
            Some(url) => {
                line(&format!("Current revision(s) for {}:", url.url));
                if let Origin::File { path, key } = &url.origin {
                    line(&format!("(`{key}` in {})", path.display()));
                }
                lines(entries.iter().flat_map(verbose));
            }
            None => {
                for entry in entries {
                    line(&format!("{}{}", entry.revision, marks(entry)));
                }
            }
        }
    }

    /// Prints `status`.
    pub(super) fn status(&self, status: &Status) {
        let Status { url, current, pending } = status;
        if self.format == Format::Json {
            let url = url.url.to_string();
            return self.json(&json!({ "database": url, "current": current, "pending": pending }));
        }
        line(&format!("Database: {} ({})", url.url, url.origin));
        match current.as_slice() {
            [] => line("Current:  <base>"),
            entries => {
                for entry in entries {
                    line(&format!("Current:  {}{}, {}", entry.revision, marks(entry), first_line(entry)));
                }
            }
        }
        line(&format!(
            "Pending:  {}",
            if pending.is_empty() { "none".to_owned() } else { pending.len().to_string() }
        ));
        for entry in pending {
            line(&format!(
                "  {}{}{}, {}",
                entry.revision,
                labels(entry),
                head_mark(entry),
                first_line(entry)
            ));
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

    /// Prints `heads`.
    pub(super) fn heads(&self, entries: &[Entry], is_verbose: bool) {
        if self.format == Format::Json {
            return self.json(entries);
        }
        for entry in entries {
            if is_verbose {
                lines(verbose(entry));
            } else {
                line(&format!("{}{}{}", entry.revision, labels(entry), head_mark(entry)));
            }
        }
    }

    /// Prints `branches`.
    pub(super) fn branches(&self, branches: &[Branch], is_verbose: bool) {
        if self.format == Format::Json {
            return self.json(branches);
        }
        for Branch { at, children } in branches {
            if is_verbose {
                lines(verbose(at));
            } else {
                line(&format!("{}{} (branchpoint)", at.revision, labels(at)));
            }
            let width = at.revision.chars().count();
            for child in children {
                let doc = if is_verbose { format!(", {}", first_line(child)) } else { String::new() };
                line(&format!(
                    "{:width$} -> {}{}{}{doc}",
                    "",
                    child.revision,
                    labels(child),
                    head_mark(child)
                ));
            }
            line("");
        }
    }

    /// Prints `history`.
    pub(super) fn history(&self, entries: &[Entry], is_verbose: bool) {
        if self.format == Format::Json {
            return self.json(entries);
        }
        lines(entries.iter().flat_map(|entry| {
            if is_verbose {
                return verbose(entry);
            }
            let depends_on = match entry.depends_on.as_slice() {
                [] => String::new(),
                ids => format!(" ({})", ids.join(", ")),
            };
            vec![format!(
                "{}{depends_on} -> {}{}{}, {}",
                parents(entry),
                entry.revision,
                labels(entry),
                marks(entry),
                first_line(entry)
            )]
        }));
    }

    /// Prints `show`.
    pub(super) fn show(&self, entries: &[Entry]) {
        match self.format {
            Format::Json => self.json(entries),
            Format::Text => lines(entries.iter().flat_map(verbose)),
        }
    }

    /// Says what is not the project's.
    fn left_out(&self, left_out: &[Unmanaged]) {
        if !left_out.is_empty() {
            self.say(Tone::Progress, &format!("left out: {}", named(left_out)));
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

/// The beginning of a statement, on one line.
fn beginning(sql: &str) -> String {
    let mut words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(100) {
        words.truncate(end);
        words.push('…');
    }
    words
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

fn parents(entry: &Entry) -> String {
    if entry.down_revisions.is_empty() { "<base>".to_owned() } else { entry.down_revisions.join(", ") }
}

fn labels(entry: &Entry) -> String {
    match entry.branch_labels.as_slice() {
        [] => String::new(),
        labels => format!(" ({})", labels.join(", ")),
    }
}

fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::BranchPoint => "branchpoint",
        Mark::Current => "current",
        Mark::EffectiveHead => "effective head",
        Mark::Head => "head",
        Mark::MergePoint => "mergepoint",
        Mark::Unfinished => "unfinished",
    }
}

fn marks(entry: &Entry) -> String {
    entry.marks.iter().map(|&is| format!(" ({})", mark(is))).collect()
}

fn head_mark(entry: &Entry) -> String {
    let heads = entry.marks.iter().filter(|mark| matches!(mark, Mark::Head | Mark::EffectiveHead));
    heads.map(|&is| format!(" ({})", mark(is))).collect()
}

fn first_line(entry: &Entry) -> &str {
    entry.doc.lines().next().unwrap_or_default()
}

/// Writes everything about a revision: Alembic's `show`.
fn verbose(entry: &Entry) -> Vec<String> {
    let list = |word: &str, ids: &[String]| (!ids.is_empty()).then(|| format!("{word}: {}", ids.join(", ")));
    let mut lines = vec![format!("Rev: {}{}", entry.revision, marks(entry))];
    if entry.down_revisions.len() > 1 {
        lines.extend(list("Merges", &entry.down_revisions));
    } else {
        lines.push(format!("Parent: {}", parents(entry)));
    }
    lines.extend(list("Also depends on", &entry.depends_on));
    lines.extend(list("Branches into", &entry.branches_into));
    lines.extend(list("Branch names", &entry.branch_labels));
    lines.push(format!("Path: {}", entry.path.display()));
    lines.extend(entry.created.as_ref().map(|created| format!("Create Date: {created}")));
    lines.push(String::new());
    lines.extend(entry.doc.lines().map(|line| format!("    {line}").trim_end().to_owned()));
    lines.push(String::new());
    lines
}

/// Of one kind, so many are named.
const MOST_NAMES: usize = 10;

/// Counts and names what is not compared.
fn named(unmanaged: &[Unmanaged]) -> String {
    let kinds = unmanaged.iter().map(|object| {
        let names: Vec<&str> = object.names.iter().take(MOST_NAMES).map(String::as_str).collect();
        let more = if object.names.len() > MOST_NAMES { ", …" } else { "" };
        format!("{object} ({}{more})", names.join(", "))
    });
    kinds.collect::<Vec<_>>().join("; ")
}
