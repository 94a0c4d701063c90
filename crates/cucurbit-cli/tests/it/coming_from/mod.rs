//! The pages of `docs/coming-from`: a database as another migration tool leaves it, taken over by the commands of the page, on
//! both databases. Its own bookkeeping table is left alone, and it goes on in the end as if nothing had been.

mod entities;

use std::{fs, path::Path, process::Command};

use crate::{
    page::{self, Session},
    support::{Folder, OnServer, execute, rows, target},
};

/// Another migration tool.
struct Tool {
    /// The page's name.
    page: &'static str,
    /// Its command that runs what is pending, as the page has it.
    command: &'static str,
    /// Its bookkeeping table, as SQL names it on PostgreSQL and on SQLite.
    table: [&'static str; 2],
    /// What is read of that table; its first column says the order.
    columns: &'static str,
    /// Who makes its databases.
    made: Made,
}

/// How the databases of a tool are made: tables with rows, later one more migration.
enum Made {
    /// By the program of `cultivar/others`, which is the real tool: the word for it there, how many migrations are run first, and
    /// the rows.
    Really { word: &'static str, first: &'static str, rows: &'static str },
    /// By the statements that its source says it runs: its table, and a row of it, called TABLE_OF_IT, for each
    /// migration.
    Said { table: fn(is_postgres: bool) -> &'static str, row: fn(number: usize) -> String },
}

/// The tables of an application, in the SQL of migrations that are files, with rows.
const TABLES: [&str; 5] = [
    "CREATE TABLE bed (id INTEGER PRIMARY KEY NOT NULL, name VARCHAR(40) NOT NULL UNIQUE)",
    "CREATE TABLE plant (id INTEGER PRIMARY KEY NOT NULL, bed_id INTEGER NOT NULL REFERENCES bed (id) ON DELETE CASCADE, \
     name TEXT)",
    "CREATE INDEX plant_bed_id_idx ON plant (bed_id)",
    "INSERT INTO bed (id, name) VALUES (1, 'North'), (2, 'South')",
    "INSERT INTO plant (id, bed_id, name) VALUES (1, 1, 'Kale'), (2, 2, NULL)",
];

/// The migration that the tool runs beside us.
const LATER: &str = "ALTER TABLE plant ADD COLUMN note TEXT";

/// diesel 2.3.9, `diesel/src/migration/setup_migration_table.sql`, and the insertion of `diesel_migrations`.
const DIESEL: Tool = Tool {
    page: "diesel",
    command: "diesel migration run",
    table: ["__diesel_schema_migrations", "__diesel_schema_migrations"],
    columns: "version, CAST(run_on AS TEXT)",
    made: Made::Said {
        table: |_| {
            "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
                version VARCHAR(50) PRIMARY KEY NOT NULL,
                run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
             )"
        },
        row: |number| format!("INSERT INTO TABLE_OF_IT (version) VALUES ('2026010{number}090000')"),
    },
};

/// refinery 0.10.0, `refinery_core/src/traits/mod.rs`, without its feature `int8-versions`.
const REFINERY: Tool = Tool {
    page: "refinery",
    command: "refinery migrate -e DATABASE_URL -p ./migrations",
    table: ["refinery_schema_history", "refinery_schema_history"],
    columns: "version, name, applied_on, checksum",
    made: Made::Said {
        table: |_| {
            "CREATE TABLE IF NOT EXISTS refinery_schema_history(
             version int4 PRIMARY KEY,
             name VARCHAR(255),
             applied_on VARCHAR(255),
             checksum VARCHAR(255))"
        },
        row: |number| {
            format!(
                "INSERT INTO TABLE_OF_IT (version, name, applied_on, checksum) \
                 VALUES ({number}, 'garden', '2026-01-0{number}T09:00:00.5Z', '1529630712383547331{number}')"
            )
        },
    },
};

/// Atlas 1.2.3, `cmd/atlas/internal/migrate/ent/migrate/schema.go`, in the SQL that ent writes for it. On PostgreSQL it is in a
/// schema of its own, unless the connection URL names one.
const ATLAS: Tool = Tool {
    page: "atlas",
    command: "atlas migrate apply --env local",
    table: ["atlas_schema_revisions.atlas_schema_revisions", "atlas_schema_revisions"],
    columns: "version, applied, total, CAST(executed_at AS TEXT), execution_time, hash",
    made: Made::Said {
        table: |is_postgres| {
            if is_postgres {
                "CREATE SCHEMA \"atlas_schema_revisions\"; \
                 CREATE TABLE \"atlas_schema_revisions\".\"atlas_schema_revisions\" (\"version\" character varying NOT NULL, \
                 \"description\" character varying NOT NULL, \"type\" bigint NOT NULL DEFAULT 2, \
                 \"applied\" bigint NOT NULL DEFAULT 0, \"total\" bigint NOT NULL DEFAULT 0, \
                 \"executed_at\" timestamptz NOT NULL, \"execution_time\" bigint NOT NULL, \"error\" text NULL, \
                 \"error_stmt\" text NULL, \"hash\" character varying NOT NULL, \"partial_hashes\" jsonb NULL, \
                 \"operator_version\" character varying NOT NULL, PRIMARY KEY (\"version\"))"
            } else {
                "CREATE TABLE `atlas_schema_revisions` (`version` text NOT NULL, `description` text NOT NULL, \
                 `type` integer NOT NULL DEFAULT (2), `applied` integer NOT NULL DEFAULT (0), \
                 `total` integer NOT NULL DEFAULT (0), `executed_at` datetime NOT NULL, \
                 `execution_time` integer NOT NULL, `error` text NULL, `error_stmt` text NULL, `hash` text NOT NULL, \
                 `partial_hashes` json NULL, `operator_version` text NOT NULL, PRIMARY KEY (`version`))"
            }
        },
        row: |number| {
            format!(
                "INSERT INTO TABLE_OF_IT (version, description, type, applied, total, executed_at, \
                 execution_time, hash, operator_version) VALUES ('2026010{number}090000', 'garden', 2, 3, 3, \
                 '2026-01-0{number} 09:00:00', 1200, 'bmFub3NlY29uZHM=', 'Atlas CLI v1.2.3')"
            )
        },
    },
};

const SQLX: Tool = Tool {
    page: "sqlx",
    command: "sqlx migrate run",
    table: ["_sqlx_migrations", "_sqlx_migrations"],
    columns: "version, description, CAST(installed_on AS TEXT), success, length(checksum), execution_time",
    made: Made::Really {
        word: "sqlx-migrate",
        first: "1",
        rows: "INSERT INTO bed (name, kind) VALUES ('North', 'raised'), ('South', 'flat');
            INSERT INTO plant (bed_id, name, price) VALUES (1, 'Tomato', 2.5), (2, 'Kale', 1);",
    },
};

const SEA_ORM: Tool = Tool {
    page: "sea-orm-migration",
    command: "sea-orm-cli migrate up",
    table: ["seaql_migrations", "seaql_migrations"],
    columns: "version, applied_at",
    made: Made::Really {
        word: "sea-orm-migration",
        first: "2",
        rows: "INSERT INTO bed (name, width) VALUES ('North', 1.5), ('South', 2);
            INSERT INTO plant (id, bed_id, name) VALUES (X'0190163d8694739baea5966c26f8ad91', 1, 'Tomato');",
    },
};

impl Tool {
    /// Makes a database that it has managed so far.
    fn make(&self, url: &str) {
        match &self.made {
            Made::Really { first, rows, .. } => {
                assert_eq!(self.really(url, Some(first)), format!("{first} applied\n"));
                // SQLite's form of a UUID, in which SeaORM writes it.
                let rows = match url.starts_with("postgres") {
                    true => rows.replace("X'", "'"),
                    false => (*rows).to_owned(),
                };
                execute(
                    url,
                    &rows
                        .split_inclusive(';')
                        .map(str::trim)
                        .filter(|sql| !sql.is_empty())
                        .collect::<Vec<_>>(),
                );
            }
            Made::Said { table, row } => {
                execute(
                    url,
                    &[
                        &[table(url.starts_with("postgres"))][..],
                        &TABLES,
                        &[&self.with_table(url, &row(1)), &self.with_table(url, &row(2))],
                    ]
                    .concat(),
                );
            }
        }
    }

    /// Names its table in a statement.
    fn with_table(&self, url: &str, statement: &str) -> String {
        statement.replace("TABLE_OF_IT", self.table[usize::from(!url.starts_with("postgres"))])
    }

    /// Runs its next migration.
    fn go_on(&self, url: &str) {
        match &self.made {
            Made::Really { .. } => assert_eq!(self.really(url, None), "1 applied\n"),
            Made::Said { row, .. } => execute(url, &[LATER, &self.with_table(url, &row(3))]),
        }
    }

    /// Runs the real tool.
    fn really(&self, url: &str, number: Option<&str>) -> String {
        let Made::Really { word, .. } = &self.made else { return "0 applied\n".to_owned() };
        let others = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cultivar/others");
        let built = Command::new("cargo")
            .args(["build", "--quiet", "--locked"])
            .current_dir(others)
            .env("CARGO_TARGET_DIR", target())
            .output()
            .unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let url = url.replacen("sqlite:", "sqlite://", 1);
        let url = if url.starts_with("sqlite") { format!("{url}?mode=rwc") } else { url };
        let ran = Command::new(target().join("debug/cultivar-others"))
            .arg(word)
            .arg(url)
            .args(number)
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    }

    /// Follows the page on a database.
    fn is_left(&self, url: &str, package: &str, application: &[(&str, &str)]) {
        self.make(url);
        let folder = Folder::of(application);
        let steps = page::read(&format!("coming-from/{}.md", self.page), &[]);
        let session = Session {
            folder: &folder,
            package: ("database", package),
            variables: &[("DATABASE_URL", url)],
            compares: url.starts_with("sqlite"),
        };
        let bookkeeping =
            self.with_table(url, &format!("SELECT {} FROM TABLE_OF_IT ORDER BY 1", self.columns));
        let beds = "SELECT id, name FROM bed ORDER BY id";
        let (before, kept) = (rows(url, &bookkeeping), rows(url, beds));
        let mut left = Vec::new();
        session.follow(&steps, &mut |command| {
            if command == entities::GENERATE {
                entities::generate(&folder);
                return true;
            }
            if command != self.command {
                return false;
            }
            assert_eq!(rows(url, &bookkeeping).len(), before.len() + left.len().min(1), "`{command}`");
            if left.is_empty() {
                self.go_on(url);
                left = rows(url, &bookkeeping);
            } else {
                // The way back: what it has run is what it knows of.
                assert_eq!(self.really(url, None), "0 applied\n");
            }
            true
        });
        assert_eq!(left.len(), before.len() + 1, "the page says how both run side by side");
        assert_eq!(rows(url, &bookkeeping), left);
        assert_eq!(rows(url, beds), kept);
        assert_eq!(rows(url, "SELECT version_num FROM alembic_version"), Vec::<Vec<Option<String>>>::new());
        assert!(fs::exists(folder.path().join("migrations/1.sql")).unwrap(), "its files stay");
    }
}

/// The package of an application, with the files of the other tool.
const APPLICATION: [(&str, &str); 3] = [
    ("Cargo.toml", "[package]\nname = \"garden\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("src/main.rs", "fn main() {}\n"),
    ("migrations/1.sql", "SELECT 1;\n"),
];

fn is_left_on_both(tool: &Tool, application: &[(&str, &str)]) {
    let elsewhere = Folder::of(&[]);
    let name = tool.page.replace('-', "_");
    let file = format!("sqlite:{}", elsewhere.path().join("garden.db").display());
    tool.is_left(&file, &format!("left_{name}"), application);
    let database = OnServer::new(&name);
    tool.is_left(&database.url(), &format!("left_{name}_on_postgres"), application);
}

#[test]
fn diesel_is_left_as_its_page_says() {
    is_left_on_both(&DIESEL, &APPLICATION);
}

#[test]
fn refinery_is_left_as_its_page_says() {
    is_left_on_both(&REFINERY, &APPLICATION);
}

#[test]
fn atlas_is_left_as_its_page_says() {
    is_left_on_both(&ATLAS, &APPLICATION);
}

#[test]
fn sqlx_is_left_as_its_page_says() {
    is_left_on_both(&SQLX, &APPLICATION);
}

#[test]
fn sea_orm_migration_is_left_as_its_page_says() {
    is_left_on_both(&SEA_ORM, &[&entities::APPLICATION[..], &APPLICATION[2..]].concat());
}
