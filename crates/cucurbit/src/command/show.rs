//! `show`: everything about one revision or several.

use crate::{
    error::Error,
    revision::{Context, Purpose, Symbol, Target},
};

use super::{Entry, Project, history::database_heads};

/// Describes the revisions that a target means; `current` asks the database.
///
/// # Errors
///
/// When the target does not fit the scripts.
pub async fn show(project: &Project, target: &Target) -> Result<Vec<Entry>, Error> {
    let current = if target.symbol == Symbol::Current { Some(database_heads(project).await?) } else { None };
    let graph = project.scripts().graph();
    let context = Context { graph, current: current.as_ref(), purpose: Purpose::Show };
    let resolved = target.resolve(&context)?;
    let is_current = target.symbol == Symbol::Current;
    Ok(resolved.revisions().iter().map(|&at| Entry::of(project, at, is_current)).collect())
}
