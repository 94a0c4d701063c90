//! Python with `venv`, for the tests that run Python's Alembic beside ours.

use std::process::{Command, Stdio};

use crate::apt;
use crate::report::Failure;

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

fn has_venv() -> bool {
    let mut python = Command::new("python3");
    python
        .args(["-c", "import ensurepip, venv"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    python.status().is_ok_and(|status| status.success())
}
