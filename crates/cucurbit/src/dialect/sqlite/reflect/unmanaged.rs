//! What a file holds and no comparison sees.

use std::collections::BTreeMap;

use super::super::{
    super::{ReflectError, Unmanaged},
    ddl::CreateTable,
};
use crate::{connection::Connection, schema::tool};

/// What a file holds beyond tables and indexes, by the words for one and for several.
const BEYOND: &str = "SELECT 'trigger', 'triggers', name FROM main.sqlite_schema WHERE type = 'trigger' \
     UNION ALL SELECT 'view', 'views', name FROM main.sqlite_schema WHERE type = 'view' \
     UNION ALL SELECT 'virtual table', 'virtual tables', name FROM pragma_table_list \
       WHERE schema = 'main' AND type = 'virtual' \
     ORDER BY 1, 3";

/// The tables whose texts may say what our values have no place for.
const ODD: &str = "SELECT o.name, o.sql FROM main.sqlite_schema AS o JOIN pragma_table_list AS l \
     ON l.schema = 'main' AND l.name = o.name AND l.type = 'table' \
     WHERE o.type = 'table' AND (o.sql LIKE '%collate%' OR o.sql LIKE '%desc%' \
       OR o.sql LIKE '%big%int%' OR o.sql LIKE '%smallint%' OR o.sql LIKE '%int8%' OR o.sql LIKE '%int2%') \
       AND o.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
     ORDER BY o.name";

/// Counts what is not compared. A rebuild keeps it.
pub(crate) async fn unmanaged(connection: &mut Connection) -> Result<Vec<Unmanaged>, ReflectError> {
    let mut found: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in connection.rows(BEYOND).await? {
        if let [Some(one), Some(several), Some(name)] = row.as_slice() {
            found.entry((one.clone(), several.clone())).or_default().push(name.clone());
        }
    }
    for row in connection.rows(ODD).await? {
        let [Some(name), Some(sql)] = row.as_slice() else { continue };
        // Such a table is left out as a whole, and said to be: `_sqlx_migrations` has a BIGINT for its key.
        if tool::is_name_of_tool(name) {
            continue;
        }
        let text = CreateTable::read(sql)
            .map_err(|error| ReflectError::Original { object: name.clone(), reason: error.to_string() })?;
        for (one, several, names) in [
            (
                "key with an order or a collation of its own",
                "keys with an order or a collation of their own",
                text.own_orders(),
            ),
            (
                "integer key that is not the rowid",
                "integer keys that are not the rowid",
                text.key_beside_rowid().into_iter().collect(),
            ),
        ] {
            if !names.is_empty() {
                found.entry((one.to_owned(), several.to_owned())).or_default().extend(names);
            }
        }
    }
    let unmanaged = |((one, several), names): (_, Vec<String>)| Unmanaged {
        kind: if names.len() == 1 { one } else { several },
        names,
    };
    Ok(found.into_iter().map(unmanaged).collect())
}
