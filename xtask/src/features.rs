//! `cargo xtask features`: `cucurbit-sea-orm` compiles whatever features of SeaORM a project turns on.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::environment;
use crate::report::{Failure, note};

/// SeaORM's features.
///
/// Left out are parts of others (`sqlx-dep`), those of its own development and of its twin without async (`rusqlite`, `sync`,
/// `tests-cfg`, `tests-features`, `sea-orm-internal`), which do not compile beside sqlx, those that need the system's OpenSSL
/// (`…-native-tls`), and `proxy`, which SeaORM 2.0.4 does not compile with where a driver of sqlx is on, too.
const FEATURES: [&str; 34] = [
    "debug-print",
    "entity-registry",
    "json-array",
    "macros",
    "mariadb-use-returning",
    "mock",
    "postgres-array",
    "postgres-use-serial-pk",
    "postgres-vector",
    "rbac",
    "runtime-tokio",
    "runtime-tokio-rustls",
    "schema-sync",
    "seaography",
    "serde",
    "sqlite-no-row-value-before-3_15",
    "sqlite-use-returning-for-3_35",
    "sqlx-all",
    "sqlx-mysql",
    "sqlx-postgres",
    "sqlx-sqlite",
    "stream",
    "tracing-spans",
    "with-arrow",
    "with-bigdecimal",
    "with-chrono",
    "with-ipnetwork",
    "with-json",
    "with-mac_address",
    "with-rust_decimal",
    "with-time",
    "with-uuid",
    "runtime-async-std",
    "runtime-async-std-rustls",
];

/// Checks the crate without features, with SeaORM's default ones and with all of them; with `--each`, by each one alone, too.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let each = match arguments {
        [] => false,
        [one] if one == "--each" => true,
        _ => return Err(Failure::new("`features` takes nothing but `--each`")),
    };
    let mut sets = vec![Vec::new(), vec!["default"], FEATURES.to_vec()];
    if each {
        sets.extend(FEATURES.map(|feature| vec![feature]));
    }
    for set in sets {
        for ours in [&["--no-default-features"][..], &[]] {
            let code = check(&set, ours)?;
            if code != ExitCode::SUCCESS {
                return Ok(code);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Checks the crate with features of SeaORM's.
fn check(features: &[&str], ours: &[&str]) -> Result<ExitCode, Failure> {
    let features: Vec<String> = features.iter().map(|feature| format!("sea-orm/{feature}")).collect();
    let features = features.join(",");
    let mut command = environment::cargo();
    command.current_dir(crate::root()).args(["check", "--quiet", "--package", "cucurbit-sea-orm"]);
    command.args(ours).args(["--features", &features]);
    note(format!("cucurbit-sea-orm {} {features}", ours.join(" ")).trim_end());
    crate::status(&mut command).map(crate::code)
}
