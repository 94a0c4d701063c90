//! The two streams: what is written to them, and whether in colour. A reader that has gone away is no reason to stop.

use std::io::{self, Write as _};

use anstream::{AutoStream, ColorChoice};

use crate::cli::line::Line;

/// Tells whether stdout gets colours: where it is a terminal, unless the arguments or the environment say otherwise.
fn is_stdout_painted() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// Tells whether stderr gets colours.
pub(in crate::cli) fn is_stderr_painted() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

/// Prints a line on stderr.
pub(super) fn note(line: &Line) {
    write_stderr(&(line.shown(is_stderr_painted()) + "\n"));
}

/// Prints on stderr what is safe for a terminal, or made for programs.
pub(in crate::cli) fn write_stderr(text: &str) {
    // On Windows, a terminal has to be told that there are colours.
    drop(AutoStream::auto(io::stderr()).write_all(text.as_bytes()));
}

/// Asks a person on the terminal, and reads the line that is answered.
pub(in crate::cli) fn asked(question: &str) -> String {
    write_stderr(&Line::from(question).shown(false));
    let mut answer = String::new();
    drop(io::stdin().read_line(&mut answer));
    answer
}

/// Prints lines on stdout at once: a history is long, and each would be written for itself.
pub(super) fn lines(lines: impl IntoIterator<Item = Line>) {
    let is_painted = is_stdout_painted();
    let text: String = lines.into_iter().map(|line| line.shown(is_painted) + "\n").collect();
    drop(AutoStream::auto(io::stdout()).write_all(text.as_bytes()));
}

/// Prints a line on stdout.
pub(super) fn line(line: impl Into<Line>) {
    lines([line.into()]);
}

/// Prints on stdout what is for programs, as it is.
pub(super) fn raw(text: &str) {
    drop(io::stdout().write_all(text.as_bytes()));
}
