//! What became of a statement outside a transaction that was cut off in the middle.
//!
//! What cannot stand in a transaction commits by itself, and only the catalogue tells whether it did.

use super::{
    concurrent::{CreateIndex, create_index, dropped_index, is, name},
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
            index(connection, (*is_unique, definition), &sql::quoted(name), &sql::qualified(table)).await
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
    if let Some(CreateIndex { is_unique, is_concurrent, index: name, table, definition, .. }) =
        create_index(statement)
    {
        // What was left without a name cannot be told from others; such a statement is refused before it is run.
        let Some(name) = name.filter(|_| is_concurrent) else { return Ok(Interrupted::NOTHING) };
        return index(connection, (is_unique, definition), &name, &table).await;
    }
    if let Some(index) = dropped_index(statement) {
        return is_gone(connection, &index).await;
    }
    let tokens = tokens(statement);
    let upper: Vec<String> = tokens.iter().map(|token| token.text.to_ascii_uppercase()).collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    match upper.as_slice() {
        ["ALTER", "TYPE", ..] => match enum_value(&tokens) {
            Some(there) => done_if(connection, &there, true).await,
            None => Ok(Interrupted::NOTHING),
        },
        ["ALTER", "TABLE", ..] => detached(connection, &tokens).await,
        ["COMMIT" | "ROLLBACK", "PREPARED", ..] => {
            let name = tokens.get(2).map_or("NULL", |token| token.text);
            let there = format!("SELECT 1 FROM pg_catalog.pg_prepared_xacts WHERE gid = {name}");
            done_if(connection, &there, false).await
        }
        ["REINDEX", ..] => match reindexed(&tokens) {
            Some(scope) => left_by_reindex(connection, &scope).await,
            None => Ok(Interrupted::NOTHING),
        },
        [verb @ ("CREATE" | "DROP"), what @ ("DATABASE" | "SUBSCRIPTION" | "TABLESPACE"), rest @ ..] => {
            let at = if rest.first() == Some(&"IF") { 4 } else { 2 };
            let name = tokens.get(at).and_then(Token::stored_name).unwrap_or_default();
            done_if(connection, &of_whole_server(what, &name), *verb == "CREATE").await
        }
        _ => Ok(Interrupted::NOTHING),
    }
}

/// Finds what stands after two words.
fn after(tokens: &[Token<'_>], [first, second]: [&str; 2]) -> Option<usize> {
    let pair = tokens.windows(2).position(|pair| pair[0].is(first) && pair[1].is(second))?;
    Some(pair + 2)
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

/// Writes the query for the value that ALTER TYPE adds.
fn enum_value(tokens: &[Token<'_>]) -> Option<String> {
    let added = after(tokens, ["ADD", "VALUE"])?;
    let value = tokens.get(if is(tokens, added, "IF") { added + 3 } else { added });
    Some(format!(
        "SELECT 1 FROM pg_catalog.pg_enum WHERE enumtypid = pg_catalog.to_regtype({}) AND enumlabel = {}",
        sql::string(&name(tokens, 2)),
        value.map_or("NULL", |value| value.text)
    ))
}

/// Looks whether a partition is detached, and whether it is pending.
async fn detached(connection: &mut Connection, tokens: &[Token<'_>]) -> Result<Interrupted, ConnectionError> {
    let Some(partition) = after(tokens, ["DETACH", "PARTITION"]) else { return Ok(Interrupted::NOTHING) };
    let at = if is(tokens, 2, "IF") { 4 } else { 2 };
    let at = at + usize::from(is(tokens, at, "ONLY"));
    let (table, partition) = (name(tokens, at), name(tokens, partition));
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

/// Writes the condition for what REINDEX CONCURRENTLY of a script leaves; `None` if it is another one.
fn reindexed(tokens: &[Token<'_>]) -> Option<String> {
    let has_options = tokens.get(1).is_some_and(|token| token.is_sign("("));
    let options = if has_options { tokens.iter().position(|token| token.is_sign(")")) } else { None };
    let what = options.unwrap_or_default() + 1;
    if !tokens.iter().any(|token| token.is("CONCURRENTLY")) {
        return None;
    }
    let is_named = usize::from(is(tokens, what + 1, "CONCURRENTLY"));
    let of = sql::string(&name(tokens, what + 1 + is_named));
    Some(if is(tokens, what, "INDEX") {
        around_index(&of)
    } else if is(tokens, what, "TABLE") {
        let table = format!("pg_catalog.to_regclass({of})");
        format!("(i.indrelid = {table} OR i.indrelid IN ({PARTITIONS}({table})))")
    } else if is(tokens, what, "SCHEMA") {
        format!("c.relnamespace = pg_catalog.to_regnamespace({of})")
    } else {
        "true".to_owned()
    })
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
    let created = create_index(statement).filter(|create| create.is_concurrent);
    let Some(name) = created.map(|create| create.table).or_else(|| dropped_index(statement)) else {
        return Ok(None);
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
    let Some(CreateIndex { is_if_missing: true, index: Some(index), table, .. }) = create_index(statement)
    else {
        return Ok(None);
    };
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
    meant: (bool, &str),
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
    (is_unique, definition): (bool, &str),
    oid: &str,
    (table, model): (&str, &str),
) -> Result<bool, ConnectionError> {
    let unique = if is_unique { "UNIQUE " } else { "" };
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
