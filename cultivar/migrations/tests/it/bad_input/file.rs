//! SQLite files that are missing, something else, damaged, newer or not to be written.

use std::fs;

use insta::assert_snapshot;

use super::{all_refused, refused};
use crate::support::{Database, Kind};

/// Commands that write, and commands that read.
const BOTH: [&[&str]; 2] = [&["upgrade"], &["current"]];

/// A database whose file has these bytes.
async fn file(bytes: &[u8]) -> Database {
    let database = Database::new(Kind::Sqlite).await;
    fs::write(database.file(), bytes).expect("written");
    database
}

/// The bytes of a file at the second revision.
async fn migrated() -> Vec<u8> {
    let database = Database::new(Kind::Sqlite).await;
    database.migrate(&["upgrade", "109317dd2a2f"]).exits(0);
    fs::read(database.file()).expect("readable")
}

#[tokio::test]
async fn a_file_that_is_missing() {
    let database = Database::new(Kind::Sqlite).await;
    // To what only reads it is an empty database.
    assert_snapshot!(refused(&database, &["current"]).await, @r"
    exit 0
    --- stderr
    note: there is no SQLite file `<folder>/cultivar.db` yet: it is read as an empty database
    ");
    assert_snapshot!(refused(&database, &["downgrade", "base"]).await, @r"
    exit 1
    --- stderr
    error[no-database-file]: there is no SQLite file `<folder>/cultivar.db`
      hint: correct the connection URL; or run `upgrade`, which creates the file unless the connection URL says `mode=rw` or `mode=ro`
    ");
    let mut database = Database::new(Kind::Sqlite).await;
    database.url += "?mode=rw";
    assert_snapshot!(refused(&database, &["upgrade"]).await, @r"
    exit 1
    --- stderr
    error[no-database-file]: there is no SQLite file `<folder>/cultivar.db`
      hint: correct the connection URL; or run `upgrade`, which creates the file unless the connection URL says `mode=rw` or `mode=ro`
    ");
    let mut database = Database::new(Kind::Sqlite).await;
    database.url = database.url.replace("cultivar.db", "none/cultivar.db");
    assert_snapshot!(all_refused(&database, &BOTH).await, @r"
    $ upgrade
    $ current
    exit 1
    --- stderr
    error[no-database-folder]: there is no folder `<folder>/none` for the SQLite file
      hint: create the folder, or correct the connection URL
    ");
}

#[tokio::test]
async fn a_folder_instead_of_a_file() {
    let database = Database::new(Kind::Sqlite).await;
    fs::create_dir(database.file()).expect("a folder");
    assert_snapshot!(all_refused(&database, &BOTH).await, @r"
    $ upgrade
    $ current
    exit 1
    --- stderr
    error[database-is-a-folder]: `<folder>/cultivar.db` is a folder, not a SQLite file
      hint: the connection URL must name a file, such as `sqlite:///folder/file.db`
    ");
}

#[tokio::test]
async fn a_file_that_is_no_database() {
    let database = file("These are notes about a garden.\n".repeat(99).as_bytes()).await;
    assert_snapshot!(all_refused(&database, &BOTH).await, @r"
    $ upgrade
    $ current
    exit 1
    --- stderr
    error[not-a-database]: `<folder>/cultivar.db` is not a SQLite database
      caused by: file is not a database (code 26)
      hint: the connection URL may name the wrong file, or the file is encrypted or damaged
    ");
}

#[tokio::test]
async fn a_file_of_a_newer_sqlite() {
    let mut bytes = migrated().await;
    // The versions for writing and for reading: <https://www.sqlite.org/fileformat2.html>, section 1.3.3.
    (bytes[18], bytes[19]) = (3, 3);
    let database = file(&bytes).await;
    assert_snapshot!(all_refused(&database, &BOTH).await, @r"
    $ upgrade
    $ current
    exit 1
    --- stderr
    error[newer-format]: `<folder>/cultivar.db` has a newer format than this program can read
      caused by: file is not a database (code 26)
      hint: a newer SQLite wrote the file: use a newer release of this program
    ");
    // The number of the schema's format, section 1.3.10.
    (bytes[18], bytes[19], bytes[47]) = (1, 1, 5);
    let database = file(&bytes).await;
    assert_snapshot!(all_refused(&database, &BOTH).await, @r"
    $ upgrade
    $ current
    exit 1
    --- stderr
    error[newer-format]: `<folder>/cultivar.db` has a newer format than this program can read
      caused by: unsupported file format (code 1)
      hint: a newer SQLite wrote the file: use a newer release of this program
    ");
    // Older ones may read it, but not write to it.
    (bytes[18], bytes[47]) = (3, 4);
    let database = file(&bytes).await;
    assert_eq!(database.migrate(&["current"]).exits(0).stdout, "109317dd2a2f\n");
    assert_snapshot!(refused(&database, &["upgrade"]).await, @r#"
    exit 1
    --- stderr
    Running upgrade 109317dd2a2f -> 6e5b1d353dd6, Add strain_id aliases for backward compatibility
    error[read-only]: revision `6e5b1d353dd6` failed and was rolled back
      caused by: the database refused `CREATE TABLE "system_activity" (
            "id" INTEGER NOT NULL,
            "type" VARCHAR(50) NOT NULL,
            "user_id" INTEGER NOT NULL,
            "details" TEXT,
            "timestamp" DATETIME,
            PRIMARY KEY ("id"),
            FOREIGN KEY ("user_id") REFERENCES "user" ("id")
        )`
      caused by: attempt to write a readonly database (code 8)
      hint: the file or its folder is write-protected, a newer SQLite wrote the file, or the connection URL says `mode=ro`
    "#);
}

#[tokio::test]
async fn a_file_that_is_damaged() {
    let mut bytes = migrated().await;
    bytes[100..300].fill(0xff);
    let database = file(&bytes).await;
    assert_snapshot!(all_refused(&database, &BOTH).await, @r"
    $ upgrade
    $ current
    exit 1
    --- stderr
    error[damaged-file]: cannot connect to sqlite:///<folder>/cultivar.db
      caused by: database disk image is malformed (code 11)
      hint: copy the file before anything else; `PRAGMA integrity_check` says where it is damaged
    ");
    // Cut off, as by a copy that was interrupted.
    let database = file(&migrated().await[..4096]).await;
    assert_snapshot!(all_refused(&database, &BOTH).await, @r"
    $ upgrade
    $ current
    exit 1
    --- stderr
    error[damaged-file]: cannot connect to sqlite:///<folder>/cultivar.db
      caused by: database disk image is malformed (code 11)
      hint: copy the file before anything else; `PRAGMA integrity_check` says where it is damaged
    ");
}

#[tokio::test]
async fn a_file_that_is_not_to_be_written() {
    let mut database = file(&migrated().await).await;
    database.url += "?mode=ro";
    assert_eq!(database.migrate(&["current"]).exits(0).stdout, "109317dd2a2f\n");
    assert_snapshot!(refused(&database, &["upgrade"]).await, @r#"
    exit 1
    --- stderr
    Running upgrade 109317dd2a2f -> 6e5b1d353dd6, Add strain_id aliases for backward compatibility
    error[read-only]: revision `6e5b1d353dd6` failed and was rolled back
      caused by: the database refused `CREATE TABLE "system_activity" (
            "id" INTEGER NOT NULL,
            "type" VARCHAR(50) NOT NULL,
            "user_id" INTEGER NOT NULL,
            "details" TEXT,
            "timestamp" DATETIME,
            PRIMARY KEY ("id"),
            FOREIGN KEY ("user_id") REFERENCES "user" ("id")
        )`
      caused by: attempt to write a readonly database (code 8)
      hint: the file or its folder is write-protected, a newer SQLite wrote the file, or the connection URL says `mode=ro`
    "#);
    assert_snapshot!(refused(&database, &["stamp", "head"]).await, @r#"
    exit 1
    --- stderr
    Running stamp_revision 109317dd2a2f -> 7d3c2a91e5f4
    error[read-only]: revision `7d3c2a91e5f4` failed and was rolled back
      caused by: the database refused `UPDATE "main"."alembic_version" SET version_num = '7d3c2a91e5f4' WHERE version_num = '109317dd2a2f'`
      caused by: attempt to write a readonly database (code 8)
      hint: the file or its folder is write-protected, a newer SQLite wrote the file, or the connection URL says `mode=ro`
    "#);
    assert_snapshot!(refused(&database, &["downgrade", "-1"]).await, @r#"
    exit 1
    --- stderr
    Running downgrade 109317dd2a2f -> 3968dfa9e747, add_seedfinder_fields_to_breeder_and_cultivar
    error[read-only]: revision `109317dd2a2f` failed and was rolled back
      caused by: the database refused `DROP INDEX "ix_cultivar_seedfinder_id"`
      caused by: attempt to write a readonly database (code 8)
      hint: the file or its folder is write-protected, a newer SQLite wrote the file, or the connection URL says `mode=ro`
    "#);
}

/// Permissions hold for everybody but root: as root, this test says so and ends.
#[cfg(unix)]
#[tokio::test]
async fn a_file_without_permission() {
    use std::os::unix::fs::PermissionsExt as _;
    let database = file(&migrated().await).await;
    let before = fs::read(database.file()).expect("readable");
    let mode = |mode| fs::set_permissions(database.file(), fs::Permissions::from_mode(mode)).expect("set");
    mode(0o000);
    if fs::read(database.file()).is_ok() {
        println!("not tested: root may read every file");
        return;
    }
    let none = database.migrate(&["current"]).exits(1);
    assert_snapshot!(super::said(&none, &database), @r"
    exit 1
    --- stderr
    error[cannot-open-file]: cannot connect to sqlite:///<folder>/cultivar.db
      caused by: unable to open database file (code 14)
      hint: this user may not read the file or write to its folder
    ");
    mode(0o400);
    let read_only = database.migrate(&["stamp", "head"]).exits(1);
    assert_snapshot!(super::said(&read_only, &database), @r#"
    exit 1
    --- stderr
    Running stamp_revision 109317dd2a2f -> 7d3c2a91e5f4
    error[read-only]: revision `7d3c2a91e5f4` failed and was rolled back
      caused by: the database refused `UPDATE "main"."alembic_version" SET version_num = '7d3c2a91e5f4' WHERE version_num = '109317dd2a2f'`
      caused by: attempt to write a readonly database (code 8)
      hint: the file or its folder is write-protected, a newer SQLite wrote the file, or the connection URL says `mode=ro`
    "#);
    assert!(fs::read(database.file()).expect("readable") == before);
}
