//! `cargo xtask fmt`: rustfmt over everything.
//!
//! Cargo's own `fmt` follows `mod` items from the roots of crates. Revision scripts are named by generated
//! text, so it never meets them; they are found here by their folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::environment;
use crate::report::{Failure, note};

/// Formats, or with `--check` only says what would change.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let is_check = match arguments {
        [] => false,
        [one] if one == "--check" => true,
        [..] => return Err(Failure::new("`cargo xtask fmt` takes `--check` and nothing else")),
    };
    let code = |command: &mut Command| crate::status(command).map(crate::code);

    let mut all = environment::cargo();
    all.current_dir(crate::root()).args(["fmt", "--all"]);
    if is_check {
        all.arg("--check");
    }
    let crates = code(&mut all)?;

    let scripts = scripts(crate::root())?;
    note(&format!("fmt: all crates, and {} revision scripts", scripts.len()));
    // In parts, for a command line has an end.
    for part in scripts.chunks(200) {
        let mut rustfmt = Command::new("rustfmt");
        rustfmt.args(["--edition", "2024", "--config-path"]).arg(crate::root()).args(part);
        if is_check {
            rustfmt.arg("--check");
        }
        let part = code(&mut rustfmt)?;
        if part != ExitCode::SUCCESS {
            return Ok(part);
        }
    }
    Ok(crates)
}

/// Every `versions/*.rs` below the folder, sorted. Hidden folders and `target` are not entered.
fn scripts(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |error| Failure::new(format!("cannot read `{}`: {error}", folder.display()));
        let is_versions = folder.file_name().is_some_and(|name| name == "versions");
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // Links are not followed: they could lead out of the workspace, or round in it.
            let kind = entry.file_type().map_err(failed)?;
            if name.starts_with('.') {
                continue;
            } else if kind.is_dir() && name != "target" {
                folders.push(entry.path());
            } else if kind.is_file() && is_versions && name.ends_with(".rs") {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revision_scripts_are_found_by_their_folder() {
        let root = std::env::temp_dir().join(format!("cucurbit-format-{}", std::process::id()));
        let files =
            ["a/versions/1.rs", "a/versions/.#1.rs", "a/versions/1.sql", "a/1.rs", "target/versions/1.rs"];
        for file in files.iter().chain(&["versions/2.rs", ".git/versions/1.rs", "a/versions/b/1.rs"]) {
            let file = root.join(file);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            std::fs::write(file, "").expect("a file");
        }
        let found = scripts(&root);
        std::fs::remove_dir_all(&root).expect("our own folder");
        assert_eq!(found.expect("readable"), [root.join("a/versions/1.rs"), root.join("versions/2.rs")]);
    }

    #[test]
    fn other_arguments_are_refused() {
        assert!(run(&["--chekc".into()]).is_err());
    }
}
