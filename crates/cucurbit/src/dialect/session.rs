//! What a run asks of a session: transactions, the lock, whether a table is there. The verbs that need a
//! connection and are not the comparison's.

use std::collections::BTreeMap;

use crate::{
    connection::{Connection, ConnectionError, code_of},
    operation::Operation,
    schema::{Dialect, Ident, TableName},
};

use super::{
    Before, ReflectError,
    lexer::{self, CopyIn},
    sql,
};

impl Dialect {
    /// Returns the statement that begins a step.
    ///
    /// SQLite takes the write lock at once: two steps that both began by reading could not both go on
    /// (sqlite.org/lang_transaction.html, "Deferred, immediate and exclusive").
    #[must_use]
    pub const fn begin_sql(self) -> &'static str {
        match self {
            Self::Postgres => "BEGIN",
            Self::Sqlite => "BEGIN IMMEDIATE",
        }
    }
}

/// Begins a step.
pub(crate) async fn begin(connection: &mut Connection) -> Result<(), ConnectionError> {
    let begin = connection.dialect().begin_sql();
    connection.begin(begin).await
}

/// Runs one statement, as the lexer splits them, and returns the number of rows it changed: a COPY with its rows, as
/// psql would.
pub(crate) async fn run(connection: &mut Connection, statement: &str) -> Result<u64, ConnectionError> {
    match lexer::copy_in(statement, connection.dialect()) {
        Some(CopyIn { command, rows }) => connection.copy_in(command, rows).await,
        None => connection.execute(statement).await,
    }
}

/// The settings of a session that a script can change: PostgreSQL's that were set since it began (`pg_settings`), SQLite's
/// pragmas that change what statements mean and can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings(BTreeMap<String, String>);

/// See <https://www.sqlite.org/pragma.html>; those that are written into the file are not the session's.
const PRAGMAS: [&str; 7] = [
    "foreign_keys",
    "ignore_check_constraints",
    "legacy_alter_table",
    "recursive_triggers",
    "reverse_unordered_selects",
    "trusted_schema",
    "writable_schema",
];

impl Settings {
    /// Reads them.
    pub(crate) async fn read(connection: &mut Connection) -> Result<Self, ConnectionError> {
        let query = match connection.dialect() {
            Dialect::Postgres => {
                "SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session'".to_owned()
            }
            Dialect::Sqlite => {
                let read = PRAGMAS.map(|name| format!("SELECT '{name}', {name} FROM pragma_{name}"));
                read.join(" UNION ALL ")
            }
        };
        let mut settings = BTreeMap::new();
        for row in connection.rows(&query).await? {
            if let [Some(name), Some(value)] = row.as_slice() {
                settings.insert(name.clone(), value.clone());
            }
        }
        Ok(Self(settings))
    }

    /// Puts the session back to them; returns how it was.
    pub(crate) async fn restore(&self, connection: &mut Connection) -> Result<Self, ConnectionError> {
        let found = Self::read(connection).await?;
        for name in self.0.keys().chain(found.0.keys().filter(|name| !self.0.contains_key(*name))) {
            let wanted = self.0.get(name);
            if wanted == found.0.get(name) {
                continue;
            }
            let statement = match (connection.dialect(), wanted) {
                (Dialect::Postgres, Some(value)) => {
                    format!(
                        "SELECT pg_catalog.set_config({}, {}, false)",
                        sql::string(name),
                        sql::string(value)
                    )
                }
                (Dialect::Postgres, None) => format!("RESET {}", sql::quoted(&Ident::new(name.clone()))),
                (Dialect::Sqlite, Some(value)) => format!("PRAGMA {name} = {value}"),
                (Dialect::Sqlite, None) => continue,
            };
            connection.execute(&statement).await?;
        }
        Ok(found)
    }

    /// Reads the schema with these settings, and leaves the session as it is: after `SET search_path` it would be
    /// another schema.
    pub(crate) async fn reflect(&self, connection: &mut Connection) -> Result<Before, ReflectError> {
        let inside = self.restore(connection).await?;
        let before = super::reflect(connection).await?;
        inside.restore(connection).await?;
        Ok(before)
    }
}

/// Reads the schema as it is at one moment, on a connection without a transaction.
///
/// The queries of [`reflect`](super::reflect) are several; between two of them another process may commit.
///
/// # Errors
///
/// As [`reflect`](super::reflect).
pub async fn reflect_snapshot(connection: &mut Connection) -> Result<Before, ReflectError> {
    begin_snapshot(connection).await?;
    let reflected = super::reflect(connection).await;
    end_snapshot(connection, reflected).await
}

/// Reads the schema, and the rows of a query about one of its tables as they were at that moment; no rows if the
/// table is not there.
pub(crate) async fn reflect_snapshot_with(
    connection: &mut Connection,
    table: &Ident,
    query: &str,
) -> Result<(Before, Option<Rows>), ReflectError> {
    begin_snapshot(connection).await?;
    let read = match super::reflect(connection).await {
        Ok(before) => match rows_of(connection, table, query, &before).await {
            Ok(rows) => Ok((before, rows)),
            Err(error) => Err(error.into()),
        },
        Err(error) => Err(error),
    };
    end_snapshot(connection, read).await
}

/// Runs a query about a table, if it is there; what is reflected is not all that is there.
async fn rows_of(
    connection: &mut Connection,
    table: &Ident,
    query: &str,
    before: &Before,
) -> Result<Option<Rows>, ConnectionError> {
    let is_reflected = before.schema.table(&TableName::new(table.clone())).is_some();
    if is_reflected || table_exists(connection, table).await? {
        return connection.rows(query).await.map(Some);
    }
    Ok(None)
}

/// What a query returned.
type Rows = Vec<Vec<Option<String>>>;

async fn begin_snapshot(connection: &mut Connection) -> Result<(), ConnectionError> {
    let begin = match connection.dialect() {
        Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        Dialect::Sqlite => "BEGIN",
    };
    connection.execute(begin).await.map(drop)
}

/// Ends it in the same way after an error: nothing was written.
async fn end_snapshot<T>(
    connection: &mut Connection,
    read: Result<T, ReflectError>,
) -> Result<T, ReflectError> {
    let ended = connection.execute("ROLLBACK").await;
    let read = read?;
    ended?;
    Ok(read)
}

/// Keeps others, Alembic among them, from changing the version table until the step ends.
pub(crate) async fn lock_version_table(
    connection: &mut Connection,
    table: &Ident,
) -> Result<(), ConnectionError> {
    match connection.dialect() {
        Dialect::Postgres => {
            let lock = format!("LOCK TABLE {} IN EXCLUSIVE MODE", sql::quoted(table));
            connection.execute(&lock).await.map(drop)
        }
        Dialect::Sqlite => Ok(()),
    }
}

/// Tells whether a table is in the connection's own schema.
pub(crate) async fn table_exists(
    connection: &mut Connection,
    table: &Ident,
) -> Result<bool, ConnectionError> {
    let name = sql::string(table.as_str());
    let query = match connection.dialect() {
        Dialect::Postgres => format!(
            "SELECT 1 FROM pg_catalog.pg_class WHERE relname = {name} AND relkind IN ('r', 'p') \
             AND relnamespace = pg_catalog.current_schema()::pg_catalog.regnamespace"
        ),
        Dialect::Sqlite => format!("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = {name}"),
    };
    Ok(connection.value(&query).await?.is_some())
}

/// What became of a statement outside a transaction that was cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Interrupted {
    /// It did its work.
    Done,
    /// It is to be run again.
    NotDone {
        /// What takes away what it left, to be run before.
        first: Option<String>,
    },
}

/// Asks what became of a statement outside a transaction that was cut off in the middle.
pub(crate) async fn interrupted(
    connection: &mut Connection,
    statement: &str,
) -> Result<Interrupted, ConnectionError> {
    match connection.dialect() {
        Dialect::Postgres => super::postgres::interrupted(connection, statement).await,
        // Each of its statements is all or nothing, and those that refuse a transaction (VACUUM, PRAGMA) can be repeated.
        Dialect::Sqlite => Ok(Interrupted::NotDone { first: None }),
    }
}

/// Tells whether the database gave up a statement for the sake of another transaction: a serialization failure
/// or a deadlock (PostgreSQL manual, appendix A).
pub(crate) fn is_lost_to_another(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(code_of(error).as_deref(), Some("40001" | "40P01"))
}

/// Tells whether another writer of a SQLite file was waited for in vain (sqlite.org/rescode.html#busy, with its
/// extended codes).
pub(crate) fn is_busy(error: &ConnectionError) -> bool {
    matches!(error.code().as_deref(), Some("5" | "261" | "517" | "773"))
}

/// Tells whether an operation that is not planned yet may turn out to replace or drop a table, for which SQLite's
/// foreign keys must be off before the transaction begins.
pub(crate) fn may_rebuild(dialect: Dialect, operation: &Operation) -> bool {
    match dialect {
        Dialect::Postgres => false,
        Dialect::Sqlite => operation.table().is_some(),
    }
}
