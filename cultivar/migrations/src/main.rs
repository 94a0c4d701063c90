//! CultivAR's migrations: the history, the models that it leads to, and the command line.

use std::process::ExitCode;

use cucurbit::Env;

mod versions {
    cucurbit::include_versions!();
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let env = Env::new(versions::all()).project(env!("CARGO_MANIFEST_DIR")).models(cultivar_models::schema);
    cucurbit::cli::main(env).await
}
