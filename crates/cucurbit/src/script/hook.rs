//! The commands that are run on a script once it is written: rustfmt, or those of `post_write_hooks`.

use std::{
    io,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

use thiserror::Error;

use super::ScriptError;

/// The word of a hook in whose place the file is put. Alembic's name.
const FILE: &str = "REVISION_SCRIPT_FILENAME";

/// What is run on a script that was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hooks {
    /// rustfmt, by the settings that the folder of the scripts has. A script that it cannot format is no failure.
    #[default]
    Rustfmt,
    /// These commands, in a folder.
    Commands {
        /// The commands, as words: each gets the file as its last argument, or where it says `REVISION_SCRIPT_FILENAME`.
        commands: Vec<Vec<String>>,
        /// The folder that they run in.
        folder: PathBuf,
    },
}

/// How a hook failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HookFailure {
    /// It cannot be started.
    #[error("it cannot be started")]
    Start {
        /// Why not.
        source: io::Error,
    },
    /// It failed.
    #[error("{status}{}", said(output))]
    Failed {
        /// How it ended.
        status: ExitStatus,
        /// What it printed.
        output: String,
    },
}

fn said(output: &str) -> String {
    if output.is_empty() { String::new() } else { format!("\n{output}") }
}

/// Runs the hooks on a file, one after the other, and returns what they print, for people.
///
/// # Errors
///
/// When one fails; the ones after it are not run. The file stays as it is.
pub(super) fn run(hooks: &Hooks, file: &Path) -> Result<Vec<String>, ScriptError> {
    match hooks {
        Hooks::Rustfmt => Ok(rustfmt(file).into_iter().collect()),
        Hooks::Commands { commands, folder } => {
            let mut notes = Vec::new();
            for words in commands {
                let output = hook(words, folder, file).map_err(|source| ScriptError::Hook {
                    command: words.join(" "),
                    path: file.to_owned(),
                    source,
                })?;
                if !output.is_empty() {
                    notes.push(format!("{}: {output}", words.join(" ")));
                }
            }
            Ok(notes)
        }
    }
}

/// Runs one command and returns what it prints.
fn hook(words: &[String], folder: &Path, file: &Path) -> Result<String, HookFailure> {
    let file = std::path::absolute(file).map_err(|source| HookFailure::Start { source })?;
    let [program, arguments @ ..] = words else { return Ok(String::new()) };
    let mut command = Command::new(program);
    let has_place = arguments.iter().any(|word| word == FILE);
    for word in arguments {
        if word == FILE {
            command.arg(&file)
        } else {
            command.arg(word)
        };
    }
    if !has_place {
        command.arg(&file);
    }
    if !folder.as_os_str().is_empty() {
        command.current_dir(folder);
    }
    let output = command.stdin(Stdio::null()).output().map_err(|source| HookFailure::Start { source })?;
    let printed =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    let printed = printed.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
    if output.status.success() {
        Ok(printed)
    } else {
        Err(HookFailure::Failed { status: output.status, output: printed })
    }
}

/// Formats a file. Returns why that could not be done: a file that is not formatted is no failure.
fn rustfmt(path: &Path) -> Option<String> {
    let mut command = Command::new("rustfmt");
    command.args(["--edition", "2024"]).arg(path).stdin(Stdio::null());
    match command.output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(format!("rustfmt: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => Some(format!("cannot run rustfmt: {error}")),
    }
}
