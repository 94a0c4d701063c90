//! `diff`: what makes one source into another.

use serde::Serialize;

use crate::{error::Error, operation::Operation, source::Source};

use super::{
    Project,
    compare::{Between, Compared, Reader, know_what_is_not_kept},
};

/// What two sources differ in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Differences {
    /// What makes the one into the other.
    pub operations: Vec<Operation>,
    /// Expressions that could not be compared.
    pub uncompared: usize,
}

/// Compares two sources as they are: a database without its pending revisions. Writes nothing.
///
/// # Errors
///
/// When a source cannot be read; when expressions could not be compared, unless that is accepted.
pub async fn diff(
    project: &Project,
    between: &Between,
    allow_uncompared: bool,
) -> Result<Differences, Error> {
    let mut reader = Reader::open(project, &[&between.from, &between.to]).await?;
    let compared = read_and_compare(&mut reader, between).await;
    let closed = reader.close().await;
    let Compared { diff, from: _ } = compared?;
    closed?;
    if let Some(first) = diff.uncompared.first()
        && !allow_uncompared
    {
        return Err(Error::Uncompared { count: diff.uncompared.len(), reason: first.reason.clone() });
    }
    Ok(Differences { operations: diff.operations, uncompared: diff.uncompared.len() })
}

async fn read_and_compare(reader: &mut Reader<'_>, between: &Between) -> Result<Compared, Error> {
    let mut from = reader.read(&between.from).await?;
    let mut to = reader.read(&between.to).await?;
    // What a database does not keep, the other side says.
    let dialect = reader.dialect();
    let filter = match (is_made(&between.from), is_made(&between.to)) {
        (true, true) => reader.filter(&[]),
        (true, false) => {
            know_what_is_not_kept(dialect, None, &to.schema, &mut from.schema);
            reader.filter(&[&to.schema])
        }
        (false, true) => {
            know_what_is_not_kept(dialect, None, &from.schema, &mut to.schema);
            reader.filter(&[&from.schema])
        }
        (false, false) => reader.filter(&[&from.schema, &to.schema]),
    };
    reader.compare(from.schema, to.schema, filter).await
}

/// Tells whether a source is what a database holds, and not what somebody declares.
const fn is_made(source: &Source) -> bool {
    match source {
        Source::Database | Source::File(_) => true,
        Source::Empty | Source::History | Source::Models => false,
    }
}
