//! `cargo xtask test`: the whole test suite, beside a PostgreSQL server, with Python at hand.

use std::ffi::OsString;
use std::process::{Command, ExitCode, Stdio};

use crate::environment;
use crate::postgres::Server;
use crate::report::{Failure, note};
use crate::{programs, python};

/// All tests but those in documentation, which nextest cannot run.
const NEXTEST: &[&str] = &["nextest", "run", "--workspace", "--all-features"];
/// The same, where nextest is not installed. The kinds are named to leave out those in documentation here too.
const PLAIN: &[&str] = &["test", "--workspace", "--all-features", "--lib", "--bins", "--tests", "--examples"];
/// The tests in documentation. With all features, as above: other features would build everything again.
const DOCUMENTATION: &[&str] = &["test", "--doc", "--workspace", "--all-features"];

/// Runs all tests, then those in documentation; with arguments, what the runner makes of them.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    python::ensure()?;
    programs::ensure()?;
    let server = Server::obtain()?;
    let runner = if has_nextest() { NEXTEST } else { PLAIN };
    let tests = beside(&server, runner, arguments)?;
    if tests != ExitCode::SUCCESS {
        return Ok(tests);
    }
    if !arguments.is_empty() {
        note("tests in documentation were not run: the arguments were for the runner of the others");
        return Ok(tests);
    }
    beside(&server, DOCUMENTATION, &[])
}

fn has_nextest() -> bool {
    let mut version = environment::cargo();
    version.args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}

fn beside(server: &Server, words: &[&str], arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let mut command: Command = environment::cargo();
    command.current_dir(crate::root()).args(words).args(arguments);
    server.pass_to(&mut command);
    let more: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    note(format!("cargo {} {}", words.join(" "), more.join(" ")).trim_end());
    crate::status(&mut command).map(crate::code)
}
