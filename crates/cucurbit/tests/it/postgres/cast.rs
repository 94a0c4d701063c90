//! A column's values outlive a change of its type.

use cucurbit::{
    dialect::{Before, Dialect},
    operation::{ColumnChange, Op, Operation},
    schema::{Type, build::*},
};

use super::{Database, reflect, run, run_operations};

fn custom(spelling: &str) -> Type {
    Type::Custom { spelling: spelling.to_owned() }
}

fn array(element: Type) -> Type {
    Type::Array(Box::new(element))
}

/// Old type, its value, new type, the value after.
fn casts() -> Vec<(Type, &'static str, Type, &'static str)> {
    let (text, varchar) = (Type::Text, Type::String { length: Some(50) });
    let decimal = Type::Decimal { precision: Some((6, 2)) };
    let (date_time, date_time_tz) =
        (Type::DateTime { precision: None }, Type::DateTimeTz { precision: None });
    let (time, mood) = (Type::Time { precision: None }, custom("mood"));
    let uuid = "6b1e9c0e-0d2c-4d6b-8d44-7a3c1f8f3e11";
    vec![
        (text.clone(), "7", Type::SmallInteger, "7"),
        (varchar.clone(), "7", Type::BigInteger, "7"),
        (varchar.clone(), "7.5", decimal.clone(), "7.50"),
        (text.clone(), "0.5", Type::Float, "0.5"),
        (text.clone(), "yes", Type::Boolean, "true"),
        (text.clone(), "{\"a\":1}", Type::Json, "{\"a\":1}"),
        (text.clone(), "{\"a\":1}", Type::Jsonb, "{\"a\": 1}"),
        (text.clone(), "a\\b", Type::Binary, "\\x615c62"),
        (text.clone(), uuid, Type::Uuid, uuid),
        (text.clone(), "2020-01-02", Type::Date, "2020-01-02"),
        (text.clone(), "2020-01-02 03:04", date_time.clone(), "2020-01-02 03:04:00"),
        (text.clone(), "ok", mood.clone(), "ok"),
        (text.clone(), "abc", Type::Char { length: Some(3) }, "abc"),
        (text.clone(), "{a,b}", array(Type::Text), "{\"{a,b}\"}"),
        (text.clone(), "{1,2}", array(Type::Integer), "{1,2}"),
        (text.clone(), "{ok}", array(mood.clone()), "{ok}"),
        (varchar.clone(), "a b", array(varchar.clone()), "{\"a b\"}"),
        (mood.clone(), "ok", array(mood.clone()), "{ok}"),
        (mood.clone(), "ok", array(custom("temper")), "{ok}"),
        (mood.clone(), "ok", array(text.clone()), "{ok}"),
        (Type::Integer, "7", array(Type::Integer), "{7}"),
        (Type::Integer, "7", array(Type::BigInteger), "{7}"),
        (Type::BigInteger, "7", array(Type::SmallInteger), "{7}"),
        (Type::Integer, "7", array(Type::Text), "{7}"),
        (Type::Integer, "7", array(Type::Boolean), "{t}"),
        (Type::Boolean, "true", array(Type::Integer), "{1}"),
        (Type::Uuid, uuid, array(Type::Uuid), "{6b1e9c0e-0d2c-4d6b-8d44-7a3c1f8f3e11}"),
        (Type::Jsonb, "[1]", array(Type::Jsonb), "{[1]}"),
        (Type::Date, "2020-01-02", array(date_time.clone()), "{\"2020-01-02 00:00:00\"}"),
        (array(Type::Integer), "{1,2}", text.clone(), "{1,2}"),
        (array(mood.clone()), "{ok}", array(text.clone()), "{ok}"),
        (mood.clone(), "ok", text.clone(), "ok"),
        (mood, "ok", custom("temper"), "ok"),
        (Type::Uuid, uuid, varchar.clone(), uuid),
        (Type::Json, "{\"a\":1}", Type::Jsonb, "{\"a\": 1}"),
        (Type::Jsonb, "[]", Type::Json, "[]"),
        (Type::Json, "[1]", text.clone(), "[1]"),
        (Type::Integer, "2", Type::Boolean, "true"),
        (Type::SmallInteger, "0", Type::Boolean, "false"),
        (Type::BigInteger, "1", Type::Boolean, "true"),
        (Type::Boolean, "true", Type::Integer, "1"),
        (Type::Boolean, "true", Type::BigInteger, "1"),
        (Type::Boolean, "false", Type::SmallInteger, "0"),
        (Type::Boolean, "true", decimal.clone(), "1.00"),
        (Type::Boolean, "true", text.clone(), "true"),
        (Type::Integer, "3", Type::Double, "3"),
        (Type::BigInteger, "3", Type::SmallInteger, "3"),
        (decimal, "3.50", varchar, "3.50"),
        (Type::Date, "2020-01-02", date_time.clone(), "2020-01-02 00:00:00"),
        (date_time.clone(), "2020-01-02 03:04:05", Type::Date, "2020-01-02"),
        (date_time.clone(), "2020-01-02 03:04:05", date_time_tz.clone(), "2020-01-02 03:04:05+00"),
        (date_time_tz, "2020-01-02 03:04:05+00", date_time, "2020-01-02 03:04:05"),
        (Type::Interval, "03:00:00", time.clone(), "03:00:00"),
        (time, "03:00:00", Type::Interval, "03:00:00"),
        (array(Type::Text), "{1,2}", array(Type::Integer), "{1,2}"),
    ]
}

#[tokio::test]
async fn known_casts_need_no_using() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let types =
        "CREATE TYPE mood AS ENUM ('ok', 'sad'); CREATE TYPE temper AS ENUM ('ok'); SET TimeZone = 'UTC'";
    connection.execute(types).await.unwrap();
    let schema = reflect(&mut connection).await;
    for (from, value, to, after) in casts() {
        let mut before = Before::of(schema.clone());
        // The default is of the old type too, and the new one of the new.
        let default = |value: &str| cucurbit::schema::ServerDefault::Literal(value.into());
        let make = |op: &mut Op| {
            op.create_table("t", |table| {
                table.column(column("c", from.clone()).server_default(default(value)))
            });
            op.bulk_insert("t", ["c"], [[value]]);
        };
        run(&mut connection, &mut before, make).await;
        let changes = vec![
            ColumnChange::SetType { ty: to.clone().into(), using: None },
            ColumnChange::SetDefault(Some(default(after))),
        ];
        let alter = Operation::alter_column("t", "c", changes);
        run_operations(&mut connection, &mut before, &[alter]).await;
        connection.execute("INSERT INTO t DEFAULT VALUES").await.unwrap();
        let values = connection.rows("SELECT c::text FROM t").await.unwrap();
        let wanted = vec![Some(after.to_owned())];
        assert_eq!(values, [wanted.clone(), wanted], "{from} to {to}");
        run(&mut connection, &mut before, |op| op.drop_table("t").loses_data()).await;
    }
}

#[tokio::test]
async fn one_value_becomes_an_array_of_it_and_null_stays_null() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, |op| {
        op.create_table("t", |table| {
            table.column(integer("id"));
            table.column(integer("a").default(5).nullable());
            table.column(text("b").default("it's, {x}").nullable());
            table.column(string("c", 9).default_expression("upper('x')").nullable());
            table.primary_key(["id"]);
        });
        op.execute("INSERT INTO t VALUES (1, 1, 'a b', 'c'), (2, NULL, NULL, NULL)");
        for (column, ty) in [("a", Type::Integer), ("b", Type::Text), ("c", Type::Text)] {
            // The defaults are not spoken of, and become arrays with the rows.
            op.alter_column("t", column).ty(array(ty));
        }
    })
    .await;
    connection.execute("INSERT INTO t (id) VALUES (3)").await.unwrap();
    let rows = "SELECT format('%L %L %L', a, b, c) FROM t ORDER BY id";
    let rows: Vec<_> = connection.rows(rows).await.unwrap().into_iter().flatten().flatten().collect();
    let wanted = ["'{1}' '{\"a b\"}' '{c}'", "NULL NULL NULL", "'{5}' '{\"it''s, {x}\"}' '{X}'"];
    assert_eq!(rows, wanted);
}

#[tokio::test]
async fn an_array_becomes_no_single_value_by_itself() {
    let mut before = Before::default();
    let mood = Type::enumeration("mood");
    let make = Op::record(|op| {
        op.create_enum("mood", ["ok"]);
        op.create_table("t", |table| {
            table.column(column("a", array(Type::Integer)));
            table.column(column("b", array(Type::Text)));
            table.column(column("c", array(mood.clone())));
            table.column(column("d", array(Type::Binary)));
            table.column(json("e"));
        });
    });
    Dialect::Postgres.plan(&mut before, &make).unwrap();
    for (name, to) in [
        ("a", Type::Integer),
        ("a", mood.clone()),
        ("b", Type::Text),
        ("b", Type::string(5)),
        ("c", mood.clone()),
        ("d", array(Type::Integer)),
        ("e", array(Type::Integer)),
    ] {
        let alter = Op::record(|op| {
            op.alter_column("t", name).ty(to.clone());
        });
        let error = Dialect::Postgres.plan(&mut before.clone(), &alter).unwrap_err();
        assert!(error.to_string().contains("there is no one way from"), "{name} to {to}: {error}");
        assert!(error.hint().is_some_and(|hint| hint.contains(".using(")), "{error:?}");
    }
}

#[tokio::test]
async fn texts_in_arrays_are_not_cut() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, |op| {
        op.create_table("t", |table| {
            table.column(column("a", array(Type::string(9))));
            table.column(string("b", 9));
        });
        op.bulk_insert("t", ["a", "b"], [["{abc,abcdef}", "abcdef"]]);
    })
    .await;
    for name in ["a", "b"] {
        let alter = Op::record(|op| {
            op.alter_column("t", name).ty(array(Type::string(5)));
        });
        let plan = Dialect::Postgres.plan(&mut before.clone(), &alter).unwrap();
        let error = connection.execute(&plan.statements[0].sql).await.unwrap_err();
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(cause.contains("value too long"), "{name}: {error} {cause}");
    }
}

#[tokio::test]
async fn what_the_script_says_after_using_is_done() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, |op| {
        op.create_table("t", |table| table.column(integer("c").default(3)));
        op.bulk_insert("t", ["c"], [[40], [50]]);
        op.alter_table("t", |table| {
            table.alter_column("c").ty(Type::Date).using("date '2020-01-01' + c").drop_default();
        });
    })
    .await;
    let values = connection.value("SELECT string_agg(c::text, ' ' ORDER BY c) FROM t").await.unwrap();
    assert_eq!(values.as_deref(), Some("2020-02-10 2020-02-20"));
}

#[tokio::test]
async fn every_kind_of_column_is_added_to_a_filled_table() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, |op| {
        op.create_table("t", |table| table.column(integer("base")));
        op.bulk_insert("t", ["base"], [[1], [2]]);
    })
    .await;
    run(&mut connection, &mut before, |op| {
        op.alter_table("t", |table| {
            use cucurbit::schema::{Identity, ServerDefault};
            table.add_column(integer("numbered").serial());
            table.add_column(
                big_integer("identity")
                    .server_default(ServerDefault::Identity(Identity::by_default().start(10))),
            );
            table.add_column(
                integer("computed")
                    .server_default(ServerDefault::Computed { expression: "base * 3".into(), stored: true }),
            );
            table.add_column(text("name").default("it's").collate("C").comment("a \"name\""));
            table.add_column(uuid("tag").default_expression("gen_random_uuid()"));
            table.add_column(integer("filled").nullable()).backfill("base + 1");
            table.add_column(text("empty").nullable());
            table.create_unique(["numbered"]);
            table.create_check("computed > base");
        });
        op.create_primary_key("t", ["identity"]);
        op.create_table_comment("t", "all kinds");
    })
    .await;
    let row = "SELECT concat_ws(' ', numbered, identity, computed, name, filled, empty) FROM t ORDER BY base";
    let rows: Vec<_> = connection.rows(row).await.unwrap().into_iter().flatten().flatten().collect();
    assert_eq!(rows, ["1 10 3 it's 2", "2 11 6 it's 3"]);
    run(&mut connection, &mut before, |op| {
        for column in ["numbered", "identity", "computed", "name", "tag", "filled", "empty"] {
            op.drop_column("t", column).loses_data();
        }
        op.drop_table_comment("t");
    })
    .await;
}
