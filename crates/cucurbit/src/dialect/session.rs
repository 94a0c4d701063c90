//! What a run asks of a session: transactions, the lock, whether a table is there. The verbs that need a
//! connection and are not the comparison's.

use crate::{
    connection::{Connection, ConnectionError, code_of},
    operation::{Execute, Operation},
    schema::{Dialect, Ident, Object, ObjectId, TableName},
};

use super::{
    Before, Done, Place, ReflectError,
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

/// Reads the schema, where the version table is, and the rows of a query that depends on that, all as they were at one
/// moment.
pub(crate) async fn reflect_snapshot_with(
    connection: &mut Connection,
    version_table: &Ident,
    query: impl FnOnce(&Place) -> Option<String>,
) -> Result<(Before, Place, Rows), ReflectError> {
    begin_snapshot(connection).await?;
    let read = match super::reflect_with_place(connection, version_table).await {
        Ok((before, place)) => match query(&place) {
            Some(query) => match connection.rows(&query).await {
                Ok(rows) => Ok((before, place, rows)),
                Err(error) => Err(error.into()),
            },
            None => Ok((before, place, Rows::new())),
        },
        Err(error) => Err(error),
    };
    end_snapshot(connection, read).await
}

/// Returns the name of the schema that a name without one means; `None` where a database has one only.
///
/// # Errors
///
/// When the connection fails.
pub(crate) async fn current_schema(connection: &mut Connection) -> Result<Option<Ident>, ConnectionError> {
    match connection.dialect() {
        Dialect::Postgres => Ok(connection.value("SELECT current_schema()").await?.map(Ident::from)),
        Dialect::Sqlite => Ok(None),
    }
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
    table: &TableName,
) -> Result<(), ConnectionError> {
    match connection.dialect() {
        Dialect::Postgres => {
            let lock = format!("LOCK TABLE {} IN EXCLUSIVE MODE", sql::qualified(table));
            connection.execute(&lock).await.map(drop)
        }
        Dialect::Sqlite => Ok(()),
    }
}

/// Fails, as a change of the table would, where the server lets nothing be written: before scripts are run. SQLite says so
/// when a transaction begins.
pub(crate) async fn refuse_read_only(
    connection: &mut Connection,
    table: &TableName,
) -> Result<(), ConnectionError> {
    match connection.dialect() {
        Dialect::Postgres => {
            if connection.value("SHOW transaction_read_only").await?.as_deref() == Some("on") {
                let sql = format!("SELECT 1 FROM {} WHERE false FOR UPDATE", sql::qualified(table));
                connection.execute(&sql).await?;
            }
            Ok(())
        }
        Dialect::Sqlite => Ok(()),
    }
}

/// Returns how many characters a column of text can hold; `None` where there is no bound.
pub(crate) async fn longest_text(
    connection: &mut Connection,
    table: &TableName,
    column: &str,
) -> Result<Option<usize>, ConnectionError> {
    match connection.dialect() {
        Dialect::Postgres => {
            let (table, column) = (sql::string(&sql::qualified(table)), sql::string(column));
            let query = format!(
                "SELECT a.atttypmod - 4 FROM pg_catalog.pg_attribute a WHERE a.attrelid = {table}::pg_catalog.regclass \
                 AND a.attname = {column} AND a.atttypmod > 4"
            );
            Ok(connection.value(&query).await?.and_then(|longest| longest.parse().ok()))
        }
        Dialect::Sqlite => Ok(None),
    }
}

/// Tells whether a table is there, in the schema that its name says.
pub(crate) async fn table_exists(
    connection: &mut Connection,
    table: &TableName,
) -> Result<bool, ConnectionError> {
    let name = sql::string(table.name.as_str());
    let query = match connection.dialect() {
        Dialect::Postgres => {
            let schema = table.schema.as_ref().map(|schema| sql::string(schema.as_str()));
            format!(
                "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.relname = {name} AND c.relkind IN ('r', 'p') AND n.nspname = {}",
                schema.as_deref().unwrap_or("pg_catalog.current_schema()")
            )
        }
        Dialect::Sqlite => {
            format!("SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = {name} COLLATE NOCASE")
        }
    };
    Ok(connection.value(&query).await?.is_some())
}

/// What became of a statement outside a transaction that was cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Interrupted {
    /// It did its work.
    Done,
    /// It did a part of its work, and another statement does the rest.
    Begun {
        /// That statement.
        rest: String,
    },
    /// It is to be run again.
    NotDone {
        /// What takes away what it left, to be run before.
        first: Vec<String>,
    },
}

impl Interrupted {
    /// Nothing of it is there.
    pub(crate) const NOTHING: Self = Self::NotDone { first: Vec::new() };
}

/// Asks what became of a statement outside a transaction that was cut off in the middle: by what it says of that, or, of the
/// SQL of a script, by what is read in it.
pub(crate) async fn interrupted(
    connection: &mut Connection,
    statement: &str,
    done: Option<&Done>,
) -> Result<Interrupted, ConnectionError> {
    match connection.dialect() {
        Dialect::Postgres => super::postgres::interrupted(connection, statement, done).await,
        // Each of its statements is all or nothing, and those that refuse a transaction (VACUUM, PRAGMA) can be repeated.
        Dialect::Sqlite => Ok(Interrupted::NOTHING),
    }
}

/// Names the invalid index that a statement with IF NOT EXISTS would take for what it is to make.
pub(crate) async fn invalid_index(
    connection: &mut Connection,
    statement: &str,
) -> Result<Option<String>, ConnectionError> {
    match connection.dialect() {
        Dialect::Postgres => super::postgres::invalid_index(connection, statement).await,
        Dialect::Sqlite => Ok(None),
    }
}

/// Names the partitioned table or index on which a statement with CONCURRENTLY cannot be run.
pub(crate) async fn partitioned(
    connection: &mut Connection,
    statement: &str,
) -> Result<Option<String>, ConnectionError> {
    match connection.dialect() {
        Dialect::Postgres => super::postgres::partitioned(connection, statement).await,
        Dialect::Sqlite => Ok(None),
    }
}

/// Returns the number of the server's process that serves this session.
pub(crate) async fn process(connection: &mut Connection) -> Result<Option<String>, ConnectionError> {
    match connection.dialect() {
        Dialect::Postgres => connection.value("SELECT pg_catalog.pg_backend_pid()").await,
        Dialect::Sqlite => Ok(None),
    }
}

/// Tells whether a statement that runs outside transactions may be run twice if the process dies at the wrong moment:
/// it may commit by itself in the middle, and no catalogue tells whether it did.
pub(crate) fn may_run_twice(dialect: Dialect, sql: &str) -> bool {
    let words: Vec<String> =
        lexer::words(sql, dialect).into_iter().map(|word| word.to_ascii_uppercase()).collect();
    let has = |word: &str| words.iter().any(|found| found == word);
    match (dialect, words.first().map(String::as_str)) {
        (Dialect::Postgres, _) => commits_by_itself(dialect, sql),
        // The file that it wrote is in the way of the second time.
        (Dialect::Sqlite, Some("VACUUM")) => has("INTO"),
        (Dialect::Sqlite, _) => false,
    }
}

/// Tells whether a statement that the database refused may have committed a part of its work.
pub(crate) fn commits_by_itself(dialect: Dialect, sql: &str) -> bool {
    let first = lexer::words(sql, dialect).first().copied().unwrap_or_default();
    dialect == Dialect::Postgres && (first.eq_ignore_ascii_case("CALL") || first.eq_ignore_ascii_case("DO"))
}

/// Tells whether an operation runs outside transactions, by what the script says alone; returns its words.
pub(crate) fn outside(dialect: Dialect, operation: &Operation) -> Option<String> {
    if let Operation::Execute(Execute { sql, is_outside_transaction: true, .. }) = operation {
        return Some(sql.trim().to_owned());
    }
    let (Operation::Create { object: Object::Index { .. }, concurrency, .. }
    | Operation::Drop { id: ObjectId::Index { .. }, concurrency, .. }) = operation
    else {
        return None;
    };
    (concurrency.is_concurrent && dialect == Dialect::Postgres).then(|| operation.describe())
}

/// Tells why a savepoint could not be released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreleased {
    /// The transaction around it was ended.
    Ended,
    /// A statement in it failed, and nobody said so.
    Failed,
    /// The session is gone, and its transaction with it.
    Lost,
}

/// Reads the error of a savepoint's release (PostgreSQL manual, appendix A: `invalid_savepoint_specification`,
/// `no_active_sql_transaction`, `in_failed_sql_transaction`; SQLite: "no such savepoint").
pub(crate) fn unreleased(error: &ConnectionError) -> Unreleased {
    match error.code().as_deref() {
        Some("1" | "3B001" | "25P01") => Unreleased::Ended,
        Some("25P02") => Unreleased::Failed,
        Some(_) | None => Unreleased::Lost,
    }
}

/// Tells whether a statement that asks for no transaction may still be tried in one of its own. A pragma says nothing
/// where it does nothing.
pub(crate) fn may_stand_in_transaction(dialect: Dialect, sql: &str) -> bool {
    let begins = |word: &str| {
        let sql = sql.trim_start().as_bytes();
        sql.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    };
    let is_refused = match lexer::kind(sql, dialect) {
        lexer::Kind::EndsTransaction | lexer::Kind::NeedsNoTransaction => true,
        lexer::Kind::ChangesSchema | lexer::Kind::ReadsOrWritesRows | lexer::Kind::Unknown => false,
    };
    let is_silent = dialect == Dialect::Sqlite && (begins("PRAGMA") || begins("ATTACH"));
    !is_refused && !is_silent
}

/// Tells whether a statement was refused because it stood in a transaction, or would have ended it (PostgreSQL manual,
/// appendix A: `active_sql_transaction`, `invalid_transaction_termination`).
pub(crate) fn needs_no_transaction(error: &ConnectionError) -> bool {
    matches!(error.code().as_deref(), Some("25001" | "2D000"))
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
