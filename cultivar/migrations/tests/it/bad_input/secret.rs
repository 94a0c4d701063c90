//! Passwords where they do not belong: typed as another word, forgotten in a file, in a script.

use super::project::Bad;
use crate::support::{Database, Ran, binary, on_each_database};

const SECRET: &str = "hunter2";

on_each_database! {
    a_statement_of_a_script_that_sets_a_password;
}

#[track_caller]
fn is_kept(ran: &Ran, what: &str) {
    assert!(ran.code != 0 && !ran.stderr.is_empty(), "{what}: {ran:?}");
    assert!(!ran.stdout.contains(SECRET) && !ran.stderr.contains(SECRET), "{what}: {ran:?}");
}

#[test]
fn an_url_in_the_place_of_another_word() {
    let folder = tempfile::tempdir().expect("a folder");
    for url in [
        "postgresql://gardener:hunter2@localhost:1/garden",
        "postgresql://gardener:hunter2/garden",
        "postgresql://gardener:hunter2@localhost:1/garden.sql",
        "postgresql://gardener:x hunter2@localhost/garden",
        "postgresql://gardener:x'hunter2@localhost/garden",
        "postgresql+asyncpg://gardener:p%40hunter2@localhost:1/garden",
        "host=localhost port=1 password=hunter2 user=gardener",
        "postgresql://localhost:1/garden?password=hunter2",
        "gardener:hunter2@localhost/garden",
    ] {
        for arguments in [
            &["diff", url, "models"][..],
            &["diff", "models", url],
            &["create", "-m", "x", "--to", url],
            &["create", "-m", "x", "--from", url],
            &["revision", "--autogenerate", "-m", "x", "--to", url],
            &["upgrade", url],
            &["upgrade", "--sql", url],
            &["downgrade", url],
            &["downgrade", "--sql", url],
            &["stamp", url],
            &["stamp", "--sql", url],
            &["show", url],
            &["history", "-r", url],
            &["merge", "-m", "x", url, "head"],
            &["revision", "-m", "x", "--rev-id", url],
            &["revision", "-m", "x", "--head", url],
            &["revision", "-m", "x", "--depends-on", url],
            &["heads", "--config", url],
            &["upgrade", "--lock-wait", url],
            &["heads", url],
            &["heads", "--format", url],
            &[url],
            &["--database-url", "nothing", url],
        ] {
            for format in ["text", "json"] {
                let mut words = arguments.to_vec();
                if !words.contains(&"--format") && words != [url] {
                    words.extend(["--format", format]);
                }
                let mut command = binary(folder.path());
                command.env("DATABASE_URL", "sqlite:///garden.db").args(&words);
                is_kept(&Ran::of(&mut command), &format!("{words:?}"));
            }
        }
        let option = format!("--format={url}");
        is_kept(&Ran::of(binary(folder.path()).args(["heads", &option])), &option);
        let by_argument = ["current", "--database-url", url];
        is_kept(&Ran::of(binary(folder.path()).args(by_argument)), url);
        for variable in ["DATABASE_URL", "ALEMBIC_DATABASE_URL", "CUCURBIT_CONFIG"] {
            is_kept(&Ran::of(binary(folder.path()).env(variable, url).args(["current"])), variable);
        }
    }
}

#[test]
fn an_url_in_libpqs_variables() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = "postgresql://gardener:hunter2@localhost:1/garden";
    for variable in ["PGHOST", "PGDATABASE", "PGUSER", "PGPORT", "PGSSLMODE", "PGOPTIONS", "PGSSLROOTCERT"] {
        let mut command = binary(folder.path());
        let server = if variable == "PGHOST" { "postgresql:///garden" } else { "postgresql://localhost:1" };
        command.env("DATABASE_URL", server).env(variable, url).args(["current"]);
        is_kept(&Ran::of(&mut command), variable);
    }
}

#[test]
fn an_url_in_the_wrong_place_of_the_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("cucurbit.toml");
    for text in [
        "\"URL\" = 1",
        "[\"URL\"]",
        "[URL]",
        "url = URL",
        "url = \"URL\" x",
        "url = [\"URL\"]",
        "dialects = [\"URL\"]",
        "dialects = \"URL\"",
        "lock_wait = \"URL\"",
        "truncate_slug_length = \"URL\"",
        "version_table = [\"URL\"]",
        "file_template = \"{URL}\"",
        "sqlite_urls = \"URL\"",
        "url = \"URL/${\"",
        "url = \"${URL}\"",
        "scratch_url = [\"URL\"]",
    ] {
        let text = text.replace("URL", "postgresql://gardener:hunter2@localhost:1/garden");
        // New scripts go nowhere.
        std::fs::write(&file, format!("versions = \"nowhere\"\n{text}\n")).expect("written");
        let mut command = binary(folder.path());
        command.args(["create", "--from", "empty", "--head", "base", "-m", "x"]);
        is_kept(&Ran::of(&mut command), &text);
        let mut command = binary(folder.path());
        command.args(["revision", "-m", "x", "--format", "json"]);
        let ran = Ran::of(&mut command);
        assert!(!ran.stdout.contains(SECRET) && !ran.stderr.contains(SECRET), "{text}: {ran:?}");
    }
}

async fn a_statement_of_a_script_that_sets_a_password(database: Database) {
    let bad = Bad::project();
    for format in ["text", "json"] {
        let ran = bad.run("secret", &database, &["upgrade", "--format", format]).exits(1);
        is_kept(&ran, "upgrade");
        assert!(ran.stderr.contains("PASSWORD"), "the statement is named: {ran:?}");
    }
    // What is to be run is whole.
    let sql = bad.run("secret", &database, &["upgrade", "--sql"]).exits(0);
    assert!(sql.stdout.contains("'hunter2'"), "{sql:?}");
}
