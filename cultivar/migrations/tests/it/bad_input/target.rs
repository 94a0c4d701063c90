//! Revisions that are not there, not one, or not where they are looked for.

use insta::assert_snapshot;

use super::{project::Bad, refused, refused_by, together};
use crate::support::{Database, on_each_database};

on_each_database! {
    an_unknown_revision;
    a_word_that_is_no_revision;
    a_beginning_that_several_revisions_share;
    a_walk_that_leaves_the_history;
    a_downgrade_to_what_is_not_applied;
}

async fn an_unknown_revision(database: Database) {
    database.migrate(&["upgrade", "109317dd2a2f"]).exits(0);
    let unknown = async |arguments| refused(&database, arguments).await;
    assert_snapshot!(unknown(&["upgrade", "nosuch"]).await, @r"
    exit 1
    --- stderr
    error[unknown-revision]: Can't locate revision identified by 'nosuch'
      hint: `history` lists the revisions
    ");
    assert_snapshot!(unknown(&["upgrade", "abc"]).await, @r"
    exit 1
    --- stderr
    error[unknown-revision]: Can't locate revision identified by 'abc'
      hint: please ensure at least four characters are present for partial revision identifier matches
    ");
    assert_snapshot!(unknown(&["downgrade", "nosuch"]).await, @r"
    exit 1
    --- stderr
    error[unknown-revision]: Can't locate revision identified by 'nosuch'
      hint: `history` lists the revisions
    ");
    assert_snapshot!(unknown(&["stamp", "nosuch"]).await, @r"
    exit 1
    --- stderr
    error[unknown-revision]: Can't locate revision identified by 'nosuch'
      hint: `history` lists the revisions
    ");
    assert_snapshot!(unknown(&["show", "nosuch"]).await, @r"
    exit 1
    --- stderr
    error[unknown-revision]: Can't locate revision identified by 'nosuch'
      hint: `history` lists the revisions
    ");
    assert_snapshot!(unknown(&["history", "-r", "nosuch:"]).await, @r"
    exit 1
    --- stderr
    error[unknown-revision]: Can't locate revision identified by 'nosuch'
      hint: `history` lists the revisions
    ");
    assert_snapshot!(unknown(&["upgrade", "nosuch@head"]).await, @r"
    exit 1
    --- stderr
    error[unknown-branch]: No such branch: 'nosuch'
      hint: `branches` and `heads -v` list the labels
    ");
    assert_snapshot!(unknown(&["upgrade", "nosuch", "--sql"]).await, @r"
    exit 1
    --- stderr
    error[unknown-revision]: Can't locate revision identified by 'nosuch'
      hint: `history` lists the revisions
    ");
}

async fn a_word_that_is_no_revision(database: Database) {
    database.migrate(&["upgrade", "109317dd2a2f"]).exits(0);
    assert_snapshot!(refused(&database, &["upgrade", ""]).await, @r"
    exit 1
    --- stderr
    error[malformed-target]: `` is not a revision identifier
      hint: write an id, a label, `head`, `heads`, `base`, `current`, `+2`, `-2`, `ae10+2` or `label@head`
    ");
    assert_snapshot!(refused(&database, &["upgrade", "a:b:c"]).await, @r"
    exit 1
    --- stderr
    error[range-not-allowed]: Range revision not allowed
      hint: `a:b` is for `--sql` and for `history`
    ");
    assert_snapshot!(refused(&database, &["upgrade", "base:head"]).await, @r"
    exit 1
    --- stderr
    error[range-not-allowed]: Range revision not allowed
      hint: `a:b` is for `--sql` and for `history`
    ");
    assert_snapshot!(refused(&database, &["history", "-r", "head"]).await, @r"
    exit 1
    --- stderr
    error[not-a-range]: History range requires [start]:[end], [start]:, or :[end]
      hint: `head:` begins there, `:head` ends there
    ");
    assert_snapshot!(refused(&database, &["upgrade", "'; DROP TABLE plant; --"]).await, @r"
    exit 1
    --- stderr
    error[malformed-target]: `'; DROP TABLE plant; --` is not a revision identifier
      hint: write an id, a label, `head`, `heads`, `base`, `current`, `+2`, `-2`, `ae10+2` or `label@head`
    ");
    assert_snapshot!(refused(&database, &["downgrade"]).await, @r"
    exit 2
    --- stderr
    error[usage]: no revision was given; `-1` undoes the last one
    ");
    assert_snapshot!(refused(&database, &["upgrade", "head", "--revision", "head"]).await, @r"
    exit 2
    --- stderr
    error[usage]: the revision was given twice, in its place and by `--revision`
    ");
}

async fn a_beginning_that_several_revisions_share(database: Database) {
    let bad = Bad::project();
    bad.run("same", &database, &["upgrade"]).exits(0);
    let mut told = Vec::new();
    for command in ["upgrade", "downgrade", "stamp", "show"] {
        let said = refused_by(&database, &mut bad.command("same", &database, &[command, "aaaa"])).await;
        told.push((format!("{command} aaaa"), said));
    }
    assert_snapshot!(together(told), @r"
    $ upgrade aaaa
    $ downgrade aaaa
    $ stamp aaaa
    $ show aaaa
    exit 1
    --- stderr
    error[ambiguous-revision]: Multiple revisions start with 'aaaa': 'aaaa11111111', 'aaaa22222222'...
      hint: give more characters
    ");
}

async fn a_walk_that_leaves_the_history(database: Database) {
    database.migrate(&["upgrade", "109317dd2a2f"]).exits(0);
    assert_snapshot!(refused(&database, &["upgrade", "+9"]).await, @r"
    exit 1
    --- stderr
    error[walked-too-far]: Relative revision +9 didn't produce 9 migrations
      hint: `history` lists what there is
    ");
    assert_snapshot!(refused(&database, &["downgrade", "-9"]).await, @r"
    exit 1
    --- stderr
    error[walked-too-far]: Relative revision -9 didn't produce 9 migrations
      hint: `history` lists what there is
    ");
    assert_snapshot!(refused(&database, &["show", "head+1"]).await, @r"
    exit 1
    --- stderr
    error[walked-too-far]: Walked too far
      hint: `head+1` lies outside of the history
    ");
}

async fn a_downgrade_to_what_is_not_applied(database: Database) {
    database.migrate(&["upgrade", "109317dd2a2f"]).exits(0);
    assert_snapshot!(refused(&database, &["downgrade", "6e5b1d353dd6"]).await, @r"
    exit 1
    --- stderr
    error[not-below]: Destination 6e5b1d353dd6 is not a valid downgrade target from current head(s)
      hint: applied: 109317dd2a2f and what is below
    ");
    assert_snapshot!(refused(&database, &["downgrade", "base:head", "--sql"]).await, @r"
    exit 1
    --- stderr
    error[not-below]: Destination head is not a valid downgrade target from current head(s)
      hint: nothing is applied
    ");
}
