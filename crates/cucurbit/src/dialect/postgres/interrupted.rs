//! What became of a statement outside a transaction that was cut off in the middle.

use super::{
    concurrent::{Concurrent, concurrent, name},
    expression::tokens,
};
use crate::{
    connection::{Connection, ConnectionError},
    dialect::{Interrupted, sql},
};

/// Asks the catalogue whether a statement did its work, and what it left if it did not.
///
/// Source: manual, CREATE INDEX, "Building Indexes Concurrently": a build that fails leaves an index that is invalid,
/// to be dropped before the next try.
pub(in super::super) async fn interrupted(
    connection: &mut Connection,
    statement: &str,
) -> Result<Interrupted, ConnectionError> {
    match concurrent(statement) {
        Some(Concurrent::Create { index: Some(name), table }) => {
            return index(connection, &name, &table).await;
        }
        // What was left cannot be told from others; such a statement is refused before it is run.
        Some(Concurrent::Create { index: None, table: _ }) => {}
        Some(Concurrent::Drop { index }) => {
            let found = sql::string(&index);
            let is_there = format!("SELECT 1 WHERE pg_catalog.to_regclass({found}) IS NOT NULL");
            let is_there = connection.value(&is_there).await?.is_some();
            return Ok(if is_there { Interrupted::NotDone { first: None } } else { Interrupted::Done });
        }
        None => {}
    }
    let tokens = tokens(statement);
    let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let upper: Vec<String> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
    let is = |position: usize, word: &str| upper.get(position).is_some_and(|found| found == word);
    if is(0, "ALTER") && is(1, "TYPE") {
        let add = upper.iter().position(|word| word == "ADD").filter(|add| is(add + 1, "VALUE"));
        if let Some(add) = add {
            let value = words.get(add + 2 + if is(add + 2, "IF") { 3 } else { 0 });
            let ty = sql::string(&name(&words, 2));
            let query = format!(
                "SELECT 1 FROM pg_catalog.pg_enum WHERE enumtypid = pg_catalog.to_regtype({ty}) AND enumlabel = {}",
                value.copied().unwrap_or("NULL")
            );
            let is_there = connection.value(&query).await?.is_some();
            return Ok(if is_there { Interrupted::Done } else { Interrupted::NotDone { first: None } });
        }
    }
    Ok(Interrupted::NotDone { first: None })
}

/// Names the partitioned table or index that a statement with CONCURRENTLY is about: the server refuses those.
pub(in super::super) async fn partitioned(
    connection: &mut Connection,
    statement: &str,
) -> Result<Option<String>, ConnectionError> {
    let name = match concurrent(statement) {
        Some(Concurrent::Create { index: _, table }) => table,
        Some(Concurrent::Drop { index }) => index,
        None => return Ok(None),
    };
    let query = format!(
        "SELECT 1 FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass({}) AND relkind IN ('p', 'I')",
        sql::string(&name)
    );
    Ok(connection.value(&query).await?.map(|_| name))
}

/// Looks for an index by its name, in the schema of its table.
async fn index(
    connection: &mut Connection,
    index: &str,
    table: &str,
) -> Result<Interrupted, ConnectionError> {
    // An identifier is compared as the server reads it: folded unless it is quoted.
    let (index, table) = (sql::string(index), sql::string(table));
    let query = format!(
        "SELECT i.indisvalid::text, i.indexrelid::regclass::text FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
         WHERE i.indrelid = pg_catalog.to_regclass({table}) \
           AND c.relname = (pg_catalog.parse_ident({index}))[1]"
    );
    let found = connection.rows(&query).await?.into_iter().next();
    Ok(match found.as_deref() {
        Some([Some(valid), _]) if valid == "true" => Interrupted::Done,
        Some([_, Some(name)]) => {
            Interrupted::NotDone { first: Some(format!("DROP INDEX CONCURRENTLY {name}")) }
        }
        Some(_) | None => Interrupted::NotDone { first: None },
    })
}
