//! Errors as text or JSON: the stable name and what, the causes once each, a hint.

use std::process::ExitCode;

use clap::Parser as _;
use serde_json::json;

use crate::{
    error::{Error, Explanation, Said},
    mask,
    revision::{Direction, Step},
};

use super::{
    args::{Arguments, Format},
    exit::Code,
    line::Paint,
    print::{is_stderr_painted, write_stderr as print},
    shown,
};

/// The name of wrong usage that clap finds, which is no [`Error`].
const USAGE: &str = "usage";

/// What is said of arguments that clap takes when their secrets are hidden, and else does not.
const UNREADABLE: &str = "the arguments cannot be read";

/// Prints what clap says and returns its code: 0 for `--help`, 2 for wrong usage.
///
/// `words` are the arguments: what clap repeats of them may hold a password, or what a terminal obeys. Then it is asked
/// again about words that hold neither.
pub(super) fn usage(error: clap::Error, words: &[String]) -> ExitCode {
    let harmless: Vec<String> = words.iter().map(|word| shown::line(&mask::word(word))).collect();
    let error = if harmless == words { Some(error) } else { Arguments::try_parse_from(&harmless).err() };
    let rendered = error.as_ref().map(|error| error.render().to_string());
    match (&error, asks_for_json(words)) {
        (Some(error), _) if !error.use_stderr() => {
            // A pipe that was closed is no reason to fail.
            drop(error.print());
            return Code::Done.into();
        }
        (Some(error), false) => drop(error.print()),
        (None, false) => print(&in_words("error:", UNREADABLE, &[], None)),
        (_, true) => {
            let message = rendered.as_deref().unwrap_or(UNREADABLE);
            let (message, _) = message.split_once("\n\n").unwrap_or((message, ""));
            let message = message.strip_prefix("error: ").unwrap_or(message).trim();
            print(&format!("{}\n", object(USAGE, message, &[], None, Code::Usage, &[])));
        }
    }
    Code::Usage.into()
}

/// Prints an error, and the steps that its run had committed before.
pub(super) fn error(error: &Error, format: Format, done: &[Step]) {
    print(&match format {
        Format::Json => {
            let Explanation { message, causes, hint } = error.explanation();
            let text = |said: &Said| mask::text(&said.text);
            let causes: Vec<String> = causes.iter().map(text).collect();
            let hint = hint.as_deref().map(mask::text);
            let name = error.code().to_string();
            format!("{}\n", object(&name, &text(&message), &causes, hint.as_deref(), Code::of(error), done))
        }
        Format::Text => text(error, done),
    });
}

/// Prints that the system refused what every command needs before its words are read.
pub(super) fn no_runtime(error: &std::io::Error) -> ExitCode {
    print(&in_words(
        "error:",
        &format!("the system refused what waits for sockets and timers: {error}"),
        &[],
        None,
    ));
    Code::Failed.into()
}

/// Tells whether the arguments, which could not be parsed, ask for JSON.
fn asks_for_json(words: &[String]) -> bool {
    words.iter().any(|word| word == "--format=json")
        || words.windows(2).any(|two| two[0] == "--format" && two[1] == "json")
}

/// Writes an error as one line of JSON.
fn object(
    name: &str,
    message: &str,
    causes: &[String],
    hint: Option<&str>,
    code: Code,
    done: &[Step],
) -> String {
    let steps: Vec<String> = done.iter().map(ToString::to_string).collect();
    let value = json!({
        "error": name,
        "message": message,
        "causes": causes,
        "hint": hint,
        "exit_code": code as u8,
        "steps": steps,
    });
    shown::json(&value.to_string())
}

/// Writes an error with its causes and its hint.
fn text(error: &Error, done: &[Step]) -> String {
    let Explanation { message, causes, hint } = error.explanation();
    let causes = causes.iter().map(|cause| format!("caused by: {}", said(cause)));
    let causes: Vec<String> = causes.chain(committed(done)).collect();
    let hint = hint.as_deref().map(shown::line);
    in_words(&format!("error[{}]:", error.code()), &said(&message), &causes, hint.as_deref())
}

/// Writes an error of which everything is safe for a terminal, in colour where stderr has any.
pub(super) fn in_words(name: &str, message: &str, more: &[String], hint: Option<&str>) -> String {
    let painted =
        |paint: Paint, words: &str| if is_stderr_painted() { paint.around(words) } else { words.to_owned() };
    let mut text = format!("{} {message}\n", painted(Paint::Error, name));
    for line in more {
        text.extend(["  ", line, "\n"]);
    }
    if let Some(hint) = hint {
        text.extend(["  ", &painted(Paint::Hint, "hint:"), " ", hint, "\n"]);
    }
    text
}

/// Says what was done before and stays.
fn committed(done: &[Step]) -> Option<String> {
    let direction = done.first()?.direction;
    let (verb, ids): (_, Vec<&str>) = match direction {
        Direction::Downgrade => {
            ("reverted", done.iter().flat_map(|step| &step.from).map(String::as_str).collect())
        }
        Direction::Stamp | Direction::Upgrade => {
            ("applied", done.iter().flat_map(|step| &step.to).map(String::as_str).collect())
        }
    };
    let count = done.len();
    let noun = if count == 1 { "revision was" } else { "revisions were" };
    let last: Vec<&str> = ids.iter().rev().take(MOST_IDS).rev().copied().collect();
    let more = if ids.len() > last.len() { "…, " } else { "" };
    Some(shown::line(&format!("before that, {count} {noun} {verb}: {more}{}", last.join(", "))))
}

/// So many ids are named, the last ones.
const MOST_IDS: usize = 10;

/// Keeps further lines of a message under its first.
fn said(said: &Said) -> String {
    let words = said.text.trim_end();
    if said.has_lines { shown::lines(words).replace('\n', "\n    ") } else { shown::line(words) }
}
