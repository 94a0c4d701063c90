//! The command line for people: `cargo run -p greenhouse --bin greenhouse-migrate -- create --message "…"`.

use std::process::ExitCode;

use cucurbit::Env;

fn main() -> ExitCode {
    let env =
        Env::new(greenhouse::versions::all()).project(env!("CARGO_MANIFEST_DIR")).models(greenhouse::models);
    cucurbit::cli::run(env)
}
