//! Ranges of revisions, newest first: what `history -r a:b` lists, and what an upgrade goes through.

use super::graph::{Edges, Graph};
use super::heads::Heads;
use super::lineage::lineage;
use super::order::newest_first;
use super::plan::{PlanError, overlap};
use super::position::Position;
use super::target::{
    Context, Purpose, Resolved, Symbol, Target, TargetError, TargetRange, counted_down, find_branch,
};

/// Which revisions between two ends belong to a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interval {
    /// The lower ends themselves belong to it.
    pub includes_lower: bool,
    /// Revisions that do not descend from the lower ends belong to it too, back to their own bases.
    pub includes_other_bases: bool,
}

/// Returns the revisions at and below `upper` that are not below `lower`, newest first. No `lower` means from the
/// base.
///
/// # Errors
///
/// When one of `upper` (or of `lower`) is an ancestor of another, and when `upper` does not descend from `lower`,
/// unless other bases are included.
pub fn between(
    graph: &Graph,
    upper: &[Position],
    lower: &[Position],
    interval: Interval,
) -> Result<Vec<Position>, PlanError> {
    for ends in [upper, lower] {
        if let Some((revision, others)) = overlap(graph, ends) {
            let revision = graph.id(revision).to_owned();
            return Err(PlanError::Overlap { revision, others: graph.ids(&others) });
        }
    }
    let required = graph.ancestors(upper, Edges::WithDependencies);
    if !interval.includes_other_bases && lower.iter().any(|&end| !required.contains(end)) {
        return Err(PlanError::RangeNotAncestor {
            start: graph.ids(lower).join(","),
            end: graph.ids(upper).join(","),
        });
    }
    let mut range = required;
    let below = graph.ancestors(lower, Edges::WithDependencies);
    range.retain(|position| !below.contains(position));
    if interval.includes_lower {
        range.extend(lower.iter().copied());
    }
    if !lower.is_empty() && !interval.includes_other_bases {
        let above = graph.descendants(lower, Edges::DownRevisions);
        range.retain(|position| above.contains(position));
    }
    Ok(newest_first(graph, &range, upper))
}

/// Returns the revisions that `history` lists, newest first. Both ends belong to the range.
///
/// Without a start it begins at the base, without an end it goes to the heads. `-N` as the start counts down from
/// the end and stops at the base; `+N` as the end counts up from the start. A branch named in the start keeps the
/// list to that branch.
///
/// # Errors
///
/// When an end cannot be resolved, when it is `current` and `current` is not given, or when the two ends are not on
/// one line.
pub fn history(
    graph: &Graph,
    range: &TargetRange,
    current: Option<&Heads>,
) -> Result<Vec<Position>, PlanError> {
    let context = Context { graph, current, purpose: Purpose::History };
    let is_from_end = |target: &&Target| target.symbol == Symbol::Implied && target.offset < 0;
    let is_from_start = |target: &&Target| target.symbol == Symbol::Implied && target.offset > 0;

    let absolute_start = match range.start.as_ref().filter(|start| !is_from_end(start)) {
        None => Resolved::Base { branch: None },
        Some(start) => start.resolve(&context)?,
    };
    let mut upper = match &range.end {
        None => graph.real_heads().to_vec(),
        Some(end) if is_from_start(&end) => {
            let reached = Heads::new(graph.ids(absolute_start.revisions()));
            let context = Context { graph, current: Some(&reached), purpose: Purpose::Upgrade };
            end.resolve(&context)?.revisions().to_vec()
        }
        Some(end) => end.resolve(&context)?.revisions().to_vec(),
    };
    let not_ancestor = || PlanError::RangeNotAncestor {
        start: range.start.as_ref().map_or_else(|| "base".to_owned(), Target::to_string),
        end: range.end.as_ref().map_or_else(|| "heads".to_owned(), Target::to_string),
    };
    let branch = range.start.as_ref().and_then(|start| start.branch.as_deref());
    let branch = branch.map(|name| find_branch(graph, name)).transpose()?;
    if let Some(branch) = branch {
        let of_branch = lineage(graph, branch, Edges::DownRevisions);
        if range.end.is_none() {
            upper = graph.heads().to_vec();
        }
        upper.retain(|&revision| of_branch.contains(revision));
        if upper.is_empty() {
            return Err(not_ancestor());
        }
    }
    let lower = match range.start.as_ref().filter(is_from_end) {
        None => absolute_start.revisions().to_vec(),
        Some(start) => lowest_ends(&context, start, branch, &upper)?,
    };
    if upper.is_empty() && !lower.is_empty() {
        return Err(not_ancestor());
    }
    let interval = Interval { includes_lower: true, includes_other_bases: false };
    let listed = between(graph, &upper, &lower, interval);
    if let Err(PlanError::RangeNotAncestor { .. }) = listed {
        // With the ends as they were written.
        return Err(not_ancestor());
    }
    listed
}

/// Returns the revisions N below the upper ends, or the first ones of their lines where a line is shorter.
fn lowest_ends(
    context: &Context<'_>,
    start: &Target,
    branch: Option<Position>,
    upper: &[Position],
) -> Result<Vec<Position>, TargetError> {
    let graph = context.graph;
    let mut ends = Vec::new();
    for &from in upper {
        ends.push(counted_down(start, context, branch, from)?);
    }
    ends.sort_unstable();
    ends.dedup();
    let above: Vec<Position> =
        ends.iter().flat_map(|&end| graph.children_and_dependents(end)).copied().collect();
    let all_above = graph.descendants(&above, Edges::WithDependencies);
    ends.retain(|&end| !all_above.contains(end));
    Ok(ends)
}
