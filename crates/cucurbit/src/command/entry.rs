//! What the reporting commands say of a revision.

use std::path::PathBuf;

use serde::Serialize;

use crate::revision::{Graph, Position};

use super::Project;

/// What is said of one revision by `history`, `show`, `heads`, `current` and `branches`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// The id.
    pub revision: String,
    /// Its parents; empty for a base.
    pub down_revisions: Vec<String>,
    /// What else it needs.
    pub depends_on: Vec<String>,
    /// Its children where there are several.
    pub branches_into: Vec<String>,
    /// The branch labels that it carries.
    pub branch_labels: Vec<String>,
    /// What it is, in the order in which it is written.
    pub marks: Vec<Mark>,
    /// When it was made, if its script says so.
    pub created: Option<String>,
    /// Its file.
    pub path: PathBuf,
    /// Its whole message.
    pub doc: String,
}

/// What a revision is in its graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mark {
    /// It has no child.
    Head,
    /// It has no child, but another revision depends on it.
    EffectiveHead,
    /// It is applied, and no child of it is.
    Current,
    /// It has several children.
    BranchPoint,
    /// It has several parents.
    MergePoint,
    /// It was begun, and a part of it is done.
    Unfinished,
}

/// A branch point with its children.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Branch {
    /// The revision with several children.
    pub at: Entry,
    /// Its children.
    pub children: Vec<Entry>,
}

impl Entry {
    /// Describes the revision at a position; `is_current` is known only where the database was asked.
    pub(super) fn of(project: &Project, position: Position, is_current: bool) -> Self {
        let graph: &Graph = project.scripts().graph();
        let script = project.scripts().script(position);
        let mut marks = Vec::new();
        if graph.is_head(position) {
            marks.push(if graph.is_real_head(position) { Mark::Head } else { Mark::EffectiveHead });
        }
        if is_current {
            marks.push(Mark::Current);
        }
        if graph.is_branch_point(position) {
            marks.push(Mark::BranchPoint);
        }
        if graph.is_merge_point(position) {
            marks.push(Mark::MergePoint);
        }
        let children = graph.children(position);
        Self {
            revision: graph.id(position).to_owned(),
            down_revisions: graph.ids(graph.down_revisions(position)),
            depends_on: script.revision.dependencies().iter().map(ToString::to_string).collect(),
            branches_into: if children.len() > 1 { graph.ids(children) } else { Vec::new() },
            branch_labels: graph.labels(position).to_vec(),
            marks,
            created: script.revision.create_date().map(str::to_owned),
            path: project.script_path(position),
            doc: script.doc.to_owned(),
        }
    }
}
