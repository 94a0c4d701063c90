//! What shells complete, asked of the shells themselves: bash is needed, zsh and fish are asked where they are installed.

use std::{path::Path, process::Command};

use cucurbit::config::Environment;

use crate::support::{Folder, HISTORY};

/// Runs a shell in a folder with four revisions, the program on its path; `None` where it is not installed.
fn shell(name: &str, script: &str) -> Option<String> {
    let is_there = Command::new(name).arg("--version").output().is_ok();
    if !is_there {
        return None;
    }
    let folder = Folder::of(&HISTORY);
    let program = Path::new(env!("CARGO_BIN_EXE_cucurbit")).parent().unwrap();
    let mut paths = vec![program.to_owned()];
    let environment = Environment::read();
    paths.extend(std::env::split_paths(environment.get("PATH").unwrap().unwrap_or_default()));
    let mut command = Command::new(name);
    command.args(["-c", script]).env("PATH", std::env::join_paths(paths).unwrap());
    // What the user of this machine has set up is left out.
    command.env("XDG_CONFIG_HOME", folder.path()).env("ZDOTDIR", folder.path());
    let said = folder.run_by(&mut command, "");
    assert_eq!(said.code, Some(0), "{name}: {}{}", said.out, said.err);
    assert!(!folder.path().join("target").exists(), "nothing is built");
    Some(said.out)
}

/// The first words of the lines: what help stands behind them is the shell's.
fn words(said: &str) -> Vec<&str> {
    let first = |line| str::split(line, ['\t', ':']).next().unwrap_or_default();
    said.lines().map(first).filter(|word| !word.is_empty()).collect()
}

const BASH: &str = r#"
source <(cucurbit completions bash)
asked() {
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_TYPE=9
    _clap_complete_cucurbit cucurbit "${COMP_WORDS[$COMP_CWORD]}" ""
    printf '%s\n' "${COMPREPLY[@]}"
}
"#;

fn bash(asked: &str) -> Vec<String> {
    let said = shell("bash", &format!("{BASH}asked {asked}")).expect("bash is installed");
    words(&said).into_iter().map(|word| word.trim().to_owned()).collect()
}

#[test]
fn bash_completes_commands_ids_and_labels() {
    assert_eq!(bash("cucurbit upgr"), ["upgrade"]);
    let revisions = bash("cucurbit upgrade ''");
    for word in [
        "head",
        "heads",
        "base",
        "garden@head",
        "109317dd2a2f",
        "3968dfa9e747",
        "1f00aa55cc33",
        "ae1027a6acf4",
    ] {
        assert!(revisions.iter().any(|there| there == word), "{word}: {revisions:?}");
    }
    assert_eq!(bash("cucurbit downgrade 10"), ["109317dd2a2f"]);
    assert_eq!(bash("cucurbit stamp ae10"), ["ae1027a6acf4"]);
    assert_eq!(bash("cucurbit merge 3968dfa9e747 1f"), ["1f00aa55cc33"]);
    assert_eq!(bash("cucurbit revision --depends-on gar"), ["garden@head"]);
    assert_eq!(bash("cucurbit init --template s"), ["sea-orm", "sql", "structs"]);
}

#[test]
fn zsh_completes_ids_and_labels() {
    // Its own functions that show candidates need a terminal: this one prints what they are given.
    let script = r#"
compdef() { completed=$1 }
_describe() { print -l -- "${(@P)@[-1]}" }
source <(cucurbit completions zsh)
words=(cucurbit upgrade 10); CURRENT=3; $completed
words=(cucurbit downgrade gar); CURRENT=3; $completed
"#;
    if let Some(said) = shell("zsh", script) {
        assert_eq!(words(&said), ["109317dd2a2f", "garden@head"], "{said}");
    }
}

#[test]
fn fish_completes_ids_and_labels() {
    let script = "cucurbit completions fish | source\n\
                  complete --do-complete 'cucurbit upgrade 10'\ncomplete --do-complete 'cucurbit show gar'";
    if let Some(said) = shell("fish", script) {
        assert_eq!(words(&said), ["109317dd2a2f", "garden@head"], "{said}");
        assert!(said.contains("Create the \"beds\""), "with the message: {said}");
    }
}

#[test]
fn a_folder_without_a_project_completes_commands() {
    let folder = Folder::of(&[]);
    let program = Path::new(env!("CARGO_BIN_EXE_cucurbit"));
    let ask = |words: &[&str]| {
        let mut command = Command::new(program);
        command.env("CUCURBIT_COMPLETE", "fish").arg("--").args(words);
        let said = folder.run_by(&mut command, "");
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
        said.out
    };
    assert!(ask(&["cucurbit", "ini"]).starts_with("init\t"));
    assert_eq!(ask(&["cucurbit", "upgrade", "10"]), "");
}
