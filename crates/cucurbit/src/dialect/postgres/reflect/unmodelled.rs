//! What a schema holds that our values do not: counted by kind and named, by one query.

use super::{rows, server};
use crate::{
    connection::Connection,
    dialect::{ReflectError, Unmodelled},
};

/// Counts what is in the connection's current schema and is not compared.
pub(crate) async fn unmodelled(connection: &mut Connection) -> Result<Vec<Unmodelled>, ReflectError> {
    // The driver was told the version when it connected; a pooler may have kept it to itself.
    let version = match connection.postgres()?.server_version_num() {
        Some(version) => version,
        None => server(connection).await?.version,
    };
    let mut found = Vec::new();
    for mut row in rows(connection, "pg_depend", &query(version)).await? {
        let (_, one, several) = (row.optional(), row.text()?, row.text()?);
        let names = row.optional_texts()?.unwrap_or_default();
        found.push(Unmodelled { kind: if names.len() == 1 { one } else { several }, names });
    }
    Ok(found)
}

/// Each kind with its words, the catalogue that says whether an extension owns a thing, and where the things are found.
fn query(version: u32) -> String {
    // In a query of its own it is found once, and not for each row.
    let namespace = "(SELECT pg_catalog.current_schema()::pg_catalog.regnamespace)";
    let mut kinds = vec![
        (
            "trigger",
            "triggers",
            "pg_trigger",
            "t.oid",
            "t.tgname",
            "pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid",
            "NOT t.tgisinternal",
        ),
        (
            "rule",
            "rules",
            "pg_rewrite",
            "t.oid",
            "t.rulename",
            "pg_rewrite t JOIN pg_class c ON c.oid = t.ev_class",
            "t.rulename <> '_RETURN'",
        ),
        (
            "policy",
            "policies",
            "pg_policy",
            "t.oid",
            "t.polname",
            "pg_policy t JOIN pg_class c ON c.oid = t.polrelid",
            "true",
        ),
        (
            "table with row security",
            "tables with row security",
            "pg_class",
            "c.oid",
            "c.relname",
            "pg_class c",
            "c.relrowsecurity",
        ),
        ("view", "views", "pg_class", "c.oid", "c.relname", "pg_class c", "c.relkind = 'v'"),
        (
            "materialized view",
            "materialized views",
            "pg_class",
            "c.oid",
            "c.relname",
            "pg_class c",
            "c.relkind = 'm'",
        ),
        (
            "function",
            "functions",
            "pg_proc",
            "c.oid",
            "c.proname",
            "(SELECT p.*, p.pronamespace AS relnamespace FROM pg_proc p) c",
            "true",
        ),
        (
            "foreign table",
            "foreign tables",
            "pg_class",
            "c.oid",
            "c.relname",
            "pg_class c",
            "c.relkind = 'f'",
        ),
        (
            "partition",
            "partitions",
            "pg_class",
            "c.oid",
            "c.relname",
            "pg_class c",
            "c.relkind IN ('r', 'p', 'f') AND c.relispartition",
        ),
        (
            "table that inherits",
            "tables that inherit",
            "pg_class",
            "c.oid",
            "c.relname",
            "pg_class c",
            "c.relkind = 'r' AND NOT c.relispartition AND EXISTS (SELECT 1 FROM pg_inherits h WHERE h.inhrelid = c.oid)",
        ),
        (
            "grant",
            "grants",
            "pg_class",
            "c.oid",
            "c.relname || ' to ' || CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee) END",
            "pg_class c CROSS JOIN LATERAL (SELECT DISTINCT a.grantee FROM aclexplode(c.relacl) a WHERE a.grantee <> c.relowner) g",
            "c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')",
        ),
        (
            "table with storage parameters",
            "tables with storage parameters",
            "pg_class",
            "c.oid",
            "c.relname",
            "pg_class c",
            "c.relkind IN ('r', 'p') AND c.reloptions IS NOT NULL",
        ),
        (
            "table or index in a tablespace",
            "tables and indexes in tablespaces",
            "pg_class",
            "c.oid",
            "c.relname",
            "pg_class c",
            "c.relkind IN ('r', 'p', 'i', 'I') AND c.reltablespace <> 0",
        ),
        (
            "index with a collation of another schema",
            "indexes with a collation of another schema",
            "pg_class",
            "c.oid",
            "c.relname",
            "pg_class c JOIN pg_index i ON i.indexrelid = c.oid",
            "EXISTS (SELECT 1 FROM unnest(i.indcollation::oid[]) l (id) WHERE l.id <> 0 AND NOT pg_collation_is_visible(l.id))",
        ),
        (
            "statistics object",
            "statistics objects",
            "pg_statistic_ext",
            "c.oid",
            "c.stxname",
            "(SELECT s.*, s.stxnamespace AS relnamespace FROM pg_statistic_ext s) c",
            "true",
        ),
        (
            "table in a publication",
            "tables in publications",
            "pg_class",
            "c.oid",
            "c.relname",
            "pg_class c",
            "EXISTS (SELECT 1 FROM pg_publication_rel u WHERE u.prrelid = c.oid)",
        ),
        (
            "domain",
            "domains",
            "pg_type",
            "c.oid",
            "c.typname",
            "(SELECT y.*, y.typnamespace AS relnamespace FROM pg_type y) c",
            "c.typtype = 'd'",
        ),
        (
            "composite type",
            "composite types",
            "pg_class",
            "c.oid",
            "c.relname",
            "pg_class c",
            "c.relkind = 'c'",
        ),
    ];
    if version >= 180_000 {
        let from = "pg_constraint t JOIN pg_class c ON c.oid = t.conrelid";
        kinds.push((
            "constraint that is not enforced",
            "constraints that are not enforced",
            "pg_constraint",
            "t.oid",
            "t.conname",
            from,
            "NOT t.conenforced",
        ));
        kinds.push((
            "key over time",
            "keys over time",
            "pg_constraint",
            "t.oid",
            "t.conname",
            from,
            "t.conperiod",
        ));
    }
    let kinds = kinds.into_iter().enumerate().map(|(place, (one, several, catalogue, id, name, from, condition))| {
        format!(
            "SELECT {place}, '{one}', '{several}', pg_catalog.json_agg(({name})::text ORDER BY ({name})::text COLLATE \"C\")
             FROM {from}
             WHERE c.relnamespace = {namespace} AND {condition} AND NOT EXISTS (
               SELECT 1 FROM pg_depend e WHERE e.classid = 'pg_catalog.{catalogue}'::regclass
                 AND e.objid = {id} AND e.deptype = 'e')
             HAVING count(*) > 0"
        )
    });
    format!(
        "SELECT * FROM ({}) k (place, one, several, names) ORDER BY place",
        kinds.collect::<Vec<_>>().join(" UNION ALL ")
    )
}
