//! Every command of every page is one that the command line accepts.

use std::fs;

use book::{Words, root};

use crate::blocks::pages;

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

/// Words that stand for a value of a closed list, and one of the list: as it is written, no command would take it.
const STANDS_FOR: [(&str, &str); 3] = [("A", "database"), ("B", "models"), ("SHELL", "bash")];

/// What is said of a command without all that it needs, as sentences name it.
const PARTLY: [&str; 2] = ["required arguments were not provided", "a value is required for"];

fn meant(word: &str) -> &str {
    STANDS_FOR.iter().find(|(known, _)| *known == word).map_or(word, |(_, value)| value)
}

#[test]
fn commands_within_lines_are_accepted() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for page in pages() {
        for Words { text, line: at } in &page.words {
            let is_command = ["cucurbit ", "cargo migrate ", "cargo xtask ", "migrate ", "migrations "]
                .iter()
                .any(|program| text.starts_with(program));
            if !is_command || text.ends_with(" …") {
                continue;
            }
            tried += 1;
            let text: Vec<&str> = text.split(' ').map(meant).collect();
            let text = text.join(" ");
            let is_whole = |problem: &String| !PARTLY.iter().any(|words| problem.contains(words));
            let problem = line(&text).err().filter(is_whole);
            wrong.extend(problem.map(|problem| format!("{}:{at}: {problem}", page.name)));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(tried > 30, "commands are found: {tried}");
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
