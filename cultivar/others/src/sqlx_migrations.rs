//! `sqlx migrate run` on the folder of SQL files for each database.

use std::path::Path;

use sqlx::{
    Connection as _, PgConnection, SqliteConnection,
    migrate::{Migrate as _, Migrator},
};

use crate::Applied;

/// Applies what is pending.
pub(crate) async fn up(url: &str) -> Applied {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    if url.starts_with("postgres") {
        let migrator = Migrator::new(folder.join("postgres")).await?;
        let mut connection = PgConnection::connect(url).await?;
        connection.ensure_migrations_table(&migrator.table_name).await?;
        let before = connection.list_applied_migrations(&migrator.table_name).await?.len();
        migrator.run(&mut connection).await?;
        let after = connection.list_applied_migrations(&migrator.table_name).await?.len();
        connection.close().await?;
        Ok(after - before)
    } else {
        let migrator = Migrator::new(folder.join("sqlite")).await?;
        let mut connection = SqliteConnection::connect(url).await?;
        connection.ensure_migrations_table(&migrator.table_name).await?;
        let before = connection.list_applied_migrations(&migrator.table_name).await?.len();
        migrator.run(&mut connection).await?;
        let after = connection.list_applied_migrations(&migrator.table_name).await?.len();
        connection.close().await?;
        Ok(after - before)
    }
}
