//! `revision` and `merge`: new scripts without a comparison, and the parents of every new script.

use std::{collections::BTreeSet, path::PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    error::Error,
    operation::Operation,
    revision::{Context, Position, Purpose, RevisionId, Symbol, Target},
    script::{self, Hooks, NewScript, Template, WriteOptions},
};

use super::Project;

/// What a new script shall be.
///
/// ```
/// use cucurbit::command::NewRevision;
///
/// let now = "2025-11-06T12:43:40Z".parse().unwrap();
/// let new = NewRevision::new("add plants", [0, 1, 2, 3, 4, 5], now).branch_label("garden");
/// ```
#[derive(Clone, Debug)]
pub struct NewRevision {
    pub(crate) message: String,
    pub(crate) id: Option<String>,
    pub(crate) head: Option<Target>,
    pub(crate) splice: bool,
    pub(crate) branch_labels: Vec<String>,
    pub(crate) depends_on: Vec<String>,
    pub(crate) random: [u8; 6],
    pub(crate) now: Timestamp,
}

impl NewRevision {
    /// Starts from a message, random bytes for the id, and the time at which the script is made; it revises the only
    /// head.
    #[must_use]
    pub fn new(message: impl Into<String>, random: [u8; 6], now: Timestamp) -> Self {
        Self {
            message: message.into(),
            id: None,
            head: None,
            splice: false,
            branch_labels: Vec::new(),
            depends_on: Vec::new(),
            random,
            now,
        }
    }

    /// Sets the id, in the place of twelve random hex digits.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the parents.
    #[must_use]
    pub fn head(mut self, head: Target) -> Self {
        self.head = Some(head);
        self
    }

    /// Sets whether a parent that is no head is allowed.
    #[must_use]
    pub fn splice(mut self, is_allowed: bool) -> Self {
        self.splice = is_allowed;
        self
    }

    /// Adds a branch label of the new revision.
    #[must_use]
    pub fn branch_label(mut self, label: impl Into<String>) -> Self {
        self.branch_labels.push(label.into());
        self
    }

    /// Adds a revision, by id or label, that it needs beside its parents.
    #[must_use]
    pub fn depends_on(mut self, revision: impl Into<String>) -> Self {
        self.depends_on.push(revision.into());
        self
    }
}

/// A script that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Written {
    /// The id.
    pub revision: String,
    /// The file.
    pub path: PathBuf,
    /// What its reader should look at, in a line each.
    pub warnings: Vec<String>,
    /// What the models declare and an application could not write or read.
    pub remarks: Vec<String>,
    /// What went wrong beside it, such as a formatter that is not there.
    pub notes: Vec<String>,
}

/// The operations of a new script.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    pub(super) upgrade: Vec<Operation>,
    pub(super) downgrade: Vec<Operation>,
    pub(super) warnings: Vec<String>,
}

/// Writes an empty script on top of a head.
///
/// # Errors
///
/// When the parents do not fit the scripts or the file cannot be written.
pub fn new_revision(project: &Project, new: &NewRevision) -> Result<Written, Error> {
    let parents = parents(project, new)?;
    write(project, new, parents, Body::default())
}

/// Writes an empty script that joins several heads.
///
/// # Errors
///
/// When a target does not fit, or one is no head and `splice` is not given.
pub fn merge(project: &Project, new: &NewRevision, targets: &[Target]) -> Result<Written, Error> {
    if targets.iter().any(|target| matches!(target.symbol, Symbol::Head | Symbol::Heads)) {
        project.refuse_unbuilt_scripts()?;
    }
    let mut parents = Vec::new();
    for target in targets {
        parents.extend(resolve_parents(project, target, new.splice)?);
    }
    let mut seen = BTreeSet::new();
    parents.retain(|parent| seen.insert(*parent));
    if parents.len() < 2 {
        return Err(Error::Usage { message: "a merge needs at least two revisions".to_owned() });
    }
    write(project, new, parents, Body::default())
}

/// Returns the template of scripts that is built in.
#[must_use]
pub const fn script_template() -> &'static str {
    script::DEFAULT_TEMPLATE
}

/// Finds the parents of a new script.
pub(super) fn parents(project: &Project, new: &NewRevision) -> Result<Vec<Position>, Error> {
    match &new.head {
        None => {
            project.refuse_several_heads()?;
            project.refuse_unbuilt_scripts()?;
            Ok(project.scripts().graph().heads().to_vec())
        }
        Some(target) => resolve_parents(project, target, new.splice),
    }
}

fn resolve_parents(project: &Project, target: &Target, splice: bool) -> Result<Vec<Position>, Error> {
    let graph = project.scripts().graph();
    let context = Context { graph, current: None, purpose: Purpose::Show };
    let parents = target.resolve(&context)?.revisions().to_vec();
    if let Some(&inner) = parents.iter().find(|&&parent| !graph.is_head(parent))
        && !splice
    {
        let message = format!(
            "Revision {} is not a head revision; please specify --splice to create a new branch from this revision",
            graph.id(inner)
        );
        return Err(Error::Usage { message });
    }
    Ok(parents)
}

/// Writes the file.
pub(super) fn write(
    project: &Project,
    new: &NewRevision,
    parents: Vec<Position>,
    body: Body,
) -> Result<Written, Error> {
    let id = new.id.clone().unwrap_or_else(|| script::new_id(new.random));
    let id = RevisionId::for_new_file(&id)?;
    refuse_what_would_not_build(project, new, id.as_str())?;
    let script = NewScript {
        id: id.as_str().to_owned(),
        message: new.message.clone(),
        down_revisions: project.scripts().graph().ids(&parents),
        branch_labels: new.branch_labels.clone(),
        depends_on: new.depends_on.clone(),
        created: new.now,
        upgrade: body.upgrade,
        downgrade: body.downgrade,
        warnings: body.warnings.clone(),
    };
    let (path, notes) = script::write(&project.versions_folder(), &script, &options(project)?)?;
    Ok(Written { revision: script.id, path, warnings: body.warnings, remarks: Vec::new(), notes })
}

/// Returns how the project writes scripts.
fn options(project: &Project) -> Result<WriteOptions, Error> {
    let config = project.config();
    let mut options = WriteOptions::new().template(Template::read(config.folder())?);
    if let Some(file_template) = &config.file_template {
        options = options.file_template(file_template);
    }
    if let Some(length) = config.truncate_slug_length {
        options = options.slug_length(length);
    }
    if let Some(commands) = &config.post_write_hooks {
        let (commands, folder) = (commands.clone(), config.folder().to_owned());
        options = options.hooks(Hooks::Commands { commands, folder });
    }
    Ok(options)
}

/// Refuses a script beside which the others would make no graph any more.
fn refuse_what_would_not_build(project: &Project, new: &NewRevision, id: &str) -> Result<(), Error> {
    let graph = project.scripts().graph();
    let usage = |message: String| Err(Error::Usage { message });
    if graph.position(id).is_some() {
        return usage(format!("there is a revision `{id}` already"));
    }
    for label in &new.branch_labels {
        if label.trim().is_empty() {
            return usage("a branch label cannot be empty".to_owned());
        }
        if graph.position(label).is_some() || graph.carrier(label).is_some() {
            return usage(format!("`{label}` names another revision already"));
        }
    }
    for dependency in &new.depends_on {
        let target: Target = dependency.parse()?;
        target.resolve(&Context { graph, current: None, purpose: Purpose::Show })?;
    }
    Ok(())
}
