//! What a session of PostgreSQL holds, by its views, and what no view lists.

use std::collections::BTreeSet;

use crate::{
    connection::{Connection, ConnectionError},
    dialect::{
        Version,
        postgres::sql,
        session::Refusal,
        settings::{Item, Key, Kind, Scope},
    },
    schema::TableName,
};

/// What begins a step.
pub(in crate::dialect) const BEGIN: &str = "BEGIN";

/// What begins the reading of a schema as it is at one moment.
pub(in crate::dialect) const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// Asks for the version and the schema that a name without one means.
pub(in crate::dialect) const SERVER: &str = "SELECT current_setting('server_version_num'), current_schema()";

/// Reads `server_version_num`.
pub(in crate::dialect) fn version(number: &str) -> Option<Version> {
    let number: u32 = number.parse().ok()?;
    Some(Version { major: number / 10_000, minor: number % 10_000 })
}

/// Asks for the number of the server's process that serves the session.
pub(in crate::dialect) const PROCESS: Option<&str> = Some("SELECT pg_catalog.pg_backend_pid()");

/// Statements that do nothing in a transaction and do not say so.
pub(in crate::dialect) const SILENT: &[&str] = &[];

/// Asks whether nothing can be written, which is answered by `on`, and a statement that changes nothing and is refused then.
pub(in crate::dialect) fn read_only(table: &TableName) -> Option<(&'static str, String)> {
    let write = format!("SELECT 1 FROM {} WHERE false FOR UPDATE", sql::qualified(table));
    Some(("SHOW transaction_read_only", write))
}

/// Writes what keeps others from changing a table until the transaction ends.
pub(in crate::dialect) fn lock_table(table: &TableName) -> Option<String> {
    Some(format!("LOCK TABLE {} IN EXCLUSIVE MODE", sql::qualified(table)))
}

/// Asks how many characters a column of text can hold.
pub(in crate::dialect) fn longest_text(table: &TableName, column: &str) -> Option<String> {
    let (table, column) = (sql::string(&sql::qualified(table)), sql::string(column));
    Some(format!(
        "SELECT a.atttypmod - 4 FROM pg_catalog.pg_attribute a WHERE a.attrelid = {table}::pg_catalog.regclass \
         AND a.attname = {column} AND a.atttypmod > 4"
    ))
}

/// Asks whether a table is there.
pub(in crate::dialect) fn table_exists(table: &TableName) -> String {
    let name = sql::string(table.name.as_str());
    let schema = table.schema.as_ref().map(|schema| sql::string(schema.as_str()));
    format!(
        "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relname = {name} AND c.relkind IN ('r', 'p') AND n.nspname = {}",
        schema.as_deref().unwrap_or("pg_catalog.current_schema()")
    )
}

/// Tells whether a statement, by its words in capitals, may run twice.
pub(in crate::dialect) fn may_run_twice(words: &[String]) -> bool {
    commits_by_itself(words)
}

/// Tells whether a statement, by its words in capitals, may commit in the middle.
pub(in crate::dialect) fn commits_by_itself(words: &[String]) -> bool {
    matches!(words.first().map(String::as_str), Some("CALL" | "DO"))
}

/// Reads an SQLSTATE (manual, appendix A).
pub(in crate::dialect) fn refusal(code: &str) -> Option<Refusal> {
    match code {
        "25001" | "2D000" => Some(Refusal::InTransaction),
        "25P01" | "3B001" => Some(Refusal::NoSavepoint),
        "25P02" => Some(Refusal::FailedTransaction),
        "40001" | "40P01" => Some(Refusal::Lost),
        _ => None,
    }
}

/// Who one is and what is set. `pg_settings` lists neither the user nor the role, and what belongs to the transaction is
/// not the session's.
const MEANING: &str = "
SELECT 'user', '', session_user::text, format('SET SESSION AUTHORIZATION %I', session_user), NULL
UNION ALL
SELECT 'role', '', current_setting('role'), CASE current_setting('role') WHEN 'none' THEN 'SET ROLE NONE'
  ELSE format('SET ROLE %I', current_setting('role')) END, NULL
UNION ALL
SELECT 'setting', name, setting, format('SELECT pg_catalog.set_config(%L, %L, false)', name, setting),
  format('RESET %I', name)
FROM pg_catalog.pg_settings WHERE source = 'session'
  AND name NOT IN ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable')";

/// What else a session holds. A statement that was prepared is known by the text in which it came: where others stood in
/// the same, it cannot be made again. The number of an advisory lock is one of 64 bits or two of 32 (manual, 54.12).
const OBJECTS: &str = "
UNION ALL
SELECT 'channel', c, '', format('LISTEN %I', c), format('UNLISTEN %I', c)
FROM pg_catalog.pg_listening_channels() c
UNION ALL
SELECT CASE WHEN from_sql THEN 'prepared' ELSE 'driver' END, name, statement,
  CASE WHEN from_sql AND statement ~* '^[[:space:]]*prepare[[:space:]]'
    AND statement !~ ';[[:space:]]*[^[:space:]]' THEN statement END, CASE WHEN from_sql THEN format('DEALLOCATE %I', name) END
FROM pg_catalog.pg_prepared_statements
UNION ALL
SELECT 'cursor', name, creation_time::text, NULL, format('CLOSE %I', name)
FROM pg_catalog.pg_cursors WHERE is_holdable
UNION ALL
SELECT 'lock', l.what || l.shared, '', format('SELECT pg_catalog.pg_try_advisory_lock%s(%s)', l.shared, l.what),
  format('SELECT pg_catalog.pg_advisory_unlock%s(%s)', l.shared, l.what)
FROM (
  SELECT CASE mode WHEN 'ShareLock' THEN '_shared' ELSE '' END AS shared,
    CASE objsubid WHEN 1 THEN ((classid::bigint << 32) | objid::bigint)::text
      ELSE (((classid::bigint + 2147483648) % 4294967296) - 2147483648) || ', '
        || (((objid::bigint + 2147483648) % 4294967296) - 2147483648) END AS what
  FROM pg_catalog.pg_locks
  WHERE locktype = 'advisory' AND granted AND pid = pg_catalog.pg_backend_pid()
    AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
) l
UNION ALL
SELECT 'temporary', 'relation ' || oid, '', NULL, format('DROP %s IF EXISTS pg_temp.%I CASCADE',
  CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END, relname)
FROM pg_catalog.pg_class
WHERE relnamespace = pg_catalog.pg_my_temp_schema() AND relkind IN ('c', 'f', 'p', 'r', 'S', 'v')
UNION ALL
SELECT 'temporary', 'routine ' || oid, '', NULL, format('DROP ROUTINE IF EXISTS pg_temp.%I(%s) CASCADE', proname,
  pg_catalog.pg_get_function_identity_arguments(oid))
FROM pg_catalog.pg_proc WHERE pronamespace = pg_catalog.pg_my_temp_schema()
UNION ALL
SELECT 'temporary', 'type ' || oid, '', NULL, format('DROP TYPE IF EXISTS pg_temp.%I CASCADE', typname)
FROM pg_catalog.pg_type WHERE typnamespace = pg_catalog.pg_my_temp_schema() AND typtype IN ('d', 'e', 'r')";

/// Reads it in one query.
pub(in crate::dialect) async fn read(
    connection: &mut Connection,
    custom: &BTreeSet<String>,
    scope: Scope,
) -> Result<Vec<(Key, Item)>, ConnectionError> {
    let mut query = MEANING.to_owned();
    for name in custom {
        let name = sql::string(name);
        query.push_str(&[
            " UNION ALL SELECT 'setting', v.name, v.value, format('SELECT pg_catalog.set_config(%L, %L, false)', v.name, v.value), ",
            "format('RESET %I', v.name) FROM (SELECT ", &name, "::text AS name, current_setting(", &name,
            ", true) AS value) v WHERE v.value <> ''",
        ].concat());
    }
    if scope == Scope::Everything {
        query.push_str(OBJECTS);
    }
    let rows = connection.rows(&query).await?;
    Ok(rows.into_iter().filter_map(item).collect())
}

fn item(row: Vec<Option<String>>) -> Option<(Key, Item)> {
    let [kind, name, value, make, take_away] = <[_; 5]>::try_from(row).ok()?;
    let kind = match kind.as_deref()? {
        "user" => Kind::User,
        "role" => Kind::Role,
        "setting" => Kind::Setting,
        "channel" => Kind::Channel,
        "prepared" => Kind::Prepared,
        "cursor" => Kind::Cursor,
        "lock" => Kind::Lock,
        "temporary" => Kind::Temporary,
        _ => Kind::Driver,
    };
    Some((Key { kind, name: name? }, Item { value: value.unwrap_or_default(), make, take_away }))
}

/// Tells whether something can be put back in the middle of a transaction.
pub(in crate::dialect) fn is_in(key: &Key, scope: Scope) -> bool {
    scope == Scope::Everything || matches!(key.kind, Kind::User | Kind::Role | Kind::Setting)
}

/// Makes that the session can be asked, whatever a script set.
pub(in crate::dialect) async fn make_readable(connection: &mut Connection) -> Result<(), ConnectionError> {
    let sql = "SET statement_timeout = 0; SET standard_conforming_strings = on; SET client_encoding = 'UTF8'";
    connection.execute(sql).await.map(drop)
}

/// Lists the names with a dot that SQL sets. PostgreSQL keeps a setting of any such name, and no view lists it.
///
/// A name too many does no harm: it is read, and was not changed.
pub(in crate::dialect) fn custom_settings(sql: &str) -> Vec<String> {
    let is_of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"' | '$');
    let words: Vec<&str> = sql.split(|c| !is_of_word(c)).filter(|word| !word.is_empty()).collect();
    let is = |word: Option<&&str>, wanted: &str| word.is_some_and(|word| word.eq_ignore_ascii_case(wanted));
    let mut names = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let name = if word.eq_ignore_ascii_case("SET") {
            let scope = is(words.get(at + 1), "SESSION") || is(words.get(at + 1), "LOCAL");
            words.get(at + 1 + usize::from(scope))
        } else if word.to_ascii_lowercase().ends_with("set_config") {
            words.get(at + 1)
        } else {
            None
        };
        names.extend(name.map(|name| name.replace('"', "")).filter(|name| is_custom(name)));
    }
    names
}

fn is_custom(name: &str) -> bool {
    let begins_well = |part: &str| part.starts_with(|c: char| c.is_alphabetic() || c == '_');
    name.contains('.') && name.split('.').all(begins_well)
}

#[cfg(test)]
mod tests {
    use super::custom_settings;

    #[test]
    fn names_of_settings_are_found_wherever_they_stand() {
        let sql = "SET my.a = 1; set session \"My\".b TO 'x'; DO $$ BEGIN PERFORM set_config('my.c', '1', false); END $$;
                   SET LOCAL my.d = 1; SET search_path = 'a.b'; SET n = 1.5; UPDATE t SET x = t.y";
        assert_eq!(custom_settings(sql), ["my.a", "My.b", "my.c", "my.d"]);
    }
}
