//! Revisions: which there are, and where the database is.

use serde_json::json;

use crate::{
    command::{Branch, Entry, Mark, Status},
    config::{Origin, ResolvedUrl},
};

use super::{Format, Printer, line, lines};

impl Printer {
    /// Prints `current`.
    pub(in crate::cli) fn current(&self, entries: &[Entry], verbose_at: Option<&ResolvedUrl>) {
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
    pub(in crate::cli) fn status(&self, status: &Status) {
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

    /// Prints `heads`.
    pub(in crate::cli) fn heads(&self, entries: &[Entry], is_verbose: bool) {
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
    pub(in crate::cli) fn branches(&self, branches: &[Branch], is_verbose: bool) {
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
    pub(in crate::cli) fn history(&self, entries: &[Entry], is_verbose: bool) {
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
    pub(in crate::cli) fn show(&self, entries: &[Entry]) {
        match self.format {
            Format::Json => self.json(entries),
            Format::Text => lines(entries.iter().flat_map(verbose)),
        }
    }
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
