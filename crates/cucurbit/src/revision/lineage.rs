//! Branches: which revisions a label or an id speaks for, and how labels spread. No target syntax here.

use std::collections::BTreeSet;

use super::graph::{Edges, Graph, RevisionSet};
use super::position::Position;

/// Returns the ancestors and descendants of a revision, and itself: what `revision@…` speaks of.
pub(super) fn lineage(graph: &Graph, revision: Position, edges: Edges) -> RevisionSet {
    let mut set = graph.ancestors(&[revision], edges);
    set.extend(graph.descendants(&[revision], edges).iter());
    set
}

/// Fills in the labels of every entry, as Alembic's `RevisionMap._add_branches` does.
pub(super) fn spread_labels(graph: &mut Graph) {
    let mut labels = graph.entries.all(BTreeSet::new());
    for carrier in graph.positions() {
        let own = &graph.entries[carrier].node.branch_labels;
        if own.is_empty() {
            continue;
        }
        let above = graph.descendants(&[carrier], Edges::DownRevisions);
        for position in above.iter().chain(unbranched_ancestors(graph, carrier)) {
            labels[position].extend(own.iter().cloned());
        }
    }
    for (entry, labels) in graph.entries.0.iter_mut().zip(labels.0) {
        entry.labels = labels.into_iter().collect();
    }
}

/// Returns the ancestors that a label reaches: those in one plain line with the carrier and all of its descendants.
///
/// Alembic walks down from the *last descendant* it visited, not from the carrier, so a branch or merge point
/// above the carrier keeps the label from its ancestors just as one below does.
fn unbranched_ancestors(graph: &Graph, carrier: Position) -> Vec<Position> {
    let is_plain = |position: Position| {
        graph.children_and_dependents(position).len() < 2 && graph.down_revisions(position).len() < 2
    };
    let mut top = carrier;
    while is_plain(top) {
        let Some(&child) = graph.children(top).first() else { break };
        top = child;
    }
    let mut reached = Vec::new();
    let mut position = carrier;
    // When the walk up stopped at a branch or merge point, the walk down from there would stop at once.
    while is_plain(top) && is_plain(position) {
        reached.push(position);
        let Some(&parent) = graph.down_revisions(position).first() else { break };
        position = parent;
    }
    reached
}
