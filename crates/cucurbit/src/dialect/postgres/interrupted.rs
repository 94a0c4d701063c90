//! What became of a statement outside a transaction that was cut off in the middle.
//!
//! What cannot stand in a transaction commits by itself, and only the catalogue tells whether it did.

use super::{
    concurrent::{Concurrent, concurrent, index_if_missing, name},
    expression::{Token, tokens},
};
use crate::{
    connection::{Connection, ConnectionError},
    dialect::{Done, Interrupted, postgres::sql},
};

/// Asks the catalogue whether a statement did its work, and what it left if it did not.
///
/// Source: manual, CREATE INDEX, "Building Indexes Concurrently": a build that fails leaves an index that is invalid,
/// to be dropped before the next try; REINDEX, "Rebuilding Indexes Concurrently": it leaves `…_ccnew` or `…_ccold`; ALTER
/// TABLE, DETACH PARTITION: one that is pending is completed by FINALIZE.
pub(in super::super) async fn interrupted(
    connection: &mut Connection,
    statement: &str,
    done: Option<&Done>,
) -> Result<Interrupted, ConnectionError> {
    match done {
        Some(Done::IndexIsThere { table, index: name, is_unique, definition }) => {
            let meant = Some((if *is_unique { "UNIQUE " } else { "" }, definition.as_str()));
            index(connection, meant, &sql::quoted(name), &sql::qualified(table)).await
        }
        Some(Done::IndexIsGone { index }) => is_gone(connection, &sql::qualified(index)).await,
        Some(Done::IndexIsBuilt { index }) => {
            left_by_reindex(connection, &around_index(&sql::string(&sql::qualified(index)))).await
        }
        None => of_script(connection, statement).await,
    }
}

/// The same of a statement of a script, which is read.
async fn of_script(connection: &mut Connection, statement: &str) -> Result<Interrupted, ConnectionError> {
    match concurrent(statement) {
        Some(Concurrent::Create { index: Some(name), table }) => {
            return index(connection, definition(statement), &name, &table).await;
        }
        // What was left cannot be told from others; such a statement is refused before it is run.
        Some(Concurrent::Create { index: None, table: _ }) => return Ok(Interrupted::NOTHING),
        Some(Concurrent::Drop { index }) => return is_gone(connection, &index).await,
        None => {}
    }
    let tokens = tokens(statement);
    let upper: Vec<String> = tokens.iter().map(|token| token.text.to_ascii_uppercase()).collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    match upper.as_slice() {
        ["ALTER", "TYPE", ..] => enum_value(connection, &words, &upper).await,
        ["ALTER", "TABLE", ..] => detached(connection, &words, &upper).await,
        ["COMMIT" | "ROLLBACK", "PREPARED", ..] => {
            let name = words.get(2).copied().unwrap_or("NULL");
            let there = format!("SELECT 1 FROM pg_catalog.pg_prepared_xacts WHERE gid = {name}");
            done_if(connection, &there, false).await
        }
        ["REINDEX", ..] => reindexed(connection, &words, &upper).await,
        [verb @ ("CREATE" | "DROP"), what @ ("DATABASE" | "SUBSCRIPTION" | "TABLESPACE"), rest @ ..] => {
            let at = if rest.first() == Some(&"IF") { 4 } else { 2 };
            let name = tokens.get(at).and_then(Token::name).unwrap_or_default();
            done_if(connection, &of_whole_server(what, &name), *verb == "CREATE").await
        }
        _ => Ok(Interrupted::NOTHING),
    }
}

/// Asks whether an index, by its name as SQL, is not there.
async fn is_gone(connection: &mut Connection, index: &str) -> Result<Interrupted, ConnectionError> {
    let there = format!("SELECT 1 WHERE pg_catalog.to_regclass({}) IS NOT NULL", sql::string(index));
    done_if(connection, &there, false).await
}

/// Asks for something that is there when a statement has made it, or has not dropped it.
async fn done_if(
    connection: &mut Connection,
    there: &str,
    is_made: bool,
) -> Result<Interrupted, ConnectionError> {
    let is_there = connection.value(there).await?.is_some();
    Ok(if is_there == is_made { Interrupted::Done } else { Interrupted::NOTHING })
}

/// Writes the query for a database, a subscription or a tablespace.
fn of_whole_server(what: &str, name: &str) -> String {
    let name = sql::string(name);
    match what {
        "DATABASE" => format!("SELECT 1 FROM pg_catalog.pg_database WHERE datname = {name}"),
        "TABLESPACE" => format!("SELECT 1 FROM pg_catalog.pg_tablespace WHERE spcname = {name}"),
        _ => format!(
            "SELECT 1 FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid \
             WHERE d.datname = pg_catalog.current_database() AND s.subname = {name}"
        ),
    }
}

async fn enum_value(
    connection: &mut Connection,
    words: &[&str],
    upper: &[&str],
) -> Result<Interrupted, ConnectionError> {
    let Some(add) = upper.windows(2).position(|pair| pair == ["ADD", "VALUE"]) else {
        return Ok(Interrupted::NOTHING);
    };
    let value = words.get(add + 2 + if upper.get(add + 2) == Some(&"IF") { 3 } else { 0 });
    let query = format!(
        "SELECT 1 FROM pg_catalog.pg_enum WHERE enumtypid = pg_catalog.to_regtype({}) AND enumlabel = {}",
        sql::string(&name(words, 2)),
        value.copied().unwrap_or("NULL")
    );
    done_if(connection, &query, true).await
}

/// Looks whether a partition is detached, and whether it is pending.
async fn detached(
    connection: &mut Connection,
    words: &[&str],
    upper: &[&str],
) -> Result<Interrupted, ConnectionError> {
    let Some(detach) = upper.windows(2).position(|pair| pair == ["DETACH", "PARTITION"]) else {
        return Ok(Interrupted::NOTHING);
    };
    let is_special = |at: usize, word: &str| upper.get(at) == Some(&word);
    let at = 2 + if is_special(2, "IF") { 2 } else { 0 };
    let at = at + usize::from(is_special(at, "ONLY"));
    let (table, partition) = (name(words, at), name(words, detach + 2));
    let query = format!(
        "SELECT inhdetachpending::text FROM pg_catalog.pg_inherits \
         WHERE inhparent = pg_catalog.to_regclass({}) AND inhrelid = pg_catalog.to_regclass({})",
        sql::string(&table),
        sql::string(&partition)
    );
    Ok(match connection.value(&query).await?.as_deref() {
        None => Interrupted::Done,
        Some("true") => {
            Interrupted::Begun { rest: format!("ALTER TABLE {table} DETACH PARTITION {partition} FINALIZE") }
        }
        Some(_) => Interrupted::NOTHING,
    })
}

/// The partitions of a table or an index.
const PARTITIONS: &str = "SELECT relid FROM pg_catalog.pg_partition_tree";

/// The condition for what REINDEX of an index leaves; its name is a text of SQL.
fn around_index(of: &str) -> String {
    format!(
        "i.indrelid IN (SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass({of}) \
           OR indexrelid IN ({PARTITIONS}(pg_catalog.to_regclass({of}))))"
    )
}

/// Lists the indexes that REINDEX CONCURRENTLY of a script left.
async fn reindexed(
    connection: &mut Connection,
    words: &[&str],
    upper: &[&str],
) -> Result<Interrupted, ConnectionError> {
    let options = match upper.get(1) {
        Some(&"(") => upper.iter().position(|word| *word == ")").unwrap_or_default(),
        Some(_) | None => 0,
    };
    let what = options + 1;
    let is_named = usize::from(upper.get(what + 1) == Some(&"CONCURRENTLY"));
    if !upper.contains(&"CONCURRENTLY") {
        return Ok(Interrupted::NOTHING);
    }
    let of = sql::string(&name(words, what + 1 + is_named));
    let scope = match upper.get(what).copied() {
        Some("INDEX") => around_index(&of),
        Some("TABLE") => format!(
            "(i.indrelid = pg_catalog.to_regclass({of}) OR i.indrelid IN ({PARTITIONS}(pg_catalog.to_regclass({of}))))"
        ),
        Some("SCHEMA") => format!("c.relnamespace = pg_catalog.to_regnamespace({of})"),
        Some(_) | None => "true".to_owned(),
    };
    left_by_reindex(connection, &scope).await
}

/// Lists the indexes that REINDEX CONCURRENTLY left, for which a condition holds, unless they are being built right now.
async fn left_by_reindex(connection: &mut Connection, scope: &str) -> Result<Interrupted, ConnectionError> {
    let query = format!(
        "SELECT i.indexrelid::pg_catalog.regclass::text \
         FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
         WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relname ~ '_cc(new|old)[0-9]*$' \
           AND c.relnamespace <> 'pg_toast'::pg_catalog.regnamespace \
           AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_progress_create_index p WHERE p.relid = i.indrelid) AND {scope}"
    );
    let left = connection.rows(&query).await?.into_iter().flatten().flatten();
    Ok(Interrupted::NotDone { first: left.map(|index| format!("DROP INDEX CONCURRENTLY {index}")).collect() })
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

/// Names the invalid index that a statement with IF NOT EXISTS would take for what it is to make.
pub(in super::super) async fn invalid_index(
    connection: &mut Connection,
    statement: &str,
) -> Result<Option<String>, ConnectionError> {
    let Some((index, table)) = index_if_missing(statement) else { return Ok(None) };
    // An index of a partitioned table is invalid until each partition has its part, which may come later.
    let query = format!(
        "SELECT i.indexrelid::pg_catalog.regclass::text FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i' \
         JOIN pg_catalog.pg_class t ON t.relnamespace = c.relnamespace \
         WHERE t.oid = pg_catalog.to_regclass({}) AND c.relname = (pg_catalog.parse_ident({}))[1] AND NOT i.indisvalid",
        sql::string(&table),
        sql::string(&index)
    );
    connection.value(&query).await
}

/// Looks for an index by its name, in the schema of its table, and whether it is what was meant.
async fn index(
    connection: &mut Connection,
    meant: Option<(&str, &str)>,
    index: &str,
    table: &str,
) -> Result<Interrupted, ConnectionError> {
    // An identifier is compared as the server reads it: folded unless it is quoted.
    let (index, table) = (sql::string(index), sql::string(table));
    let query = format!(
        "SELECT i.indisvalid::text, i.indexrelid::regclass::text, i.indexrelid::text, \
           pg_catalog.format('%I.%I', n.nspname, t.relname), pg_catalog.format('%I.cucurbit_meant', n.nspname) \
         FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
         JOIN pg_catalog.pg_class t ON t.oid = i.indrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace \
         WHERE i.indrelid = pg_catalog.to_regclass({table}) \
           AND c.relname = (pg_catalog.parse_ident({index}))[1]"
    );
    let found = connection.rows(&query).await?.into_iter().next();
    Ok(match found.as_deref() {
        Some([Some(valid), Some(_), Some(oid), Some(table), Some(model)]) if valid == "true" => {
            if is_as_meant(connection, meant, oid, (table, model)).await? {
                Interrupted::Done
            } else {
                Interrupted::NOTHING
            }
        }
        Some([_, Some(name), ..]) => {
            Interrupted::NotDone { first: vec![format!("DROP INDEX CONCURRENTLY {name}")] }
        }
        Some(_) | None => Interrupted::NOTHING,
    })
}

/// Tells whether an index is what a statement would make: it makes one on an empty table that is like the index' own, in a
/// transaction that is rolled back, and the catalogue tells whether the two are alike.
async fn is_as_meant(
    connection: &mut Connection,
    meant: Option<(&str, &str)>,
    oid: &str,
    (table, model): (&str, &str),
) -> Result<bool, ConnectionError> {
    let Some((unique, definition)) = meant else { return Ok(false) };
    let make = format!("CREATE TABLE {model} (LIKE {table}); CREATE {unique}INDEX ON {model} {definition}");
    let same = format!(
        "SELECT count(DISTINCT pg_catalog.concat_ws(' ', i.indisunique, c.relam, i.indnkeyatts, i.indclass, i.indcollation, \
           i.indoption, pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct', pg_catalog.pg_get_expr(i.indpred, i.indrelid), \
           (SELECT pg_catalog.string_agg(pg_catalog.pg_get_indexdef(i.indexrelid, n, true), ', ' ORDER BY n) \
            FROM pg_catalog.generate_series(1, i.indnatts::int) n))) \
         FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
         WHERE i.indexrelid = {oid} OR i.indrelid = pg_catalog.to_regclass({})",
        sql::string(model)
    );
    connection.begin("BEGIN").await?;
    let kinds = match connection.execute(&make).await {
        Ok(_) => connection.value(&same).await,
        Err(error) => Err(error),
    };
    connection.roll_back().await?;
    // What cannot be made is not what is there.
    Ok(kinds.is_ok_and(|kinds| kinds.as_deref() == Some("1")))
}

/// Returns what a CREATE INDEX says of the index after the name of the table, and `UNIQUE ` if it is.
fn definition(statement: &str) -> Option<(&'static str, &str)> {
    let tokens = tokens(statement);
    let is =
        |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.text.eq_ignore_ascii_case(word));
    let on = (3..tokens.len()).find(|&at| is(at, "ON"))?;
    let table = on + 1 + usize::from(is(on + 1, "ONLY"));
    let last = if is(table + 1, ".") { table + 2 } else { table };
    let rest = statement.get(tokens.get(last)?.end()..)?;
    Some((if is(1, "UNIQUE") { "UNIQUE " } else { "" }, rest))
}
