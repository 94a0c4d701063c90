//! Installing PostgreSQL where we may, or saying what to type.

use crate::apt;
use crate::environment;
use crate::report::Failure;

/// Installs PostgreSQL by apt-get, as root; else fails with what to type.
pub(super) fn install() -> Result<(), Failure> {
    if !apt::is_allowed() {
        return Err(advice());
    }
    apt::install("postgresql")
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
