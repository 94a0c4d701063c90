//! A PostgreSQL server for the tests: found, started and stopped.
//!
//! Tests on PostgreSQL are never left out for want of a server. In this order: the server of
//! `CUCURBIT_TEST_POSTGRES_URL`; a throw-away cluster of the PostgreSQL that is installed; the same after
//! installing it, where we may (root, with apt-get); else a failure that says what to type.
//!
//! | file | what lives there |
//! |---|---|
//! | `url.rs` | a connection URL: where it leads, and whether PostgreSQL answers there |
//! | `binaries.rs` | where the server's programs are |
//! | `cluster.rs` | a throw-away cluster: made, configured, started |
//! | `folder.rs` | where its folder can be |
//! | `guard.rs` | a second process that makes the folder, and stops the cluster and removes it, whatever becomes of us |
//! | `install.rs` | installing PostgreSQL, or saying how to |
//! | `owner.rs` | the user a server runs as: root may not |

mod binaries;
mod cluster;
mod folder;
mod guard;
mod install;
mod owner;
mod url;

pub(crate) use guard::{NAME as GUARD, guard};

use std::path::PathBuf;
use std::process::Command;

use crate::environment;
use crate::report::{Failure, note};
use binaries::Binaries;
use cluster::Cluster;
use owner::Owner;

/// A PostgreSQL server that answers. A throw-away one ends when this is dropped.
#[derive(Debug)]
pub(crate) enum Server {
    /// The user's own server, to be left alone.
    Given {
        /// Its connection URL.
        url: String,
    },
    /// Ours.
    ThrowAway(Cluster),
}

impl Server {
    /// Finds a server, or starts one.
    pub(crate) fn obtain() -> Result<Self, Failure> {
        match environment::test_url() {
            Some(url) => Self::given(url),
            None => Self::throw_away(),
        }
    }

    fn given(url: String) -> Result<Self, Failure> {
        let places = url::places(&url).map_err(|problem| {
            Failure::new(format!(
                "`{}` is not a connection URL of PostgreSQL: {problem}",
                environment::TEST_URL
            ))
        })?;
        let place = url::first_that_answers(&places).map_err(|problem| {
            let variable = environment::TEST_URL;
            Failure::new(format!("no PostgreSQL answers at the connection URL in `{variable}`: {problem}"))
                .hint(format!("start that server, or `unset {variable}` to use a temporary one"))
        })?;
        note(&format!("PostgreSQL of `{}` answers at {place}", environment::TEST_URL));
        Ok(Self::Given { url })
    }

    fn throw_away() -> Result<Self, Failure> {
        let mut owner = Owner::choose()?;
        let binaries = match Binaries::find(&owner) {
            Some(binaries) => binaries,
            None => {
                install::install()?;
                // The package brings its own user.
                owner = Owner::choose()?;
                Binaries::find(&owner).ok_or_else(install::advice)?
            }
        };
        Cluster::start(binaries, owner).map(Self::ThrowAway)
    }

    /// Starts a throw-away server of a release that is installed; none if it is not.
    pub(crate) fn installed(major: u32) -> Result<Option<Self>, Failure> {
        let owner = Owner::choose()?;
        match Binaries::find_release(&owner, major) {
            Some(binaries) => Cluster::start(binaries, owner).map(|cluster| Some(Self::ThrowAway(cluster))),
            None => Ok(None),
        }
    }

    /// Starts a throw-away server by the programs in a folder.
    pub(crate) fn of_programs(folder: PathBuf) -> Result<Self, Failure> {
        let owner = Owner::choose()?;
        let place = folder.display().to_string();
        let binaries = Binaries::of(folder, &owner)
            .ok_or_else(|| Failure::new(format!("the programs in `{place}` are no server that runs here")))?;
        Cluster::start(binaries, owner).map(Self::ThrowAway)
    }

    /// What the server's own program says of its release; nothing of the user's own server.
    pub(crate) fn release(&self) -> &str {
        match self {
            Self::Given { .. } => "",
            Self::ThrowAway(cluster) => cluster.release(),
        }
    }

    /// The connection URL of a superuser's database on it.
    pub(crate) fn url(&self) -> &str {
        match self {
            Self::Given { url } => url,
            Self::ThrowAway(cluster) => cluster.url(),
        }
    }

    /// Lets the command find the server.
    pub(crate) fn pass_to(&self, command: &mut Command) {
        match self {
            // Such a connection URL may count on libpq's variables (a password, say).
            Self::Given { .. } => {}
            Self::ThrowAway(_) => environment::without_postgres(command),
        }
        environment::without_package(command);
        command.env(environment::TEST_URL, self.url());
    }
}
