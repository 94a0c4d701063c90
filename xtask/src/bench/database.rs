//! Databases of the benchmarks, made and filled by plain SQL through `psql` and `sqlite3`.

use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Failed as _;
use crate::report::Failure;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Postgres,
    Sqlite,
}

impl Kind {
    pub(super) const ALL: [Self; 2] = [Self::Postgres, Self::Sqlite];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
        }
    }
}

/// A database of ours; it is removed by `Database::remove`.
pub(super) struct Database {
    place: Place,
}

/// SQLite's file; PostgreSQL's server and the database's name.
enum Place {
    File(PathBuf),
    Server { url: String, name: String },
}

impl Database {
    /// Names a database on the server, or a file in the folder.
    pub(super) fn new(kind: Kind, server: &str, folder: &Path, name: &str) -> Self {
        let place = match kind {
            Kind::Postgres => Place::Server {
                url: server.to_owned(),
                name: format!("cucurbit_bench_{name}_{}", std::process::id()),
            },
            Kind::Sqlite => Place::File(folder.join(format!("{name}.db"))),
        };
        Self { place }
    }

    /// The connection URL as Cucurbit takes it.
    pub(super) fn url(&self) -> String {
        match &self.place {
            Place::File(file) => format!("sqlite:///{}", file.display()),
            Place::Server { url, name } => {
                let (base, parameters) = url.split_once('?').unwrap_or((url, ""));
                let server = base.rsplit_once('/').map_or(base, |(server, _database)| server);
                let mark = if parameters.is_empty() { "" } else { "?" };
                format!("{server}/{name}{mark}{parameters}")
            }
        }
    }

    /// The connection URL as SQLAlchemy takes it.
    pub(super) fn sqlalchemy_url(&self) -> String {
        let url = self.url();
        match url.split_once("://") {
            Some(("postgres" | "postgresql", rest)) => format!("postgresql+psycopg://{rest}"),
            Some(_) | None => url,
        }
    }

    /// Recreates it: empty.
    pub(super) fn make(&self) -> Result<(), Failure> {
        self.remove()?;
        match &self.place {
            Place::File(file) => File::create(file).map(drop).failed(file),
            Place::Server { url, name } => psql(url, &format!("CREATE DATABASE {name}")),
        }
    }

    /// Recreates it: a copy of another.
    pub(super) fn copy(&self, from: &Self) -> Result<(), Failure> {
        self.remove()?;
        match (&self.place, &from.place) {
            (Place::File(to), Place::File(from)) => std::fs::copy(from, to).map(drop).failed(to),
            (Place::Server { url, name }, Place::Server { name: from, .. }) => {
                psql(url, &format!("CREATE DATABASE {name} TEMPLATE {from}"))
            }
            (Place::File(_), Place::Server { .. }) | (Place::Server { .. }, Place::File(_)) => {
                Err(Failure::new("a database is copied from one of its kind"))
            }
        }
    }

    /// Removes it, if it is there.
    pub(super) fn remove(&self) -> Result<(), Failure> {
        match &self.place {
            Place::File(file) => {
                for end in ["", "-journal", "-wal", "-shm"] {
                    let file = PathBuf::from(format!("{}{end}", file.display()));
                    if file.exists() {
                        std::fs::remove_file(&file).failed(&file)?;
                    }
                }
                Ok(())
            }
            Place::Server { url, name } => psql(url, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")),
        }
    }

    /// The program that runs a file of SQL on it: nothing but the database's own.
    pub(super) fn bare(&self, sql: &Path) -> Result<Command, Failure> {
        match &self.place {
            Place::File(file) => {
                let mut command = Command::new("sqlite3");
                command.arg("-bail").arg(file).arg(format!(".read '{}'", sql.display()));
                Ok(command)
            }
            Place::Server { .. } => {
                let mut command = Command::new("psql");
                command.args([
                    "--no-psqlrc",
                    "--quiet",
                    "--no-align",
                    "--tuples-only",
                    "--set=ON_ERROR_STOP=1",
                ]);
                command.args(["--output=/dev/null", "--file"]).arg(sql).arg(self.url());
                Ok(command)
            }
        }
    }

    /// Runs SQL on it.
    pub(super) fn run(&self, folder: &Path, sql: &str) -> Result<(), Failure> {
        let file = folder.join("run.sql");
        std::fs::write(&file, sql).failed(&file)?;
        done(self.bare(&file)?.stdout(Stdio::null()))
    }
}

fn psql(url: &str, sql: &str) -> Result<(), Failure> {
    done(Command::new("psql").args(["--no-psqlrc", "--quiet", "--command", sql, url]).stdout(Stdio::null()))
}

/// Runs a command to its end, which must be a success.
pub(super) fn done(command: &mut Command) -> Result<(), Failure> {
    let output = command.stdin(Stdio::null()).output().failed(Path::new(command.get_program()))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(Failure::new(format!("{command:?} failed ({}): {}", output.status, words.trim())))
}

/// The tables of `models.py` and `main.rs`, as statements.
pub(super) fn tables(kind: Kind, number: usize, is_asked: bool) -> String {
    let (key, time) = match kind {
        Kind::Postgres => ("SERIAL", "TIMESTAMP"),
        Kind::Sqlite => ("INTEGER", "DATETIME"),
    };
    let mut sql = String::new();
    for at in 0..number {
        let (count, check) = if is_asked && at % 10 == 0 {
            (" DEFAULT (1+2)", format!(", CONSTRAINT ck_t{at:05} CHECK (amount>=0 AND amount<1000)"))
        } else {
            ("", String::new())
        };
        // In parts: a transaction has so many locks and no more.
        let (begin, end) =
            (if at % 200 == 0 { "BEGIN;\n" } else { "" }, if at % 200 == 199 { "COMMIT;\n" } else { "" });
        let _infallible = write!(
            sql,
            "{begin}CREATE TABLE t{at:05} (id {key} NOT NULL, name VARCHAR(100) NOT NULL, email VARCHAR(120), body TEXT, \
             amount FLOAT NOT NULL, active BOOLEAN NOT NULL, count INTEGER{count} NOT NULL, created_at {time} NOT NULL, \
             updated_at {time} NOT NULL, parent_id INTEGER, PRIMARY KEY (id), FOREIGN KEY (parent_id) \
             REFERENCES t{:05} (id){check});\nCREATE INDEX ix_t{at:05}_name ON t{at:05} (name);\n\
             CREATE INDEX ix_t{at:05}_parent_created ON t{at:05} (parent_id, created_at);\n{end}",
            at.saturating_sub(1)
        );
    }
    if !number.is_multiple_of(200) {
        sql.push_str("COMMIT;\n");
    }
    sql.push_str(match kind {
        Kind::Postgres => "VACUUM ANALYZE;\n",
        Kind::Sqlite => "",
    });
    sql
}
