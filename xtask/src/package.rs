//! `cargo xtask package`: what would be published of each crate is whole, holds nothing else, and compiles by itself.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::environment;
use crate::report::{Failure, note};

/// The crates that are published, each after those that it depends on.
const CRATES: [&str; 5] =
    ["cucurbit-derive", "cucurbit-build", "cucurbit", "cucurbit-sea-orm", "cucurbit-cli"];

/// What every package holds beside its source: `cargo package` adds its own manifests, and the lock file of a program.
const BESIDE: [&str; 7] = [
    ".cargo_vcs_info.json",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
];

/// Lists the files of each package, then builds all of them as their users would; `--list` only lists.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let builds = match arguments {
        [] => true,
        [one] if one == "--list" => false,
        _ => return Err(Failure::new("`package` takes nothing but `--list`")),
    };
    for name in CRATES {
        look_through(name, &listed(name)?)?;
    }
    if !builds {
        return Ok(ExitCode::SUCCESS);
    }
    let mut command = environment::cargo();
    command.current_dir(crate::root()).args(["package", "--quiet", "--allow-dirty"]);
    command.args(CRATES.iter().flat_map(|name| ["--package", name]));
    Ok(crate::code(crate::status(&mut command)?))
}

/// Lists the files of a package.
fn listed(name: &str) -> Result<Vec<String>, Failure> {
    let mut command = environment::cargo();
    command.current_dir(crate::root()).args(["package", "--list", "--allow-dirty", "--package", name]);
    let output = command.output().map_err(|error| Failure::new(format!("cargo package: {error}")))?;
    if !output.status.success() {
        return Err(Failure::new(format!("{name}: {}", String::from_utf8_lossy(&output.stderr))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// Refuses a package that lacks what its readers need, or holds what is not theirs.
fn look_through(name: &str, files: &[String]) -> Result<(), Failure> {
    let wanted = BESIDE.iter().filter(|file| !file.starts_with(".cargo")).chain(&["src/"]);
    for file in wanted {
        if !files.iter().any(|listed| listed.starts_with(file)) {
            return Err(Failure::new(format!("{name}: the package lacks `{file}`")));
        }
    }
    let is_ours = |file: &&String| !file.starts_with("src/") && !BESIDE.contains(&file.as_str());
    if let Some(other) = files.iter().find(is_ours) {
        return Err(Failure::new(format!("{name}: the package holds `{other}`, which is not for its users")));
    }
    note(&format!("{name}: {} files", files.len()));
    Ok(())
}
