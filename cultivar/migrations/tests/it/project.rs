//! Cargo projects made for a test and kept between runs: copies of CultivAR, and small ones with models of their own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::support::{Database, Ran};

/// A cargo workspace made for a test. It keeps its place, so that a second run builds little.
///
/// All projects share the folder of intermediate files with the real workspace, where the dependencies are built
/// already. Cargo tells packages there apart by their names and by their places in their own workspace, so that
/// each project's packages have names of their own.
pub(crate) struct Project {
    pub(crate) folder: PathBuf,
    pub(crate) migrations: PathBuf,
}

/// The root of the real workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// Cargo for a workspace of a test, which shares its intermediate files with the real one.
#[expect(clippy::disallowed_methods, reason = "what cargo says in the environment is taken out, not read")]
pub(crate) fn cargo(workspace: &Path, package: &Path) -> Command {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder").to_owned();
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(package)
        .env("CARGO_BUILD_BUILD_DIR", &target)
        .env("CARGO_TARGET_DIR", workspace.join("target"));
    // What cargo tells this test about itself is not for the cargo that the test starts: some build scripts
    // watch it, and everything above them would be built again for each of the two.
    let is_about_us = |name: &str| {
        ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CFG_"]
            .iter()
            .any(|start| name.starts_with(start))
            || ["CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR", "TARGET", "HOST"].contains(&name)
    };
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_about_us)) {
        command.env_remove(name);
    }
    command
}

/// The manifest and the lock file of a workspace with other members, which uses the crates of the real one.
pub(crate) fn workspace(members: &[&str]) -> (String, String) {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    let crates = format!("path = \"{}/crates/", root().display());
    let members: Vec<String> = members.iter().map(|member| format!("\"{member}\"")).collect();
    let manifest: Vec<String> = manifest
        .lines()
        .filter(|line| !line.starts_with("default-members"))
        .map(|line| match line.starts_with("members = ") {
            true => format!("members = [{}]", members.join(", ")),
            false => line.replace("path = \"crates/", &crates),
        })
        .collect();
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the lock file");
    (manifest.join("\n"), lock)
}

impl Project {
    /// Copies CultivAR: models and migrations, with or without the history.
    pub(crate) fn cultivar(name: &str, with_history: bool) -> Self {
        let project = Self::empty(name, "cultivar/migrations", &["cultivar/models", "cultivar/migrations"]);
        for (member, package) in [("cultivar/models", "models"), ("cultivar/migrations", "migrations")] {
            copy(&root().join(member), &project.folder.join(member));
            let named = |name: &str| format!("name = \"cultivar-{package}{name}\"");
            project.edit(&format!("{member}/Cargo.toml"), &named(""), &named(&format!("-{name}")));
        }
        let (own, renamed) = (
            "\"cultivar/models\" }",
            format!("\"cultivar/models\", package = \"cultivar-models-{name}\" }}"),
        );
        project.edit("Cargo.toml", own, &renamed);
        if !with_history {
            project.forget();
        }
        project
    }

    /// Makes a project with two tables, written by hand.
    pub(crate) fn small(name: &str) -> Self {
        Self::with_models(name, SMALL_MODELS, "")
    }

    /// Makes a project of migrations with models of its own: the text of a module with a function `schema`, and
    /// what it needs beside Cucurbit.
    pub(crate) fn with_models(name: &str, models: &str, dependencies: &str) -> Self {
        let project = Self::empty(name, "garden", &["garden"]);
        let write = |file: &str, text: &str| {
            let file = project.migrations.join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("written");
        };
        write("Cargo.toml", &SMALL_MANIFEST.replace("NAME", name).replace("# DEPENDENCIES\n", dependencies));
        write("build.rs", "fn main() {\n    cucurbit_build::versions(\"versions\");\n}\n");
        write("src/main.rs", SMALL_MAIN);
        write("src/models.rs", models);
        write("cucurbit.toml", "dialects = [\"sqlite\", \"postgres\"]\n");
        fs::create_dir_all(project.migrations.join("versions")).expect("a folder");
        project
    }

    fn empty(name: &str, migrations: &str, members: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects").join(name);
        for old in ["cultivar", "garden"] {
            drop(fs::remove_dir_all(folder.join(old)));
        }
        fs::create_dir_all(&folder).expect("a folder");
        let (manifest, lock) = workspace(members);
        fs::write(folder.join("Cargo.toml"), manifest).expect("written");
        fs::write(folder.join("Cargo.lock"), lock).expect("written");
        fs::copy(root().join("rustfmt.toml"), folder.join("rustfmt.toml")).expect("copied");
        let migrations = folder.join(migrations);
        Self { folder, migrations }
    }

    /// Runs the binary on a database as it was built last.
    pub(crate) fn run(&self, database: &Database, arguments: &[&str]) -> Ran {
        let mut command = Command::new(self.folder.join("target/debug/migrate"));
        Ran::of(command.args(arguments).current_dir(&self.migrations).env("DATABASE_URL", &database.url))
    }

    /// Builds the project and runs its binary on a database.
    pub(crate) fn migrate(&self, database: &Database, arguments: &[&str]) -> Ran {
        let mut command = cargo(&self.folder, &self.migrations);
        command.args(["run", "--quiet", "--offline", "--bin", "migrate", "--"]).args(arguments);
        Ran::of(command.env("DATABASE_URL", &database.url).env_remove("CUCURBIT_CONFIG"))
    }

    /// Takes the history away.
    pub(crate) fn forget(&self) {
        for file in self.versions() {
            fs::remove_file(file).expect("moved away");
        }
    }

    /// The revision files, sorted.
    pub(crate) fn versions(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.migrations.join("versions")).expect("the folder");
        let mut files: Vec<PathBuf> = files.map(|file| file.expect("an entry").path()).collect();
        files.sort();
        files
    }

    /// Edits a file of the project.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).expect("the file");
        assert!(text.contains(from), "{file} has no `{from}`");
        fs::write(&path, text.replacen(from, to, 1)).expect("written");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("its kind").is_dir() {
            copy(&entry.path(), &target);
        } else if entry.path().extension().is_none_or(|extension| extension != "db") {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

pub(crate) const SMALL_MANIFEST: &str = r#"[package]
name = "garden-NAME"
version = "0.1.0"
edition = "2024"

[[bin]]
name = "migrate"
path = "src/main.rs"

[dependencies]
cucurbit = { workspace = true, features = ["cli"] }
tokio.workspace = true
# DEPENDENCIES

[build-dependencies]
cucurbit-build.workspace = true
"#;

const SMALL_MAIN: &str = r#"use std::process::ExitCode;

use cucurbit::Env;

mod models;

mod versions {
    cucurbit::include_versions!();
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let env = Env::new(versions::all()).project(env!("CARGO_MANIFEST_DIR")).models(models::schema);
    cucurbit::cli::main(env).await
}
"#;

const SMALL_MODELS: &str = r#"use std::convert::Infallible;

use cucurbit::schema::{Schema, TableBuilder, build::*};

pub fn schema() -> Result<Schema, Infallible> {
    let bed = TableBuilder::build("bed", |table| {
        table.column(integer("id").serial());
        table.column(string("name", 40));
        table.primary_key(["id"]);
    });
    let plant = TableBuilder::build("plant", |table| {
        table.column(integer("id").serial());
        table.column(integer("bed_id"));
        table.primary_key(["id"]);
        table.foreign_key(["bed_id"], "bed", ["id"]);
    });
    Ok(Schema::from_tables([bed, plant]))
}
"#;
