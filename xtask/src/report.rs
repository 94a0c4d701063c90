//! What people read: notes, results and failures. The only place that prints.

/// Why a chore cannot be done, and what would help.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: None }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(crate) fn report(&self) {
        note(&format!("error: {}", self.what));
        if let Some(hint) = &self.hint {
            note(&format!("hint: {hint}"));
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.what)
    }
}

/// One line for each thing done, on standard error: standard output is for data.
#[expect(clippy::print_stderr, reason = "the one place for notes")]
pub(crate) fn note(line: &str) {
    eprintln!("xtask: {line}");
}

/// Data that was asked for.
#[expect(clippy::print_stdout, reason = "the one place for results")]
pub(crate) fn print(line: &str) {
    println!("{line}");
}
