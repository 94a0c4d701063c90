//! Readers of the output that go away: `migrate history | head -1`.

use std::process::{Command, Stdio};

use crate::support::{Database, Ran, binary, on_each_database};

on_each_database! {
    a_run_does_not_stop_because_nobody_reads_what_it_says;
}

/// Runs a command whose standard output, or error, is a pipe that nobody reads any more.
fn unread(command: &mut Command, is_stderr: bool) -> Ran {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    match is_stderr {
        true => command.stderr(writer).stdout(Stdio::piped()),
        false => command.stdout(writer).stderr(Stdio::piped()),
    };
    Ran::from(command.spawn().expect("starts").wait_with_output().expect("ends"))
}

#[test]
fn a_report_that_nobody_reads_is_no_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in
        [&["history"][..], &["history", "-v"], &["heads"], &["show", "head"], &["upgrade", "--sql"]]
    {
        let ran = unread(binary(folder.path()).env("DATABASE_URL", "sqlite:///none.db").args(command), false);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{command:?}");
    }
    let ran = unread(binary(folder.path()).args(["history", "--help"]), false);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

async fn a_run_does_not_stop_because_nobody_reads_what_it_says(database: Database) {
    let mut upgrade = binary(database.folder.path());
    let ran = unread(upgrade.env("DATABASE_URL", &database.url).arg("upgrade"), true);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    database.migrate(&["current", "--check-heads"]).exits(0);
    // An error that nobody reads is still told by the exit code.
    let mut upgrade = binary(database.folder.path());
    let ran = unread(upgrade.env("DATABASE_URL", &database.url).args(["upgrade", "nosuch"]), true);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    let mut usage = binary(database.folder.path());
    assert_eq!(unread(usage.arg("--nosuch"), true).code, 2);
}
