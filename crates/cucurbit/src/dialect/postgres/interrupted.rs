//! What became of a statement outside a transaction that was cut off in the middle.

use super::expression::tokens;
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
    let tokens = tokens(statement);
    let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let upper: Vec<String> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
    let is = |position: usize, word: &str| upper.get(position).is_some_and(|found| found == word);

    let unique = usize::from(is(1, "UNIQUE"));
    if is(0, "CREATE") && is(1 + unique, "INDEX") && is(2 + unique, "CONCURRENTLY") {
        let mut at = 3 + unique;
        if is(at, "IF") {
            at += 3;
        }
        let on = upper.iter().skip(at).position(|word| word == "ON").map(|found| at + found);
        // Without a name the server makes a new one each time, and what was left cannot be told from others.
        if let Some(on) = on.filter(|on| *on > at) {
            let table = on + 1 + usize::from(is(on + 1, "ONLY"));
            return index(connection, &name(&words, at), &name(&words, table)).await;
        }
    }
    if is(0, "DROP") && is(1, "INDEX") && is(2, "CONCURRENTLY") {
        let at = if is(3, "IF") { 5 } else { 3 };
        let found = sql::string(&name(&words, at));
        let is_there = format!("SELECT 1 WHERE pg_catalog.to_regclass({found}) IS NOT NULL");
        let is_there = connection.value(&is_there).await?.is_some();
        return Ok(if is_there { Interrupted::NotDone { first: None } } else { Interrupted::Done });
    }
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

/// A name with its schema, as it is written.
fn name(words: &[&str], at: usize) -> String {
    match words.get(at..at + 3) {
        Some([schema, ".", name]) => format!("{schema}.{name}"),
        Some(_) | None => words.get(at).copied().unwrap_or_default().to_owned(),
    }
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
