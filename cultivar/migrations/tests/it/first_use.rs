//! The first commands of a new project, binaries that are older than their scripts, connection URLs that others read in another
//! way, and what programs are told.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{
    project::Project,
    support::{Database, Kind, Ran, binary, on_each_database},
};

on_each_database! {
    programs_are_told_json_on_both_streams;
}

/// Reads what stands on stdout.
#[track_caller]
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn the_first_commands_lead_somewhere_and_make_no_file_before_upgrade() {
    let project = Project::small("first-use");
    let database = Database::new(Kind::Sqlite).await;
    let ran = project.migrate(&database, &["check"]).exits(1);
    assert!(ran.stderr.contains("error[no-scripts]") && ran.stderr.contains("`create --message"), "{ran:?}");
    // What the hint says helps.
    let ran = project.run(&database, &["create", "--message", "beds"]).exits(0);
    assert!(ran.stderr.contains("is read as an empty database"), "{ran:?}");
    assert_eq!(project.versions().len(), 1);

    // The binary is older than the script now: it says so, and writes no second root.
    for arguments in [
        &["create", "-m", "again"][..],
        &["revision", "-m", "again"],
        &["upgrade"],
        &["check"],
        &["upgrade", "--sql"],
        &["stamp", "head"],
    ] {
        let ran = project.run(&database, arguments).exits(1);
        assert!(ran.stderr.contains("error[old-binary]") && ran.stderr.contains("cargo run"), "{ran:?}");
        assert!(ran.stderr.contains("_beds.rs"), "the file is named: {ran:?}");
    }
    assert_eq!(project.versions().len(), 1);
    assert!(!database.file().exists(), "nothing but `upgrade` makes the file");

    // Built again, everything reads the file that is not there, and makes none.
    for (arguments, code) in [
        (&["heads"][..], 0),
        (&["check"], 0),
        (&["current"], 0),
        (&["current", "--check-heads"], 5),
        (&["history", "-i"], 0),
        (&["history", "-r", "base:current"], 0),
        (&["diff", "database", "models"], 3),
        (&["create", "-m", "more"], 5),
    ] {
        let ran = project.migrate(&database, arguments).exits(code);
        assert!(!database.file().exists(), "{arguments:?}: {ran:?}");
    }
    project.migrate(&database, &["upgrade"]).exits(0);
    let ran = project.migrate(&database, &["check"]).exits(0);
    assert_eq!(ran.stderr, "", "the file is there");
    project.edit("garden/src/models.rs", "integer(\"bed_id\")", "integer(\"bed_id\").nullable()");
    project.migrate(&database, &["create", "-m", "no bed"]).exits(0);
    // Some scripts are in the binary, one is not: to read is a warning.
    let ran = project.run(&database, &["heads"]).exits(0);
    assert!(ran.stderr.contains("warning: this binary is older than `"), "{ran:?}");
    for arguments in [&["create", "-m", "again"][..], &["upgrade"], &["downgrade", "-1"], &["stamp", "base"]]
    {
        let ran = project.run(&database, arguments).exits(1);
        assert!(ran.stderr.contains("error[old-binary]") && !ran.stderr.contains("warning"), "{ran:?}");
    }
    assert_eq!(project.versions().len(), 2);
    project.migrate(&database, &["upgrade"]).exits(0);

    // No path of the machine that built it.
    for arguments in
        [&["history", "-v"][..], &["show", "head"], &["history", "--format", "json"], &["heads", "-v"]]
    {
        let ran = project.run(&database, arguments).exits(0);
        assert!(ran.stdout.contains("versions/"), "{ran:?}");
        let folder = project.folder.display().to_string();
        assert!(!ran.stdout.contains(&folder), "{ran:?}");
    }
}

#[tokio::test]
async fn a_file_that_must_be_there_is_not_taken_for_an_empty_database() {
    let database = Database::new(Kind::Sqlite).await;
    for mode in ["rw", "ro"] {
        let url = format!("{}?mode={mode}", database.url);
        let ran = database.migrate(&["current", "--database-url", &url]).exits(1);
        assert!(ran.stderr.contains("error[no-database-file]"), "{ran:?}");
    }
    let url = database.url.replace("cultivar.db", "no/folder.db");
    let ran = database.migrate(&["check", "--database-url", &url]).exits(1);
    assert!(ran.stderr.contains("error[no-database-folder]"), "{ran:?}");
}

/// Runs a command by `DATABASE_URL` in a folder.
fn in_folder(folder: &Path, url: &str, arguments: &[&str]) -> Ran {
    Ran::of(binary(folder).env("DATABASE_URL", url).args(arguments))
}

#[test]
fn an_url_that_sqlx_reads_otherwise_is_told_of_where_it_matters() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().canonicalize().expect("a folder");
    let inside = folder.strip_prefix("/").expect("absolute").display().to_string();
    // Relative to SQLAlchemy, absolute to sqlx.
    let url = format!("sqlite:///{inside}/garden.db");
    let (ours, theirs) = (folder.join(&inside).join("garden.db"), folder.join("garden.db"));
    fs::create_dir_all(ours.parent().expect("a folder")).expect("a folder");

    let ran = in_folder(&folder, &url, &["upgrade"]).exits(0);
    assert!(!ran.stderr.contains("sqlite_urls"), "theirs is not there: {ran:?}");
    assert!(ours.exists() && !theirs.exists());
    fs::write(&theirs, "").expect("written");
    for format in ["text", "json"] {
        let ran = in_folder(&folder, &url, &["current", "--quiet", "--format", format]).exits(0);
        for word in [ours.display().to_string(), theirs.display().to_string(), "sqlite_urls".to_owned()] {
            assert!(ran.stderr.contains(&word), "{word}: {ran:?}");
        }
    }
    for (key, file) in [("sqlx", &theirs), ("sqlalchemy", &ours)] {
        fs::write(folder.join("cucurbit.toml"), format!("sqlite_urls = \"{key}\"\n")).expect("written");
        let ran = in_folder(&folder, &url, &["upgrade"]).exits(0);
        assert!(!ran.stderr.contains("sqlite_urls"), "it is said already: {ran:?}");
        let ran = in_folder(&folder, &url, &["current", "-v"]).exits(0);
        assert!(ran.stdout.contains(&format!("sqlite:///{}:", file.display())), "{key}: {ran:?}");
    }
    fs::write(folder.join("cucurbit.toml"), "sqlite_urls = \"seaorm\"\n").expect("written");
    let ran = in_folder(&folder, &url, &["current"]).exits(1);
    assert!(ran.stderr.contains("`sqlalchemy` or `sqlx`"), "{ran:?}");
    // Four slashes are the same to all.
    fs::remove_file(folder.join("cucurbit.toml")).expect("removed");
    let ran = in_folder(&folder, &format!("sqlite:///{}", theirs.display()), &["current"]).exits(0);
    assert_eq!(ran.stderr, "", "{ran:?}");
}

async fn programs_are_told_json_on_both_streams(database: Database) {
    let json_of = |arguments: &[&str]| database.migrate(&[arguments, &["--format", "json"]].concat());
    let ensured = json_of(&["ensure_version"]).exits(0);
    assert_eq!(json(&ensured.stdout), serde_json::json!({ "version_table": "alembic_version" }));

    let sql = json_of(&["upgrade", "--sql"]).exits(0);
    let plain = database.migrate(&["upgrade", "--sql"]).exits(0);
    assert_eq!(json(&sql.stdout)["sql"].as_str(), Some(plain.stdout.as_str()));

    let ran = json_of(&["upgrade"]).exits(0);
    json(&ran.stdout);
    assert!(ran.stderr.lines().count() > 1);
    assert!(ran.stderr.lines().all(|line| json(line)["progress"].is_string()), "{ran:?}");

    for (arguments, name, code) in [
        (&["upgrade", "nowhere"][..], "unknown-revision", 1),
        (&["downgrade"], "usage", 2),
        (&["heads", "--nonsense"], "usage", 2),
        (&["diff", "model", "models"], "usage", 2),
        (&["current", "--database-url", "nonsense"], "no-scheme", 1),
    ] {
        let ran = json_of(arguments).exits(code);
        assert_eq!(ran.stdout, "");
        let error = json(ran.stderr.lines().last().expect("a line"));
        assert_eq!(error["error"], name, "{ran:?}");
        assert_eq!(error["exit_code"], code);
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{ran:?}");
        assert!(error["causes"].is_array() && error.get("hint").is_some(), "{ran:?}");
    }
    let ran = json_of(&["current", "--database-url", "nonsense"]);
    let error = json(&ran.stderr);
    assert_eq!(error["causes"], serde_json::json!(["the connection URL has no scheme"]));
}
