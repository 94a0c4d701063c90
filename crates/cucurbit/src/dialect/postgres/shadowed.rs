//! Types of ours that bear the name of one of the server's.
//!
//! `pg_catalog` is searched before every other schema (manual, 5.9.5), so that `"path"` is the server's type whatever lies
//! in the connection's own schema: ours is written with its schema. What may not live here: any other use of names.

use crate::schema::{Dialect, Ident, Kind, ObjectName, Schema, part::Part};

/// Where the server's own types lie.
pub(super) const SERVERS: &str = "pg_catalog";

/// The names of the server's types in PostgreSQL 13 to 18, sorted; rows of its tables and arrays are not among them.
const NAMES: &[&str] = &[
    "aclitem",
    "any",
    "anyarray",
    "anycompatible",
    "anycompatiblearray",
    "anycompatiblemultirange",
    "anycompatiblenonarray",
    "anycompatiblerange",
    "anyelement",
    "anyenum",
    "anymultirange",
    "anynonarray",
    "anyrange",
    "bit",
    "bool",
    "box",
    "bpchar",
    "bytea",
    "char",
    "cid",
    "cidr",
    "circle",
    "cstring",
    "date",
    "datemultirange",
    "daterange",
    "event_trigger",
    "fdw_handler",
    "float4",
    "float8",
    "gtsvector",
    "index_am_handler",
    "inet",
    "int2",
    "int2vector",
    "int4",
    "int4multirange",
    "int4range",
    "int8",
    "int8multirange",
    "int8range",
    "internal",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "language_handler",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "nummultirange",
    "numrange",
    "oid",
    "oidvector",
    "path",
    "pg_brin_bloom_summary",
    "pg_brin_minmax_multi_summary",
    "pg_ddl_command",
    "pg_dependencies",
    "pg_lsn",
    "pg_mcv_list",
    "pg_ndistinct",
    "pg_node_tree",
    "pg_snapshot",
    "point",
    "polygon",
    "record",
    "refcursor",
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "table_am_handler",
    "text",
    "tid",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "trigger",
    "tsm_handler",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "txid_snapshot",
    "unknown",
    "uuid",
    "varbit",
    "varchar",
    "void",
    "xid",
    "xid8",
    "xml",
];

/// Tells whether a type of the server has this name, too.
pub(super) fn is_hidden(name: &Ident) -> bool {
    NAMES.binary_search(&name.as_str()).is_ok()
}

/// Writes the name of such a type, in an operation or a schema, with the connection's own schema.
pub(super) fn say_in(part: Part<'_>, own: &Ident) {
    if let Part::Object { kind: Kind::Enum, name, is_declared: _ } = part
        && is_hidden(&name.name)
    {
        name.schema.get_or_insert_with(|| own.clone());
    }
}

/// Tells whether a schema has such a type, or a column of one.
pub(super) fn has_some(schema: &Schema) -> bool {
    let columns = schema.tables.values().flat_map(|table| &table.columns);
    let of = columns.filter_map(|column| column.ty.on(Dialect::Postgres).enum_name());
    schema.enums.keys().chain(of).any(|name| is_hidden(&name.name))
}

/// Writes the names of such types with the connection's own schema.
pub(super) fn say(schema: &mut Schema, own: &Ident) {
    if has_some(schema) {
        schema.parts_mut(&mut |part| say_in(part, own));
    }
}

/// Leaves the connection's own schema out again.
pub(super) fn leave_out(schema: &mut Schema, own: &Ident) {
    if has_some(schema) {
        schema.parts_mut(&mut |part| {
            if let Part::Object { kind: Kind::Enum, name, is_declared: _ } = part {
                *name = short(name, own);
            }
        });
    }
}

/// Returns the name of a type without the connection's own schema, if it is such a type.
pub(super) fn short(name: &ObjectName, own: &Ident) -> ObjectName {
    let is_own = is_hidden(&name.name) && name.schema.as_ref() == Some(own);
    if is_own { ObjectName::new(name.name.clone()) } else { name.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted() {
        assert!(NAMES.is_sorted());
        assert!(is_hidden(&"path".into()) && is_hidden(&"xml".into()) && !is_hidden(&"mood".into()));
    }
}
