//! `cucurbit.toml` that cannot be understood.

use insta::assert_snapshot;

use super::refused_without_database;
use crate::support::binary;

/// What is said of a configuration file.
fn configuration(text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("cucurbit.toml"), text).expect("written");
    let said = refused_without_database(folder.path(), binary(folder.path()).arg("upgrade"));
    assert_eq!(super::files(folder.path()).len(), 1, "nothing is made");
    said
}

#[test]
fn a_broken_file_is_shown_with_line_and_column_and_without_its_passwords() {
    let broken = configuration("# The garden's database.\nurl = \"postgresql://gardener:secret@db/garden\n");
    assert!(!broken.contains("secret"), "{broken}");
    assert_snapshot!(broken, @r#"
    exit 1
    --- stderr
    error[malformed-configuration]: <folder>/cucurbit.toml:2:46: invalid basic string, expected `"`
    "#);
    assert_snapshot!(configuration("url \"sqlite:///garden.db\"\n"), @r"
    exit 1
    --- stderr
    error[malformed-configuration]: <folder>/cucurbit.toml:1:5: key with no value, expected `=`
    ");
    assert_snapshot!(configuration("url = \"sqlite:///a.db\"\nurl = \"sqlite:///b.db\"\n"), @r"
    exit 1
    --- stderr
    error[malformed-configuration]: <folder>/cucurbit.toml:2:1: duplicate key
    ");
    assert_snapshot!(configuration("\n\nurl = 5\n"), @r"
    exit 1
    --- stderr
    error[malformed-configuration]: <folder>/cucurbit.toml:3:7: invalid type: integer `5`, expected a string
    ");
    assert_snapshot!(configuration("dialects = [\"sqlite\", \"oracle\"]\n"), @r"
    exit 1
    --- stderr
    error[malformed-configuration]: <folder>/cucurbit.toml:1:12: unknown dialect `oracle`: there are `postgres` and `sqlite`
    ");
    assert_snapshot!(configuration("lock_wait = \"an hour\"\n"), @r"
    exit 1
    --- stderr
    error[malformed-configuration]: <folder>/cucurbit.toml:1:13: `an hour` is not a duration: write `60s` or `5m`
    ");
}

#[test]
fn an_unknown_key_is_shown_with_the_one_that_was_meant() {
    assert_snapshot!(configuration("ulr = \"sqlite:///garden.db\"\n"), @r"
    exit 1
    --- stderr
    error[unknown-key]: <folder>/cucurbit.toml:1:1: unknown key `ulr`
      hint: did you mean `url`?
    ");
    assert_snapshot!(configuration("dialects = [\"sqlite\"]\n  flavour = \"sweet\"\n"), @r"
    exit 1
    --- stderr
    error[unknown-key]: <folder>/cucurbit.toml:2:3: unknown key `flavour`
      hint: the keys are `dialects`, `file_template`, `lock_wait`, `models`, `post_write_hooks`, `scratch_url`, `sqlite_urls`, `truncate_slug_length`, `url`, `version_table`, `versions`
    ");
    assert_snapshot!(configuration("[alembic]\nscript_location = \"alembic\"\n"), @r"
    exit 1
    --- stderr
    error[unknown-key]: <folder>/cucurbit.toml:1:2: unknown key `alembic`
      hint: the keys are `dialects`, `file_template`, `lock_wait`, `models`, `post_write_hooks`, `scratch_url`, `sqlite_urls`, `truncate_slug_length`, `url`, `version_table`, `versions`
    ");
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |command: &mut std::process::Command| refused_without_database(folder.path(), command);
    assert_snapshot!(run(binary(folder.path()).args(["-c", "garden.toml", "upgrade"])), @r"
    exit 1
    --- stderr
    error[unreadable-configuration]: cannot read <folder>/garden.toml
      caused by: No such file or directory
    ");
    assert_snapshot!(run(binary(folder.path()).env("CUCURBIT_CONFIG", "garden.toml").arg("upgrade")), @r"
    exit 1
    --- stderr
    error[unreadable-configuration]: cannot read <folder>/garden.toml
      caused by: No such file or directory
    ");
    assert_snapshot!(run(binary(folder.path()).args(["-c", ".", "upgrade"])), @r"
    exit 1
    --- stderr
    error[unreadable-configuration]: cannot read <folder>/.
      caused by: Is a directory
    ");
}

#[test]
fn a_placeholder_needs_its_variable() {
    assert_snapshot!(configuration("url = \"postgresql://gardener:${GARDEN_PASSWORD}@db/garden\"\n"), @r"
    exit 1
    --- stderr
    error[unset-variable]: `url` in <folder>/cucurbit.toml needs the variable `GARDEN_PASSWORD`, which is not set
      hint: set `GARDEN_PASSWORD`, or give `--database-url`
    ");
    assert_snapshot!(configuration("url = \"postgresql://gardener:${GARDEN@db/garden\"\n"), @r"
    exit 1
    --- stderr
    error[malformed-placeholder]: `url` in <folder>/cucurbit.toml has a `${` that is not followed by the name of a variable and `}`
      hint: write `${NAME}`; a `${` that is meant is `%24{`
    ");
}
