//! `status`: where the database is in the history, and what it has not run yet.

use crate::{config::ResolvedUrl, error::Error};

use super::{Entry, Project, history, replay};

/// Where a database is in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The connection URL, and where it comes from.
    pub url: ResolvedUrl,
    /// What is applied and has no applied child, and the revision that is half done.
    pub current: Vec<Entry>,
    /// What `upgrade heads` would run, in that order.
    pub pending: Vec<Entry>,
}

/// Tells where the database is in the history, and what is pending. Nothing is written; no model is read.
///
/// # Errors
///
/// When the database cannot be reached, or holds a revision that no script has.
pub async fn status(project: &Project) -> Result<Status, Error> {
    let url = project.url()?;
    let (heads, half) = history::database_state(project).await?;
    let current = history::applied_heads(project, &heads, half)?;
    let pending = replay::pending(project, &heads)?;
    let pending = pending.into_iter().map(|at| Entry::of(project, at, false)).collect();
    Ok(Status { url, current, pending })
}
