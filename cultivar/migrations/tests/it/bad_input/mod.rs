//! Bad input: what a person is told, how the program exits, and that the database is as it was.
//!
//! Every case is a run of a real binary, checked by [`refused`] and written out in full: what stands here is what people
//! read. Folders, servers and databases of the tests are replaced by words.

mod configuration; // cucurbit.toml that cannot be understood.
mod file; // SQLite files that are missing, something else, damaged, newer or not to be written.
mod message; // Messages that are more than words, and files that cannot be made.
mod pipe; // Readers of the output that go away.
mod project; // A project with every bad script, built once.
mod scripts; // Scripts that do not make a graph, panic or fail, and models that are none.
mod secret; // Passwords in the place of other words, and in scripts.
mod server; // PostgreSQL servers that do not answer or refuse.
mod signal; // Signals in the middle of an upgrade, and what the server says meanwhile.
mod target; // Revisions that are not there, not one, or not where they are looked for.
mod terminal; // Names that a terminal would obey.
mod url; // Connection URLs that are none, and the variables that they come from.
mod version_table; // Rows of the version table that do not fit the scripts.

use std::{fs, path::Path, process::Command};

use crate::support::{Database, Kind, Ran, binary};

/// Runs CultivAR's binary on a database and writes down what it says. The database must be as it was before.
async fn refused(database: &Database, arguments: &[&str]) -> String {
    let mut command = binary(database.folder.path());
    refused_by(database, command.env("DATABASE_URL", &database.url).args(arguments)).await
}

/// As [`refused`], for any command on a database.
async fn refused_by(database: &Database, command: &mut Command) -> String {
    let before = state(database).await;
    let ran = Ran::of(command);
    assert!(before == state(database).await, "the database was changed; {ran:#?}");
    said(&ran, database)
}

/// As [`refused`], for several commands; those that are told the same stand above it together.
async fn all_refused(database: &Database, commands: &[&[&str]]) -> String {
    let mut told = Vec::new();
    for command in commands {
        told.push((command.join(" "), refused(database, command).await));
    }
    together(told)
}

/// Writes down commands and what they were told, once for those that follow each other and were told the same.
fn together(told: Vec<(String, String)>) -> String {
    let groups = told.chunk_by(|(_, one), (_, other)| one == other);
    let group = |group: &[(String, String)]| {
        let commands: String = group.iter().map(|(command, _)| format!("$ {command}\n")).collect();
        format!("{commands}{}", group.first().map_or("", |(_, text)| text))
    };
    groups.map(group).collect::<Vec<_>>().join("\n")
}

/// Runs a command that has no database.
fn refused_without_database(folder: &Path, command: &mut Command) -> String {
    let text = text(&Ran::of(command));
    text.replace(&folder.display().to_string(), "<folder>")
}

/// Everything that is in a database. SQLite: the bytes of all files, so that nothing is left beside it either.
async fn state(database: &Database) -> Vec<(String, Vec<u8>)> {
    match database.kind {
        Kind::Postgres => vec![("dump".to_owned(), database.dump().into_bytes())],
        Kind::Sqlite => files(database.folder.path()),
    }
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
        let name = entry.file_name().display().to_string();
        let bytes =
            if entry.path().is_file() { fs::read(entry.path()).expect("readable") } else { Vec::new() };
        files.push((name, bytes));
    }
    files.sort();
    files
}

/// What a run said, without what differs between two runs of the tests.
fn said(ran: &Ran, database: &Database) -> String {
    let mut text = text(ran);
    for (name, word) in database.names() {
        text = text.replace(&name, word);
    }
    text
}

fn text(ran: &Ran) -> String {
    let Ran { code, stdout, stderr } = ran;
    let mut text = format!("exit {code}\n");
    for (name, said) in [("stdout", stdout), ("stderr", stderr)] {
        if !said.is_empty() {
            text.extend(["--- ", name, "\n", said]);
        }
    }
    // Each system numbers its errors in its own way.
    while let Some((before, after)) = text.split_once(" (os error ") {
        let after = after.split_once(')').map_or("", |(_, after)| after);
        text = format!("{before}{after}");
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).display().to_string();
    text.replace(&workspace, "<migrations>")
}
