//! Names that a terminal would obey: nothing of a database is printed as it is, and no name makes a line of its own.

use super::project::Bad;
use crate::support::{Database, Kind, Ran, on_each_database};

on_each_database! {
    names_of_objects_are_shown_and_not_obeyed;
    rows_of_the_version_table_are_shown_and_not_obeyed;
    what_a_server_says_is_shown_and_not_obeyed;
}

/// A line that says that all is well, an escape that clears the screen, one that sets the title, a C1 control, a carriage
/// return, a mark that turns the direction of writing, and a break of lines that is none in ASCII.
const NAME: &str = "x\nNo new upgrade operations detected.\u{1b}[2J\u{1b}]0;t\u{7}\u{9b}1m\r\u{202e}\u{2028}";

#[track_caller]
fn is_shown(ran: &Ran, what: &str) {
    let colours = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[36m"];
    let is_asked = what.contains("--color");
    for text in [&ran.stdout, &ran.stderr] {
        let mut text = text.clone();
        colours.iter().filter(|_| is_asked).for_each(|colour| text = text.replace(colour, ""));
        for letter in text.chars().filter(|letter| *letter != '\n') {
            let is_obeyed = letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2028}');
            assert!(!is_obeyed, "{what}: {letter:?} in {ran:?}");
        }
        for line in text.lines() {
            assert!(!line.trim_start().starts_with("No new upgrade"), "{what}: {ran:?}");
        }
    }
}

/// A folder for new scripts, so that none is written beside CultivAR's.
fn with_versions_of_its_own(database: &Database) {
    let versions = database.folder.path().join("versions");
    std::fs::create_dir_all(versions).expect("a folder");
    let text = "versions = \"versions\"\ndialects = [\"sqlite\"]\n";
    std::fs::write(database.folder.path().join("cucurbit.toml"), text).expect("written");
}

async fn names_of_objects_are_shown_and_not_obeyed(database: Database) {
    database.migrate(&["upgrade"]).exits(0);
    let quoted = NAME.replace('"', "\"\"");
    database.execute(&format!("CREATE INDEX \"{quoted}\" ON zone (name)")).await;
    database.execute(&format!("CREATE TABLE \"t{quoted}\" (\"c{quoted}\" TEXT DEFAULT '{NAME}')")).await;
    database
        .execute(&format!("ALTER TABLE zone ADD COLUMN \"c{quoted}\" TEXT CHECK (\"c{quoted}\" <> '{NAME}')"))
        .await;
    database.execute(&format!("CREATE VIEW \"v{quoted}\" AS SELECT 1 AS a")).await;
    if database.kind == Kind::Postgres {
        database.execute(&format!("CREATE TYPE \"e{quoted}\" AS ENUM ('{NAME}')")).await;
        database.execute(&format!("CREATE SEQUENCE \"s{quoted}\"")).await;
    }
    for arguments in [
        &["check"][..],
        &["diff", "database", "models"],
        &["diff", "models", "database"],
        &["check", "--color", "always"],
        &["check", "--format", "json"],
        &["diff", "database", "history", "--format", "json"],
    ] {
        let ran = database.migrate(arguments).exits(3);
        is_shown(&ran, &arguments.join(" "));
        assert!(ran.stdout.contains("No new upgrade operations detected."), "it is named: {ran:?}");
    }
    with_versions_of_its_own(&database);
    for arguments in [&["create", "-m", NAME][..], &["create", "-m", "x", "--format", "json"]] {
        is_shown(&database.migrate(arguments), &arguments.join(" "));
    }
    for arguments in [
        &["stamp", NAME][..],
        &["upgrade", NAME],
        &["show", NAME],
        &["history", "-r", NAME],
        &["diff", NAME, "models"],
        &["heads", NAME],
        &["current", "--config", NAME],
        &["upgrade", "--lock-wait", NAME],
        &["revision", "-m", "x", "--rev-id", NAME],
        &["current", "--database-url", NAME],
        &["upgrade", "--format", "json", NAME],
        &["heads", "--format", "json", NAME],
        &["upgrade", "--color", "always", NAME],
    ] {
        let ran = database.migrate(arguments);
        assert_ne!(ran.code, 0, "{arguments:?}");
        is_shown(&ran, &arguments.join(" "));
    }
}

async fn rows_of_the_version_table_are_shown_and_not_obeyed(database: Database) {
    database.migrate(&["upgrade", "3968"]).exits(0);
    let row: String = NAME.chars().take(30).collect();
    database.execute(&format!("UPDATE alembic_version SET version_num = '{row}'")).await;
    for arguments in [
        &["current"][..],
        &["current", "-v"],
        &["check"],
        &["upgrade"],
        &["downgrade", "-1"],
        &["history", "-i"],
        &["upgrade", "--format", "json"],
    ] {
        let ran = database.migrate(arguments).exits(1);
        is_shown(&ran, &arguments.join(" "));
        assert!(ran.stderr.contains("No new upgrade"), "it is named: {ran:?}");
    }
}

async fn what_a_server_says_is_shown_and_not_obeyed(database: Database) {
    let bad = Bad::project();
    for family in ["nasty_sql", "nasty_drop"] {
        for format in ["text", "json"] {
            let ran = bad.run(family, &database, &["upgrade", "--format", format]).exits(1);
            is_shown(&ran, family);
            assert!(ran.stderr.contains("No new upgrade"), "it is named: {ran:?}");
        }
    }
}
