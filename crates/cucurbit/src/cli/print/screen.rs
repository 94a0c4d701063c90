//! The two streams: what is written to them, and whether in colour. A reader that has gone away is no reason to stop.
//!
//! On a terminal, the last line of stderr may be unfinished, or one that passes: the next one ends the first and takes the
//! place of the second.

use std::{
    io::{self, IsTerminal as _, Write as _},
    sync::{Mutex, PoisonError},
};

use anstream::{AutoStream, ColorChoice};

use crate::cli::line::Line;

/// What stands on the terminal behind the last line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behind {
    Nothing,
    /// A line to which something will be added.
    Open,
    /// A line that the next one replaces.
    Passing,
}

/// There is one terminal, to which a signal writes, too.
static BEHIND: Mutex<Behind> = Mutex::new(Behind::Nothing);

/// Goes to the beginning of the line and empties it.
const EMPTY: &str = "\r\u{1b}[2K";

/// What the terminal does with what is longer than a line: cut it off, or break it. A line that passes must stay one.
const CUT: &str = "\u{1b}[?7l";
const BREAK: &str = "\u{1b}[?7h";

/// Tells whether lines of stderr may be changed after they were written.
pub(in crate::cli) fn is_live(is_dumb: bool) -> bool {
    // On Windows, only a terminal that has colours is sure to know.
    io::stderr().is_terminal() && !is_dumb && (cfg!(not(windows)) || is_stderr_painted())
}

/// Writes on stderr behind what is there, and says what is then behind.
fn write(ending: impl FnOnce(Behind) -> &'static str, text: &str, then: Behind) {
    let mut behind = BEHIND.lock().unwrap_or_else(PoisonError::into_inner);
    let text = ending(*behind).to_owned() + text;
    *behind = then;
    // On Windows, a terminal has to be told that there are colours. Else nothing is to be taken out.
    drop(if is_stderr_painted() {
        AutoStream::always(io::stderr()).write_all(text.as_bytes())
    } else {
        io::stderr().write_all(text.as_bytes())
    });
}

/// What ends a line that is unfinished or passes.
const fn ending(behind: Behind) -> &'static str {
    match behind {
        Behind::Nothing => "",
        Behind::Open => "\n",
        Behind::Passing => EMPTY,
    }
}

/// Begins a line, to which something will be added.
pub(super) fn open(line: &Line) {
    write(ending, &line.shown(is_stderr_painted()), Behind::Open);
}

/// Adds something to the line that was begun, and ends it; `false` where another was written since.
pub(super) fn end(more: &str) -> bool {
    if behind() != Behind::Open {
        return false;
    }
    write(|_| "", &(Line::from(more).shown(false) + "\n"), Behind::Nothing);
    true
}

/// Writes a line that the next one replaces.
pub(super) fn pass(line: &Line) {
    let line = line.shown(is_stderr_painted());
    write(ending, &format!("{CUT}{line}{BREAK}"), Behind::Passing);
}

/// Ends what is unfinished.
pub(super) fn settle() {
    if behind() != Behind::Nothing {
        write(ending, "", Behind::Nothing);
    }
}

/// Takes a line away that passes.
pub(super) fn wipe() {
    if behind() == Behind::Passing {
        write(ending, "", Behind::Nothing);
    }
}

fn behind() -> Behind {
    *BEHIND.lock().unwrap_or_else(PoisonError::into_inner)
}

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
    write(ending, text, Behind::Nothing);
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
