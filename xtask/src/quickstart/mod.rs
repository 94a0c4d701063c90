//! `cargo xtask quickstart`: what README.md prints under "Start a project" is run as it stands there, in an empty folder,
//! with an empty target folder, and leads to a migrated database.
//!
//! | file | what lives there |
//! |---|---|
//! | `page.rs` | what README.md prints |

mod page;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::environment;
use crate::postgres::Server;
use crate::report::{Failure, note};
use page::{Page, Quickstart};

/// The folder that every quickstart makes.
const PROJECT: &str = "garden";

/// The tables that every quickstart leads to.
const TABLES: [&str; 2] = ["bed", "plant"];

/// The first line of the installation, which is not run: the clone is the one that we are in.
const CLONE: &str = "git clone https://github.com/cucurbit-rs/cucurbit\n";

/// Stands before the commands of a quickstart. Before each of them the project's lock file is made to hold the releases of
/// our own, so that a run in a year builds what a run of today builds: Cargo takes the newest releases else, and keeps
/// only those that it needs so far. A reader of the page has no such file, and takes the newest.
const BEFORE: &str = r#"trap '[ ! -f Cargo.toml ] || cp "$QUICKSTART_LOCK_FILE" Cargo.lock' DEBUG"#;

/// Runs the quickstarts that are named, or all.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let names: Vec<String> = arguments.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    let readme = crate::root().join("README.md");
    let text = std::fs::read_to_string(&readme)
        .map_err(|error| Failure::new(format!("cannot read `{}`: {error}", readme.display())))?;
    let mut page = Page::read(&text)?;
    page.choose(&names)?;
    let server = Server::obtain()?;
    let ground = Ground::make()?;
    let installed = ground.install(&page.install)?;
    let mut lines = vec![format!("the program: installed in {} s", installed.as_secs())];
    for quickstart in &page.quickstarts {
        note(&format!("{} ...", quickstart.name));
        let took = ground.follow(quickstart)?;
        ground.look_at_postgres(server.url())?;
        let Quickstart { name, commands, .. } = quickstart;
        lines.push(format!("{name}: {commands} commands, {} s from the bare folder", took.as_secs()));
    }
    lines.iter().for_each(|line| note(line));
    Ok(ExitCode::SUCCESS)
}

/// A folder with the clone in it, as the reader of the page has one; it is removed at the end.
struct Ground {
    folder: PathBuf,
}

impl Drop for Ground {
    fn drop(&mut self) {
        // What cannot be removed is in the system's own folder for such things.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

impl Ground {
    /// Makes the folder: outside of our workspace, which would take new packages for its own.
    fn make() -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("cucurbit-quickstart-{}", std::process::id()));
        let failed = |error| Failure::new(format!("cannot make `{}`: {error}", folder.display()));
        std::fs::create_dir_all(&folder).map_err(failed)?;
        std::os::unix::fs::symlink(crate::root(), folder.join("cucurbit")).map_err(failed)?;
        Ok(Self { folder })
    }

    /// Installs the program as the page says, into this folder. Its own build is kept for the next run.
    fn install(&self, commands: &str) -> Result<Duration, Failure> {
        let rest = commands.strip_prefix(CLONE).ok_or_else(|| {
            Failure::new(format!("README.md: the installation does not begin with `{}`", CLONE.trim()))
        })?;
        let mut command = self.shell(rest, &self.folder)?;
        command.env("CARGO_INSTALL_ROOT", self.installed());
        command.env("CARGO_TARGET_DIR", crate::root().join("target/quickstart"));
        timed(&mut command, "the installation")
    }

    fn installed(&self) -> PathBuf {
        self.folder.join("installed")
    }

    /// Runs the commands of a quickstart where nothing is, and looks at the SQLite database that they lead to.
    fn follow(&self, quickstart: &Quickstart) -> Result<Duration, Failure> {
        let project = self.folder.join(PROJECT);
        if project.exists() {
            std::fs::remove_dir_all(&project)
                .map_err(|error| Failure::new(format!("cannot remove `{}`: {error}", project.display())))?;
        }
        let mut command = self.shell(&format!("{BEFORE}\n{}", quickstart.script), &self.folder)?;
        let took = timed(&mut command, &quickstart.name)?;
        let databases = files(&project, OsStr::new("db"));
        let [database] = databases.as_slice() else {
            return Err(Failure::new(format!("{}: the databases are {databases:?}", quickstart.name)));
        };
        // SQLite keeps the text of a statement as it was: no driver of ours is asked.
        let text = std::fs::read(database)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .map_err(|error| Failure::new(format!("cannot read `{}`: {error}", database.display())))?;
        has_tables(&text, &quickstart.name)?;
        Ok(took)
    }

    /// Runs the revisions of the project on PostgreSQL, too: its binary is built for both.
    fn look_at_postgres(&self, server: &str) -> Result<(), Failure> {
        let (base, parameters) = server.split_once('?').unwrap_or((server, ""));
        let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
        let mark = if parameters.is_empty() { "" } else { "?" };
        let name = format!("cucurbit_quickstart_{}", std::process::id());
        let url = format!("{base}/{name}{mark}{parameters}");
        let project = self.folder.join(PROJECT);
        let asked = |words: &str| -> Result<String, Failure> {
            let mut command = self.shell(&format!("cucurbit {words}"), &project)?;
            let output = command.env("DATABASE_URL", &url).output();
            let output = output.map_err(|error| Failure::new(format!("cannot run bash: {error}")))?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr);
                return Err(Failure::new(format!(
                    "`cucurbit {words}` on PostgreSQL: {}\n{said}",
                    output.status
                )));
            }
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        };
        asked("database create")?;
        let looked = asked("upgrade").and_then(|_| asked("check")).and_then(|_| asked("inspect"));
        let dropped = asked("database drop --yes");
        has_tables(&looked?, "PostgreSQL")?;
        dropped.map(drop)
    }

    /// Commands as a person types them, one after the other while they succeed: with the program that is installed here,
    /// and nothing said by us about where to build or which database is meant.
    fn shell(&self, commands: &str, folder: &Path) -> Result<Command, Failure> {
        let folders = [self.installed().join("bin")].into_iter().chain(environment::search_path());
        let path = std::env::join_paths(folders).map_err(|error| Failure::new(error.to_string()))?;
        let mut command = Command::new("bash");
        environment::without_package(&mut command);
        command.args(["-e", "-c", commands]).current_dir(folder).env("PATH", path);
        command.env("QUICKSTART_LOCK_FILE", crate::root().join("Cargo.lock"));
        for name in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "DATABASE_URL", "ALEMBIC_DATABASE_URL"] {
            command.env_remove(name);
        }
        Ok(command)
    }
}

/// Runs a command to its end, which must be a good one.
fn timed(command: &mut Command, what: &str) -> Result<Duration, Failure> {
    let start = Instant::now();
    let status = crate::status(command)?;
    match status.success() {
        true => Ok(start.elapsed()),
        false => Err(Failure::new(format!("{what}: {status}"))),
    }
}

/// Insists that a text creates each of the tables.
fn has_tables(text: &str, place: &str) -> Result<(), Failure> {
    match TABLES.iter().find(|table| !text.contains(&format!("CREATE TABLE \"{table}\""))) {
        Some(table) => Err(Failure::new(format!("{place}: there is no table `{table}`"))),
        None => Ok(()),
    }
}

/// The files in a folder whose names end so, without what Cargo builds.
fn files(folder: &Path, ending: &OsStr) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path()).filter(|path| !path.ends_with("target"));
    paths
        .flat_map(|path| match path.is_dir() {
            true => files(&path, ending),
            false => Vec::from_iter(Some(path).filter(|path| path.extension() == Some(ending))),
        })
        .collect()
}
