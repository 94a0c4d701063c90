//! Opens files in the editor of the person who asks.

use std::{io, path::PathBuf, process::Command};

use crate::{
    config::{ConfigError, Environment},
    error::Error,
};

/// Returns the command of the editor, as git and Alembic find it.
pub(super) fn named(environment: &Environment) -> Result<String, ConfigError> {
    let found = environment.get("VISUAL")?.or(environment.get("EDITOR")?);
    Ok(found.unwrap_or("vi").to_owned())
}

/// Opens files, and waits until the editor ends. The words of its command are split at spaces.
pub(super) fn open(editor: &str, files: &[PathBuf]) -> Result<(), Error> {
    let failed = |source: io::Error| Error::Editor { editor: editor.to_owned(), source };
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or(editor);
    let status = Command::new(program).args(words).args(files).status().map_err(failed)?;
    if status.success() { Ok(()) } else { Err(failed(io::Error::other(format!("it ended with {status}")))) }
}
