//! Addresses that are none, and the variables that they come from.

use insta::assert_snapshot;

use super::{refused_without_database, together};
use crate::support::binary;

/// What is said of an address in the environment. No database is made by it.
fn address(url: &str) -> String {
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
fn a_wrong_address_is_refused_before_anything_is_opened() {
    assert_snapshot!(address("garden.db"), @r"
    exit 1
    --- stderr
    error[no-scheme]: cannot read the address in the variable `DATABASE_URL`
      caused by: the address does not begin with the kind of database
      hint: write `sqlite:///file.db` or `postgresql://user:password@host/database`
    ");
    assert_snapshot!(address("mysql://gardener:secret@localhost/garden"), @r"
    exit 1
    --- stderr
    error[unknown-scheme]: cannot read the address in the variable `DATABASE_URL`
      caused by: unknown scheme `mysql` in the address
      hint: SQLite and PostgreSQL are supported: `sqlite:` and `postgresql://`
    ");
    assert_snapshot!(address("postgress://gardener:secret@localhost/garden"), @r"
    exit 1
    --- stderr
    error[unknown-scheme]: cannot read the address in the variable `DATABASE_URL`
      caused by: unknown scheme `postgress` in the address
      hint: did you mean `postgres`?
    ");
    assert_snapshot!(address("postgresql:gardener:secret@localhost/garden"), @r"
    exit 1
    --- stderr
    error[no-slashes]: cannot read the address in the variable `DATABASE_URL`
      caused by: `//` is missing after the scheme of the address
      hint: write `postgresql://user:password@host/database`
    ");
    assert_snapshot!(address("postgresql://gardener:secret@[::1/garden"), @r"
    exit 1
    --- stderr
    error[malformed-host]: cannot read the address in the variable `DATABASE_URL`
      caused by: the IPv6 host of the address is not closed by `]`
      hint: write `postgresql://[::1]:5432/database`
    ");
    assert_snapshot!(address("postgresql://gardener:secret@localhost:port/garden"), @r"
    exit 1
    --- stderr
    error[malformed-port]: cannot read the address in the variable `DATABASE_URL`
      caused by: the port of the host is not a number from 1 to 65535
      hint: write `host:5432`; in a user or password write `%40` for @, `%3A` for :, `%2F` for /, `%3F` for ? and `%25` for %
    ");
    assert_snapshot!(address("postgresql://gardener:gr@en/house@localhost/garden"), @r"
    exit 1
    --- stderr
    error[unencoded-character]: cannot read the address in the variable `DATABASE_URL`
      caused by: the user or password in the address holds a character that must be encoded
      hint: in a user or password write `%40` for @, `%3A` for :, `%2F` for /, `%3F` for ? and `%25` for %
    ");
    assert_snapshot!(address("postgresql://gardener:%ff@localhost/garden"), @r"
    exit 1
    --- stderr
    error[malformed-encoding]: cannot read the address in the variable `DATABASE_URL`
      caused by: the password of the address is not UTF-8 text after decoding
    ");
    assert_snapshot!(address("postgresql://h1,h2,h3/garden?port=1,2"), @r"
    exit 1
    --- stderr
    error[port-count]: cannot read the address in the variable `DATABASE_URL`
      caused by: the address has 2 ports for 3 hosts
      hint: give one port for all hosts, or one for each: `h1:5432,h2:5433`
    ");
    assert_snapshot!(address("postgresql://localhost/garden?sslmod=require"), @r"
    exit 1
    --- stderr
    error[unknown-parameter]: cannot read the address in the variable `DATABASE_URL`
      caused by: unknown parameter `sslmod` in the address
      hint: did you mean `sslmode`?
    ");
    assert_snapshot!(address("postgresql://localhost/garden?sslmode=yes"), @r"
    exit 1
    --- stderr
    error[parameter-value]: cannot read the address in the variable `DATABASE_URL`
      caused by: parameter `sslmode` of the address cannot be `yes`
      hint: it can be `disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`
    ");
    assert_snapshot!(address("postgresql://localhost/garden?service=garden"), @r"
    exit 1
    --- stderr
    error[unsupported-parameter]: cannot read the address in the variable `DATABASE_URL`
      caused by: parameter `service` of the address is not supported
      hint: write host, port, user and database into the address
    ");
    assert_snapshot!(address("sqlite:///"), @r"
    exit 1
    --- stderr
    error[no-file-in-address]: cannot read the address in the variable `DATABASE_URL`
      caused by: the address names no SQLite file
      hint: write `sqlite:///file.db`, `sqlite:////folder/file.db`, or `sqlite://` for memory
    ");
    assert_snapshot!(address("sqlite:///garden.db?mode=fast"), @r"
    exit 1
    --- stderr
    error[parameter-value]: cannot read the address in the variable `DATABASE_URL`
      caused by: parameter `mode` of the address cannot be `fast`
      hint: it can be `ro`, `rw`, `rwc` or `memory`
    ");
}

#[test]
fn an_empty_variable_counts_as_none() {
    let folder = tempfile::tempdir().expect("a folder");
    // Without it, the address of the project's own configuration would be taken.
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
    error[no-address]: the address of the database is not known
      hint: give `--database-url`, set `DATABASE_URL`, or write `url = "sqlite:///file.db"` into <folder>/cucurbit.toml
    "#);
    // The next place is looked at.
    assert_snapshot!(said("nonsense"), @r"
    $ DATABASE_URL=''
    $ DATABASE_URL='  '
    exit 1
    --- stderr
    error[no-scheme]: cannot read the address in the variable `ALEMBIC_DATABASE_URL`
      caused by: the address does not begin with the kind of database
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
