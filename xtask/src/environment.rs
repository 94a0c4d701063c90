//! The environment: what is read from it, and what is kept from the commands that we start.
//! No other file reads it.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Command;

/// The variable with the connection URL of the PostgreSQL server for tests.
pub(crate) const TEST_URL: &str = "CUCURBIT_TEST_POSTGRES_URL";

/// The connection URL of the PostgreSQL server for tests, if it is set.
pub(crate) fn test_url() -> Option<String> {
    let value = variable(TEST_URL)?;
    // A connection URL that is not UTF-8 is no connection URL: it is passed on to be refused by name.
    Some(value.to_string_lossy().into_owned()).filter(|url| !url.is_empty())
}

/// The folders in which commands are looked for.
pub(crate) fn search_path() -> Vec<PathBuf> {
    variable("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

/// The file of a command, when it is installed.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    search_path().into_iter().map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Cargo itself: the very one that runs us.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(variable("CARGO").unwrap_or_else(|| "cargo".into()));
    without_package(&mut command);
    command
}

/// Keeps from the command what `cargo run` says about the package `xtask`.
///
/// Build scripts watch such variables (ring's does); they would run again at every change between
/// `cargo xtask` and plain Cargo.
pub(crate) fn without_package(command: &mut Command) {
    without(command, |name| {
        ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|start| name.starts_with(start))
            || ["CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"].contains(&name)
    });
}

/// Keeps from the command the settings of libpq (`PGHOST`, `PGSSLMODE`, …): they belong to some other server.
pub(crate) fn without_postgres(command: &mut Command) {
    without(command, |name| name.starts_with("PG"));
}

#[expect(clippy::disallowed_methods, reason = "names are taken out of the environment, no value is read")]
fn without(command: &mut Command, is_unwanted: impl Fn(&str) -> bool) {
    let unwanted = |name: &OsString| name.to_str().is_some_and(&is_unwanted);
    for name in std::env::vars_os().map(|(name, _)| name).filter(unwanted) {
        command.env_remove(name);
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place of this program that reads the environment")]
fn variable(name: impl AsRef<OsStr>) -> Option<OsString> {
    std::env::var_os(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_says_about_a_package_is_kept_from_commands() {
        let mut command = Command::new("env");
        without_package(&mut command);
        let removed: Vec<_> = command.get_envs().filter(|(_, value)| value.is_none()).collect();
        assert!(removed.iter().any(|(name, _)| *name == "CARGO_PKG_NAME"), "{removed:?}");
        assert!(
            !removed.iter().any(|(name, _)| *name == "CARGO" || *name == "CARGO_TARGET_DIR"),
            "{removed:?}"
        );
    }

    #[test]
    fn an_installed_command_is_found_by_its_name() {
        assert!(installed("sh").is_some());
        assert_eq!(installed("no-such-command-anywhere"), None);
    }
}
