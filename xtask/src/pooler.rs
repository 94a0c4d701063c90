//! pgbouncer, for the tests behind a pooler that mixes sessions.

use std::path::Path;

use crate::report::Failure;
use crate::{apt, environment};

/// Makes sure that it is there. Debian puts it where only root looks for programs.
pub(crate) fn ensure() -> Result<(), Failure> {
    if environment::installed("pgbouncer").is_some() || Path::new("/usr/sbin/pgbouncer").is_file() {
        return Ok(());
    }
    if !apt::is_allowed() {
        return Err(Failure::new("the tests need pgbouncer, and it is not installed")
            .hint("type `sudo apt-get install pgbouncer`"));
    }
    apt::install("pgbouncer")
}
