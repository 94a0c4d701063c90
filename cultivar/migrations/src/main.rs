//! The command line of CultivAR's migrations.

use std::process::ExitCode;

fn main() -> ExitCode {
    cucurbit::cli::run(cultivar_migrations::env())
}
