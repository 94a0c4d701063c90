//! Revisions: which there are, and where the database is.

use serde_json::json;

use crate::{
    cli::line::{Line, Paint},
    command::{Branch, Entry, Mark, Status},
    config::{Origin, ResolvedUrl},
};

use super::{
    Format, Printer,
    screen::{line, lines},
};

impl Printer {
    /// Prints `current`.
    pub(in crate::cli) fn current(&self, entries: &[Entry], verbose_at: Option<&ResolvedUrl>) {
        if self.format == Format::Json {
            return self.json(entries);
        }
        match verbose_at {
            Some(url) => {
                line(format!("Current revision(s) for {}:", url.url));
                if let Origin::File { path, key } = &url.origin {
                    line(format!("(`{key}` in {})", path.display()));
                }
                lines(entries.iter().flat_map(verbose));
            }
            None => {
                for entry in entries {
                    line(named(entry).join(marks(entry)));
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
        line(format!("Database: {} ({})", url.url, url.origin));
        match current.as_slice() {
            [] => line("Current:  <base>"),
            entries => {
                for entry in entries {
                    line(Line::from("Current:  ").join(named(entry)).join(marks(entry)).add(doc(entry)));
                }
            }
        }
        line(format!(
            "Pending:  {}",
            if pending.is_empty() { "none".to_owned() } else { pending.len().to_string() }
        ));
        for entry in pending {
            line(Line::from("  ").join(labelled(entry)).join(head_mark(entry)).add(doc(entry)));
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
                line(labelled(entry).join(head_mark(entry)));
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
                line(labelled(at).add(" ").paint(Paint::Mark, "(branchpoint)"));
            }
            let width = at.revision.chars().count();
            for child in children {
                let doc = if is_verbose { doc(child) } else { String::new() };
                let arrow = Line::from(format!("{:width$} -> ", ""));
                line(arrow.join(labelled(child)).join(head_mark(child)).add(doc));
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
            let mut line = ids(&entry.down_revisions, "<base>");
            if !entry.depends_on.is_empty() {
                line = line.add(" (").join(ids(&entry.depends_on, "")).add(")");
            }
            vec![line.add(" -> ").join(labelled(entry)).join(marks(entry)).add(doc(entry))]
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

/// Lists ids; other words where there are none.
fn ids(ids: &[String], none: &str) -> Line {
    match ids {
        [] => none.into(),
        ids => Line::default().paint_each(Paint::Revision, ids.iter().map(String::as_str), ", "),
    }
}

/// The id of a revision.
fn named(entry: &Entry) -> Line {
    Line::default().paint(Paint::Revision, &*entry.revision)
}

/// The id of a revision, and its labels.
fn labelled(entry: &Entry) -> Line {
    named(entry).add(match entry.branch_labels.as_slice() {
        [] => String::new(),
        labels => format!(" ({})", labels.join(", ")),
    })
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

fn marked(marks: impl Iterator<Item = Mark>) -> Line {
    marks.fold(Line::default(), |line, is| line.add(" ").paint(Paint::Mark, format!("({})", mark(is))))
}

fn marks(entry: &Entry) -> Line {
    marked(entry.marks.iter().copied())
}

fn head_mark(entry: &Entry) -> Line {
    let is_head = |mark: &Mark| matches!(mark, Mark::Head | Mark::EffectiveHead);
    marked(entry.marks.iter().copied().filter(is_head))
}

/// The first line of a message, behind a comma.
fn doc(entry: &Entry) -> String {
    format!(", {}", entry.doc.lines().next().unwrap_or_default())
}

/// Writes everything about a revision: Alembic's `show`.
fn verbose(entry: &Entry) -> Vec<Line> {
    let list = |word: &str, list: &[String]| {
        (!list.is_empty()).then(|| Line::from(format!("{word}: ")).join(ids(list, "")))
    };
    let mut lines = vec![Line::from("Rev: ").join(named(entry)).join(marks(entry))];
    if entry.down_revisions.len() > 1 {
        lines.extend(list("Merges", &entry.down_revisions));
    } else {
        lines.push(Line::from("Parent: ").join(ids(&entry.down_revisions, "<base>")));
    }
    lines.extend(list("Also depends on", &entry.depends_on));
    lines.extend(list("Branches into", &entry.branches_into));
    let names = entry.branch_labels.join(", ");
    lines.extend((!names.is_empty()).then(|| format!("Branch names: {names}").into()));
    lines.push(format!("Path: {}", entry.path.display()).into());
    lines.extend(entry.created.as_ref().map(|created| format!("Create Date: {created}").into()));
    lines.push(Line::default());
    lines.extend(entry.doc.lines().map(|line| format!("    {line}").trim_end().into()));
    lines.push(Line::default());
    lines
}
