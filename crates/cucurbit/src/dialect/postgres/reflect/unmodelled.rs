//! What the current schema holds beside what our values can say: views, triggers, functions and the like, by name.

use crate::connection::{Connection, ConnectionError};

/// A line for each object that no extension owns, as its kind and its name.
const OBJECTS: &str = "
    WITH n AS (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema()),
    found (class, object, kind, name) AS (
      SELECT 'pg_class'::regclass, c.oid,
        CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
          ELSE 'sequence' END,
        c.relname::text
      FROM pg_catalog.pg_class c JOIN n ON c.relnamespace = n.oid
      WHERE c.relkind IN ('v', 'm', 'f', 'S') AND NOT EXISTS (
        SELECT 1 FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0)
      UNION ALL
      SELECT 'pg_proc'::regclass, p.oid, 'function', p.proname::text
      FROM pg_catalog.pg_proc p JOIN n ON p.pronamespace = n.oid
      UNION ALL
      SELECT 'pg_type'::regclass, t.oid, CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, t.typname::text
      FROM pg_catalog.pg_type t JOIN n ON t.typnamespace = n.oid
      WHERE t.typtype IN ('d', 'e', 'r') OR t.typtype = 'c' AND EXISTS (
        SELECT 1 FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')
      UNION ALL
      SELECT 'pg_class'::regclass, c.oid, parts.kind, parts.name || ' on ' || c.relname
      FROM pg_catalog.pg_class c JOIN n ON c.relnamespace = n.oid
      JOIN (
        SELECT tgrelid AS owner, 'trigger' AS kind, tgname::text AS name
        FROM pg_catalog.pg_trigger WHERE NOT tgisinternal
        UNION ALL
        SELECT polrelid, 'policy', polname::text FROM pg_catalog.pg_policy
        UNION ALL
        SELECT ev_class, 'rule', rulename::text FROM pg_catalog.pg_rewrite WHERE rulename <> '_RETURN'
        UNION ALL
        SELECT conrelid, 'constraint', conname::text FROM pg_catalog.pg_constraint
        WHERE contype = 'x' OR contype IN ('c', 'f', 'p', 'u') AND (condeferrable OR NOT convalidated)
        UNION ALL
        SELECT i.indrelid, 'index', x.relname::text
        FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
        JOIN pg_catalog.pg_am m ON m.oid = x.relam
        WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint o WHERE o.conindid = i.indexrelid)
          AND (m.amname <> 'btree' OR NOT i.indisvalid OR i.indnatts <> i.indnkeyatts OR EXISTS (
            SELECT 1 FROM pg_catalog.pg_opclass b WHERE b.oid = ANY (i.indclass::oid[]) AND NOT b.opcdefault))
      ) parts ON parts.owner = c.oid
      WHERE c.relkind IN ('r', 'p'))
    SELECT kind || ' ' || name FROM found
    WHERE NOT EXISTS (
      SELECT 1 FROM pg_catalog.pg_depend e
      WHERE e.classid = found.class AND e.objid = found.object AND e.deptype = 'e')
    ORDER BY kind COLLATE \"C\", name COLLATE \"C\"";

/// Lists what is there and not in what [`reflect`](super::reflect) returns.
pub(crate) async fn unmodelled(connection: &mut Connection) -> Result<Vec<String>, ConnectionError> {
    Ok(connection.rows(OBJECTS).await?.into_iter().flatten().flatten().collect())
}
