//! The checks that make a list of nodes a graph, and the tables the graph answers from. No queries here.

use std::collections::BTreeMap;

use super::graph::{Entry, Graph};
use super::id::{RevisionIdError, check_name};
use super::position::{PerRevision, Position};
use super::{Node, lineage};

/// Why a list of nodes is not a graph of revisions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// Revisions are each other's ancestors by `down_revision`.
    #[error("Cycle is detected in revisions ({})", revisions.join(", "))]
    Cycle {
        /// The revisions on the cycle or between cycles, in load order.
        revisions: Vec<String>,
    },
    /// Revisions are each other's ancestors when dependencies count as parents.
    #[error("Dependency cycle is detected in revisions ({})", revisions.join(", "))]
    DependencyCycle {
        /// The revisions on the cycle or between cycles, in load order.
        revisions: Vec<String>,
    },
    /// A revision depends on itself.
    #[error("Dependency self-loop is detected in revisions ({revision})")]
    DependencySelfLoop {
        /// The revision.
        revision: String,
    },
    /// Two scripts have the same id.
    #[error("Revision {revision} is present more than once")]
    DuplicateId {
        /// The id.
        revision: String,
        /// The place in the list of nodes that has it first, from 0.
        first: usize,
        /// The place that has it again.
        second: usize,
    },
    /// A label is declared twice, or is also the id of a revision.
    #[error("Branch name '{label}' in revision {revision} already used by revision {other}")]
    DuplicateLabel {
        /// The label.
        label: String,
        /// The revision that declares it.
        revision: String,
        /// The revision that has it already.
        other: String,
    },
    /// A label contains characters that have a meaning in targets.
    #[error("branch label of revision {revision} cannot be used")]
    InvalidLabel {
        /// The revision that declares it.
        revision: String,
        /// What is wrong with the label.
        source: RevisionIdError,
    },
    /// An id is empty, reserved, or contains characters that have a meaning in targets.
    #[error(transparent)]
    InvalidId(#[from] RevisionIdError),
    /// A dependency names neither a revision nor a label.
    #[error("Dependency {missing} referenced from {revision} is not present")]
    MissingDependency {
        /// The revision that depends on it.
        revision: String,
        /// The id or label that is missing.
        missing: String,
    },
    /// A parent is not there.
    #[error("Revision {missing} referenced from {revision} is not present")]
    MissingParent {
        /// The child.
        revision: String,
        /// The id that is missing.
        missing: String,
    },
    /// A revision revises itself.
    #[error("Self-loop is detected in revisions ({revision})")]
    SelfLoop {
        /// The revision.
        revision: String,
    },
}

impl GraphError {
    /// Names the revisions whose scripts would have to be changed.
    pub(super) fn revisions(&self) -> Vec<&str> {
        match self {
            Self::Cycle { revisions } | Self::DependencyCycle { revisions } => {
                revisions.iter().map(String::as_str).collect()
            }
            Self::DependencySelfLoop { revision }
            | Self::DuplicateId { revision, first: _, second: _ }
            | Self::InvalidLabel { revision, source: _ }
            | Self::MissingDependency { revision, missing: _ }
            | Self::MissingParent { revision, missing: _ }
            | Self::SelfLoop { revision } => vec![revision],
            Self::DuplicateLabel { label: _, revision, other } => vec![revision, other],
            Self::InvalidId(error) => vec![error.id()],
        }
    }

    /// Returns a hint about what to do, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Cycle { .. } => Some("correct `revises` in one of these scripts".to_owned()),
            Self::DependencyCycle { .. } => {
                Some("correct `depends_on` or `revises` in one of these scripts".to_owned())
            }
            Self::DependencySelfLoop { .. } => Some("remove the id from its own `depends_on`".to_owned()),
            Self::DuplicateId { .. } => Some("give one of the two scripts another id".to_owned()),
            Self::DuplicateLabel { .. } => {
                Some("a label is declared in one script only; its descendants inherit it".to_owned())
            }
            Self::InvalidLabel { source, .. } | Self::InvalidId(source) => source.hint(),
            Self::MissingDependency { .. } => {
                Some("restore the missing script, or correct `depends_on`: a full id or a label".to_owned())
            }
            Self::MissingParent { .. } => {
                Some("restore the missing script, or correct `revises`: a full id".to_owned())
            }
            Self::SelfLoop { .. } => Some("remove the id from its own `revises`".to_owned()),
        }
    }
}

/// Checks the nodes and builds the graph.
pub(super) fn build(nodes: Vec<Node>) -> Result<Graph, GraphError> {
    let nodes = PerRevision(nodes);
    let positions = index_ids(&nodes)?;
    let carriers = index_labels(&nodes, &positions)?;
    let entries = nodes.0.into_iter().map(|node| resolve(node, &positions, &carriers));
    let mut entries = PerRevision(entries.collect::<Result<_, _>>()?);
    join_children(&mut entries);
    let order = parents_first(&entries, |entry| &entry.down, |entry| &entry.children)
        .map_err(|revisions| GraphError::Cycle { revisions })?;
    // `normalized` still holds all dependencies here.
    parents_first(&entries, |entry| &entry.normalized, |entry| &entry.all_children)
        .map_err(|revisions| GraphError::DependencyCycle { revisions })?;
    normalize(&mut entries, &order);

    let those = |keep: fn(&Entry) -> bool| -> Vec<Position> {
        entries.positions().filter(|&position| keep(&entries[position])).collect()
    };
    let heads = those(|entry| entry.children.is_empty());
    let real_heads = those(|entry| entry.all_children.is_empty());
    let bases = those(|entry| entry.down.is_empty());
    let real_bases = those(|entry| entry.down.is_empty() && entry.dependencies.is_empty());
    let mut graph = Graph { entries, positions, carriers, heads, real_heads, bases, real_bases };
    lineage::spread_labels(&mut graph);
    Ok(graph)
}

fn index_ids(nodes: &PerRevision<Node>) -> Result<BTreeMap<String, Position>, GraphError> {
    let mut positions = BTreeMap::new();
    for (position, node) in nodes.iter() {
        if node.down_revisions.contains(&node.id) {
            return Err(GraphError::SelfLoop { revision: node.id.clone() });
        }
        if node.depends_on.contains(&node.id) {
            return Err(GraphError::DependencySelfLoop { revision: node.id.clone() });
        }
        check_name(&node.id)?;
        if let Some(first) = positions.insert(node.id.clone(), position) {
            let (first, second) = (first.index(), position.index());
            return Err(GraphError::DuplicateId { revision: node.id.clone(), first, second });
        }
    }
    Ok(positions)
}

fn index_labels(
    nodes: &PerRevision<Node>,
    positions: &BTreeMap<String, Position>,
) -> Result<BTreeMap<String, Position>, GraphError> {
    let mut carriers = BTreeMap::new();
    for (position, node) in nodes.iter() {
        for label in &node.branch_labels {
            check_name(label)
                .map_err(|source| GraphError::InvalidLabel { revision: node.id.clone(), source })?;
            let used = positions.get(label).or_else(|| carriers.get(label)).copied();
            if let Some(other) = used {
                return Err(GraphError::DuplicateLabel {
                    label: label.clone(),
                    revision: node.id.clone(),
                    other: nodes[other].id.clone(),
                });
            }
            carriers.insert(label.clone(), position);
        }
    }
    Ok(carriers)
}

/// Turns the names in a node into positions. A name given twice counts once.
fn resolve(
    node: Node,
    positions: &BTreeMap<String, Position>,
    carriers: &BTreeMap<String, Position>,
) -> Result<Entry, GraphError> {
    let mut down = Vec::with_capacity(node.down_revisions.len());
    for parent in &node.down_revisions {
        let Some(&position) = positions.get(parent) else {
            return Err(GraphError::MissingParent { revision: node.id, missing: parent.clone() });
        };
        push_once(&mut down, position);
    }
    let mut dependencies = Vec::with_capacity(node.depends_on.len());
    for name in &node.depends_on {
        let Some(&position) = positions.get(name).or_else(|| carriers.get(name)) else {
            return Err(GraphError::MissingDependency { revision: node.id, missing: name.clone() });
        };
        // A label of the node's own.
        if positions.get(&node.id) == Some(&position) {
            return Err(GraphError::DependencySelfLoop { revision: node.id });
        }
        push_once(&mut dependencies, position);
    }
    let mut normalized = down.clone();
    for &dependency in &dependencies {
        push_once(&mut normalized, dependency);
    }
    Ok(Entry {
        node,
        down,
        dependencies,
        normalized,
        children: Vec::new(),
        all_children: Vec::new(),
        labels: Vec::new(),
    })
}

fn push_once(list: &mut Vec<Position>, position: Position) {
    if !list.contains(&position) {
        list.push(position);
    }
}

fn join_children(entries: &mut PerRevision<Entry>) {
    for position in entries.positions() {
        for parent in entries[position].down.clone() {
            entries[parent].children.push(position);
            entries[parent].all_children.push(position);
        }
        for dependency in entries[position].dependencies.clone() {
            // Load order makes a child that was pushed just now the last one.
            if entries[dependency].all_children.last() != Some(&position) {
                entries[dependency].all_children.push(position);
            }
        }
    }
}

/// Returns every position after the positions below it; or, when that cannot be, the ids on and between the cycles.
/// `down` and `up` are the same edges, read from their two ends.
fn parents_first(
    entries: &PerRevision<Entry>,
    down: fn(&Entry) -> &Vec<Position>,
    up: fn(&Entry) -> &Vec<Position>,
) -> Result<Vec<Position>, Vec<String>> {
    let from_bases = peel(entries, down, up);
    if from_bases.len() == entries.0.len() {
        return Ok(from_bases);
    }
    let mut is_outside = entries.all(false);
    for position in from_bases.into_iter().chain(peel(entries, up, down)) {
        is_outside[position] = true;
    }
    let inside = entries.iter().filter(|(position, _)| !is_outside[*position]);
    Err(inside.map(|(_, entry)| entry.node.id.clone()).collect())
}

/// Takes away, again and again, the entries for which nothing is left in `before`.
fn peel(
    entries: &PerRevision<Entry>,
    before: fn(&Entry) -> &Vec<Position>,
    after: fn(&Entry) -> &Vec<Position>,
) -> Vec<Position> {
    let mut waiting = PerRevision(entries.0.iter().map(|entry| before(entry).len()).collect::<Vec<_>>());
    let mut order: Vec<Position> = entries.positions().filter(|&position| waiting[position] == 0).collect();
    let mut next = 0;
    while let Some(&position) = order.get(next) {
        next += 1;
        for &other in after(&entries[position]) {
            waiting[other] -= 1;
            if waiting[other] == 0 {
                order.push(other);
            }
        }
    }
    order
}

/// Takes out of the normalized parents the dependencies that an ancestor declares already. A parent stays.
///
/// Alembic walks all ancestors of every revision that has a dependency. Here 64 dependencies at a time are
/// handed down the graph as bits.
fn normalize(entries: &mut PerRevision<Entry>, order: &[Position]) {
    let mut targets: Vec<Position> =
        entries.0.iter().flat_map(|entry| entry.dependencies.iter().copied()).collect();
    targets.sort_unstable();
    targets.dedup();
    for chunk in targets.chunks(64) {
        let bit = |dependency: Position| chunk.binary_search(&dependency).map_or(0u64, |index| 1 << index);
        // What a revision or one of its ancestors depends on.
        let mut declared = entries.all(0u64);
        for &position in order {
            let below = entries[position].down.iter().fold(0, |bits, &parent| bits | declared[parent]);
            let Entry { normalized, down, .. } = &mut entries[position];
            normalized.retain(|other| bit(*other) & below == 0 || down.contains(other));
            let own = entries[position].dependencies.iter().fold(0, |bits, &other| bits | bit(other));
            declared[position] = below | own;
        }
    }
}
