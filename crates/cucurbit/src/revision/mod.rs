//! The graph of revisions: where a script stands, what is applied, and which steps lead to a target.
//!
//! Pure values and functions. No files, no databases, no async, no text for people except error messages.
//!
//! The walk: every script has a [`Revision`]; each becomes a [`Node`], and [`Graph::new`] checks them once.
//! The rows of the version table are [`Heads`]; what a person typed is a [`Target`]; [`upgrade`], [`downgrade`]
//! and [`stamp`] turn the three into [`Step`]s, and [`Applied`] turns each step into [`RowChange`]s.
//!
//! Where a revision stands in the graph is its [`Position`]; only the graph makes one.

mod caught;
mod graph;
mod heads;
mod history;
mod id;
mod lineage;
mod order;
mod plan;
mod position;
mod scripts;
mod target;
mod validate;

pub use caught::ScriptPanic;
#[cfg(feature = "runtime")]
pub(crate) use caught::caught;
pub use graph::{Edges, Graph, RevisionSet};
pub use heads::{Applied, Heads, HeadsError, RowChange};
pub use history::{Interval, between, history};
#[cfg(feature = "runtime")]
pub(crate) use id::LONGEST as LONGEST_ID;
pub use id::{RevisionId, RevisionIdError};
#[cfg(feature = "runtime")]
pub(crate) use order::oldest_first;
pub use plan::{Direction, PlanError, Reach, Step, downgrade, stamp, upgrade};
pub use position::Position;
pub use scripts::{Script, Scripts, ScriptsError};
pub use target::{Context, ParseError, Purpose, Resolved, Symbol, Target, TargetError, TargetRange};
pub use validate::GraphError;

/// A script's place in the graph, as the script itself declares it.
///
/// # Examples
///
/// ```
/// use cucurbit::revision::Revision;
///
/// pub const REVISION: Revision =
///     Revision::new("109317dd2a2f").revises(&["3968dfa9e747"]).created("2025-11-06T12:43:40Z");
/// assert_eq!(REVISION.down_revisions(), ["3968dfa9e747"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision {
    id: &'static str,
    down_revisions: &'static [&'static str],
    branch_labels: &'static [&'static str],
    depends_on: &'static [&'static str],
    create_date: Option<&'static str>,
}

impl Revision {
    /// Makes a revision without parents: the base of a history until [`revises`](Self::revises) is called.
    #[must_use]
    pub const fn new(id: &'static str) -> Self {
        Self { id, down_revisions: &[], branch_labels: &[], depends_on: &[], create_date: None }
    }

    /// Sets the parents, by full id; several make a merge point.
    #[must_use]
    pub const fn revises(self, down_revisions: &'static [&'static str]) -> Self {
        Self { down_revisions, ..self }
    }

    /// Names the branch that this revision belongs to.
    #[must_use]
    pub const fn branch_labels(self, branch_labels: &'static [&'static str]) -> Self {
        Self { branch_labels, ..self }
    }

    /// Sets revisions of other branches, by full id or label, that must be applied before this one.
    #[must_use]
    pub const fn depends_on(self, depends_on: &'static [&'static str]) -> Self {
        Self { depends_on, ..self }
    }

    /// Sets the time at which the script was created: RFC 3339, UTC.
    #[must_use]
    pub const fn created(self, create_date: &'static str) -> Self {
        Self { create_date: Some(create_date), ..self }
    }

    /// Returns the id, as it stands in the version table.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// Returns the ids of the parents, in the order written; empty for a base.
    #[must_use]
    pub const fn down_revisions(&self) -> &'static [&'static str] {
        self.down_revisions
    }

    /// Returns the labels written in this script. Labels inherited along the branch are [`Graph::labels`].
    #[must_use]
    pub const fn labels(&self) -> &'static [&'static str] {
        self.branch_labels
    }

    /// Returns the dependencies as written: ids or labels.
    #[must_use]
    pub const fn dependencies(&self) -> &'static [&'static str] {
        self.depends_on
    }

    /// Returns the time at which the script was created: RFC 3339, UTC.
    #[must_use]
    pub const fn create_date(&self) -> Option<&'static str> {
        self.create_date
    }
}

/// A node of the graph: one revision, owned, not yet checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// The id.
    pub id: String,
    /// The ids of the parents, in the order written.
    pub down_revisions: Vec<String>,
    /// Ids or labels of revisions that must be applied before.
    pub depends_on: Vec<String>,
    /// The labels written in the script.
    pub branch_labels: Vec<String>,
    /// The first line of the script's message; empty where there is none.
    pub doc: String,
}

impl Node {
    /// Makes the node of a script: its revision, and the first line of its message.
    #[must_use]
    pub fn new(revision: &Revision, doc: &str) -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            id: revision.id.to_owned(),
            down_revisions: owned(revision.down_revisions),
            depends_on: owned(revision.depends_on),
            branch_labels: owned(revision.branch_labels),
            doc: doc.lines().next().unwrap_or_default().trim().to_owned(),
        }
    }
}

impl From<&Revision> for Node {
    fn from(revision: &Revision) -> Self {
        Self::new(revision, "")
    }
}
