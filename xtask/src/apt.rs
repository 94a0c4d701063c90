//! Installing Debian's packages, where we may.

use std::process::{Command, Stdio};

use crate::environment;
use crate::report::{Failure, note};

/// Tells whether packages may be installed: as root, where apt-get is.
pub(crate) fn is_allowed() -> bool {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"));
    is_root && environment::installed("apt-get").is_some()
}

/// Installs a package.
pub(crate) fn install(package: &str) -> Result<(), Failure> {
    note(&format!("{package} is not installed: installing it by apt-get"));
    // Without a fresh list the package is often still known, and one broken source must not be in the way.
    match apt_get(&["update", "--quiet"]) {
        Ok(()) => {}
        Err(failure) => note(&format!("{failure}; going on")),
    }
    apt_get(&["install", "--yes", "--no-install-recommends", package])
}

/// Runs apt-get, which asks nothing, and waits while another process installs something.
fn apt_get(arguments: &[&str]) -> Result<(), Failure> {
    let mut command = Command::new("apt-get");
    command.args(["--option", "DPkg::Lock::Timeout=300"]).args(arguments);
    command.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
    // Its outputs are not for standard output, which is for results.
    command.stdout(std::io::stderr());
    let status = crate::status(&mut command)?;
    if !status.success() {
        return Err(Failure::new(format!("`apt-get {}` failed ({status})", arguments.join(" ")))
            .hint("look at what it says above"));
    }
    Ok(())
}
