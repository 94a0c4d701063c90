//! `diff`: what makes one source into another.

use serde::Serialize;

use crate::{dialect::Unmanaged, error::Error, operation::Operation, source::Source};

use super::{
    Project,
    compare::{Between, Compared},
    place,
    reader::Reader,
};

/// What two sources differ in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Differences {
    /// What makes the one into the other.
    pub operations: Vec<Operation>,
    /// Expressions that could not be compared.
    pub uncompared: usize,
    /// What the sides hold that is not compared: views, triggers.
    pub unmanaged: Sides,
    /// What is not the project's: tables of other schemas and of other migration tools.
    pub left_out: Vec<Unmanaged>,
    /// What the user should know beside the answer.
    pub warnings: Vec<String>,
}

/// What each side holds that is not compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sides {
    /// What is on the side that is there.
    pub from: Vec<Unmanaged>,
    /// What is on the side that shall be.
    pub to: Vec<Unmanaged>,
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
    let between = &project.resolved(between)?;
    let mut reader = Reader::open(project, &[&between.from, &between.to]).await?;
    let compared = read_and_compare(&mut reader, between).await;
    let warnings = std::mem::take(&mut reader.warnings);
    let closed = reader.close().await;
    let (compared, unmanaged) = compared?;
    closed?;
    let diff = &compared.diff;
    if let Some(first) = diff.uncompared.first()
        && !allow_uncompared
    {
        return Err(Error::Uncompared { count: diff.uncompared.len(), reason: first.reason.clone() });
    }
    let uncompared = diff.uncompared.len();
    let operations = diff.operations.clone();
    Ok(Differences { operations, uncompared, unmanaged, left_out: compared.all_left_out(), warnings })
}

async fn read_and_compare(reader: &mut Reader<'_>, between: &Between) -> Result<(Compared, Sides), Error> {
    let mut from = reader.read(&between.from).await?;
    let mut to = reader.read(&between.to).await?;
    if between.to == Source::Models {
        to.schema = place::with_enums_found(&from.schema, to.schema)?;
    }
    let dialect = reader.dialect;
    reader.take_over((&between.from, &from), (&between.to, &mut to));
    reader.take_over((&between.to, &to), (&between.from, &mut from));
    let (from, to) = (from.into_known(dialect), to.into_known(dialect));
    let filter = reader.filter(between, &from, &to);
    let compared = reader.compare(from, to, filter).await?;
    let unmanaged = Sides {
        from: reader.unmanaged_of(&between.from).await?,
        to: reader.unmanaged_of(&between.to).await?,
    };
    Ok((compared, unmanaged))
}
