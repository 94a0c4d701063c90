//! What a connection to SQLite holds: its pragmas, the databases that are attached to it, what is temporary.

use std::{
    collections::BTreeSet,
    future::{Ready, ready},
};

use crate::{
    connection::{Connection, ConnectionError},
    dialect::{
        Done, Interrupted, Version,
        session::Refusal,
        settings::{Item, Key, Kind, Scope},
        sqlite::sql,
    },
    schema::{Ident, TableName},
};

/// What begins a step: it takes the write lock at once, since two steps that both began by reading could not both go on
/// (sqlite.org/lang_transaction.html, "Deferred, immediate and exclusive").
pub(in crate::dialect) const BEGIN: &str = "BEGIN IMMEDIATE";

/// What begins the reading of a schema as it is at one moment.
pub(in crate::dialect) const BEGIN_SNAPSHOT: &str = "BEGIN";

/// Asks for the version; a file has one schema.
pub(in crate::dialect) const SERVER: &str = "SELECT sqlite_version(), NULL";

/// Reads `sqlite_version()`.
pub(in crate::dialect) fn version(text: &str) -> Option<Version> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    Some(Version { major: parts.next()??, minor: parts.next()?? })
}

/// There is no server.
pub(in crate::dialect) const PROCESS: Option<&str> = None;

/// Statements that do nothing in a transaction and do not say so.
pub(in crate::dialect) const SILENT: &[&str] = &["PRAGMA", "ATTACH"];

/// BEGIN IMMEDIATE is refused where nothing can be written.
pub(in crate::dialect) fn read_only(_table: &TableName) -> Option<(&'static str, String)> {
    None
}

/// A transaction that writes keeps others from writing.
pub(in crate::dialect) fn lock_table(_table: &TableName) -> Option<String> {
    None
}

/// No column of text has a bound.
pub(in crate::dialect) fn longest_text(_table: &TableName, _column: &str) -> Option<String> {
    None
}

/// Asks whether a table is there.
pub(in crate::dialect) fn table_exists(table: &TableName) -> String {
    let name = sql::string(table.name.as_str());
    format!("SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = {name} COLLATE NOCASE")
}

/// Tells whether a statement, by its words in capitals, may run twice: the file that VACUUM INTO wrote is in the way of the
/// second time.
pub(in crate::dialect) fn may_run_twice(words: &[String]) -> bool {
    words.first().is_some_and(|first| first == "VACUUM") && words.iter().any(|word| word == "INTO")
}

/// No statement commits in the middle.
pub(in crate::dialect) fn commits_by_itself(_words: &[String]) -> bool {
    false
}

/// Reads a result code: SQLITE_ERROR with "no such savepoint", and SQLITE_BUSY with its extended codes
/// (sqlite.org/rescode.html).
pub(in crate::dialect) fn refusal(code: &str) -> Option<Refusal> {
    match code {
        "1" => Some(Refusal::NoSavepoint),
        "5" | "261" | "517" | "773" => Some(Refusal::Busy),
        _ => None,
    }
}

/// Each statement is all or nothing, and those that refuse a transaction (VACUUM, PRAGMA) can be repeated.
pub(in crate::dialect) fn interrupted(
    _connection: &mut Connection,
    _statement: &str,
    _done: Option<&Done>,
) -> Ready<Result<Interrupted, ConnectionError>> {
    ready(Ok(Interrupted::NOTHING))
}

/// No index is half built.
pub(in crate::dialect) fn invalid_index(
    _connection: &mut Connection,
    _statement: &str,
) -> Ready<Result<Option<String>, ConnectionError>> {
    ready(Ok(None))
}

/// No table is partitioned.
pub(in crate::dialect) fn partitioned(
    _connection: &mut Connection,
    _statement: &str,
) -> Ready<Result<Option<String>, ConnectionError>> {
    ready(Ok(None))
}

/// Nothing that a script set keeps a connection from being asked.
pub(in crate::dialect) fn make_readable(_connection: &mut Connection) -> Ready<Result<(), ConnectionError>> {
    ready(Ok(()))
}

/// Every setting is a pragma that is listed.
pub(in crate::dialect) fn custom_settings(_sql: &str) -> Vec<String> {
    Vec::new()
}

/// Pragmas that say what statements mean and can be set in a transaction.
const MEANING: [&str; 6] = [
    "ignore_check_constraints",
    "legacy_alter_table",
    "recursive_triggers",
    "reverse_unordered_selects",
    "trusted_schema",
    "writable_schema",
];

/// The other pragmas of a connection that can be read. Those that are written into the file are not its own. See
/// <https://www.sqlite.org/pragma.html>.
const OTHERS: [&str; 27] = [
    "analysis_limit",
    "automatic_index",
    "busy_timeout",
    "cache_size",
    "cache_spill",
    "cell_size_check",
    "checkpoint_fullfsync",
    "count_changes",
    "empty_result_callbacks",
    "foreign_keys",
    "full_column_names",
    "fullfsync",
    "hard_heap_limit",
    "journal_mode",
    "journal_size_limit",
    "locking_mode",
    "max_page_count",
    "mmap_size",
    "read_uncommitted",
    "secure_delete",
    "short_column_names",
    "soft_heap_limit",
    "synchronous",
    "temp_store",
    "temp_store_directory",
    "threads",
    "wal_autocheckpoint",
];

/// Reads it.
pub(in crate::dialect) async fn read(
    connection: &mut Connection,
    _custom: &BTreeSet<String>,
    scope: Scope,
) -> Result<Vec<(Key, Item)>, ConnectionError> {
    let mut items = Vec::new();
    let others: &[&str] = if scope == Scope::Everything { &OTHERS } else { &[] };
    for &name in ["query_only"].iter().chain(&MEANING).chain(others) {
        // A pragma that this SQLite was built without says nothing.
        if let Some(value) = connection.value(&format!("PRAGMA {name}")).await? {
            items.push(pragma(name, value));
        }
    }
    // It cannot be read; its effect can.
    let is_sensitive = connection.value("SELECT 'a' NOT LIKE 'A'").await?;
    items.extend(is_sensitive.map(|value| pragma("case_sensitive_like", value)));
    if scope == Scope::Everything {
        attached(connection, &mut items).await?;
        temporary(connection, &mut items).await?;
    }
    Ok(items)
}

fn pragma(name: &str, value: String) -> (Key, Item) {
    let kind = if name == "query_only" { Kind::ReadOnly } else { Kind::Setting };
    let make = match (name, value.as_str()) {
        // Written ahead or not is the file's business, and is only changed on purpose.
        ("journal_mode", "wal") => None,
        // The mode takes effect when the file is next read.
        ("journal_mode", mode) => {
            Some(format!("PRAGMA main.{name} = {mode}; SELECT 1 FROM main.sqlite_schema LIMIT 1"))
        }
        // What is read is that of files to come, which one of a single file leaves as it is.
        ("locking_mode", mode) => {
            Some(format!("PRAGMA {name} = {mode}; SELECT 1 FROM main.sqlite_schema LIMIT 1"))
        }
        ("secure_delete", "2") => Some("PRAGMA secure_delete = FAST".to_owned()),
        ("temp_store_directory", folder) => Some(format!("PRAGMA {name} = {}", sql::string(folder))),
        (_, value) => Some(format!("PRAGMA {name} = {value}")),
    };
    let value = if name == "journal_mode" && value == "wal" { "wal".to_owned() } else { value };
    (Key { kind, name: name.to_owned() }, Item { value, make, take_away: None })
}

async fn attached(connection: &mut Connection, items: &mut Vec<(Key, Item)>) -> Result<(), ConnectionError> {
    let query =
        "SELECT name, coalesce(file, '') FROM pragma_database_list WHERE name NOT IN ('main', 'temp')";
    for row in connection.rows(query).await? {
        let [Some(name), Some(file)] = row.as_slice() else { continue };
        let quoted = sql::quoted(&Ident::new(name.clone()));
        // What was in memory is gone.
        let make = (!file.is_empty()).then(|| format!("ATTACH {} AS {quoted}", sql::string(file)));
        let item = Item { value: file.clone(), make, take_away: Some(format!("DETACH {quoted}")) };
        items.push((Key { kind: Kind::Attached, name: name.clone() }, item));
    }
    Ok(())
}

async fn temporary(connection: &mut Connection, items: &mut Vec<(Key, Item)>) -> Result<(), ConnectionError> {
    let query = "SELECT type, name, sql FROM temp.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    for row in connection.rows(query).await? {
        let [Some(ty), Some(name), Some(text)] = row.as_slice() else { continue };
        let drop = format!("DROP {ty} IF EXISTS temp.{}", sql::quoted(&Ident::new(name.clone())));
        let item = Item { value: text.clone(), make: None, take_away: Some(drop) };
        items.push((Key { kind: Kind::Temporary, name: format!("{ty} {name}") }, item));
    }
    Ok(())
}

/// Tells whether something can be put back in the middle of a transaction.
pub(in crate::dialect) fn is_in(key: &Key, scope: Scope) -> bool {
    scope == Scope::Everything
        || key.kind == Kind::ReadOnly
        || (key.kind == Kind::Setting
            && (MEANING.contains(&key.name.as_str()) || key.name == "case_sensitive_like"))
}
