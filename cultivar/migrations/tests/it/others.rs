//! The program of `cultivar/others`, built once and kept: the real sea-orm-migration and the real sqlx migrate.

use std::{path::Path, process::Command};

use crate::support::{Database, Ran};

/// Another migration tool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tool {
    /// What the program calls it.
    pub(crate) name: &'static str,
    /// How many migrations it has.
    pub(crate) migrations: usize,
    /// The table in which it keeps its books.
    pub(crate) table: &'static str,
    /// Reads that table.
    pub(crate) books: &'static str,
    /// Rows for its tables, parents and children, in SQL that both databases know.
    pub(crate) rows: &'static str,
}

/// Migrations in the style of SeaORM's book.
pub(crate) const SEA_ORM_MIGRATION: Tool = Tool {
    name: "sea-orm-migration",
    migrations: 3,
    table: "seaql_migrations",
    books: "SELECT version, CAST(applied_at AS TEXT) AS applied_at FROM seaql_migrations ORDER BY version",
    rows: "INSERT INTO bed (name, place, width) VALUES ('North', 'House', 1.5), ('South', NULL, 2);
        INSERT INTO plant (id, bed_id, name, labels, sown_on) VALUES
            ('0190163d-8694-739b-aea5-966c26f8ad91', 1, 'Tomato', '{\"hybrid\": true}', '2025-03-01'),
            ('0190163d-8694-739b-aea5-966c26f8ad92', 1, 'Basil', NULL, NULL),
            ('0190163d-8694-739b-aea5-966c26f8ad93', 2, 'Kale', '[]', NULL);
        INSERT INTO harvest (plant_id, weight) VALUES
            ('0190163d-8694-739b-aea5-966c26f8ad91', 0.25), ('0190163d-8694-739b-aea5-966c26f8ad91', NULL);",
};

/// A folder of SQL files for each database.
pub(crate) const SQLX_MIGRATE: Tool = Tool {
    name: "sqlx-migrate",
    migrations: 2,
    table: "_sqlx_migrations",
    books: "SELECT CAST(version AS TEXT) AS version, description, CAST(installed_on AS TEXT) AS installed_on, \
            CAST(success AS TEXT) AS success FROM _sqlx_migrations ORDER BY version",
    rows: "INSERT INTO bed (name, kind) VALUES ('North', 'raised'), ('South', 'flat');
        INSERT INTO plant (bed_id, name, price, labels, note) VALUES
            (1, 'Tomato', 2.5, '{\"hybrid\": true}', 'early'), (1, 'Basil', 0, NULL, NULL), (2, 'Kale', 1, '[]', '');",
};

impl Tool {
    /// Applies what is pending.
    pub(crate) fn migrate(self, database: &Database) -> Ran {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../others");
        let target =
            Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder").join("others");
        // Its dependencies are pinned by its own Cargo.lock; the first build downloads and compiles them.
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--locked"])
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", &target)
            .env_remove("CARGO_BUILD_BUILD_DIR")
            .output()
            .expect("cargo runs");
        assert!(built.status.success(), "cultivar/others: {}", String::from_utf8_lossy(&built.stderr));
        let mut command = Command::new(target.join("debug/cultivar-others"));
        Ran::of(command.arg(self.name).arg(database.driver_url()))
    }

    /// Insists that it applies this many migrations.
    pub(crate) fn applies(self, database: &Database, number: usize) {
        let ran = self.migrate(database).exits(0);
        assert_eq!(ran.stdout, format!("{number} applied\n"), "{}", ran.stderr);
    }
}
