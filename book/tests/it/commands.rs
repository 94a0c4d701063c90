//! Every command of every page is one that the command line accepts.

use std::fs;

use book::root;

/// The program's own command line, which is a binary and can be used by no other crate.
#[path = "../../../crates/cucurbit-cli/src/arguments.rs"]
#[expect(dead_code, reason = "only the words are tried, none is obeyed")]
mod arguments;

/// Reads a script of a shell: every line that is not empty and no comment is a command.
pub(crate) fn script(text: &str) -> Result<(), String> {
    let joined = text.replace("\\\n", " ");
    joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).try_for_each(line)
}

/// Reads a session: a command stands after `$`, and the rest is what it prints.
pub(crate) fn session(text: &str) -> Result<(), String> {
    let joined = text.replace("\\\n", " ");
    let commands: Vec<&str> = joined.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    if commands.is_empty() {
        return Err("a session has a line that begins with `$ `: else it is `text`".to_owned());
    }
    commands.into_iter().try_for_each(line)
}

fn line(line: &str) -> Result<(), String> {
    // What a shell runs to get the words of another command is a command as well.
    let inner = line.split(['(', '`']).skip(1).filter_map(|part| part.split([')', '`']).next());
    inner
        .filter(|part| part.starts_with("cucurbit ") || part.starts_with("cargo "))
        .try_for_each(self::line)?;
    let words = shlex::split(line).ok_or_else(|| format!("a shell cannot read `{line}`"))?;
    let is_between = |word: &String| ["&&", "||", "|", ";", ">", ">>", "<", "&"].contains(&word.as_str());
    words.split(is_between).try_for_each(|command| {
        let is_setting = |word: &&String| word.split_once('=').is_some_and(|(name, _)| is_variable(name));
        let command: Vec<&str> = command.iter().skip_while(is_setting).map(String::as_str).collect();
        accepted(&command).map_err(|error| format!("`{line}`: {error}"))
    })
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_')
}

/// Asks the command line whether it takes these words. Commands of other programs are not looked at.
fn accepted(words: &[&str]) -> Result<(), String> {
    match words {
        ["cargo", "migrate", words @ ..] => parsed(cucurbit::cli::command(), words),
        ["cargo", "xtask", words @ ..] => chore(words),
        ["cucurbit", words @ ..] => parsed(arguments::all(), words),
        ["migrate" | "migrations" | "./migrations", words @ ..] => parsed(cucurbit::cli::command(), words),
        _ => Ok(()),
    }
}

fn parsed(command: clap::Command, words: &[&str]) -> Result<(), String> {
    use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
    match command.try_get_matches_from([&["program"], words].concat()) {
        Ok(_) => Ok(()),
        Err(error) if matches!(error.kind(), DisplayHelp | DisplayVersion) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// Looks a chore up among those that `cargo xtask` says it has.
fn chore(words: &[&str]) -> Result<(), String> {
    let source = fs::read_to_string(root().join("xtask/src/main.rs")).map_err(|error| error.to_string())?;
    let name = words.first().copied().unwrap_or_default();
    let is_known = source.contains(&format!("  cargo xtask {name}"));
    if is_known { Ok(()) } else { Err(format!("there is no chore `{name}`")) }
}

#[test]
fn commands_are_found_wherever_they_stand() {
    assert!(script("DATABASE_URL=x cucurbit upgrade && cucurbit check --nonsense").is_err());
    assert!(script("source <(cucurbit completions basj)").is_err());
    assert!(script("source <(cucurbit completions bash)").is_ok());
    assert!(script("cucurbit init \\\n  --from").is_err());
    assert!(script("cargo xtask tset").is_err());
    assert!(script("# cucurbit chekc\ncucurbit check   # cucurbit chekc").is_ok());
    assert!(session("cucurbit check").is_err());
}
