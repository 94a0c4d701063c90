//! What lies besides tables that one side of a comparison has and the database at hand has not: it may hold the other
//! side, or neither. What was refused is asked about again beside them.

use std::collections::BTreeSet;

use super::{
    super::{reflect::reflect, sequence, shadowed},
    Asked, Job, Sides, Told, ask_once, other_types,
};
use crate::{
    connection::{Connection, ConnectionError},
    dialect::{Answer, ReflectError, Side, postgres::sql::qualified},
    schema::{ObjectName, Schema},
};

/// Asks again about what was refused, each side beside its own types and sequences.
pub(super) async fn ask_refused(
    connection: &mut Connection,
    sides: Sides<'_>,
    jobs: &[Job<'_>],
    told: &mut Told<'_>,
) -> Result<(), ConnectionError> {
    for (side, schema) in [(Side::From, sides.0), (Side::To, sides.1)] {
        let refused = refused(jobs, side, told);
        if refused.is_empty() || schema.besides_tables().next().is_none() {
            continue;
        }
        let there = there(connection, schema).await?;
        let mut lacking = other_types(&there, schema);
        lacking.extend(owned(&there, schema, &refused));
        if lacking.is_empty() {
            continue;
        }
        for asked in refused.iter().flat_map(|job| &job.asked) {
            told.answers.remove(&told.questions[asked.place]);
        }
        ask_once(connection, sides, refused, &lacking, told).await?;
    }
    Ok(())
}

/// Finds what was refused of a side; it is asked about as the side to which the types are brought.
fn refused<'s>(jobs: &[Job<'s>], side: Side, told: &Told<'_>) -> Vec<Job<'s>> {
    let is_refused = |asked: &&Asked<'s>| {
        matches!(told.answers.get(&told.questions[asked.place]), Some(Answer::Refused(_)))
    };
    let jobs = jobs.iter().filter(|job| job.side == side).map(|job| Job {
        side: Side::To,
        table: job.table,
        asked: job.asked.iter().filter(is_refused).cloned().collect(),
    });
    jobs.filter(|job| !job.asked.is_empty()).collect()
}

/// Reads what there is. What cannot be read counts as not there: what is asked beside it is refused again.
async fn there(connection: &mut Connection, schema: &Schema) -> Result<Schema, ConnectionError> {
    let before = match reflect(connection, None).await {
        Ok((before, _)) => before,
        Err(ReflectError::Connection { source }) => return Err(source),
        Err(_) => return Ok(Schema::new()),
    };
    let own = before.current_schema().cloned();
    let mut there = before.schema;
    if let Some(own) = own {
        shadowed::say(&mut there, &own);
        there.namespaces.insert(own);
    }
    // A comment makes no other type.
    for (name, found) in &mut there.enums {
        found.comment = schema.enums.get(name).and_then(|one| one.comment.clone());
    }
    Ok(there)
}

/// Writes what makes the sequences that columns own and that the expressions take values of.
fn owned(there: &Schema, schema: &Schema, jobs: &[Job<'_>]) -> Vec<String> {
    let (owned, held) = (owned_by_columns(schema), owned_by_columns(there));
    let asked = jobs.iter().flat_map(|job| &job.asked);
    let counted: BTreeSet<ObjectName> =
        asked.flat_map(|asked| sequence::counted_by(&asked.expression)).collect();
    let is_there = |name: &ObjectName| {
        held.contains(name) || there.sequences.contains_key(name) || there.uncounted.0.contains(name)
    };
    let lacking = counted.into_iter().filter(|name| owned.contains(name) && !is_there(name));
    lacking.map(|name| format!("CREATE SEQUENCE {}", qualified(&name))).collect()
}

/// Lists the sequences that columns of a schema own and are filled by.
fn owned_by_columns(schema: &Schema) -> BTreeSet<ObjectName> {
    let columns =
        schema.tables.values().flat_map(|table| table.columns.iter().map(move |one| (&table.name, one)));
    columns.filter_map(|(table, column)| sequence::of_column(table, column)).map(|one| one.name).collect()
}
