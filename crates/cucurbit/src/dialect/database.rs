//! A database as a whole: making it and dropping it. What is in it is the business of runs.

use crate::connection::{ConnectionError, url::ConnectionUrl};

/// What is told of each statement before it runs; SQLite needs none.
pub type Tell<'t> = dyn FnMut(&str) + Send + 't;

/// Makes the database that a connection URL names; `false` where it is there already, or in memory. `tell` hears of each
/// statement before it runs.
///
/// # Errors
///
/// When the server or the folder of the file cannot be reached, or the user may not.
pub async fn create_database(url: &ConnectionUrl, tell: &mut Tell<'_>) -> Result<bool, ConnectionError> {
    on!(url.dialect(), database::create(url, tell).await)
}

/// Drops the database that a connection URL names, with all that is in it; `false` where it is not there. `tell` hears of
/// each statement before it runs.
///
/// # Errors
///
/// When others are connected to it, unless `force` is given: PostgreSQL then ends their connections, and they lose the
/// file on SQLite. When the user may not; when a file is no database.
pub async fn drop_database(
    url: &ConnectionUrl,
    force: bool,
    tell: &mut Tell<'_>,
) -> Result<bool, ConnectionError> {
    on!(url.dialect(), database::drop(url, force, tell).await)
}
