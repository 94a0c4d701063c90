//! Where ALTER TABLE is enough, and what is refused before anything runs.

use cucurbit::{
    operation::Op,
    schema::{Action, Literal, ServerDefault, Type, build::*},
};

use super::Database;

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT UNIQUE, CHECK (id > 0))";

fn database() -> Database {
    Database::with(&[
        "CREATE TABLE q (id INTEGER PRIMARY KEY)",
        TABLE,
        "CREATE INDEX i ON t (a)",
        "INSERT INTO t VALUES (1, 'x', 'y')",
    ])
}

#[track_caller]
fn check(script: impl FnOnce(&mut Op), statements: &[&str]) {
    let plan = database().run(script).unwrap();
    let sql: Vec<&str> = plan.statements.iter().map(|statement| statement.sql.as_str()).collect();
    assert_eq!(sql, statements);
    assert!(!plan.needs_foreign_keys_off());
}

#[test]
fn a_column_that_alter_table_can_add_is_added_by_it() {
    check(
        |op| {
            op.add_column("t", text("c").nullable());
        },
        &["ALTER TABLE \"t\" ADD COLUMN \"c\" TEXT"],
    );
    check(
        |op| {
            op.add_column("t", boolean("c").default(false));
        },
        &["ALTER TABLE \"t\" ADD COLUMN \"c\" BOOLEAN NOT NULL DEFAULT 0"],
    );
    check(
        |op| {
            op.add_column("t", text("c").nullable().computed_virtual("a || b"));
        },
        &["ALTER TABLE \"t\" ADD COLUMN \"c\" TEXT GENERATED ALWAYS AS (a || b) VIRTUAL"],
    );
    check(
        |op| op.add_column("t", text("c").nullable()).backfill("a"),
        &["ALTER TABLE \"t\" ADD COLUMN \"c\" TEXT", "UPDATE \"t\" SET \"c\" = (a)"],
    );
}

#[test]
fn a_column_is_added_with_its_foreign_key_and_index_at_once() {
    check(
        |op| {
            op.alter_table("t", |table| {
                table.add_column(integer("q_id").nullable());
                table.create_foreign_key(["q_id"], "q", ["id"]).named("fk").on_delete(Action::Cascade);
            });
            op.create_index("i2", "t", ["q_id"]);
        },
        &[
            "ALTER TABLE \"t\" ADD COLUMN \"q_id\" INTEGER CONSTRAINT \"fk\" REFERENCES \"q\" (\"id\") ON DELETE CASCADE",
            "CREATE INDEX \"i2\" ON \"t\" (\"q_id\")",
        ],
    );
}

#[test]
fn a_column_in_no_key_is_dropped_and_renamed_natively() {
    check(
        |op| op.drop_column("t", "a").loses_data(),
        &["DROP INDEX \"i\"", "ALTER TABLE \"t\" DROP COLUMN \"a\""],
    );
    check(
        |op| op.alter_table("t", |table| table.rename_column("b", "c")),
        &["ALTER TABLE \"t\" RENAME COLUMN \"b\" TO \"c\""],
    );
    check(|op| op.rename_table("t", "u"), &["ALTER TABLE \"t\" RENAME TO \"u\""]);
}

#[test]
fn what_alter_table_cannot_do_is_one_rebuild() {
    let mut database = database();
    let plan = database
        .run(|op| {
            op.alter_table("t", |table| {
                table.add_column(date_time("at").default_expression("CURRENT_TIMESTAMP"));
                table.drop_column("b").loses_data();
                table.alter_column("a").not_null().default("z");
                table.create_unique(["a"]).named("uq");
                table.drop_check("(id>0)");
            });
            op.create_index("i2", "t", ["a"]).unique();
        })
        .unwrap();
    let rebuilds = plan.statements.iter().filter(|statement| statement.sql.starts_with("CREATE TABLE"));
    assert_eq!(rebuilds.count(), 1);
    assert_eq!(database.rows("SELECT id, a, at > '2020' FROM t"), ["1|x|1"]);
    assert_eq!(
        database.sql("t"),
        "CREATE TABLE \"t\" (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'z', \
         \"at\" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, CONSTRAINT \"uq\" UNIQUE (\"a\"))"
    );
    assert_eq!(database.rows("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE%INDEX%'"), ["i", "i2"]);
}

#[test]
fn names_that_are_swapped_keep_their_values() {
    let mut database =
        Database::with(&["CREATE TABLE t (a INTEGER, b TEXT)", "INSERT INTO t VALUES (1, 'x')"]);
    database
        .run(|op| {
            op.alter_table("t", |table| {
                table.rename_column("a", "c");
                table.alter_column("c").not_null();
                table.rename_column("b", "a");
                table.add_column(text("b").nullable());
                table.rename_column("c", "d");
            });
        })
        .unwrap();
    assert_eq!(database.rows("SELECT d, a, b FROM t"), ["1|x|NULL"]);
}

#[test]
fn a_column_that_something_uses_is_not_dropped() {
    for (object, reason) in [
        ("CREATE VIEW v AS SELECT x.a FROM t AS x", "the view `v` uses it"),
        ("CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT old.a; END", "the trigger `g` uses it"),
        ("CREATE TRIGGER g AFTER DELETE ON q BEGIN UPDATE t SET a = 1; END", "the trigger `g` uses it"),
        ("CREATE INDEX i9 ON t (lower(a))", "the index `i9` uses it"),
        ("CREATE INDEX i9 ON t (id) WHERE a IS NULL", "the index `i9` uses it"),
    ] {
        let mut database = database();
        database.execute(object).unwrap();
        let refused = database.run(|op| op.drop_column("t", "a").loses_data()).unwrap_err();
        assert_eq!(refused, format!("SQLite cannot drop column t.a: {reason}"));
    }
    // A name of another table is not the column.
    let mut database = database();
    database.execute("CREATE TABLE o (a TEXT)").unwrap();
    database.execute("CREATE VIEW v AS SELECT o.a, t.id FROM t JOIN o").unwrap();
    database.run(|op| op.drop_column("t", "a").loses_data()).unwrap();
}

#[test]
fn what_sqlite_cannot_hold_is_refused_with_its_reason() {
    type Script = Box<dyn FnOnce(&mut Op)>;
    let cases: [(Script, &str); 5] = [
        (
            Box::new(|op: &mut Op| {
                op.add_column("t", column("c", Type::array(Type::Text)));
            }),
            "`c` is an array of text; give it a variant for SQLite",
        ),
        (
            Box::new(|op: &mut Op| {
                op.add_column("t", integer("c").serial());
            }),
            "SQLite numbers no other column",
        ),
        (
            Box::new(|op: &mut Op| op.create_table("app.x", |table| table.column(text("a")))),
            "a SQLite file has none",
        ),
        (
            Box::new(|op: &mut Op| {
                op.alter_column("t", "a").server_default(ServerDefault::computed("id"));
            }),
            "its values would be lost",
        ),
        (
            Box::new(|op: &mut Op| {
                op.execute("COMMIT");
            }),
            "cannot run inside a revision's transaction",
        ),
    ];
    for (script, reason) in cases {
        let refused = database().run(script).unwrap_err();
        assert!(refused.contains(reason), "{refused}");
    }
}

#[test]
fn a_referred_table_is_dropped_without_its_children_s_rows() {
    let mut database = Database::with(&[
        "CREATE TABLE p (id INTEGER PRIMARY KEY)",
        "CREATE TABLE c (p_id INTEGER REFERENCES p (id) ON DELETE CASCADE)",
        "INSERT INTO p VALUES (1)",
        "INSERT INTO c VALUES (1)",
    ]);
    let (plan, _) = database.plan(|op| op.drop_table("p").loses_data()).unwrap();
    assert!(plan.needs_foreign_keys_off());
    // The reference would dangle: whoever runs it compares, and refuses.
    assert_eq!(database.run_plan(&plan).unwrap_err(), "references are broken");
    assert_eq!(database.rows("SELECT count(*) FROM c"), ["1"]);
    database
        .run(|op| {
            op.drop_table("c").loses_data();
            op.drop_table("p").loses_data();
        })
        .unwrap();
}

#[test]
fn rows_of_constants_are_inserted_in_chunks() {
    let mut database = Database::with(&["CREATE TABLE t (a INTEGER, b TEXT, c BOOLEAN)"]);
    let rows: Vec<_> = (0..250).map(|n| vec![Literal::Integer(n), "it's".into(), true.into()]).collect();
    let plan = database.run(|op| op.bulk_insert("t", ["a", "b", "c"], rows)).unwrap();
    assert_eq!(plan.statements.len(), 3);
    assert_eq!(database.rows("SELECT count(*), max(a), min(b), sum(c) FROM t"), ["250|249|it's|250"]);
}
