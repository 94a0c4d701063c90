//! Rows of the version table that do not fit the scripts.

use insta::assert_snapshot;

use super::{all_refused, project::Bad, refused_by};
use crate::support::{Database, on_each_database};

on_each_database! {
    a_row_that_no_script_knows;
    a_row_beside_the_one_it_implies;
    rows_of_two_branches;
}

/// Puts rows into the version table beside those that are there.
async fn rows(database: &Database, ids: &[&str]) {
    for id in ids {
        database.execute(&format!("INSERT INTO alembic_version (version_num) VALUES ('{id}')")).await;
    }
}

async fn a_row_that_no_script_knows(database: Database) {
    database.migrate(&["upgrade", "109317dd2a2f"]).exits(0);
    database.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'").await;
    let commands = [
        &["current"][..],
        &["upgrade"],
        &["downgrade", "-1"],
        &["downgrade", "base"],
        &["stamp", "head"],
        &["check"],
        &["create", "-m", "beds"],
        &["history", "-i"],
        &["current", "--check-heads"],
    ];
    assert_snapshot!(all_refused(&database, &commands).await, @r"
    $ current
    $ upgrade
    $ downgrade -1
    $ downgrade base
    $ stamp head
    $ check
    $ create -m beds
    $ history -i
    $ current --check-heads
    exit 1
    --- stderr
    error[unknown-version-row]: Can't locate revision identified by 'ffffffffffff'
      hint: the version table names it, but no script does: fetch the script that has it, perhaps from a newer version of the program; only if it is gone for good, `stamp --purge` the revision that the schema is really at
    ");
    // What the hint says helps.
    database.migrate(&["stamp", "--purge", "109317dd2a2f"]).exits(0);
    database.migrate(&["upgrade"]).exits(0);
    database.migrate(&["check"]).exits(0);
}

async fn a_row_beside_the_one_it_implies(database: Database) {
    database.migrate(&["upgrade", "109317dd2a2f"]).exits(0);
    rows(&database, &["3968dfa9e747"]).await;
    assert_snapshot!(all_refused(&database, &[&["upgrade"], &["check"]]).await, @r"
    $ upgrade
    $ check
    exit 1
    --- stderr
    error[overlapping-rows]: Requested revision 109317dd2a2f overlaps with other requested revisions 3968dfa9e747
      hint: `109317dd2a2f` implies `3968dfa9e747`, which needs no row: `stamp 109317dd2a2f` removes it
    ");
    // What the hint says helps.
    database.migrate(&["stamp", "109317dd2a2f"]).exits(0);
    database.migrate(&["upgrade"]).exits(0);
}

async fn rows_of_two_branches(database: Database) {
    let bad = Bad::project();
    bad.run("heads", &database, &["upgrade", "heads"]).exits(0);
    let said = async |arguments: &[&str]| {
        refused_by(&database, &mut bad.command("heads", &database, arguments)).await
    };
    assert_snapshot!(said(&["downgrade", "-1"]).await, @r"
    exit 1
    --- stderr
    error[ambiguous-current]: Ambiguous downgrade from multiple current revisions
      hint: use `left@-1` or `300000000000@-1`
    ");
    assert_snapshot!(said(&["upgrade", "head"]).await, @r"
    exit 1
    --- stderr
    error[multiple-heads]: Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads
      hint: the heads are 200000000000 (versions/heads-left.rs), 300000000000 (versions/heads-right.rs)
    ");
    assert_snapshot!(said(&["upgrade", "+1"]).await, @r"
    exit 1
    --- stderr
    error[ambiguous-current]: Ambiguous upgrade from multiple current revisions
      hint: use `left@+1` or `300000000000@+1`
    ");
    assert_snapshot!(said(&["create", "-m", "beds"]).await, @r#"
    exit 1
    --- stderr
    error[multiple-heads]: there are several heads: 200000000000 (versions/heads-left.rs), 300000000000 (versions/heads-right.rs)
      hint: join them with `merge heads -m "…"`; or put one on top of the other, if no database has run it yet
    "#);
    assert_snapshot!(said(&["check"]).await, @r#"
    exit 1
    --- stderr
    error[multiple-heads]: there are several heads: 200000000000 (versions/heads-left.rs), 300000000000 (versions/heads-right.rs)
      hint: join them with `merge heads -m "…"`; or put one on top of the other, if no database has run it yet
    "#);
    // What the hint says helps.
    bad.run("heads", &database, &["downgrade", "left@-1"]).exits(0);
}
