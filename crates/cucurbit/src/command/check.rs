//! `check`: would the models be reached?

use crate::{
    dialect::Unmanaged, error::Error, operation::Operation, revision::Position, schema::Remark,
    source::Source,
};

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
    let models = project.models_source()?;
    if models == Source::Models {
        project.models()?;
    }
    project.refuse_no_scripts()?;
    project.refuse_several_heads()?;
    let mut reader = Reader::open(project, &[&Source::Database, &models]).await?;
    let found = after_pending(project, &mut reader, &models).await;
    let unmanaged = reader.unmanaged().await;
    let mut warnings = std::mem::take(&mut reader.warnings);
    let closed = reader.close().await;
    let (pending, compared, misread) = found?;
    let unmanaged = unmanaged?;
    warnings.extend(misread.into_iter().map(|remark| remark.text));
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
    source: &Source,
) -> Result<(Vec<Position>, Compared, Vec<Remark>), Error> {
    let mut models = reader.read(source).await?;
    let database = reader.read(&Source::Database).await?;
    let misread = reader.misread(&models.schema).await?;
    let pending = reader.pending()?;
    let after = replay::replayed(project, reader.dialect, &pending, database).await?;
    reader.take_over((&Source::Database, &after), (source, &mut models));
    let said = after.said.clone();
    let after = reader.without_current(after.into_known(reader.dialect)).await?;
    let mut models = models.into_known(reader.dialect);
    if *source == Source::Models {
        models = place::with_enums_found(&after, models)?;
    }
    let mut filter = reader.filter_of_database(&after, said, (source, &models))?;
    if source.is_made() {
        filter.include_what_is_needed(&models);
    }
    Ok((pending, reader.compare(after, models, filter).await?, misread))
}
