//! Projects made for the benchmarks: the same history for Cucurbit and for Alembic.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::Failed as _;
use crate::environment;
use crate::report::{Failure, note};

/// One revision, in both spellings. The first has nothing before it.
pub(super) struct Revision {
    pub(super) id: String,
    pub(super) after: Option<String>,
    pub(super) rust: String,
    pub(super) python: String,
}

/// A history, by the name of its project.
pub(super) struct History {
    pub(super) name: &'static str,
    pub(super) revisions: Vec<Revision>,
}

/// A number as an id of twelve digits, as Alembic makes them.
pub(super) fn id(at: usize) -> String {
    format!("{:012x}", (at + 1).wrapping_mul(0x9E37_79B9_7F4A) & 0xFFFF_FFFF_FFFF)
}

/// Writes a file if it is not as it should be, so that nothing is built again for nothing.
fn write(file: &Path, text: &str) -> Result<(), Failure> {
    if std::fs::read_to_string(file).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).failed(folder)?;
    }
    std::fs::write(file, text).failed(file)
}

/// Removes the scripts of an older history.
fn sweep(folder: &Path, kept: &[String]) -> Result<(), Failure> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_file() && !kept.contains(&name) {
            std::fs::remove_file(entry.path()).failed(&entry.path())?;
        }
    }
    Ok(())
}

/// The projects of Cucurbit: one workspace, so that the library is built once.
pub(super) struct Cucurbit {
    folder: PathBuf,
    target: PathBuf,
    /// The workspace whose library they use.
    library: PathBuf,
}

impl Cucurbit {
    /// Writes the workspace, and builds some of its projects in release form.
    pub(super) fn build(
        folder: PathBuf,
        target: PathBuf,
        library: &Path,
        histories: &[History],
        built: &[&str],
    ) -> Result<Self, Failure> {
        let project = Self { folder, target, library: library.to_owned() };
        let names: Vec<_> = histories.iter().map(|history| format!("\"{}\"", history.name)).collect();
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", names.join(", "));
        write(&project.folder.join("Cargo.toml"), &manifest)?;
        let lock = project.folder.join("Cargo.lock");
        if !lock.exists() {
            std::fs::copy(library.join("Cargo.lock"), &lock).failed(&lock)?;
        }
        for history in histories {
            project.member(history)?;
        }
        if !built.is_empty() {
            note("building the projects in release form");
            let packages = built.iter().flat_map(|name| ["--package", name]);
            project
                .cargo(&["build", "--release", "--quiet"].into_iter().chain(packages).collect::<Vec<_>>())?;
        }
        Ok(project)
    }

    /// Runs Cargo in the workspace.
    fn cargo(&self, words: &[&str]) -> Result<(), Failure> {
        let mut cargo = environment::cargo();
        cargo.current_dir(&self.folder).args(words).env("CARGO_TARGET_DIR", &self.target);
        let status = crate::status(&mut cargo)?;
        if !status.success() {
            return Err(Failure::new(format!("`cargo {}` failed ({status})", words.join(" "))));
        }
        Ok(())
    }

    /// The program of a project.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.target.join("release").join(name)
    }

    fn member(&self, History { name, revisions }: &History) -> Result<(), Failure> {
        let folder = self.folder.join(name);
        let crates = self.library.join("crates");
        let (library, build) = (crates.join("cucurbit"), crates.join("cucurbit-build"));
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\
             default-run = \"{name}\"\n\n[dependencies]\ncucurbit = {{ path = {library:?} }}\n\
             tokio = {{ version = \"1\", default-features = false, features = [\"macros\", \"rt\"] }}\n\
             tracing = {{ version = \"0.1\", default-features = false, features = [\"std\"] }}\n\n\
             [build-dependencies]\ncucurbit-build = {{ path = {build:?} }}\n"
        );
        write(&folder.join("Cargo.toml"), &manifest)?;
        write(&folder.join("build.rs"), "fn main() {\n    cucurbit_build::versions(\"versions\");\n}\n")?;
        // As this commit of the library is used.
        let source = |file: &str| {
            let file = self.library.join("xtask/bench").join(file);
            std::fs::read_to_string(&file).failed(&file)
        };
        write(&folder.join("src/main.rs"), &source("main.rs")?)?;
        if *name == "check" {
            write(&folder.join("src/bin/catalogue.rs"), &source("catalogue.rs")?)?;
        }
        let files: Vec<String> = revisions.iter().map(|revision| format!("{}.rs", revision.id)).collect();
        sweep(&folder.join("versions"), &files)?;
        for (revision, file) in revisions.iter().zip(&files) {
            write(&folder.join("versions").join(file), &rust(revision))?;
        }
        Ok(())
    }
}

fn rust(Revision { id, after, rust, python: _ }: &Revision) -> String {
    let after = after.as_ref().map(|after| format!(".revises(&[{after:?}])")).unwrap_or_default();
    // The argument of an empty function has no use.
    let op = if rust.is_empty() { "_op" } else { "op" };
    format!(
        "//! step {id}\nuse cucurbit::prelude::*;\n\npub const REVISION: Revision = \
         Revision::new({id:?}){after}.created(\"2025-11-01T00:00:00Z\");\n\npub fn upgrade({op}: &mut Op) {{\n{rust}}}\n\n\
         pub fn downgrade(_op: &mut Op) {{}}\n"
    )
}

/// The projects of Alembic, one in each folder.
pub(super) struct Alembic {
    folder: PathBuf,
    program: PathBuf,
}

impl Alembic {
    /// Writes the projects, to be run by a virtual environment's `alembic`.
    pub(super) fn write(folder: PathBuf, venv: &Path, histories: &[History]) -> Result<Self, Failure> {
        let project = Self { folder, program: venv.join("bin/alembic") };
        for history in histories {
            project.member(history)?;
        }
        Ok(project)
    }

    /// The program, and the folder of a project to run it in.
    pub(super) fn command(&self, name: &str) -> std::process::Command {
        let mut command = std::process::Command::new(&self.program);
        command.current_dir(self.folder.join(name)).env_remove("PYTHONPATH");
        command.env_remove("PYTHONDONTWRITEBYTECODE");
        command
    }

    fn member(&self, History { name, revisions }: &History) -> Result<(), Failure> {
        let folder = self.folder.join(name);
        let mut ini = String::from("[alembic]\nscript_location = %(here)s/migrations\n");
        let _infallible = writeln!(ini, "prepend_sys_path = .\npath_separator = os");
        write(&folder.join("alembic.ini"), &ini)?;
        write(&folder.join("models.py"), include_str!("../../bench/models.py"))?;
        write(&folder.join("migrations/env.py"), include_str!("../../bench/env.py"))?;
        let files: Vec<String> =
            revisions.iter().map(|revision| format!("{}_step.py", revision.id)).collect();
        sweep(&folder.join("migrations/versions"), &files)?;
        for (revision, file) in revisions.iter().zip(&files) {
            write(&folder.join("migrations/versions").join(file), &python(revision))?;
        }
        Ok(())
    }
}

fn python(Revision { id, after, rust: _, python }: &Revision) -> String {
    let after = after.as_ref().map_or_else(|| "None".to_owned(), |after| format!("{after:?}"));
    let body = if python.is_empty() { "    pass\n" } else { python };
    format!(
        "\"\"\"step {id}\n\nCreate Date: 2025-11-01 00:00:00\n\"\"\"\nfrom alembic import op\n\
         import sqlalchemy as sa\n\nrevision = {id:?}\ndown_revision = {after}\nbranch_labels = None\n\
         depends_on = None\n\n\ndef upgrade():\n{body}\n\ndef downgrade():\n    pass\n"
    )
}
