//! Projects that change: copies of CultivAR whose models are edited, whose history is taken away, and a small
//! project of its own. What `create` writes is compiled and run, as a person would.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use crate::support::{Database, Kind, Ran};

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
    fn cultivar(name: &str, with_history: bool) -> Self {
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
            for file in project.versions() {
                fs::remove_file(file).expect("moved away");
            }
        }
        project
    }

    /// Makes a project with one table, written by hand.
    pub(crate) fn small(name: &str) -> Self {
        let project = Self::empty(name, "garden", &["garden"]);
        let write = |file: &str, text: &str| {
            let file = project.migrations.join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("written");
        };
        write("Cargo.toml", &SMALL_MANIFEST.replace("NAME", name));
        write("build.rs", "fn main() {\n    cucurbit_build::versions(\"versions\");\n}\n");
        write("src/main.rs", SMALL_MAIN);
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

    /// The revision files, sorted.
    pub(crate) fn versions(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.migrations.join("versions")).expect("the folder");
        let mut files: Vec<PathBuf> = files.map(|file| file.expect("an entry").path()).collect();
        files.sort();
        files
    }

    /// Edits a file of the project.
    fn edit(&self, file: &str, from: &str, to: &str) {
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

[build-dependencies]
cucurbit-build.workspace = true
"#;

const SMALL_MAIN: &str = r#"use std::{convert::Infallible, process::ExitCode};

use cucurbit::{Env, schema::{Schema, TableBuilder, build::*}};

mod versions {
    cucurbit::include_versions!();
}

fn models() -> Result<Schema, Infallible> {
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

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    cucurbit::cli::main(Env::new(versions::all()).project(env!("CARGO_MANIFEST_DIR")).models(models)).await
}
"#;

#[tokio::test]
async fn without_its_history_cultivar_gets_one_revision_of_27_tables() {
    let project = Project::cultivar("baseline", false);
    let (sqlite, postgres) = (Database::new(Kind::Sqlite).await, Database::new(Kind::Postgres).await);
    sqlite.execute("SELECT 1").await;

    project.migrate(&sqlite, &["create", "--message", "baseline"]).exits(0);
    let files = project.versions();
    assert_eq!(files.len(), 1);
    let text = fs::read_to_string(&files[0]).expect("the revision");
    assert_eq!(text.matches("op.create_table(").count(), 27, "{text}");
    assert_eq!(text.matches("op.create_index(").count(), 32);
    assert_eq!(text.matches("table.foreign_key(").count(), 23);

    for database in [&sqlite, &postgres] {
        project.migrate(database, &["upgrade"]).exits(0);
        project.migrate(database, &["check"]).exits(0);
        let again = project.migrate(database, &["create", "--message", "again"]).exits(0);
        assert_eq!(again.stdout, "No changes: the models and the database agree. No file was written.\n");
        assert_eq!(project.versions(), files);
        assert_eq!(database.tables().await.len(), 28, "27 and the version table");
        project.migrate(database, &["downgrade", "base"]).exits(0);
        assert_eq!(database.tables().await, ["alembic_version"]);
    }
}

#[tokio::test]
async fn an_edited_model_becomes_a_revision_that_runs_on_both() {
    let project = Project::cultivar("edited", true);
    let (sqlite, postgres) = (Database::new(Kind::Sqlite).await, Database::new(Kind::Postgres).await);
    for database in [&sqlite, &postgres] {
        project.migrate(database, &["upgrade"]).exits(0);
    }
    let before = project.versions();

    project.edit(
        "cultivar/models/src/zone.rs",
        "    pub name: String,",
        "    pub name: String,\n    /// Lamp power, in watts.\n    pub watts: Option<i32>,",
    );
    project.edit("cultivar/models/src/metric.rs", "StringLen::N(50)", "StringLen::N(80)");
    let begun = Instant::now();
    project.migrate(&postgres, &["create", "--message", "Zones have lamps"]).exits(0);
    project.migrate(&postgres, &["upgrade"]).exits(0);
    println!("edit, create, upgrade: {:.1} s", begun.elapsed().as_secs_f64());

    let new: Vec<PathBuf> = project.versions().into_iter().filter(|file| !before.contains(file)).collect();
    assert_eq!(new.len(), 1);
    let text = fs::read_to_string(&new[0]).expect("the revision");
    assert!(text.starts_with("//! Zones have lamps\n"), "{text}");
    assert!(text.contains(r#"integer("watts").nullable()"#), "{text}");
    for database in [&sqlite, &postgres] {
        project.migrate(database, &["upgrade"]).exits(0);
        project.migrate(database, &["check"]).exits(0);
        project.migrate(database, &["downgrade", "-1"]).exits(0);
        project.migrate(database, &["upgrade"]).exits(0);
    }
}

#[tokio::test]
async fn defect_20_two_people_generate_the_same_bytes() {
    let project = Project::small("twice");
    let database = Database::new(Kind::Sqlite).await;
    database.migrate(&["ensure_version"]).exits(0);
    let mut texts = Vec::new();
    project.migrate(&database, &["heads"]).exits(0);
    for _ in 0..3 {
        project.run(&database, &["create", "-m", "beds", "--rev-id", "aaaaaaaaaaaa"]).exits(0);
        let files = project.versions();
        assert_eq!(files.len(), 1);
        let text = fs::read_to_string(&files[0]).expect("the revision");
        texts.push(text.lines().filter(|line| !line.contains(".created(")).collect::<Vec<_>>().join("\n"));
        fs::remove_file(&files[0]).expect("removed");
    }
    assert_eq!(texts[0], texts[1]);
    assert_eq!(texts[0], texts[2]);
    assert!(texts[0].contains("op.create_table(\"bed\""), "{}", texts[0]);
}

#[tokio::test]
async fn defect_1_a_folder_without_revisions_is_an_error() {
    let project = Project::small("empty");
    let database = Database::new(Kind::Sqlite).await;
    let ran = project.migrate(&database, &["upgrade"]).exits(1);
    assert!(ran.stderr.contains("there is no revision script in `"), "{}", ran.stderr);
    assert!(!database.file().exists(), "nothing was touched");

    fs::remove_dir(project.migrations.join("versions")).expect("removed");
    let ran = project.migrate(&database, &["upgrade"]);
    assert_ne!(ran.code, 0);
    assert!(ran.stderr.contains("versions"), "the build says which folder: {}", ran.stderr);
}

#[tokio::test]
async fn defect_5_models_that_cannot_be_loaded_drop_nothing() {
    let project = Project::small("broken");
    let database = Database::new(Kind::Sqlite).await;
    database.migrate(&["ensure_version"]).exits(0);
    project.migrate(&database, &["create", "-m", "beds"]).exits(0);
    project.migrate(&database, &["upgrade"]).exits(0);
    let before = (database.schema().await, project.versions());
    for (broken, said) in [
        (".models(|| Err::<Schema, _>(std::fmt::Error))", "cannot collect the models"),
        (".models(|| Ok::<_, Infallible>(Schema::new()))", "the models hold no table"),
        ("", "there are no models to compare with"),
    ] {
        let main = SMALL_MAIN.replace(".models(models)", broken).replace("fn models()", "fn _models()");
        fs::write(project.migrations.join("src/main.rs"), main).expect("written");
        for command in [&["check"][..], &["create", "-m", "x"]] {
            let ran = project.migrate(&database, command).exits(1);
            assert!(ran.stderr.contains(said), "{}", ran.stderr);
        }
        assert_eq!((database.schema().await, project.versions()), before);
    }
}

#[tokio::test]
async fn defect_6_several_heads_are_found_before_any_database_is_touched() {
    let project = Project::small("heads");
    let database = Database::new(Kind::Sqlite).await;
    database.migrate(&["ensure_version"]).exits(0);
    project.migrate(&database, &["create", "-m", "beds"]).exits(0);
    project.migrate(&database, &["upgrade"]).exits(0);
    for (id, head) in [("aaaaaaaaaaaa", "head"), ("bbbbbbbbbbbb", "head-1")] {
        project
            .migrate(&database, &["revision", "-m", id, "--rev-id", id, "--head", head, "--splice"])
            .exits(0);
    }
    let before = database.schema().await;
    for command in [&["check"][..], &["create", "-m", "x"], &["revision", "-m", "x"], &["upgrade"]] {
        let ran = project.migrate(&database, command).exits(1);
        assert!(ran.stderr.contains("aaaaaaaaaaaa") && ran.stderr.contains("bbbbbbbbbbbb"), "{}", ran.stderr);
    }
    assert_eq!(database.schema().await, before);
    project.migrate(&database, &["merge", "heads", "-m", "join them"]).exits(0);
    project.migrate(&database, &["upgrade"]).exits(0);
    project.migrate(&database, &["check"]).exits(0);
    // The last one is undone after a merge too.
    project.migrate(&database, &["downgrade", "-1"]).exits(0);
    let current = project.migrate(&database, &["current"]).exits(0).stdout;
    assert_eq!(current.lines().count(), 2, "{current}");
}

#[tokio::test]
async fn defect_11_a_revision_that_fails_half_way_leaves_nothing() {
    let project = Project::small("torn");
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let database = Database::new(kind).await;
        database.migrate(&["ensure_version"]).exits(0);
        let revision = project.migrations.join("versions/torn.rs");
        let text = |last: &str| {
            format!(
                "//! Torn\nuse cucurbit::prelude::*;\n\npub const REVISION: Revision = Revision::new(\"aaaaaaaaaaaa\");\n\n\
                 pub fn upgrade(op: &mut Op) {{\n    op.create_table(\"bed\", |table| {{\n        \
                 table.column(integer(\"id\"));\n        table.primary_key([\"id\"]);\n    }});\n    \
                 op.execute(\"INSERT INTO bed (id) VALUES (1)\");\n    op.execute(\"{last}\");\n}}\n\n\
                 pub fn downgrade(op: &mut Op) {{\n    op.drop_table(\"bed\").loses_data();\n}}\n"
            )
        };
        fs::write(&revision, text("INSERT INTO bed (id) VALUES (1)")).expect("written");
        let ran = project.migrate(&database, &["upgrade"]).exits(1);
        assert!(ran.stderr.contains("revision `aaaaaaaaaaaa` failed and was rolled back"), "{}", ran.stderr);
        assert_eq!(database.tables().await, ["alembic_version"]);
        assert_eq!(project.migrate(&database, &["current"]).exits(0).stdout, "");

        fs::write(&revision, text("INSERT INTO bed (id) VALUES (2)")).expect("written");
        project.migrate(&database, &["upgrade"]).exits(0);
        assert_eq!(database.rows().await["bed"].len(), 2);
        let refused = project.migrate(&database, &["upgrade"]).exits(0);
        assert!(refused.stderr.contains("Nothing to do"), "{}", refused.stderr);
        fs::remove_file(&revision).expect("removed");
    }
}
