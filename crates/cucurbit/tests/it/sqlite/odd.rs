//! Files with something odd in them: views and triggers that are broken, texts that are deep, clauses that no schema of ours
//! has a place for.

use cucurbit::{
    dialect::{Dialect, PlanError},
    operation::Op,
    schema::{OnConflict, build::*},
};

use super::Database;

const BROKEN: [&str; 5] = [
    "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT NOT NULL CHECK (p.name <> ''), gone TEXT)",
    "INSERT INTO p VALUES (1, 'one', 'x'), (2, 'two', NULL)",
    "CREATE VIEW broken AS SELECT nope FROM missing",
    "CREATE VIEW whole AS SELECT p.name FROM p",
    "CREATE TRIGGER broken_too AFTER INSERT ON p WHEN new.id > 100 BEGIN INSERT INTO missing VALUES (new.nope); END",
];

/// The file with another table, on which the broken trigger stands.
fn broken() -> Database {
    let mut sql = BROKEN.to_vec();
    sql.push("CREATE TABLE other (id INTEGER PRIMARY KEY)");
    sql.push("CREATE TRIGGER broken_three AFTER INSERT ON other BEGIN SELECT nope FROM missing; END");
    Database::with(&sql)
}

type Change = fn(&mut Op);

#[test]
fn a_broken_view_or_trigger_keeps_no_table_from_being_changed() {
    let changes: [(&str, Change); 6] = [
        ("rebuild", |op| {
            op.alter_column("p", "name").default("none");
        }),
        ("drop a column", |op| {
            op.drop_column("p", "gone").loses_data();
        }),
        ("rename a column", |op| {
            op.alter_column("p", "name").rename("title");
        }),
        ("rename", |op| {
            op.rename_table("p", "q");
        }),
        ("add a column", |op| {
            op.add_column("p", text("new").nullable());
        }),
        ("edit", |op| {
            op.alter_column("p", "name").nullable();
        }),
    ];
    for (what, change) in changes {
        let mut database = broken();
        database.run(change).unwrap_or_else(|error| panic!("{what}: {error}"));
        let table = if what == "rename" { "q" } else { "p" };
        let name = if what == "rename a column" { "title" } else { "name" };
        assert_eq!(
            database.rows(&format!("SELECT id, {name} FROM {table} ORDER BY id")),
            ["1|one", "2|two"],
            "{what}"
        );
        assert_eq!(database.sql("broken"), BROKEN[2], "{what}");
        assert!(database.sql("broken_three").contains("nope FROM missing"), "{what}");
        // What does refer to the table still does.
        assert_eq!(database.rows("SELECT * FROM whole ORDER BY 1"), ["one", "two"], "{what}");
        assert!(
            database.execute(&format!("INSERT INTO {table} (id, {name}) VALUES (3, '')")).is_err(),
            "{what}"
        );
        for pragma in ["writable_schema", "legacy_alter_table"] {
            assert_eq!(database.rows(&format!("PRAGMA {pragma}")), ["0"], "{what}");
        }
        assert_eq!(database.rows("PRAGMA integrity_check"), ["ok"], "{what}");
    }
}

#[test]
fn what_uses_a_dropped_column_is_named_with_a_hint_that_is_true() {
    let uses = [
        (
            "CREATE TRIGGER t AFTER INSERT ON p BEGIN UPDATE p SET gone = 'x' WHERE id = new.id; END",
            "the trigger `t` uses it",
        ),
        ("CREATE VIEW v AS SELECT gone FROM p", "the view `v` uses it"),
        ("CREATE INDEX i ON p (lower(gone))", "the index `i` uses it"),
        ("CREATE TABLE c (gone TEXT REFERENCES p (gone))", "a foreign key of `c` refers to it"),
    ];
    for (sql, said) in uses {
        let mut database = Database::with(&["CREATE TABLE p (id INTEGER PRIMARY KEY, gone TEXT)", sql]);
        let error = database
            .plan(|op| {
                op.drop_column("p", "gone").loses_data();
            })
            .unwrap_err();
        assert_eq!(error.to_string(), format!("SQLite cannot drop column p.gone: {said}"));
        assert!(matches!(error, PlanError::InUse { .. }), "{error:?}");
        let hint = error.hint().unwrap();
        assert!(hint.contains("DROP TRIGGER") && !hint.contains("op.on"), "{hint}");
    }
    // The hint is followed.
    let mut database = Database::with(&["CREATE TABLE p (id INTEGER PRIMARY KEY, gone TEXT)", uses[0].0]);
    database.execute("DROP TRIGGER t").unwrap();
    database
        .run(|op| {
            op.drop_column("p", "gone").loses_data();
        })
        .unwrap();
}

#[test]
fn a_deep_text_is_read_and_compared() {
    let nested = |depth: usize, inner: &str| format!("{}{inner}{}", "(".repeat(depth), ")".repeat(depth));
    let chain = |length: usize| vec!["a"; length].join(" + ");
    let mut database = Database::with(&[
        "CREATE TABLE deep (a INTEGER, b INTEGER DEFAULT 0)",
        "CREATE INDEX i ON deep (a + 1)",
    ]);
    for (check, default) in [
        (nested(20_000, "a > 0"), nested(50_000, "1")),
        (format!("{} > 0", chain(30_000)), format!("(- {} 1)", "- ".repeat(30_000))),
        (format!("{} a", "NOT ".repeat(20_000)), "1".to_owned()),
        (nested(900, "a > 0"), nested(900, "1")),
        (format!("{} > 0", chain(900)), nested(3_000, "-1")),
    ] {
        let table = format!("CREATE TABLE deep (a INTEGER CHECK ({check}), b INTEGER DEFAULT {default})");
        let index = format!("CREATE INDEX i ON deep ({check}) WHERE ({check})");
        database.execute("PRAGMA writable_schema = ON").unwrap();
        for (name, sql) in [("deep", &table), ("i", &index)] {
            database
                .execute(&format!("UPDATE sqlite_schema SET sql = '{sql}' WHERE name = '{name}'"))
                .unwrap();
        }
        // SQLite has not read the text again, so that it cannot refuse it before we see it.
        let schema = database.reflected().unwrap().schema;
        let canonical = Dialect::Sqlite.canonical(schema.clone());
        assert_eq!(canonical.form(), Dialect::Sqlite.canonical(schema).form());
    }
}

#[test]
fn what_a_table_says_of_orders_is_named() {
    let mut database = Database::with(&[
        "CREATE TABLE a (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, b TEXT NOT NULL ON CONFLICT IGNORE, \
         c TEXT CONSTRAINT uq UNIQUE ON CONFLICT ABORT, d TEXT, e TEXT, UNIQUE (d, e) ON CONFLICT FAIL, \
         UNIQUE (d COLLATE NOCASE))",
        "CREATE TABLE plain (id INTEGER PRIMARY KEY, description TEXT COLLATE NOCASE DEFAULT 'on conflict')",
        "CREATE VIRTUAL TABLE f USING fts5(conflict)",
        "CREATE TABLE wide (id BIGINT PRIMARY KEY)",
    ]);
    let found = database.unmanaged();
    let names = |kind: &str| -> Vec<String> {
        found.iter().filter(|object| object.kind == kind).flat_map(|object| object.names.clone()).collect()
    };
    assert_eq!(names("key with an order or a collation of its own"), ["a (d)"], "{found:?}");
    assert_eq!(names("integer key that is not the rowid"), ["wide.id"], "{found:?}");
    let was = database.sql("a");
    database
        .run(|op| {
            op.alter_column("a", "e").default("x");
        })
        .unwrap();
    assert_eq!(
        database.sql("a"),
        was.replace("e TEXT", "e TEXT DEFAULT 'x'").replace("CREATE TABLE a", "CREATE TABLE \"a\"")
    );
}

#[test]
fn a_rebuild_neither_leaves_out_nor_replaces_rows_that_break_a_new_key() {
    for on_conflict in OnConflict::ALL {
        let mut database = Database::with(&[
            "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT)",
            "INSERT INTO a VALUES (1, 'x'), (2, 'x')",
        ]);
        let refused = database.run(|op| {
            op.create_unique_constraint("uq_a_b", "a", ["b"]).on_conflict(on_conflict);
        });
        assert!(refused.is_err(), "{on_conflict:?}");
        assert_eq!(database.rows("SELECT id, b FROM a"), ["1|x", "2|x"]);
    }
}

/// What an application brought when it made these, and this connection has not: the statement, a word of it, and the word
/// that is in its place.
const FOREIGN: [(&str, &str, &str); 4] = [
    ("CREATE INDEX ixc ON plant (name COLLATE NOCASE)", "NOCASE", "mycoll"),
    ("CREATE INDEX ixf ON plant (lower(name))", "lower", "myfn"),
    ("CREATE INDEX ixw ON plant (name) WHERE lower(name) = 'x'", "lower", "myfn"),
    ("CREATE TABLE ixt (a TEXT COLLATE NOCASE)", "NOCASE", "mycoll"),
];

fn foreign((made, word, instead): (&str, &str, &str)) -> Database {
    let name = made.split(' ').nth(2).unwrap();
    let put =
        format!("UPDATE sqlite_schema SET sql = replace(sql, '{word}', '{instead}') WHERE name = '{name}'");
    Database::with(&[
        "CREATE TABLE plant (id INTEGER PRIMARY KEY, name TEXT)",
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT NOT NULL, gone TEXT)",
        "INSERT INTO p VALUES (1, 'one', 'x'), (2, 'two', NULL)",
        made,
        "PRAGMA writable_schema = ON",
        &put,
        "PRAGMA writable_schema = RESET",
    ])
}

#[test]
fn what_needs_more_than_this_connection_has_keeps_no_other_table_from_being_changed() {
    let changes: [(&str, Change); 4] = [
        ("rebuild", |op| {
            op.alter_column("p", "name").ty(cucurbit::schema::Type::String { length: Some(20) });
        }),
        ("drop a column", |op| {
            op.drop_column("p", "gone").loses_data();
        }),
        ("rename a column", |op| {
            op.alter_column("p", "name").rename("title");
        }),
        ("rename", |op| {
            op.rename_table("p", "q");
        }),
    ];
    for brought in FOREIGN {
        for (what, change) in changes {
            let mut database = foreign(brought);
            database.run(change).unwrap_or_else(|error| panic!("{what} beside {}: {error}", brought.0));
            let table = if what == "rename" { "q" } else { "p" };
            assert_eq!(database.rows(&format!("SELECT count(*) FROM {table}")), ["2"], "{what}");
            let name = brought.0.split(' ').nth(2).unwrap();
            assert!(database.sql(name).contains(brought.2), "{what}");
            assert_eq!(database.rows("PRAGMA writable_schema"), ["0"], "{what}");
        }
    }
}

#[test]
fn a_table_that_needs_more_than_this_connection_has_is_refused_before_it_is_copied() {
    let changes: [Change; 3] = [
        |op| {
            op.alter_column("plant", "name").ty(cucurbit::schema::Type::String { length: Some(20) });
        },
        |op| {
            op.alter_column("plant", "name").rename("title");
        },
        |op| {
            op.rename_table("plant", "herb");
        },
    ];
    for brought in &FOREIGN[..3] {
        for change in changes {
            let mut database = foreign(*brought);
            let error = database.run(change).unwrap_err();
            assert!(error.contains("EXPLAIN") && error.contains(brought.2), "{error}");
        }
    }
}
