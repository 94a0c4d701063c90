//! `init`: a migrations package for what is there. Everything is decided before the first file is written, and no file that
//! is there is overwritten.

mod around;
mod database;
mod entities;
mod files;
mod format;
mod told;
mod workspace;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use self::{
    around::{Application, Around},
    entities::Entity,
    files::Package,
};
use crate::{
    arguments::{InitArguments, Template},
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
/// When one is there already, the workspace or the database cannot be read, or a file cannot be written.
pub(crate) async fn init(folder: &Path, said: &InitArguments) -> Result<ExitCode, Failure> {
    let home = files::normal(&folder.join(&said.folder));
    let around = around::look(folder, said.template)?;
    let mut package = package(home, around, said)?;
    if let Some(url) = &said.from {
        package.database = Some(database::read(url, folder, &package.home, package.sqlite_urls()).await?);
    }
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
    told::told(&package);
    if let Some(variable) =
        said.from.as_ref().and_then(|url| database::another(url, folder, package.sqlite_urls()))
    {
        say(&format!("{variable} names another database, and comes before `url` in cucurbit.toml."));
    }
    Ok(ExitCode::SUCCESS)
}

/// Decides what the package is.
fn package(home: PathBuf, mut around: Around, said: &InitArguments) -> Result<Package, Failure> {
    let manifest = home.join("Cargo.toml");
    if manifest.exists() {
        return Err(Failure::IsThere { path: manifest });
    }
    let name = name(&home)?;
    if around.workspace.as_ref().is_some_and(|workspace| !home.starts_with(workspace)) {
        // A member of a workspace lies in its folder: this package stands alone.
        around.workspace = None;
        around.packages.clear();
    }
    if around.packages.contains(&name) {
        let message = format!("the workspace has a package `{name}` already");
        return Err(Failure::Init { message, hint: "name another folder: `cucurbit init DIR`" });
    }
    match (said.template, &around.application) {
        (None | Some(Template::Sql), None) => {}
        (_, Some(application)) => refuse_inline_modules(application)?,
        (Some(Template::Structs), None) => {
            let message = "no struct that derives `Table` was found in the workspace".to_owned();
            let hint = "write `#[derive(cucurbit::Table)]` on the structs, in a package that uses cucurbit with its feature `derive`";
            return Err(Failure::Init { message, hint });
        }
        (Some(Template::SeaOrm), None) => {
            let message = "no SeaORM entity was found in the workspace".to_owned();
            let hint =
                "an entity is a `Model` with `DeriveEntityModel`, in a module of a package that uses sea-orm";
            return Err(Failure::Init { message, hint });
        }
    }
    Ok(Package { name, home, around, ci: said.ci, database: None })
}

/// Refuses entities that stand in the root file of a binary itself: no other package can take that file in.
fn refuse_inline_modules(application: &Application) -> Result<(), Failure> {
    let is_inline = |entity: &&Entity| application.library.is_none() && entity.top == application.root;
    let Some(entity) = application.entities.iter().find(is_inline) else { return Ok(()) };
    let (module, file) = (entity.path.join("::"), application.root.file_name().unwrap_or_default());
    let message = format!(
        "the model `{module}` stands in `{}` itself, and no other package can use that file",
        file.to_string_lossy()
    );
    let hint = "move it into a module with a file of its own, or say `--template sql`";
    Err(Failure::Init { message, hint })
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
