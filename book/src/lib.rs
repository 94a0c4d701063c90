//! The pages of the book, as its tests read them: headings, links and blocks of code, each with its line.
//!
//! What lives here: reading Markdown. What must be true of the pages is in `tests/it`.

mod page;

pub use self::page::{Block, Heading, Link, Page, Words};

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Returns the folder of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Reads a page, which is named from the folder of the workspace: `docs/cli.md`.
///
/// # Panics
///
/// When there is no such file.
#[must_use]
pub fn page(name: &str) -> Page {
    let text = fs::read_to_string(root().join(name));
    Page::read(name, &text.unwrap_or_else(|error| panic!("{name}: {error}")))
}

/// Reads every page of `docs`, in the order of their names, without the table of contents.
///
/// # Panics
///
/// When a folder cannot be read.
#[must_use]
pub fn docs() -> Vec<Page> {
    page::names(&root(), "docs").iter().filter(|name| *name != SUMMARY).map(|name| page(name)).collect()
}

/// The table of contents.
pub const SUMMARY: &str = "docs/SUMMARY.md";
