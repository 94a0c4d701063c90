//! `database create`, `database drop`, `database reset`: the database as a whole.

use crate::{
    dialect,
    error::Error,
    revision::Target,
    runtime::{Event, Observer, Report, RunOptions},
};

use super::{Project, run};

/// Makes the project's database; `false` where it is there already.
///
/// # Errors
///
/// When there is no connection URL; when the server or the folder cannot be reached, or the user may not.
pub async fn create_database(project: &Project, observer: &mut Observer<'_>) -> Result<bool, Error> {
    Ok(dialect::create_database(&project.url()?.url, &mut tell(observer)).await?)
}

/// Drops the project's database with all that is in it; `false` where it is not there.
///
/// # Errors
///
/// As [`create_database`]; when others are connected to it, unless `force` is given.
pub async fn drop_database(
    project: &Project,
    force: bool,
    observer: &mut Observer<'_>,
) -> Result<bool, Error> {
    Ok(dialect::drop_database(&project.url()?.url, force, &mut tell(observer)).await?)
}

/// Drops the project's database, makes it again and applies all revisions. A history that cannot be applied to an empty
/// database, as far as that is known without one, is refused before anything is dropped.
///
/// # Errors
///
/// As [`drop_database`] and [`upgrade`](super::upgrade).
pub async fn reset_database(
    project: &Project,
    force: bool,
    options: RunOptions,
    observer: &mut Observer<'_>,
) -> Result<Report, Error> {
    project.refuse_no_scripts()?;
    project.refuse_unbuilt_scripts()?;
    let url = project.url()?.url;
    run::foresee(project, url.dialect(), &[Target::HEADS])?;
    dialect::drop_database(&url, force, &mut tell(observer)).await?;
    dialect::create_database(&url, &mut tell(observer)).await?;
    super::upgrade(project, &[Target::HEADS], options, observer).await
}

/// Hands statements to an observer.
fn tell<'o>(observer: &'o mut Observer<'_>) -> impl FnMut(&str) + Send + 'o {
    |sql| observer(Event::Statement { sql })
}
