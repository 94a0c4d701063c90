//! Finds the migrations of the workspace that a folder is in.
//!
//! A migrations package is one whose build script lists revisions: it depends on `cucurbit-build`. Which of its binaries
//! is the command line, `[package.metadata.cucurbit] bin = "…"` says where there are several.

use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand, Package, TargetKind};

use crate::error::Failure;

/// The crate on which every migrations package depends to be built.
const BUILD_HELPER: &str = "cucurbit-build";

/// A package of migrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Project {
    /// The name of the package.
    pub(crate) package: String,
    /// Its `Cargo.toml`.
    pub(crate) manifest: PathBuf,
    /// The binary that is its command line.
    pub(crate) binary: String,
}

/// Finds the migrations that are meant in a folder: those of the package named, else of the package that the folder is in,
/// else the only ones of the workspace. `None` if there are none.
///
/// # Errors
///
/// When there are several to choose from, the package named has none, or its manifest cannot be read.
pub(crate) fn find(folder: &Path, named: Option<&str>) -> Result<Option<Project>, Failure> {
    let Some(metadata) = metadata(folder)? else {
        return match named {
            Some(package) => Err(Failure::NoPackage { package: package.to_owned(), known: Vec::new() }),
            None => Ok(None),
        };
    };
    let all: Vec<&Package> =
        metadata.workspace_packages().into_iter().filter(|package| has_revisions(package)).collect();
    if let Some(name) = named {
        let Some(package) = all.iter().find(|package| package.name.as_str() == name) else {
            let known = all.iter().map(|package| package.name.to_string()).collect();
            return Err(Failure::NoPackage { package: name.to_owned(), known });
        };
        return project(package).map(Some);
    }
    let is_around = |package: &&&Package| {
        package.manifest_path.parent().is_some_and(|home| folder.starts_with(home.as_std_path()))
    };
    // The innermost one, where one lies in another.
    let around = all.iter().filter(is_around).max_by_key(|package| package.manifest_path.as_str().len());
    match (around, all.as_slice()) {
        (Some(package), _) | (None, [package]) => project(package).map(Some),
        (None, []) => Ok(None),
        (None, several) => {
            let packages = several.iter().map(|package| package.name.to_string()).collect();
            Err(Failure::SeveralProjects { packages })
        }
    }
}

/// Reads the workspace that a folder is in, if it is in one.
pub(crate) fn metadata(folder: &Path) -> Result<Option<Metadata>, Failure> {
    if !folder.ancestors().any(|folder| folder.join("Cargo.toml").is_file()) {
        return Ok(None);
    }
    let metadata = MetadataCommand::new().current_dir(folder).no_deps().exec();
    metadata.map(Some).map_err(|error| Failure::Metadata { reason: reason(&error) })
}

/// What Cargo said, without its word `error`.
fn reason(error: &cargo_metadata::Error) -> String {
    let words = match error {
        cargo_metadata::Error::CargoMetadata { stderr } => stderr.clone(),
        cargo_metadata::Error::Io(_)
        | cargo_metadata::Error::Utf8(_)
        | cargo_metadata::Error::ErrUtf8(_)
        | cargo_metadata::Error::Json(_)
        | cargo_metadata::Error::NoJson => error.to_string(),
    };
    words.trim().trim_start_matches("error: ").to_owned()
}

fn has_revisions(package: &Package) -> bool {
    package.dependencies.iter().any(|dependency| dependency.name == BUILD_HELPER)
}

fn project(package: &Package) -> Result<Project, Failure> {
    let binaries: Vec<&str> = package
        .targets
        .iter()
        .filter(|target| target.kind.contains(&TargetKind::Bin))
        .map(|target| target.name.as_str())
        .collect();
    let said = package.metadata["cucurbit"]["bin"].as_str();
    let binary = match (said, binaries.as_slice()) {
        (Some(said), binaries) if binaries.contains(&said) => said,
        (None, [only]) => only,
        (_, binaries) => {
            return Err(Failure::WhichBinary {
                package: package.name.to_string(),
                said: said.map(str::to_owned),
                binaries: binaries.iter().map(|&name| name.to_owned()).collect(),
            });
        }
    };
    Ok(Project {
        package: package.name.to_string(),
        manifest: package.manifest_path.clone().into_std_path_buf(),
        binary: binary.to_owned(),
    })
}
