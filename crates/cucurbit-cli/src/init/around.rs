//! What is around the new package: the workspace, the application and its entities, the databases that it uses.

use std::path::{Path, PathBuf};

use cargo_metadata::{Dependency, Metadata, Package, TargetKind};

use super::entities::{Entity, Kind, entities};
use crate::{arguments::Template, error::Failure, project};

/// What was found around the folder.
#[derive(Clone, Debug, Default)]
pub(crate) struct Around {
    /// The folder of the workspace, if there is one.
    pub(crate) workspace: Option<PathBuf>,
    /// The names of its packages.
    pub(crate) packages: Vec<String>,
    /// The application that has the models.
    pub(crate) application: Option<Application>,
    /// The databases that SeaORM or sqlx is built for here.
    pub(crate) dialects: Vec<&'static str>,
    /// Whether a package uses SeaORM or sqlx, which read connection URLs in their own way.
    pub(crate) reads_as_sqlx: bool,
}

/// A package with models.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    /// What its models are.
    pub(crate) kind: Kind,
    /// The name of the package.
    pub(crate) package: String,
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// The folder of the workspace that it is a member of.
    pub(crate) workspace: PathBuf,
    /// The file of the root of its library, else of its binary.
    pub(crate) root: PathBuf,
    /// The name of its library in Rust, if other packages can name all models in it; else their modules can only be taken in
    /// by their files.
    pub(crate) library: Option<String>,
    /// Its models.
    pub(crate) entities: Vec<Entity>,
}

/// Looks around a folder, for the models of a template, or for any.
///
/// # Errors
///
/// When there is a workspace and Cargo cannot read it.
pub(crate) fn look(folder: &Path, template: Option<Template>) -> Result<Around, Failure> {
    let Some(metadata) = project::metadata(folder)? else { return Ok(Around::default()) };
    let packages = metadata.workspace_packages();
    let (mut dialects, mut reads_as_sqlx) = (Vec::new(), false);
    for dependency in packages.iter().flat_map(|package| &package.dependencies) {
        if matches!(dependency.name.as_str(), "sea-orm" | "sqlx") {
            reads_as_sqlx = true;
            dialects.extend(databases(dependency));
        }
    }
    dialects.sort_unstable_by_key(|dialect| *dialect != "sqlite");
    dialects.dedup();
    let kinds: &[Kind] = match template {
        None => &[Kind::Entities, Kind::Structs],
        Some(Template::SeaOrm) => &[Kind::Entities],
        Some(Template::Sql) => &[],
        Some(Template::Structs) => &[Kind::Structs],
    };
    Ok(Around {
        application: kinds.iter().find_map(|kind| application(&metadata, *kind)),
        packages: packages.iter().map(|package| package.name.to_string()).collect(),
        workspace: Some(metadata.workspace_root.into_std_path_buf()),
        dialects,
        reads_as_sqlx,
    })
}

/// Tells the databases that a driver is built for, by its features.
fn databases(dependency: &Dependency) -> impl Iterator<Item = &'static str> {
    dependency.features.iter().filter_map(|feature| {
        let feature = feature.strip_prefix("sqlx-").unwrap_or(feature);
        match feature {
            "sqlite" | "sqlite-bundled" | "sqlite-unbundled" => Some("sqlite"),
            "postgres" => Some("postgres"),
            _ => None,
        }
    })
}

/// Finds the package with the most models: a library of entities before an application that only names some.
fn application(metadata: &Metadata, kind: Kind) -> Option<Application> {
    let needed = match kind {
        Kind::Entities => "sea-orm",
        Kind::Structs => "cucurbit",
    };
    let of = |package: &&Package| {
        if !package.dependencies.iter().any(|dependency| dependency.name == needed) {
            return None;
        }
        let folder = package.manifest_path.parent()?.as_std_path().to_owned();
        let library = package.targets.iter().find(|target| target.kind.contains(&TargetKind::Lib));
        let root = library
            .or_else(|| package.targets.iter().find(|target| target.kind.contains(&TargetKind::Bin)))?;
        let entities = entities(root.src_path.as_std_path(), kind);
        let library = library.filter(|_| entities.iter().all(|entity| entity.is_public));
        let library = library.map(|target| target.name.replace('-', "_"));
        let workspace = metadata.workspace_root.as_std_path().to_owned();
        let root = root.src_path.as_std_path().to_owned();
        let package = package.name.to_string();
        Some(Application { kind, package, folder, workspace, root, library, entities })
    };
    let packages = metadata.workspace_packages();
    let all = packages.iter().filter_map(of).filter(|application| !application.entities.is_empty());
    all.max_by_key(|application| application.entities.len())
}
