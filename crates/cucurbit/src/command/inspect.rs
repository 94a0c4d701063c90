//! `inspect`: what a source holds, as the SQL that creates it and as a schema.

use crate::{
    dialect::{self, Before, Unmanaged},
    error::Error,
    schema::Schema,
    source::Source,
};

use super::{
    Project,
    compare::{Between, Compared},
    place,
    reader::Reader,
};

/// What a source holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inspected {
    /// The schema, without the tables of other migration tools.
    pub schema: Schema,
    /// The SQL that creates it on a database of the project's.
    pub sql: String,
    /// What it holds that is no part of a schema: views, triggers.
    pub unmanaged: Vec<Unmanaged>,
    /// What is not the project's: tables of other schemas and of other migration tools.
    pub left_out: Vec<Unmanaged>,
    /// What the user should know beside the answer.
    pub warnings: Vec<String>,
}

/// Reads a source. Writes nothing.
///
/// # Errors
///
/// When it cannot be read.
pub async fn inspect(project: &Project, source: &Source) -> Result<Inspected, Error> {
    let between = project.resolved(&Between::new(Source::Empty, source.clone()))?;
    let mut reader = Reader::open(project, &[&between.to]).await?;
    let read = read(&mut reader, &between).await;
    let warnings = std::mem::take(&mut reader.warnings);
    let (dialect, server) = (reader.dialect, reader.server.clone());
    let closed = reader.close().await;
    let (schema, compared, unmanaged) = read?;
    closed?;
    let mut nothing = Before { server: Some(server), ..Before::default() };
    let plan = dialect
        .plan(&mut nothing, &compared.diff.operations)
        .map_err(|source| Error::NotCreated { dialect, source })?;
    let statements = plan.statements.iter().map(|statement| dialect::script_text(&statement.sql, dialect));
    let sql = statements.collect::<Vec<_>>().join("\n\n");
    Ok(Inspected { schema, sql, unmanaged, left_out: compared.all_left_out(), warnings })
}

async fn read(
    reader: &mut Reader<'_>,
    between: &Between,
) -> Result<(Schema, Compared, Vec<Unmanaged>), Error> {
    let nothing = Schema::new();
    let mut schema = reader.read(&between.to).await?.into_known(reader.dialect);
    if between.to == Source::Models {
        schema = place::with_enums_found(&nothing, schema)?;
    }
    let filter = reader.filter(between, &nothing, &schema);
    let (kept, _) = filter.clone().split(schema.clone());
    let compared = reader.compare(nothing, schema, filter).await?;
    let unmanaged = reader.unmanaged_of(&between.to).await?;
    Ok((kept, compared, unmanaged))
}
