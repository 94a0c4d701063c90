//! What tables need and no operation makes: domains and other types, collations, functions, operators, extensions.

use super::{row::each, unmanaged::managed_types};
use crate::{
    connection::Connection,
    dialect::{Need, ReflectError},
    schema::{Ident, TableName},
};

/// What columns, their defaults, constraints and indexes depend on, by the notes that the server keeps of it for DROP.
///
/// What the server brings itself is older than everything. An enum type is made by an operation, and so is a table, whose rows
/// are a type.
const QUERY: &str = concat!(
    "WITH own AS (
       SELECT d.refclassid, d.refobjid, d.objid AS relation, d.objsubid AS place FROM pg_catalog.pg_depend d
       JOIN pg_catalog.pg_class c ON c.oid = d.objid AND c.relkind = 'r'
       WHERE d.classid = 'pg_catalog.pg_class'::regclass
       UNION ALL SELECT d.refclassid, d.refobjid, f.adrelid, f.adnum FROM pg_catalog.pg_depend d
       JOIN pg_catalog.pg_attrdef f ON f.oid = d.objid WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass
       UNION ALL SELECT d.refclassid, d.refobjid, k.conrelid, 0 FROM pg_catalog.pg_depend d
       JOIN pg_catalog.pg_constraint k ON k.oid = d.objid WHERE d.classid = 'pg_catalog.pg_constraint'::regclass
       UNION ALL SELECT d.refclassid, d.refobjid, i.indrelid, 0 FROM pg_catalog.pg_depend d
       JOIN pg_catalog.pg_index i ON i.indexrelid = d.objid WHERE d.classid = 'pg_catalog.pg_class'::regclass),
     element AS (
       SELECT o.refclassid, CASE WHEN y.typcategory = 'A' AND y.typelem <> 0 THEN y.typelem ELSE o.refobjid END AS id,
         o.relation, o.place
       FROM own o LEFT JOIN pg_catalog.pg_type y ON o.refclassid = 'pg_catalog.pg_type'::regclass AND y.oid = o.refobjid
       WHERE o.refobjid >= 16384 AND o.refclassid IN ('pg_catalog.pg_type'::regclass, 'pg_catalog.pg_collation'::regclass,
         'pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_operator'::regclass, 'pg_catalog.pg_opclass'::regclass,
         'pg_catalog.pg_ts_config'::regclass))
     SELECT DISTINCT CASE WHEN c.relnamespace <> current_schema()::regnamespace THEN n.nspname END, c.relname, a.attname,
       CASE WHEN x.oid IS NOT NULL THEN 'EXTENSION'
         WHEN y.typtype = 'd' THEN 'DOMAIN' WHEN y.oid IS NOT NULL THEN 'TYPE'
         WHEN e.refclassid = 'pg_catalog.pg_collation'::regclass THEN 'COLLATION'
         WHEN e.refclassid = 'pg_catalog.pg_proc'::regclass THEN 'FUNCTION'
         WHEN e.refclassid = 'pg_catalog.pg_operator'::regclass THEN 'OPERATOR'
         WHEN e.refclassid = 'pg_catalog.pg_opclass'::regclass THEN 'OPERATOR CLASS'
         ELSE 'TEXT SEARCH CONFIGURATION' END,
       coalesce(quote_ident(x.extname), y.oid::regtype::text,
         CASE WHEN e.refclassid = 'pg_catalog.pg_proc'::regclass THEN e.id::regprocedure::text
           WHEN e.refclassid = 'pg_catalog.pg_operator'::regclass THEN e.id::regoperator::text
           WHEN e.refclassid = 'pg_catalog.pg_collation'::regclass THEN e.id::regcollation::text
           ELSE (pg_catalog.pg_identify_object(e.refclassid, e.id, 0)).identity END)
     FROM element e
     JOIN pg_catalog.pg_class c ON c.oid = e.relation AND c.relkind = 'r'
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = e.place AND a.attnum > 0
     LEFT JOIN pg_catalog.pg_type y ON e.refclassid = 'pg_catalog.pg_type'::regclass AND y.oid = e.id
     LEFT JOIN pg_catalog.pg_class r ON r.oid = y.typrelid
     LEFT JOIN pg_catalog.pg_depend m ON m.classid = e.refclassid AND m.objid = e.id AND m.deptype = 'e'
     LEFT JOIN pg_catalog.pg_extension x ON x.oid = m.refobjid
     WHERE (y.oid IS NULL OR x.oid IS NOT NULL OR y.typtype NOT IN (",
    managed_types!(),
    ")) AND (r.oid IS NULL OR r.relkind = 'c')
     ORDER BY 1 NULLS FIRST, 2, 3 NULLS LAST, 4, 5"
);

/// Lists what the tables need and no operation makes.
pub(crate) async fn needed(connection: &mut Connection) -> Result<Vec<Need>, ReflectError> {
    let mut needs = Vec::new();
    each(connection, "pg_depend", QUERY, |mut row| {
        let (schema, table) = (row.optional_text()?, row.text()?);
        let column = row.optional_text()?;
        let (kind, name) = (row.text()?, row.text()?);
        let table = match schema {
            Some(schema) => TableName::qualified(schema.as_str(), table.as_ref()),
            None => TableName::new(table.as_ref()),
        };
        let column = column.map(|column| Ident::new(column.as_str()));
        needs.push(Need { table, column, kind: kind.into_owned(), name: name.into_owned() });
        Ok(())
    })
    .await?;
    Ok(needs)
}
