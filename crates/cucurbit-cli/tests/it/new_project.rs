//! From an empty folder to a migrated database, and on: with real builds.

use crate::support::Folder;

#[test]
fn a_schema_in_sql_becomes_revisions() {
    let folder = Folder::of(&[]);
    assert_eq!(folder.run(&["init"]).code, Some(0));
    folder.take_lock_file("migrations");
    let empty = folder.run_in("migrations", &["create", "-m", "Nothing yet"]);
    assert!(empty.err.contains("error[empty-models]"), "{}", empty.err);

    folder.write(
        "migrations/schema.sql",
        "CREATE TABLE bed (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL);\n\
         CREATE TABLE plant (id INTEGER PRIMARY KEY, bed_id INTEGER NOT NULL REFERENCES bed (id));\n",
    );
    let create = folder.run_in("migrations", &["create", "-m", "Create the tables"]);
    assert_eq!(create.code, Some(0), "{}", create.err);
    // From any folder inside, and never by a binary that is older than the script.
    let upgrade = folder.run_in("migrations/src", &["upgrade"]);
    assert_eq!(upgrade.code, Some(0), "{}", upgrade.err);
    assert!(
        upgrade.out.contains("Create the tables") || upgrade.err.contains("Create the tables"),
        "{upgrade:?}"
    );
    let check = folder.run_in("migrations", &["check"]);
    assert_eq!(check.code, Some(0), "{} {}", check.out, check.err);

    folder.write(
        "migrations/schema.sql",
        "CREATE TABLE bed (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, width INTEGER);\n\
         CREATE TABLE plant (id INTEGER PRIMARY KEY, bed_id INTEGER NOT NULL REFERENCES bed (id));\n",
    );
    let check = folder.run_in("migrations", &["check"]);
    assert_eq!(check.code, Some(3), "{} {}", check.out, check.err);
    assert!(check.out.contains("add column bed.width"), "{}", check.out);
    let create = folder.run_in("migrations", &["create", "-m", "Beds have a width"]);
    assert_eq!(create.code, Some(0), "{}", create.err);
    assert_eq!(folder.run_in("migrations", &["upgrade"]).code, Some(0));
    assert_eq!(folder.run_in("migrations", &["check"]).code, Some(0));
    assert_eq!(folder.run_in("migrations", &["downgrade", "base"]).code, Some(0));
}
