//! A folder of its own, and the program run in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use cucurbit::{
    config::Environment,
    connection::{ConnectOptions, Connection},
};
use tempfile::TempDir;

/// Tables, and a row in one of them.
pub(crate) const TABLES: [&str; 4] = [
    "CREATE TABLE bed (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL UNIQUE, width DOUBLE PRECISION DEFAULT 1.5)",
    "CREATE TABLE plant (id INTEGER PRIMARY KEY, bed_id INTEGER NOT NULL REFERENCES bed (id) ON DELETE CASCADE, \
     height INTEGER CHECK (height > 0))",
    "CREATE INDEX ix_plant_bed ON plant (bed_id)",
    "INSERT INTO bed (id, name) VALUES (1, 'herbs')",
];

/// What the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A folder with files.
pub(crate) struct Folder {
    folder: TempDir,
}

impl Folder {
    /// Makes a folder with these files.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let folder = Self { folder: TempDir::new().unwrap() };
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Lists the files, sorted, without what Cargo builds.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        list(self.folder.path(), self.folder.path(), &mut found);
        found.sort();
        found
    }

    /// Runs the program in the folder, or in one inside.
    pub(crate) fn run_in(&self, inside: &str, words: &[&str]) -> Said {
        self.run_by(Command::new(env!("CARGO_BIN_EXE_cucurbit")).args(words), inside)
    }

    /// Runs a command in the folder, or in one inside, as the program is run.
    pub(crate) fn run_by(&self, command: &mut Command, inside: &str) -> Said {
        let output = command
            .current_dir(self.folder.path().join(inside))
            .env_remove("DATABASE_URL")
            .env_remove("ALEMBIC_DATABASE_URL")
            .env_remove("CUCURBIT_CONFIG")
            .env("CARGO_TARGET_DIR", target())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    pub(crate) fn run(&self, words: &[&str]) -> Said {
        self.run_in("", words)
    }

    /// Takes the releases of our own lock file: they are here already.
    pub(crate) fn take_lock_file(&self, at: &str) {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock");
        fs::copy(own, self.folder.path().join(at).join("Cargo.lock")).unwrap();
    }
}

/// Where the projects of all tests are built: what they depend on is then built once.
pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/others")
}

fn list(folder: &Path, top: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, top, found);
        } else {
            found.push(path.strip_prefix(top).unwrap().to_string_lossy().replace('\\', "/"));
        }
    }
}

/// A migrations package with four revisions, two of them on a branch, which is never built.
pub(crate) const HISTORY: [(&str, &str); 6] = [
    (
        "Cargo.toml",
        "[package]\nname = \"history\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[build-dependencies]\ncucurbit-build = \"0.1\"\n",
    ),
    ("src/main.rs", "fn main() {}\n"),
    (
        "versions/1.rs",
        "//! Create the \"beds\"\nuse cucurbit::prelude::*;\npub const REVISION: Revision = Revision::new(\"109317dd2a2f\");\n",
    ),
    (
        "versions/2.rs",
        "// Ours.\n//! Plants\npub const REVISION: Revision =\n    Revision::new(\"3968dfa9e747\").revises(&[\"109317dd2a2f\"]).created(\"2025-11-06T12:43:40Z\");\n",
    ),
    (
        "versions/3.rs",
        "pub const REVISION: Revision = Revision::new(\"1f00aa55cc33\").branch_labels(&[\"garden\"]).depends_on(&[\"109317dd2a2f\"]);\n",
    ),
    (
        "versions/4.rs",
        "//! Merge\npub const REVISION: Revision = Revision::new(\"ae1027a6acf4\").revises(&[\"3968dfa9e747\", \"1f00aa55cc33\"]);\n",
    ),
];

/// Runs statements on a database; a SQLite file is made.
pub(crate) fn execute(url: &str, statements: &[&str]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = ConnectOptions::new().create_file(true);
        let mut connection = Connection::connect(&url.parse().unwrap(), &options).await.unwrap();
        for statement in statements {
            connection.execute(statement).await.unwrap();
        }
        connection.close().await.unwrap();
    });
}

/// Returns the rows of a query, each value as text.
pub(crate) fn rows(url: &str, query: &str) -> Vec<Vec<Option<String>>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection =
            Connection::connect(&url.parse().unwrap(), &ConnectOptions::new()).await.unwrap();
        let rows = connection.rows(query).await.unwrap();
        connection.close().await.unwrap();
        rows
    })
}

/// The connection URL of a database on the server of the tests, which is dropped at the end.
pub(crate) struct OnServer {
    server: String,
    name: String,
}

impl OnServer {
    pub(crate) fn new(name: &str) -> Self {
        let environment = Environment::read();
        let server = environment.get("CUCURBIT_TEST_POSTGRES_URL").unwrap();
        let server =
            server.expect("CUCURBIT_TEST_POSTGRES_URL is not set: `cargo xtask test` starts a server");
        let name = format!("cucurbit_cli_{}_{name}", std::process::id());
        execute(server, &[&format!("CREATE DATABASE {name}")]);
        Self { server: server.to_owned(), name }
    }

    pub(crate) fn url(&self) -> String {
        let (base, _) = self.server.rsplit_once('/').expect("a connection URL with a database");
        format!("{base}/{}", self.name)
    }

    /// With a password, which a server that trusts its users does not ask for.
    pub(crate) fn url_with_password(&self) -> String {
        let url = self.url();
        let (scheme, rest) = url.split_once("://").unwrap();
        let (user, host) = rest.split_once('@').unwrap_or(("postgres", rest));
        let (user, password) = user.split_once(':').unwrap_or((user, "hidden-words"));
        format!("{scheme}://{user}:{password}@{host}")
    }
}

impl Drop for OnServer {
    fn drop(&mut self) {
        execute(&self.server, &[&format!("DROP DATABASE {} WITH (FORCE)", self.name)]);
    }
}
