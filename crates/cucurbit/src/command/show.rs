//! `show`: everything about one revision or several.

use std::path::PathBuf;

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

/// Finds the files of the revisions that a target means, in the folder of the scripts.
///
/// # Errors
///
/// As [`show`]; when a file is not there.
pub async fn script_files(project: &Project, target: &Target) -> Result<Vec<PathBuf>, Error> {
    let folder = project.versions_folder();
    let files = show(project, target).await?.into_iter().map(|entry| {
        let path = folder.join(entry.path.file_name().unwrap_or_default());
        if path.is_file() { Ok(path) } else { Err(Error::NoScriptFile { path }) }
    });
    files.collect()
}
