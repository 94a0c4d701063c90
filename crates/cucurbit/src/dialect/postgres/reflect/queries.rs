//! The queries over the catalogue (manual, chapter 53). Their columns are read in order by the caller.
//!
//! All expressions are printed by `pg_get_expr(…, false)`, as `ask` prints them.

use super::Server;

/// The version, the search path and the current schema.
pub(super) const SERVER: &str = "SELECT current_setting('server_version_num'), current_setting('server_version'), \
     current_setting('search_path'), \
     (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = current_schema())";

/// Ordinary and partitioned tables (not the partitions), as a condition on `pg_class c`.
fn is_table(server: &Server) -> String {
    let namespace = server.namespace;
    format!("c.relnamespace = {namespace} AND c.relkind IN ('r', 'p') AND NOT c.relispartition")
}

/// Tables that no extension owns, with their comments.
pub(super) fn tables(server: &Server) -> String {
    format!(
        "SELECT c.oid, c.relname, p.description
         FROM pg_catalog.pg_class c
         LEFT JOIN pg_catalog.pg_description p
           ON p.objoid = c.oid AND p.classoid = 'pg_catalog.pg_class'::regclass AND p.objsubid = 0
         WHERE {} AND NOT EXISTS (
           SELECT 1 FROM pg_catalog.pg_depend e
           WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')",
        is_table(server)
    )
}

/// Columns in the order of their tables.
pub(super) fn columns(server: &Server) -> String {
    format!(
        "SELECT a.attrelid, a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
           pg_catalog.pg_get_expr(d.adbin, d.adrelid, false), a.attidentity, a.attgenerated,
           CASE WHEN a.attcollation <> t.typcollation THEN l.collname END, p.description
         FROM pg_catalog.pg_attribute a
         JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
         JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
         LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
         LEFT JOIN pg_catalog.pg_description p
           ON p.objoid = a.attrelid AND p.classoid = 'pg_catalog.pg_class'::regclass AND p.objsubid = a.attnum
         WHERE {} AND a.attnum > 0 AND NOT a.attisdropped
         ORDER BY a.attrelid, a.attnum",
        is_table(server)
    )
}

/// Sequences that a column owns: whether as an identity, and whether the column's default uses it.
pub(super) fn sequences(server: &Server) -> String {
    format!(
        "SELECT o.refobjid, o.refobjsubid, o.deptype = 'i',
           EXISTS (
             SELECT 1 FROM pg_catalog.pg_depend u
             JOIN pg_catalog.pg_attrdef d ON d.oid = u.objid
             WHERE u.classid = 'pg_catalog.pg_attrdef'::regclass
               AND u.refclassid = 'pg_catalog.pg_class'::regclass AND u.refobjid = s.seqrelid
               AND d.adrelid = o.refobjid AND d.adnum = o.refobjsubid),
           s.seqstart, s.seqincrement
         FROM pg_catalog.pg_sequence s
         JOIN pg_catalog.pg_depend o
           ON o.objid = s.seqrelid AND o.classid = 'pg_catalog.pg_class'::regclass AND o.objsubid = 0
           AND o.refclassid = 'pg_catalog.pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
         JOIN pg_catalog.pg_class c ON c.oid = o.refobjid
         WHERE {}
         ORDER BY o.refobjid, o.refobjsubid",
        is_table(server)
    )
}

/// Keys and checks, and whether our values hold all that each of them says.
pub(super) fn constraints(server: &Server) -> String {
    // Columns that older servers do not have.
    let nulls_not_distinct =
        if server.version >= 150_000 { "COALESCE(i.indnullsnotdistinct, false)" } else { "false" };
    let set_columns = if server.version >= 150_000 { "o.confdelsetcols" } else { "NULL::int2[]" };
    let is_held = if server.version >= 180_000 { "o.conenforced AND NOT o.conperiod" } else { "true" };
    let namespace = server.namespace;
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
        is_table(server)
    )
}

/// The indexes that carry no key, and the exclusion constraints; of each part of a key, what it is and, in the definition, what is said of it.
pub(super) fn indexes(server: &Server) -> String {
    let nulls_not_distinct = if server.version >= 150_000 { "i.indnullsnotdistinct" } else { "false" };
    format!(
        "SELECT i.indrelid, x.relname, i.indisunique, pg_catalog.pg_get_expr(i.indpred, i.indrelid, false),
           i.indkey, i.indnkeyatts, i.indoption, {nulls_not_distinct}, i.indisvalid, m.amname,
           pg_catalog.array_to_json(x.reloptions), o.oid IS NOT NULL, COALESCE(o.condeferrable, false),
           COALESCE(o.condeferred, false), CASE WHEN o.oid IS NULL
             THEN pg_catalog.pg_get_indexdef(i.indexrelid, 0, false)
             ELSE pg_catalog.pg_get_constraintdef(o.oid, false) END,
           (SELECT pg_catalog.json_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k.place, false) ORDER BY k.place)
            FROM pg_catalog.generate_series(1, i.indnkeyatts) k (place))
         FROM pg_catalog.pg_index i
         JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
         JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
         JOIN pg_catalog.pg_am m ON m.oid = x.relam
         LEFT JOIN pg_catalog.pg_constraint o ON o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x')
         WHERE {} AND COALESCE(o.contype, 'x') = 'x'
         ORDER BY i.indrelid, x.relname COLLATE \"C\"",
        is_table(server)
    )
}
