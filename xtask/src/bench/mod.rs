//! `cargo xtask bench`: Cucurbit beside Alembic and beside bare SQL, in turns, in one run.
//!
//! | file | what lives there |
//! |---|---|
//! | `database.rs` | databases of the benchmarks, by `psql` and `sqlite3` |
//! | `machine.rs` | what was measured on |
//! | `measure.rs` | time and memory of processes, in turns |
//! | `project.rs` | the same history as a project of Cucurbit and one of Alembic |
//! | `subject.rs` | what is measured |
//! | `table.rs` | the table, and the bars of the design |
//!
//! What it builds and makes lies in the folder `bench` of the target folder.

mod database;
mod machine;
mod measure;
mod project;
mod subject;
mod table;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::postgres::Server;
use crate::report::{Failure, note, print};
use crate::{apt, environment, python};

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    /// Small numbers, few runs: to see that it works.
    is_quick: bool,
    /// Whether `docs/PERFORMANCE.md` is written.
    is_written: bool,
    /// The commit whose library is measured in turns with this one.
    before: Option<String>,
    /// The subjects; none is all.
    only: Vec<String>,
}

/// Measures, prints the table, and exits 1 when a bar is missed.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let options = options(arguments)?;
    for (program, package) in [("psql", "postgresql-client"), ("sqlite3", "sqlite3"), ("time", "time")] {
        if environment::installed(program).is_none() {
            if !apt::is_allowed() {
                return Err(
                    Failure::new(format!("`{program}` is missing")).hint(format!("install `{package}`"))
                );
            }
            apt::install(package)?;
        }
    }
    let folder = folder()?;
    std::fs::create_dir_all(&folder).failed(&folder)?;
    let venv = python::with_alembic(&folder.join("venv"))?;
    let server = Server::obtain()?;
    let before = options.before.as_deref().map(|commit| checkout(&folder, commit)).transpose()?;
    let Options { is_quick, only, .. } = &options;
    let bench = subject::Bench::prepare(folder, &venv, server.url(), before.as_deref(), *is_quick, only)?;
    let rows = bench.measure(only)?;
    let table = table::markdown(&rows);
    print(&table);
    if let Some(table) = table::beside_before(&rows) {
        print(&table);
    }
    if options.is_written {
        let file = crate::root().join("docs/PERFORMANCE.md");
        write(&file, &table, &machine::describe(&server_version(server.url())?))?;
        note(&format!("{} is written", file.display()));
    }
    let missed: Vec<String> = rows.iter().flat_map(table::Row::missed).collect();
    for bar in &missed {
        note(&format!("missed: {bar}"));
    }
    Ok(if missed.is_empty() || options.is_quick { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn options(arguments: &[OsString]) -> Result<Options, Failure> {
    let mut options = Options::default();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--quick") => options.is_quick = true,
            Some("--write") => options.is_written = true,
            Some("--before") => {
                let commit = arguments.next().and_then(|commit| commit.to_str());
                let commit = commit.ok_or_else(|| Failure::new("`--before` needs a commit"))?;
                options.before = Some(commit.to_owned());
            }
            Some(name) if subject::NAMES.contains(&name) => options.only.push(name.to_owned()),
            Some(_) | None => {
                return Err(Failure::new(format!(
                    "`cargo xtask bench` does not know {}",
                    argument.display()
                ))
                .hint(format!(
                    "`--quick`, `--write`, `--before COMMIT`, or some of: {}",
                    subject::NAMES.join(", ")
                )));
            }
        }
    }
    if options.is_written && (options.is_quick || !options.only.is_empty()) {
        return Err(Failure::new("only a whole run is written to docs/PERFORMANCE.md"));
    }
    Ok(options)
}

/// `bench` in the target folder, in which this program lies.
fn folder() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe().failed(Path::new("xtask"))?;
    let target = program.ancestors().nth(2);
    target.map(|target| target.join("bench")).ok_or_else(|| Failure::new("xtask lies in no target folder"))
}

/// The sources of a commit, in a folder of their own.
fn checkout(folder: &Path, commit: &str) -> Result<PathBuf, Failure> {
    let sources = folder.join("before");
    let git = |words: &[&str], folder: &Path| {
        let status = crate::status(Command::new("git").current_dir(folder).args(words))?;
        if !status.success() {
            return Err(Failure::new(format!("`git {}` failed ({status})", words.join(" "))));
        }
        Ok(())
    };
    if !sources.exists() {
        git(
            &["clone", "--quiet", "--shared", "--no-checkout", ".", &sources.to_string_lossy()],
            crate::root(),
        )?;
    }
    git(&["fetch", "--quiet"], &sources)?;
    git(&["checkout", "--quiet", "--detach", commit], &sources)?;
    Ok(sources)
}

fn server_version(url: &str) -> Result<String, Failure> {
    let mut psql = Command::new("psql");
    psql.args(["--no-psqlrc", "--no-align", "--tuples-only", "--command", "SHOW server_version", url]);
    let output = psql.output().failed(Path::new("psql"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The lines between which the figures stand in the document; what is around them is written by hand.
const BEGIN: &str = "<!-- figures: written by `cargo xtask bench --write` -->";
const END: &str = "<!-- end of the figures -->";

/// Puts the figures into the document.
fn write(file: &Path, table: &str, machine: &[String]) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file).failed(file)?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = parts else {
        return Err(Failure::new(format!("`{}` has no place for the figures", file.display())));
    };
    let date = Command::new("date").args(["--utc", "+%Y-%m-%d"]).output().failed(Path::new("date"))?;
    let date = String::from_utf8_lossy(&date.stdout).trim().to_owned();
    let figures = format!("Measured on {date}: {}.\n\n{table}", machine.join("; "));
    std::fs::write(file, format!("{before}{BEGIN}\n{figures}\n{END}{after}")).failed(file)
}

/// Says which file or program an error of the system is about.
trait Failed<T> {
    fn failed(self, what: &Path) -> Result<T, Failure>;
}

impl<T> Failed<T> for std::io::Result<T> {
    fn failed(self, what: &Path) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(format!("`{}`: {error}", what.display())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_known_or_refused() {
        let typed = |words: &[&str]| options(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(typed(&[]).expect("all"), Options::default());
        let quick = Options { is_quick: true, only: vec!["check".to_owned()], ..Options::default() };
        assert_eq!(typed(&["--quick", "check"]).expect("known"), quick);
        let before = Options { before: Some("v0.1".to_owned()), ..Options::default() };
        assert_eq!(typed(&["--before", "v0.1"]).expect("known"), before);
        assert!(typed(&["--before"]).is_err());
        assert!(typed(&["--quik"]).is_err() && typed(&["--quick", "--write"]).is_err());
    }
}
