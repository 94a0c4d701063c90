//! Running a project's own code, which may panic: its scripts, and the function that collects its models.
//!
//! What lives here: the one place where a panic becomes an error. Only what a person wrote is run under it; a panic of
//! the library itself is a bug, and goes on.

use std::{
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook},
    sync::Once,
};

/// The code of a script panicked while it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{function}` of revision `{revision}` panicked in {}: {words}", where_it_was(path, place.as_deref()))]
pub struct ScriptPanic {
    /// `upgrade` or `downgrade`.
    pub function: &'static str,
    /// The revision.
    pub revision: String,
    /// The script's file.
    pub path: &'static str,
    /// Where the panic was, as `file:line:column`, if that is known.
    pub place: Option<String>,
    /// What the panic said.
    pub words: String,
}

impl ScriptPanic {
    /// Returns a hint about what to do.
    #[must_use]
    pub fn hint(&self) -> String {
        "correct the script; nothing of it was run".to_owned()
    }
}

/// Names the script's file once: with the line if the panic was there, before the other file if it was not.
fn where_it_was(path: &str, place: Option<&str>) -> String {
    let Some(place) = place else { return path.to_owned() };
    let file = place.rsplitn(3, ':').last().unwrap_or(place);
    // Cargo may hand the compiler an absolute path, with the separators of the system.
    match file.replace('\\', "/").strip_suffix(path) {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => {
            format!("{path}{}", &place[file.len()..])
        }
        Some(_) | None => format!("{path}, at {place}"),
    }
}

/// A panic that did not go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it panicked{}: {words}", place.as_deref().map(|place| format!(" in {place}")).unwrap_or_default())]
pub(crate) struct Panic {
    /// Where it was, as `file:line:column`, if that is known.
    pub(super) place: Option<String>,
    /// What it said.
    pub(super) words: String,
}

thread_local! {
    /// Whether a project's code runs on this thread.
    static RUNS_THEIRS: Cell<bool> = const { Cell::new(false) };
    /// Where its last panic was.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs a project's own code and turns a panic into where it was and what it said.
///
/// The panic is not printed: it is an error like any other, and the caller prints it.
pub(crate) fn caught<T>(code: impl FnOnce() -> T) -> Result<T, Panic> {
    silence();
    let was_running = RUNS_THEIRS.replace(true);
    // What the code was writing to is lost with the panic.
    let result = catch_unwind(AssertUnwindSafe(code));
    RUNS_THEIRS.set(was_running);
    result.map_err(|payload| {
        let said = payload.downcast_ref::<&str>().map(|words| (*words).to_owned());
        let words = said.or_else(|| payload.downcast_ref::<String>().cloned());
        Panic { place: PLACE.take(), words: words.unwrap_or_else(|| "without a message".to_owned()) }
    })
}

/// Puts a hook before the program's own, once: panics of the project's code are noted, all others are passed on.
fn silence() {
    static ONCE: Once = Once::new();
    // Where a panic ends the process, nothing would print the message that the hook keeps back.
    if cfg!(panic = "unwind") {
        ONCE.call_once(|| {
            let hook = take_hook();
            set_hook(Box::new(move |info| if RUNS_THEIRS.get() { note(info) } else { hook(info) }));
        });
    }
}

fn note(info: &PanicHookInfo<'_>) {
    PLACE.set(info.location().map(ToString::to_string));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_says_where_it_was_and_what_it_said() {
        let line = line!() + 1;
        let Panic { place, words } = caught(|| panic!("no beds {}", "today")).unwrap_err();
        assert!(place.unwrap().contains(&format!("caught.rs:{line}:")));
        assert_eq!(words, "no beds today");
        let Panic { words, .. } = caught(|| std::panic::panic_any(7)).unwrap_err();
        assert_eq!(words, "without a message");
        assert_eq!(caught(|| 1), Ok(1));
    }

    #[test]
    fn the_file_of_the_script_is_named_once() {
        let panic = |place: Option<&str>| {
            let (place, words) = (place.map(str::to_owned), "no beds".to_owned());
            let revision = "aaaaaaaaaaaa".to_owned();
            ScriptPanic { function: "upgrade", revision, path: "versions/a.rs", place, words }.to_string()
        };
        let begins = "`upgrade` of revision `aaaaaaaaaaaa` panicked in versions/a.rs";
        assert_eq!(panic(None), format!("{begins}: no beds"));
        assert_eq!(panic(Some("/srv/versions/a.rs:1:2")), format!("{begins}:1:2: no beds"));
        assert_eq!(panic(Some("C:\\srv\\versions\\a.rs:1:2")), format!("{begins}:1:2: no beds"));
        assert_eq!(
            panic(Some("other_versions/a.rs:1:2")),
            format!("{begins}, at other_versions/a.rs:1:2: no beds")
        );
        assert_eq!(panic(Some("src/rows.rs:3:4")), format!("{begins}, at src/rows.rs:3:4: no beds"));
    }
}
