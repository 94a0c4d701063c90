//! `cargo xtask book`: the book of `docs/`, built by mdBook into target/book, with every link of it followed.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::environment;
use crate::report::{Failure, note};

/// The release of mdBook that the book is written for.
const RELEASE: &str = "0.5.4";

/// Where files that are no pages are read.
const REPOSITORY: &str = "https://github.com/cucurbit-rs/cucurbit/blob/main";

/// Builds the book. A warning of mdBook is an error, and so is a link that leads to nothing.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    if !arguments.is_empty() {
        return Err(Failure::new("`cargo xtask book` takes no arguments"));
    }
    let mdbook = mdbook()?;
    let mut command = Command::new(&mdbook);
    let output = command.current_dir(crate::root()).args(["build", "book"]).output();
    let output =
        output.map_err(|error| Failure::new(format!("cannot run `{}`: {error}", mdbook.display())))?;
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    note(said.trim_end());
    if !output.status.success() || ["WARN", "ERROR"].iter().any(|word| said.contains(word)) {
        return Err(Failure::new("mdBook is not content with the book"));
    }
    let book = crate::root().join("target/book");
    let (pages, broken) = follow(&book, crate::root())?;
    if !broken.is_empty() {
        return Err(Failure::new(format!("links of the book lead to nothing:\n{}", broken.join("\n"))));
    }
    note(&format!("book: {pages} pages in {}", book.join("index.html").display()));
    Ok(ExitCode::SUCCESS)
}

/// Finds mdBook, or installs the release that the book is written for into target/tools.
fn mdbook() -> Result<PathBuf, Failure> {
    let tools = crate::root().join("target/tools");
    let own = tools.join("bin/mdbook");
    let wanted = format!("mdbook v{RELEASE}");
    let is_wanted = |program: &PathBuf| {
        let said = Command::new(program).arg("--version").output();
        said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).trim() == wanted)
    };
    if let Some(found) = environment::installed("mdbook").into_iter().chain([own.clone()]).find(is_wanted) {
        return Ok(found);
    }
    note(&format!("installing mdBook {RELEASE} into {}", tools.display()));
    let mut install = environment::cargo();
    // Without its server; a debug build takes half the time and builds the book in a second.
    install.args(["install", "mdbook", "--version", RELEASE, "--locked", "--debug", "--force"]);
    install.args(["--no-default-features", "--features", "search", "--root"]).arg(&tools);
    if !crate::status(&mut install)?.success() {
        return Err(Failure::new("mdBook cannot be installed"));
    }
    Ok(own)
}

/// Follows the links of every page of the built book: how many pages there are, and which links lead to nothing.
///
/// A link to a file of the repository that is no page is made one to the repository: mdBook knows only its pages.
fn follow(book: &Path, root: &Path) -> Result<(usize, Vec<String>), Failure> {
    let (mut pages, mut broken) = (0, Vec::new());
    let mut folders = vec![book.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| failed(&folder, &error))? {
            let path = entry.map_err(|error| failed(&folder, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "html") {
                pages += 1;
                follow_page(&path, book, root, &mut broken)?;
            }
        }
    }
    Ok((pages, broken))
}

fn follow_page(path: &Path, book: &Path, root: &Path, broken: &mut Vec<String>) -> Result<(), Failure> {
    let text = fs::read_to_string(path).map_err(|error| failed(path, &error))?;
    // All pages in one, which is for printing: its links are those of the pages.
    let name = path.strip_prefix(book).unwrap_or(path);
    let is_copy = ["print.html", "toc.html", "404.html"].iter().any(|copy| name == Path::new(copy));
    let mut followed = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once(" href=\"") {
        let Some((link, after)) = after.split_once('"') else { break };
        followed.push_str(before);
        let led = lead(link, name, book, root);
        if led.is_none() && !is_copy {
            broken.push(format!("  {}: {link}", name.display()));
        }
        followed.extend([" href=\"", led.as_deref().unwrap_or(link), "\""]);
        rest = after;
    }
    followed.push_str(rest);
    if followed == text { Ok(()) } else { fs::write(path, followed).map_err(|error| failed(path, &error)) }
}

/// Returns where a link of a page leads to, as it is written into the book; `None` where that is nothing.
fn lead(link: &str, page: &Path, book: &Path, root: &Path) -> Option<String> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    if file.contains(':') || file.is_empty() {
        return Some(link.to_owned());
    }
    let folder = page.parent().unwrap_or(Path::new(""));
    if inside(&folder.join(file)).is_some_and(|path| book.join(path).exists()) {
        return Some(link.to_owned());
    }
    // mdBook gave the pages that it does not have another ending, too.
    let source = inside(&Path::new("docs").join(folder).join(file))?;
    let page = source.with_extension("md");
    let found = [source, page].into_iter().find(|path| root.join(path).exists())?;
    let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
    Some(format!("{REPOSITORY}/{}{anchor}", found.display()))
}

/// Returns the path without its `..`; `None` where it leads out of the repository.
fn inside(path: &Path) -> Option<PathBuf> {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::ParentDir => clean.pop().then_some(())?,
            Component::CurDir | Component::Prefix(_) | Component::RootDir => {}
        }
    }
    Some(clean)
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_into_the_book_or_into_the_repository() {
        let root = crate::root();
        let led = |link| lead(link, Path::new("cookbook/columns.html"), &root.join("docs"), root);
        assert_eq!(led("../cli.md#check").as_deref(), Some("../cli.md#check"), "it is in the book");
        assert_eq!(led("https://example.org/x").as_deref(), Some("https://example.org/x"));
        assert_eq!(led("#here").as_deref(), Some("#here"));
        let readme = format!("{REPOSITORY}/README.md#try-it");
        assert_eq!(led("../../README.html#try-it").as_deref(), Some(readme.as_str()));
        assert_eq!(led("../../no/such.html"), None);
        assert_eq!(led("../../../outside.html"), None);
    }

    #[test]
    fn arguments_are_refused() {
        assert!(run(&["--quick".into()]).is_err());
    }
}
