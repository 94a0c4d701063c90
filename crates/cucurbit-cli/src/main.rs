//! The program `cucurbit`: one to install, for all projects.
//!
//! It has commands of its own, which build nothing (`init`, `graph`, `completions`, `man`), and hands every other one to the
//! project's own binary, which it builds first. What may not live here: what a command of a project does.

mod arguments;
mod build;
mod complete;
mod drawing;
mod error;
mod init;
mod project;
mod run;
mod scripts;

use std::{ffi::OsString, process::ExitCode};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    complete::answer();
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    cucurbit::cli::choose_colour(&words);
    match run::run(words).await {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
