//! The user a throw-away server runs as. PostgreSQL's programs refuse to run as root.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::environment;
use crate::report::{Failure, note};

/// Who runs the programs of the server and owns its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The user who runs this program.
    Me,
    /// An ordinary user in place of root.
    Other { user: u32, group: u32 },
}

impl Owner {
    /// Ourselves; as root the first of `postgres` and `nobody` that there is, else a user made for this.
    pub(super) fn choose() -> Result<Self, Failure> {
        if id(&["-u"])? != 0 {
            return Ok(Self::Me);
        }
        let mut problems = Vec::new();
        for name in ["postgres", "nobody"] {
            match Self::named(name) {
                Ok(owner) => return Ok(owner),
                Err(problem) => problems.push(problem.to_string()),
            }
        }
        make("cucurbit-test").and_then(|()| Self::named("cucurbit-test")).map_err(|problem| {
            problems.push(problem.to_string());
            Failure::new(format!(
                "PostgreSQL does not run as root, and no other user will do: {}",
                problems.join("; ")
            ))
            .hint(format!("run this as an ordinary user, or set `{}`", environment::TEST_URL))
        })
    }

    /// The user of that name, when root may become that user (in some containers it may not).
    fn named(name: &str) -> Result<Self, Failure> {
        let owner = Self::Other { user: id(&["-u", name])?, group: id(&["-g", name])? };
        if matches!(owner, Self::Other { user: 0, .. }) {
            return Err(Failure::new(format!("the user `{name}` is root")));
        }
        let here = owner.command(Path::new("true"), Path::new("/")).status();
        here.map_err(|error| Failure::new(format!("cannot become `{name}`: {error}")))?;
        Ok(owner)
    }

    /// A command to be run by the owner in the folder.
    ///
    /// Neither libpq's settings nor the user's language reach it: its messages are looked at.
    pub(super) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env("LC_ALL", "C").stdin(std::process::Stdio::null());
        environment::without_postgres(&mut command);
        environment::without_package(&mut command);
        match self {
            Self::Me => {}
            // Other groups of root are given up with this (`CommandExt::uid`, std).
            Self::Other { user, group } => {
                command.uid(*user).gid(*group);
            }
        }
        command
    }

    /// Gives the file or folder to the owner.
    pub(super) fn take(&self, path: &Path) -> std::io::Result<()> {
        match self {
            Self::Me => Ok(()),
            Self::Other { user, group } => std::os::unix::fs::chown(path, Some(*user), Some(*group)),
        }
    }
}

fn id(arguments: &[&str]) -> Result<u32, Failure> {
    let output = run(Command::new("id").args(arguments))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.trim().parse().map_err(|_| Failure::new(format!("`id {}` answered {text:?}", arguments.join(" "))))
}

/// Makes a system user without a home: by shadow's `useradd`, else by BusyBox's `adduser`.
fn make(name: &str) -> Result<(), Failure> {
    let mut command = if environment::installed("useradd").is_some() {
        let mut command = Command::new("useradd");
        command.args(["--system", "--no-create-home", name]);
        command
    } else {
        let mut command = Command::new("adduser");
        command.args(["-S", "-D", "-H", name]);
        command
    };
    run(&mut command)?;
    note(&format!("made the user `{name}` to run PostgreSQL, which refuses to run as root"));
    Ok(())
}

/// Runs the command to its end; what it wrote to standard error becomes the failure.
pub(super) fn run(command: &mut Command) -> Result<Output, Failure> {
    let program = command.get_program().display().to_string();
    let output =
        command.output().map_err(|error| Failure::new(format!("cannot run `{program}`: {error}")))?;
    if output.status.success() {
        return Ok(output);
    }
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Failure::new(format!("`{program}` failed ({}): {words}", output.status)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_never_root() {
        let owner = Owner::choose().expect("an owner");
        let output = run(owner.command(Path::new("id"), Path::new("/")).arg("-u")).expect("id");
        assert_ne!(String::from_utf8_lossy(&output.stdout).trim(), "0", "{owner:?}");
    }

    #[test]
    fn a_user_that_is_not_there_or_is_root_is_not_taken() {
        let problem = Owner::named("no-such-user-here").expect_err("no user").to_string();
        assert!(problem.contains("no-such-user-here"), "{problem}");
        let problem = Owner::named("root").expect_err("root").to_string();
        assert!(problem.contains("is root"), "{problem}");
    }
}
