//! The guard: a second process of this program that ends a throw-away cluster when the first one ends.
//!
//! The standard library cannot catch a signal, and nothing can catch SIGKILL. The guard needs neither: it
//! waits for the end of its standard input, whose other side only the first process holds, so that every
//! end of that process is noticed. Ctrl-C in the terminal does not reach it: it is in a process group of its own.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use super::folder;
use super::owner::{self, Owner};
use crate::report::{Failure, note};

/// The word that makes this program a guard. Not for people.
pub(crate) const NAME: &str = "guard-postgres";

/// A running guard; dropping it ends the cluster, and waits for that.
#[derive(Debug)]
pub(super) struct Guard {
    process: Child,
    folder: PathBuf,
}

impl Guard {
    /// Starts a guard, which makes the folder of a cluster.
    pub(super) fn start(binaries: &Path, owner: &Owner) -> Result<Self, Failure> {
        let cannot = |error| Failure::new(format!("cannot start a guard over the server: {error}"));
        let (user, group) = match owner {
            Owner::Me => (String::new(), String::new()),
            Owner::Other { user, group } => (user.to_string(), group.to_string()),
        };
        let mut command = Command::new(std::env::current_exe().map_err(cannot)?);
        command.arg(NAME).arg(binaries).args([user, group]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        // Made before anything can fail: dropping it waits for the process.
        let mut guard = Self { process: command.spawn().map_err(cannot)?, folder: PathBuf::new() };
        let mut line = String::new();
        if let Some(output) = guard.process.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(cannot)?;
        }
        match line.strip_suffix('\n') {
            Some(folder) => guard.folder = PathBuf::from(folder),
            None => return Err(Failure::new("the guard over the server has ended")),
        }
        Ok(guard)
    }

    /// The folder of the cluster.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        match self.process.wait() {
            Ok(status) if status.success() => note("PostgreSQL is stopped, and its folder removed"),
            Ok(status) => {
                note(&format!("the guard over PostgreSQL in `{}` failed ({status})", self.folder.display()))
            }
            Err(error) => {
                note(&format!("cannot wait for the guard over `{}`: {error}", self.folder.display()))
            }
        }
    }
}

/// The guard's own life: makes the folder and prints its path; waits; ends the cluster.
pub(crate) fn guard(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let [binaries, user, group] = arguments else {
        return Err(Failure::new(format!("`{NAME}` is not for people")));
    };
    let owner = owner(user, group)?;
    let folder = folder::make(&owner)?;
    // Printing by `println!` would panic, and leave the folder, if the first process is gone already.
    let told = writeln!(std::io::stdout(), "{}", folder.display());
    if told.is_ok() {
        // An input that cannot be read is at its end too.
        let _end = std::io::stdin().read_to_end(&mut Vec::new());
    }
    end(&folder, Path::new(binaries), &owner)?;
    Ok(ExitCode::SUCCESS)
}

fn owner(user: &OsStr, group: &OsStr) -> Result<Owner, Failure> {
    if user.is_empty() {
        return Ok(Owner::Me);
    }
    let number = |text: &OsStr| text.to_str().and_then(|text| text.parse().ok());
    match (number(user), number(group)) {
        (Some(user), Some(group)) => Ok(Owner::Other { user, group }),
        (_, _) => Err(Failure::new(format!("{} and {} are not numbers", user.display(), group.display()))),
    }
}

/// Stops the server and removes its folder.
///
/// The first process may have been killed while `initdb` or `pg_ctl` ran, and they may still write: hence
/// the repetition. A server whose folder is gone ends by itself within a minute.
fn end(folder: &Path, binaries: &Path, owner: &Owner) -> Result<(), Failure> {
    let mut tries = 50;
    loop {
        if folder.join("data/postmaster.pid").exists() {
            let mut stop = owner.command(&binaries.join("pg_ctl"), folder);
            // Nothing is worth a clean shutdown.
            stop.args(["stop", "--pgdata=data", "--mode=immediate", "--wait", "--timeout=20", "--silent"]);
            match owner::run(&mut stop) {
                Ok(_) => {}
                Err(failure) if tries == 1 => note(&failure.to_string()),
                Err(_) => {}
            }
        }
        match std::fs::remove_dir_all(folder) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                tries -= 1;
                if tries == 0 {
                    return Err(Failure::new(format!("cannot remove `{}`: {error}", folder.display())));
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }
}
