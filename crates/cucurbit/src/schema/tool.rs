//! The bookkeeping tables of other migration tools, and those that replication and hosts of SQLite files put
//! beside them: they are not compared, unless a model declares one.

use super::Table;

/// Names that no application gives to a table of its own.
const NAMES: [&str; 71] = [
    "__diesel_schema_migrations",
    "__drizzle_migrations",
    "__efmigrationshistory",
    "__efmigrationslock",
    "__migrationhistory",
    "_cf_kv",
    "_cf_metadata",
    "_fluent_migrations",
    "_litestream_lock",
    "_litestream_seq",
    "_prisma_migrations",
    "_sqlx_migrations",
    "_yoyo_log",
    "_yoyo_migration",
    "_yoyo_version",
    "adonis_schema",
    "adonis_schema_versions",
    "ar_internal_metadata",
    "atlas_schema_revisions",
    "bun_migration_locks",
    "bun_migrations",
    "butane_migrations",
    "cake_migrations",
    "cakephp_migrations",
    "d1_migrations",
    "darwin_migrations",
    "data_migrations",
    "databasechangelog",
    "databasechangeloglock",
    "dbix_class_deploymenthandler_versions",
    "dbix_class_schema_versions",
    "directus_migrations",
    "django_migrations",
    "doctrine_migration_versions",
    "flyway_schema_history",
    "goose_db_version",
    "gopg_migrations",
    "gorp_migrations",
    "grdb_migrations",
    "knex_migrations",
    "knex_migrations_lock",
    "kysely_migration",
    "kysely_migration_lock",
    "migrate_version",
    "migratehistory",
    "mikro_orm_migrations",
    "payload_migrations",
    "pgmigrations",
    "phinxlog",
    "play_evolutions",
    "play_evolutions_lock",
    "propel_migration",
    "ragtime_migrations",
    "refinery_schema_history",
    "rel_schema_versions",
    "river_migration",
    "room_master_table",
    "schema_migration",
    "schema_migrations",
    "schemaversions",
    "seaql_migrations",
    "sequelizedata",
    "sequelizemeta",
    "serverpod_migrations",
    "south_migrationhistory",
    "strapi_database_schema",
    "strapi_migrations",
    "strapi_migrations_internal",
    "typeorm_metadata",
    "waypoint_schema_history",
    "yoyo_lock",
];

/// Names that an application may well give, with all the columns that a tool gives to its table: Laravel, TypeORM,
/// gormigrate, Flyway before 5, tern, Sequel, Yii, Piccolo, Evolve, MyBatis, FluentMigrator, Doctrine before 3, Aerich,
/// PocketBase, DbUp, db-migrate.
const SHAPES: [(&str, &[&str]); 18] = [
    ("_migrations", &["applied", "file"]),
    ("aerich", &["app", "content", "id", "version"]),
    ("changelog", &["applied_at", "description", "id"]),
    (
        "changelog",
        &[
            "checksum",
            "description",
            "id",
            "installed_by",
            "installed_on",
            "name",
            "success",
            "type",
            "version",
        ],
    ),
    ("migration", &["app_name", "id", "name", "ran_on"]),
    ("migration", &["apply_time", "version"]),
    ("migration_versions", &["executed_at", "version"]),
    ("migration_versions", &["version"]),
    ("migrations", &["batch", "id", "migration"]),
    ("migrations", &["id"]),
    ("migrations", &["id", "name", "run_on"]),
    ("migrations", &["id", "name", "timestamp"]),
    ("schema_info", &["version"]),
    (
        "schema_version",
        &[
            "checksum",
            "description",
            "execution_time",
            "installed_by",
            "installed_on",
            "installed_rank",
            "script",
            "success",
            "type",
            "version",
        ],
    ),
    (
        "schema_version",
        &[
            "checksum",
            "description",
            "execution_time",
            "installed_by",
            "installed_on",
            "installed_rank",
            "script",
            "success",
            "type",
            "version",
            "version_rank",
        ],
    ),
    ("schema_version", &["version"]),
    ("versioninfo", &["appliedon", "description", "version"]),
    ("versioninfo", &["version"]),
];

/// Phinx keeps one for each plug-in.
const SUFFIX: &str = "_phinxlog";

/// Tells whether a table of this name is a migration tool's, whatever its columns are. Case does not matter.
pub(crate) fn is_name_of_tool(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.contains(&name.as_str()) || name.ends_with(SUFFIX)
}

/// Tells whether a table is a migration tool's: by its name, or by a name that others may give and by its columns.
pub(crate) fn is_of_tool(table: &Table) -> bool {
    let name = table.name.name.as_str();
    let mut columns: Vec<String> =
        table.columns.iter().map(|column| column.name.as_str().to_ascii_lowercase()).collect();
    columns.sort();
    let is_shape = |(other, shape): &(&str, &[&str])| {
        name.eq_ignore_ascii_case(other) && columns.iter().map(String::as_str).eq(shape.iter().copied())
    };
    is_name_of_tool(name) || SHAPES.iter().any(is_shape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{TableBuilder, build::*};

    fn table(name: &str, columns: &[&str]) -> Table {
        TableBuilder::build(name, |table| columns.iter().for_each(|column| table.column(text(column))))
    }

    #[test]
    fn a_common_name_alone_is_no_tool() {
        assert!(is_of_tool(&table("migrations", &["id", "timestamp", "name"])));
        assert!(is_of_tool(&table("migrations", &["id", "migration", "batch"])));
        assert!(!is_of_tool(&table("migrations", &["id", "name", "timestamp", "bird"])));
        assert!(!is_of_tool(&table("schema_version", &["id", "version"])));
        assert!(is_of_tool(&table("DATABASECHANGELOG", &["ID"])));
        assert!(is_of_tool(&table("blog_phinxlog", &["version"])));
        assert!(is_of_tool(&table("VersionInfo", &["Version", "AppliedOn", "Description"])));
        assert!(!is_of_tool(&table("django_content_type", &["id", "app_label", "model"])));
    }

    #[test]
    fn columns_are_sorted() {
        for (name, shape) in SHAPES {
            assert!(shape.is_sorted(), "{name}");
        }
    }
}
