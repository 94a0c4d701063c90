//! Where the programs of a PostgreSQL server are.

use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::owner::{self, Owner};
use crate::environment;
use crate::report::note;

/// The oldest release that Cucurbit supports.
const OLDEST: u32 = 13;

/// Folders of folders: Debian keeps releases side by side, and so do others. Each part after the first may
/// end in `*`; what stands there is a number or a name with one.
const VERSIONED: &[&str] = &[
    "/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
    "/usr/pgsql-*/bin",                                   // PGDG on Red Hat
    "/usr/lib/postgresql*/bin",                           // openSUSE
    "/usr/libexec/postgresql*",                           // Alpine
    "/usr/local/pgsql*/bin",                              // from source
    "/opt/homebrew/opt/postgresql*/bin",                  // Homebrew on Apple silicon
    "/usr/local/opt/postgresql*/bin",                     // Homebrew on Intel
    "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",     // Homebrew on Linux
    "/opt/local/lib/postgresql*/bin",                     // MacPorts
    "/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
];

/// A folder with the programs of a server, and their release.
#[derive(Debug)]
pub(super) struct Binaries {
    pub(super) folder: PathBuf,
    pub(super) release: Release,
}

/// What `postgres --version` says: `15.14 (Debian 15.14-0+deb12u1)`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Release {
    major: u32,
    text: String,
}

impl Release {
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Release {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Binaries {
    /// The first folder whose programs the owner can run, in the order: PATH, then the usual places, newest first.
    pub(super) fn find(owner: &Owner) -> Option<Self> {
        folders().find_map(|folder| Self::of(folder, owner))
    }

    /// The same of one release.
    pub(super) fn find_release(owner: &Owner, major: u32) -> Option<Self> {
        folders().filter_map(|folder| Self::of(folder, owner)).find(|found| found.release.major == major)
    }

    /// The programs in the folder, when all are there and do run: wrappers and leftovers do not.
    pub(super) fn of(folder: PathBuf, owner: &Owner) -> Option<Self> {
        let is_complete = ["initdb", "pg_ctl", "postgres"].iter().all(|name| is_program(&folder.join(name)));
        if !is_complete {
            return None;
        }
        let refuse = |why: String| {
            note(&format!("PostgreSQL in {} will not do: {why}", folder.display()));
            None
        };
        let mut version = owner.command(&folder.join("postgres"), Path::new("/"));
        let output = match owner::run(version.arg("--version")) {
            Ok(output) => output,
            Err(failure) => return refuse(failure.to_string()),
        };
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        match release(&text) {
            Some(release) if release.major >= OLDEST => Some(Self { folder, release }),
            Some(release) => refuse(format!("release {release} is older than {OLDEST}")),
            None => refuse(format!("`postgres --version` says {text:?}")),
        }
    }
}

fn folders() -> impl Iterator<Item = PathBuf> {
    let usual = VERSIONED.iter().flat_map(|pattern| newest_first(matching(Path::new("/"), pattern)));
    environment::search_path().into_iter().chain(usual)
}

fn is_program(file: &Path) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// The release in `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`; also of `17beta1` and `18devel`.
fn release(text: &str) -> Option<Release> {
    let text = text.strip_prefix("postgres (PostgreSQL) ")?;
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    Some(Release { major: text.get(..digits)?.parse().ok()?, text: text.to_owned() })
}

/// The folders below `root` that the pattern names.
fn matching(root: &Path, pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![root.to_owned()];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        found = match part.strip_suffix('*') {
            None => found.into_iter().map(|folder| folder.join(part)).collect(),
            Some(start) => found.iter().flat_map(|folder| beginning_with(folder, start)).collect(),
        };
    }
    found.retain(|folder| folder.is_dir());
    found
}

/// The entries of the folder whose names begin so; a folder that is not there has none.
fn beginning_with(folder: &Path, start: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(start))
        .map(|entry| entry.path())
        .collect()
}

fn newest_first(mut folders: Vec<PathBuf>) -> Vec<PathBuf> {
    folders.sort_by_key(|folder| std::cmp::Reverse((numbers(folder), folder.clone())));
    folders
}

/// The numbers in a path, as numbers: release 9.6 is older than release 15.
fn numbers(path: &Path) -> Vec<u32> {
    let text = path.to_string_lossy().into_owned();
    text.split(|letter: char| !letter.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read() {
        let releases = [
            (
                "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)",
                Some((15, "15.14 (Debian 15.14-0+deb12u1)")),
            ),
            ("postgres (PostgreSQL) 18beta1", Some((18, "18beta1"))),
            ("postgres (PostgreSQL) 17", Some((17, "17"))),
            ("postgres (PostgreSQL) devel", None),
            ("pg_wrapper: no cluster", None),
            ("", None),
        ];
        for (text, expected) in releases {
            let expected = expected.map(|(major, text)| Release { major, text: text.to_owned() });
            assert_eq!(release(text), expected, "of {text:?}");
        }
    }

    #[test]
    fn the_newest_release_comes_first() {
        let folders = ["/l/9.6/bin", "/l/15/bin", "/l/9.10/bin", "/l/17/bin"].map(PathBuf::from).to_vec();
        let sorted = newest_first(folders);
        assert_eq!(sorted, ["/l/17/bin", "/l/15/bin", "/l/9.10/bin", "/l/9.6/bin"].map(PathBuf::from));
    }

    #[test]
    fn a_folder_must_have_all_programs_and_they_must_run() {
        let root = std::env::temp_dir().join(format!("cucurbit-binaries-{}", std::process::id()));
        // Written by another process: a test in another thread that starts a program at this moment would
        // take our open file along, and a file that is open for writing cannot be run.
        let program = |folder: &str, name: &str, script: &str| {
            let mut writer = std::process::Command::new("sh");
            writer.args(["-c", r#"mkdir -p "$0" && printf %s "$2" > "$0/$1" && chmod 755 "$0/$1""#]);
            let folder = root.join("lib").join(folder).join("bin");
            owner::run(writer.arg(folder).args([name, script])).expect("a program");
        };
        let says = |release: &str| format!("#!/bin/sh\necho 'postgres (PostgreSQL) {release}'\n");
        for name in ["initdb", "pg_ctl", "postgres"] {
            program("12", name, &says("12.22"));
            program("14", name, &says("14.1"));
            program("16", name, "#!/bin/sh\nexit 1\n");
            program("17", name, &says("17.0"));
        }
        program("18", "initdb", &says("18.0"));
        std::fs::remove_file(root.join("lib/17/bin/pg_ctl")).expect("our own file");

        let folders = newest_first(matching(&root, "/lib/*/bin"));
        let found: Vec<_> = folders.iter().map(|folder| Binaries::of(folder.clone(), &Owner::Me)).collect();
        std::fs::remove_dir_all(&root).expect("our own folder");
        let releases: Vec<_> =
            found.iter().map(|found| found.as_ref().map(|found| found.release.major)).collect();
        assert_eq!(folders.len(), 5, "{folders:?}");
        assert_eq!(releases, [None, None, None, Some(14), None]);
    }
}
