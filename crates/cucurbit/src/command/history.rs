//! `current`, `heads`, `branches`, `history`: the commands that list revisions.

use crate::{
    error::Error,
    revision::{self, Heads, Position, TargetRange},
    runtime,
};

use super::{Branch, Entry, Mark, Project};

/// Reads the heads of the database.
pub(super) async fn database_heads(project: &Project) -> Result<Heads, Error> {
    Ok(database_state(project).await?.0)
}

/// Reads the heads of the database, and which revision is half done.
pub(super) async fn database_state(project: &Project) -> Result<(Heads, Option<String>), Error> {
    let mut connection = project.connect_to_read().await?;
    let table = project.version_table();
    let state = match table.heads(&mut connection).await {
        Ok(heads) => runtime::unfinished(&mut connection, &table).await.map(|half| (heads, half)),
        Err(error) => Err(error),
    };
    let closed = connection.close().await;
    let (heads, half) = state?;
    closed?;
    Ok((heads, half.map(|half| half.revision)))
}

/// Lists what is applied and has no applied child, and the revision that is half done. The version table is not created.
///
/// # Errors
///
/// When the database cannot be reached, or holds a revision that no script has; with `check_heads` also when it
/// is not at the heads.
pub async fn current(project: &Project, check_heads: bool) -> Result<Vec<Entry>, Error> {
    let (heads, half) = database_state(project).await?;
    let graph = project.scripts().graph();
    if check_heads && (half.is_some() || heads != Heads::reached(graph, graph.real_heads())) {
        // That the database holds an unknown revision says more.
        heads.current(graph)?;
        return Err(Error::NotAtHeads);
    }
    applied_heads(project, &heads, half)
}

/// Describes the heads of a database, and the revision that is half done.
pub(super) fn applied_heads(
    project: &Project,
    heads: &Heads,
    half: Option<String>,
) -> Result<Vec<Entry>, Error> {
    let graph = project.scripts().graph();
    let mut positions = heads.current(graph)?;
    let half = half.and_then(|revision| graph.position(&revision));
    positions.retain(|position| Some(*position) != half);
    let mut entries: Vec<Entry> =
        positions.into_iter().map(|position| Entry::of(project, position, false)).collect();
    // It is no head that the database is at, whatever it is in the graph.
    entries.extend(half.map(|at| Entry { marks: vec![Mark::Unfinished], ..Entry::of(project, at, false) }));
    Ok(entries)
}

/// Lists the heads of the scripts, newest first; `resolve_dependencies` leaves out those that others depend on.
#[must_use]
pub fn heads(project: &Project, resolve_dependencies: bool) -> Vec<Entry> {
    let graph = project.scripts().graph();
    let heads = if resolve_dependencies { graph.real_heads() } else { graph.heads() };
    heads.iter().map(|&position| Entry::of(project, position, false)).collect()
}

/// Lists the revisions with several children.
#[must_use]
pub fn branches(project: &Project) -> Vec<Branch> {
    let graph = project.scripts().graph();
    let branch = |at: Position| Branch {
        at: Entry::of(project, at, false),
        children: graph.children(at).iter().map(|&child| Entry::of(project, child, false)).collect(),
    };
    graph.branch_points().into_iter().map(branch).collect()
}

/// Lists revisions, newest first. The database is asked only for `indicate_current` or a range that says so.
///
/// # Errors
///
/// When the range does not fit the scripts, or the database is needed and cannot be reached.
pub async fn history(
    project: &Project,
    range: &TargetRange,
    indicate_current: bool,
) -> Result<Vec<Entry>, Error> {
    let current =
        if indicate_current || range.needs_current() { Some(database_heads(project).await?) } else { None };
    let graph = project.scripts().graph();
    let applied = match &current {
        Some(heads) if indicate_current => heads.current(graph)?,
        Some(_) | None => Vec::new(),
    };
    let positions = revision::history(graph, range, current.as_ref())?;
    Ok(positions.into_iter().map(|at| Entry::of(project, at, applied.contains(&at))).collect())
}
