//! Python with `venv`, for the tests that run Python's Alembic beside ours.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::apt;
use crate::report::{Failure, note};

/// Makes sure that a virtual environment can be made; Debian packs what it needs apart.
pub(crate) fn ensure() -> Result<(), Failure> {
    if has_venv() {
        return Ok(());
    }
    if !apt::is_allowed() {
        return Err(Failure::new("the tests need Python 3.11 or later with `venv`, and there is none")
            .hint("type `sudo apt-get install python3-venv`"));
    }
    apt::install("python3-venv")
}

/// Makes a virtual environment with the Alembic of the tests, if it is not there, and returns its folder.
pub(crate) fn with_alembic(folder: &Path) -> Result<PathBuf, Failure> {
    ensure()?;
    let requirements = crate::root().join("cultivar/interop/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements)
        .map_err(|error| Failure::new(format!("`{}`: {error}", requirements.display())))?;
    // Written last, so that one that is not finished is made again.
    let mark = folder.join("requirements.txt");
    if std::fs::read_to_string(&mark).is_ok_and(|made| made == wanted) {
        return Ok(folder.to_owned());
    }
    note("making a virtual environment with Alembic");
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--clear"]).arg(folder);
    let mut install = Command::new(folder.join("bin/python"));
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    install.arg(&requirements);
    for mut step in [make, install] {
        let status = crate::status(&mut step)?;
        if !status.success() {
            return Err(Failure::new(format!("{step:?} failed ({status})")));
        }
    }
    std::fs::copy(&requirements, &mark)
        .map_err(|error| Failure::new(format!("`{}`: {error}", mark.display())))?;
    Ok(folder.to_owned())
}

fn has_venv() -> bool {
    let mut python = Command::new("python3");
    python
        .args(["-c", "import ensurepip, venv"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    python.status().is_ok_and(|status| status.success())
}
