//! What a plan remembers is what the file says: in one run, over several, and without any file.

use cucurbit::{
    dialect::{Before, Dialect},
    operation::Op,
    schema::{Action, Index, Literal, Schema, Type, build::*},
};

use super::Database;

fn create(op: &mut Op) {
    op.create_table("plant", |table| {
        table.column(big_integer("id").serial());
        table.column(string("name", 100));
        table.column(text("note").nullable().collate("NOCASE"));
        table.column(uuid("key").nullable());
        table.column(decimal("price", 10, 2).default(Literal::number("1.50")));
        table.column(integer("parent_id").nullable());
        table.column(text("up").nullable().computed("upper(name)"));
        table.primary_key(["id"]).named("pk_plant");
        table.unique(["name", "note"]).named("uq_plant");
        table.foreign_key(["parent_id"], "plant", ["id"]).on_delete(Action::SetNull);
        table.check("price > 0").named("ck_plant_price");
        table.index(Index::new("ix_plant_lower", vec![expression("lower(name)").descending()]));
    });
    op.create_table("leaf", |table| {
        table.column(integer("id").serial());
        table.column(integer("plant_id"));
        table.primary_key(["id"]);
        table.foreign_key(["plant_id"], "plant", ["id"]).on_delete(Action::Cascade);
        table.autoincrement();
    });
}

fn change(op: &mut Op) {
    op.alter_table("plant", |table| {
        table.add_column(json("data").nullable());
        table.rename_column("note", "remark");
        table.alter_column("remark").ty(Type::string(50));
        table.drop_constraint("uq_plant");
        table.create_unique(["name"]);
    });
    op.rename_table("plant", "crop");
    op.alter_table("leaf", |table| {
        table.alter_column("plant_id").nullable().rename("crop_id");
        table.drop_foreign_key(["crop_id"]);
        table.create_foreign_key(["crop_id"], "crop", ["id"]).named("fk_leaf");
    });
}

fn change_again(op: &mut Op) {
    op.alter_table("crop", |table| {
        table.drop_column("remark").loses_data();
        table.alter_column("name").not_null().default("x");
    });
    op.drop_index("ix_plant_lower", "crop");
    op.alter_table("leaf", |table| table.drop_primary_key());
}

#[test]
fn several_plans_over_one_memory_are_what_the_file_says_after_each() {
    let mut database = Database::with(&[]);
    let mut memory = database.reflect();
    for script in [create, change, change_again] {
        let plan = Dialect::Sqlite.plan(&mut memory, &Op::record(script)).unwrap();
        database.run_plan(&plan).unwrap();
        database.check_memory(&memory);
        database.execute("PRAGMA foreign_keys = OFF").unwrap();
        if database.rows("SELECT name FROM sqlite_schema WHERE name = 'plant'").len() == 1 {
            database.execute("INSERT INTO plant (name, key) VALUES ('a', x'00'), ('b', NULL)").unwrap();
            database.execute("INSERT INTO leaf (plant_id) VALUES (1), (2), (2)").unwrap();
        }
    }
    assert_eq!(database.rows("SELECT id, name, price, up FROM crop"), ["1|a|1.5|A", "2|b|1.5|B"]);
    assert_eq!(database.rows("SELECT id, crop_id FROM leaf"), ["1|1", "2|2", "3|2"]);
}

#[test]
fn a_plan_made_without_a_file_is_the_plan_made_with_one() {
    let mut database = Database::with(&[]);
    database.run(create).unwrap();
    let mut schema = Schema::new();
    cucurbit::operation::apply_all(&mut schema, &Op::record(create), Dialect::Sqlite).unwrap();
    let mut offline = Before::of(schema);
    let mut online = database.reflect();
    let operations = Op::record(change);
    let offline = Dialect::Sqlite.plan(&mut offline, &operations).unwrap();
    let online = Dialect::Sqlite.plan(&mut online, &operations).unwrap();
    assert_eq!(offline, online);
}

#[test]
fn a_created_table_is_pretty_and_its_integer_key_is_the_rowid() {
    let mut database = Database::with(&[]);
    database.run(create).unwrap();
    assert_eq!(
        database.sql("leaf"),
        "CREATE TABLE \"leaf\" (\n    \"id\" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n    \
         \"plant_id\" INTEGER NOT NULL,\n    \
         FOREIGN KEY (\"plant_id\") REFERENCES \"plant\" (\"id\") ON DELETE CASCADE\n)"
    );
    database.execute("INSERT INTO plant (name) VALUES ('a')").unwrap();
    assert_eq!(database.rows("SELECT id, rowid FROM plant"), ["1|1"]);
}

#[test]
fn a_text_that_a_rename_made_uncertain_is_never_used() {
    // In this view `name` is the column of one table and an alias of another's.
    let view = "CREATE VIEW v AS SELECT t.name, u.x AS name FROM t, u";
    let mut database =
        Database::with(&["CREATE TABLE t (name VARCHAR(5), z)", "CREATE TABLE u (x, name)", view]);
    let rename = |op: &mut Op| op.alter_table("t", |table| table.rename_column("name", "title"));
    let (plan, mut memory) = database.plan(rename).unwrap();
    let retype = Op::record(|op| {
        op.alter_column("t", "z").ty(Type::Text);
    });
    let refused = Dialect::Sqlite.plan(&mut memory.clone(), &retype).unwrap_err().to_string();
    assert!(refused.starts_with("cannot read the stored text of `v`"), "{refused}");
    database.run_plan(&plan).unwrap();
    memory = database.reflect();
    let plan = Dialect::Sqlite.plan(&mut memory, &retype).unwrap();
    database.run_plan(&plan).unwrap();
    database.check_memory(&memory);
}

#[test]
fn renames_reach_triggers_and_views_in_memory() {
    let mut database = Database::with(&[
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)",
        "CREATE TABLE c (t_id INTEGER REFERENCES t, log TEXT)",
        "CREATE INDEX i ON t (name COLLATE NOCASE) WHERE name > ''",
        "CREATE VIEW v AS SELECT id, name FROM t WHERE t.name <> ''",
        "CREATE TRIGGER g AFTER UPDATE OF name ON t WHEN new.name <> '' BEGIN INSERT INTO c (log) VALUES (old.name); END",
    ]);
    database.run(|op| op.alter_table("t", |table| table.rename_column("name", "title"))).unwrap();
    database.run(|op| op.rename_table("t", "u")).unwrap();
}

#[test]
fn sql_that_says_what_it_means_is_remembered() {
    let mut database = Database::with(&["CREATE TABLE t (a TEXT)"]);
    database
        .run(|op| {
            op.execute("ALTER TABLE t ADD COLUMN \"b\" TEXT; UPDATE t SET b = ';'").means(|op| {
                op.add_column("t", text("b").nullable());
            });
            op.create_index("i", "t", ["b"]);
        })
        .unwrap();
    assert_eq!(database.rows("SELECT name FROM sqlite_schema ORDER BY name"), ["i", "t"]);
}
