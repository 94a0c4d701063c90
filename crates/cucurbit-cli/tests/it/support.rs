//! A folder of its own, and the program run in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

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
        let output = Command::new(env!("CARGO_BIN_EXE_cucurbit"))
            .args(words)
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
fn target() -> PathBuf {
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
