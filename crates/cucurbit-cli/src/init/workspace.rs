//! Joins a package to the workspace around it, and gives it an alias of Cargo; what stands in these files stays as it is.

use std::path::Path;

use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::{
    File,
    files::{Package, relative, text},
};
use crate::error::Failure;

/// Returns the files of the workspace that change.
pub(crate) fn joined(package: &Package) -> Result<Vec<File>, Failure> {
    let root = package.around.workspace.as_ref().unwrap_or(&package.home);
    let mut files = Vec::new();
    if let Some(workspace) = &package.around.workspace {
        files.extend(with_member(workspace, &package.home)?);
    }
    files.extend(with_alias(root, &package.name)?);
    Ok(files)
}

/// Reads a file of TOML; one that is not there is empty.
pub(crate) fn read(path: &Path) -> Result<DocumentMut, Failure> {
    text(path)?.parse().map_err(|source| Failure::Toml { path: path.to_owned(), source })
}

/// Adds the package to the members of the workspace, unless a pattern among them does.
fn with_member(workspace: &Path, home: &Path) -> Result<Option<File>, Failure> {
    let path = workspace.join("Cargo.toml");
    let mut document = read(&path)?;
    let member = relative(workspace, home);
    let table = document.entry("workspace").or_insert(Item::Table(Table::new()));
    let Some(table) = table.as_table_like_mut() else { return Ok(None) };
    let members = table.entry("members").or_insert(value(Array::new()));
    let Some(members) = members.as_array_mut() else { return Ok(None) };
    let covers = |pattern: &str| {
        pattern == member
            || pattern
                .strip_suffix('*')
                .is_some_and(|folder| member.strip_prefix(folder).is_some_and(|rest| !rest.contains('/')))
    };
    if members.iter().filter_map(|member| member.as_str()).any(covers) {
        return Ok(None);
    }
    members.push(member);
    Ok(Some(File { path, text: document.to_string(), is_edited: true }))
}

/// Adds `cargo migrate`, unless there is an alias of that name.
fn with_alias(root: &Path, name: &str) -> Result<Option<File>, Failure> {
    let path = root.join(".cargo/config.toml");
    let is_edited = path.exists();
    let mut document = read(&path)?;
    let alias = document.entry("alias").or_insert(Item::Table(Table::new()));
    let Some(alias) = alias.as_table_like_mut() else { return Ok(None) };
    if alias.contains_key("migrate") {
        return Ok(None);
    }
    alias.insert("migrate", value(format!("run --quiet --package {name} --")));
    Ok(Some(File { path, text: document.to_string(), is_edited }))
}
