//! Making and dropping a database, from another one of the same server.

use super::sql::string;
use crate::{
    connection::{ConnectOptions, Connection, ConnectionError, Trouble, url::ConnectionUrl},
    dialect::{database::Tell, postgres::sql::quoted},
    schema::Ident,
};

/// The databases that every new server has, and from which others are made: the first that is there.
const OTHERS: [&str; 2] = ["postgres", "template1"];

/// SQLSTATEs: `duplicate_database`, and `object_in_use` of a database with other connections.
const DUPLICATE: &str = "42P04";
const IN_USE: &str = "55006";

pub(in crate::dialect) async fn create(
    url: &ConnectionUrl,
    tell: &mut Tell<'_>,
) -> Result<bool, ConnectionError> {
    let (mut connection, name) = beside(url).await?;
    let created = match is_there(&mut connection, &name).await {
        Ok(true) => Ok(false),
        Ok(false) => create_on(&mut connection, &name, tell).await,
        Err(error) => Err(error),
    };
    closed(connection, created).await
}

pub(in crate::dialect) async fn drop(
    url: &ConnectionUrl,
    force: bool,
    tell: &mut Tell<'_>,
) -> Result<bool, ConnectionError> {
    let (mut connection, name) = beside(url).await?;
    let dropped = match is_there(&mut connection, &name).await {
        Ok(true) => drop_on(&mut connection, &name, force, tell).await,
        Ok(false) => Ok(false),
        Err(error) => Err(error),
    };
    closed(connection, dropped).await
}

/// Connects to another database of the server, and says which one is meant.
async fn beside(url: &ConnectionUrl) -> Result<(Connection, String), ConnectionError> {
    let name = url.database()?;
    let mut refused = None;
    for other in OTHERS.into_iter().filter(|other| *other != name) {
        match Connection::connect(&url.with_database(other), &ConnectOptions::default()).await {
            Ok(connection) => return Ok((connection, name)),
            Err(error) if error.trouble() == Some(Trouble::UnknownDatabase) => refused = Some(error),
            Err(error) => return Err(error),
        }
    }
    match refused {
        Some(error) => Err(error),
        None => Ok((Connection::connect(url, &ConnectOptions::default()).await?, name)),
    }
}

async fn is_there(connection: &mut Connection, name: &str) -> Result<bool, ConnectionError> {
    let query = format!("SELECT 1 FROM pg_catalog.pg_database WHERE datname = {}", string(name));
    Ok(connection.value(&query).await?.is_some())
}

async fn create_on(
    connection: &mut Connection,
    name: &str,
    tell: &mut Tell<'_>,
) -> Result<bool, ConnectionError> {
    let sql = format!("CREATE DATABASE {}", quoted(&Ident::new(name)));
    tell(&sql);
    match connection.execute(&sql).await {
        Ok(_) => Ok(true),
        // Another process was faster.
        Err(error) if error.code().as_deref() == Some(DUPLICATE) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn drop_on(
    connection: &mut Connection,
    name: &str,
    force: bool,
    tell: &mut Tell<'_>,
) -> Result<bool, ConnectionError> {
    let force = if force { " WITH (FORCE)" } else { "" };
    let sql = format!("DROP DATABASE {}{force}", quoted(&Ident::new(name)));
    tell(&sql);
    match connection.execute(&sql).await {
        Ok(_) => Ok(true),
        Err(error) if error.code().as_deref() == Some(IN_USE) => {
            Err(ConnectionError::InUse { database: name.to_owned() })
        }
        Err(error) => Err(error),
    }
}

async fn closed(
    connection: Connection,
    done: Result<bool, ConnectionError>,
) -> Result<bool, ConnectionError> {
    let closed = connection.close().await;
    let done = done?;
    closed?;
    Ok(done)
}
