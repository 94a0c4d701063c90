//! The transactions of a run, begun and ended by sqlx's own book-keeping.
//!
//! sqlx counts how deep a connection is in transactions, and a `begin()` at depth 0 says `BEGIN`. So that code of a
//! script may call `begin()` on the connection that it is lent, and gets a savepoint and not the end of the run's
//! transaction, the run's is counted too.

use sqlx::{AssertSqlSafe, Database, PgConnection, Postgres, SqlSafeStr as _, Sqlite, SqliteConnection};
use sqlx_core::transaction::TransactionManager;

use super::{Connection, ConnectionError, Kind, refused};

type OfPostgres = <Postgres as Database>::TransactionManager;
type OfSqlite = <Sqlite as Database>::TransactionManager;

impl Connection {
    /// Begins a transaction with this statement; none may be open.
    pub(crate) async fn begin(&mut self, begin: &str) -> Result<(), ConnectionError> {
        let statement = Some(AssertSqlSafe(begin.to_owned()).into_sql_str());
        match &mut self.kind {
            Kind::Postgres(connection) => OfPostgres::begin(connection, statement).await,
            Kind::Sqlite(connection) => OfSqlite::begin(connection, statement).await,
        }
        .map_err(|source| refused(begin, source))
    }

    /// Commits the transaction.
    pub(crate) async fn commit(&mut self) -> Result<(), ConnectionError> {
        match &mut self.kind {
            Kind::Postgres(connection) => OfPostgres::commit(connection).await,
            Kind::Sqlite(connection) => OfSqlite::commit(connection).await,
        }
        .map_err(|source| refused("COMMIT", source))
    }

    /// Rolls back everything that is open, whatever code made of it.
    pub(crate) async fn roll_back(&mut self) -> Result<(), ConnectionError> {
        if self.unwind().await.is_ok() {
            return Ok(());
        }
        // What is open and what sqlx has counted are not the same any more. Everything is ended, and then there is
        // again what was counted, so that it can be counted down.
        drop(self.execute("ROLLBACK").await);
        if self.transaction_depth() > 0 {
            self.execute("BEGIN").await?;
            for level in 1..self.transaction_depth() {
                // The name that sqlx gives to the savepoint of this depth (`begin_ansi_transaction_sql`).
                self.execute(&format!("SAVEPOINT _sqlx_savepoint_{level}")).await?;
            }
        }
        self.unwind().await
    }

    /// Rolls back from the innermost savepoint outwards.
    async fn unwind(&mut self) -> Result<(), ConnectionError> {
        while self.transaction_depth() > 0 {
            match &mut self.kind {
                Kind::Postgres(connection) => OfPostgres::rollback(connection).await,
                Kind::Sqlite(connection) => OfSqlite::rollback(connection).await,
            }
            .map_err(|source| refused("ROLLBACK", source))?;
        }
        Ok(())
    }

    /// Counts the transactions that are open: 1 for a transaction, one more for each savepoint in it. What was begun
    /// by SQL of one's own is not counted.
    pub(crate) fn transaction_depth(&self) -> usize {
        match &self.kind {
            Kind::Postgres(connection) => {
                let connection: &PgConnection = connection;
                OfPostgres::get_transaction_depth(connection)
            }
            Kind::Sqlite(connection) => {
                let connection: &SqliteConnection = connection;
                OfSqlite::get_transaction_depth(connection)
            }
        }
    }
}
