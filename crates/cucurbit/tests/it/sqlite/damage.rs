//! What Alembic's rebuild does damage to, case by case, and is kept here ("defect 18").

use cucurbit::{
    dialect::{Dialect, Session},
    operation::Op,
    schema::{Type, build::*},
};

use super::Database;

/// Makes a script that only a rebuild can do.
fn retype(table: &'static str, column: &'static str) -> impl FnOnce(&mut Op) {
    move |op| {
        op.alter_column(table, column).ty(Type::Text);
    }
}

const PARENT: &str = "CREATE TABLE p (id INTEGER PRIMARY KEY, name VARCHAR(10))";
const ROWS: &str = "INSERT INTO p VALUES (1, 'one'), (2, 'two')";

#[test]
fn children_with_on_delete_cascade_survive_the_rebuild_of_their_parent() {
    let mut database = Database::with(&[
        PARENT,
        "CREATE TABLE c (id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p (id) ON DELETE CASCADE)",
        ROWS,
        "INSERT INTO c VALUES (10, 1), (11, 2)",
    ]);
    let plan = database.run(retype("p", "name")).unwrap();
    assert!(plan.needs_foreign_keys_off());
    assert_eq!(database.rows("SELECT id, p_id FROM c"), ["10|1", "11|2"]);
    assert_eq!(database.rows("SELECT id, name FROM p"), ["1|one", "2|two"]);
    assert!(database.sql("c").contains("REFERENCES p (id) ON DELETE CASCADE"));
    database.execute("DELETE FROM p WHERE id = 1").unwrap();
    assert_eq!(database.rows("SELECT id, p_id FROM c"), ["11|2"]);
}

#[test]
fn with_foreign_keys_on_the_guards_see_the_loss() {
    let mut database = Database::with(&[
        PARENT,
        "CREATE TABLE c (id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p (id) ON DELETE CASCADE)",
        ROWS,
        "INSERT INTO c VALUES (10, 1), (11, 2)",
    ]);
    let (mut plan, _) = database.plan(retype("p", "name")).unwrap();
    plan.statements.iter_mut().for_each(|statement| statement.session = Session::Any);
    assert_eq!(database.run_plan(&plan).unwrap_err(), "rows of c: 2 became 0");
    assert_eq!(database.rows("SELECT count(*) FROM c"), ["2"]);
}

#[test]
fn children_with_restrict_and_set_null_survive_too() {
    let mut database = Database::with(&[
        PARENT,
        "CREATE TABLE c (id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p (id) ON DELETE RESTRICT)",
        "CREATE TABLE d (id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p (id) ON DELETE SET NULL)",
        ROWS,
        "INSERT INTO c VALUES (10, 1)",
        "INSERT INTO d VALUES (10, 2)",
    ]);
    database.run(retype("p", "name")).unwrap();
    assert_eq!(database.rows("SELECT id, p_id FROM c UNION ALL SELECT id, p_id FROM d"), ["10|1", "10|2"]);
}

#[test]
fn triggers_are_kept_and_fire_neither_before_nor_never_after() {
    let trigger = "CREATE TRIGGER note AFTER INSERT ON p BEGIN INSERT INTO log VALUES (new.name); END";
    let away = "CREATE TRIGGER back AFTER DELETE ON log BEGIN UPDATE p SET name = 'gone' WHERE id = 1; END";
    let mut database = Database::with(&[PARENT, "CREATE TABLE log (what)", ROWS, trigger, away]);
    database.run(retype("p", "name")).unwrap();
    assert_eq!(database.sql("note"), trigger);
    assert_eq!(database.sql("back"), away);
    assert_eq!(database.rows("SELECT count(*) FROM log"), ["0"]);
    database.execute("INSERT INTO p VALUES (3, 'three')").unwrap();
    assert_eq!(database.rows("SELECT what FROM log"), ["three"]);
    database.execute("DELETE FROM log").unwrap();
    assert_eq!(database.rows("SELECT name FROM p WHERE id = 1"), ["gone"]);
}

#[test]
fn indexes_keep_expressions_directions_collations_and_conditions() {
    let indexes = [
        ("i1", "CREATE INDEX i1 ON p (lower(name), id + 1)"),
        ("i2", "CREATE UNIQUE INDEX i2 ON p (name COLLATE NOCASE DESC, id DESC)"),
        ("i3", "CREATE INDEX i3 ON p (id) WHERE name IS NOT NULL"),
    ];
    let mut database = Database::with(&[PARENT, ROWS]);
    indexes.iter().for_each(|(_, sql)| database.execute(sql).unwrap());
    database.run(retype("p", "name")).unwrap();
    for (name, sql) in indexes {
        assert_eq!(database.sql(name), sql);
    }
}

#[test]
fn autoincrement_and_the_last_id_given_are_kept() {
    let mut database = Database::with(&[
        "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(10))",
        "INSERT INTO p (name) VALUES ('one'), ('two'), ('three')",
        "DELETE FROM p WHERE id > 1",
    ]);
    database.run(retype("p", "name")).unwrap();
    assert_eq!(database.rows("SELECT name, seq FROM sqlite_sequence"), ["p|3"]);
    database.execute("INSERT INTO p (name) VALUES ('four')").unwrap();
    assert_eq!(database.rows("SELECT id FROM p"), ["1", "4"]);

    database.execute("DELETE FROM p").unwrap();
    database
        .run(|op| {
            op.alter_table("p", |table| {
                table.create_check("id > 0");
            });
        })
        .unwrap();
    assert_eq!(database.rows("SELECT name, seq FROM sqlite_sequence"), ["p|4"]);
}

#[test]
fn what_a_column_and_a_constraint_say_is_kept() {
    let mut database = Database::with(&[
        "CREATE TABLE q (a INTEGER, b TEXT, PRIMARY KEY (a, b))",
        "CREATE TABLE p (
            id INTEGER PRIMARY KEY ON CONFLICT FAIL, -- the id
            name VARCHAR(10) COLLATE NOCASE NOT NULL ON CONFLICT IGNORE,
            kind GEOMETRY(2) CHECK (kind <> 'x'),
            other INTEGER REFERENCES p (id) ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
            full TEXT GENERATED ALWAYS AS (name || '!') VIRTUAL,
            long TEXT AS (name || '?') STORED,
            big TEXT,
            UNIQUE (name) ON CONFLICT REPLACE,
            FOREIGN KEY (id, name) REFERENCES q MATCH SIMPLE NOT DEFERRABLE,
            CHECK (id > 0)
        )",
        "INSERT INTO q VALUES (1, 'One')",
        "INSERT INTO p (id, name) VALUES (1, 'One')",
    ]);
    let before = database.sql("p");
    database
        .run(|op| {
            op.alter_column("p", "big").ty(Type::string(7));
        })
        .unwrap();
    assert_eq!(
        database.sql("p"),
        before.replace("TABLE p ", "TABLE \"p\" ").replace("big TEXT", "big VARCHAR(7)")
    );
    assert_eq!(database.rows("SELECT id, name, full, long FROM p WHERE name = 'oNE'"), ["1|One|One!|One?"]);
}

#[test]
fn options_of_the_table_and_rowids_are_kept() {
    let mut database = Database::with(&[
        "CREATE TABLE s (a TEXT, b ANY) STRICT",
        "CREATE TABLE w (a TEXT PRIMARY KEY, b VARCHAR(3)) WITHOUT ROWID",
        "CREATE TABLE r (rowid TEXT, b VARCHAR(3))",
        "INSERT INTO s VALUES ('x', 1), ('y', 2), ('z', 3)",
        "DELETE FROM s WHERE a = 'y'",
        "INSERT INTO w VALUES ('x', 'y')",
        "INSERT INTO r (_rowid_, rowid, b) VALUES (7, 'x', 'y')",
    ]);
    database
        .run(|op| {
            op.alter_table("s", |table| {
                table.create_unique(["a"]);
            });
        })
        .unwrap();
    database.run(retype("w", "b")).unwrap();
    database.run(retype("r", "b")).unwrap();
    assert!(database.sql("s").ends_with(" STRICT"));
    assert!(database.sql("w").ends_with(" WITHOUT ROWID"));
    assert_eq!(database.rows("SELECT rowid, a FROM s"), ["1|x", "3|z"]);
    assert_eq!(database.rows("SELECT _rowid_, rowid FROM r"), ["7|x"]);
}

#[test]
fn a_view_on_the_table_does_not_stop_the_rebuild_and_is_kept() {
    let views = [
        ("v", "CREATE VIEW v AS SELECT id, name FROM p"),
        ("vv", "CREATE VIEW vv AS SELECT name FROM v WHERE id > 1"),
        ("alone", "CREATE VIEW alone AS SELECT 1"),
    ];
    let instead =
        "CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN INSERT INTO p VALUES (new.id, new.name); END";
    let mut database = Database::with(&[PARENT, ROWS]);
    views.iter().for_each(|(_, sql)| database.execute(sql).unwrap());
    database.execute(instead).unwrap();
    let plan = database.run(retype("p", "name")).unwrap();
    for (name, sql) in views {
        assert_eq!(database.sql(name), sql);
    }
    assert_eq!(database.sql("t"), instead);
    assert_eq!(database.rows("SELECT * FROM vv"), ["two"]);
    assert!(!plan.statements.iter().any(|statement| statement.sql.contains("alone")));
}

#[test]
fn a_dropped_column_takes_its_index_and_not_the_others() {
    let mut database = Database::with(&[
        PARENT,
        ROWS,
        "CREATE INDEX i1 ON p (name)",
        "CREATE INDEX i2 ON p (name COLLATE NOCASE, id)",
        "CREATE INDEX i3 ON p (id DESC)",
    ]);
    database.run(|op| op.drop_column("p", "name").loses_data()).unwrap();
    assert_eq!(database.rows("SELECT name FROM sqlite_schema WHERE type = 'index'"), ["i3"]);
    assert_eq!(database.rows("SELECT * FROM p"), ["1", "2"]);
}

#[test]
fn a_column_with_a_check_is_dropped_when_the_check_is_its_own_or_dropped_before() {
    let own = "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT CONSTRAINT ck CHECK (name <> ''), z)";
    let mut database = Database::with(&[own, "INSERT INTO p VALUES (1, 'one', 2)"]);
    database.run(|op| op.drop_column("p", "name").loses_data()).unwrap();
    assert_eq!(database.rows("SELECT * FROM p"), ["1|2"]);

    let of_table = "CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT, CONSTRAINT ck CHECK (name <> ''))";
    let mut database = Database::with(&[of_table, "INSERT INTO p VALUES (1, 'one')"]);
    let refused = database.run(|op| op.drop_column("p", "name").loses_data()).unwrap_err();
    assert_eq!(refused, "SQLite cannot drop column p.name: check `ck` uses it");
    database
        .run(|op| {
            op.drop_constraint("ck", "p");
            op.drop_column("p", "name").loses_data();
        })
        .unwrap();
    assert_eq!(database.rows("SELECT * FROM p"), ["1"]);
}

#[test]
fn a_column_that_a_named_check_uses_is_renamed_with_all_that_mentions_it() {
    let mut database = Database::with(&[
        "CREATE TABLE p (id INTEGER PRIMARY KEY, name VARCHAR(10) UNIQUE, up AS (upper(name)),
            CONSTRAINT ck_name CHECK (length(name) > 0 AND p.name <> 'name'))",
        "CREATE TABLE c (p_name TEXT REFERENCES p (name) ON UPDATE CASCADE)",
        "CREATE INDEX i ON p (lower(name)) WHERE name <> ''",
        "CREATE TABLE log (what)",
        "CREATE TRIGGER t AFTER UPDATE OF name ON p BEGIN INSERT INTO log VALUES (old.name || new.name); END",
        "CREATE VIEW v AS SELECT id, p.name FROM p",
        "INSERT INTO p VALUES (1, 'one')",
        "INSERT INTO c VALUES ('one')",
    ]);
    let plan = database
        .run(|op| {
            op.alter_table("p", |table| {
                table.rename_column("name", "title");
                table.alter_column("title").ty(Type::Text).not_null();
            });
        })
        .unwrap();
    let rebuilds = plan.statements.iter().filter(|statement| statement.sql.starts_with("CREATE TABLE"));
    assert_eq!(rebuilds.count(), 1, "a rename and other changes are one rebuild");
    assert_eq!(database.rows("SELECT id, title, up FROM p"), ["1|one|ONE"]);
    database.execute("UPDATE p SET title = 'two'").unwrap();
    assert_eq!(database.rows("SELECT what FROM log"), ["onetwo"]);
    assert_eq!(database.rows("SELECT p_name FROM c"), ["two"]);
    assert!(database.execute("UPDATE p SET title = ''").unwrap_err().contains("ck_name"));
}

#[test]
fn a_text_that_is_no_number_does_not_become_zero() {
    for table in ["", " STRICT"] {
        let table = format!("CREATE TABLE p (id INTEGER PRIMARY KEY, size TEXT){table}");
        let mut database = Database::with(&[&table, "INSERT INTO p VALUES (1, '12'), (2, 'abc'), (3, NULL)"]);
        let refused = database
            .run(|op| {
                op.alter_column("p", "size").ty(Type::Integer);
            })
            .unwrap_err();
        assert!(refused.contains("CannotConvert"), "{refused}");
        let sizes = "SELECT typeof(size), size FROM p ORDER BY id";
        assert_eq!(database.rows(sizes), ["text|12", "text|abc", "null|NULL"]);
        assert_eq!(database.sql("p"), table);

        let mut database = Database::with(&[&table, "INSERT INTO p VALUES (1, '12'), (3, NULL)"]);
        database
            .run(|op| {
                op.alter_column("p", "size").ty(Type::Integer);
            })
            .unwrap();
        assert_eq!(database.rows(sizes), ["integer|12", "null|NULL"]);
    }
}

#[test]
fn a_failure_after_any_statement_leaves_nothing_behind() {
    let setup = [
        PARENT,
        "CREATE TABLE c (p_id INTEGER REFERENCES p (id) ON DELETE CASCADE)",
        "CREATE INDEX i ON p (lower(name))",
        "CREATE VIEW v AS SELECT name FROM p",
        "CREATE TRIGGER t AFTER INSERT ON p BEGIN DELETE FROM c; END",
        "INSERT INTO p VALUES (1, 'one'), (2, 'two')",
        "INSERT INTO c VALUES (1), (2)",
    ];
    let mut database = Database::with(&setup);
    let everything = "SELECT type, name, sql FROM sqlite_schema ORDER BY name";
    let before = database.rows(everything);
    let (plan, _) = database.plan(retype("p", "name")).unwrap();
    for length in 1..=plan.statements.len() {
        let mut broken = plan.clone();
        broken.statements.truncate(length);
        broken.push("SELECT no_such_column");
        database.run_plan(&broken).unwrap_err();
        assert_eq!(database.rows(everything), before);
        assert_eq!(database.rows("SELECT (SELECT count(*) FROM p), (SELECT count(*) FROM c)"), ["2|2"]);
    }
    // And the next attempt succeeds.
    database.run(retype("p", "name")).unwrap();
}

#[test]
fn a_table_that_another_tool_left_behind_is_not_touched() {
    let mut database = Database::with(&[
        PARENT,
        "CREATE TABLE _cucurbit_new_p (precious TEXT)",
        "CREATE TABLE _alembic_tmp_p (precious TEXT)",
        "INSERT INTO _cucurbit_new_p VALUES ('kept')",
        "INSERT INTO _alembic_tmp_p VALUES ('kept')",
    ]);
    database.run(retype("p", "name")).unwrap();
    let left = "SELECT * FROM _cucurbit_new_p UNION ALL SELECT * FROM _alembic_tmp_p";
    assert_eq!(database.rows(left), ["kept", "kept"]);
}

#[test]
fn a_duplicate_under_a_new_unique_constraint_stops_the_run() {
    let mut database = Database::with(&[PARENT, "INSERT INTO p VALUES (1, 'one'), (2, 'one')"]);
    let refused = database
        .run(|op| {
            op.create_unique_constraint("uq", "p", ["name"]);
        })
        .unwrap_err();
    assert!(refused.contains("UNIQUE constraint failed"), "{refused}");
    assert_eq!(database.sql("p"), PARENT);
    assert_eq!(database.rows("SELECT count(*) FROM p"), ["2"]);
}

#[test]
fn a_filled_table_gets_a_not_null_column_by_its_backfill_only() {
    let mut database = Database::with(&[PARENT, ROWS]);
    let refused = database
        .run(|op| {
            op.add_column("p", text("note"));
        })
        .unwrap_err();
    assert_eq!(refused, "hazard: NullInNotNull of p");
    database.run(|op| op.add_column("p", text("note")).backfill("upper(name)")).unwrap();
    assert_eq!(database.rows("SELECT note FROM p"), ["ONE", "TWO"]);

    database.execute("UPDATE p SET name = NULL WHERE id = 1").unwrap();
    let refused = database
        .run(|op| {
            op.alter_column("p", "name").not_null();
        })
        .unwrap_err();
    assert_eq!(refused, "hazard: NullInNotNull of p");
    database
        .run(|op| {
            op.alter_column("p", "name").not_null().backfill("'none'");
        })
        .unwrap();
    assert_eq!(database.rows("SELECT name FROM p"), ["none", "two"]);
}

#[test]
fn values_are_not_dropped_without_consent() {
    let mut database = Database::with(&[PARENT, ROWS]);
    let refused = database
        .run(|op| {
            op.drop_column("p", "name");
        })
        .unwrap_err();
    assert_eq!(refused, "hazard: LosesData of p");
    let refused = database
        .run(|op| {
            op.drop_table("p");
        })
        .unwrap_err();
    assert_eq!(refused, "hazard: LosesData of p");
    database.execute("UPDATE p SET name = NULL").unwrap();
    database
        .run(|op| {
            op.drop_column("p", "name");
        })
        .unwrap();
    database.execute("DELETE FROM p").unwrap();
    database
        .run(|op| {
            op.drop_table("p");
        })
        .unwrap();
    assert!(database.rows("SELECT name FROM sqlite_schema").is_empty());
}

#[test]
fn names_that_must_be_quoted_are_quoted_everywhere() {
    let mut database = Database::with(&[
        "CREATE TABLE \"or\"\"der\" (\"a b\" INTEGER PRIMARY KEY AUTOINCREMENT, [select] VARCHAR(5), `gärtner` TEXT UNIQUE)",
        "CREATE TABLE \"it's\" (x INTEGER REFERENCES \"or\"\"der\" ON DELETE CASCADE)",
        "CREATE INDEX \"i\"\"x\" ON \"or\"\"der\" (lower([select]))",
        "CREATE VIEW \"v w\" AS SELECT \"select\" FROM \"or\"\"der\"",
        "CREATE TRIGGER \"t\"\"g\" AFTER DELETE ON \"or\"\"der\" BEGIN DELETE FROM \"it's\"; END",
        "INSERT INTO \"or\"\"der\" VALUES (7, 'x', 'y')",
        "INSERT INTO \"it's\" VALUES (7)",
    ]);
    database.run(retype("or\"der", "select")).unwrap();
    database
        .run(|op| {
            op.alter_table("or\"der", |table| {
                table.rename_column("a b", "select from");
                table.drop_unique(["gärtner"]);
                table.drop_column("gärtner").loses_data();
            });
            op.rename_table("or\"der", "new order");
        })
        .unwrap();
    assert_eq!(database.rows("SELECT \"select from\", \"select\" FROM \"new order\""), ["7|x"]);
    assert_eq!(database.rows("SELECT x FROM \"it's\""), ["7"]);
    assert_eq!(database.rows("SELECT name, seq FROM sqlite_sequence"), ["new order|7"]);
}

#[test]
fn a_danger_in_a_column_that_is_not_there_yet_is_none() {
    let mut database = Database::with(&[PARENT, ROWS]);
    let mut memory = database.reflect();
    let add = Op::record(|op| {
        op.add_column("p", text("note").nullable());
    });
    let drop = Op::record(|op| {
        op.drop_column("p", "note");
    });
    Dialect::Sqlite.plan(&mut memory, &add).unwrap();
    let plan = Dialect::Sqlite.plan(&mut memory, &drop).unwrap();
    // A run asks all its dangers before it begins.
    let probe = &plan.statements[0].hazards[0].probe;
    assert_eq!(database.rows(probe), ["0"]);
    database.run(|op| op.add_column("p", text("note").nullable()).backfill("name")).unwrap();
    assert_eq!(database.rows(probe), ["1"]);
}
