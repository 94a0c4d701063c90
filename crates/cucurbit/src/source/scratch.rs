//! The history, replayed on a scratch database: for SQL whose effect on the schema only a database can tell.
//!
//! SQLite: a database in memory, made from the stored texts. PostgreSQL: a database of a name of our own on the
//! server given by `scratch_url`, else on the server itself; it is dropped on every path. The database that is
//! compared is not touched.

use crate::{
    connection::ConnectOptions,
    connection::{Connection, ConnectionError, address::Address},
    dialect::{self, Before, Dialect, Plan, ReflectError, lexer},
    diff::{Filter, diff},
    operation::{Execute, Operation, for_dialect},
    revision::Scripts,
    runtime,
    schema::Schema,
};

use super::ReplayError;

/// Runs revisions on a scratch copy of `before` and returns what they made of it.
///
/// Statements that only read or write rows are left out: the copy has none.
///
/// # Errors
///
/// When no scratch database can be had, or a statement fails on it: the revision and the statement are named.
pub async fn replay_on_scratch(
    server: &Address,
    scripts: &Scripts,
    revisions: &[usize],
    before: Before,
) -> Result<Before, ReplayError> {
    let dialect = server.dialect();
    match dialect {
        Dialect::Sqlite => {
            let memory = Address::parse("sqlite://").map_err(ReplayError::no_scratch)?;
            let options = ConnectOptions::default();
            let mut connection =
                Connection::connect(&memory, &options).await.map_err(ReplayError::no_scratch)?;
            rebuild_sqlite(&mut connection, &before).await.map_err(ReplayError::no_scratch)?;
            rehearse(&mut connection, scripts, revisions, before).await
        }
        Dialect::Postgres => on_postgres(server, scripts, revisions, before).await,
    }
}

/// Makes a database beside the one at `server`, rehearses on it and drops it again.
async fn on_postgres(
    server: &Address,
    scripts: &Scripts,
    revisions: &[usize],
    before: Before,
) -> Result<Before, ReplayError> {
    let options = ConnectOptions::default();
    let name = format!("cucurbit_scratch_{}", std::process::id());
    let mut owner = Connection::connect(server, &options).await.map_err(ReplayError::no_scratch)?;
    let drop_it = format!("DROP DATABASE IF EXISTS {name}");
    owner.execute(&drop_it).await.map_err(ReplayError::no_scratch)?;
    owner.execute(&format!("CREATE DATABASE {name}")).await.map_err(ReplayError::no_scratch)?;
    let result = match Connection::connect(&server.with_database(&name), &options).await {
        Ok(mut connection) => {
            let result = match rebuild(&mut connection, &before.schema).await {
                Ok(()) => rehearse(&mut connection, scripts, revisions, before).await,
                Err(error) => Err(ReplayError::no_scratch(error)),
            };
            let closed = connection.close().await.map_err(ReplayError::no_scratch);
            result.and_then(|after| closed.map(|()| after))
        }
        Err(error) => Err(ReplayError::no_scratch(error)),
    };
    let dropped = owner.execute(&drop_it).await.map_err(ReplayError::no_scratch);
    let after = result?;
    dropped?;
    Ok(after)
}

/// Makes the tables of a schema by the same way as any migration.
async fn rebuild(connection: &mut Connection, schema: &Schema) -> Result<(), RebuildError> {
    let dialect = connection.dialect();
    let (empty, whole) = (dialect.canonical(&Schema::new()), dialect.canonical(schema));
    let operations = diff(&empty, &whole, &Default::default(), &Filter::default()).operations;
    let plan = dialect.plan(&mut Before::default(), &operations)?;
    Ok(run(connection, &plan).await?)
}

/// Why a copy could not be made.
#[derive(Debug, thiserror::Error)]
enum RebuildError {
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    #[error(transparent)]
    Plan(#[from] dialect::PlanError),
}

/// Makes what a SQLite file holds from its stored texts.
async fn rebuild_sqlite(connection: &mut Connection, before: &Before) -> Result<(), ConnectionError> {
    connection.execute("PRAGMA foreign_keys = OFF").await?;
    let originals = &before.originals;
    let tables = originals.tables.values();
    let indexes = originals.indexes.values().map(|(_, sql)| sql);
    let views = originals.views.values().map(|view| &view.sql);
    let triggers = originals.triggers.values().map(|trigger| &trigger.sql);
    for sql in tables.chain(indexes).chain(views).chain(triggers) {
        connection.execute(sql).await?;
    }
    Ok(())
}

/// Runs the revisions statement by statement, reading the schema again after SQL of unknown effect.
async fn rehearse(
    connection: &mut Connection,
    scripts: &Scripts,
    revisions: &[usize],
    mut before: Before,
) -> Result<Before, ReplayError> {
    let dialect = connection.dialect();
    for &position in revisions {
        let revision = || scripts.graph().id(position).to_owned();
        for operation in for_dialect(&scripts.upgrade(position), dialect) {
            if writes_rows_only(dialect, &operation) {
                continue;
            }
            let plan = dialect
                .plan(&mut before, std::slice::from_ref(&operation))
                .map_err(|source| ReplayError::Plan { revision: revision(), dialect, source })?;
            run(connection, &plan)
                .await
                .map_err(|source| ReplayError::Rehearsal { revision: revision(), source })?;
            if runtime::is_opaque(dialect, &operation) {
                before = read(connection).await?;
            }
        }
    }
    read(connection).await
}

async fn read(connection: &mut Connection) -> Result<Before, ReplayError> {
    dialect::reflect(connection).await.map_err(|error: ReflectError| ReplayError::no_scratch(error))
}

async fn run(connection: &mut Connection, plan: &Plan) -> Result<(), ConnectionError> {
    for statement in &plan.statements {
        connection.execute(&statement.sql).await?;
    }
    Ok(())
}

fn writes_rows_only(dialect: Dialect, operation: &Operation) -> bool {
    match operation {
        Operation::BulkInsert(_) => true,
        Operation::Execute(Execute { sql, .. }) => lexer::split(sql, dialect)
            .into_iter()
            .all(|statement| lexer::kind(statement, dialect) == lexer::Kind::ReadsOrWritesRows),
        Operation::AddColumn { .. }
        | Operation::AlterColumn { .. }
        | Operation::CreateCheck { .. }
        | Operation::CreateForeignKey { .. }
        | Operation::CreateIndex { .. }
        | Operation::CreatePrimaryKey { .. }
        | Operation::CreateTable(_)
        | Operation::CreateUnique { .. }
        | Operation::DropColumn { .. }
        | Operation::DropConstraint { .. }
        | Operation::DropIndex { .. }
        | Operation::DropTable { .. }
        | Operation::Irreversible { .. }
        | Operation::On { .. }
        | Operation::RenameTable { .. }
        | Operation::SetTableComment { .. } => false,
    }
}
