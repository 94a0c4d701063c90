//! Programs of Debian's that the tests run: pgbouncer, a pooler that mixes sessions, and jq, which the action for GitHub reads by.

use std::path::Path;

use crate::report::Failure;
use crate::{apt, environment};

/// Each is a package of the same name.
const NEEDED: [&str; 2] = ["jq", "pgbouncer"];

/// Makes sure that they are there. Debian puts pgbouncer where only root looks for programs.
pub(crate) fn ensure() -> Result<(), Failure> {
    let is_there =
        |name: &str| environment::installed(name).is_some() || Path::new("/usr/sbin").join(name).is_file();
    for name in NEEDED.into_iter().filter(|name| !is_there(name)) {
        if !apt::is_allowed() {
            return Err(Failure::new(format!("the tests need {name}, and it is not installed"))
                .hint(format!("type `sudo apt-get install {name}`")));
        }
        apt::install(name)?;
    }
    Ok(())
}
