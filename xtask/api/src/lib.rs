//! The public API of the published crates, as text: one line for each item that a user can name, in the order of their names.
//!
//! `*.txt` beside this crate hold it; a test compares them with the sources. A change of a line there is what a release
//! note is about, and a line that goes is a break.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use public_api::Builder;
use tempfile::TempDir;

/// The crates, by the names of their libraries. The program `cucurbit` has none.
pub const CRATES: [&str; 4] = ["cucurbit", "cucurbit_build", "cucurbit_derive", "cucurbit_sea_orm"];

/// Makes rustdoc write what it knows of all crates as JSON, with all features, and returns the folder of those files.
///
/// # Errors
///
/// When Cargo cannot be started, or the crates do not compile: rustdoc has said why.
pub fn document(root: &Path) -> io::Result<PathBuf> {
    let wrapper = wrapper()?;
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root).args(["doc", "--quiet", "--workspace", "--no-deps", "--lib", "--all-features"]);
    let target = root.join("target");
    cargo.arg("--target-dir").arg(&target);
    cargo.env("RUSTDOC", wrapper.path().join("rustdoc"));
    cargo.env("RUSTDOCFLAGS", "-Zunstable-options --output-format=json");
    if cargo.status()?.success() {
        Ok(target.join("doc"))
    } else {
        Err(io::Error::other("the crates cannot be documented"))
    }
}

/// A rustdoc that is told alone to do what only a nightly one does: Cargo, told so itself, would build everything again.
fn wrapper() -> io::Result<TempDir> {
    let folder = TempDir::new()?;
    let script = folder.path().join("rustdoc");
    fs::write(&script, "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n")?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    }
    Ok(folder)
}

/// Writes the public items of a crate, without what the compiler adds to every type.
///
/// # Errors
///
/// When the file is not there, or of a form that the crate `public-api` does not read: each of its releases reads one form,
/// that of the Rust releases of a few months.
pub fn lines(file: &Path) -> Result<String, public_api::Error> {
    let builder = Builder::from_rustdoc_json(file);
    let builder = builder.omit_blanket_impls(true).omit_auto_trait_impls(true).omit_auto_derived_impls(true);
    Ok(builder.build()?.items().map(|item| format!("{item}\n")).collect())
}
