//! `init`: a migrations package for what is there. Everything is decided before the first file is written, and no file that
//! is there is overwritten.

mod around;
mod entities;
mod files;
mod format;
mod workspace;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use self::{
    around::{Application, Around},
    files::Package,
};
use crate::{
    arguments::{InitArguments, Models},
    error::{Failure, say},
};

/// A file that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// Whether something is added to a file that is there.
    pub(crate) is_edited: bool,
}

/// Starts a migrations package.
///
/// # Errors
///
/// When one is there already, the workspace cannot be read, or a file cannot be written.
pub(crate) fn init(folder: &Path, said: &InitArguments) -> Result<ExitCode, Failure> {
    let home = folder.join(&said.folder);
    let around = around::look(folder)?;
    let package = package(home, around, said)?;
    let mut files = files::of_package(&package)?;
    for file in files.iter_mut().filter(|file| file.path.extension().is_some_and(|ending| ending == "rs")) {
        if let Some(formatted) = format::formatted(&file.text, folder) {
            file.text = formatted;
        }
    }
    files.extend(workspace::joined(&package)?);
    let (kept, files): (Vec<File>, Vec<File>) =
        files.into_iter().partition(|file| !file.is_edited && file.path.exists());
    for file in &files {
        write(file)?;
        let verb = if file.is_edited { "Changed" } else { "Created" };
        say(&format!("{verb} {}", shown(&file.path, folder)));
    }
    for file in &kept {
        say(&format!("Kept    {}, which was there", shown(&file.path, folder)));
    }
    told(&package);
    Ok(ExitCode::SUCCESS)
}

/// Decides what the package is.
fn package(home: PathBuf, mut around: Around, said: &InitArguments) -> Result<Package, Failure> {
    let manifest = home.join("Cargo.toml");
    if manifest.exists() {
        return Err(Failure::IsThere { path: manifest });
    }
    let name = name(&home)?;
    if around.packages.contains(&name) {
        let message = format!("the workspace has a package `{name}` already");
        return Err(Failure::Init { message, hint: "name another folder: `cucurbit init DIR`" });
    }
    match (said.models, &around.application) {
        (Some(Models::Sql), _) => around.application = None,
        (None, _) | (Some(Models::SeaOrm), Some(_)) => {}
        (Some(Models::SeaOrm), None) => {
            let message = "no SeaORM entity was found in the workspace".to_owned();
            let hint =
                "an entity is a `Model` with `DeriveEntityModel`, in a module of a package that uses sea-orm";
            return Err(Failure::Init { message, hint });
        }
    }
    Ok(Package { name, home, around, ci: said.ci })
}

/// The name of the package: that of its folder.
fn name(home: &Path) -> Result<String, Failure> {
    let name = home.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter));
    if is_name {
        return Ok(name);
    }
    let message = format!("`{name}` cannot be the name of a package");
    Err(Failure::Init {
        message,
        hint: "name a folder by ASCII letters, digits, `-` and `_`: `cucurbit init migrations`",
    })
}

fn write(file: &File) -> Result<(), Failure> {
    let failed = |source| Failure::File { verb: "write", path: file.path.clone(), source };
    if let Some(folder) = file.path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(&file.path, &file.text).map_err(failed)
}

fn shown(path: &Path, folder: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

/// Says what was found and what comes next.
fn told(package: &Package) {
    match &package.around.application {
        Some(Application { package: name, entities, .. }) => {
            say(&format!("\nThe models are the {} entities of `{name}`.", entities.len()));
        }
        None => say("\nThe models are the tables of `schema.sql`: write them there."),
    }
    say("Next: cucurbit create --message \"Create the tables\"");
}
