//! What a person sees on a terminal, and what a file or a pipe gets.

use std::process::{Command, Stdio};

use crate::support::{Database, Kind, Ran, binary, on_each_database};

on_each_database! {
    a_terminal_gets_colours_and_a_pipe_none;
    the_environment_and_an_option_say_whether_there_are_colours;
    stdout_and_stderr_are_decided_apart;
    what_is_made_for_programs_has_no_colours;
    differences_have_the_colour_of_what_they_do;
}

/// The colours of a revision, and back.
const YELLOW: &str = "\u{1b}[33m";
const RESET: &str = "\u{1b}[0m";

impl Database {
    /// The binary on a pseudo-terminal, with words that a shell reads; both of its streams are stdout.
    pub(crate) fn terminal(&self, words: &str, variables: &[(&str, &str)]) -> Command {
        let binary = binary(self.folder.path());
        let mut command = Command::new("script");
        let line = format!("{} {words}", binary.get_program().display());
        command
            .args(["--quiet", "--return", "--flush", "--command", &line, "/dev/null"])
            .stdin(Stdio::null());
        for (name, value) in binary.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.current_dir(self.folder.path()).env("DATABASE_URL", &self.url).env("TERM", "xterm");
        command.env_remove("CI").envs(variables.iter().copied());
        command
    }

    /// Runs the binary on a pseudo-terminal.
    pub(crate) fn on_a_terminal(&self, words: &str, variables: &[(&str, &str)]) -> Ran {
        let mut ran = Ran::of(&mut self.terminal(words, variables));
        ran.stdout = ran.stdout.replace("\r\n", "\n");
        ran
    }

    /// Runs the binary with a variable of the environment.
    fn migrate_with(&self, variable: (&str, &str), arguments: &[&str]) -> Ran {
        let mut command = binary(self.folder.path());
        Ran::of(command.env("DATABASE_URL", &self.url).env(variable.0, variable.1).args(arguments))
    }
}

#[track_caller]
fn has_colours(text: &str, are_wanted: bool) {
    assert_eq!(text.contains('\u{1b}'), are_wanted, "{text:?}");
}

/// Takes the colours away, and nothing else that begins with an escape.
pub(crate) fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ';');
        plain += rest.strip_prefix('m').unwrap_or(part);
    }
    plain
}

async fn a_terminal_gets_colours_and_a_pipe_none(database: Database) {
    database.migrate(&["upgrade"]).exits(0);
    for (words, painted) in [
        (&["current"][..], format!("{YELLOW}7d3c2a91e5f4{RESET} \u{1b}[36m(head){RESET}\n")),
        (&["heads"], format!("{YELLOW}7d3c2a91e5f4{RESET} \u{1b}[36m(head){RESET}\n")),
        (
            &["history", "-i"],
            format!(" -> {YELLOW}7d3c2a91e5f4{RESET} \u{1b}[36m(head){RESET} \u{1b}[36m(current){RESET}, "),
        ),
        (&["status"], format!("Current:  {YELLOW}7d3c2a91e5f4{RESET} ")),
        (&["show", "head"], format!("Rev: {YELLOW}7d3c2a91e5f4{RESET} ")),
    ] {
        let shown = database.on_a_terminal(&words.join(" "), &[]).exits(0).stdout;
        assert!(shown.contains(&painted), "{words:?}: {shown:?}");
        let piped = database.migrate(words).exits(0);
        assert_eq!(without_colours(&shown), piped.stdout, "{words:?}: the words are the same");
        has_colours(&piped.stdout, false);
    }
    let shown = database.on_a_terminal("upgrade nosuch", &[]).exits(1).stdout;
    assert!(shown.starts_with("\u{1b}[1m\u{1b}[31merror[unknown-revision]:\u{1b}[0m "), "{shown:?}");
    let piped = database.migrate(&["upgrade", "nosuch"]).exits(1).stderr;
    assert_eq!(without_colours(&shown), piped);
}

async fn the_environment_and_an_option_say_whether_there_are_colours(database: Database) {
    database.migrate(&["upgrade"]).exits(0);
    for (words, variables, are_wanted) in [
        ("current", &[][..], true),
        ("current", &[("NO_COLOR", "1")], false),
        ("current", &[("NO_COLOR", "")], true),
        ("current", &[("TERM", "dumb")], false),
        ("current", &[("TERM", "dumb"), ("CI", "true")], false),
        ("current", &[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], true),
        ("current --color always", &[("TERM", "dumb")], true),
        ("current --color never", &[], false),
        ("--color=never current", &[], false),
        ("current --color always", &[("NO_COLOR", "1")], true),
        ("current --color auto", &[("NO_COLOR", "1")], false),
        ("current --help", &[], true),
        ("current --help --color never", &[], false),
        ("current --help", &[("NO_COLOR", "1")], false),
    ] {
        let ran = database.on_a_terminal(words, variables).exits(0);
        assert_eq!(ran.stdout.contains('\u{1b}'), are_wanted, "{words} {variables:?}: {ran:?}");
    }
    has_colours(&database.migrate(&["current"]).exits(0).stdout, false);
    has_colours(&database.migrate(&["current", "--color", "always"]).exits(0).stdout, true);
    has_colours(&database.migrate_with(("CLICOLOR_FORCE", "1"), &["current"]).exits(0).stdout, true);
    let wrong = database.migrate(&["current", "--color", "always", "--no-such-option"]).exits(2);
    has_colours(&wrong.stderr, true);
    let wrong = database.migrate(&["current", "--color", "sometimes"]).exits(2);
    assert!(wrong.stderr.contains("[possible values: auto, always, never]"), "{wrong:?}");
    let failed = database.migrate(&["--color=always", "upgrade", "nosuch"]).exits(1).stderr;
    assert!(failed.starts_with("\u{1b}[1m\u{1b}[31merror[unknown-revision]:"), "{failed:?}");
}

async fn stdout_and_stderr_are_decided_apart(database: Database) {
    let read = |file: &str| std::fs::read_to_string(database.folder.path().join(file)).expect("a file");
    let shown = database.on_a_terminal("upgrade >out 2>err", &[]).exits(0).stdout;
    assert_eq!(shown, "");
    has_colours(&read("err"), false);
    assert!(read("err").contains("Running upgrade  -> "), "{}", read("err"));

    let shown = database.on_a_terminal("current 2>err", &[]).exits(0).stdout;
    has_colours(&shown, true);
    let shown = database.on_a_terminal("upgrade nosuch 2>err", &[]).exits(1).stdout;
    assert_eq!(shown, "");
    has_colours(&read("err"), false);

    let shown = database.on_a_terminal("downgrade -1 >out", &[]).exits(0).stdout;
    let step = format!("Running downgrade {YELLOW}7d3c2a91e5f4{RESET} -> {YELLOW}");
    assert!(shown.starts_with(&step), "{shown:?}");
    assert!(shown.contains("\n\u{1b}[32mReverted 1 revision\u{1b}[0m in "), "{shown:?}");
}

async fn what_is_made_for_programs_has_no_colours(database: Database) {
    for arguments in [
        &["upgrade", "--sql"][..],
        &["upgrade", "--dry-run"],
        &["upgrade", "--format", "json"],
        &["downgrade", "-1", "--dry-run"],
        &["check", "--format", "json"],
        &["history", "--format", "json"],
        &["status", "--format", "json"],
        &["inspect"],
        &["inspect", "--format", "json"],
        &["script_template"],
    ] {
        let words: Vec<&str> = arguments.iter().copied().chain(["--color", "always"]).collect();
        let ran = database.migrate(&words).exits(0);
        assert!(!ran.stdout.is_empty(), "{arguments:?}");
        has_colours(&format!("{}{}", ran.stdout, ran.stderr), false);
    }
    let failed = database.migrate(&["upgrade", "nosuch", "--format", "json", "--color", "always"]).exits(1);
    has_colours(&failed.stderr, false);
}

async fn differences_have_the_colour_of_what_they_do(database: Database) {
    database.migrate(&["upgrade"]).exits(0);
    database.execute("CREATE TABLE beehive (id INTEGER PRIMARY KEY)").await;
    database.execute("DROP TABLE IF EXISTS activity_log").await;
    database.execute("ALTER TABLE zone ADD COLUMN hue TEXT").await;
    let name = match database.kind {
        Kind::Postgres => "ALTER TABLE zone ALTER COLUMN name TYPE varchar(77)",
        Kind::Sqlite => "ALTER TABLE zone ADD COLUMN tone TEXT",
    };
    database.execute(name).await;
    let piped = database.migrate(&["check"]).exits(3).stdout;
    let shown = database.on_a_terminal("check 2>/dev/null", &[]).exits(3).stdout;
    assert_eq!(without_colours(&shown), piped);
    assert!(shown.contains("  \u{1b}[31mdrop\u{1b}[0m table beehive\n"), "{shown:?}");
    assert!(shown.contains("  \u{1b}[31mdrop\u{1b}[0m column zone.hue\n"), "{shown:?}");
    if database.kind == Kind::Postgres {
        assert!(shown.contains("  \u{1b}[33malter\u{1b}[0m column zone.name: "), "{shown:?}");
    }
    let turned = database.migrate(&["diff", "models", "database", "--color", "always"]).exits(3).stdout;
    assert!(turned.contains("  \u{1b}[32mcreate\u{1b}[0m table beehive\n"), "{turned:?}");
    assert!(turned.contains("  \u{1b}[32madd\u{1b}[0m column zone.hue\n"), "{turned:?}");
}
