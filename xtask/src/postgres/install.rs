//! Installing PostgreSQL where we may, or saying what to type.

use std::process::Command;

use crate::environment;
use crate::report::{Failure, note};

/// Installs PostgreSQL by apt-get, as root; else fails with what to type.
pub(super) fn install() -> Result<(), Failure> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"));
    if !is_root || environment::installed("apt-get").is_none() {
        return Err(advice());
    }
    note("no PostgreSQL is installed: installing it by apt-get");
    // Without a fresh list the package is often still known, and one broken source must not be in the way.
    match apt_get(&["update", "--quiet"]) {
        Ok(()) => {}
        Err(failure) => note(&format!("{failure}; going on")),
    }
    apt_get(&["install", "--yes", "--no-install-recommends", "postgresql"])
}

/// Runs apt-get, which asks nothing, and waits while somebody else installs something.
fn apt_get(arguments: &[&str]) -> Result<(), Failure> {
    let mut command = Command::new("apt-get");
    command.args(["--option", "DPkg::Lock::Timeout=300"]).args(arguments);
    command.env("DEBIAN_FRONTEND", "noninteractive").stdin(std::process::Stdio::null());
    // Its outputs are not for standard output, which is for results.
    command.stdout(std::io::stderr());
    let status = crate::status(&mut command)?;
    if !status.success() {
        return Err(Failure::new(format!("`apt-get {}` failed ({status})", arguments.join(" ")))
            .hint(format!("look at what it says above, or set `{}`", environment::TEST_URL)));
    }
    Ok(())
}

/// There is no PostgreSQL, and what to type on this machine.
pub(super) fn advice() -> Failure {
    Failure::new("the tests need a PostgreSQL server, and none is installed (initdb, pg_ctl and postgres, 13 or later)")
        .hint(format!(
            "type `{}`, or `export {}=postgresql://USER@HOST/DATABASE`",
            line(|name| environment::installed(name).is_some()),
            environment::TEST_URL
        ))
}

/// The line that installs PostgreSQL's server with the first package manager that there is.
fn line(is_installed: impl Fn(&str) -> bool) -> &'static str {
    let lines = [
        ("apt-get", "sudo apt-get install postgresql"),
        ("dnf", "sudo dnf install postgresql-server"),
        ("zypper", "sudo zypper install postgresql-server"),
        ("pacman", "sudo pacman -S postgresql"),
        ("apk", "sudo apk add postgresql"),
    ];
    let known = lines.into_iter().find(|(manager, _)| is_installed(manager));
    known.map_or("brew install postgresql", |(_, line)| line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_for_the_package_manager_that_is_there() {
        assert_eq!(line(|name| name == "apk"), "sudo apk add postgresql");
        assert_eq!(line(|name| ["pacman", "apt-get"].contains(&name)), "sudo apt-get install postgresql");
        assert_eq!(line(|_| false), "brew install postgresql");
    }
}
