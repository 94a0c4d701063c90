//! Formats Rust as the project does, by its own rustfmt.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

/// Formats a file by rustfmt with the configuration of a folder; `None` where there is no rustfmt.
///
/// The text goes through its input: of a file, rustfmt would follow the modules, and change the application's own files.
pub(super) fn formatted(text: &str, folder: &Path) -> Option<String> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--quiet"]).current_dir(folder);
    let mut child =
        rustfmt.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    let formatted = String::from_utf8(output.stdout).ok()?;
    Some(formatted).filter(|formatted| output.status.success() && !formatted.is_empty())
}
