//! The build helper of a migrations crate: it lists the revision scripts.
//!
//! A project's `build.rs` is one line:
//!
//! ```no_run
//! fn main() {
//!     cucurbit_build::versions("versions");
//! }
//! ```
//!
//! It writes `$OUT_DIR/versions.rs`, which `cucurbit::include_versions!()` includes. Every revision
//! becomes a module whose `#[path]` is the file itself, so that an error of the compiler points at the
//! revision, and a file that is added or removed is noticed by Cargo. There is no list to keep by hand, on
//! which two branches of git would conflict.
//!
//! A second line, [`without_debug_info`], makes the package's program several times smaller while it is developed.
//!
//! With the feature `entities`, the function `entities` does the same for the SeaORM entities of a module: `models![garden::*]` of
//! `cucurbit-sea-orm` reads the list.
//!
//! Here live reading the folder and writing that text. Revisions are not parsed here, apart from
//! their leading `//!` lines, and nothing is known about databases.

#![expect(clippy::needless_doctest_main, reason = "the example is a whole build script")]

#[cfg(feature = "entities")]
mod entities;
mod error;
#[cfg(feature = "entities")]
mod found;
#[cfg(test)]
mod tests;

#[cfg(feature = "entities")]
pub use entities::entities;
pub use error::BuildError;
#[cfg(feature = "entities")]
pub use found::{Entity, Found};

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Lists the revision scripts of `folder` in `$OUT_DIR/versions.rs`.
///
/// `folder` is relative to the folder of the crate's `Cargo.toml`. A failure is told to Cargo, which
/// shows it as an error of this crate and ends the build.
pub fn versions(folder: &str) {
    told(list(folder));
}

/// Tells Cargo of a failure.
fn told(done: Result<(), BuildError>) {
    if let Err(error) = done {
        say(&format!("cargo::error={error}"));
        say(&format!("cargo::error=hint: {}", error.hint()));
    }
}

/// Links the package's programs without debug information where the profile is one for development.
///
/// A program of 3,000 revisions has 50 MB instead of 225 then, and is linked in half the time, which is most of the time
/// that a change of a model takes. A panic still says its file and line; a backtrace and a debugger do not know them.
/// Other packages, and tests of this one, keep their debug information. It has no effect with the tools of Microsoft,
/// which keep it in a file of its own, and it must not be called in a package that has no program: Cargo refuses that.
pub fn without_debug_info() {
    let is = |name: &str, value: &str| environment(name).is_some_and(|is| is == value);
    if !is("PROFILE", "debug") || is("CARGO_CFG_TARGET_ENV", "msvc") {
        return;
    }
    // `--strip-debug` of GNU's linker and of LLVM's; Apple's has the short word only, and both know it.
    say("cargo::rustc-link-arg-bins=-Wl,-S");
}

/// Writes the text of `versions.rs` for the revision scripts in `folder`.
///
/// The scripts are the `*.rs` files of `folder`, in the order of their names; files of editors and
/// other hidden files (`.#x.rs`, `#x.rs#`, `x.rs~`) are left out, and so are subfolders. `manifest`
/// is the folder to which the paths in the text are relative; a script outside of it keeps its
/// absolute path.
///
/// # Errors
///
/// When the folder is missing or cannot be read, or when a script's name or text is not UTF-8.
pub fn generate(folder: &Path, manifest: &Path) -> Result<String, BuildError> {
    let scripts = scripts(folder, manifest)?;
    Ok(text(&scripts))
}

/// One revision script, as far as this crate knows it.
struct Script {
    /// The file, as an absolute path.
    file: String,
    /// The file as people know it: relative to the manifest's folder, with `/` between the parts.
    path: String,
    /// Its leading `//!` lines.
    doc: String,
    /// The name of its module.
    module: String,
}

fn list(folder: &str) -> Result<(), BuildError> {
    // Also when the folder is missing: Cargo then asks again in the next build.
    say(&format!("cargo::rerun-if-changed={folder}"));
    let manifest = variable("CARGO_MANIFEST_DIR")?;
    let out = variable("OUT_DIR")?;
    let scripts = scripts(&manifest.join(folder), &manifest)?;
    for script in &scripts {
        say(&format!("cargo::rerun-if-changed={}", script.file));
    }
    let to = out.join("versions.rs");
    std::fs::write(&to, text(&scripts)).map_err(|source| BuildError::Write { file: to, source })
}

fn variable(name: &'static str) -> Result<PathBuf, BuildError> {
    environment(name).map(PathBuf::from).ok_or(BuildError::NotABuildScript { name })
}

#[expect(clippy::disallowed_methods, reason = "Cargo speaks to a build script through the environment")]
fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

#[expect(clippy::print_stdout, reason = "a build script speaks to Cargo on standard output")]
fn say(line: &str) {
    println!("{line}");
}

fn scripts(folder: &Path, manifest: &Path) -> Result<Vec<Script>, BuildError> {
    let mut taken = BTreeSet::new();
    let mut scripts = Vec::new();
    for name in names(folder)? {
        let file = folder.join(&name);
        let bytes = std::fs::read(&file).map_err(|source| BuildError::Read { path: file.clone(), source })?;
        let source = String::from_utf8(bytes).map_err(|_| BuildError::NotText { file: file.clone() })?;
        let absolute =
            std::path::absolute(&file).map_err(|source| BuildError::Read { path: file.clone(), source })?;
        scripts.push(Script {
            path: path_for_people(&absolute, manifest)?,
            file: utf8(&absolute)?.to_owned(),
            doc: doc(&source),
            module: module(&name, &mut taken),
        });
    }
    Ok(scripts)
}

/// The names of the revision scripts in `folder`, sorted.
fn names(folder: &Path) -> Result<Vec<String>, BuildError> {
    let failed = |source: std::io::Error| {
        if source.kind() == std::io::ErrorKind::NotFound {
            BuildError::NoFolder { folder: folder.to_owned() }
        } else {
            BuildError::Read { path: folder.to_owned(), source }
        }
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        // Decided by the name first: the lock files of Emacs are links to nothing.
        if is_script(&entry.file_name().to_string_lossy()) && !path.is_dir() {
            let name = entry.file_name().into_string();
            names.push(name.map_err(|_| BuildError::UnusableName { file: path })?);
        }
    }
    names.sort();
    Ok(names)
}

fn is_script(name: &str) -> bool {
    name.ends_with(".rs") && !name.starts_with(['.', '#'])
}

fn path_for_people(file: &Path, manifest: &Path) -> Result<String, BuildError> {
    let path = file.strip_prefix(manifest).unwrap_or(file);
    Ok(utf8(path)?.replace(std::path::MAIN_SEPARATOR, "/"))
}

/// The path as text. A line break in it would end the line that tells Cargo to watch the file.
fn utf8(path: &Path) -> Result<&str, BuildError> {
    path.to_str()
        .filter(|text| !text.contains(['\n', '\r']))
        .ok_or_else(|| BuildError::UnusableName { file: path.to_owned() })
}

/// The leading `//!` lines without the sign, one space and the end of the line.
///
/// A byte order mark, a `#!` line, blank lines and ordinary comments (a licence, say) may stand before them.
fn doc(source: &str) -> String {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let is_before = |line: &&str| line.is_empty() || line.starts_with("#!") || is_ordinary_comment(line);
    let lines: Vec<&str> = source
        .lines()
        .map(str::trim)
        .skip_while(is_before)
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    lines.join("\n")
}

fn is_ordinary_comment(line: &str) -> bool {
    line.starts_with("//") && !line.starts_with("//!")
}

/// A name for the module of the file `name` that no other file has: messages of the compiler show it.
fn module(name: &str, taken: &mut BTreeSet<String>) -> String {
    let stem = name.strip_suffix(".rs").unwrap_or(name).to_ascii_lowercase();
    let words = stem.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let plain = std::iter::once("r").chain(words).collect::<Vec<_>>().join("_");
    let mut module = plain.clone();
    let mut number = 2;
    while !taken.insert(module.clone()) {
        module = format!("{plain}_{number}");
        number += 1;
    }
    module
}

/// What revisions are not judged by. They are written once, and a new release of a linter must not turn
/// a history red: they are private modules full of public items, and their messages are anybody's prose.
/// An `expect` cannot say this, for it fails where the lint has nothing to report.
const ALLOWED: &str = "#[allow(missing_docs, unreachable_pub, rustdoc::all, clippy::pedantic, clippy::style, \
    clippy::missing_docs_in_private_items, reason = \"history, listed by cucurbit-build\")]";

fn text(scripts: &[Script]) -> String {
    let mut text = String::from("// Written by cucurbit-build. Changes are lost in the next build.\n\n");
    for Script { file, module, path: _, doc: _ } in scripts {
        // The debug form of a `str` is a literal of Rust: quotes, backslashes and controls are escaped.
        line(&mut text, format_args!("{ALLOWED}\n#[path = {file:?}]\nmod {module};"));
    }
    // A static, and neither closures nor functions: the compiler keeps what it knows of a body together with all
    // closures in it, and would look at the whole history once for each script.
    line(&mut text, format_args!("\n{ALLOWED}\nstatic SCRIPTS: &[::cucurbit::Script] = &["));
    // One line for each field: the compiler shows it when a revision has no `downgrade`, say.
    for Script { path, doc, module, file: _ } in scripts {
        line(
            &mut text,
            format_args!(
                "    ::cucurbit::Script {{\n        path: {path:?},\n        doc: {doc:?},\n        \
                 revision: {module}::REVISION,\n        upgrade: {module}::upgrade,\n        \
                 downgrade: {module}::downgrade,\n    }},"
            ),
        );
    }
    line(
        &mut text,
        format_args!(
            "];\n\n/// All revision scripts, in the order of their file names.\n{ALLOWED}\n#[must_use]\n\
             pub fn all() -> ::std::vec::Vec<::cucurbit::Script> {{\n    SCRIPTS.to_vec()\n}}"
        ),
    );
    text
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a String cannot fail");
}
