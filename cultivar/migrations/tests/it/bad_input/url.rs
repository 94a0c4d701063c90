//! Connection URLs that are none, and the variables that they come from.

use insta::assert_snapshot;

use super::{refused_without_database, together};
use crate::support::binary;

/// What is said of a connection URL in the environment. No database is made by it.
fn url(url: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let said = refused_without_database(
        folder.path(),
        binary(folder.path()).env("DATABASE_URL", url).arg("upgrade"),
    );
    assert_eq!(super::files(folder.path()), [], "nothing is made");
    assert!(!["secret", "gr@", "house"].iter().any(|piece| said.contains(piece)), "{said}");
    said
}

#[test]
fn a_wrong_url_is_refused_before_anything_is_opened() {
    assert_snapshot!(url("garden.db"), @r"
    exit 1
    --- stderr
    error[no-scheme]: cannot read the connection URL in the variable `DATABASE_URL`
      caused by: the connection URL has no scheme
      hint: write `sqlite:///file.db` or `postgresql://user:password@host/database`
    ");
    assert_snapshot!(url("mysql://gardener:secret@localhost/garden"), @r"
    exit 1
    --- stderr
    error[unknown-scheme]: cannot read the connection URL in the variable `DATABASE_URL`
      caused by: unknown scheme `mysql` in the connection URL
      hint: SQLite and PostgreSQL are supported: `sqlite:` and `postgresql://`
    ");
    assert_snapshot!(url("postgress://gardener:secret@localhost/garden"), @r"
    exit 1
    --- stderr
    error[unknown-scheme]: cannot read the connection URL in the variable `DATABASE_URL`
      caused by: unknown scheme `postgress` in the connection URL
      hint: did you mean `postgres`?
    ");
    assert_snapshot!(url("postgresql:gardener:secret@localhost/garden"), @r"
    exit 1
    --- stderr
    error[no-slashes]: cannot read the connection URL in the variable `DATABASE_URL`
      caused by: `//` is missing after the scheme of the connection URL
      hint: write `postgresql://user:password@host/database`
    ");
    assert_snapshot!(url("postgresql://gardener:secret@[::1/garden"), @r"
    exit 1
    --- stderr
    error[malformed-host]: cannot read the connection URL in the variable `DATABASE_URL`
      caused by: the IPv6 host of the connection URL is not closed by `]`
      hint: write `postgresql://[::1]:5432/database`
    ");
    assert_snapshot!(url("postgresql://gardener:secret@localhost:port/garden"), @r"
    exit 1
    --- stderr
    error[malformed-port]: cannot read the connection URL in the variable `DATABASE_URL`
      caused by: the port of the host is not a number from 1 to 65535
      hint: write `host:5432`; in a user or password write `%40` for @, `%3A` for :, `%2F` for /, `%3F` for ? and `%25` for %
    ");
    assert_snapshot!(url("postgresql://gardener:gr@en/house@localhost/garden"), @r"
    exit 1
    --- stderr
    error[unencoded-character]: cannot read the connection URL in the variable `DATABASE_URL`
      caused by: the user or password in the connection URL holds a character that must be encoded
      hint: in a user or password write `%40` for @, `%3A` for :, `%2F` for /, `%3F` for ? and `%25` for %
    ");
    assert_snapshot!(url("postgresql://gardener:%ff@localhost/garden"), @r"
    exit 1
    --- stderr
    error[malformed-encoding]: cannot read the connection URL in the variable `DATABASE_URL`
      caused by: the password of the connection URL is not UTF-8 text after decoding
    ");
    assert_snapshot!(url("postgresql://h1,h2,h3/garden?port=1,2"), @r"
    exit 1
    --- stderr
    error[port-count]: cannot read the connection URL in the variable `DATABASE_URL`
      caused by: the connection URL has 2 ports for 3 hosts
      hint: give one port for all hosts, or one for each: `h1:5432,h2:5433`
    ");
    assert_snapshot!(url("postgresql://localhost/garden?sslmod=require"), @r"
    exit 1
    --- stderr
    error[unknown-parameter]: cannot read the connection URL in the variable `DATABASE_URL`
      caused by: unknown parameter `sslmod` in the connection URL
      hint: did you mean `sslmode`?
    ");
    assert_snapshot!(url("postgresql://localhost/garden?sslmode=yes"), @r"
    exit 1
    --- stderr
    error[parameter-value]: cannot read the connection URL in the variable `DATABASE_URL`
      caused by: parameter `sslmode` of the connection URL cannot be `yes`
      hint: it can be `disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`
    ");
    assert_snapshot!(url("postgresql://localhost/garden?service=garden"), @r"
    exit 1
    --- stderr
    error[unsupported-parameter]: cannot read the connection URL in the variable `DATABASE_URL`
      caused by: parameter `service` of the connection URL is not supported
      hint: write host, port, user and database into the connection URL
    ");
    assert_snapshot!(url("sqlite:///"), @r"
    exit 1
    --- stderr
    error[no-file-in-url]: cannot read the connection URL in the variable `DATABASE_URL`
      caused by: the connection URL names no SQLite file
      hint: write `sqlite:///file.db`, `sqlite:////folder/file.db`, or `sqlite://` for memory
    ");
    assert_snapshot!(url("sqlite:///garden.db?mode=fast"), @r"
    exit 1
    --- stderr
    error[parameter-value]: cannot read the connection URL in the variable `DATABASE_URL`
      caused by: parameter `mode` of the connection URL cannot be `fast`
      hint: it can be `ro`, `rw`, `rwc` or `memory`
    ");
}

#[test]
fn an_empty_variable_counts_as_none() {
    let folder = tempfile::tempdir().expect("a folder");
    // Without it, the connection URL of the project's own configuration would be taken.
    std::fs::write(folder.path().join("cucurbit.toml"), "").expect("written");
    let said = |other: &str| {
        let told = ["", "  "].map(|empty| {
            let mut command = binary(folder.path());
            command.env("DATABASE_URL", empty).env("ALEMBIC_DATABASE_URL", other).arg("upgrade");
            (format!("DATABASE_URL='{empty}'"), refused_without_database(folder.path(), &mut command))
        });
        together(told.to_vec())
    };
    assert_snapshot!(said(""), @r#"
    $ DATABASE_URL=''
    $ DATABASE_URL='  '
    exit 1
    --- stderr
    error[no-connection-url]: no connection URL is configured
      hint: give `--database-url`, set `DATABASE_URL`, or write `url = "sqlite:///file.db"` into <folder>/cucurbit.toml
    "#);
    // The next place is looked at.
    assert_snapshot!(said("nonsense"), @r"
    $ DATABASE_URL=''
    $ DATABASE_URL='  '
    exit 1
    --- stderr
    error[no-scheme]: cannot read the connection URL in the variable `ALEMBIC_DATABASE_URL`
      caused by: the connection URL has no scheme
      hint: write `sqlite:///file.db` or `postgresql://user:password@host/database`
    ");
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_named() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = binary(folder.path());
    command.env("DATABASE_URL", OsStr::from_bytes(b"sqlite:///\xff.db")).arg("upgrade");
    assert_snapshot!(refused_without_database(folder.path(), &mut command), @r"
    exit 1
    --- stderr
    error[variable-not-text]: the variable `DATABASE_URL` is not UTF-8 text
    ");
}
