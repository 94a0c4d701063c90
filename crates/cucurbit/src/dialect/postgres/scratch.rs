//! A scratch database beside the one that is asked about.

use std::collections::BTreeSet;

use crate::{
    connection::{ConnectOptions, Connection, ConnectionError, address::Address},
    dialect::{Before, PlanError, scratch::ScratchError},
    operation::{Concurrency, Operation},
    schema::{Ident, Schema},
};

/// The connection that made the database and drops it.
#[derive(Debug)]
pub(crate) struct Owner {
    connection: Connection,
    name: String,
}

/// Makes the database and copies the tables into it.
pub(crate) async fn open(server: &Address, before: &Before) -> Result<(Connection, Owner), ScratchError> {
    let statements = copy(&before.schema)?;
    let mut connection = Connection::connect(server, &ConnectOptions::default()).await?;
    // The process of the server's session is nobody else's while the session lasts.
    let process = connection.value("SELECT pg_backend_pid()").await?.unwrap_or_default();
    let name = format!("cucurbit_scratch_{process}");
    // One that a killed process left, under a number that the server has given again.
    connection.execute(&format!("DROP DATABASE IF EXISTS {name}")).await?;
    connection.execute(&format!("CREATE DATABASE {name}")).await?;
    let owner = Owner { connection, name };
    match fill(server, &owner.name, &statements).await {
        Ok(scratch) => Ok((scratch, owner)),
        Err(error) => {
            owner.drop_database().await?;
            Err(error.into())
        }
    }
}

impl Owner {
    /// Drops the database.
    pub(crate) async fn drop_database(mut self) -> Result<(), ConnectionError> {
        self.connection.execute(&format!("DROP DATABASE IF EXISTS {}", self.name)).await?;
        self.connection.close().await
    }
}

async fn fill(server: &Address, name: &str, statements: &[String]) -> Result<Connection, ConnectionError> {
    let mut scratch = Connection::connect(&server.with_database(name), &ConnectOptions::default()).await?;
    for sql in statements {
        if let Err(error) = scratch.execute(sql).await {
            scratch.close().await?;
            return Err(error);
        }
    }
    Ok(scratch)
}

/// Writes the statements that make the tables, by the same way as any migration.
fn copy(schema: &Schema) -> Result<Vec<String>, PlanError> {
    let enums = schema.enums.values().cloned().map(Operation::CreateEnum);
    let sequences = schema.sequences.values().cloned().map(Operation::CreateSequence);
    let names = schema.tables.keys().chain(schema.enums.keys()).chain(schema.sequences.keys());
    let used = names.filter_map(|name| name.schema.as_ref()).filter(|name| **name != "public");
    let schemas: BTreeSet<&Ident> = schema.schemas.iter().chain(used).collect();
    let schemas = schemas.into_iter().map(|name| Operation::CreateSchema { name: name.clone() });
    let mut tables: Vec<Operation> = schemas.chain(enums).chain(sequences).collect();
    let mut indexes = Vec::new();
    for table in schema.tables.values() {
        let mut table = table.clone();
        let name = table.name.clone();
        let own = std::mem::take(&mut table.indexes).into_values();
        indexes.extend(own.map(|index| {
            let concurrency = Concurrency::default();
            Operation::CreateIndex { table: name.clone(), index, concurrency }
        }));
        tables.push(Operation::CreateTable(table));
    }
    tables.extend(indexes);
    let plan = super::plan(&mut Before::default(), &tables)?;
    Ok(plan.statements.into_iter().map(|statement| statement.sql).collect())
}
