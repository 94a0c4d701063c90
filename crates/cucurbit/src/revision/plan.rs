//! Which steps lead from the applied revisions to a target, in which order. No SQL, no rows here.

use std::fmt;

use super::graph::{Edges, Graph, RevisionSet};
use super::heads::{Heads, HeadsError};
use super::history::{Interval, between};
use super::lineage::lineage;
use super::order::newest_first;
use super::position::Position;
use super::target::{Context, Purpose, Resolved, Target, TargetError};

/// Which way a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Reverts a revision.
    Downgrade,
    /// Only moves rows of the version table.
    Stamp,
    /// Applies a revision.
    Upgrade,
}

/// One revision to apply or revert, or one move of rows.
///
/// Displayed as Alembic logs it: `Running upgrade a -> b, add a column`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which way it goes.
    pub direction: Direction,
    /// The position of the revision that is applied, reverted or stamped; none where a stamp only removes a row.
    pub revision: Option<Position>,
    /// The ids before: the parents as written (upgrade), the revision (downgrade), the rows to move (stamp).
    pub from: Vec<String>,
    /// The ids after.
    pub to: Vec<String>,
    /// The first line of the revision's message; empty for a stamp.
    pub doc: String,
}

/// How far a downgrade that names a branch may reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Below a fork, revisions that an applied revision of another branch descends from stay.
    #[default]
    Branch,
    /// They are reverted too, and with them the other branches: Alembic's behaviour.
    Everything,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A relative downgrade on a branch would revert a revision that other branches stand on.
    #[error(
        "Relative downgrade on branch '{branch}' reaches revision {revision}, which other branches share"
    )]
    CrossesFork {
        /// The branch.
        branch: String,
        /// The first shared revision that would be reverted.
        revision: String,
        /// Applied tips of the other branches.
        others: Vec<String>,
    },
    /// The rows of the version table do not fit the graph.
    #[error(transparent)]
    Heads(#[from] HeadsError),
    /// A downgrade needs one target.
    #[error("Multiple revisions are given for a downgrade by '{target}': {}", revisions.join(", "))]
    MultipleTargets {
        /// What was asked for.
        target: String,
        /// What it stands for.
        revisions: Vec<String>,
    },
    /// The target of a downgrade is not applied.
    #[error("Destination {target} is not a valid downgrade target from current head(s)")]
    NotBelow {
        /// What was asked for.
        target: String,
        /// The rows of the version table.
        heads: Vec<String>,
    },
    /// A revision was asked for together with one of its ancestors.
    #[error("Requested revision {revision} overlaps with other requested revisions {}", others.join(", "))]
    Overlap {
        /// The revision above.
        revision: String,
        /// Its ancestors that were asked for too.
        others: Vec<String>,
    },
    /// The two ends of a range are not on one line.
    #[error(
        "Requested range {start}:{end} does not refer to ancestor/descendant revisions along the same branch"
    )]
    RangeNotAncestor {
        /// The lower end.
        start: String,
        /// The upper end.
        end: String,
    },
    /// The target means nothing here.
    #[error(transparent)]
    Target(#[from] TargetError),
}

impl PlanError {
    /// Returns a hint about what to do, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::CrossesFork { others, .. } => Some(format!(
                "downgrade {} first, or name the revision to go down to, without a branch",
                others.join(", ")
            )),
            Self::Heads(error) => error.hint(),
            Self::MultipleTargets { .. } => Some("name one of them".to_owned()),
            Self::NotBelow { heads, .. } if heads.is_empty() => Some("nothing is applied".to_owned()),
            Self::NotBelow { heads, .. } => Some(format!("applied: {} and what is below", heads.join(", "))),
            Self::Overlap { revision, .. } => Some(format!("`{revision}` alone includes them")),
            Self::RangeNotAncestor { .. } => Some("write the older revision first".to_owned()),
            Self::Target(error) => error.hint(),
        }
    }
}

impl Step {
    /// Makes the step that applies or reverts one revision; none for a stamp.
    #[cfg(feature = "runtime")]
    pub(crate) fn of(graph: &Graph, revision: Position, direction: Direction) -> Option<Self> {
        match direction {
            Direction::Downgrade => Some(Self::downgrade(graph, revision)),
            Direction::Stamp => None,
            Direction::Upgrade => Some(Self::upgrade(graph, revision)),
        }
    }

    fn upgrade(graph: &Graph, revision: Position) -> Self {
        Self {
            direction: Direction::Upgrade,
            revision: Some(revision),
            from: graph.ids(graph.down_revisions(revision)),
            to: vec![graph.id(revision).to_owned()],
            doc: graph.node(revision).doc.clone(),
        }
    }

    fn downgrade(graph: &Graph, revision: Position) -> Self {
        let Self { revision, from, to, doc, .. } = Self::upgrade(graph, revision);
        Self { direction: Direction::Downgrade, revision, from: to, to: from, doc }
    }

    fn stamp(graph: &Graph, from: &[Position], to: Option<Position>) -> Self {
        let to_ids = to.map(|to| graph.id(to).to_owned()).into_iter().collect();
        Self {
            direction: Direction::Stamp,
            revision: to,
            from: graph.ids(from),
            to: to_ids,
            doc: String::new(),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.direction {
            Direction::Downgrade => "downgrade",
            Direction::Stamp => "stamp_revision",
            Direction::Upgrade => "upgrade",
        };
        write!(formatter, "Running {name} {} -> {}", self.from.join(", "), self.to.join(", "))?;
        if !self.doc.is_empty() {
            write!(formatter, ", {}", self.doc)?;
        }
        Ok(())
    }
}

/// Returns the steps that apply the targets and everything below them. Empty when they are applied already.
///
/// # Errors
///
/// When the rows or the targets do not fit the graph, or when one target is below another.
pub fn upgrade(graph: &Graph, heads: &Heads, targets: &[Target]) -> Result<Vec<Step>, PlanError> {
    let rows = checked_rows(graph, heads)?;
    let context = Context { graph, current: Some(heads), purpose: Purpose::Upgrade };
    let mut wanted = Vec::new();
    for target in targets {
        wanted.extend_from_slice(target.resolve(&context)?.revisions());
    }
    let interval = Interval { includes_lower: false, includes_other_bases: true };
    let newest_first = between(graph, &wanted, &rows, interval)?;
    Ok(newest_first.into_iter().rev().map(|revision| Step::upgrade(graph, revision)).collect())
}

/// Returns the steps that revert everything above the target, which stays applied; with `-N`, the last N revisions.
///
/// Whatever depends on a reverted revision is reverted too. Empty when nothing above the target is applied.
///
/// # Errors
///
/// When the rows or the target do not fit the graph, when the target is not applied, or when `branch@-N` would
/// revert what other branches stand on.
pub fn downgrade(
    graph: &Graph,
    heads: &Heads,
    target: &Target,
    reach: Reach,
) -> Result<Vec<Step>, PlanError> {
    let rows = heads.positions(graph)?;
    let context = Context { graph, current: Some(heads), purpose: Purpose::Downgrade };
    let resolved = target.resolve(&context)?;
    let applied = graph.ancestors(&rows, Edges::WithDependencies);
    let not_below = || PlanError::NotBelow {
        target: target.to_string(),
        heads: heads.ids().map(str::to_owned).collect(),
    };

    let (roots, branch) = match &resolved {
        Resolved::Base { branch } => (graph.bases().to_vec(), *branch),
        Resolved::Revisions { revisions, branch } => match revisions[..] {
            [revision] if applied.contains(revision) => (graph.children(revision).to_vec(), *branch),
            [_] => return Err(not_below()),
            _ => {
                let revisions = graph.ids(revisions);
                return Err(PlanError::MultipleTargets { target: target.to_string(), revisions });
            }
        },
        Resolved::Undo { lowest, branch } => (vec![*lowest], *branch),
    };
    let mut reverted = graph.descendants(&roots, Edges::WithDependencies);
    reverted.retain(|position| applied.contains(position));
    if let Some(branch) = branch {
        let of_branch = lineage(graph, branch, Edges::DownRevisions);
        let shared = match reach {
            Reach::Branch => shared_with_others(graph, &applied, &of_branch),
            Reach::Everything => RevisionSet::none(graph),
        };
        if let Resolved::Undo { lowest, .. } = resolved
            && shared.contains(lowest)
        {
            return Err(crosses_fork(graph, target, &reverted, &of_branch, lowest));
        }
        reverted.retain(|position| of_branch.contains(position) && !shared.contains(position));
        // What depends on them goes too, on whatever branch it is.
        let seeds: Vec<Position> = reverted.iter().collect();
        reverted = graph.descendants(&seeds, Edges::WithDependencies);
        reverted.retain(|position| applied.contains(position));
    }
    let newest_first = newest_first(graph, &reverted, &rows);
    Ok(newest_first.into_iter().map(|revision| Step::downgrade(graph, revision)).collect())
}

/// Returns the applied revisions of other branches, and what they descend from.
fn shared_with_others(graph: &Graph, applied: &RevisionSet, of_branch: &RevisionSet) -> RevisionSet {
    let others: Vec<Position> = applied.iter().filter(|&position| !of_branch.contains(position)).collect();
    graph.ancestors(&others, Edges::DownRevisions)
}

fn crosses_fork(
    graph: &Graph,
    target: &Target,
    reverted: &RevisionSet,
    of_branch: &RevisionSet,
    lowest: Position,
) -> PlanError {
    let mut others = reverted.clone();
    others.retain(|position| !of_branch.contains(position));
    PlanError::CrossesFork {
        branch: target.branch.clone().unwrap_or_default(),
        revision: graph.id(lowest).to_owned(),
        others: graph.ids(&graph.tips(&others, Edges::DownRevisions)),
    }
}

/// Returns the steps that set the version table to the targets without running scripts.
///
/// A row on the line of a target (by parents or dependencies) gives way to it; other rows stay. The rows
/// afterwards are the tips of the targets and of the rows that stayed. Rows that overlap are put right.
///
/// # Errors
///
/// When a row or a target does not fit the graph.
pub fn stamp(graph: &Graph, heads: &Heads, targets: &[Target]) -> Result<Vec<Step>, PlanError> {
    let rows = heads.positions(graph)?;
    let context = Context { graph, current: Some(heads), purpose: Purpose::Stamp };
    let mut wanted = Vec::new();
    let mut cleared = RevisionSet::none(graph);
    for target in targets {
        match target.resolve(&context)? {
            Resolved::Base { branch } => {
                let of_branch = branch.map(|branch| lineage(graph, branch, Edges::WithDependencies));
                let is_of_branch = |row: &Position| of_branch.as_ref().is_none_or(|set| set.contains(*row));
                cleared.extend(rows.iter().copied().filter(is_of_branch));
            }
            Resolved::Revisions { revisions, .. } => wanted.extend(revisions),
            Resolved::Undo { .. } => {}
        }
    }
    let below = graph.ancestors(&wanted, Edges::WithDependencies);
    // A row that is one of them stays.
    let wanted_tips = graph.tips(&below, Edges::WithDependencies);

    let mut moved = RevisionSet::none(graph);
    let mut steps = Vec::new();
    for &tip in &wanted_tips {
        let line = lineage(graph, tip, Edges::WithDependencies);
        let from: Vec<Position> =
            rows.iter().copied().filter(|row| line.contains(*row) && !wanted_tips.contains(row)).collect();
        moved.extend(from.iter().copied());
        if !from.is_empty() || !rows.contains(&tip) {
            steps.push(Step::stamp(graph, &from, Some(tip)));
        }
    }
    let is_gone =
        |row: &Position| cleared.contains(*row) && !moved.contains(*row) && !wanted_tips.contains(row);
    let gone = rows.iter().copied().filter(is_gone);
    let removals: Vec<Step> = gone.map(|row| Step::stamp(graph, &[row], None)).collect();
    Ok(removals.into_iter().chain(steps).collect())
}

/// Returns the positions of the rows, none of which may be an ancestor of another.
fn checked_rows(graph: &Graph, heads: &Heads) -> Result<Vec<Position>, HeadsError> {
    let rows = heads.positions(graph)?;
    match overlap(graph, &rows) {
        None => Ok(rows),
        Some((revision, others)) => Err(HeadsError::Overlap {
            revision: graph.id(revision).to_owned(),
            other: graph.ids(&others).join(", "),
        }),
    }
}

/// Returns a revision of a list that has others of the list among its ancestors, and those others.
pub(super) fn overlap(graph: &Graph, list: &[Position]) -> Option<(Position, Vec<Position>)> {
    let below: Vec<Position> =
        list.iter().flat_map(|&position| graph.normalized_down_revisions(position)).copied().collect();
    let all_below = graph.ancestors(&below, Edges::WithDependencies);
    if !list.iter().any(|&position| all_below.contains(position)) {
        return None;
    }
    list.iter().find_map(|&position| {
        let set = graph.ancestors(&[position], Edges::WithDependencies);
        let mut others: Vec<Position> =
            list.iter().copied().filter(|&other| other != position && set.contains(other)).collect();
        others.dedup();
        (!others.is_empty()).then_some((position, others))
    })
}
