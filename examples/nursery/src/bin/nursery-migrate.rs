//! The command line for people: `cargo run -p nursery --bin nursery-migrate -- create --message "…"`.

use std::process::ExitCode;

use cucurbit::Env;
use nursery::{schema, versions};

fn main() -> ExitCode {
    let env = Env::new(versions::all()).project(env!("CARGO_MANIFEST_DIR")).models(schema);
    cucurbit::cli::run(env)
}
