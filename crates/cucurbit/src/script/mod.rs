//! Revision files as text: their lines, their whole, their names, and writing them.
//!
//! Nothing is compiled or run here, except the hooks on the file that was written.

mod hook;
mod id;
mod render;
mod spell;
mod template;

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use thiserror::Error;

use crate::operation::Operation;

pub use self::{
    hook::{HookFailure, Hooks},
    id::{DEFAULT_FILE_TEMPLATE, DEFAULT_SLUG_LENGTH, file_name, new_id, slug},
    render::render,
    template::{DEFAULT_TEMPLATE, TEMPLATE_FILE, Template},
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
    /// The project's template of scripts cannot be read, or makes no text.
    #[error("the template `{}` cannot be used: {reason}", path.display())]
    BadTemplate {
        /// The file.
        path: PathBuf,
        /// Why not, with the line.
        reason: String,
    },
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
    /// A hook failed. The script is written.
    #[error("the hook `{command}` failed on `{}`", path.display())]
    Hook {
        /// The command.
        command: String,
        /// The script.
        path: PathBuf,
        /// How it failed, and what it printed.
        source: HookFailure,
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
    /// The project's template of scripts leaves out what every script needs.
    #[error("the template `{}` does not have `{{{{ {part} }}}}` once, on a line of its own", path.display())]
    TemplateLacks {
        /// The file.
        path: PathBuf,
        /// The name of the part.
        part: &'static str,
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
            Self::BadTemplate { .. } => {
                "nothing was written; `script_template` prints the template that is built in, with all names"
            }
            Self::TemplateLacks { part: "doc", .. } => {
                "nothing was written; the message is the first `//!` line of a script: write `{{ doc }}` before all others"
            }
            Self::TemplateLacks { .. } => {
                "nothing was written; a template has `{{ doc }}`, `{{ revision }}`, `{{ upgrade }}` and `{{ downgrade }}`"
            }
            Self::Hook { .. } => {
                "the script is written, and the hooks after this one were not run; they are `post_write_hooks` in cucurbit.toml"
            }
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
    /// Writes the whole text of the file, by the template that is built in. It compiles; breaking its lines is rustfmt's
    /// work.
    #[must_use]
    pub fn text(&self) -> String {
        template::revision(self, &Template::default()).expect("the template that is built in has every part")
    }
}

/// How scripts are written. Without more, as a project without a configuration does.
///
/// ```
/// use cucurbit::script::{Template, WriteOptions};
///
/// let options = WriteOptions::new()
///     .slug_length(20)
///     .template(Template::new("// Ours.\n{{ doc }}\nuse cucurbit::prelude::*;\n\n{{ revision }}\n\n{{ upgrade }}\n\n{{ downgrade }}\n"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOptions {
    file_template: String,
    slug_length: usize,
    template: Template,
    hooks: Hooks,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            file_template: DEFAULT_FILE_TEMPLATE.to_owned(),
            slug_length: DEFAULT_SLUG_LENGTH,
            template: Template::default(),
            hooks: Hooks::default(),
        }
    }
}

impl WriteOptions {
    /// Starts from [`DEFAULT_FILE_TEMPLATE`], [`DEFAULT_SLUG_LENGTH`], [`DEFAULT_TEMPLATE`] and rustfmt.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how files are named (see [`file_name`]).
    #[must_use]
    pub fn file_template(mut self, file_template: impl Into<String>) -> Self {
        self.file_template = file_template.into();
        self
    }

    /// Sets how many characters of a message go into the name of its file.
    #[must_use]
    pub fn slug_length(mut self, slug_length: usize) -> Self {
        self.slug_length = slug_length;
        self
    }

    /// Sets what stands around the parts of a script.
    #[must_use]
    pub fn template(mut self, template: Template) -> Self {
        self.template = template;
        self
    }

    /// Sets what is run on a script once it is written.
    #[must_use]
    pub fn hooks(mut self, hooks: Hooks) -> Self {
        self.hooks = hooks;
        self
    }
}

/// Writes a revision into a new file of a folder and runs the hooks on it: rustfmt, if nothing else is said. A file that is
/// there is never overwritten.
///
/// Returns where the file is and, for people, notes: what the hooks printed, and why rustfmt could not format a file, which is
/// there all the same.
///
/// # Errors
///
/// When the folder is not there, the file is, the template lacks a part, or the file cannot be written. Then there is no new
/// file. When a hook fails: then the file is written.
pub fn write(
    folder: &Path,
    script: &NewScript,
    options: &WriteOptions,
) -> Result<(PathBuf, Vec<String>), ScriptError> {
    let WriteOptions { file_template, slug_length, template, hooks } = options;
    let slug = slug(&script.message, *slug_length);
    let path = folder.join(format!("{}.rs", file_name(file_template, &script.id, &slug, script.created)?));
    if !folder.is_dir() {
        return Err(ScriptError::NoFolder { folder: folder.to_owned() });
    }
    let text = template::revision(script, template)?;
    let result = OpenOptions::new().write(true).create_new(true).open(&path);
    let mut file = match result {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(ScriptError::Exists { path });
        }
        Err(source) => return Err(ScriptError::Write { path, source }),
    };
    let written = file.write_all(text.as_bytes());
    drop(file);
    if let Err(source) = written {
        // Half a script would stop the project's next build. Why it is half is the error, not what removing it says.
        fs::remove_file(&path).ok();
        return Err(ScriptError::Write { path, source });
    }
    let notes = hook::run(hooks, &path)?;
    Ok((path, notes))
}
