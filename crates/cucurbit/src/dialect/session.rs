//! What a run asks of a session: transactions, the lock, whether a table is there. The verbs that need a
//! connection and are not the comparison's.

use crate::{
    connection::{Connection, ConnectionError, code_of},
    operation::{Execute, Operation},
    schema::{Dialect, Ident, Object, ObjectId, TableName},
};

use super::{
    Before, Capabilities, Done, Place, ReflectError, Server,
    lexer::{self, CopyIn},
};

impl Dialect {
    /// Returns the statement that begins a step.
    #[must_use]
    pub const fn begin_sql(self) -> &'static str {
        on!(self, session::BEGIN)
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
        Some(CopyIn { command, rows, .. }) => connection.copy_in(command, rows).await,
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
    let read = async {
        let (before, place) = super::reflect_with_place(connection, version_table).await?;
        let rows = match query(&place) {
            Some(query) => connection.rows(&query).await?,
            None => Rows::new(),
        };
        Ok((before, place, rows))
    };
    let read = read.await;
    end_snapshot(connection, read).await
}

/// Asks the server for what a plan depends on.
///
/// # Errors
///
/// When the connection fails.
pub(crate) async fn server(connection: &mut Connection) -> Result<Server, ConnectionError> {
    let dialect = connection.dialect();
    let row = connection.rows(on!(dialect, session::SERVER)).await?.into_iter().next().unwrap_or_default();
    let mut values = row.into_iter();
    let version = values.next().flatten().and_then(|version| on!(dialect, session::version(&version)));
    Ok(Server { dialect, version, current_schema: values.next().flatten().map(Ident::from) })
}

/// Asks what may not be asked of every database.
async fn value(connection: &mut Connection, query: Option<&str>) -> Result<Option<String>, ConnectionError> {
    match query {
        Some(query) => connection.value(query).await,
        None => Ok(None),
    }
}

/// What a query returned.
type Rows = Vec<Vec<Option<String>>>;

async fn begin_snapshot(connection: &mut Connection) -> Result<(), ConnectionError> {
    let begin = on!(connection.dialect(), session::BEGIN_SNAPSHOT);
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
    match on!(connection.dialect(), session::lock_table(table)) {
        Some(lock) => connection.execute(&lock).await.map(drop),
        None => Ok(()),
    }
}

/// Fails, as a change of the table would, where the server lets nothing be written: before scripts are run. SQLite says so
/// when a transaction begins.
pub(crate) async fn refuse_read_only(
    connection: &mut Connection,
    table: &TableName,
) -> Result<(), ConnectionError> {
    let Some((query, write)) = on!(connection.dialect(), session::read_only(table)) else { return Ok(()) };
    if connection.value(query).await?.as_deref() == Some("on") {
        connection.execute(&write).await?;
    }
    Ok(())
}

/// Returns how many characters a column of text can hold; `None` where there is no bound.
pub(crate) async fn longest_text(
    connection: &mut Connection,
    table: &TableName,
    column: &str,
) -> Result<Option<usize>, ConnectionError> {
    let query = on!(connection.dialect(), session::longest_text(table, column));
    Ok(value(connection, query.as_deref()).await?.and_then(|longest| longest.parse().ok()))
}

/// Tells whether a table is there, in the schema that its name says.
pub(crate) async fn table_exists(
    connection: &mut Connection,
    table: &TableName,
) -> Result<bool, ConnectionError> {
    let query = on!(connection.dialect(), session::table_exists(table));
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
    on!(connection.dialect(), interrupted(connection, statement, done).await)
}

/// Names the invalid index that a statement with IF NOT EXISTS would take for what it is to make.
pub(crate) async fn invalid_index(
    connection: &mut Connection,
    statement: &str,
) -> Result<Option<String>, ConnectionError> {
    on!(connection.dialect(), invalid_index(connection, statement).await)
}

/// Names the partitioned table or index on which a statement with CONCURRENTLY cannot be run.
pub(crate) async fn partitioned(
    connection: &mut Connection,
    statement: &str,
) -> Result<Option<String>, ConnectionError> {
    on!(connection.dialect(), partitioned(connection, statement).await)
}

/// Returns the number of the server's process that serves this session.
pub(crate) async fn process(connection: &mut Connection) -> Result<Option<String>, ConnectionError> {
    let query = on!(connection.dialect(), session::PROCESS);
    value(connection, query).await
}

/// Tells whether a statement that runs outside transactions may be run twice if the process dies at the wrong moment:
/// it may commit by itself in the middle, and no catalogue tells whether it did.
pub(crate) fn may_run_twice(dialect: Dialect, sql: &str) -> bool {
    on!(dialect, session::may_run_twice(&upper_words(dialect, sql)))
}

fn upper_words(dialect: Dialect, sql: &str) -> Vec<String> {
    lexer::words(sql, dialect).into_iter().map(str::to_ascii_uppercase).collect()
}

/// Tells whether a statement that the database refused may have committed a part of its work.
pub(crate) fn commits_by_itself(dialect: Dialect, sql: &str) -> bool {
    on!(dialect, session::commits_by_itself(&upper_words(dialect, sql)))
}

/// Tells whether an operation runs outside transactions, by what the script says alone; returns its words.
pub(crate) fn outside(dialect: Dialect, operation: &Operation) -> Option<String> {
    if let Operation::Execute(Execute { sql, is_outside_transaction: true, .. }) = operation {
        return Some(sql.trim().to_owned());
    }
    is_outside(dialect.capabilities(), operation).then(|| operation.describe())
}

/// Tells whether DDL runs outside transactions: each statement where DDL commits by itself, else what others may write to
/// meanwhile.
fn is_outside(capabilities: &Capabilities, operation: &Operation) -> bool {
    let is_concurrent = if let Operation::Create { object: Object::Index { .. }, concurrency, .. }
    | Operation::Drop { id: ObjectId::Index { .. }, concurrency, .. } = operation
    {
        concurrency.is_concurrent && capabilities.has_concurrent_indexes
    } else {
        false
    };
    operation.kind().is_some() && (is_concurrent || !capabilities.has_transactional_ddl)
}

/// Tells why a savepoint could not be released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreleased {
    /// The transaction around it was ended.
    Ended,
    /// A statement in it failed, and no error was returned.
    Failed,
    /// The session is gone, and its transaction with it.
    Lost,
}

/// Reads the error of a savepoint's release.
pub(crate) fn unreleased(error: &ConnectionError) -> Unreleased {
    match refusal(error.code().as_deref()) {
        Some(Refusal::NoSavepoint) => Unreleased::Ended,
        Some(Refusal::FailedTransaction) => Unreleased::Failed,
        Some(Refusal::Busy | Refusal::InTransaction | Refusal::Lost) | None => Unreleased::Lost,
    }
}

/// What the code of an error says of the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Another writer was waited for in vain.
    Busy,
    /// A statement of the transaction failed, and it takes no more.
    FailedTransaction,
    /// The statement cannot stand in a transaction, or would have ended it.
    InTransaction,
    /// It was given up for another transaction: a serialization failure or a deadlock.
    Lost,
    /// There is no such savepoint, or no transaction.
    NoSavepoint,
}

/// Reads a code, of whichever database it is.
fn refusal(code: Option<&str>) -> Option<Refusal> {
    let code = code?;
    Dialect::ALL.into_iter().find_map(|dialect| on!(dialect, session::refusal(code)))
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
    !is_refused && !on!(dialect, session::SILENT).iter().any(|word| begins(word))
}

/// Tells whether a statement was refused because it stood in a transaction, or would have ended it.
pub(crate) fn needs_no_transaction(error: &ConnectionError) -> bool {
    refusal(error.code().as_deref()) == Some(Refusal::InTransaction)
}

/// Tells whether the database gave up a statement for another transaction.
pub(crate) fn is_lost_to_another(error: &(dyn std::error::Error + 'static)) -> bool {
    refusal(code_of(error).as_deref()) == Some(Refusal::Lost)
}

/// Tells whether another writer was waited for in vain.
pub(crate) fn is_busy(error: &ConnectionError) -> bool {
    refusal(error.code().as_deref()) == Some(Refusal::Busy)
}

/// Tells whether an operation that is not planned yet may turn out to replace or drop a table, for which foreign keys must
/// be off before the transaction begins.
pub(crate) fn may_rebuild(dialect: Dialect, operation: &Operation) -> bool {
    dialect.capabilities().rebuilds_tables && operation.table().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::BulkInsert;

    #[test]
    fn ddl_that_commits_by_itself_runs_outside_transactions() {
        let rename = Operation::Rename { id: ObjectId::Table("plant".into()), to: "crop".into() };
        let insert = BulkInsert { table: "plant".into(), columns: Vec::new(), rows: Vec::new() };
        let commits = Capabilities { has_transactional_ddl: false, ..*Dialect::Postgres.capabilities() };
        assert!(is_outside(&commits, &rename));
        assert!(!is_outside(&commits, &Operation::BulkInsert(insert)));
        assert!(!is_outside(Dialect::Postgres.capabilities(), &rename));
    }
}
