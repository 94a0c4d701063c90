//! `--sql`: the steps of `upgrade`, `downgrade` and `stamp` as a script, without a database; `--dry-run`: those that the
//! database at hand would run.

use crate::{
    dialect::{Before, Dialect},
    error::Error,
    revision::{self, Context, Graph, Heads, Purpose, Reach, Step, Target, TargetRange},
    runtime::offline::{self, Start},
    source::{self, Source},
};

use super::{Project, reader::Reader, replay};

/// Writes what would bring a database from the start of the range to its end; from the base without a start.
///
/// # Errors
///
/// When the range does not fit the scripts, or a step can only be planned with a database.
pub fn upgrade_sql(project: &Project, range: &TargetRange) -> Result<String, Error> {
    project.refuse_no_scripts()?;
    let heads = start_of(project, range)?;
    let end = range.end.clone().map_or_else(|| "head".parse(), Ok)?;
    let steps = revision::upgrade(project.scripts().graph(), &heads, &[end])?;
    script(project, &steps, heads)
}

/// Writes what would revert a database from the start of the range to its end.
///
/// # Errors
///
/// As [`upgrade_sql`]; also when an end of the range is missing.
pub fn downgrade_sql(project: &Project, range: &TargetRange) -> Result<String, Error> {
    let (Some(_), Some(end)) = (&range.start, &range.end) else {
        let message = "downgrade with --sql requires <fromrev>:<torev>".to_owned();
        return Err(Error::Usage { message });
    };
    project.refuse_no_scripts()?;
    let heads = start_of(project, range)?;
    let steps = revision::downgrade(project.scripts().graph(), &heads, end, Reach::Branch)?;
    script(project, &steps, heads)
}

/// Writes what [`upgrade`](super::upgrade) would run on the database as it is; nothing is run, and no lock is taken. Empty if
/// there is nothing to do.
///
/// # Errors
///
/// When the database cannot be read, a target does not fit, or a step cannot be written: code in a script.
pub async fn upgrade_dry_run(project: &Project, targets: &[Target]) -> Result<String, Error> {
    dry_run(project, |graph, heads| Ok(revision::upgrade(graph, heads, targets)?)).await
}

/// Writes what [`downgrade`](super::downgrade) would run on the database as it is; nothing is run, and no lock is taken. Empty
/// if there is nothing to do.
///
/// # Errors
///
/// As [`upgrade_dry_run`].
pub async fn downgrade_dry_run(project: &Project, target: &Target, reach: Reach) -> Result<String, Error> {
    dry_run(project, |graph, heads| Ok(revision::downgrade(graph, heads, target, reach)?)).await
}

async fn dry_run(
    project: &Project,
    steps: impl FnOnce(&Graph, &Heads) -> Result<Vec<Step>, Error>,
) -> Result<String, Error> {
    project.refuse_no_scripts()?;
    let mut reader = Reader::open(project, &[&Source::Database]).await?;
    let read = reader.read(&Source::Database).await;
    let (dialect, heads) = (reader.dialect, reader.heads.take().unwrap_or_default());
    let closed = reader.close().await;
    let before = read?;
    closed?;
    let steps = steps(project.scripts().graph(), &heads)?;
    if steps.is_empty() {
        return Ok(String::new());
    }
    let start = Start { heads, before };
    Ok(offline::script(dialect, project.scripts(), &steps, start, &project.version_table())?)
}

/// Writes what would set the version table.
///
/// # Errors
///
/// When a target does not fit the scripts.
pub fn stamp_sql(project: &Project, targets: &[Target]) -> Result<String, Error> {
    let heads = Heads::default();
    let steps = revision::stamp(project.scripts().graph(), &heads, targets)?;
    script(project, &steps, heads)
}

/// Returns the heads at which a script begins.
fn start_of(project: &Project, range: &TargetRange) -> Result<Heads, Error> {
    let graph: &Graph = project.scripts().graph();
    match &range.start {
        None => Ok(Heads::default()),
        Some(start) => {
            let context = Context { graph, current: None, purpose: Purpose::Show };
            Ok(Heads::reached(graph, start.resolve(&context)?.revisions()))
        }
    }
}

fn script(project: &Project, steps: &[Step], heads: Heads) -> Result<String, Error> {
    let dialect: Dialect = project.url()?.url.dialect();
    let applied = replay::applied(project, &heads)?;
    let before = source::replay(dialect, project.scripts(), &applied, Before::default())?;
    let start = Start { heads, before };
    Ok(offline::script(dialect, project.scripts(), steps, start, &project.version_table())?)
}
