//! `check`: would the models be reached?

use crate::{dialect::Unmanaged, error::Error, operation::Operation, revision::Position, source::Source};

use super::{Project, compare::Compared, place, reader::Reader, replay};

/// How strict a check is.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct CheckOptions {
    /// Whether pending revisions are a failure.
    pub require_heads: bool,
    /// Whether expressions that could not be compared are accepted.
    pub allow_uncompared: bool,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// The revisions that the database has not run yet.
    pub pending: Vec<String>,
    /// What the models would still differ in after them.
    pub operations: Vec<Operation>,
    /// Expressions that could not be compared.
    pub uncompared: usize,
    /// What the database holds that no model says: it is not compared, and not changed.
    pub unmanaged: Vec<Unmanaged>,
    /// What is not the project's: tables of other schemas and of other migration tools.
    pub left_out: Vec<Unmanaged>,
    /// What the database holds in columns of the models and no driver reads as their types.
    pub warnings: Vec<String>,
}

/// Compares the models with the database after its pending revisions. Writes nothing.
///
/// # Errors
///
/// When there are no models, no scripts or several heads; when the database cannot be reached or read; when
/// expressions could not be compared; with `require_heads`, when revisions are pending.
pub async fn check(project: &Project, options: CheckOptions) -> Result<Check, Error> {
    let models = project.models()?;
    project.refuse_no_scripts()?;
    project.refuse_several_heads()?;
    let mut reader = Reader::open(project, &[&Source::Database, &Source::Models]).await?;
    let compared = after_pending(project, &mut reader).await;
    let unmanaged = reader.unmanaged().await;
    let misread = reader.misread(models).await;
    let closed = reader.close().await;
    let (pending, compared) = compared?;
    let unmanaged = unmanaged?;
    let warnings = misread?.into_iter().map(|remark| remark.text).collect();
    closed?;
    let pending = project.scripts().graph().ids(&pending);
    let diff = &compared.diff;
    if options.require_heads && !pending.is_empty() {
        return Err(Error::NotUpToDate { pending });
    }
    if let Some(first) = diff.uncompared.first()
        && !options.allow_uncompared
    {
        return Err(Error::Uncompared { count: diff.uncompared.len(), reason: first.reason.clone() });
    }
    Ok(Check {
        pending,
        operations: diff.operations.clone(),
        uncompared: diff.uncompared.len(),
        unmanaged,
        left_out: compared.all_left_out(),
        warnings,
    })
}

/// Compares the database as its pending revisions will leave it.
async fn after_pending(
    project: &Project,
    reader: &mut Reader<'_>,
) -> Result<(Vec<Position>, Compared), Error> {
    let mut models = reader.read(&Source::Models).await?;
    let database = reader.read(&Source::Database).await?;
    let pending = reader.pending()?;
    let after = replay::replayed(project, reader.dialect, &pending, database).await?;
    let said = after.said.clone();
    let after = reader.without_current(after.into_known(reader.dialect)).await?;
    models.schema = place::with_enums_found(&after, models.schema)?;
    let filter = reader.filter_of_database(&after, said, (&Source::Models, &models.schema))?;
    Ok((pending, reader.compare(after, models.schema, filter).await?))
}
