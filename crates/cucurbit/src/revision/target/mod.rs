//! What a person types for a revision, and what it stands for: one parser and one resolver for every command.
//!
//! Plans and ranges are made elsewhere; here a text becomes positions of the graph, or an error that says why not.

mod error;
mod parse;

pub use error::{ParseError, TargetError};

use super::graph::{Edges, Graph, RevisionSet};
use super::heads::Heads;
use super::lineage::lineage;
use super::position::Position;

/// One revision identifier, read but not yet looked up: `head`, `ae10`, `label@head-1`, `+2`.
///
/// `FromStr` reads it and `Display` writes it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What stands before `@`: a label, or a revision that stands for its branch.
    pub branch: Option<String>,
    /// The revision to start from.
    pub symbol: Symbol,
    /// How many revisions to walk from there: up when positive, down when negative.
    pub offset: i32,
}

/// Where a target starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// `base`: before the first revision.
    Base,
    /// `current`: what is applied.
    Current,
    /// `head`: the only head.
    Head,
    /// `heads`: all heads.
    Heads,
    /// A full id, the beginning of one, or a label.
    Identifier(String),
    /// Nothing but an offset was given: what `+N` and `-N` count from depends on the [`Purpose`].
    Implied,
}

/// Two targets joined by `:`; either may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetRange {
    /// The lower, older end.
    pub start: Option<Target>,
    /// The upper, newer end.
    pub end: Option<Target>,
}

impl Target {
    /// All heads: `heads`.
    pub const HEADS: Self = Self { branch: None, symbol: Symbol::Heads, offset: 0 };
}

impl TargetRange {
    /// Tells whether an end asks for the applied revisions, which only a database knows.
    #[must_use]
    pub fn needs_current(&self) -> bool {
        let asks = |end: &Option<Target>| end.as_ref().is_some_and(|target| target.symbol == Symbol::Current);
        asks(&self.start) || asks(&self.end)
    }
}

/// What a target is looked up for. It decides what a bare `+N` or `-N` counts from, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `-N` undoes the last N applied revisions; there is no `+N`.
    Downgrade,
    /// `-N` counts from the heads and `+N` from what is applied. (The ends of a range count from each other:
    /// [`history`](super::history()).)
    History,
    /// As [`History`](Self::History).
    Show,
    /// Both count from what is applied.
    Stamp,
    /// `+N` counts from what is applied; there is no `-N`.
    Upgrade,
}

/// What a target is looked up in.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// The rows of the version table; none where the command has no database.
    pub current: Option<&'a Heads>,
    /// The command.
    pub purpose: Purpose,
}

/// What a target stands for. `branch` is the revision that was named before `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// Before the first revision.
    Base {
        /// The branch, where one was named.
        branch: Option<Position>,
    },
    /// One revision or several.
    Revisions {
        /// Their positions; never empty.
        revisions: Vec<Position>,
        /// The branch, where one was named.
        branch: Option<Position>,
    },
    /// Only for [`Purpose::Downgrade`]: undo from the applied tip down to a revision, that one included.
    Undo {
        /// The last revision to revert.
        lowest: Position,
        /// The branch, where one was named.
        branch: Option<Position>,
    },
}

impl Resolved {
    /// Returns the revisions it stands for; none for the base.
    #[must_use]
    pub fn revisions(&self) -> &[Position] {
        match self {
            Self::Base { .. } | Self::Undo { .. } => &[],
            Self::Revisions { revisions, .. } => revisions,
        }
    }

    fn from_list(revisions: Vec<Position>, branch: Option<Position>) -> Self {
        if revisions.is_empty() { Self::Base { branch } } else { Self::Revisions { revisions, branch } }
    }
}

impl Target {
    /// Looks the target up.
    ///
    /// # Errors
    ///
    /// When a name is unknown or ambiguous, when the walk is ambiguous or leaves the graph, when the target needs
    /// the rows of a database and there are none, or when a row is unknown to the graph.
    pub fn resolve(&self, context: &Context<'_>) -> Result<Resolved, TargetError> {
        let graph = context.graph;
        let branch = self.branch.as_deref().map(|name| find_branch(graph, name)).transpose()?;
        let search = Search::new(self, context, branch);
        if self.symbol == Symbol::Implied {
            return search.relative();
        }
        let starts = search.starts()?;
        if self.offset == 0 {
            return Ok(Resolved::from_list(starts, branch));
        }
        let start = search.single(starts)?;
        let end = search
            .walk(start, self.offset)?
            .ok_or_else(|| TargetError::WalkedTooFar { target: self.to_string() })?;
        Ok(Resolved::from_list(end.into_iter().collect(), branch))
    }
}

/// Returns the revision N below another; the first one of its line where the line is shorter.
pub(super) fn counted_down(
    target: &Target,
    context: &Context<'_>,
    branch: Option<Position>,
    from: Position,
) -> Result<Position, TargetError> {
    let search = Search::new(target, context, branch);
    let mut end = from;
    for _ in 0..target.offset.unsigned_abs() {
        match search.parent(end)? {
            Some(parent) => end = parent,
            None => break,
        }
    }
    Ok(end)
}

/// One look-up under way.
struct Search<'a> {
    target: &'a Target,
    context: &'a Context<'a>,
    branch: Option<Position>,
    of_branch: Option<RevisionSet>,
}

impl<'a> Search<'a> {
    fn new(target: &'a Target, context: &'a Context<'a>, branch: Option<Position>) -> Self {
        let of_branch = branch.map(|branch| lineage(context.graph, branch, Edges::DownRevisions));
        Self { target, context, branch, of_branch }
    }

    fn graph(&self) -> &Graph {
        self.context.graph
    }

    /// Returns what the symbol stands for; empty for the base.
    fn starts(&self) -> Result<Vec<Position>, TargetError> {
        match &self.target.symbol {
            Symbol::Base | Symbol::Implied => Ok(Vec::new()),
            Symbol::Current => Ok(self.on_branch(self.rows()?)),
            Symbol::Head => {
                let heads = self.on_branch(self.graph().heads().to_vec());
                if heads.len() > 1 {
                    return Err(self.multiple_heads(&heads));
                }
                Ok(heads)
            }
            Symbol::Heads => Ok(self.heads()),
            Symbol::Identifier(name) => Ok(vec![self.identifier(name)?]),
        }
    }

    /// Returns what `heads` stands for.
    fn heads(&self) -> Vec<Position> {
        let graph = self.graph();
        self.on_branch(if self.branch.is_some() { graph.heads() } else { graph.real_heads() }.to_vec())
    }

    fn identifier(&self, name: &str) -> Result<Position, TargetError> {
        let revision = find(self.graph(), name, self.of_branch.as_ref())?;
        match (&self.of_branch, &self.target.branch) {
            (Some(of_branch), Some(label)) if !of_branch.contains(revision) => {
                Err(TargetError::NotOnBranch {
                    revision: self.graph().id(revision).to_owned(),
                    branch: label.clone(),
                })
            }
            (Some(_) | None, _) => Ok(revision),
        }
    }

    /// Returns the one revision that a walk starts from; none is the base.
    fn single(&self, starts: Vec<Position>) -> Result<Option<Position>, TargetError> {
        if starts.len() < 2 {
            return Ok(starts.first().copied());
        }
        match self.target.symbol {
            Symbol::Current => Err(self.ambiguous_current(&starts)),
            Symbol::Base | Symbol::Head | Symbol::Heads | Symbol::Identifier(_) | Symbol::Implied => {
                Err(self.multiple_heads(&starts))
            }
        }
    }

    /// Resolves `+N` and `-N`.
    fn relative(&self) -> Result<Resolved, TargetError> {
        let offset = self.target.offset;
        let is_down = offset < 0;
        match self.context.purpose {
            Purpose::Downgrade if is_down => {
                let lowest = self.undo()?;
                Ok(Resolved::Undo { lowest, branch: self.branch })
            }
            Purpose::Stamp if is_down => {
                let below = self.graph().down_revisions(self.undo()?).to_vec();
                Ok(Resolved::from_list(below, self.branch))
            }
            Purpose::Downgrade => Err(self.too_far()),
            Purpose::Upgrade if is_down => Err(self.too_far()),
            Purpose::History | Purpose::Show if is_down => {
                let mut ends = Vec::new();
                for head in self.heads() {
                    let end = self.walk(Some(head), offset)?.ok_or_else(|| self.too_far())?;
                    ends.extend(end.filter(|end| !ends.contains(end)));
                }
                Ok(Resolved::from_list(ends, self.branch))
            }
            Purpose::History | Purpose::Show | Purpose::Stamp | Purpose::Upgrade => {
                let start = self.start_upwards()?;
                let end = self.walk(start, offset)?.ok_or_else(|| self.too_far())?;
                Ok(Resolved::from_list(end.into_iter().collect(), self.branch))
            }
        }
    }

    /// Returns what `+N` and `branch@+N` count from: the applied tip, on a branch the applied part of it, else the
    /// base.
    fn start_upwards(&self) -> Result<Option<Position>, TargetError> {
        let rows = self.rows()?;
        let mut starts = self.on_branch(rows.clone());
        if starts.is_empty() && self.branch.is_some() {
            // The branch may begin above what is applied, or be applied only as a dependency of another revision.
            let applied = self.graph().ancestors(&rows, Edges::WithDependencies);
            let active = RevisionSet::of(self.graph(), &self.on_branch(applied.iter().collect()));
            starts = self.graph().tips(&active, Edges::WithDependencies);
        }
        match starts[..] {
            [] => Ok(None),
            [start] => Ok(Some(start)),
            _ => Err(self.ambiguous_current(&starts)),
        }
    }

    /// Returns the last revision that `-N` reverts. A merge point counts as one revision.
    fn undo(&self) -> Result<Position, TargetError> {
        let rows = self.rows()?;
        let mut tips = self.on_branch(rows.clone());
        if tips.is_empty() {
            // A tip that another branch depends on has no row.
            let applied = self.graph().ancestors(&rows, Edges::WithDependencies);
            tips = self.on_branch(self.graph().tips(&applied, Edges::DownRevisions));
        }
        match tips[..] {
            [] => Err(self.too_far()),
            [tip] => self.walk(Some(tip), self.target.offset + 1)?.flatten().ok_or_else(|| self.too_far()),
            _ => Err(self.ambiguous_current(&tips)),
        }
    }

    /// Walks; the inner `None` is the base, the outer one means that the graph ended before.
    fn walk(&self, start: Option<Position>, offset: i32) -> Result<Option<Option<Position>>, TargetError> {
        let mut at = start;
        for _ in 0..offset.unsigned_abs() {
            at = match at {
                None if offset < 0 => return Ok(None),
                Some(revision) if offset < 0 => self.parent(revision)?,
                Some(_) | None => match self.child(at)? {
                    None => return Ok(None),
                    Some(child) => Some(child),
                },
            };
        }
        Ok(Some(at))
    }

    fn child(&self, revision: Option<Position>) -> Result<Option<Position>, TargetError> {
        let children = revision.map_or(self.graph().bases(), |revision| self.graph().children(revision));
        let children = self.on_branch(children.to_vec());
        match children[..] {
            [] => Ok(None),
            [child] => Ok(Some(child)),
            _ => Err(self.ambiguous_walk(revision, &children)),
        }
    }

    fn parent(&self, revision: Position) -> Result<Option<Position>, TargetError> {
        let parents = self.graph().down_revisions(revision);
        if parents.len() < 2 {
            return Ok(parents.first().copied());
        }
        match self.on_branch(parents.to_vec())[..] {
            [] => Err(self.ambiguous_walk(Some(revision), parents)),
            [parent] => Ok(Some(parent)),
            ref candidates => Err(self.ambiguous_walk(Some(revision), candidates)),
        }
    }

    fn rows(&self) -> Result<Vec<Position>, TargetError> {
        let Some(current) = self.context.current else {
            return Err(TargetError::NeedsDatabase { target: self.target.to_string() });
        };
        Ok(current.positions(self.graph())?)
    }

    /// Keeps what is on the branch; everything where no branch was named.
    fn on_branch(&self, mut revisions: Vec<Position>) -> Vec<Position> {
        if let Some(of_branch) = &self.of_branch {
            revisions.retain(|&revision| of_branch.contains(revision));
        }
        revisions
    }

    fn too_far(&self) -> TargetError {
        TargetError::RelativeTooFar { offset: self.target.offset }
    }

    fn multiple_heads(&self, heads: &[Position]) -> TargetError {
        TargetError::MultipleHeads { argument: self.target.to_string(), heads: self.graph().ids(heads) }
    }

    fn ambiguous_walk(&self, revision: Option<Position>, candidates: &[Position]) -> TargetError {
        TargetError::AmbiguousWalk {
            target: self.target.to_string(),
            revision: revision.map(|revision| self.graph().id(revision).to_owned()),
            candidates: self.graph().ids(candidates),
        }
    }

    /// Names each applied tip the way it can be asked for: by a label no other tip has, or by its id.
    fn ambiguous_current(&self, tips: &[Position]) -> TargetError {
        let graph = self.graph();
        let names = tips.iter().map(|&tip| {
            let is_own = |label: &&String| {
                graph.carrier(label).is_some_and(|carrier| {
                    let of_label = lineage(graph, carrier, Edges::DownRevisions);
                    !tips.iter().any(|&other| other != tip && of_label.contains(other))
                })
            };
            let name = graph.labels(tip).iter().find(is_own).map_or(graph.id(tip), String::as_str);
            format!("{name}@{:+}", self.target.offset)
        });
        TargetError::AmbiguousCurrent {
            purpose: self.context.purpose,
            candidates: names.collect(),
            revisions: graph.ids(tips),
        }
    }
}

/// Returns the revision that a name before `@` stands for.
pub(super) fn find_branch(graph: &Graph, name: &str) -> Result<Position, TargetError> {
    match find(graph, name, None) {
        Err(TargetError::Unknown { .. }) => Err(TargetError::NoSuchBranch { branch: name.to_owned() }),
        found => found,
    }
}

/// Finds a full id, a label, or the beginning of exactly one id or label of more than three characters.
fn find(graph: &Graph, name: &str, of_branch: Option<&RevisionSet>) -> Result<Position, TargetError> {
    if let Some(found) = graph.position(name).or_else(|| graph.carrier(name)) {
        return Ok(found);
    }
    let mut found: Vec<(Position, &String)> = graph
        .names_from(name)
        .filter(|(text, _)| text.chars().count() > 3)
        .filter(|(_, position)| of_branch.is_none_or(|set| set.contains(*position)))
        .map(|(text, position)| (position, text))
        .collect();
    found.sort_unstable();
    found.dedup_by_key(|(position, _)| *position);
    match found[..] {
        [] => Err(TargetError::Unknown { identifier: name.to_owned() }),
        [(position, _)] => Ok(position),
        _ => Err(TargetError::AmbiguousIdentifier {
            identifier: name.to_owned(),
            candidates: found.into_iter().map(|(_, text)| text.clone()).collect(),
        }),
    }
}
