//! What comparing found, and what a source holds.

use serde_json::json;

use crate::{
    command::{Between, Check, Differences, Inspected, Source, Unmanaged},
    json::operations as wire,
    operation::Operation,
};

use crate::cli::line::{Line, Paint};

use super::{Format, Printer, Tone, line, raw};

impl Printer {
    /// Prints what a source holds.
    pub(in crate::cli) fn inspected(&self, source: &Source, inspected: &Inspected) {
        let Inspected { schema, sql, unmanaged, left_out, warnings } = inspected;
        if self.format == Format::Json {
            return raw(&(schema.to_json() + "\n"));
        }
        warnings.iter().for_each(|warning| self.tell(Tone::Warning, warning.as_str()));
        self.left_out(left_out);
        if !unmanaged.is_empty() {
            self.say(Tone::Progress, format!("not shown, of `{source}`: {}", named(unmanaged)));
        }
        if !sql.is_empty() {
            raw(&(sql.clone() + "\n"));
        }
    }

    /// Says that there is nothing to write.
    pub(in crate::cli) fn nothing_to_create(&self, between: &Between, is_first: bool) {
        match self.format {
            Format::Json => self.json(&json!(null)),
            Format::Text if *between == Between::default() => {
                line("No changes: the models and the database agree. No file was written.");
            }
            Format::Text => {
                let Between { from, to } = between;
                line(format!("No changes: `{from}` and `{to}` agree. No file was written."));
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
    pub(in crate::cli) fn differences(&self, between: &Between, differences: &Differences) {
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
        warnings.iter().for_each(|warning| self.tell(Tone::Warning, warning.as_str()));
        self.left_out(left_out);
        if *uncompared > 0 {
            line(format!("{uncompared} expressions were not compared."));
        }
        for (source, unmanaged) in [(from, &unmanaged.from), (to, &unmanaged.to)] {
            if !unmanaged.is_empty() {
                self.say(Tone::Progress, format!("not compared, of `{source}`: {}", named(unmanaged)));
            }
        }
        if lines.is_empty() {
            line(match unmanaged.from == unmanaged.to {
                true => format!("No differences between `{from}` and `{to}`."),
                false => format!(
                    "No differences between `{from}` and `{to}` in what is compared; they differ in what is not."
                ),
            });
        } else {
            line(format!("From `{from}` to `{to}`:"));
            operations.iter().for_each(difference);
        }
    }

    /// Prints what a check found: differences on stdout.
    pub(in crate::cli) fn check(&self, check: &Check) {
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
            [one] => line(format!("1 revision is pending: {one}")),
            pending => line(format!("{} revisions are pending: {}", pending.len(), pending.join(", "))),
        }
        if check.uncompared > 0 {
            line(format!("{} expressions were not compared.", check.uncompared));
        }
        if !check.unmanaged.is_empty() {
            self.say(Tone::Progress, format!("not compared: {}", named(&check.unmanaged)));
        }
        self.left_out(&check.left_out);
        check.warnings.iter().for_each(|warning| self.tell(Tone::Warning, warning.as_str()));
        if check.operations.is_empty() {
            line("No new upgrade operations detected.");
        } else {
            line("New upgrade operations detected:");
            check.operations.iter().for_each(difference);
        }
    }

    /// Says what is not the project's.
    fn left_out(&self, left_out: &[Unmanaged]) {
        if !left_out.is_empty() {
            self.say(Tone::Progress, format!("left out: {}", named(left_out)));
        }
    }
}

/// Prints what differs.
fn difference(operation: &Operation) {
    let words = operation.describe();
    let (verb, rest) = words.split_at(words.find(' ').unwrap_or(words.len()));
    let paint = match operation {
        Operation::Create { .. } => Paint::Add,
        Operation::Drop { .. } => Paint::Drop,
        Operation::Alter(_)
        | Operation::BulkInsert(_)
        | Operation::Comment { .. }
        | Operation::Execute(_)
        | Operation::Irreversible { .. }
        | Operation::On { .. }
        | Operation::Rename { .. }
        | Operation::Run { .. } => Paint::Alter,
    };
    line(Line::from("  ").paint(paint, verb).add(rest));
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
