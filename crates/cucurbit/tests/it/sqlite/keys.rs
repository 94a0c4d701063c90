//! Keys and indexes that are changed in the text of what made them, and what SQLite cannot hold.

use cucurbit::{
    operation::Op,
    schema::{Deferral, Dialect::Postgres, Index, TableName, build::*},
};

use super::Database;

fn database() -> Database {
    Database::with(&[
        "CREATE TABLE q (id INTEGER PRIMARY KEY)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, q_id INTEGER REFERENCES q /* why */ NOT DEFERRABLE INITIALLY DEFERRED, \
         a TEXT CONSTRAINT \"old name\" UNIQUE ON CONFLICT REPLACE, CHECK (id > 0) ON CONFLICT IGNORE)",
        "CREATE INDEX \"on\" ON t (a COLLATE NOCASE DESC) WHERE a <> 'on t'",
        "INSERT INTO q VALUES (1)",
        "INSERT INTO t VALUES (1, 1, 'x'), (2, NULL, 'y')",
    ])
}

#[test]
fn a_constraint_is_renamed_and_keeps_what_it_says() {
    let mut database = database();
    database
        .run(|op| {
            op.alter_table("t", |table| {
                table.alter_constraint("old name").rename("uq_t_a");
                table.alter_check("id > 0").rename("ck_t_id");
                table.alter_foreign_key(["q_id"]).to("q", ["id"]).deferral(Deferral::Deferred);
            });
        })
        .unwrap();
    let text = database.rows("SELECT sql FROM sqlite_schema WHERE name = 't'").concat();
    for part in [
        "REFERENCES q /* why */ DEFERRABLE INITIALLY DEFERRED,",
        "CONSTRAINT \"uq_t_a\" UNIQUE ON CONFLICT REPLACE",
        "CONSTRAINT \"ck_t_id\" CHECK (id > 0) ON CONFLICT IGNORE",
    ] {
        assert!(text.contains(part), "{part} is in {text}");
    }
    assert_eq!(database.rows("SELECT group_concat(a) FROM t"), ["x,y"]);
}

#[test]
fn an_index_gets_another_name_and_keeps_what_it_says() {
    let mut database = database();
    database.run(|op| op.rename_index("on", "t", "ix_t_a")).unwrap();
    let indexes = database.rows("SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL");
    assert_eq!(indexes, ["CREATE INDEX \"ix_t_a\" ON t (a COLLATE NOCASE DESC) WHERE a <> 'on t'"]);
}

#[test]
fn what_sqlite_cannot_hold_is_refused_with_its_reason() {
    let refused = |script: fn(&mut Op)| database().run(script).unwrap_err();
    let equal = refused(|op| {
        op.create_unique_constraint("uq", "t", ["a"]).nulls_not_distinct();
    });
    assert!(equal.contains("two NULLs are distinct in every key of SQLite"), "{equal}");
    let index = refused(|op| {
        op.create_index("ux", "t", ["a"]).unique().nulls_not_distinct();
    });
    assert!(index.contains("two NULLs are distinct in every key of SQLite"), "{index}");
    let deferred = refused(|op| {
        op.create_unique_constraint("uq", "t", ["a"]).deferred();
    });
    assert!(deferred.contains("cannot be deferred"), "{deferred}");
    let some = refused(|op| {
        op.create_foreign_key("fk", "t", ["id"], "q", ["id"]).on_delete_columns(["id"]);
    });
    assert!(some.contains("sets all columns"), "{some}");
}

#[test]
fn what_is_only_stored_otherwise_is_left_out() {
    let mut database = database();
    let plan = database
        .run(|op| {
            op.create_index("ix", "t", [key("a").operator_class("text_pattern_ops")])
                .using("gin")
                .include(["q_id"])
                .parameter("fillfactor", "70")
                .concurrently();
        })
        .unwrap();
    let sql: Vec<&str> = plan.statements.iter().map(|statement| statement.sql.as_str()).collect();
    assert_eq!(sql, ["CREATE INDEX \"ix\" ON \"t\" (\"a\")"]);
    let plain = Index::new("ix", vec!["a".into()]);
    let schema = database.reflect().schema;
    assert_eq!(schema.tables()[&TableName::new("t")].indexes[&plain.name], plain);
}

#[test]
fn an_exclusion_constraint_is_for_postgres_alone() {
    let mut database = database();
    let script = |op: &mut Op| {
        op.create_exclude_constraint("ex", "t", [key("id").excluding("=")]).using("gist");
    };
    let refused = database.run(script).unwrap_err();
    assert!(refused.contains("SQLite has no exclusion constraints"), "{refused}");
    let table = |op: &mut Op| {
        op.create_table("u", |table| {
            table.column(integer("id"));
            table.exclusion("ex", [key("id").excluding("=")]);
        });
    };
    let refused = database.run(table).unwrap_err();
    assert!(refused.contains("SQLite has no exclusion constraints"), "{refused}");
    let plan = database.run(|op| op.on(Postgres, script)).unwrap();
    assert_eq!(plan.statements, []);
}
