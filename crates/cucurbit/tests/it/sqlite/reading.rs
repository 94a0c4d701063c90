//! What is read of a file, and that what was written compares as equal.

use cucurbit::{
    dialect::Dialect,
    operation::Op,
    schema::{Schema, TableName, Type, build::*},
};

use super::Database;

#[test]
fn virtual_tables_their_shadows_and_sqlite_s_own_are_left_out() {
    let mut database = Database::with(&[
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT)",
        "CREATE VIRTUAL TABLE search USING fts5(body, content='t', content_rowid='id')",
        "CREATE TABLE sqlitex (a)",
        "CREATE VIEW v AS SELECT body FROM t",
        "CREATE TRIGGER g INSTEAD OF DELETE ON v BEGIN SELECT 1; END",
    ]);
    let before = database.reflect();
    let tables: Vec<String> = before.schema.tables().keys().map(TableName::to_string).collect();
    assert_eq!(tables, ["sqlitex", "t"]);
    assert_eq!(before.originals.tables.len(), 2);
    assert_eq!(before.originals.triggers.len(), 1);
}

#[test]
fn every_type_that_is_written_is_read_as_the_same() {
    let types = [
        Type::BigInteger,
        Type::Binary,
        Type::Boolean,
        Type::char(3),
        Type::custom("geometry (2)"),
        Type::Date,
        Type::DateTime { precision: None },
        Type::DateTimeTz { precision: Some(3) },
        Type::decimal(10, 2),
        Type::Double,
        Type::Float,
        Type::Integer,
        Type::Interval,
        Type::Json,
        Type::Jsonb,
        Type::Real,
        Type::SmallInteger,
        Type::string(20),
        Type::Text,
        Type::Time { precision: None },
        Type::Uuid,
    ];
    for is_strict in [false, true] {
        let mut database = Database::with(&[]);
        let script = |op: &mut Op| {
            op.create_table("t", |table| {
                if is_strict {
                    table.strict();
                }
                let known = types.iter().filter(|ty| !is_strict || !matches!(ty, Type::Custom { .. }));
                for (number, ty) in known.enumerate() {
                    table.column(column(&format!("c{number}"), ty.clone()).nullable());
                }
            });
        };
        let mut model = Schema::new();
        cucurbit::operation::apply_all(&mut model, &Op::record(script), Dialect::Sqlite).unwrap();
        database.run(script).unwrap();
        let read = database.reflect().schema;
        assert_eq!(Dialect::Sqlite.canonical(&model).form(), Dialect::Sqlite.canonical(&read).form());
    }
}

#[test]
fn alembic_s_tables_compare_as_equal_to_models() {
    let mut database = Database::with(&[
        "CREATE TABLE \"user\" (\n\tid INTEGER NOT NULL, \n\temail VARCHAR(255) NOT NULL, \n\tis_active BOOLEAN DEFAULT '1' NOT NULL, \
         \n\tcreated_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL, \n\trole VARCHAR(5) DEFAULT 'USER', \n\tPRIMARY KEY (id), \
         \n\tCONSTRAINT ck_role CHECK (role IN ('USER', 'ADMIN')), \n\tUNIQUE (email)\n)",
        "CREATE UNIQUE INDEX ix_user_email ON user (email)",
    ]);
    let mut model = Schema::new();
    let script = Op::record(|op| {
        op.create_table("user", |table| {
            table.column(integer("id").serial());
            table.column(string("email", 255));
            table.column(boolean("is_active").default(true));
            table.column(date_time_tz("created_at").default_expression("current_timestamp"));
            table.column(string("role", 5).nullable().default("USER"));
            table.primary_key(["id"]);
            table.unique(["email"]);
            table.check("role in ('USER','ADMIN')").named("ck_role");
        });
        op.create_index("ix_user_email", "user", ["email"]).unique();
    });
    cucurbit::operation::apply_all(&mut model, &script, Dialect::Sqlite).unwrap();
    let read = database.reflect().schema;
    assert_eq!(Dialect::Sqlite.canonical(&model).form(), Dialect::Sqlite.canonical(&read).form());
}

#[test]
fn a_reference_to_a_table_alone_means_its_key() {
    let mut database = Database::with(&[
        "CREATE TABLE p (a TEXT, b TEXT, PRIMARY KEY (b, a))",
        "CREATE TABLE c (x TEXT, y TEXT, FOREIGN KEY (x, y) REFERENCES p)",
    ]);
    let read = database.reflect().schema;
    let canonical = Dialect::Sqlite.canonical(&read);
    let key = &canonical.as_written().table(&"c".into()).unwrap().foreign_keys().next().unwrap();
    assert_eq!(key.referred_columns, ["b", "a"]);
}

#[test]
fn a_file_of_many_tables_is_read_whole() {
    let mut database = Database::with(&[]);
    for number in 0..200 {
        database
            .execute(&format!("CREATE TABLE t{number} (id INTEGER PRIMARY KEY, a TEXT CHECK (a > ''))"))
            .unwrap();
    }
    let before = database.reflect();
    assert_eq!(before.schema.tables().len(), 200);
    assert!(
        before.schema.tables().values().all(|table| table.checks().count() == 1 && table.columns.len() == 2)
    );
}

#[test]
fn what_is_not_compared_is_counted_and_named() {
    let mut database = Database::with(&[
        "CREATE TABLE t (a TEXT)",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE TRIGGER one AFTER INSERT ON t BEGIN SELECT 1; END",
        "CREATE TRIGGER two AFTER DELETE ON t BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE words USING fts5(a)",
    ]);
    let found = database.unmanaged();
    let described: Vec<String> = found.iter().map(|one| format!("{one}: {}", one.names.join(", "))).collect();
    assert_eq!(described, ["2 triggers: one, two", "1 view: v", "1 virtual table: words"]);
}
