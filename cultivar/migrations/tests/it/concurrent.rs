//! Several upgrades at once.

use std::{process::Stdio, thread};

use crate::support::{Database, Ran, binary, on_each_database};

on_each_database! {
    /// The original dies with a duplicate key or "already exists".
    defect_19_upgrades_at_once_wait_for_each_other;
}

async fn defect_19_upgrades_at_once_wait_for_each_other(database: Database) {
    let started: Vec<_> = (0..10)
        .map(|_| {
            let mut command = binary(database.folder.path());
            command.env("DATABASE_URL", &database.url).args(["upgrade", "head"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts")
        })
        .collect();
    let ended: Vec<Ran> = started
        .into_iter()
        .map(|child| thread::spawn(move || Ran::from(child.wait_with_output().expect("ends"))))
        .map(|thread| thread.join().expect("joins"))
        .collect();
    let mut steps = 0;
    for ran in ended {
        let ran = ran.exits(0);
        steps += ran.stderr.lines().filter(|line| line.starts_with("Running upgrade")).count();
    }
    // A step that began and met other heads was rolled back and is told twice; none ran twice.
    assert!(steps >= 4, "every revision ran");
    database.migrate(&["current", "--check-heads"]).exits(0);
    database.migrate(&["check"]).exits(0);
    let rows = database.query("SELECT CAST(count(*) AS TEXT) AS n FROM alembic_version").await;
    assert_eq!(rows[0]["n"].as_deref(), Some("1"));
}
