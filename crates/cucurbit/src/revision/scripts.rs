//! The revision scripts of a project, and the graph that they make.
//!
//! Recording is asked for by position; nothing is executed here.

use std::fmt;

#[cfg(feature = "runtime")]
use crate::operation::Functions;
use crate::operation::{Op, Operation};

#[cfg(feature = "runtime")]
use super::Direction;
use super::{
    Graph, GraphError, Node, Position, Revision, ScriptPanic,
    caught::{Panic, caught},
    position::PerRevision,
};

/// One revision script, as `cucurbit-build` lists it.
#[derive(Clone, Copy, Debug)]
pub struct Script {
    /// The file, relative to the folder of the crate's manifest.
    pub path: &'static str,
    /// The message: the leading `//!` lines.
    pub doc: &'static str,
    /// The place in the graph.
    pub revision: Revision,
    /// Records what applies the revision.
    pub upgrade: fn(&mut Op),
    /// Records what reverts it.
    pub downgrade: fn(&mut Op),
}

/// Why scripts do not make a graph, and in which files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptsError {
    /// Why not.
    pub error: GraphError,
    /// The files of the revisions that it speaks of, in load order.
    pub files: Vec<&'static str>,
}

impl ScriptsError {
    fn of(error: GraphError, scripts: &[Script]) -> Self {
        let revisions = error.revisions();
        let files = scripts.iter().filter(|script| revisions.contains(&script.revision.id()));
        Self { files: files.map(|script| script.path).collect(), error }
    }

    /// Returns a hint about what to do, and where.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let files = self.files.join(", ");
        match (self.error.hint(), self.files.is_empty()) {
            (hint, true) => hint,
            (None, false) => Some(format!("see {files}")),
            (Some(hint), false) => Some(format!("{hint}; see {files}")),
        }
    }
}

impl fmt::Display for ScriptsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(formatter)
    }
}

impl std::error::Error for ScriptsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

/// The scripts with their graph; a script's position is that of its node.
#[derive(Clone, Debug)]
pub struct Scripts {
    scripts: PerRevision<Script>,
    graph: Graph,
}

impl Scripts {
    /// Checks the scripts and makes their graph.
    ///
    /// # Errors
    ///
    /// When ids repeat, a parent is missing or there is a cycle.
    pub fn new(scripts: Vec<Script>) -> Result<Self, ScriptsError> {
        let nodes = scripts.iter().map(|script| Node::new(&script.revision, script.doc)).collect();
        match Graph::new(nodes) {
            Ok(graph) => Ok(Self { scripts: PerRevision(scripts), graph }),
            Err(error) => Err(ScriptsError::of(error, &scripts)),
        }
    }

    /// Returns the graph.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Tells whether there is no script at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.graph.is_empty()
    }

    /// Returns the script at a position of the graph.
    ///
    /// # Panics
    ///
    /// When the position is not one of this graph.
    #[must_use]
    pub fn script(&self, position: Position) -> &Script {
        &self.scripts[position]
    }

    /// Records what applies a revision.
    ///
    /// # Errors
    ///
    /// When the script's code panics.
    pub fn upgrade(&self, position: Position) -> Result<Vec<Operation>, ScriptPanic> {
        self.caught(position, "upgrade", |script| Op::record(script.upgrade))
    }

    /// Records what reverts a revision.
    ///
    /// # Errors
    ///
    /// When the script's code panics.
    pub fn downgrade(&self, position: Position) -> Result<Vec<Operation>, ScriptPanic> {
        self.caught(position, "downgrade", |script| Op::record(script.downgrade))
    }

    /// Records what applies or reverts a revision, with the functions of its code; a stamp records nothing.
    ///
    /// # Errors
    ///
    /// When the script's code panics.
    #[cfg(feature = "runtime")]
    pub fn record(
        &self,
        position: Position,
        direction: Direction,
    ) -> Result<(Vec<Operation>, Functions), ScriptPanic> {
        match direction {
            Direction::Downgrade => {
                self.caught(position, "downgrade", |script| Op::record_with_functions(script.downgrade))
            }
            Direction::Stamp => Ok(Default::default()),
            Direction::Upgrade => {
                self.caught(position, "upgrade", |script| Op::record_with_functions(script.upgrade))
            }
        }
    }

    /// Runs a script's function; a panic is an error that names it.
    fn caught<T>(
        &self,
        position: Position,
        function: &'static str,
        record: impl FnOnce(&Script) -> T,
    ) -> Result<T, ScriptPanic> {
        let script = self.script(position);
        caught(|| record(script)).map_err(|Panic { place, words }| ScriptPanic {
            function,
            revision: self.graph.id(position).to_owned(),
            path: script.path,
            place,
            words,
        })
    }
}
