//! Reads a SQLite file: three queries, however many tables.
//!
//! The stored texts say all, names of constraints and checks among it, which pragmas omit; `pragma_table_xinfo` is
//! asked too, and a text whose columns are not what SQLite says is an error, not a guess.

mod unmanaged;

use std::{borrow::Cow, collections::BTreeMap};

use crate::{
    connection::{Connection, Row},
    schema::{Ident, Schema, TableName},
};

pub(crate) use self::unmanaged::unmanaged;
use super::{
    super::{Before, Originals, Place, ReflectError, Server, Trigger, View},
    HERE,
    ddl::{CreateTable, index_value},
    lock::place_query,
    names, session,
    token::tokens,
};

/// Everything of the file, with the kind of each table; SQLite's own objects and virtual tables are left out.
///
/// The list of tables is made once: joined as it is, it would be made again for each object, and a thousand tables took
/// a second.
const OBJECTS: &str = "WITH l AS MATERIALIZED (SELECT name, type FROM pragma_table_list WHERE schema = 'main') \
     SELECT o.type, o.name, o.tbl_name, o.sql, l.type \
     FROM main.sqlite_schema AS o LEFT JOIN l ON l.name = o.tbl_name \
     WHERE o.sql IS NOT NULL AND o.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
     ORDER BY o.type, o.name";

/// The columns as SQLite sees them, one row for each table: a row of its own for each column costs more than all the rest.
const COLUMNS: &str = "SELECT o.name, (SELECT json_group_array(c.name) \
       FROM (SELECT x.name FROM pragma_table_xinfo(o.name, 'main') AS x ORDER BY x.cid) AS c) \
     FROM main.sqlite_schema AS o \
     WHERE o.type = 'table' AND o.sql IS NOT NULL AND o.sql NOT LIKE 'create virtual%'";

/// Reads the schema and the stored texts; with the first query also where the version table is, if its name is given.
pub(in super::super) async fn reflect(
    connection: &mut Connection,
    version_table: Option<&Ident>,
) -> Result<(Before, Option<Place>), ReflectError> {
    let (server, place) = server_and_place(connection, version_table).await?;
    let mut originals = Originals::default();
    let mut virtual_tables = Vec::new();
    connection
        .each::<ReflectError>(OBJECTS, |row| remember(&row, &mut originals, &mut virtual_tables))
        .await?;
    leave_out_shadows(connection, &virtual_tables, &mut originals).await?;
    let mut columns = BTreeMap::new();
    let read = |row: Row<'_>| {
        if let (Some(table), Some(names)) = (row.text(0)?, row.text(1)?) {
            columns.insert(Ident::new(table), names.into_owned());
        }
        Ok(())
    };
    connection.each::<ReflectError>(COLUMNS, read).await?;
    let schema = schema(&originals, &columns)?;
    Ok((Before { originals, server: Some(server), ..Before::of(schema) }, place))
}

/// Takes one of the objects.
fn remember(
    row: &Row<'_>,
    originals: &mut Originals,
    virtual_tables: &mut Vec<(Ident, String)>,
) -> Result<(), ReflectError> {
    let (Some(kind), Some(name), Some(table), Some(sql)) =
        (row.text(0)?, row.text(1)?, row.text(2)?, row.text(3)?)
    else {
        return Ok(());
    };
    let (name, table, sql) = (Ident::new(name), Ident::new(table), sql.into_owned());
    // A view has triggers too; an index is always a table's.
    let is_ours = matches!(row.text(4)?.as_deref(), Some("table" | "view"));
    match kind.as_ref() {
        "table" if row.text(4)?.as_deref() == Some("virtual") => virtual_tables.push((name, sql)),
        "table" if is_ours => drop(originals.tables.insert(TableName::new(name), sql)),
        "index" if is_ours => drop(originals.indexes.insert(name, (TableName::new(table), sql))),
        "trigger" => drop(originals.triggers.insert(name, Trigger { table, sql })),
        "view" => drop(originals.views.insert(name, View { sql })),
        _ => {}
    }
    Ok(())
}

/// Leaves out what virtual tables keep their rows in whose module is not in this library: only the module could say
/// which tables these are, and its name for each begins with the virtual table's (sqlite.org/vtab.html, section 2.16).
async fn leave_out_shadows(
    connection: &mut Connection,
    virtual_tables: &[(Ident, String)],
    originals: &mut Originals,
) -> Result<(), ReflectError> {
    if virtual_tables.is_empty() {
        return Ok(());
    }
    let mut modules = Vec::new();
    for row in connection.rows("SELECT name FROM pragma_module_list").await? {
        modules.extend(row.into_iter().flatten());
    }
    for (name, sql) in virtual_tables {
        let tokens = tokens(sql);
        let using = tokens.iter().position(|token| token.is("USING"));
        let module = using.and_then(|at| tokens.get(at + 1)?.name());
        let is_known = module
            .is_none_or(|module| modules.iter().any(|known| known.eq_ignore_ascii_case(module.as_str())));
        if is_known {
            continue;
        }
        let start = format!("{name}_").to_ascii_lowercase();
        let is_shadow = |table: &TableName| table.name.as_str().to_ascii_lowercase().starts_with(&start);
        originals.tables.retain(|table, _| !is_shadow(table));
        originals.indexes.retain(|_, (table, _)| !is_shadow(table));
    }
    Ok(())
}

async fn server_and_place(
    connection: &mut Connection,
    version_table: Option<&Ident>,
) -> Result<(Server, Option<Place>), ReflectError> {
    let place = version_table.map(place_query);
    let query = match place {
        Some(place) => format!("SELECT sqlite_version(), p.* FROM ({place}) AS p"),
        None => "SELECT sqlite_version()".to_owned(),
    };
    let row = connection.rows(&query).await?.into_iter().next().unwrap_or_default();
    let mut values = row.into_iter();
    let version = values.next().flatten().unwrap_or_default();
    let server = Server { version: session::version(&version), ..Server::of(HERE) };
    server.refuse_old(&version)?;
    let place =
        version_table.map(|_| Place::read(|| Ok::<_, ReflectError>(values.next().flatten()))).transpose()?;
    Ok((server, place))
}

/// `columns` are the columns of each table as SQLite sees them, as JSON.
fn schema(originals: &Originals, columns: &BTreeMap<Ident, String>) -> Result<Schema, ReflectError> {
    let mut schema = Schema::new();
    for (name, sql) in &originals.tables {
        let unreadable = |reason: String| ReflectError::Original { object: name.to_string(), reason };
        let text = CreateTable::read(sql).map_err(|error| unreadable(error.to_string()))?;
        let mut table = text.value();
        let json = columns.get(&name.name).map_or("[]", String::as_str);
        let real: Vec<Cow<'_, str>> =
            serde_json::from_str(json).map_err(|error| unreadable(error.to_string()))?;
        let is_same = real.len() == table.columns.len()
            && real
                .iter()
                .zip(&table.columns)
                .all(|(real, read)| real.eq_ignore_ascii_case(read.name.as_str()));
        if !is_same {
            return Err(unreadable("its columns are not those that SQLite reports".to_owned()));
        }
        table.name = name.clone();
        schema.tables.insert(name.clone(), table);
    }
    for (name, (table, sql)) in &originals.indexes {
        let index = index_value(name, sql).map_err(|error| ReflectError::Original {
            object: name.to_string(),
            reason: error.to_string(),
        })?;
        if let Some(table) = schema.tables.get_mut(table) {
            table.indexes.insert(name.clone(), index);
        }
    }
    names::as_declared(&mut schema);
    Ok(schema)
}
