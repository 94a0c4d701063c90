//! Enum types and sequences that one side of a comparison has and the database at hand has not: it may hold the other
//! side, or neither. What was refused is asked about again beside them.

use std::collections::BTreeSet;

use super::{
    super::{sequence, shadowed},
    Asked, Job, Sides, Told, ask_once, other_types,
};
use crate::{
    connection::{Connection, ConnectionError},
    dialect::{Answer, Side, postgres::sql::qualified},
    schema::{EnumType, Ident, ObjectName, Schema, Sequence},
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

/// Reads which schemas, enum types and sequences there are.
async fn there(connection: &mut Connection, schema: &Schema) -> Result<Schema, ConnectionError> {
    let query = "SELECT 'schema', nspname, NULL, NULL FROM pg_catalog.pg_namespace
         UNION ALL
         SELECT 'sequence', NULLIF(n.nspname, pg_catalog.current_schema()), c.relname, NULL
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind = 'S'
         UNION ALL
         SELECT 'own', pg_catalog.current_schema(), NULL, NULL
         UNION ALL
         SELECT 'enum', NULLIF(n.nspname, pg_catalog.current_schema()), t.typname,
           (SELECT pg_catalog.json_agg(v.enumlabel ORDER BY v.enumsortorder)::text
            FROM pg_catalog.pg_enum v WHERE v.enumtypid = t.oid)
         FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
         WHERE t.typtype = 'e'";
    let mut there = Schema::new();
    let mut own = Ident::new("public");
    for row in connection.rows(query).await? {
        let [Some(kind), schema_name, name, values] = row.as_slice() else { continue };
        let name = name.as_ref().map(|name| ObjectName {
            schema: schema_name.as_deref().map(Ident::new),
            name: Ident::new(name.as_str()),
        });
        match (kind.as_str(), name, schema_name) {
            ("schema", _, Some(name)) => drop(there.namespaces.insert(Ident::new(name.as_str()))),
            ("own", _, Some(name)) => own = Ident::new(name.as_str()),
            ("sequence", Some(name), _) => there = there.with_sequences([Sequence::new(name)]),
            ("enum", Some(name), _) => {
                let values = values.as_deref().and_then(|values| serde_json::from_str(values).ok());
                let values: Vec<String> = values.unwrap_or_default();
                there = there.with_enums([EnumType::new(name, values)]);
            }
            (_, _, _) => {}
        }
    }
    shadowed::say(&mut there, &own);
    // A comment makes no other type.
    for (name, found) in &mut there.enums {
        found.comment = schema.enums.get(name).and_then(|one| one.comment.clone());
    }
    Ok(there)
}

/// Writes what makes the sequences that columns own and that the expressions take values of.
fn owned(there: &Schema, schema: &Schema, jobs: &[Job<'_>]) -> Vec<String> {
    let columns =
        schema.tables.values().flat_map(|table| table.columns.iter().map(move |one| (&table.name, one)));
    let owned = columns.filter_map(|(table, column)| sequence::of_column(table, column));
    let owned: BTreeSet<ObjectName> = owned.map(|sequence| sequence.name).collect();
    let asked = jobs.iter().flat_map(|job| &job.asked);
    let counted: BTreeSet<ObjectName> =
        asked.flat_map(|asked| sequence::counted_by(&asked.expression)).collect();
    let lacking =
        counted.into_iter().filter(|name| owned.contains(name) && !there.sequences.contains_key(name));
    lacking.map(|name| format!("CREATE SEQUENCE {}", qualified(&name))).collect()
}
