//! Making and dropping the file of a database.

use std::{fs, io, path::Path};

use crate::{
    connection::{ConnectOptions, Connection, ConnectionError, Trouble, url::ConnectionUrl},
    dialect::{RunLock, database::Tell},
    schema::TableName,
};

/// What SQLite keeps beside a database while it is in use, and after a process was killed.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

pub(in crate::dialect) async fn create(
    url: &ConnectionUrl,
    _: &mut Tell<'_>,
) -> Result<bool, ConnectionError> {
    let is_missing = url.is_missing_file();
    let options = ConnectOptions { create_file: true, ..ConnectOptions::default() };
    Connection::connect(url, &options).await?.close().await?;
    Ok(is_missing)
}

pub(in crate::dialect) async fn drop(
    url: &ConnectionUrl,
    force: bool,
    _: &mut Tell<'_>,
) -> Result<bool, ConnectionError> {
    let Some(file) = url.file().filter(|file| file.exists()) else { return Ok(false) };
    // It is opened first: a file that is no database is refused, and what a killed process left beside it is settled.
    let mut connection = Connection::connect(url, &ConnectOptions::default()).await?;
    let alone = if force { Ok(true) } else { is_alone(&mut connection).await };
    connection.close().await?;
    if !alone? {
        return Err(ConnectionError::InUse { database: file.display().to_string() });
    }
    remove(file)?;
    for suffix in BESIDE {
        let mut beside = file.as_os_str().to_owned();
        beside.push(suffix);
        remove(Path::new(&beside))?;
    }
    Ok(true)
}

/// Tells whether neither a run nor another connection is at work. An idle connection shows only in WAL mode, which
/// SQLite does not leave while there is one; without WAL such a connection goes on with a file that has no name.
async fn is_alone(connection: &mut Connection) -> Result<bool, ConnectionError> {
    let mut run = RunLock::of(connection, &TableName::from("alembic_version")).await?;
    if !run.try_take(connection).await? {
        return Ok(false);
    }
    let alone = match connection.execute("BEGIN EXCLUSIVE; ROLLBACK").await {
        Ok(_) => {
            connection.value("PRAGMA journal_mode = DELETE").await.map(|mode| mode.as_deref() != Some("wal"))
        }
        Err(error) => Err(error),
    };
    let given_back = run.give_back(connection).await;
    let alone = match alone {
        Err(error) if error.trouble() == Some(Trouble::Busy) => false,
        alone => alone?,
    };
    given_back?;
    Ok(alone)
}

fn remove(path: &Path) -> Result<(), ConnectionError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(ConnectionError::NotRemoved { path: path.to_owned(), source })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
