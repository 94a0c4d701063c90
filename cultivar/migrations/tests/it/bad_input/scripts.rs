//! Scripts that do not make a graph, panic or fail, and models that are none.

use insta::assert_snapshot;

use super::{project::Bad, refused_by, state, together};
use crate::support::{Database, Kind, on_each_database};

on_each_database! {
    scripts_that_make_no_graph;
    two_heads;
    no_scripts;
    a_script_that_panics;
    a_downgrade_that_panics;
    sql_that_fails_half_way;
    a_downgrade_that_fails_half_way;
    sql_that_is_none;
    what_cannot_be_planned;
    no_models;
}

/// What a family of scripts says to several commands.
async fn all_said(bad: &Bad, family: &str, database: &Database, commands: &[&[&str]]) -> String {
    let mut told = Vec::new();
    for command in commands {
        told.push((command.join(" "), said(bad, family, database, command).await));
    }
    together(told)
}

/// What a family of scripts says to a command; the database must be as it was.
async fn said(bad: &Bad, family: &str, database: &Database, arguments: &[&str]) -> String {
    let said = refused_by(database, &mut bad.command(family, database, arguments)).await;
    said.replace(&bad.folder.display().to_string(), "<garden>")
}

async fn scripts_that_make_no_graph(database: Database) {
    let bad = Bad::project();
    // Even what needs no database says so: nothing of such a history can be trusted.
    let commands = [&["upgrade"][..], &["heads"]];
    assert_snapshot!(all_said(&bad, "double", &database, &commands).await, @r"
    $ upgrade
    $ heads
    exit 1
    --- stderr
    error[duplicate-revision]: Revision aaaaaaaaaaaa is present more than once
      hint: give one of the two scripts another id; see versions/double-one.rs, versions/double-two.rs
    ");
    assert_snapshot!(all_said(&bad, "cycle", &database, &commands).await, @r"
    $ upgrade
    $ heads
    exit 1
    --- stderr
    error[cycle]: Cycle is detected in revisions (aaaaaaaaaaaa, bbbbbbbbbbbb)
      hint: correct `revises` in one of these scripts; see versions/cycle-one.rs, versions/cycle-two.rs
    ");
    assert_snapshot!(all_said(&bad, "self_loop", &database, &commands).await, @r"
    $ upgrade
    $ heads
    exit 1
    --- stderr
    error[self-loop]: Self-loop is detected in revisions (aaaaaaaaaaaa)
      hint: remove the id from its own `revises`; see versions/self_loop-one.rs
    ");
    assert_snapshot!(all_said(&bad, "missing", &database, &commands).await, @r"
    $ upgrade
    $ heads
    exit 1
    --- stderr
    error[missing-revision]: Revision aaaaaaaaaaaa referenced from bbbbbbbbbbbb is not present
      hint: restore the missing script, or correct `revises`: a full id; see versions/missing-one.rs
    ");
    assert_snapshot!(all_said(&bad, "missing_dependency", &database, &commands).await, @r"
    $ upgrade
    $ heads
    exit 1
    --- stderr
    error[missing-dependency]: Dependency water referenced from bbbbbbbbbbbb is not present
      hint: restore the missing script, or correct `depends_on`: a full id or a label; see versions/missing_dependency-one.rs
    ");
    assert_snapshot!(all_said(&bad, "illegal", &database, &commands).await, @r"
    $ upgrade
    $ heads
    exit 1
    --- stderr
    error[illegal-characters]: Character(s) '@' not allowed in revision identifier 'beds@2'
      hint: use letters, digits and `_`; see versions/illegal-one.rs
    ");
    assert_snapshot!(all_said(&bad, "reserved", &database, &commands).await, @r"
    $ upgrade
    $ heads
    exit 1
    --- stderr
    error[reserved-word]: `head` cannot name a revision or a branch
      hint: base, current, head, heads have a meaning of their own; see versions/reserved-one.rs
    ");
    assert_snapshot!(all_said(&bad, "labels", &database, &commands).await, @r"
    $ upgrade
    $ heads
    exit 1
    --- stderr
    error[duplicate-label]: Branch name 'water' in revision bbbbbbbbbbbb already used by revision aaaaaaaaaaaa
      hint: a label is declared in one script only; its descendants inherit it; see versions/labels-one.rs, versions/labels-two.rs
    ");
}

async fn two_heads(database: Database) {
    let bad = Bad::project();
    assert_snapshot!(said(&bad, "heads", &database, &["upgrade"]).await, @r"
    exit 1
    --- stderr
    error[multiple-heads]: Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads
      hint: the heads are 200000000000 (versions/heads-left.rs), 300000000000 (versions/heads-right.rs)
    ");
    assert_snapshot!(said(&bad, "heads", &database, &["stamp", "head"]).await, @r"
    exit 1
    --- stderr
    error[multiple-heads]: Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads
      hint: the heads are 200000000000 (versions/heads-left.rs), 300000000000 (versions/heads-right.rs)
    ");
    database.migrate(&["ensure_version"]).exits(0);
    assert_snapshot!(said(&bad, "heads", &database, &["create", "-m", "beds"]).await, @r#"
    exit 1
    --- stderr
    error[multiple-heads]: there are several heads: 200000000000 (versions/heads-left.rs), 300000000000 (versions/heads-right.rs)
      hint: join them with `merge heads -m "…"`; or put one on top of the other, if no database has run it yet
    "#);
    assert_snapshot!(said(&bad, "heads", &database, &["revision", "-m", "beds"]).await, @r#"
    exit 1
    --- stderr
    error[multiple-heads]: there are several heads: 200000000000 (versions/heads-left.rs), 300000000000 (versions/heads-right.rs)
      hint: join them with `merge heads -m "…"`; or put one on top of the other, if no database has run it yet
    "#);
    assert_snapshot!(said(&bad, "heads", &database, &["check"]).await, @r#"
    exit 1
    --- stderr
    error[multiple-heads]: there are several heads: 200000000000 (versions/heads-left.rs), 300000000000 (versions/heads-right.rs)
      hint: join them with `merge heads -m "…"`; or put one on top of the other, if no database has run it yet
    "#);
}

async fn no_scripts(database: Database) {
    let bad = Bad::project();
    database.migrate(&["ensure_version"]).exits(0);
    let commands = [&["upgrade"][..], &["stamp", "head"], &["check", "--require-heads"]];
    assert_snapshot!(all_said(&bad, "none", &database, &commands).await, @r#"
    $ upgrade
    $ stamp head
    $ check --require-heads
    exit 1
    --- stderr
    error[no-scripts]: there is no revision script in `<garden>/of-each-family`
      hint: create the first one with `create --message "…"`, or set the folder by `versions` in cucurbit.toml and in build.rs
    "#);
}

async fn a_script_that_panics(database: Database) {
    let bad = Bad::project();
    // Nothing is run, not even the revision before it.
    assert_snapshot!(said(&bad, "panic_up", &database, &["upgrade"]).await, @r"
    exit 1
    --- stderr
    error[script-panicked]: `upgrade` of revision `bbbbbbbbbbbb` panicked in versions/panic_up-panics.rs:7:34: no plants today
      hint: correct the script; nothing of it was run
    ");
    assert_snapshot!(said(&bad, "panic_up", &database, &["upgrade", "--sql"]).await, @r"
    exit 1
    --- stderr
    error[script-panicked]: `upgrade` of revision `bbbbbbbbbbbb` panicked in versions/panic_up-panics.rs:7:34: no plants today
      hint: correct the script; nothing of it was run
    ");
    let mut with_backtrace = bad.command("panic_up", &database, &["upgrade"]);
    assert_snapshot!(refused_by(&database, with_backtrace.env("RUST_BACKTRACE", "1")).await, @r"
    exit 1
    --- stderr
    error[script-panicked]: `upgrade` of revision `bbbbbbbbbbbb` panicked in versions/panic_up-panics.rs:7:34: no plants today
      hint: correct the script; nothing of it was run
    ");
    // The lock was given back, and the revision before it is sound.
    bad.run("panic_up", &database, &["upgrade", "aaaaaaaaaaaa", "--lock-wait", "0s"]).exits(0);
    assert_snapshot!(said(&bad, "panic_up", &database, &["upgrade"]).await, @r"
    exit 1
    --- stderr
    error[script-panicked]: `upgrade` of revision `bbbbbbbbbbbb` panicked in versions/panic_up-panics.rs:7:34: no plants today
      hint: correct the script; nothing of it was run
    ");
    assert_snapshot!(said(&bad, "panic_up", &database, &["check"]).await, @r"
    exit 1
    --- stderr
    error[script-panicked]: `upgrade` of revision `bbbbbbbbbbbb` panicked in versions/panic_up-panics.rs:7:34: no plants today
      hint: correct the script; nothing of it was run
    ");
    assert_snapshot!(said(&bad, "panic_up", &database, &["create", "-m", "beds"]).await, @r"
    exit 5
    --- stderr
    error[pending-revisions]: Target database is not up to date.
      hint: pending: bbbbbbbbbbbb; run `upgrade` first
    ");
    bad.run("panic_up", &database, &["downgrade", "base", "--lock-wait", "0s"]).exits(0);
}

async fn a_downgrade_that_panics(database: Database) {
    let bad = Bad::project();
    bad.run("panic_down", &database, &["upgrade"]).exits(0);
    database.execute("INSERT INTO bed (id) VALUES (1)").await;
    assert_snapshot!(said(&bad, "panic_down", &database, &["downgrade", "base"]).await, @r"
    exit 1
    --- stderr
    error[script-panicked]: `downgrade` of revision `aaaaaaaaaaaa` panicked in versions/panic_down-beds.rs:15:34: called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }
      hint: correct the script; nothing of it was run
    ");
    assert_snapshot!(said(&bad, "panic_down", &database, &["downgrade", "head:base", "--sql"]).await, @r"
    exit 1
    --- stderr
    error[script-panicked]: `downgrade` of revision `aaaaaaaaaaaa` panicked in versions/panic_down-beds.rs:15:34: called `Result::unwrap()` on an `Err` value: ParseIntError { kind: InvalidDigit }
      hint: correct the script; nothing of it was run
    ");
    // The revision above it can still be undone.
    bad.run("panic_down", &database, &["downgrade", "-1", "--lock-wait", "0s"]).exits(0);
}

async fn sql_that_fails_half_way(database: Database) {
    let bad = Bad::project();
    // From the base, what was committed before the failure stays.
    bad.run("torn", &database, &["upgrade"]).exits(1);
    assert_eq!(bad.run("torn", &database, &["current"]).exits(0).stdout, "aaaaaaaaaaaa\n");
    let after = state(&database).await;
    // Of the failing revision nothing stays, not its first row and not its version.
    let said = said(&bad, "torn", &database, &["upgrade"]).await;
    match database.kind {
        Kind::Postgres => assert_snapshot!(said, @r#"
        exit 1
        --- stderr
        Running upgrade aaaaaaaaaaaa -> bbbbbbbbbbbb, rows
        error[constraint-violated]: revision `bbbbbbbbbbbb` failed and was rolled back
          caused by: the database refused `INSERT INTO bed (id) VALUES (1)`
          caused by: duplicate key value violates unique constraint "bed_pkey" (code 23505)
            Key (id)=(1) already exists.
          hint: correct the rows first, in this revision or in an earlier one
        "#),
        Kind::Sqlite => assert_snapshot!(said, @r"
        exit 1
        --- stderr
        Running upgrade aaaaaaaaaaaa -> bbbbbbbbbbbb, rows
        error[constraint-violated]: revision `bbbbbbbbbbbb` failed and was rolled back
          caused by: the database refused `INSERT INTO bed (id) VALUES (1)`
          caused by: UNIQUE constraint failed: bed.id (code 1555)
          hint: correct the rows first, in this revision or in an earlier one
        "),
    }
    assert!(database.rows().await["bed"].is_empty());
    assert!(after == state(&database).await);
}

async fn a_downgrade_that_fails_half_way(database: Database) {
    let bad = Bad::project();
    bad.run("torn", &database, &["upgrade", "aaaaaaaaaaaa"]).exits(0);
    let said = said(&bad, "torn", &database, &["downgrade", "base"]).await;
    match database.kind {
        Kind::Postgres => assert_snapshot!(said, @r#"
        exit 1
        --- stderr
        Running downgrade aaaaaaaaaaaa -> , beds
        error[constraint-violated]: revision `aaaaaaaaaaaa` failed and was rolled back
          caused by: the database refused `INSERT INTO bed (id) VALUES (7)`
          caused by: duplicate key value violates unique constraint "bed_pkey" (code 23505)
            Key (id)=(7) already exists.
          hint: correct the rows first, in this revision or in an earlier one
        "#),
        Kind::Sqlite => assert_snapshot!(said, @r"
        exit 1
        --- stderr
        Running downgrade aaaaaaaaaaaa -> , beds
        error[constraint-violated]: revision `aaaaaaaaaaaa` failed and was rolled back
          caused by: the database refused `INSERT INTO bed (id) VALUES (7)`
          caused by: UNIQUE constraint failed: bed.id (code 1555)
          hint: correct the rows first, in this revision or in an earlier one
        "),
    }
    assert_eq!(bad.run("torn", &database, &["current"]).exits(0).stdout, "aaaaaaaaaaaa\n");
}

async fn sql_that_is_none(database: Database) {
    let bad = Bad::project();
    database.migrate(&["ensure_version"]).exits(0);
    let said = said(&bad, "wrong_sql", &database, &["upgrade"]).await;
    match database.kind {
        Kind::Postgres => assert_snapshot!(said, @r#"
        exit 1
        --- stderr
        Running upgrade  -> aaaaaaaaaaaa, sql
        error[statement-refused]: revision `aaaaaaaaaaaa` failed and was rolled back
          caused by: the database refused `SELEC 1`
          caused by: syntax error at or near "SELEC" (code 42601)
          hint: the script is versions/wrong_sql-sql.rs
        "#),
        Kind::Sqlite => assert_snapshot!(said, @r#"
        exit 1
        --- stderr
        Running upgrade  -> aaaaaaaaaaaa, sql
        error[statement-refused]: revision `aaaaaaaaaaaa` failed and was rolled back
          caused by: the database refused `SELEC 1`
          caused by: near "SELEC": syntax error (code 1)
          hint: the script is versions/wrong_sql-sql.rs
        "#),
    }
}

async fn what_cannot_be_planned(database: Database) {
    let bad = Bad::project();
    assert_snapshot!(said(&bad, "vacuum", &database, &["upgrade"]).await, @r"
    exit 1
    --- stderr
    error[needs-no-transaction]: cannot plan revision `aaaaaaaaaaaa`
      caused by: `VACUUM` cannot run inside a revision's transaction
      hint: write `op.execute(…).outside_transaction()`
    ");
    assert_snapshot!(said(&bad, "missing_table", &database, &["upgrade"]).await, @r"
    exit 1
    --- stderr
    error[unknown-object]: cannot plan revision `aaaaaaaaaaaa`
      caused by: cannot add column bed.width
      caused by: there is no table `bed`
      hint: no revision before makes it, so the script is wrong: correct versions/missing_table-column.rs
    ");
    bad.run("one_way", &database, &["upgrade"]).exits(0);
    assert_snapshot!(said(&bad, "one_way", &database, &["downgrade", "base"]).await, @r"
    exit 1
    --- stderr
    error[irreversible]: cannot plan revision `aaaaaaaaaaaa`
      caused by: the script cannot be undone: nobody knows what was there
    ");
    // The tables are there, the version table is empty: as after a restore that left it out.
    database.execute("DELETE FROM alembic_version").await;
    assert_snapshot!(said(&bad, "one_way", &database, &["upgrade"]).await, @r"
    exit 1
    --- stderr
    error[object-exists]: cannot plan revision `aaaaaaaaaaaa`
      caused by: cannot create table bed
      caused by: table `bed` already exists
      hint: no revision before versions/one_way-beds.rs makes it, and this database has it: it was created outside the history; if it is what the script would make, and nothing else of the script is missing, `stamp aaaaaaaaaaaa`, else rename or drop what is there
    ");
}

async fn no_models(database: Database) {
    let bad = Bad::project();
    bad.run("one_way", &database, &["upgrade"]).exits(0);
    let said = async |models: &str| {
        let mut told = Vec::new();
        for arguments in [&["check"][..], &["create", "-m", "beds"]] {
            let mut command = bad.command("one_way", &database, arguments);
            told.push((arguments.join(" "), refused_by(&database, command.env("MODELS", models)).await));
        }
        together(told)
    };
    assert_snapshot!(said("none").await, @r#"
    $ check
    $ create -m beds
    exit 1
    --- stderr
    error[no-models]: there are no models to compare with
      hint: name them in Rust, `Env::new(versions::all()).models(my_models::schema)`, or as SQL, `models = "schema.sql"` in cucurbit.toml
    "#);
    assert_snapshot!(said("empty").await, @r#"
    $ check
    $ create -m beds
    exit 1
    --- stderr
    error[empty-models]: the models contain no table
      hint: name them in Rust, `Env::new(versions::all()).models(my_models::schema)`, or as SQL, `models = "schema.sql"` in cucurbit.toml
    "#);
    assert_snapshot!(said("failing").await, @r"
    $ check
    $ create -m beds
    exit 1
    --- stderr
    error[models-not-collected]: cannot collect the models
      caused by: there is no gardener
    ");
    assert_snapshot!(said("advised").await, @r"
    $ check
    $ create -m beds
    exit 1
    --- stderr
    error[models-not-collected]: cannot collect the models
      caused by: there is no gardener
      hint: ask at the gate
    ");
    assert_snapshot!(said("panicking").await, @r"
    $ check
    $ create -m beds
    exit 1
    --- stderr
    error[models-not-collected]: cannot collect the models
      caused by: it panicked in garden/src/main.rs:29:28: no models today
    ");
}
