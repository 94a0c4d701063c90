//! A virtual environment with Python's Alembic, made once and kept; nothing that knows CultivAR.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// What to type where Python is missing, or has no `venv`.
const INSTALL: &str = "type: sudo apt-get install python3-venv";

/// The Python that has what `cultivar/interop/requirements.txt` lists.
pub(crate) struct Python {
    program: PathBuf,
}

impl Python {
    /// Finds the environment, or makes it where it is not there or was made from other requirements.
    ///
    /// Tests are processes of their own, so that the one that makes it holds a lock on a file.
    pub(crate) fn obtain() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop-venv");
        let lock = File::create(folder.with_extension("lock")).expect("the folder for tests can be written");
        lock.lock().expect("files there can be locked");
        if !is_ready(&folder) {
            make("python3", &folder, &requirements()).unwrap_or_else(|failure| panic!("{failure}"));
        }
        Self { program: program(&folder) }
    }

    /// The folder of the programs that the requirements brought.
    pub(crate) fn programs(&self) -> &Path {
        self.program.parent().expect("the environment's folder")
    }

    /// A run of Python in a folder of scripts, which it leaves as it is.
    pub(crate) fn command(&self, working_directory: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(working_directory).env("PYTHONDONTWRITEBYTECODE", "1").env_remove("PYTHONPATH");
        command
    }
}

/// Where the scripts and their requirements are.
pub(crate) fn interop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../interop")
}

fn requirements() -> PathBuf {
    interop().join("requirements.txt")
}

fn program(folder: &Path) -> PathBuf {
    folder.join("bin/python")
}

/// What is written last, so that an environment that is not finished is made again.
fn mark(folder: &Path) -> PathBuf {
    folder.join("requirements.txt")
}

/// Says whether the environment was finished, with the requirements of today, on a Python that is still there.
fn is_ready(folder: &Path) -> bool {
    let wanted = fs::read_to_string(requirements()).expect("the requirements are there");
    let runs =
        || Command::new(program(folder)).arg("--version").output().is_ok_and(|out| out.status.success());
    fs::read_to_string(mark(folder)).is_ok_and(|made| made == wanted) && runs()
}

/// Makes the environment; a failure says what to type.
fn make(python: &str, folder: &Path, requirements: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("cannot remove {}: {error}", folder.display()))?;
    }
    run(Command::new(python).args(["-m", "venv"]).arg(folder), INSTALL)?;
    let mut install = Command::new(program(folder));
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    install.arg(requirements);
    run(
        &mut install,
        "Python 3.11 or later and a way to PyPI, or to a mirror that pip is configured for, are needed",
    )?;
    fs::copy(requirements, mark(folder))
        .map_err(|error| format!("cannot finish {}: {error}", folder.display()))?;
    Ok(())
}

/// Runs a command; a failure shows it, all it said, and the advice.
fn run(command: &mut Command, advice: &str) -> Result<(), String> {
    let line = format!("{command:?}");
    match command.output() {
        Ok(Output { status, .. }) if status.success() => Ok(()),
        Ok(Output { stdout, stderr, .. }) => Err(format!(
            "the tests with Python's Alembic cannot run: {line} failed\n{}{}{advice}",
            String::from_utf8_lossy(&stdout),
            String::from_utf8_lossy(&stderr),
        )),
        Err(error) => Err(format!("the tests with Python's Alembic cannot run: {line}: {error}\n{advice}")),
    }
}

#[test]
fn without_python_the_failure_says_what_to_type() {
    let folder = TempDir::new().expect("a temporary folder");
    let failure = make("python-that-is-not-there", &folder.path().join("venv"), &requirements());
    let failure = failure.expect_err("no such program");
    assert!(failure.contains("python-that-is-not-there") && failure.ends_with(INSTALL), "{failure}");
}

#[test]
fn what_cannot_be_installed_is_named_and_tried_again_the_next_time() {
    let folder = TempDir::new().expect("a temporary folder");
    let venv = folder.path().join("venv");
    let requirements = folder.path().join("requirements.txt");
    fs::write(&requirements, "./a-package-that-is-not-there\n").expect("written");
    let failure = make("python3", &venv, &requirements).expect_err("no such package");
    assert!(failure.contains("a-package-that-is-not-there"), "{failure}");
    assert!(failure.contains("\"-m\" \"pip\" \"install\""), "{failure}");
    assert!(!mark(&venv).exists());
}
