//! What is applied: the rows of the version table, and how each step changes them. No SQL here.

use std::collections::BTreeSet;

use super::graph::{Edges, Graph, RevisionSet};
use super::plan::{Direction, Step};
use super::position::Position;

/// The applied tips, which are the rows of the version table: a revision that an applied one revises or depends
/// on has no row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heads {
    ids: BTreeSet<String>,
}

/// One statement on the version table. PerRevision must hit exactly one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowChange {
    /// Removes a row.
    Delete(String),
    /// Adds a row.
    Insert(String),
    /// Replaces a row's id.
    Update {
        /// The id before.
        from: String,
        /// The id after.
        to: String,
    },
}

/// Why the rows of a version table do not fit the graph.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeadsError {
    /// A row is an ancestor of another.
    #[error("Requested revision {revision} overlaps with other requested revisions {other}")]
    Overlap {
        /// The row above.
        revision: String,
        /// The row below, which the row above implies.
        other: String,
    },
    /// A row names a revision that no script has.
    #[error("Can't locate revision identified by '{revision}'")]
    UnknownRevision {
        /// The id in the row.
        revision: String,
    },
}

impl HeadsError {
    /// Returns a hint about what to do, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Overlap { revision, other } => Some(format!(
                "`{revision}` implies `{other}`, which needs no row: `stamp {revision}` removes it"
            )),
            Self::UnknownRevision { .. } => Some(
                "the version table names it, but no script does: fetch the script that has it, perhaps from a newer \
                 version of the program; only if it is gone for good, `stamp --purge` the revision that the schema is \
                 really at"
                    .to_owned(),
            ),
        }
    }
}

impl Heads {
    /// Makes the heads of the rows as they were read; their order does not matter.
    pub fn new<I>(ids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        Self { ids: ids.into_iter().map(Into::into).collect() }
    }

    /// Returns the rows after `revisions` and everything below them were applied.
    #[must_use]
    pub fn reached(graph: &Graph, revisions: &[Position]) -> Self {
        let applied = graph.ancestors(revisions, Edges::WithDependencies);
        Self::new(graph.ids(&graph.tips(&applied, Edges::WithDependencies)))
    }

    /// Returns the ids, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(String::as_str)
    }

    /// Returns how many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Tells whether nothing is applied.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Tells whether a revision has a row.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Returns where the rows are in the graph, in the order of their ids.
    ///
    /// # Errors
    ///
    /// When a row names a revision that is not in the graph.
    pub fn positions(&self, graph: &Graph) -> Result<Vec<Position>, HeadsError> {
        self.ids
            .iter()
            .map(|id| graph.position(id).ok_or_else(|| HeadsError::UnknownRevision { revision: id.clone() }))
            .collect()
    }

    /// Returns what the command `current` lists: the applied revisions without an applied child, in the order of
    /// ids. It has tips that another branch depends on, and which therefore have no row.
    ///
    /// # Errors
    ///
    /// When a row names a revision that is not in the graph.
    pub fn current(&self, graph: &Graph) -> Result<Vec<Position>, HeadsError> {
        let applied = graph.ancestors(&self.positions(graph)?, Edges::WithDependencies);
        let mut tips = graph.tips(&applied, Edges::DownRevisions);
        tips.sort_by_key(|&tip| graph.id(tip));
        Ok(tips)
    }

    /// Returns the changes of rows that one step makes. For many steps in a row, [`Applied`] walks the graph only
    /// once.
    ///
    /// # Errors
    ///
    /// When a row names a revision that is not in the graph.
    pub fn changes(&self, graph: &Graph, step: &Step) -> Result<Vec<RowChange>, HeadsError> {
        Ok(Applied::new(graph, self.clone())?.take(step))
    }

    fn change(&mut self, change: &RowChange) {
        match change {
            RowChange::Delete(id) => {
                self.ids.remove(id);
            }
            RowChange::Insert(id) => {
                self.ids.insert(id.clone());
            }
            RowChange::Update { from, to } => {
                self.ids.remove(from);
                self.ids.insert(to.clone());
            }
        }
    }
}

/// Everything that is applied, kept up to date step by step.
#[derive(Clone, Debug)]
pub struct Applied<'g> {
    graph: &'g Graph,
    set: RevisionSet,
    heads: Heads,
}

impl<'g> Applied<'g> {
    /// Makes the set of revisions that the rows imply.
    ///
    /// # Errors
    ///
    /// When a row names a revision that is not in the graph.
    pub fn new(graph: &'g Graph, heads: Heads) -> Result<Self, HeadsError> {
        let set = graph.ancestors(&heads.positions(graph)?, Edges::WithDependencies);
        Ok(Self { graph, set, heads })
    }

    /// Returns the rows now.
    #[must_use]
    pub fn heads(&self) -> &Heads {
        &self.heads
    }

    /// Tells whether a revision is applied, with or without a row.
    #[must_use]
    pub fn contains(&self, position: Position) -> bool {
        self.set.contains(position)
    }

    /// Takes a step; gives the changes of rows in the order to make them: deletes and inserts, then the update.
    ///
    /// Where several rows become one, or one becomes several, the smallest id is the one updated.
    pub fn take(&mut self, step: &Step) -> Vec<RowChange> {
        let (from, to) = match (step.direction, step.revision) {
            (Direction::Upgrade, Some(revision)) => self.upgraded(revision),
            (Direction::Downgrade, Some(revision)) => self.downgraded(revision),
            (Direction::Upgrade | Direction::Downgrade | Direction::Stamp, _) => self.stamped(step),
        };
        let changes = row_changes(from, to);
        for change in &changes {
            self.heads.change(change);
        }
        if step.direction == Direction::Stamp {
            let rows: Vec<Position> = self.heads.ids().filter_map(|id| self.graph.position(id)).collect();
            self.set = self.graph.ancestors(&rows, Edges::WithDependencies);
        }
        changes
    }

    /// Returns the rows that give way to a revision, and the revision.
    fn upgraded(&mut self, revision: Position) -> (BTreeSet<String>, BTreeSet<String>) {
        self.set.insert(revision);
        let below = self.graph.normalized_down_revisions(revision);
        let from = self.graph.ids(below).into_iter().filter(|id| self.heads.contains(id)).collect();
        (from, [self.graph.id(revision).to_owned()].into())
    }

    /// Returns the revision, and those below it that nothing applied implies any more and that have no row already
    /// (as a table in which rows overlapped may have it).
    fn downgraded(&mut self, revision: Position) -> (BTreeSet<String>, BTreeSet<String>) {
        self.set.remove(revision);
        let is_tip = |position: &Position| {
            let above = self.graph.children_and_dependents(*position);
            !above.iter().any(|child| self.set.contains(*child))
        };
        let below = self.graph.normalized_down_revisions(revision);
        let tips = below.iter().filter(|below| is_tip(below)).map(|&below| self.graph.id(below));
        let to = tips.filter(|id| !self.heads.contains(id)).map(str::to_owned);
        ([self.graph.id(revision).to_owned()].into(), to.collect())
    }

    fn stamped(&self, step: &Step) -> (BTreeSet<String>, BTreeSet<String>) {
        let from = step.from.iter().filter(|id| self.heads.contains(id)).cloned().collect();
        let to = step.to.iter().filter(|id| !self.heads.contains(id)).cloned().collect();
        (from, to)
    }
}

fn row_changes(mut from: BTreeSet<String>, mut to: BTreeSet<String>) -> Vec<RowChange> {
    let update = match (from.pop_first(), to.pop_first()) {
        (Some(from), Some(to)) => Some(RowChange::Update { from, to }),
        (Some(only), None) => Some(RowChange::Delete(only)),
        (None, Some(only)) => Some(RowChange::Insert(only)),
        (None, None) => None,
    };
    let deletes = from.into_iter().map(RowChange::Delete);
    let inserts = to.into_iter().map(RowChange::Insert);
    deletes.chain(inserts).chain(update).collect()
}
