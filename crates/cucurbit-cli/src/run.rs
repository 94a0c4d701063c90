//! Which command is meant, and who runs it: this program, or the project's binary.

use std::{
    ffi::{OsStr, OsString},
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use clap::Parser as _;
use cucurbit::Env;

use crate::{
    arguments::{self, Own, OwnCommand},
    build::{build, execute},
    complete, drawing,
    error::Failure,
    init, project, scripts,
};

/// Runs what the words ask for.
pub(crate) async fn run(words: Vec<OsString>) -> Result<ExitCode, Failure> {
    let folder = std::env::current_dir().map_err(|source| Failure::Folder { source })?;
    let (package, words) = package(words);
    let Some(first) = words.get(after_colour(&words)).and_then(|word| word.to_str()) else {
        return match words.is_empty() {
            true => help(&[OsString::from("--help")]),
            false => of_project(&folder, package.as_deref(), &words).await,
        };
    };
    if !arguments::is_own(first) {
        return of_project(&folder, package.as_deref(), &words).await;
    }
    match Own::try_parse_from(with_name(&words)) {
        Ok(Own { command: OwnCommand::Init(said), .. }) => init::init(&folder, &said).await,
        Ok(Own { command: OwnCommand::ListTemplates, .. }) => {
            drop(io::stdout().write_all(arguments::templates().as_bytes()));
            Ok(ExitCode::SUCCESS)
        }
        Ok(Own { command: OwnCommand::Graph { file, versions }, .. }) => {
            let versions = match versions {
                Some(versions) => folder.join(versions),
                None => scripts::folder(&folder, package.as_deref())?,
            };
            drawing::draw(&scripts::graph(&versions)?, &file)?;
            Ok(ExitCode::SUCCESS)
        }
        Ok(Own { command: OwnCommand::Completions { shell }, .. }) => {
            let text = complete::registration(shell).map_err(|source| Failure::Folder { source })?;
            drop(io::stdout().write_all(&text));
            Ok(ExitCode::SUCCESS)
        }
        Ok(Own { command: OwnCommand::Man, .. }) => {
            let page = clap_mangen::Man::new(arguments::all());
            drop(page.render(&mut io::stdout()));
            Ok(ExitCode::SUCCESS)
        }
        Err(error) if error.use_stderr() && first != "help" => Err(Failure::Arguments(error)),
        // Help is about all commands.
        Err(_) => help(&words),
    }
}

/// Prints help about all commands.
fn help(words: &[OsString]) -> Result<ExitCode, Failure> {
    match arguments::all().try_get_matches_from(with_name(words)) {
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(Failure::Arguments(error)),
    }
}

/// Runs a command of the project that the folder is in; without one, those that need none.
async fn of_project(folder: &Path, package: Option<&str>, words: &[OsString]) -> Result<ExitCode, Failure> {
    if let Some(project) = project::find(folder, package)? {
        return execute(build(&project)?, words);
    }
    let matches = arguments::all().try_get_matches_from(with_name(words)).map_err(Failure::Arguments)?;
    match matches.subcommand_name() {
        Some("diff" | "inspect" | "script_template") => Ok(cucurbit::cli::main(Env::new(Vec::new())).await),
        Some(_) | None => Err(Failure::NoProject),
    }
}

/// Passes over `--color WHEN` at the front of the words: every command takes it.
fn after_colour(words: &[OsString]) -> usize {
    match words.first().and_then(|word| word.to_str()) {
        Some("--color") if words.len() > 2 => 2,
        Some(word) if word.starts_with("--color=") && words.len() > 1 => 1,
        Some(_) | None => 0,
    }
}

/// Takes `-p PACKAGE` from the front of the words: the project's binary does not know it.
fn package(mut words: Vec<OsString>) -> (Option<String>, Vec<OsString>) {
    let Some(first) = words.get(after_colour(&words)).and_then(|word| word.to_str()) else {
        return (None, words);
    };
    if let Some(package) = first.strip_prefix("--package=") {
        let package = package.to_owned();
        words.remove(0);
        return (Some(package), words);
    }
    if !matches!(first, "-p" | "--package") || words.len() < 2 {
        return (None, words);
    }
    let package = words.remove(1).to_string_lossy().into_owned();
    words.remove(0);
    (Some(package), words)
}

fn with_name(words: &[OsString]) -> impl Iterator<Item = &OsStr> {
    std::iter::once(OsStr::new("cucurbit")).chain(words.iter().map(OsString::as_os_str))
}
