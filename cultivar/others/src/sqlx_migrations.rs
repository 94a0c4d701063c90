//! `sqlx migrate run` on the folder of SQL files for each database.

use std::path::Path;

use sqlx::{
    Connection as _, PgConnection, SqliteConnection,
    migrate::{Migrate as _, Migrator},
};

use crate::Applied;

/// Applies what is pending, or what is among so many of the first ones.
pub(crate) async fn up(url: &str, number: Option<u32>) -> Applied {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    if url.starts_with("postgres") {
        let migrator = Migrator::new(folder.join("postgres")).await?;
        let mut connection = PgConnection::connect(url).await?;
        connection.ensure_migrations_table(&migrator.table_name).await?;
        let before = connection.list_applied_migrations(&migrator.table_name).await?.len();
        migrator.run_to(last(&migrator, number), &mut connection).await?;
        let after = connection.list_applied_migrations(&migrator.table_name).await?.len();
        connection.close().await?;
        Ok(after - before)
    } else {
        let migrator = Migrator::new(folder.join("sqlite")).await?;
        let mut connection = SqliteConnection::connect(url).await?;
        connection.ensure_migrations_table(&migrator.table_name).await?;
        let before = connection.list_applied_migrations(&migrator.table_name).await?.len();
        migrator.run_to(last(&migrator, number), &mut connection).await?;
        let after = connection.list_applied_migrations(&migrator.table_name).await?.len();
        connection.close().await?;
        Ok(after - before)
    }
}

/// The version of the last migration of so many.
fn last(migrator: &Migrator, number: Option<u32>) -> i64 {
    let count = number.map_or(usize::MAX, |number| number as usize);
    migrator.iter().take(count).last().map_or(i64::MAX, |migration| migration.version)
}
