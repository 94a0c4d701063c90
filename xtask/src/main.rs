//! The project's chores, run as `cargo xtask …`: the words, and nothing else.
//!
//! | file | what lives there |
//! |---|---|
//! | `apt.rs` | Debian's packages installed, where we may |
//! | `bench/` | `bench`: Cucurbit beside Alembic and bare SQL |
//! | `book.rs` | `book`: the book of `docs/`, and its links |
//! | `environment.rs` | the only reader of the environment |
//! | `features.rs` | `features`: the crate for SeaORM, with each of SeaORM's features |
//! | `format.rs` | `fmt`: rustfmt over everything, revision scripts included |
//! | `matrix.rs` | `matrix`: the tests on every supported PostgreSQL |
//! | `postgres/` | a PostgreSQL server for the tests: found, started, stopped |
//! | `package.rs` | `package`: what would be published of each crate |
//! | `programs.rs` | Debian's programs that the tests run |
//! | `python.rs` | Python with `venv`, for the tests beside Alembic |
//! | `quickstart/` | `quickstart`: what README.md prints for a new project, run as it stands there |
//! | `report.rs` | failures, and the only printing |
//! | `test.rs` | `test`: the whole test suite beside a server |

mod apt;
mod bench;
mod book;
mod environment;
mod features;
mod format;
mod matrix;
mod package;
mod postgres;
mod programs;
mod python;
mod quickstart;
mod report;
mod test;

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus};

use postgres::Server;
use report::Failure;

const USAGE: &str = "\
The project's chores. Usage:

  cargo xtask test [[--] ARGUMENTS]      all tests, beside a PostgreSQL server
  cargo xtask postgres -- COMMAND …      any command beside a PostgreSQL server
  cargo xtask postgres                   a PostgreSQL server until Enter is pressed; prints its connection URL
  cargo xtask fmt [--check]              rustfmt over all code, revision scripts included
  cargo xtask features [--each]          cucurbit-sea-orm compiles with SeaORM's features: none, default, all; or each one
  cargo xtask package [--list]           the crates as they would be published: their files, and that they compile
  cargo xtask book                       the book of docs/ into target/book, by mdBook, with its links followed
  cargo xtask quickstart [NAME …]        what README.md prints for a new project, from an empty folder to a database
  cargo xtask bench [--quick] [--write] [SUBJECT …]
                                         Cucurbit beside Alembic and bare SQL; --write: into docs/PERFORMANCE.md
  cargo xtask matrix [--write] [RELEASE …]
                                         the tests on PostgreSQL 13 to 18; --write: into docs/SUPPORT.md

ARGUMENTS go to `cargo nextest run` (or `cargo test`, where nextest is not installed) in place of the
full run: names of tests, say. The server is the one of CUCURBIT_TEST_POSTGRES_URL, else a throw-away
one made from the PostgreSQL that is installed; commands find its connection URL in that variable.";

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(failure) => {
            failure.report();
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let Some((chore, rest)) = arguments.split_first() else {
        report::note(USAGE);
        return Ok(ExitCode::from(2));
    };
    match chore.to_str() {
        Some("test") => test::run(after_dashes(rest)),
        Some("postgres") => beside_postgres(after_dashes(rest)),
        Some("fmt") => format::run(rest),
        Some("features") => features::run(rest),
        Some("package") => package::run(rest),
        Some("book") => book::run(rest),
        Some("quickstart") => quickstart::run(rest),
        Some("bench") => bench::run(rest),
        Some("matrix") => matrix::run(rest),
        Some(postgres::GUARD) => postgres::guard(rest),
        Some("help" | "--help" | "-h") => {
            report::print(USAGE);
            Ok(ExitCode::SUCCESS)
        }
        Some(_) | None => {
            report::note(&format!("there is no chore {}\n\n{USAGE}", chore.display()));
            Ok(ExitCode::from(2))
        }
    }
}

/// The arguments without the `--` that may stand before them.
fn after_dashes(arguments: &[OsString]) -> &[OsString] {
    match arguments.split_first() {
        Some((first, rest)) if first == "--" => rest,
        Some(_) | None => arguments,
    }
}

/// `cargo xtask postgres`: runs the command, or waits for a person, beside a server.
fn beside_postgres(command: &[OsString]) -> Result<ExitCode, Failure> {
    let server = Server::obtain()?;
    let Some((program, arguments)) = command.split_first() else {
        report::print(server.url());
        report::note("Enter (or the end of the input) ends it");
        // A closed input is an end as good as Enter.
        let _line_or_end = std::io::stdin().read_line(&mut String::new());
        return Ok(ExitCode::SUCCESS);
    };
    let mut command = Command::new(program);
    command.args(arguments);
    server.pass_to(&mut command);
    Ok(code(status(&mut command)?))
}

/// Runs the command to its end, with our input and outputs.
fn status(command: &mut Command) -> Result<ExitStatus, Failure> {
    let program = command.get_program().display().to_string();
    command.status().map_err(|error| Failure::new(format!("cannot run `{program}`: {error}")))
}

/// The status as our own; a signal becomes 128 and its number, as in a shell.
fn code(status: ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt;
    let number = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    number.and_then(|number| u8::try_from(number).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// The folder of the workspace.
fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().expect("xtask/ lies in the workspace's folder")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_before_the_arguments_are_optional_and_only_the_first_are_ours() {
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(after_dashes(&words(&["--", "a", "--"])), words(&["a", "--"]));
        assert_eq!(after_dashes(&words(&["a", "--", "b"])), words(&["a", "--", "b"]));
        assert!(after_dashes(&words(&["--"])).is_empty());
    }

    #[test]
    fn the_status_of_a_command_is_ours() {
        let ended = |script: &str| code(status(Command::new("sh").args(["-c", script])).expect("sh"));
        assert_eq!(ended("exit 0"), ExitCode::SUCCESS);
        assert_eq!(ended("exit 101"), ExitCode::from(101));
        assert_eq!(ended("kill -TERM $$"), ExitCode::from(143));
    }

    #[test]
    fn an_unknown_chore_is_a_usage_error() {
        assert_eq!(run(&["tset".into()]).expect("no failure"), ExitCode::from(2));
        assert_eq!(run(&[]).expect("no failure"), ExitCode::from(2));
    }
}
