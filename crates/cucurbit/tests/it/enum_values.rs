//! Values of enum types that are renamed, replaced and taken away: rows end alike on both databases.

use cucurbit::{
    Op,
    connection::Connection,
    dialect::{Answers, Before},
    diff::{Filter, diff},
    operation::Operation,
    prelude::*,
    runtime::{Migrator, RunError, RunOptions},
    schema::{Action, Dialect, EnumType, Schema, Type},
};

use crate::support::{Database, on_each_database, on_sqlite, script, scripts};

fn people(op: &mut Op) {
    op.create_enum("mood", ["sad", "ok", "it's"]);
    op.create_table("person", |table| {
        table.column(integer("id"));
        table.column(enumeration("mood", "mood").nullable().default("sad"));
        table.column(enumeration("was", "mood").default("ok"));
        table.column(column("all", Type::array(Type::enumeration("mood"))).on(Sqlite, Type::Json).nullable());
        table.primary_key(["id"]);
    });
}

fn no_people(op: &mut Op) {
    op.drop_table("person").loses_data();
    op.drop_enum("mood");
}

/// Two people with lists in the words of each database.
fn rows(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => {
            "INSERT INTO person VALUES (1, 'sad', 'sad', '{sad,ok}'), (2, 'ok', 'ok', NULL), (3, 'it''s', 'ok', '{}')"
        }
        Dialect::Sqlite => {
            "INSERT INTO person VALUES (1, 'sad', 'sad', '[\"sad\",\"ok\"]'), (2, 'ok', 'ok', NULL), (3, 'it''s', 'ok', '[]')"
        }
    }
}

/// Every row in one line, lists as JSON, and at the end what a new row gets.
async fn people_now(connection: &mut Connection) -> Vec<String> {
    let list = match connection.dialect() {
        Dialect::Postgres => "replace(to_json(\"all\")::text, ' ', '')",
        Dialect::Sqlite => "\"all\"",
    };
    connection.execute("INSERT INTO person (id) VALUES (9)").await.unwrap();
    let query = format!(
        "SELECT coalesce(CAST(mood AS TEXT), '-') || ' ' || CAST(was AS TEXT) || ' ' || coalesce({list}, '-') \
         FROM person ORDER BY id"
    );
    let found = connection.rows(&query).await.unwrap();
    connection.execute("DELETE FROM person WHERE id = 9").await.unwrap();
    found.into_iter().flatten().flatten().collect()
}

async fn run(
    database: &Database,
    change: fn(&mut Op),
    options: &RunOptions,
) -> Result<Vec<String>, RunError> {
    let mut connection = database.emptied().await;
    let first = scripts(&[script("a", &[], people, no_people)]);
    Migrator::on(&mut connection, &first).upgrade_heads().await.unwrap();
    connection.execute(rows(database.dialect)).await.unwrap();
    // No script speaks of what other tools keep beside the tables.
    let books = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT); \
                 CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)";
    connection.execute(books).await.unwrap();
    // A new process, so to speak.
    let both = scripts(&[script("a", &[], people, no_people), script("b", &["a"], change, |_| ())]);
    let done = Migrator::on(&mut connection, &both).options(options.clone()).upgrade_heads().await;
    let now = people_now(&mut connection).await;
    connection.close().await.unwrap();
    match done {
        Ok(_) => Ok(now),
        Err(error) => {
            assert_eq!(
                now,
                ["sad sad [\"sad\",\"ok\"]", "ok ok -", "it's ok []", "sad ok -"],
                "nothing was touched"
            );
            Err(error)
        }
    }
}

fn check(change: fn(&mut Op), expected: [&str; 4]) {
    on_each_database(async |database: Database| {
        let now = run(&database, change, &RunOptions::default()).await;
        assert_eq!(
            now.unwrap_or_else(|error| panic!("{}: {error:?}", database.dialect)),
            expected,
            "{}",
            database.dialect
        );
    });
}

fn refused(change: fn(&mut Op), said: &str, code: &str) {
    on_each_database(async |database: Database| {
        for allow_data_loss in [false, true] {
            let options = RunOptions::new().allow_data_loss(allow_data_loss);
            let error = run(&database, change, &options).await.expect_err("it is refused");
            let mut words = error.to_string();
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                words = format!("{words}: {cause}");
                source = cause.source();
            }
            assert!(words.contains(said), "{}: {words}", database.dialect);
            let error = cucurbit::Error::from(error);
            assert_eq!(error.code().name(), code);
        }
    });
}

#[test]
fn rows_keep_a_value_that_is_renamed_and_defaults_follow() {
    check(
        |op| op.rename_enum_value("mood", "sad", "it's-'blue'"),
        ["it's-'blue' it's-'blue' [\"it's-'blue'\",\"ok\"]", "ok ok -", "it's ok []", "it's-'blue' ok -"],
    );
}

#[test]
fn rows_get_what_replaces_a_value() {
    check(
        |op| {
            op.set_enum_values("mood", ["ok", "new"]).replace("sad", "ok").replace("it's", "new");
        },
        ["ok ok [\"ok\",\"ok\"]", "ok ok -", "new ok []", "ok ok -"],
    );
}

#[test]
fn rows_that_may_lose_a_value_get_null() {
    check(
        |op| op.set_enum_values("mood", ["ok", "sad"]).loses_data(),
        ["sad sad [\"sad\",\"ok\"]", "ok ok -", "- ok []", "sad ok -"],
    );
}

#[test]
fn a_value_that_rows_hold_does_not_go() {
    refused(
        |op| {
            op.set_enum_values("mood", ["sad", "ok"]);
        },
        "column `person.mood` holds values that go from the enum type `mood`: 1 row, 'it''s' (id = 3)",
        "held-enum-values",
    );
}

#[test]
fn a_value_that_lists_hold_does_not_go() {
    refused(
        |op| {
            op.alter_column("person", "mood").default("ok");
            op.execute("UPDATE person SET mood = 'ok', was = 'ok'");
            op.set_enum_values("mood", ["ok", "it's"]);
        },
        "column `person.all` holds values that go from the enum type `mood`: 1 row, ",
        "held-enum-values",
    );
}

#[test]
fn a_column_that_takes_no_null_does_not_lose_its_values() {
    refused(
        |op| {
            op.alter_column("person", "mood").default("ok");
            op.set_enum_values("mood", ["ok", "it's"]).loses_data();
        },
        "column `person.was` holds values that go from the enum type `mood`: 1 row, 'sad' (id = 1)",
        "held-enum-values",
    );
}

#[test]
fn a_value_that_is_a_default_does_not_go() {
    refused(
        |op| op.set_enum_values("mood", ["ok", "it's"]).loses_data(),
        "value `sad` of enum type `mood` is the default of `person.mood`",
        "object-in-use",
    );
}

#[test]
fn values_change_places_in_columns_and_in_lists() {
    check(
        |op| {
            op.set_enum_values("mood", ["sad", "ok", "it's"]).replace("sad", "ok").replace("ok", "sad");
        },
        ["ok ok [\"ok\",\"sad\"]", "sad sad -", "it's sad []", "ok sad -"],
    );
}

#[test]
fn a_value_that_a_check_or_an_index_speaks_of_does_not_go() {
    /// What a script does, and what is said of it.
    type Spoken = (fn(&mut Op), &'static str);
    const SPEAK: [Spoken; 3] = [
        (
            |op| {
                op.create_check_constraint("ck_mood", "person", "mood <> 'it''s' OR id > 0");
                op.set_enum_values("mood", ["sad", "ok"]).loses_data();
            },
            "a check of `person` speaks of the value",
        ),
        (
            |op| {
                op.create_index("ix_mood", "person", ["id"]).predicate("mood = 'it''s'");
                op.set_enum_values("mood", ["sad", "ok"]).loses_data();
            },
            "an index of `person` speaks of the value",
        ),
        (
            |op| {
                op.create_index("ix_mood", "person", [expression("(mood = 'it''s')")]);
                op.set_enum_values("mood", ["sad", "ok"]).loses_data();
            },
            "an index of `person` speaks of the value",
        ),
    ];
    for (change, said) in SPEAK {
        refused(change, said, "object-in-use");
    }
}

#[test]
fn a_type_that_columns_are_of_is_not_dropped() {
    on_each_database(async |database: Database| {
        let done = run(&database, |op| op.drop_enum("mood"), &RunOptions::default()).await;
        let error = cucurbit::Error::from(done.expect_err("it is refused"));
        assert_eq!(error.code().name(), "object-in-use");
    });
}

fn with_a_check(op: &mut Op) {
    op.create_check_constraint("ck_mood", "person", "mood <> 'sad' OR id > 0");
    op.rename_enum_value("mood", "sad", "blue");
}

#[test]
fn a_check_that_speaks_of_a_value_is_not_left_behind() {
    on_each_database(async |database: Database| {
        let done = run(&database, with_a_check, &RunOptions::default()).await;
        match (database.dialect, done) {
            (Dialect::Postgres, Ok(now)) => assert_eq!(now[0], "blue blue [\"blue\",\"ok\"]"),
            (Dialect::Sqlite, Err(error)) => {
                let source = std::error::Error::source(&error).unwrap().to_string();
                assert!(source.contains("a check of `person` speaks of the value"), "{source}");
            }
            (_, done) => panic!("{done:?}"),
        }
    });
}

/// What a script says, and the value that was meant.
type Slip = (fn(&mut Op), &'static str);

/// Every place of a constant, with one that the type does not have.
const SLIPS: [Slip; 15] = [
    (
        |op| {
            op.bulk_insert("person", ["id", "mood"], rows![[7, "saad"]]);
        },
        "sad",
    ),
    (
        |op| {
            op.bulk_insert("person", ["mood", "id"], rows![["ok", 7], ["oki", 8]]);
        },
        "ok",
    ),
    (
        |op| {
            op.add_column("person", enumeration("now", "mood").default("saad"));
        },
        "sad",
    ),
    (
        |op| {
            op.add_column("person", enumeration("now", "mood").default_expression("'saad'"));
        },
        "sad",
    ),
    (
        |op| {
            op.add_column("person", enumeration("now", "mood")).backfill("'saad'");
        },
        "sad",
    ),
    (
        |op| {
            op.alter_column("person", "mood").default("saad");
        },
        "sad",
    ),
    (
        |op| {
            op.alter_column("person", "mood").not_null().backfill("'saad'");
        },
        "sad",
    ),
    (
        |op| {
            op.alter_table("person", |table| {
                table.add_column(enumeration("now", "mood").nullable());
                table.alter_column("now").default("saad");
            });
        },
        "sad",
    ),
    (
        |op| {
            op.create_table("pet", |table| {
                table.column(enumeration("mood", "mood").default("saad"));
            });
        },
        "sad",
    ),
    (
        |op| {
            op.create_table("pet", |table| {
                table.column(enumeration("mood", "mood"));
            });
            op.bulk_insert("pet", ["mood"], rows![["saad"]]);
        },
        "sad",
    ),
    (
        |op| {
            op.add_column("person", string("now", 9).default("saad"));
            op.alter_column("person", "now").ty(Type::enumeration("mood"));
        },
        "sad",
    ),
    (
        |op| {
            op.rename_enum_value("mood", "sad", "blue");
            op.alter_column("person", "was").default("bleu");
        },
        "blue",
    ),
    (
        |op| {
            op.on(Postgres, |op| {
                op.bulk_insert("person", ["id", "all"], rows![[7, "{sad,\"it's\",saad}"]]);
            });
            op.on(Sqlite, |op| {
                op.bulk_insert("person", ["id", "all"], rows![[7, "[\"sad\",\"it's\",\"saad\"]"]]);
            });
        },
        "sad",
    ),
    (
        |op| {
            // It names no type that is like the start of a word of it.
            op.on(Postgres, |op| {
                op.execute("COMMENT ON TABLE person IS 'moody'");
            });
            op.bulk_insert("person", ["id", "mood"], rows![[7, "saad"]]);
        },
        "sad",
    ),
    (
        |op| {
            op.set_enum_values("mood", ["ok", "it's", "blue"]).replace("sad", "blue");
            op.bulk_insert("person", ["id", "mood"], rows![[7, "bluu"]]);
        },
        "blue",
    ),
];

#[test]
fn a_value_that_the_type_has_not_is_refused_wherever_it_stands() {
    on_each_database(async |database: Database| {
        for (number, (change, meant)) in SLIPS.into_iter().enumerate() {
            let done = run(&database, change, &RunOptions::default()).await;
            let error = cucurbit::Error::from(done.expect_err("it is refused"));
            assert_eq!(error.code().name(), "value-not-of-type", "{} {number}: {error:?}", database.dialect);
            let hint = error.hint().unwrap_or_default();
            let said = format!("did you mean `{meant}`?");
            assert!(hint.contains(&said), "{} {number}: {hint}", database.dialect);
        }
    });
}

/// What types are told beside the scripts.
fn by_sql(op: &mut Op) {
    op.on(Postgres, |op| {
        op.execute("ALTER TABLE person ALTER mood DROP DEFAULT; ALTER TYPE mood RENAME TO moods");
        op.execute(
            "CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s', 'new'); CREATE TYPE size AS ENUM ('s', 'm')",
        );
        op.execute("ALTER TABLE person ALTER mood TYPE mood USING mood::text::mood");
    });
    op.alter_column("person", "mood").default("new");
    op.add_column("person", enumeration("size", "size").default("m"));
    op.bulk_insert("person", ["id", "mood", "size"], rows![[7, "new", "s"]]);
}

#[test]
fn what_sql_may_have_made_of_a_type_is_not_refused() {
    on_each_database(async |database: Database| {
        let now = run(&database, by_sql, &RunOptions::default()).await;
        assert_eq!(
            now.unwrap_or_else(|error| panic!("{}: {error:?}", database.dialect)),
            ["sad sad [\"sad\",\"ok\"]", "ok ok -", "it's ok []", "new ok -", "new ok -"]
        );
    });
}

/// A type that PostgreSQL alone leaves before it goes.
fn leave(op: &mut Op) {
    op.on(Postgres, |op| {
        op.drop_column("person", "all").loses_data();
        op.alter_column("person", "mood").ty(Type::Text);
        op.alter_column("person", "was").ty(Type::Text);
    });
    op.on(Sqlite, |op| {
        op.drop_column("person", "all").loses_data();
    });
    op.drop_enum("mood");
}

#[test]
fn a_type_that_one_database_alone_leaves_can_be_dropped() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let both = scripts(&[script("a", &[], people, no_people), script("b", &["a"], leave, |_| ())]);
        let done = Migrator::on(&mut connection, &both).upgrade_heads().await;
        done.unwrap_or_else(|error| panic!("{}: {error:?}", database.dialect));
        connection.close().await.unwrap();
    });
}

/// Tables of which columns of a type refer to columns of it, themselves among them.
fn keys(op: &mut Op) {
    op.create_enum("kind", ["a", "b", "c"]);
    op.create_table("parent", |table| {
        table.column(enumeration("kind", "kind"));
        table.column(enumeration("above", "kind").nullable());
        table.primary_key(["kind"]);
        table.foreign_key(["above"], "parent", ["kind"]).on_delete(Action::Restrict);
    });
    op.create_table("child", |table| {
        table.column(integer("id"));
        table.column(enumeration("kind", "kind").nullable());
        table.primary_key(["id"]);
        table.foreign_key(["kind"], "parent", ["kind"]).on_update(Action::Cascade).on_delete(Action::Cascade);
    });
    op.bulk_insert("parent", ["kind", "above"], rows![["a", "a"], ["b", "a"]]);
    op.bulk_insert("child", ["id", "kind"], rows![[1, "a"], [2, "b"]]);
}

/// What a script does, and the rows after it.
type Renaming = (fn(&mut Op), &'static str);

const OF_KEYS: [Renaming; 3] = [
    (|op| op.rename_enum_value("kind", "a", "x"), "x>x b>x 1x 2b"),
    (
        |op| {
            op.set_enum_values("kind", ["b", "x"]).replace("a", "x");
        },
        "x>x b>x 1x 2b",
    ),
    (
        |op| {
            op.set_enum_values("kind", ["a", "b"]).replace("a", "b").replace("b", "a");
        },
        "b>b a>b 1b 2a",
    ),
];

#[test]
fn rows_that_refer_to_each_other_by_a_value_get_its_new_name() {
    on_each_database(async |database: Database| {
        for (change, wanted) in OF_KEYS {
            let mut connection = database.emptied().await;
            let first = script("a", &[], keys, |_| ());
            Migrator::on(&mut connection, &scripts(std::slice::from_ref(&first)))
                .upgrade_heads()
                .await
                .unwrap();
            let both = scripts(&[first, script("b", &["a"], change, |_| ())]);
            let done = Migrator::on(&mut connection, &both).upgrade_heads().await;
            done.unwrap_or_else(|error| panic!("{}: {error:?}", database.dialect));
            let parents = "SELECT CAST(kind AS TEXT) || '>' || CAST(above AS TEXT) FROM parent \
                           ORDER BY CASE WHEN above = kind THEN 1 ELSE 2 END";
            let mut found = connection.rows(parents).await.unwrap();
            found.extend(
                connection.rows("SELECT id || CAST(kind AS TEXT) FROM child ORDER BY id").await.unwrap(),
            );
            let found: Vec<String> = found.into_iter().flatten().flatten().collect();
            assert_eq!(found.join(" "), wanted, "{}", database.dialect);
            connection.execute("DELETE FROM parent WHERE kind = above").await.expect_err("it is restricted");
            connection.close().await.unwrap();
        }
    });
}

/// A check as tools write one where a database has no enum types.
fn with_a_list(op: &mut Op) {
    op.create_enum("mood", ["sad", "ok"]);
    op.create_table("person", |table| {
        table.column(integer("id"));
        table.column(enumeration("mood", "mood").default("sad"));
        table.primary_key(["id"]);
        table.check("mood IN ('sad', 'ok')").named("mood");
        table.check("mood <> 'sad' OR id > 0").named("other");
    });
}

/// What a script does, and whether a row can hold the new value after it.
type Adding = (fn(&mut Op), bool);

const LISTS: [Adding; 4] = [
    (
        |op| {
            op.add_enum_value("mood", "y");
        },
        false,
    ),
    (
        |op| {
            op.set_enum_values("mood", ["y", "ok", "sad"]);
        },
        false,
    ),
    (
        |op| {
            op.drop_constraint("mood", "person");
            op.add_enum_value("mood", "y");
            op.create_check_constraint("mood", "person", "mood IN ('sad', 'ok', 'y')");
        },
        true,
    ),
    (
        |op| {
            op.add_enum_value("mood", "y");
            op.drop_constraint("mood", "person");
        },
        true,
    ),
];

#[test]
fn a_value_that_a_check_would_refuse_is_not_added() {
    on_sqlite(async |database: Database| {
        for (change, is_done) in LISTS {
            let mut connection = database.emptied().await;
            let both = scripts(&[script("a", &[], with_a_list, |_| ()), script("b", &["a"], change, |_| ())]);
            let done = Migrator::on(&mut connection, &both).upgrade_heads().await;
            match done {
                Ok(_) => {
                    assert!(is_done);
                    connection.execute("INSERT INTO person VALUES (1, 'y')").await.unwrap();
                }
                Err(error) => {
                    assert!(!is_done, "{error:?}");
                    let source = std::error::Error::source(&error).unwrap().to_string();
                    assert!(source.contains("a check of `person` speaks of the values"), "{source}");
                    assert!(source.contains("op.drop_constraint(\"mood\", \"person\")"), "{source}");
                    assert_eq!(cucurbit::Error::from(error).code().name(), "object-in-use");
                }
            }
            connection.close().await.unwrap();
        }
    });
}

#[test]
fn a_column_leaves_a_type_that_goes_also_where_none_is_kept() {
    let person = |ty: Type| {
        TableBuilder::build("person", |table| {
            table.column(integer("id"));
            table.column(column("mood", ty).default("sad"));
            table.primary_key(["id"]);
        })
    };
    let mood = EnumType::new("mood", ["sad", "ok"]);
    let from = Schema::from_tables([person(Type::enumeration("mood"))]).with_enums([mood]);
    let to = Schema::from_tables([person(Type::Text)]);
    for dialect in Dialect::ALL {
        let (from, to) = (dialect.canonical(from.clone()), dialect.canonical(to.clone()));
        let found = diff(&from, &to, &Answers::default(), &Filter::default());
        let said: Vec<String> = found.operations.iter().map(Operation::describe).collect();
        assert_eq!(said, ["alter column person.mood: set type text", "drop enum mood"], "{dialect}");
        let mut before = Before { schema: from.into_written(), ..Before::default() };
        dialect.plan(&mut before, &found.operations).unwrap_or_else(|error| panic!("{dialect}: {error:?}"));
    }
}
