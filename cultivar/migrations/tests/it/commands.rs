//! The commands of the guide: what they print, how they exit, what they leave alone.

use crate::support::{Database, Kind, Ran, binary, on_each_database};

on_each_database! {
    current_says_where_the_database_is;
    stamp_moves_the_version_without_running_anything;
    both_forms_of_upgrade_and_downgrade_go_the_same_way;
    an_upgrade_that_has_nothing_to_do_says_so;
    ensure_version_makes_the_version_table_and_nothing_else;
    the_version_table_is_alembics;
    history_marks_what_is_current;
    reports_are_json_when_asked;
    a_revision_that_nobody_knows_changes_nothing;
    quiet_prints_no_progress;
    sql_is_printed_and_not_run;
    the_printed_sql_makes_the_same_database;
    a_dry_run_prints_what_would_run_here;
    an_option_is_never_taken_for_a_revision;
    diff_shows_what_any_two_sources_differ_in;
}

async fn diff_shows_what_any_two_sources_differ_in(database: Database) {
    database.migrate(&["upgrade", "6e5b1d353dd6"]).exits(0);
    let same = database.migrate(&["diff", "history", "models"]).exits(0);
    assert_eq!(same.stdout, "No differences between `history` and `models`.\n");
    // As it is: pending revisions are not taken for done, as `check` does.
    let text = database.migrate(&["diff", "database", "models"]).exits(3).stdout;
    assert!(text.starts_with("From `database` to `models`:\n  "), "{text}");
    database.migrate(&["check"]).exits(0);

    let json = database.migrate(&["diff", "models", "database", "--format", "json"]).exits(3).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["from"], &json["to"]), (&"models".into(), &"database".into()));
    let (differences, operations) = (json["differences"].as_array(), json["operations"].as_array());
    assert_eq!(differences.map(Vec::len), Some(text.lines().count() - 1));
    assert_eq!(operations.map(Vec::len), differences.map(Vec::len));

    let unknown = database.migrate(&["diff", "database", "model"]).exits(2);
    assert!(unknown.stderr.contains("`model` is none of `database`, `empty`"), "{}", unknown.stderr);
    let plain = database.migrate(&["revision", "-m", "x", "--from", "empty"]).exits(2);
    assert!(plain.stderr.contains("need `--autogenerate`"), "{}", plain.stderr);
}

async fn current_says_where_the_database_is(database: Database) {
    if database.kind == Kind::Postgres {
        assert_eq!(database.migrate(&["current"]).exits(0).stdout, "");
        assert_eq!(database.tables().await, [""; 0], "current creates nothing");
    }
    database.migrate(&["upgrade", "109317dd2a2f"]).exits(0);
    assert_eq!(database.migrate(&["current"]).exits(0).stdout, "109317dd2a2f\n");
    let verbose = database.migrate(&["current", "--verbose"]).exits(0).stdout;
    assert!(verbose.starts_with("Current revision(s) for "), "{verbose}");
    assert!(verbose.contains("Rev: 109317dd2a2f\nParent: 3968dfa9e747\n"), "{verbose}");
    let checked = database.migrate(&["current", "--check-heads"]).exits(5);
    assert!(
        checked.stderr.starts_with("error[not-at-heads]: Database is not on all head revisions\n"),
        "{}",
        checked.stderr
    );
    database.migrate(&["upgrade"]).exits(0);
    database.migrate(&["current", "--check-heads"]).exits(0);
}

async fn stamp_moves_the_version_without_running_anything(database: Database) {
    database.migrate(&["stamp", "109317dd2a2f"]).exits(0);
    assert_eq!(database.migrate(&["current"]).exits(0).stdout, "109317dd2a2f\n");
    assert_eq!(database.tables().await, ["alembic_version"]);
    database.migrate(&["stamp", "base"]).exits(0);
    assert_eq!(database.migrate(&["current"]).exits(0).stdout, "");

    database.execute("INSERT INTO alembic_version (version_num) VALUES ('ffffffffffff')").await;
    let unknown = database.migrate(&["current"]).exits(1);
    assert!(unknown.stderr.contains("'ffffffffffff'"), "{}", unknown.stderr);
    database.migrate(&["stamp", "--purge", "head"]).exits(0);
    database.migrate(&["current", "--check-heads"]).exits(0);
}

async fn both_forms_of_upgrade_and_downgrade_go_the_same_way(database: Database) {
    let current = || database.migrate(&["current"]).exits(0).stdout;
    database.migrate(&["upgrade", "--revision", "3968dfa9e747"]).exits(0);
    assert_eq!(current(), "3968dfa9e747\n");
    database.migrate(&["upgrade", "+1"]).exits(0);
    assert_eq!(current(), "109317dd2a2f\n");
    database.migrate(&["downgrade", "-1"]).exits(0);
    assert_eq!(current(), "3968dfa9e747\n");
    database.migrate(&["upgrade", "1093"]).exits(0);
    database.migrate(&["downgrade", "--revision", "-1"]).exits(0);
    assert_eq!(current(), "3968dfa9e747\n");
    database.migrate(&["downgrade", "--revision=base"]).exits(0);
    assert_eq!(current(), "");
    let twice = database.migrate(&["upgrade", "head", "--revision", "head"]).exits(2);
    assert!(twice.stderr.contains("given twice"), "{}", twice.stderr);
    database.migrate(&["downgrade"]).exits(2);
}

async fn an_upgrade_that_has_nothing_to_do_says_so(database: Database) {
    database.migrate(&["upgrade"]).exits(0);
    let again = database.migrate(&["upgrade"]).exits(0);
    assert!(again.stderr.contains("Nothing to do, the database is at "), "{}", again.stderr);
    assert_eq!(again.stdout, "");
}

async fn ensure_version_makes_the_version_table_and_nothing_else(database: Database) {
    for _ in 0..2 {
        database.migrate(&["ensure_version"]).exits(0);
        assert_eq!(database.tables().await, ["alembic_version"]);
    }
}

async fn the_version_table_is_alembics(database: Database) {
    database.migrate(&["upgrade", "3968dfa9e747"]).exits(0);
    let rows = database.query("SELECT CAST(version_num AS TEXT) AS v FROM alembic_version").await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["v"].as_deref(), Some("3968dfa9e747"));
    match database.kind {
        Kind::Postgres => {
            let column = database
                .query(
                    "SELECT format_type(atttypid, atttypmod) AS ty, attnotnull::text AS nn FROM pg_attribute \
                     WHERE attrelid = 'alembic_version'::regclass AND attnum > 0",
                )
                .await;
            assert_eq!(column.len(), 1);
            assert_eq!(column[0]["ty"].as_deref(), Some("character varying(32)"));
            assert_eq!(column[0]["nn"].as_deref(), Some("true"));
            let key = database
                .query("SELECT conname::text AS n FROM pg_constraint WHERE conrelid = 'alembic_version'::regclass AND contype = 'p'")
                .await;
            assert_eq!(key[0]["n"].as_deref(), Some("alembic_version_pkc"));
        }
        Kind::Sqlite => {
            let sql = database.query("SELECT sql FROM sqlite_schema WHERE name = 'alembic_version'").await;
            let sql = sql[0]["sql"].clone().expect("its text");
            assert!(sql.contains("version_num VARCHAR(32) NOT NULL"), "{sql}");
            assert!(sql.contains("alembic_version_pkc"), "{sql}");
        }
    }
}

async fn history_marks_what_is_current(database: Database) {
    database.migrate(&["upgrade", "109317dd2a2f"]).exits(0);
    let history = database.migrate(&["history", "--indicate-current"]).exits(0).stdout;
    let lines: Vec<&str> = history.lines().collect();
    assert_eq!(lines.len(), 4, "{history}");
    assert!(lines[0].contains(" (head), "), "{history}");
    assert_eq!(
        lines[1..],
        [
            "109317dd2a2f -> 6e5b1d353dd6, Add strain_id aliases for backward compatibility",
            "3968dfa9e747 -> 109317dd2a2f (current), add_seedfinder_fields_to_breeder_and_cultivar",
            "<base> -> 3968dfa9e747, Generate baseline schema for async models",
        ]
    );
    let range = database.migrate(&["history", "-r", "-1:current"]).exits(0).stdout;
    assert_eq!(range.lines().count(), 2, "{range}");
}

async fn reports_are_json_when_asked(database: Database) {
    database.migrate(&["upgrade", "3968dfa9e747"]).exits(0);
    let json = |arguments: &[&str]| -> serde_json::Value {
        let ran = database.migrate(&[arguments, &["--format", "json"]].concat()).exits(0);
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
    };
    assert_eq!(json(&["current"])[0]["revision"], "3968dfa9e747");
    assert_eq!(json(&["heads"])[0]["marks"][0], "head");
    assert_eq!(json(&["history"]).as_array().map(Vec::len), Some(4));
    assert_eq!(json(&["show", "3968"])[0]["doc"], "Generate baseline schema for async models");
    let check = json(&["check"]);
    assert_eq!(check["pending"].as_array().map(Vec::len), Some(3));
    assert_eq!(check["differences"].as_array().map(Vec::len), Some(0));
    assert_eq!(json(&["upgrade", "+1"])["heads"][0], "109317dd2a2f");
}

async fn a_revision_that_nobody_knows_changes_nothing(database: Database) {
    let ran = database.migrate(&["upgrade", "nosuch"]).exits(1);
    assert!(ran.stderr.starts_with("error[unknown-revision]: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("nosuch"), "{}", ran.stderr);
    assert_eq!(database.tables().await, [""; 0], "not even the version table");
}

async fn quiet_prints_no_progress(database: Database) {
    let ran = database.migrate(&["--quiet", "upgrade"]).exits(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
}

async fn sql_is_printed_and_not_run(database: Database) {
    let sql = database.migrate(&["upgrade", "--sql"]).exits(0).stdout;
    assert_eq!(sql, database.migrate(&["upgrade", "head", "--sql"]).exits(0).stdout, "byte for byte");
    assert!(sql.starts_with("CREATE TABLE \"alembic_version\" ("), "{sql}");
    assert!(sql.contains("-- Running upgrade 3968dfa9e747 -> 109317dd2a2f, add_seedfinder"), "{sql}");
    assert!(!database.file().exists());
    let range = database.migrate(&["upgrade", "3968:1093", "--sql"]).exits(0).stdout;
    assert!(!range.contains("CREATE TABLE \"alembic_version\""), "{range}");
    let down = database.migrate(&["downgrade", "1093:base", "--sql"]).exits(0).stdout;
    assert!(down.contains("DROP TABLE \"plant\""), "{down}");
    let whole = database.migrate(&["downgrade", "base", "--sql"]).exits(2);
    assert!(whole.stderr.contains("downgrade with --sql requires <fromrev>:<torev>"), "{}", whole.stderr);
}

async fn the_printed_sql_makes_the_same_database(database: Database) {
    let sql = database.migrate(&["upgrade", "--sql"]).exits(0).stdout;
    database.execute(&sql).await;
    database.migrate(&["current", "--check-heads"]).exits(0);
    database.migrate(&["check"]).exits(0);
    let other = Database::new(database.kind).await;
    other.migrate(&["upgrade"]).exits(0);
    assert_eq!(database.schema().await, other.schema().await);
}

async fn a_dry_run_prints_what_would_run_here(database: Database) {
    database.migrate(&["up", "109317dd2a2f"]).exits(0);
    let before = database.schema().await;
    let up = database.migrate(&["upgrade", "--dry-run"]).exits(0).stdout;
    assert!(up.contains("-- Running upgrade 109317dd2a2f -> 6e5b1d353dd6"), "{up}");
    assert!(!up.contains("-- Running upgrade 3968dfa9e747"), "what is applied is not run again: {up}");
    let down = database.migrate(&["down", "-1", "--dry-run"]).exits(0).stdout;
    assert!(down.contains("-- Running downgrade 109317dd2a2f -> 3968dfa9e747"), "{down}");
    assert_eq!(database.schema().await, before, "nothing was run");
    assert_eq!(database.migrate(&["current"]).exits(0).stdout, "109317dd2a2f\n");

    database.execute(&up).await;
    database.migrate(&["check"]).exits(0);
    assert_eq!(database.migrate(&["upgrade", "--dry-run"]).exits(0).stdout, "-- Nothing to run.\n");
    let json = database.migrate(&["upgrade", "--dry-run", "--format", "json"]).exits(0).stdout;
    assert_eq!(json, "{\n  \"sql\": \"\"\n}\n");
}

async fn an_option_is_never_taken_for_a_revision(database: Database) {
    for words in
        [["upgrade", "--dry-rum"], ["downgrade", "-x"], ["show", "--all"], ["upgrade", "--revision=--sql"]]
    {
        let ran = database.migrate(&words).exits(2);
        assert!(ran.stderr.contains("the command has no such option"), "{}", ran.stderr);
    }
    assert_eq!(database.migrate(&["history", "-r", "-1:head"]).exits(0).stdout.lines().count(), 2);
}

#[test]
fn show_prints_everything_about_a_revision() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = Ran::of(binary(folder.path()).args(["show", "1093"])).exits(0);
    assert!(ran.stdout.starts_with("Rev: 109317dd2a2f\nParent: 3968dfa9e747\nPath: "), "{}", ran.stdout);
    assert!(
        ran.stdout.ends_with("\n\n    add_seedfinder_fields_to_breeder_and_cultivar\n\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(Ran::of(binary(folder.path()).args(["show", "base"])).exits(0).stdout, "");
}
