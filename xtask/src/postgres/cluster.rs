//! A throw-away cluster: made, configured for tests and started. `guard.rs` ends it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::binaries::Binaries;
use super::guard::Guard;
use super::owner::{self, Owner};
use super::url::{self, Place};
use crate::report::{Failure, note};

/// A running cluster of our own; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Cluster {
    url: String,
    release: String,
    /// Held for its end.
    _guard: Guard,
}

impl Cluster {
    /// Makes a cluster and starts it on a port of its own.
    pub(super) fn start(binaries: Binaries, owner: Owner) -> Result<Self, Failure> {
        // First of all: it makes the folder, so that from its first moment on nothing is left behind.
        let guard = Guard::start(&binaries.folder, &owner)?;
        let cluster = Files { folder: guard.folder().to_owned(), binaries, owner };
        cluster.initialise()?;
        let port = cluster.start()?;

        let place = Place::Tcp { host: "127.0.0.1".to_owned(), port };
        url::first_that_answers(&[place]).map_err(|problem| {
            Failure::new(format!("the server was started, but does not answer: {problem}"))
        })?;
        let Files { folder, binaries, owner: _ } = &cluster;
        note(&format!(
            "PostgreSQL {} of {} on 127.0.0.1:{port}, in {}",
            binaries.release,
            binaries.folder.display(),
            folder.display()
        ));
        let release = binaries.release.text().to_owned();
        Ok(Self { url: format!("postgresql://postgres@127.0.0.1:{port}/postgres"), release, _guard: guard })
    }

    pub(super) fn release(&self) -> &str {
        &self.release
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

/// Where a cluster is, with what and by whom it runs.
struct Files {
    folder: PathBuf,
    binaries: Binaries,
    owner: Owner,
}

impl Files {
    fn run<A: AsRef<OsStr>>(&self, program: &str, arguments: &[A]) -> Result<(), Failure> {
        let mut command = self.owner.command(&self.binaries.folder.join(program), &self.folder);
        owner::run(command.args(arguments)).map(|_| ())
    }

    fn initialise(&self) -> Result<(), Failure> {
        let options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];
        self.run("initdb", &[&["--pgdata=data"], options.as_slice()].concat())
    }

    /// Starts the server on a free port, which it returns.
    fn start(&self) -> Result<u16, Failure> {
        let configuration = self.folder.join("data/postgresql.conf");
        let log = self.folder.join("log");
        let failed = |error| Failure::new(format!("cannot set up `{}`: {error}", self.folder.display()));
        let as_initialised = std::fs::read_to_string(&configuration).map_err(failed)?;
        let mut tries = 5;
        loop {
            let port = free_port().map_err(failed)?;
            // Written over, so that it stays the owner's file.
            let text = as_initialised.clone() + &settings(&self.folder, port);
            std::fs::write(&configuration, text).map_err(failed)?;
            let Err(failure) = self.run(
                "pg_ctl",
                &["start", "--pgdata=data", "--log=log", "--wait", "--timeout=60", "--silent"],
            ) else {
                return Ok(port);
            };
            let words = std::fs::read_to_string(&log).unwrap_or_default();
            tries -= 1;
            // Another process may have taken the port in between.
            if tries == 0 || !words.contains("Address already in use") {
                return Err(Failure::new(format!("PostgreSQL does not start: {failure}\n{}", words.trim())));
            }
            std::fs::remove_file(&log).map_err(failed)?;
        }
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// What the tests need: many connections, no care for a crash, and no trace of this machine.
fn settings(folder: &Path, port: u16) -> String {
    let settings = [
        ("listen_addresses", "127.0.0.1".to_owned()),
        ("port", port.to_string()),
        // A list: commas and blanks are literal only inside of quotes.
        ("unix_socket_directories", format!("\"{}\"", folder.display())),
        ("fsync", "off".to_owned()),
        ("synchronous_commit", "off".to_owned()),
        ("full_page_writes", "off".to_owned()),
        ("max_connections", "200".to_owned()),
        ("timezone", "UTC".to_owned()),
        ("log_timezone", "UTC".to_owned()),
    ];
    let line = |(name, value): &(&str, String)| format!("{name} = '{}'\n", value.replace('\'', "''"));
    "\n".to_owned() + &settings.iter().map(line).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_quoted() {
        let text = settings(Path::new("/tmp/it's a, b"), 5433);
        assert!(text.contains("\nunix_socket_directories = '\"/tmp/it''s a, b\"'\n"), "{text}");
        assert!(text.contains("\nport = '5433'\n"), "{text}");
        assert!(text.contains("\nlog_timezone = 'UTC'\n"), "{text}");
    }
}
