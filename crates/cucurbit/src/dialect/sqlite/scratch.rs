//! A scratch database in memory, made of the stored texts or of a file.

use crate::{
    connection::{ConnectOptions, Connection, ConnectionError, url::ConnectionUrl},
    dialect::{
        Before, Originals, Part,
        scratch::{Owner, Passed, Stopped},
    },
};

use super::{super::sqlite::sql::string, token::tokens};

/// Makes the database. Its foreign keys are off: it has no rows that they could guard.
pub(in crate::dialect) async fn open(
    _server: &ConnectionUrl,
    before: &Before,
) -> Result<(Connection, Option<Owner>), ConnectionError> {
    let mut connection = Connection::connect(&ConnectionUrl::memory(), &ConnectOptions::default()).await?;
    connection.execute("PRAGMA foreign_keys = OFF").await?;
    let Originals { tables, indexes, triggers, views } = &before.originals;
    let indexes = indexes.values().map(|(_, sql)| sql);
    let views = views.values().map(|view| &view.sql);
    let triggers = triggers.values().map(|trigger| &trigger.sql);
    for sql in tables.values().chain(indexes).chain(views).chain(triggers) {
        connection.execute(sql).await?;
    }
    Ok((connection, None))
}

/// What ends a file: SQLite reads its schema again, since what `.dump` writes into it is not known before.
pub(crate) const SETTLE: &str = "PRAGMA writable_schema = RESET";

/// Runs a statement of a file.
///
/// `.schema` prints what a virtual table keeps its rows in as tables of their own, which by then are there; and a file
/// may have a virtual table of a module that is not in this library. Such a table is kept as `.dump` writes it.
pub(crate) async fn run(
    connection: &mut Connection,
    part: &Part<'_>,
    passed: &mut Passed,
) -> Result<(), Stopped> {
    let Part { sql, line, leeway: _, is_watched: _ } = part;
    let Err(refused) = connection.execute(sql).await else { return Ok(()) };
    // sqlite3 goes on after it.
    if is_drop(sql) && refused.is_of_nothing() {
        passed.drops.push(*line);
        return Ok(());
    }
    let Some((name, is_virtual)) = made(sql) else { return Err(refused.into()) };
    let name = string(&name);
    if !is_virtual {
        let query = format!(
            "SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow' AND name = {name} COLLATE NOCASE"
        );
        return if connection.value(&query).await?.is_some() { Ok(()) } else { Err(refused.into()) };
    }
    if !message(&refused).is_some_and(|message| message.starts_with("no such module")) {
        return Err(refused.into());
    }
    let insert = format!(
        "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ('table', {name}, {name}, 0, {})",
        string(sql)
    );
    for sql in ["PRAGMA writable_schema = ON", &insert, "PRAGMA writable_schema = OFF"] {
        connection.execute(sql).await?;
    }
    Ok(())
}

fn message(error: &ConnectionError) -> Option<&str> {
    let ConnectionError::Statement { source, .. } = error else { return None };
    source.message()
}

fn is_drop(sql: &str) -> bool {
    tokens(sql).first().is_some_and(|first| first.is("DROP"))
}

/// Returns the name of the table that a statement makes, and whether that is a virtual one.
fn made(sql: &str) -> Option<(String, bool)> {
    let tokens = tokens(sql);
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is(word));
    if !is(0, "CREATE") {
        return None;
    }
    let is_virtual = is(1, "VIRTUAL");
    let at = 1 + usize::from(is_virtual);
    if !is(at, "TABLE") {
        return None;
    }
    let at = at + if is(at + 1, "IF") { 4 } else { 1 };
    let has_schema = tokens.get(at + 1).is_some_and(|token| token.is_sign("."));
    let name = tokens.get(if has_schema { at + 2 } else { at })?.name()?;
    Some((name.to_string(), is_virtual))
}
