//! Completions of a shell: commands, options, and the revisions of the project that the working folder is in.
//!
//! What `completions SHELL` prints calls this program on each press of the key, with a variable set; revisions are then
//! read from the scripts, and nothing is built.

use std::io;

use clap::Command;
use clap_complete::{ArgValueCandidates, CompleteEnv, CompletionCandidate, Shell, env::Shells};
use cucurbit::revision::Graph;

use crate::{arguments, scripts};

/// The variable by which a shell asks for completions.
const VARIABLE: &str = "CUCURBIT_COMPLETE";

/// What a revision is called in the help of an argument.
const REVISION: &str = "REV";

/// Answers a shell that asks for completions, and ends the process; returns where none does.
pub(crate) fn answer() {
    CompleteEnv::with_factory(command).var(VARIABLE).bin("cucurbit").complete();
}

/// Returns what a shell has to run to ask for completions.
pub(crate) fn registration(shell: Shell) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    if let Some(completer) = Shells::builtins().completer(&shell.to_string()) {
        completer.write_registration(VARIABLE, "cucurbit", "cucurbit", "cucurbit", &mut text)?;
    }
    Ok(text)
}

/// All commands; what is a revision knows its candidates.
fn command() -> Command {
    let mut all = arguments::all();
    for command in all.get_subcommands_mut() {
        let is_revision = |argument: &&clap::Arg| {
            argument.get_value_names().is_some_and(|names| names.iter().any(|name| name == REVISION))
        };
        let ids: Vec<clap::Id> =
            command.get_arguments().filter(is_revision).map(|argument| argument.get_id().clone()).collect();
        for id in ids {
            let owned = std::mem::take(command);
            *command = owned.mut_arg(id, |argument| argument.add(ArgValueCandidates::new(revisions)));
        }
    }
    all
}

/// Lists the revisions of the project, by id and by label; none where its scripts cannot be read.
fn revisions() -> Vec<CompletionCandidate> {
    let Ok(working) = std::env::current_dir() else { return Vec::new() };
    let graph = scripts::folder(&working, None).and_then(|folder| scripts::graph(&folder));
    let Ok(graph) = graph else { return Vec::new() };
    let words =
        [("head", "The newest revision"), ("heads", "All of the newest"), ("base", "Before the first")];
    let words = words.into_iter().map(|(word, help)| candidate(word, help));
    words.chain(labels(&graph)).chain(ids(&graph)).collect()
}

fn ids(graph: &Graph) -> impl Iterator<Item = CompletionCandidate> {
    graph.positions().map(|at| candidate(graph.id(at), &graph.node(at).doc))
}

fn labels(graph: &Graph) -> impl Iterator<Item = CompletionCandidate> {
    let of = |at| graph.node(at).branch_labels.iter();
    graph
        .positions()
        .flat_map(of)
        .map(|label| candidate(&format!("{label}@head"), "The newest of the branch"))
}

fn candidate(word: &str, help: &str) -> CompletionCandidate {
    let help = Some(help.to_owned()).filter(|help| !help.is_empty()).map(Into::into);
    CompletionCandidate::new(word).help(help)
}
