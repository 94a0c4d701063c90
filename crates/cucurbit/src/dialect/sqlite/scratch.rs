//! A scratch database in memory, made of the stored texts.

use crate::{
    connection::{ConnectOptions, Connection, ConnectionError, address::Address},
    dialect::{Before, Originals},
};

/// Makes the database. Its foreign keys are off: it has no rows that they could guard.
pub(crate) async fn open(before: &Before) -> Result<Connection, ConnectionError> {
    let mut connection = Connection::connect(&Address::memory(), &ConnectOptions::default()).await?;
    connection.execute("PRAGMA foreign_keys = OFF").await?;
    let Originals { tables, indexes, triggers, views } = &before.originals;
    let indexes = indexes.values().map(|(_, sql)| sql);
    let views = views.values().map(|view| &view.sql);
    let triggers = triggers.values().map(|trigger| &trigger.sql);
    for sql in tables.values().chain(indexes).chain(views).chain(triggers) {
        connection.execute(sql).await?;
    }
    Ok(connection)
}
