//! The connection of a run as SeaORM sees one, for the code of revision scripts.
//!
//! What lives here: [`Lent`] and SeaORM's traits on it, and the way from an application's pool to a connection. Statements go through sqlx on the one connection of the run;
//! there is no pool, and nothing outlives the code that it was lent to.

use std::{error::Error, fmt, future::Future, pin::Pin, sync::Arc};

use async_trait::async_trait;
use cucurbit::{connection::Connection, schema::Dialect};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseConnectionType, DbBackend, DbErr, ExecResult,
    IsolationLevel, QueryResult, RuntimeErr, Statement, TransactionError, TransactionOptions,
    TransactionSession, TransactionTrait, Values,
};
use sea_query_sqlx::SqlxValues;
use sqlx::{AssertSqlSafe, Database, Executor as _, PgConnection, Postgres, Sqlite, SqliteConnection};
use sqlx_core::transaction::TransactionManager;
use tokio::sync::Mutex;

type OfPostgres = <Postgres as Database>::TransactionManager;
type OfSqlite = <Sqlite as Database>::TransactionManager;

/// The connection that code of a script was lent, as a SeaORM connection.
///
/// It is made by [`lend`]. A transaction that is begun on it is a savepoint inside the revision's transaction.
pub struct Lent<'c> {
    connection: Arc<Mutex<&'c mut Connection>>,
    dialect: Dialect,
    /// Whether it is a savepoint that was neither kept nor rolled back yet.
    is_savepoint: bool,
}

impl fmt::Debug for Lent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lent").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}

/// Lets SeaORM use the connection that [`Op::run`](cucurbit::Op::run) hands to its code.
///
/// Columns and tables are those of the revision, and entities are those of today: a script that is older than a column
/// of its entity asks for the columns that it means (`.select_only()`).
///
/// ```no_run
/// # mod plant {
/// #     use sea_orm::entity::prelude::*;
/// #     #[sea_orm::model]
/// #     #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
/// #     #[sea_orm(table_name = "plant")]
/// #     pub struct Model {
/// #         #[sea_orm(primary_key)]
/// #         pub id: i32,
/// #         pub name: String,
/// #     }
/// #     impl ActiveModelBehavior for ActiveModel {}
/// # }
/// use cucurbit::prelude::*;
/// use sea_orm::{EntityTrait, QueryOrder};
///
/// fn upgrade(op: &mut Op) {
///     op.run("greet every plant", async |connection: &mut Connection| {
///         let database = cucurbit_sea_orm::lend(connection);
///         for plant in plant::Entity::find().order_by_id_asc().all(&database).await? {
///             println!("{}", plant.name);
///         }
///         Ok(())
///     });
/// }
/// ```
pub fn lend(connection: &mut Connection) -> Lent<'_> {
    let dialect = connection.dialect();
    Lent { connection: Arc::new(Mutex::new(connection)), dialect, is_savepoint: false }
}

/// Takes a connection out of the pool of an application that uses SeaORM; it goes back when it is dropped.
///
/// The pool of a database in memory has one connection: while it is out, the application waits.
///
/// # Errors
///
/// When the pool has none in time, or it is neither a pool of PostgreSQL nor one of SQLite.
pub async fn acquire(database: &DatabaseConnection) -> Result<Connection, DbErr> {
    let none = |error: sqlx::Error| DbErr::Conn(RuntimeErr::SqlxError(error.into()));
    match &database.inner {
        DatabaseConnectionType::SqlxPostgresPoolConnection(_) => {
            Ok(database.get_postgres_connection_pool().acquire().await.map_err(none)?.into())
        }
        DatabaseConnectionType::SqlxSqlitePoolConnection(_) => {
            Ok(database.get_sqlite_connection_pool().acquire().await.map_err(none)?.into())
        }
        // Which other kinds there are depends on SeaORM's features.
        _ => Err(DbErr::Conn(RuntimeErr::Internal(
            "only a pool of PostgreSQL or SQLite has a connection to migrate on".to_owned(),
        ))),
    }
}

/// Says in SeaORM's words that a statement failed.
fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

/// Says in SeaORM's words that the connection is of the other kind, which [`Lent::dialect`] excludes.
fn wrong(error: impl Error) -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(error.to_string()))
}

fn values(statement: &Statement) -> SqlxValues {
    SqlxValues(statement.values.clone().unwrap_or(Values(Vec::new())))
}

/// Runs one expression with sqlx's connection of either kind under one name.
macro_rules! on_either {
    ($lent:expr, $DB:ident, $connection:ident => $work:expr) => {{
        let mut lent = $lent.connection.lock().await;
        match $lent.dialect {
            Dialect::Postgres => {
                type $DB = Postgres;
                let $connection: &mut PgConnection = lent.postgres().map_err(wrong)?;
                $work
            }
            Dialect::Sqlite => {
                type $DB = Sqlite;
                let $connection: &mut SqliteConnection = lent.sqlite().map_err(wrong)?;
                $work
            }
        }
    }};
}

#[async_trait]
impl ConnectionTrait for Lent<'_> {
    fn get_database_backend(&self) -> DbBackend {
        match self.dialect {
            Dialect::Postgres => DbBackend::Postgres,
            Dialect::Sqlite => DbBackend::Sqlite,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        on_either!(self, DB, connection => {
            let query = sqlx::query_with::<DB, _>(AssertSqlSafe(statement.sql.as_str()), values(&statement));
            Ok(connection.execute(query).await.map_err(failed)?.into())
        })
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        on_either!(self, DB, connection => {
            let query = sqlx::raw_sql(AssertSqlSafe(sql));
            let done: <DB as Database>::QueryResult = connection.execute(query).await.map_err(failed)?;
            Ok(done.into())
        })
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        on_either!(self, DB, connection => {
            let query = sqlx::query_with::<DB, _>(AssertSqlSafe(statement.sql.as_str()), values(&statement));
            Ok(connection.fetch_optional(query).await.map_err(failed)?.map(Into::into))
        })
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        on_either!(self, DB, connection => {
            let query = sqlx::query_with::<DB, _>(AssertSqlSafe(statement.sql.as_str()), values(&statement));
            Ok(connection.fetch_all(query).await.map_err(failed)?.into_iter().map(Into::into).collect())
        })
    }
}

#[async_trait]
impl<'c> TransactionTrait for Lent<'c> {
    type Transaction = Self;

    async fn begin(&self) -> Result<Self, DbErr> {
        on_either!(self, DB, connection => {
            <DB as Database>::TransactionManager::begin(connection, None).await.map_err(failed)?;
        });
        Ok(Self { connection: Arc::clone(&self.connection), dialect: self.dialect, is_savepoint: true })
    }

    /// A savepoint has neither an isolation level nor an access mode of its own; both are left out.
    async fn begin_with_config(
        &self,
        _isolation_level: Option<IsolationLevel>,
        _access_mode: Option<AccessMode>,
    ) -> Result<Self, DbErr> {
        self.begin().await
    }

    /// As [`begin_with_config`](TransactionTrait::begin_with_config).
    async fn begin_with_options(&self, _options: TransactionOptions) -> Result<Self, DbErr> {
        self.begin().await
    }

    async fn transaction<F, T, E>(&self, callback: F) -> Result<T, TransactionError<E>>
    where
        F: for<'t> FnOnce(&'t Self) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 't>> + Send,
        T: Send,
        E: fmt::Display + fmt::Debug + Send,
    {
        let savepoint = self.begin().await.map_err(TransactionError::Connection)?;
        match callback(&savepoint).await {
            Ok(value) => {
                savepoint.commit().await.map_err(TransactionError::Connection)?;
                Ok(value)
            }
            Err(error) => {
                savepoint.rollback().await.map_err(TransactionError::Connection)?;
                Err(TransactionError::Transaction(error))
            }
        }
    }

    async fn transaction_with_config<F, T, E>(
        &self,
        callback: F,
        _isolation_level: Option<IsolationLevel>,
        _access_mode: Option<AccessMode>,
    ) -> Result<T, TransactionError<E>>
    where
        F: for<'t> FnOnce(&'t Self) -> Pin<Box<dyn Future<Output = Result<T, E>> + Send + 't>> + Send,
        T: Send,
        E: fmt::Display + fmt::Debug + Send,
    {
        self.transaction(callback).await
    }
}

#[async_trait]
impl TransactionSession for Lent<'_> {
    /// Keeps what the savepoint did. What was lent itself is not ended: that is the run's to do.
    async fn commit(mut self) -> Result<(), DbErr> {
        if self.is_savepoint {
            on_either!(self, DB, connection => {
                <DB as Database>::TransactionManager::commit(connection).await.map_err(failed)?;
            });
            self.is_savepoint = false;
        }
        Ok(())
    }

    /// Takes back what the savepoint did. What was lent itself is rolled back by an error, not from here.
    async fn rollback(mut self) -> Result<(), DbErr> {
        if !self.is_savepoint {
            let words = "the transaction is the revision's: return an error from its code to roll it back";
            return Err(DbErr::Custom(words.to_owned()));
        }
        on_either!(self, DB, connection => {
            <DB as Database>::TransactionManager::rollback(connection).await.map_err(failed)?;
        });
        self.is_savepoint = false;
        Ok(())
    }
}

impl Drop for Lent<'_> {
    /// Rolls back a savepoint that was not ended, as SeaORM's own transactions do.
    fn drop(&mut self) {
        if !self.is_savepoint {
            return;
        }
        // Held by a statement that was given up: the runner then finds the savepoint open, and refuses.
        let Ok(mut lent) = self.connection.try_lock() else { return };
        match self.dialect {
            Dialect::Postgres => {
                if let Ok(connection) = lent.postgres() {
                    OfPostgres::start_rollback(connection);
                }
            }
            Dialect::Sqlite => {
                if let Ok(connection) = lent.sqlite() {
                    OfSqlite::start_rollback(connection);
                }
            }
        }
    }
}
