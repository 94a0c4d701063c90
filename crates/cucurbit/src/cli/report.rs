//! Errors as text: the stable name and what, the causes once each, a hint.

use std::{
    error::Error as _,
    io::{self, Write as _},
    process::ExitCode,
};

use crate::error::Error;

use super::exit::Code;

/// Prints what clap says and returns its code: 0 for `--help`, 2 for wrong usage.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    // A pipe that was closed is no reason to fail.
    drop(error.print());
    if error.use_stderr() { Code::Usage.into() } else { Code::Done.into() }
}

/// Prints an error.
pub(super) fn error(error: &Error) {
    // A reader that has gone away is no reason to panic.
    drop(write!(io::stderr(), "{}", text(error)));
}

/// Writes an error with its causes and its hint, a line each.
fn text(error: &Error) -> String {
    let mut said = error.to_string();
    let mut lines = vec![format!("error[{}]: {}\n", error.code(), indented(&said))];
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        // A cause that its owner already repeats says nothing new; sqlx's errors do so.
        if !said.ends_with(&words) {
            lines.push(format!("  caused by: {}\n", indented(&words)));
            said = words;
        }
        source = cause.source();
    }
    if let Some(hint) = error.hint() {
        lines.push(format!("  hint: {}\n", indented(&hint)));
    }
    lines.concat()
}

/// Keeps further lines of a message under its first.
fn indented(words: &str) -> String {
    words.trim_end().replace('\n', "\n    ")
}
