//! The checked graph and the questions it answers. Target syntax, plans and the checks themselves live beside.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::Node;
use super::position::{PerRevision, Position};
use super::validate::{self, GraphError};

/// A directed acyclic graph of revisions, checked when it is built.
///
/// Methods take and give [`Position`]s of this graph. They may panic when a position is one of another graph.
///
/// ```
/// use cucurbit::revision::{Edges, Graph, Node, Revision};
///
/// let plants = Revision::new("1975ea83b712");
/// let beds = Revision::new("ae1027a6acf4").revises(&["1975ea83b712"]);
/// let graph = Graph::new(vec![Node::new(&plants, "plants"), Node::new(&beds, "beds")])?;
///
/// assert_eq!(graph.ids(graph.heads()), ["ae1027a6acf4"]);
/// assert!(graph.ancestors(graph.heads(), Edges::DownRevisions).iter().eq(graph.positions()));
/// # Ok::<(), cucurbit::revision::GraphError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Graph {
    pub(super) entries: PerRevision<Entry>,
    pub(super) positions: BTreeMap<String, Position>,
    pub(super) carriers: BTreeMap<String, Position>,
    pub(super) heads: Vec<Position>,
    pub(super) real_heads: Vec<Position>,
    pub(super) bases: Vec<Position>,
    pub(super) real_bases: Vec<Position>,
}

/// A node with its edges resolved to positions.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) node: Node,
    pub(super) down: Vec<Position>,
    pub(super) dependencies: Vec<Position>,
    pub(super) normalized: Vec<Position>,
    pub(super) children: Vec<Position>,
    pub(super) all_children: Vec<Position>,
    pub(super) labels: Vec<String>,
}

/// Which edges a walk follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edges {
    /// Parents only: what `down_revision` says.
    DownRevisions,
    /// Parents and dependencies.
    WithDependencies,
}

impl Graph {
    /// Checks the nodes and joins them. Their order is the load order, which decides between equal candidates.
    ///
    /// # Errors
    ///
    /// See [`GraphError`]: illegal, duplicate or missing ids, duplicate labels, loops and cycles.
    pub fn new(nodes: Vec<Node>) -> Result<Self, GraphError> {
        validate::build(nodes)
    }

    /// Returns how many revisions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.0.len()
    }

    /// Tells whether there are no revisions.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.0.is_empty()
    }

    /// Returns all positions, in load order.
    pub fn positions(&self) -> impl Iterator<Item = Position> + use<> {
        self.entries.positions()
    }

    /// Returns the node as it was handed in.
    #[must_use]
    pub fn node(&self, position: Position) -> &Node {
        &self.entries[position].node
    }

    /// Returns the id of the revision at a position.
    #[must_use]
    pub fn id(&self, position: Position) -> &str {
        &self.entries[position].node.id
    }

    /// Returns the ids of several positions, in their order.
    #[must_use]
    pub fn ids(&self, positions: &[Position]) -> Vec<String> {
        positions.iter().map(|&position| self.id(position).to_owned()).collect()
    }

    /// Returns the position of a full id.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<Position> {
        self.positions.get(id).copied()
    }

    /// Returns the revision whose script declares a label.
    #[must_use]
    pub fn carrier(&self, label: &str) -> Option<Position> {
        self.carriers.get(label).copied()
    }

    /// Returns the labels of the branches a revision is on, sorted: its own and those that spread to it.
    ///
    /// A label spreads to all descendants, and to ancestors up to the first branch or merge point (Alembic's
    /// `RevisionMap._add_branches`).
    #[must_use]
    pub fn labels(&self, position: Position) -> &[String] {
        &self.entries[position].labels
    }

    /// Returns the revisions without children, in load order.
    #[must_use]
    pub fn heads(&self) -> &[Position] {
        &self.heads
    }

    /// Returns the revisions that nothing revises or depends on, in load order: the rows after `upgrade heads`.
    #[must_use]
    pub fn real_heads(&self) -> &[Position] {
        &self.real_heads
    }

    /// Returns the revisions without parents, in load order.
    #[must_use]
    pub fn bases(&self) -> &[Position] {
        &self.bases
    }

    /// Returns the revisions without parents and without dependencies, in load order.
    #[must_use]
    pub fn real_bases(&self) -> &[Position] {
        &self.real_bases
    }

    /// Returns the revisions with several children, in load order.
    #[must_use]
    pub fn branch_points(&self) -> Vec<Position> {
        self.positions().filter(|&position| self.is_branch_point(position)).collect()
    }

    /// Returns the revisions with several parents, in load order.
    #[must_use]
    pub fn merge_points(&self) -> Vec<Position> {
        self.positions().filter(|&position| self.is_merge_point(position)).collect()
    }

    /// Returns the parents, in the order written.
    #[must_use]
    pub fn down_revisions(&self, position: Position) -> &[Position] {
        &self.entries[position].down
    }

    /// Returns the dependencies, labels resolved, in the order written.
    #[must_use]
    pub fn dependencies(&self, position: Position) -> &[Position] {
        &self.entries[position].dependencies
    }

    /// Returns the parents, then the dependencies that no ancestor declares already.
    #[must_use]
    pub fn normalized_down_revisions(&self, position: Position) -> &[Position] {
        &self.entries[position].normalized
    }

    /// Returns the revisions that revise this one, in load order.
    #[must_use]
    pub fn children(&self, position: Position) -> &[Position] {
        &self.entries[position].children
    }

    /// Returns the revisions that revise this one or depend on it, in load order.
    #[must_use]
    pub fn children_and_dependents(&self, position: Position) -> &[Position] {
        &self.entries[position].all_children
    }

    /// Tells whether nothing revises this revision.
    #[must_use]
    pub fn is_head(&self, position: Position) -> bool {
        self.children(position).is_empty()
    }

    /// Tells whether nothing revises this revision or depends on it.
    #[must_use]
    pub fn is_real_head(&self, position: Position) -> bool {
        self.children_and_dependents(position).is_empty()
    }

    /// Tells whether this revision has no parent.
    #[must_use]
    pub fn is_base(&self, position: Position) -> bool {
        self.down_revisions(position).is_empty()
    }

    /// Tells whether several revisions revise this one.
    #[must_use]
    pub fn is_branch_point(&self, position: Position) -> bool {
        self.children(position).len() > 1
    }

    /// Tells whether this revision has several parents.
    #[must_use]
    pub fn is_merge_point(&self, position: Position) -> bool {
        self.down_revisions(position).len() > 1
    }

    /// Returns the revisions below `starts`, and `starts` themselves.
    #[must_use]
    pub fn ancestors(&self, starts: &[Position], edges: Edges) -> RevisionSet {
        self.reach(starts, |entry| match edges {
            Edges::DownRevisions => &entry.down,
            Edges::WithDependencies => &entry.normalized,
        })
    }

    /// Returns the revisions above `starts`, and `starts` themselves.
    #[must_use]
    pub fn descendants(&self, starts: &[Position], edges: Edges) -> RevisionSet {
        self.reach(starts, |entry| match edges {
            Edges::DownRevisions => &entry.children,
            Edges::WithDependencies => &entry.all_children,
        })
    }

    /// Returns the members of a set that no other member revises (or depends on), in load order.
    #[must_use]
    pub fn tips(&self, set: &RevisionSet, edges: Edges) -> Vec<Position> {
        let above = |position: Position| match edges {
            Edges::DownRevisions => self.children(position),
            Edges::WithDependencies => self.children_and_dependents(position),
        };
        set.iter().filter(|&position| !above(position).iter().any(|child| set.contains(*child))).collect()
    }

    /// Returns the ids and labels that begin with a text.
    pub(super) fn names_from<'a>(
        &'a self,
        beginning: &'a str,
    ) -> impl Iterator<Item = (&'a String, Position)> {
        let from = |map: &'a BTreeMap<String, Position>| {
            map.range::<str, _>((Bound::Included(beginning), Bound::Unbounded))
                .take_while(move |(name, _)| name.starts_with(beginning))
                .map(|(name, &position)| (name, position))
        };
        from(&self.positions).chain(from(&self.carriers))
    }

    fn reach(&self, starts: &[Position], next: impl Fn(&Entry) -> &Vec<Position>) -> RevisionSet {
        let mut seen = RevisionSet::none(self);
        let mut open = starts.to_vec();
        while let Some(position) = open.pop() {
            if seen.insert(position) {
                open.extend(next(&self.entries[position]).iter().filter(|next| !seen.contains(**next)));
            }
        }
        seen
    }
}

/// A set of positions of one graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionSet {
    members: PerRevision<bool>,
}

impl RevisionSet {
    /// Returns the empty set.
    #[must_use]
    pub fn none(graph: &Graph) -> Self {
        Self { members: graph.entries.all(false) }
    }

    /// Returns the set of some positions.
    #[must_use]
    pub fn of(graph: &Graph, positions: &[Position]) -> Self {
        let mut set = Self::none(graph);
        set.extend(positions.iter().copied());
        set
    }

    /// Tells whether a position is in the set.
    #[must_use]
    pub fn contains(&self, position: Position) -> bool {
        self.members[position]
    }

    /// Adds a position; says whether it was new.
    pub fn insert(&mut self, position: Position) -> bool {
        !std::mem::replace(&mut self.members[position], true)
    }

    /// Adds several positions.
    pub(super) fn extend(&mut self, positions: impl IntoIterator<Item = Position>) {
        positions.into_iter().for_each(|position| self.members[position] = true);
    }

    /// Removes a position; says whether it was there.
    pub fn remove(&mut self, position: Position) -> bool {
        std::mem::replace(&mut self.members[position], false)
    }

    /// Returns the members, in load order.
    pub fn iter(&self) -> impl Iterator<Item = Position> + '_ {
        self.members.iter().filter(|(_, member)| **member).map(|(position, _)| position)
    }

    /// Tells whether there are no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.members.0.contains(&true)
    }

    /// Keeps the members for which `keep` is true.
    pub fn retain(&mut self, keep: impl Fn(Position) -> bool) {
        for (position, member) in self.members.positions().zip(&mut self.members.0) {
            *member = *member && keep(position);
        }
    }
}
