//! What `init` wrote is built and run, where no page says how: with real builds.

use std::process::{Command, Stdio};

use crate::support::{Folder, OnServer, TABLES, execute};

#[test]
fn a_schema_in_sql_becomes_revisions() {
    // Binaries of one name are one file in the folder that all tests build in.
    let folder = Folder::of(&[]);
    assert_eq!(folder.run(&["init", "database"]).code, Some(0));
    folder.take_lock_file("database");
    let empty = folder.run_in("database", &["create", "-m", "Nothing yet"]);
    assert!(empty.err.contains("error[empty-models]"), "{}", empty.err);

    folder.write(
        "database/schema.sql",
        "CREATE TABLE bed (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL);\n\
         CREATE TABLE plant (id INTEGER PRIMARY KEY, bed_id INTEGER NOT NULL REFERENCES bed (id));\n",
    );
    let create = folder.run_in("database", &["create", "-m", "Create the tables"]);
    assert_eq!(create.code, Some(0), "{}", create.err);
    // From any folder inside, and never by a binary that is older than the script.
    let upgrade = folder.run_in("database/src", &["upgrade"]);
    assert_eq!(upgrade.code, Some(0), "{}", upgrade.err);
    assert!(
        upgrade.out.contains("Create the tables") || upgrade.err.contains("Create the tables"),
        "{upgrade:?}"
    );
    let check = folder.run_in("database", &["check"]);
    assert_eq!(check.code, Some(0), "{} {}", check.out, check.err);
    // The project's binary has the terminal itself.
    let heads = format!("{} heads", env!("CARGO_BIN_EXE_cucurbit"));
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &heads, "/dev/null"]).env("TERM", "xterm");
    let heads = folder.run_by(terminal.env_remove("NO_COLOR").stdin(Stdio::null()), "database");
    assert!(heads.out.contains("\u{1b}[36m(head)\u{1b}[0m"), "{heads:?}");

    folder.write(
        "database/schema.sql",
        "CREATE TABLE bed (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, width INTEGER);\n\
         CREATE TABLE plant (id INTEGER PRIMARY KEY, bed_id INTEGER NOT NULL REFERENCES bed (id));\n",
    );
    let check = folder.run_in("database", &["check"]);
    assert_eq!(check.code, Some(3), "{} {}", check.out, check.err);
    assert!(check.out.contains("add column bed.width"), "{}", check.out);
    let create = folder.run_in("database", &["create", "-m", "Beds have a width"]);
    assert_eq!(create.code, Some(0), "{}", create.err);
    assert_eq!(folder.run_in("database", &["upgrade"]).code, Some(0));
    assert_eq!(folder.run_in("database", &["check"]).code, Some(0));
    assert_eq!(folder.run_in("database", &["downgrade", "base"]).code, Some(0));
}

/// Follows the commands that `init` prints for a database with tables and rows, and makes another one by `upgrade`.
fn the_printed_commands_lead_to_a_database_in_sync(name: &str, url: &str, empty: &str) {
    execute(url, &TABLES);
    let folder = Folder::of(&[]);
    let said = folder.run(&["init", name, "--from", url]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let (_, next) = said.err.split_once("\nNext: ").expect("the next commands");
    let commands: Vec<Vec<&str>> = next
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().split_whitespace().skip(1).collect())
        .collect();
    assert_eq!(commands, [vec!["stamp", "head"], vec!["check"]], "{next}");
    folder.take_lock_file(name);
    for words in commands {
        let said = folder.run_in(name, &[words.as_slice(), &["--database-url", url]].concat());
        assert_eq!(said.code, Some(0), "{words:?}: {}{}", said.out, said.err);
        assert!(!said.err.contains("warning"), "{words:?}: {}", said.err);
    }
    let upgrade = folder.run_in(name, &["upgrade", "--database-url", empty]);
    assert_eq!(upgrade.code, Some(0), "{}", upgrade.err);
    let inspect = |url: &str| folder.run_in(name, &["inspect", "--database-url", url]).out;
    assert!(inspect(url).contains("CREATE TABLE \"plant\""), "{}", inspect(url));
    assert_eq!(inspect(url), inspect(empty));
    assert_eq!(folder.run_in(name, &["check", "--database-url", empty]).code, Some(0));
}

#[test]
fn a_postgres_database_is_the_first_revision() {
    let (database, empty) = (OnServer::new("found"), OnServer::new("empty"));
    the_printed_commands_lead_to_a_database_in_sync("of_postgres", &database.url(), &empty.url());
}

#[test]
fn a_sqlite_database_is_the_first_revision() {
    let elsewhere = Folder::of(&[]);
    let url = |file: &str| format!("sqlite:///{}", elsewhere.path().join(file).display());
    the_printed_commands_lead_to_a_database_in_sync("of_sqlite", &url("found.db"), &url("empty.db"));
}
