//! What a schema holds that our values do not: counted by kind and named, by one query.

use super::row::each;
use crate::{
    connection::Connection,
    dialect::{ReflectError, Unmanaged},
};

/// Counts what is in the connection's schemas and is not compared.
pub(crate) async fn unmanaged(connection: &mut Connection) -> Result<Vec<Unmanaged>, ReflectError> {
    let mut found = Vec::new();
    let version = match connection.postgres()?.server_version_num() {
        Some(version) => version,
        // A pooler may not repeat what its server said at the start.
        None => {
            connection.value("SHOW server_version_num").await?.and_then(|text| text.parse().ok()).unwrap_or(0)
        }
    };
    each(connection, "pg_depend", &query(version), |mut row| {
        let (_, one, several) = (row.optional()?, row.text()?, row.text()?);
        let names = row.optional_texts()?.unwrap_or_default();
        let kind = if names.len() == 1 { one } else { several };
        found.push(Unmanaged { kind: kind.into_owned(), names });
        Ok(())
    })
    .await?;
    Ok(found)
}

/// A kind of things.
struct Kind {
    one: &'static str,
    several: &'static str,
    /// The catalogue by which an extension's ownership is noted.
    catalogue: &'static str,
    id: &'static str,
    name: &'static str,
    /// With `c.relnamespace` for the schema.
    from: &'static str,
    condition: &'static str,
}

const CLASS: &str = "pg_class";
const OF_CLASS: &str = "pg_catalog.pg_class c";

/// A kind of relations, which are in `pg_class` alone.
const fn relations(one: &'static str, several: &'static str, condition: &'static str) -> Kind {
    Kind { one, several, catalogue: CLASS, id: "c.oid", name: "c.relname", from: OF_CLASS, condition }
}

/// The types of `pg_type` that are objects of a schema, for a list of SQL.
macro_rules! managed_types {
    () => {
        "'e'"
    };
}
pub(super) use managed_types;

/// A kind of what lies in a schema and has a catalogue of its own, whose columns begin with these letters.
macro_rules! objects {
    ($one:literal, $several:literal, $catalogue:literal, $letters:literal, $condition:literal) => {
        Kind {
            one: $one,
            several: $several,
            catalogue: $catalogue,
            id: "c.oid",
            name: concat!("c.", $letters, "name"),
            from: concat!(
                "(SELECT x.*, x.",
                $letters,
                "namespace AS relnamespace FROM pg_catalog.",
                $catalogue,
                " x) c"
            ),
            condition: $condition,
        }
    };
}

/// A kind of what lies in no schema, but in the database; what the server itself has brought is older than everything.
macro_rules! of_database {
    ($one:literal, $several:literal, $catalogue:literal, $name:literal, $columns:literal, $condition:literal) => {
        Kind {
            one: $one,
            several: $several,
            catalogue: $catalogue,
            id: "c.oid",
            name: $name,
            from: concat!(
                "(SELECT ",
                $columns,
                ", current_schema()::regnamespace::oid AS relnamespace FROM pg_catalog.",
                $catalogue,
                " x) c"
            ),
            condition: $condition,
        }
    };
}

/// Sequences that a column owns, and what the default of that column is.
///
/// `is_nextval` reads the stored tree, where it has the form that all versions give to `nextval` (1574) in an integer
/// column: printing every default takes longer than all the rest.
const OWNED: &str = "SELECT q.oid, q.relnamespace, q.relname, a.atttypid, d.adbin, d.adrelid, \
     EXISTS (SELECT 1 FROM pg_catalog.pg_depend u \
       WHERE u.classid = 'pg_catalog.pg_attrdef'::regclass AND u.objid = d.oid \
       AND u.refclassid = 'pg_catalog.pg_class'::regclass AND u.refobjid = q.oid) AS is_used, \
     d.adbin::text LIKE '{FUNCEXPR :funcid % :funcformat 2 % :args ({FUNCEXPR :funcid 1574 %' \
       OR d.adbin::text LIKE '{FUNCEXPR :funcid 1574 %' AS is_nextval \
     FROM pg_catalog.pg_class q \
     JOIN pg_catalog.pg_depend w ON w.classid = 'pg_catalog.pg_class'::regclass AND w.objid = q.oid \
       AND w.refclassid = 'pg_catalog.pg_class'::regclass AND w.refobjsubid > 0 AND w.deptype = 'a' \
     JOIN pg_catalog.pg_attribute a ON a.attrelid = w.refobjid AND a.attnum = w.refobjsubid \
     LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
     WHERE q.relkind = 'S'";

const KINDS: [Kind; 53] = [
    Kind {
        one: "trigger",
        several: "triggers",
        catalogue: "pg_trigger",
        id: "t.oid",
        name: "t.tgname",
        from: "pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid",
        condition: "NOT t.tgisinternal",
    },
    Kind {
        one: "rule",
        several: "rules",
        catalogue: "pg_rewrite",
        id: "t.oid",
        name: "t.rulename",
        from: "pg_catalog.pg_rewrite t JOIN pg_catalog.pg_class c ON c.oid = t.ev_class",
        condition: "t.rulename <> '_RETURN'",
    },
    Kind {
        one: "policy",
        several: "policies",
        catalogue: "pg_policy",
        id: "t.oid",
        name: "t.polname",
        from: "pg_catalog.pg_policy t JOIN pg_catalog.pg_class c ON c.oid = t.polrelid",
        condition: "true",
    },
    relations(
        "table with row security",
        "tables with row security",
        "c.relrowsecurity OR c.relforcerowsecurity",
    ),
    relations("view", "views", "c.relkind = 'v'"),
    relations("materialized view", "materialized views", "c.relkind = 'm'"),
    Kind {
        one: "function",
        several: "functions",
        catalogue: "pg_proc",
        id: "c.oid",
        name: "c.proname",
        from: "(SELECT p.*, p.pronamespace AS relnamespace FROM pg_catalog.pg_proc p) c",
        // A range type brings its own.
        condition: "NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend i \
                    WHERE i.classid = 'pg_catalog.pg_proc'::regclass AND i.objid = c.oid AND i.deptype = 'i')",
    },
    relations("foreign table", "foreign tables", "c.relkind = 'f'"),
    relations("partitioned table", "partitioned tables", "c.relkind = 'p' AND NOT c.relispartition"),
    relations("partition", "partitions", "c.relkind IN ('r', 'p', 'f') AND c.relispartition"),
    relations(
        "table that inherits",
        "tables that inherit",
        "c.relkind = 'r' AND NOT c.relispartition AND EXISTS (SELECT 1 FROM pg_catalog.pg_inherits h \
         WHERE h.inhrelid = c.oid)",
    ),
    Kind {
        one: "grant",
        several: "grants",
        catalogue: "pg_class",
        id: "c.oid",
        name: "c.relname || ' to ' || CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE \
               pg_get_userbyid(g.grantee) END",
        from: "pg_catalog.pg_class c CROSS JOIN LATERAL (SELECT DISTINCT a.grantee FROM aclexplode(c.relacl) a \
               WHERE a.grantee <> c.relowner) g",
        condition: "c.relacl IS NOT NULL AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')",
    },
    relations(
        "table with storage parameters",
        "tables with storage parameters",
        "c.relkind IN ('r', 'p') AND c.reloptions IS NOT NULL",
    ),
    relations(
        "table or index in a tablespace",
        "tables and indexes in tablespaces",
        "c.relkind IN ('r', 'p', 'i', 'I') AND c.reltablespace <> 0",
    ),
    Kind {
        one: "index with a collation of another schema",
        several: "indexes with a collation of another schema",
        catalogue: "pg_class",
        id: "c.oid",
        name: "c.relname",
        from: "pg_catalog.pg_class c JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid",
        // Nearly always there is no such collation, and the indexes need not be looked at.
        condition: "(SELECT bool_or(NOT pg_collation_is_visible(y.oid)) FROM pg_catalog.pg_collation y) AND EXISTS (\
                    SELECT 1 FROM unnest(i.indcollation::oid[]) l (id) WHERE l.id <> 0 AND NOT \
                    pg_collation_is_visible(l.id))",
    },
    Kind {
        one: "statistics object",
        several: "statistics objects",
        catalogue: "pg_statistic_ext",
        id: "c.oid",
        name: "c.stxname",
        from: "(SELECT s.*, s.stxnamespace AS relnamespace FROM pg_catalog.pg_statistic_ext s) c",
        condition: "true",
    },
    relations(
        "table in a publication",
        "tables in publications",
        "EXISTS (SELECT 1 FROM pg_catalog.pg_publication_rel u WHERE u.prrelid = c.oid)",
    ),
    Kind {
        one: "domain",
        several: "domains",
        catalogue: "pg_type",
        id: "c.oid",
        name: "c.typname",
        from: "(SELECT y.*, y.typnamespace AS relnamespace FROM pg_catalog.pg_type y) c",
        condition: "c.typtype = 'd'",
    },
    Kind {
        one: "extension",
        several: "extensions",
        catalogue: "pg_extension",
        id: "c.oid",
        name: "c.extname",
        from: "(SELECT x.*, x.extnamespace AS relnamespace FROM pg_catalog.pg_extension x) c",
        condition: "true",
    },
    relations("composite type", "composite types", "c.relkind = 'c'"),
    objects!("range type", "range types", "pg_type", "typ", "c.typtype = 'r'"),
    objects!("base type", "base types", "pg_type", "typ", "c.typtype IN ('b', 'p') AND c.typcategory <> 'A'"),
    objects!("collation", "collations", "pg_collation", "coll", "true"),
    objects!("conversion of encodings", "conversions of encodings", "pg_conversion", "con", "true"),
    objects!("operator", "operators", "pg_operator", "opr", "true"),
    objects!("operator class", "operator classes", "pg_opclass", "opc", "true"),
    objects!("operator family", "operator families", "pg_opfamily", "opf", "true"),
    objects!("text search configuration", "text search configurations", "pg_ts_config", "cfg", "true"),
    objects!("text search dictionary", "text search dictionaries", "pg_ts_dict", "dict", "true"),
    objects!("text search parser", "text search parsers", "pg_ts_parser", "prs", "true"),
    objects!("text search template", "text search templates", "pg_ts_template", "tmpl", "true"),
    of_database!("event trigger", "event triggers", "pg_event_trigger", "c.evtname", "x.*", "true"),
    of_database!("publication", "publications", "pg_publication", "c.pubname", "x.*", "true"),
    of_database!(
        "subscription",
        "subscriptions",
        "pg_subscription",
        "c.subname",
        // Not every user may read all of its columns.
        "0::oid AS oid, x.subname, x.subdbid",
        "c.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())"
    ),
    of_database!(
        "cast",
        "casts",
        "pg_cast",
        "c.castsource::regtype || ' to ' || c.casttarget::regtype",
        "x.*",
        "c.oid >= 16384 AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend i \
         WHERE i.classid = 'pg_catalog.pg_cast'::regclass AND i.objid = c.oid AND i.deptype = 'i')"
    ),
    of_database!("language", "languages", "pg_language", "c.lanname", "x.*", "c.oid >= 16384"),
    of_database!("access method", "access methods", "pg_am", "c.amname", "x.*", "c.oid >= 16384"),
    of_database!(
        "foreign-data wrapper",
        "foreign-data wrappers",
        "pg_foreign_data_wrapper",
        "c.fdwname",
        "x.*",
        "true"
    ),
    of_database!("foreign server", "foreign servers", "pg_foreign_server", "c.srvname", "x.*", "true"),
    of_database!(
        "default privilege",
        "default privileges",
        "pg_default_acl",
        // Without the role, which is another on another server.
        "CASE c.defaclobjtype WHEN 'r' THEN 'on tables' WHEN 'S' THEN 'on sequences' WHEN 'f' THEN 'on functions' \
         WHEN 'T' THEN 'on types' WHEN 'n' THEN 'on schemas' ELSE 'on others' END || \
         CASE c.defaclnamespace WHEN 0 THEN '' ELSE ' of ' || c.defaclnamespace::regnamespace END",
        "x.*",
        "true"
    ),
    Kind {
        one: "grant on a column",
        several: "grants on columns",
        catalogue: "pg_class",
        id: "c.oid",
        name: "c.relname || '.' || a.attname",
        from: "pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid",
        condition: "a.attacl IS NOT NULL AND NOT a.attisdropped",
    },
    Kind {
        one: "function with privileges",
        several: "functions with privileges",
        catalogue: "pg_proc",
        id: "c.oid",
        name: "c.proname",
        from: "(SELECT p.*, p.pronamespace AS relnamespace FROM pg_catalog.pg_proc p) c",
        condition: "c.proacl IS NOT NULL AND c.proacl <> pg_catalog.acldefault('f', c.proowner)",
    },
    of_database!(
        "schema with privileges",
        "schemas with privileges",
        "pg_namespace",
        "c.nspname",
        "x.*",
        // What a new database has given on `public` is noted, in whatever order it is written now.
        "c.oid IN (SELECT h.oid FROM here h) AND c.nspacl IS NOT NULL AND NOT coalesce(\
           (SELECT i.initprivs @> c.nspacl AND i.initprivs <@ c.nspacl FROM pg_catalog.pg_init_privs i \
            WHERE i.classoid = 'pg_catalog.pg_namespace'::regclass AND i.objoid = c.oid), \
           c.nspacl = pg_catalog.acldefault('n', c.nspowner))"
    ),
    objects!(
        "type with privileges",
        "types with privileges",
        "pg_type",
        "typ",
        "c.typacl IS NOT NULL AND c.typacl <> pg_catalog.acldefault('T', c.typowner)"
    ),
    of_database!(
        "language with privileges",
        "languages with privileges",
        "pg_language",
        "c.lanname",
        "x.*",
        "c.lanacl IS NOT NULL AND c.lanacl <> pg_catalog.acldefault('l', c.lanowner)"
    ),
    of_database!(
        "foreign-data wrapper with privileges",
        "foreign-data wrappers with privileges",
        "pg_foreign_data_wrapper",
        "c.fdwname",
        "x.*",
        "c.fdwacl IS NOT NULL AND c.fdwacl <> pg_catalog.acldefault('F', c.fdwowner)"
    ),
    of_database!(
        "foreign server with privileges",
        "foreign servers with privileges",
        "pg_foreign_server",
        "c.srvname",
        "x.*",
        "c.srvacl IS NOT NULL AND c.srvacl <> pg_catalog.acldefault('S', c.srvowner)"
    ),
    relations(
        "table with a replica identity",
        "tables with a replica identity",
        "c.relkind IN ('r', 'p') AND c.relreplident <> 'd'",
    ),
    Kind {
        one: "column with storage or statistics of its own",
        several: "columns with storage or statistics of their own",
        catalogue: "pg_class",
        id: "c.oid",
        name: "c.relname || '.' || a.attname",
        from: "pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
               AND NOT a.attisdropped JOIN pg_catalog.pg_type y ON y.oid = a.atttypid",
        condition: "c.relkind IN ('r', 'p') AND (a.attstorage <> y.typstorage OR a.attstattarget >= 0 \
                    OR a.attoptions IS NOT NULL)",
    },
    relations(
        "index on which a table is clustered",
        "indexes on which tables are clustered",
        "c.relkind = 'i' AND EXISTS (SELECT 1 FROM pg_catalog.pg_index i \
         WHERE i.indexrelid = c.oid AND i.indisclustered)",
    ),
    // The sequence of a table or column that was renamed keeps its name, which nothing but SQL that speaks of it minds.
    Kind {
        one: "identity column whose sequence has another name",
        several: "identity columns whose sequences have other names",
        catalogue: "pg_class",
        id: "c.oid",
        name: "c.name",
        from: "(SELECT q.oid, q.relnamespace, t.relname || '.' || a.attname || ' (' || q.relname || ')' AS name, \
                t.relname || '_' || a.attname || '_seq' AS usual, q.relname AS own \
                FROM pg_catalog.pg_depend w JOIN pg_catalog.pg_class q ON q.oid = w.objid AND q.relkind = 'S' \
                JOIN pg_catalog.pg_class t ON t.oid = w.refobjid \
                JOIN pg_catalog.pg_attribute a ON a.attrelid = w.refobjid AND a.attnum = w.refobjsubid \
                WHERE w.classid = 'pg_catalog.pg_class'::regclass AND w.refclassid = 'pg_catalog.pg_class'::regclass \
                  AND w.refobjsubid > 0 AND w.deptype = 'i') c",
        condition: "c.own <> c.usual AND (octet_length(c.usual) <= 63 OR c.own NOT LIKE '%\\_seq')",
    },
    Kind {
        one: "sequence of a column that is not SERIAL",
        several: "sequences of columns that are not SERIAL",
        catalogue: "pg_class",
        id: "c.oid",
        name: "c.relname",
        from: "owned c",
        condition: "NOT c.is_used OR NOT (c.is_nextval OR pg_catalog.pg_get_expr(c.adbin, c.adrelid) LIKE 'nextval(''%''::regclass)') \
                    OR c.atttypid NOT IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)",
    },
    // On the index of a key, on the sequence of a column, on the schema, on views, functions and whatever else is not
    // compared: our values have no place for these.
    Kind {
        one: "comment that is not compared",
        several: "comments that are not compared",
        catalogue: "pg_class",
        id: "c.oid",
        name: "c.name",
        from: concat!(
            "(SELECT x.oid, x.relnamespace, CASE x.relkind WHEN 'S' THEN 'sequence ' ELSE 'index ' END || x.relname AS name \
                FROM pg_catalog.pg_description p JOIN pg_catalog.pg_class x ON x.oid = p.objoid \
                WHERE p.classoid = 'pg_catalog.pg_class'::regclass AND p.objsubid = 0 AND (EXISTS (\
                  SELECT 1 FROM pg_catalog.pg_constraint o WHERE o.conindid = x.oid AND o.contype IN ('p', 'u', 'x')\
                ) OR x.relkind = 'S' AND EXISTS (\
                  SELECT 1 FROM pg_catalog.pg_depend w WHERE w.classid = 'pg_catalog.pg_class'::regclass \
                  AND w.objid = x.oid AND w.refobjsubid > 0 AND w.deptype IN ('a', 'i'))) \
                UNION ALL SELECT s.oid, s.oid, 'schema ' || s.nspname \
                FROM pg_catalog.pg_description p JOIN pg_catalog.pg_namespace s ON s.oid = p.objoid \
                WHERE p.classoid = 'pg_catalog.pg_namespace'::regclass \
                  AND p.description <> 'standard public schema' \
                UNION ALL SELECT p.objoid, pg_catalog.current_schema()::regnamespace::oid, \
                  pg_catalog.pg_describe_object(p.classoid, p.objoid, p.objsubid) \
                FROM pg_catalog.pg_description p \
                LEFT JOIN pg_catalog.pg_class x ON p.classoid = 'pg_catalog.pg_class'::regclass AND x.oid = p.objoid \
                LEFT JOIN pg_catalog.pg_type y ON p.classoid = 'pg_catalog.pg_type'::regclass AND y.oid = p.objoid \
                LEFT JOIN pg_catalog.pg_constraint k \
                  ON p.classoid = 'pg_catalog.pg_constraint'::regclass AND k.oid = p.objoid \
                LEFT JOIN pg_catalog.pg_class o ON o.oid = k.conrelid \
                WHERE p.objoid >= 16384 \
                  AND p.classoid NOT IN ('pg_catalog.pg_namespace'::regclass, 'pg_catalog.pg_extension'::regclass) \
                  AND (x.oid IS NULL OR x.relkind NOT IN ('r', 'i', 'S') OR x.relkind = 'r' AND x.relispartition) \
                  AND (y.oid IS NULL OR y.typtype NOT IN (",
            managed_types!(),
            ")) \
                  AND (k.oid IS NULL OR o.oid IS NULL OR o.relkind <> 'r' OR o.relispartition) \
                  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e \
                    WHERE e.classid = p.classoid AND e.objid = p.objoid AND e.deptype = 'e')) c"
        ),
        condition: "true",
    },
];

/// What version 14 has added to the catalogue.
const KIND_OF_14: Kind = Kind {
    one: "column with a compression of its own",
    several: "columns with a compression of their own",
    catalogue: "pg_class",
    id: "c.oid",
    name: "c.relname || '.' || a.attname",
    from: "pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
           AND NOT a.attisdropped",
    condition: "c.relkind IN ('r', 'p') AND a.attcompression <> ''",
};

/// What version 15 has made possible: before, sequences were always logged.
const KIND_OF_15: Kind = Kind {
    one: "sequence that is logged otherwise than its table",
    several: "sequences that are logged otherwise than their tables",
    catalogue: CLASS,
    id: "c.oid",
    name: "c.relname",
    from: "(SELECT q.*, t.relpersistence AS of_table FROM pg_catalog.pg_class q \
            JOIN pg_catalog.pg_depend w ON w.classid = 'pg_catalog.pg_class'::regclass AND w.objid = q.oid \
              AND w.refclassid = 'pg_catalog.pg_class'::regclass AND w.refobjsubid > 0 AND w.deptype IN ('a', 'i') \
            JOIN pg_catalog.pg_class t ON t.oid = w.refobjid WHERE q.relkind = 'S' \
            UNION ALL SELECT q.*, 'p' FROM pg_catalog.pg_class q WHERE q.relkind = 'S' AND NOT EXISTS (\
              SELECT 1 FROM pg_catalog.pg_depend w WHERE w.classid = 'pg_catalog.pg_class'::regclass AND w.objid = q.oid \
                AND w.refclassid = 'pg_catalog.pg_class'::regclass AND w.refobjsubid > 0 AND w.deptype IN ('a', 'i'))) c",
    condition: "c.relpersistence <> c.of_table",
};

/// What version 18 has added to the catalogue.
const KINDS_OF_18: [Kind; 2] = [
    Kind {
        one: "constraint that is not enforced",
        several: "constraints that are not enforced",
        catalogue: "pg_constraint",
        id: "t.oid",
        name: "t.conname",
        from: "pg_catalog.pg_constraint t JOIN pg_catalog.pg_class c ON c.oid = t.conrelid",
        condition: "NOT t.conenforced",
    },
    Kind {
        one: "key over time",
        several: "keys over time",
        catalogue: "pg_constraint",
        id: "t.oid",
        name: "t.conname",
        from: "pg_catalog.pg_constraint t JOIN pg_catalog.pg_class c ON c.oid = t.conrelid",
        condition: "t.conperiod",
    },
];

/// Counts each kind of which there is something that no extension made, in the current schema and, under their names, in
/// all others.
fn query(version: u32) -> String {
    let late: &[Kind] = if version >= 180_000 { &KINDS_OF_18 } else { &[] };
    let of_14 = (version >= 140_000).then_some(&KIND_OF_14);
    let of_15 = (version >= 150_000).then_some(&KIND_OF_15);
    let kinds = KINDS.iter().chain(of_14).chain(of_15).chain(late).enumerate().map(|(place, kind)| {
        let Kind { one, several, catalogue, id, name, from, condition } = kind;
        // A comment is named with what it is on.
        let prefix = if one.starts_with("comment") { "''" } else { "h.prefix" };
        let name = format!("({prefix} || ({name})::text)");
        format!(
            "SELECT {place}, '{one}', '{several}', pg_catalog.json_agg({name} ORDER BY h.prefix COLLATE \"C\", {name} COLLATE \"C\")
             FROM {from}
             JOIN here h ON h.oid = c.relnamespace
             WHERE ({condition}) AND NOT EXISTS (
               SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.{catalogue}'::regclass
                 AND e.objid = {id} AND e.deptype = 'e')
             HAVING count(*) > 0"
        )
    });
    let kinds: Vec<String> = kinds.collect();
    format!(
        "WITH here AS MATERIALIZED (
           SELECT n.oid, CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname || '.' END AS prefix
           FROM pg_catalog.pg_namespace n
           WHERE n.nspname = current_schema()
             OR n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
               AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e
                 WHERE e.classid = 'pg_catalog.pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')),
         owned AS MATERIALIZED ({OWNED})
         SELECT * FROM ({}) k (place, one, several, names) ORDER BY place",
        kinds.join(" UNION ALL ")
    )
}
