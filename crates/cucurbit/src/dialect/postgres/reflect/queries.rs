//! The queries over the catalogue (manual, chapter 53). Their columns are read in order by the caller.
//!
//! All expressions are printed by `pg_get_expr(…, false)`, as `ask` prints them.

use super::Here;
use crate::{
    dialect::{postgres::lock::place_query, postgres::sql::string},
    schema::Ident,
};

/// The version, the search path, the current schema (its place and its name) and the others.
const SERVER: &str = "SELECT current_setting('server_version_num'), current_setting('server_version'), \
     current_setting('search_path'), \
     (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = current_schema()), current_schema(), \
     (SELECT pg_catalog.json_agg(n.nspname ORDER BY n.nspname) FROM pg_catalog.pg_namespace n \
      WHERE n.nspname NOT IN (current_schema(), 'information_schema') AND n.nspname NOT LIKE 'pg\\_%' \
        AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e \
          WHERE e.classid = 'pg_catalog.pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e'))";

/// The schemas of the search path that are there, as SQL: those that the user may not use count for nothing.
pub(super) const IN_SEARCH_PATH: &str = "SELECT pg_catalog.string_agg(pg_catalog.quote_ident(n.nspname), ', ' ORDER BY n.nspname) \
     FROM pg_catalog.pg_namespace n WHERE n.nspname IN ( \
       SELECT CASE WHEN s.name = '$user' THEN current_user::text ELSE s.name END FROM ( \
         SELECT pg_catalog.btrim(part, ' \"') AS name \
         FROM pg_catalog.unnest(pg_catalog.string_to_array(current_setting('search_path'), ',')) AS part) s)";

/// What is asked before anything else; with the place of a version table, if its name is given.
pub(super) fn server(version_table: Option<&Ident>) -> String {
    match version_table {
        Some(name) => {
            let place = place_query(name);
            format!("SELECT * FROM ({SERVER}) AS server CROSS JOIN ({place}) AS place")
        }
        None => SERVER.to_owned(),
    }
}

/// Tells whether the server is of a major version or a later one.
fn is_since(here: &Here, major: u32) -> bool {
    here.server.version.is_some_and(|version| version.major >= major)
}

/// Ordinary and partitioned tables (not the partitions), as a condition on `pg_class c`.
fn is_table(here: &Here) -> String {
    format!("{} AND c.relkind IN ('r', 'p') AND NOT c.relispartition", is_ours(here, "c.relnamespace"))
}

/// What lies in the current schema or in one of the others, as a condition on its `pg_namespace`.
pub(super) fn is_ours(here: &Here, namespace: &str) -> String {
    let others: Vec<String> = here.others.iter().map(|name| string(name.as_str())).collect();
    let current = here.namespace;
    if others.is_empty() {
        return format!("{namespace} = {current}");
    }
    format!(
        "({namespace} = {current} OR {namespace} IN (
           SELECT y.oid FROM pg_catalog.pg_namespace y WHERE y.nspname IN ({})))",
        others.join(", ")
    )
}

/// The name of a schema that is not the current one, as an expression on its `pg_namespace`.
pub(super) fn other_name(here: &Here, namespace: &str) -> String {
    let current = here.namespace;
    format!(
        "CASE WHEN {namespace} <> {current} THEN (
           SELECT y.nspname FROM pg_catalog.pg_namespace y WHERE y.oid = {namespace}) END"
    )
}

/// Tells that no extension owns an object of a catalogue, as a condition.
fn is_no_extensions(catalogue: &str, object: &str) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e
           WHERE e.classid = 'pg_catalog.{catalogue}'::regclass AND e.objid = {object} AND e.deptype = 'e')"
    )
}

/// Joins the comment `p.description` of an object of a catalogue.
fn comment(catalogue: &str, object: &str, column: &str) -> String {
    format!(
        "LEFT JOIN pg_catalog.pg_description p ON p.objoid = {object}
           AND p.classoid = 'pg_catalog.{catalogue}'::regclass AND p.objsubid = {column}"
    )
}

/// Tables that no extension owns, and enum types with their values in order, with their comments; then the comments of
/// the tables' constraints and indexes.
pub(super) fn tables_and_enums(here: &Here) -> String {
    let is_table = is_table(here);
    format!(
        "SELECT 'table', c.oid, {}, c.relname, p.description, c.relpersistence = 'u', NULL::json
         FROM pg_catalog.pg_class c
         {} WHERE {is_table} AND {}
         UNION ALL
         SELECT 'enum', NULL, {}, t.typname, p.description, false,
           (SELECT pg_catalog.json_agg(v.enumlabel ORDER BY v.enumsortorder)
            FROM pg_catalog.pg_enum v WHERE v.enumtypid = t.oid)
         FROM pg_catalog.pg_type t
         {} WHERE t.typtype = 'e' AND {} AND {}
         UNION ALL
         SELECT 'constraint', o.conrelid, NULL, o.conname, p.description, false, NULL
         FROM pg_catalog.pg_description p
         JOIN pg_catalog.pg_constraint o ON o.oid = p.objoid
         JOIN pg_catalog.pg_class c ON c.oid = o.conrelid
         WHERE p.classoid = 'pg_catalog.pg_constraint'::regclass AND {is_table}
         UNION ALL
         SELECT 'index', i.indrelid, NULL, x.relname, p.description, false, NULL
         FROM pg_catalog.pg_description p
         JOIN pg_catalog.pg_index i ON i.indexrelid = p.objoid
         JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
         JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
         WHERE p.classoid = 'pg_catalog.pg_class'::regclass AND p.objsubid = 0 AND {is_table}",
        other_name(here, "c.relnamespace"),
        comment("pg_class", "c.oid", "0"),
        is_no_extensions("pg_class", "c.oid"),
        other_name(here, "t.typnamespace"),
        comment("pg_type", "t.oid", "0"),
        is_ours(here, "t.typnamespace"),
        is_no_extensions("pg_type", "t.oid")
    )
}

/// Columns, in no order.
pub(super) fn columns(here: &Here) -> String {
    format!(
        "SELECT a.attrelid, a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
           pg_catalog.pg_get_expr(d.adbin, d.adrelid, false), a.attidentity, a.attgenerated,
           CASE WHEN a.attcollation <> t.typcollation THEN l.collname END, p.description,
           e.typname, CASE WHEN e.typnamespace <> {} THEN m.nspname END, e.oid <> t.oid
         FROM pg_catalog.pg_attribute a
         JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
         JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
         LEFT JOIN pg_catalog.pg_type e
           ON e.typtype = 'e' AND e.oid = CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END
         LEFT JOIN pg_catalog.pg_namespace m ON m.oid = e.typnamespace
         LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
         {} WHERE {} AND a.attnum > 0 AND NOT a.attisdropped",
        here.namespace,
        comment("pg_class", "a.attrelid", "a.attnum"),
        is_table(here)
    )
}

/// Sequences that a column owns (whether as an identity, and whether the column's default uses it), and those that
/// stand alone, with no table.
pub(super) fn sequences(here: &Here) -> String {
    let (schema, is_ours) = (other_name(here, "q.relnamespace"), is_ours(here, "q.relnamespace"));
    format!(
        "SELECT o.refobjid, o.refobjsubid, o.deptype = 'i',
           EXISTS (
             SELECT 1 FROM pg_catalog.pg_depend u
             JOIN pg_catalog.pg_attrdef d ON d.oid = u.objid
             WHERE u.classid = 'pg_catalog.pg_attrdef'::regclass
               AND u.refclassid = 'pg_catalog.pg_class'::regclass AND u.refobjid = s.seqrelid
               AND d.adrelid = o.refobjid AND d.adnum = o.refobjsubid),
           {schema}, q.relname, pg_catalog.format_type(s.seqtypid, NULL),
           s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, p.description
         FROM pg_catalog.pg_sequence s
         JOIN pg_catalog.pg_class q ON q.oid = s.seqrelid
         LEFT JOIN pg_catalog.pg_depend o
           ON o.objid = s.seqrelid AND o.classid = 'pg_catalog.pg_class'::regclass AND o.objsubid = 0
           AND o.refclassid = 'pg_catalog.pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
         LEFT JOIN pg_catalog.pg_class c ON c.oid = o.refobjid
         {} WHERE ({}) OR (o.refobjid IS NULL AND {is_ours} AND {})
         ORDER BY o.refobjid, o.refobjsubid",
        comment("pg_class", "q.oid", "0"),
        is_table(here),
        is_no_extensions("pg_class", "q.oid")
    )
}

/// Keys and checks, and whether our values hold all that each of them says.
pub(super) fn constraints(here: &Here) -> String {
    // Columns that older servers do not have.
    let nulls_not_distinct =
        if is_since(here, 15) { "COALESCE(i.indnullsnotdistinct, false)" } else { "false" };
    let set_columns = if is_since(here, 15) { "o.confdelsetcols" } else { "NULL::int2[]" };
    let is_held = if is_since(here, 18) { "o.conenforced AND NOT o.conperiod" } else { "true" };
    let namespace = here.namespace;
    format!(
        "SELECT o.conrelid, o.conname, o.contype, {is_held},
           pg_catalog.array_to_string(o.conkey, ' '), o.condeferrable, o.condeferred, o.convalidated,
           o.connoinherit, {nulls_not_distinct},
           CASE WHEN i.indnatts > i.indnkeyatts
             THEN pg_catalog.array_to_string((i.indkey::int2[])[i.indnkeyatts:], ' ') END,
           CASE WHEN o.contype = 'c' THEN pg_catalog.pg_get_expr(o.conbin, o.conrelid, false) END,
           o.confrelid,
           CASE WHEN r.relnamespace <> {namespace} THEN n.nspname END, r.relname,
           pg_catalog.array_to_string(o.confkey, ' '),
           CASE WHEN r.relnamespace <> {namespace} THEN (
             SELECT pg_catalog.json_agg(a.attname ORDER BY k.place)
             FROM pg_catalog.unnest(o.confkey) WITH ORDINALITY k (number, place)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = o.confrelid AND a.attnum = k.number) END,
           o.confdeltype, o.confupdtype, o.confmatchtype, pg_catalog.array_to_string({set_columns}, ' ')
         FROM pg_catalog.pg_constraint o
         JOIN pg_catalog.pg_class c ON c.oid = o.conrelid
         LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = o.conindid AND o.contype IN ('p', 'u')
         LEFT JOIN pg_catalog.pg_class r ON r.oid = o.confrelid AND o.contype = 'f'
         LEFT JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
         WHERE {} AND o.contype IN ('c', 'f', 'p', 'u') AND o.conparentid = 0
         ORDER BY o.conrelid, o.conname COLLATE \"C\"",
        is_table(here)
    )
}

/// The indexes that carry no key, and the exclusion constraints; of each part of a key, what it is and, in the definition,
/// what is said of it.
///
/// Most indexes are on columns with the collations and operator classes that these have anyway; printing the definitions
/// of all took more time than everything else of the query.
pub(super) fn indexes(here: &Here) -> String {
    let nulls_not_distinct = if is_since(here, 15) { "i.indnullsnotdistinct" } else { "false" };
    let is_table = is_table(here);
    format!(
        "WITH d AS MATERIALIZED (
           SELECT DISTINCT i.indexrelid
           FROM pg_catalog.pg_index i
           JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
           CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[])
             k (number, class, sorted)
           LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
           LEFT JOIN pg_catalog.pg_opclass p ON p.oid = k.class AND p.opcdefault
             AND p.opcmethod = (SELECT m.oid FROM pg_catalog.pg_am m WHERE m.amname = 'btree')
             AND p.opcnamespace = 'pg_catalog'::regnamespace
             AND (p.opcintype = a.atttypid
               OR p.opcintype = 'text'::regtype AND a.atttypid = 'pg_catalog.varchar'::regtype)
           WHERE {is_table} AND k.class IS NOT NULL AND (p.oid IS NULL OR k.sorted <> a.attcollation))
         SELECT i.indrelid, x.relname, i.indisunique, pg_catalog.pg_get_expr(i.indpred, i.indrelid, false),
           i.indkey, i.indnkeyatts, i.indoption, {nulls_not_distinct}, i.indisvalid, m.amname,
           pg_catalog.array_to_json(x.reloptions), o.oid IS NOT NULL, COALESCE(o.condeferrable, false),
           COALESCE(o.condeferred, false),
           CASE WHEN o.oid IS NOT NULL THEN pg_catalog.pg_get_constraintdef(o.oid, false)
             WHEN d.indexrelid IS NOT NULL THEN pg_catalog.pg_get_indexdef(i.indexrelid, 0, false) END,
           CASE WHEN o.oid IS NOT NULL OR d.indexrelid IS NOT NULL THEN (
             SELECT pg_catalog.json_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k.place, false) ORDER BY k.place)
             FROM pg_catalog.generate_series(1, i.indnkeyatts) k (place)) END
         FROM pg_catalog.pg_index i
         JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
         JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
         JOIN pg_catalog.pg_am m ON m.oid = x.relam
         LEFT JOIN d ON d.indexrelid = i.indexrelid
         LEFT JOIN pg_catalog.pg_constraint o ON o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x')
         WHERE {is_table} AND COALESCE(o.contype, 'x') = 'x'
         ORDER BY i.indrelid, x.relname COLLATE \"C\""
    )
}
