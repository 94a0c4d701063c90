//! Places in the graph, and lists that hold one value for each of them. What stands at a place is told elsewhere.

use std::ops::{Index, IndexMut};

/// The place of a revision in one [`Graph`](super::Graph), which made it. Positions compare in load order.
///
/// ```
/// use cucurbit::revision::{Graph, Node, Position, Revision};
///
/// let plants = Revision::new("1975ea83b712");
/// let beds = Revision::new("ae1027a6acf4").revises(&["1975ea83b712"]);
/// let graph = Graph::new(vec![Node::from(&plants), Node::from(&beds)])?;
///
/// assert_eq!(graph.position("ae1027a6acf4").map(Position::index), Some(1));
/// # Ok::<(), cucurbit::revision::GraphError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(usize);

impl Position {
    /// Returns the place, from 0, of the revision's node in the list that the graph was made of.
    #[must_use]
    pub fn index(self) -> usize {
        self.0
    }
}

/// One value for each revision of a graph, in load order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PerRevision<T>(pub(super) Vec<T>);

impl<T> PerRevision<T> {
    /// Makes a list of the same length, with one value everywhere.
    pub(super) fn all<U: Clone>(&self, value: U) -> PerRevision<U> {
        PerRevision(vec![value; self.0.len()])
    }

    pub(super) fn positions(&self) -> impl Iterator<Item = Position> + use<T> {
        (0..self.0.len()).map(Position)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Position, &T)> {
        self.positions().zip(&self.0)
    }
}

impl<T> Index<Position> for PerRevision<T> {
    type Output = T;

    fn index(&self, position: Position) -> &T {
        &self.0[position.0]
    }
}

impl<T> IndexMut<Position> for PerRevision<T> {
    fn index_mut(&mut self, position: Position) -> &mut T {
        &mut self.0[position.0]
    }
}
