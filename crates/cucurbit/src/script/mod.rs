//! Revision files as text: their lines, their whole, their names, and writing them.
//!
//! Nothing is compiled or run here, except rustfmt on the file that was written.

mod id;
mod render;
mod spell;
mod template;

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use jiff::Timestamp;
use thiserror::Error;

use crate::operation::Operation;

pub use self::{
    id::{DEFAULT_FILE_TEMPLATE, DEFAULT_SLUG_LENGTH, file_name, new_id, slug},
    render::render,
};

/// A revision whose file is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewScript {
    /// The revision's id.
    pub id: String,
    /// What it is for; its first line is the title.
    pub message: String,
    /// The revisions it follows.
    pub down_revisions: Vec<String>,
    /// The names of the branch that starts with it.
    pub branch_labels: Vec<String>,
    /// Revisions of other branches that must be there before it.
    pub depends_on: Vec<String>,
    /// When it was created.
    pub created: Timestamp,
    /// What the upgrade does.
    pub upgrade: Vec<Operation>,
    /// What the downgrade does.
    pub downgrade: Vec<Operation>,
    /// What a reader must know before the upgrade runs; comments at the top of it.
    pub warnings: Vec<String>,
}

/// Why a revision's file was not written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// A file is there already.
    #[error("the file `{}` already exists", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The template makes a name that no file can have.
    #[error("the file template `{template}` makes `{name}`, which is not a file name")]
    FileName {
        /// The template.
        template: String,
        /// What it makes.
        name: String,
    },
    /// The folder is not there.
    #[error("there is no folder `{}`", folder.display())]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// The template holds a token that does not end or has an unknown form.
    #[error("the file template `{template}` cannot be read at `{at}`")]
    Template {
        /// The template.
        template: String,
        /// The rest of it, from the token on.
        at: String,
    },
    /// The template holds a token that means nothing.
    #[error("unknown token `{token}` in the file template `{template}`")]
    UnknownToken {
        /// The template.
        template: String,
        /// The token.
        token: String,
    },
    /// The file cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl ScriptError {
    /// Returns what to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Exists { .. } => "give another id, or another message",
            Self::FileName { .. } => "a file template names a file in the versions folder, without `/`",
            Self::NoFolder { folder } if folder.parent().is_some_and(Path::is_dir) => {
                return Some(format!(
                    "create it, and build again: `mkdir {}` (git does not keep empty folders)",
                    folder.display()
                ));
            }
            Self::NoFolder { .. } => {
                "a new revision needs the project's source: run this where its `cucurbit.toml` is"
            }
            Self::Template { .. } | Self::UnknownToken { .. } => {
                "the tokens are `{rev}`, `{slug}`, `{epoch}`, `{year}`, `{month}`, `{day}`, `{hour}`, `{minute}` and \
                 `{second}`, or Alembic's `%(rev)s`"
            }
            Self::Write { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "the versions folder must be writable"
            }
            Self::Write { .. } => return None,
        };
        Some(hint.to_owned())
    }
}

impl NewScript {
    /// Writes the whole text of the file. It compiles; breaking its lines is rustfmt's work.
    #[must_use]
    pub fn text(&self) -> String {
        template::revision(self)
    }
}

/// Writes a revision into a new file of a folder and lets rustfmt format it, by the settings that the folder has.
///
/// The name follows `file_template` (see [`file_name`]) and holds at most `slug_length` characters of the message;
/// without them it is made by [`DEFAULT_FILE_TEMPLATE`] and [`DEFAULT_SLUG_LENGTH`]. A file that is there is never
/// overwritten.
///
/// Returns where the file is and, for people, notes on what went less than well: one that rustfmt could not format is
/// there all the same.
///
/// # Errors
///
/// When the folder is not there, the file is, or it cannot be written.
pub fn write(
    folder: &Path,
    script: &NewScript,
    file_template: Option<&str>,
    slug_length: Option<usize>,
) -> Result<(PathBuf, Vec<String>), ScriptError> {
    let slug = slug(&script.message, slug_length.unwrap_or(DEFAULT_SLUG_LENGTH));
    let template = file_template.unwrap_or(DEFAULT_FILE_TEMPLATE);
    let path = folder.join(format!("{}.rs", file_name(template, &script.id, &slug, script.created)?));
    if !folder.is_dir() {
        return Err(ScriptError::NoFolder { folder: folder.to_owned() });
    }
    let result = OpenOptions::new().write(true).create_new(true).open(&path);
    let mut file = match result {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(ScriptError::Exists { path });
        }
        Err(source) => return Err(ScriptError::Write { path, source }),
    };
    let written = file.write_all(script.text().as_bytes());
    drop(file);
    if let Err(source) = written {
        // Half a script would stop the project's next build. Why it is half is the error, not what removing it says.
        fs::remove_file(&path).ok();
        return Err(ScriptError::Write { path, source });
    }
    let notes = rustfmt(&path).into_iter().collect();
    Ok((path, notes))
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
