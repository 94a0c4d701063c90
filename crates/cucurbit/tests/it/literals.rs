//! Constants of scripts. Any value of any type comes back as it was written, the same on both databases: as a default,
//! in rows that are there already, in rows that a script writes; and `check` finds nothing to do. What is no value of its
//! column's type is refused before anything is touched.
//!
//! PostgreSQL itself says what a constant means, in words that share no code with the library. `CUCURBIT_LAW_CASES` sets
//! how many tables are tried on each database, `PROPTEST_RNG_SEED` which.

use std::cell::RefCell;

use cucurbit::{
    Op,
    config::Environment,
    connection::Connection,
    error::{Error, ErrorCode},
    operation::Operation,
    revision::Target,
    runtime::{Migrator, RunError},
    schema::{Dialect, Literal, ObjectId, Schema, TableBuilder, Type, build::*},
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};

use crate::{
    conversions::{is_same, read, told},
    diff::compare,
    support::{Database, on_each_database, script, scripts},
};

/// How many tables each database is given.
const TABLES: u32 = 60;

thread_local! {
    static OPERATIONS: RefCell<Vec<Operation>> = const { RefCell::new(Vec::new()) };
}

fn recorded(op: &mut Op) {
    OPERATIONS.with_borrow(|operations| operations.iter().for_each(|one| op.invoke(one.clone())));
}

async fn run(connection: &mut Connection, record: impl FnOnce(&mut Op)) -> Result<(), RunError> {
    OPERATIONS.set(Op::record(record));
    let list = scripts(&[script("a", &[], recorded, |_| {})]);
    connection.execute("DROP TABLE IF EXISTS alembic_version").await.unwrap();
    let head: Target = "head".parse().unwrap();
    Migrator::on(connection, &list).upgrade(&[head]).await.map(drop)
}

thread_local! {
    static BASE: RefCell<Vec<Operation>> = const { RefCell::new(Vec::new()) };
}

fn recorded_before(op: &mut Op) {
    BASE.with_borrow(|operations| operations.iter().for_each(|one| op.invoke(one.clone())));
}

/// Runs a revision on top of one that made what it changes.
async fn run_after(
    connection: &mut Connection,
    base: &[Operation],
    operations: &[Operation],
) -> Result<(), RunError> {
    BASE.set(base.to_vec());
    OPERATIONS.set(operations.to_vec());
    let list = scripts(&[
        script("first", &[], recorded_before, |_| {}),
        script("second", &["first"], recorded, |_| {}),
    ]);
    let [first, head]: [Target; 2] = ["first", "head"].map(|target| target.parse().unwrap());
    for table in ["t", "u", "alembic_version"] {
        connection.execute(&format!("DROP TABLE IF EXISTS {table}")).await.unwrap();
    }
    Migrator::on(connection, &list).upgrade(&[first]).await.unwrap();
    connection.execute("INSERT INTO t (id) VALUES (1)").await.unwrap();
    Migrator::on(connection, &list).upgrade(&[head]).await.map(drop)
}

/// A constant as people write it in SQL.
fn sql(literal: &Literal) -> String {
    match literal {
        Literal::Boolean(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Null => "NULL".to_owned(),
        Literal::Number(digits) => digits.clone(),
        Literal::String(text) => format!("'{}'", text.replace('\'', "''")),
    }
}

fn any_text() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "",
        " ",
        "'",
        "''",
        "\"",
        "\\",
        "\\'",
        "\\x41",
        "E'\\n'",
        "$$",
        "$1",
        "?1",
        ":a",
        "--",
        "/*",
        "%s",
        "{}",
        "0",
        "-1",
        "1e5",
        "0x10",
        "true",
        "NULL",
        "2020-01-01",
        "\u{1}",
        "\t\r\n",
        "\u{feff}",
        "e\u{301}\u{202e}",
        "🍉",
        "\u{10ffff}",
    ]);
    let chars = any::<String>().prop_map(|text| text.replace('\0', ""));
    prop_oneof![
        odd.clone().prop_map(str::to_owned),
        chars,
        prop::collection::vec(odd, 0..5).prop_map(|all| all.concat())
    ]
}

fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<u64>().prop_map(serde_json::Value::from),
        (-1e9..1e9).prop_map(serde_json::Value::from),
        any_text().prop_map(serde_json::Value::from),
    ];
    let tree = leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::btree_map("[a-z'\"\\\\ ]{0,3}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    });
    tree.prop_map(|value| value.to_string())
}

fn any_day() -> impl Strategy<Value = String> {
    (1..=9999_u32, 1..=12_u32, 1..=28_u32, any::<bool>()).prop_map(|(year, month, day, is_leap_day)| {
        match is_leap_day && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) {
            true => format!("{year:04}-02-29"),
            false => format!("{year:04}-{month:02}-{day:02}"),
        }
    })
}

fn any_time() -> impl Strategy<Value = String> {
    (0..24_u32, 0..60_u32, 0..60_u32, prop::option::of(0..1_000_000_u32)).prop_map(
        |(hour, minute, second, micros)| {
            let micros = micros.map(|micros| format!(".{micros:06}")).unwrap_or_default();
            format!("{hour:02}:{minute:02}:{second:02}{micros}")
        },
    )
}

fn any_stamp() -> impl Strategy<Value = String> {
    let between = prop::sample::select(vec![" ", "T"]);
    (any_day(), between, any_time()).prop_map(|(day, between, time)| format!("{day}{between}{time}"))
}

/// A type with a constant of it.
fn any_constant() -> impl Strategy<Value = (Type, Literal)> {
    let text = |ty: Type| move |text: String| (ty.clone(), Literal::String(text));
    let whole = |ty: Type| {
        move |(number, is_text): (i64, bool)| {
            let literal =
                if is_text { Literal::String(number.to_string()) } else { Literal::Integer(number) };
            (ty.clone(), literal)
        }
    };
    // Below these SQLite's own reading of digits keeps fewer of them.
    let float = prop::num::f64::NORMAL | prop::num::f64::ZERO;
    let zone = prop::sample::select(vec!["Z", "+00", "+00:00", "+02:00", "-05:30", "+14:00"]);
    // Within a day of its ends there is no room for a zone.
    let zoned = (any_stamp(), zone).prop_map(|(stamp, zone)| {
        if stamp.starts_with("0001-01-01") || stamp.starts_with("9999-12-") {
            "2000-01-01 00:00:00Z".to_owned()
        } else {
            stamp + zone
        }
    });
    let yes = prop::sample::select(vec!["true", "t", "yes", "ON", " 1 ", "false", "f", "no", "Off", "0"]);
    prop_oneof![
        any_text().prop_map(text(Type::Text)),
        any_text().prop_map(text(Type::String { length: None })),
        any_text().prop_map(|text| (Type::string(9), Literal::String(text.chars().take(9).collect()))),
        (i64::from(i16::MIN)..=i64::from(i16::MAX), any::<bool>()).prop_map(whole(Type::SmallInteger)),
        (i64::from(i32::MIN)..=i64::from(i32::MAX), any::<bool>()).prop_map(whole(Type::Integer)),
        (any::<i64>(), any::<bool>()).prop_map(whole(Type::BigInteger)),
        float.prop_map(|number| (Type::Double, Literal::number(format!("{number:?}")))),
        float.prop_map(|number| (Type::Double, Literal::String(format!("{number:e}")))),
        (-999_999_999_i64..=999_999_999, 0..1000_u32)
            .prop_map(|(all, part)| (Type::decimal(12, 3), Literal::number(format!("{all}.{part:03}")))),
        any::<bool>().prop_map(|value| (Type::Boolean, Literal::Boolean(value))),
        yes.prop_map(str::to_owned).prop_map(text(Type::Boolean)),
        any_json().prop_map(text(Type::Json)),
        any_json().prop_map(text(Type::Jsonb)),
        any_day().prop_map(text(Type::Date)),
        any_time().prop_map(text(Type::Time { precision: None })),
        any_stamp().prop_map(text(Type::DateTime { precision: None })),
        zoned.prop_map(text(Type::DateTimeTz { precision: None })),
        any::<u128>().prop_map(|bits| {
            let hex = format!("{bits:032x}");
            (
                Type::Uuid,
                Literal::String([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")),
            )
        }),
        any::<u128>().prop_map(|bits| (Type::Uuid, Literal::String(format!("{{{bits:032X}}}")))),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(|bytes| {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            (Type::Binary, Literal::String(format!("\\x{hex}")))
        }),
        "[a-z' \"-]{0,9}".prop_map(text(Type::Binary)),
    ]
}

/// What PostgreSQL reads a constant as.
async fn meaning(server: &mut Connection, ty: &Type, literal: &Literal) -> String {
    let word = match ty {
        Type::Double => "double precision".to_owned(),
        Type::Decimal { .. } => "numeric(12,3)".to_owned(),
        Type::String { .. } => "varchar".to_owned(),
        Type::DateTime { .. } => "timestamp".to_owned(),
        Type::DateTimeTz { .. } => "timestamptz".to_owned(),
        Type::Binary => "bytea".to_owned(),
        Type::BigInteger => "bigint".to_owned(),
        Type::SmallInteger => "smallint".to_owned(),
        ty @ (Type::Array(_)
        | Type::Boolean
        | Type::Char { .. }
        | Type::Custom { .. }
        | Type::Date
        | Type::Enum { .. }
        | Type::Float
        | Type::Integer
        | Type::Interval
        | Type::Json
        | Type::Jsonb
        | Type::Real
        | Type::Text
        | Type::Time { .. }
        | Type::Uuid
        | _) => ty.to_string(),
    };
    let text = match literal {
        Literal::String(_) => sql(literal),
        Literal::Boolean(_) | Literal::Integer(_) | Literal::Null | Literal::Number(_) => {
            format!("'{}'", sql(literal))
        }
    };
    let asked = format!("SELECT {text}::{word}::text");
    let told = server.value(&asked).await;
    told.unwrap_or_else(|error| panic!("{asked}: {error:?}")).expect("it is not NULL")
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other types are compared as text")]
fn is_like_it(ty: &Type, wanted: &str, found: &str) -> bool {
    match ty {
        // SQLite's own reading of digits is exact to the last bit but one.
        Type::Double => {
            let number = |text: &str| text.parse::<f64>().ok();
            number(wanted).zip(number(found)).is_some_and(|(wanted, found)| {
                wanted == found || (wanted - found).abs() <= wanted.abs() * 2.0 * f64::EPSILON
            })
        }
        Type::Jsonb => {
            let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
            value(wanted) == value(found)
        }
        // A file keeps the zeros at the end.
        Type::Time { .. } => {
            let short = |text: &str| match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                false => text.to_owned(),
            };
            short(wanted) == short(found)
        }
        Type::DateTime { .. } => {
            let moment = |text: &str| text.parse::<jiff::civil::DateTime>().ok();
            moment(wanted).is_some() && moment(wanted) == moment(found)
        }
        // A file keeps the zone that was written; none is that of UTC.
        Type::DateTimeTz { .. } => {
            let utc = |text: &str| format!("{text}Z").parse::<jiff::Timestamp>().ok();
            let moment = |text: &str| text.parse::<jiff::Timestamp>().ok().or_else(|| utc(text));
            moment(wanted).is_some() && moment(wanted) == moment(found)
        }
        ty => is_same(ty, wanted, found),
    }
}

/// Reads a row as PostgreSQL prints it.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other types are read in one way")]
async fn row(
    connection: &mut Connection,
    columns: &[(Type, Literal)],
    prefix: &str,
    id: i32,
) -> Vec<Option<String>> {
    let dialect = connection.dialect();
    let value = |(at, (ty, _)): (usize, &(Type, Literal))| {
        let column = format!("{prefix}{at}");
        // The driver's own digits, and texts of which there is more than one for a value.
        match ty {
            Type::Double if dialect == Dialect::Sqlite => {
                format!("CASE typeof({column}) WHEN 'real' THEN {column} END")
            }
            Type::DateTimeTz { .. } | Type::Jsonb if dialect == Dialect::Sqlite => {
                format!("CASE typeof({column}) WHEN 'text' THEN {column} END")
            }
            ty => format!("(SELECT {} FROM (SELECT {column} AS c) AS of_it)", read(dialect, ty)),
        }
    };
    let values: Vec<String> = columns.iter().enumerate().map(value).collect();
    let asked = format!("SELECT {} FROM t WHERE id = {id}", values.join(", "));
    connection.rows(&asked).await.unwrap_or_else(|error| panic!("{asked}: {error:?}")).remove(0)
}

/// Proves the law of one table.
async fn prove(
    connection: &mut Connection,
    columns: &[(Type, Literal)],
    meanings: &[String],
) -> Result<(), String> {
    let dialect = connection.dialect();
    connection.execute("DROP TABLE IF EXISTS t").await.unwrap();
    let each = || columns.iter().enumerate();
    let filled = |table: &mut TableBuilder| {
        table.column(integer("id"));
        for (at, (ty, literal)) in each() {
            table.column(column(&format!("d{at}"), ty.clone()).default(literal.clone()));
        }
        for (at, (ty, _)) in each() {
            table.column(column(&format!("r{at}"), ty.clone()).nullable());
        }
        table.primary_key(["id"]);
    };
    let names = || std::iter::once("id".to_owned()).chain(each().map(|(at, _)| format!("r{at}")));
    let first = run(connection, |op| {
        op.create_table("t", filled);
        let values = columns.iter().map(|(_, literal)| literal.clone());
        op.bulk_insert("t", names(), [std::iter::once(Literal::Integer(1)).chain(values)]);
    });
    first.await.map_err(|error| told(&error))?;
    let silent = async |connection: &mut Connection, wanted: Schema| {
        let mut there = cucurbit::dialect::reflect(connection).await.unwrap().schema;
        there.remove(&ObjectId::Table("alembic_version".into()));
        let left = compare(connection, &there, &wanted).await;
        if left.is_empty() { Ok(()) } else { Err(format!("left over: {left:#?}")) }
    };
    silent(connection, Schema::from_tables([TableBuilder::build("t", filled)])).await?;
    let second = run(connection, |op| {
        for (at, (ty, literal)) in each() {
            op.add_column("t", column(&format!("b{at}"), ty.clone())).backfill(sql(literal));
        }
        for (at, (ty, literal)) in each() {
            op.add_column("t", column(&format!("n{at}"), ty.clone()).default(literal.clone()));
        }
    });
    second.await.map_err(|error| told(&error))?;
    let wanted = TableBuilder::build("t", |table| {
        filled(table);
        for (at, (ty, _)) in each() {
            table.column(column(&format!("b{at}"), ty.clone()));
        }
        for (at, (ty, literal)) in each() {
            table.column(column(&format!("n{at}"), ty.clone()).default(literal.clone()));
        }
    });
    silent(connection, Schema::from_tables([wanted])).await?;
    for prefix in ["d", "r", "b", "n"] {
        let found = row(connection, columns, prefix, 1).await;
        for ((found, wanted), (ty, literal)) in found.iter().zip(meanings).zip(columns) {
            if !found.as_ref().is_some_and(|found| is_like_it(ty, wanted, found)) {
                return Err(format!(
                    "{dialect}, {prefix}: {literal:?} of {ty} is {found:?} and not {wanted:?}"
                ));
            }
        }
    }
    Ok(())
}

fn tables() -> u32 {
    let number = Environment::read().get("CUCURBIT_LAW_CASES").expect("it is text").map(str::to_owned);
    number.map_or(TABLES, |number| number.parse().expect("CUCURBIT_LAW_CASES is a number"))
}

#[test]
fn any_constant_comes_back_from_wherever_it_was_written() {
    on_each_database(async |database: Database| {
        let dialect = database.dialect;
        let mut connection = database.connect().await;
        let mut server = crate::support::server().await;
        if dialect == Dialect::Postgres {
            connection.execute("SET TimeZone = 'UTC'; SET synchronous_commit = off").await.unwrap();
        }
        server.execute("SET TimeZone = 'UTC'").await.unwrap();
        let config = Config { cases: tables(), failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new(config);
        for _ in 0..tables() {
            let any = prop::collection::vec(any_constant(), 1..8);
            let mut tree = any.new_tree(&mut runner).expect("it can be made");
            let mut smallest = None;
            loop {
                let columns = tree.current();
                let mut meanings = Vec::new();
                for (ty, literal) in &columns {
                    meanings.push(meaning(&mut server, ty, literal).await);
                }
                let is_wrong = prove(&mut connection, &columns, &meanings).await.err();
                let goes_on = match is_wrong {
                    Some(error) => {
                        smallest = Some(format!("{columns:?}: {error}"));
                        tree.simplify()
                    }
                    None if smallest.is_some() => tree.complicate(),
                    None => false,
                };
                if !goes_on {
                    break;
                }
            }
            assert_eq!(smallest, None, "{dialect}");
        }
        server.close().await.unwrap();
        connection.close().await.unwrap();
    });
}

/// Constants that are no values of a type, to either database.
fn misfits() -> Vec<(Type, Literal)> {
    let text = |ty: Type, text: &str| (ty, Literal::from(text));
    vec![
        text(Type::Integer, "tall"),
        text(Type::Integer, ""),
        text(Type::Integer, "1.5"),
        (Type::SmallInteger, Literal::Integer(32_768)),
        (Type::Integer, Literal::Integer(-2_147_483_649)),
        text(Type::BigInteger, "9223372036854775808"),
        text(Type::Double, "much"),
        text(Type::decimal(12, 3), "1,5"),
        text(Type::Boolean, "maybe"),
        text(Type::Date, "2021-02-29"),
        text(Type::Date, "soon"),
        text(Type::Time { precision: None }, "25:00:00"),
        text(Type::DateTime { precision: None }, "2020-13-01 00:00:00"),
        text(Type::DateTimeTz { precision: None }, "never"),
        text(Type::Uuid, "6b1e9c0e-0d2c"),
        text(Type::Json, "{a: 1}"),
        text(Type::Jsonb, ""),
        text(Type::string(3), "four"),
        text(Type::Binary, "\\xabc"),
        text(Type::decimal(5, 2), "9999.99"),
        text(Type::decimal(5, 2), "-999.995"),
        (Type::decimal(5, 2), Literal::number("1e3")),
        (Type::decimal(5, 2), Literal::Integer(1000)),
        text(Type::Real, "3.5e38"),
        text(Type::Double, "-1e309"),
    ]
}

/// Where a constant can stand.
fn places(ty: &Type, literal: &Literal) -> Vec<(&'static str, Vec<Operation>)> {
    let (ty, value) = (ty.clone(), literal.clone());
    let column_of = |ty: &Type| column("c", ty.clone()).nullable();
    vec![
        (
            "a new table",
            Op::record(|op| {
                op.create_table("u", |table| table.column(column_of(&ty).default(value.clone())));
            }),
        ),
        (
            "a new column",
            Op::record(|op| {
                op.add_column("t", column("d", ty.clone()).default(value.clone()));
            }),
        ),
        (
            "a default",
            Op::record(|op| {
                op.alter_column("t", "c").default(value.clone());
            }),
        ),
        (
            "a backfill",
            Op::record(|op| {
                op.add_column("t", column("d", ty.clone())).backfill(sql(&value));
            }),
        ),
        (
            "a backfill of NULL",
            Op::record(|op| {
                op.alter_column("t", "c").not_null().backfill(sql(&value));
            }),
        ),
        (
            "a row",
            Op::record(|op| {
                op.bulk_insert("t", ["id", "c"], [[Literal::Integer(7), value.clone()]]);
            }),
        ),
    ]
}

#[test]
fn what_is_no_value_of_its_type_is_refused_wherever_it_stands() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let mut wrong = Vec::new();
        for (ty, literal) in misfits() {
            let base = Op::record(|op| {
                op.create_table("t", |table| {
                    table.column(integer("id"));
                    table.column(column("c", ty.clone()).nullable());
                    table.primary_key(["id"]);
                });
            });
            run_after(&mut connection, &base, &[]).await.unwrap();
            let before = cucurbit::dialect::reflect(&mut connection).await.unwrap().schema;
            for (place, operations) in places(&ty, &literal) {
                let done = run_after(&mut connection, &base, &operations).await;
                let mut after = cucurbit::dialect::reflect(&mut connection).await.unwrap().schema;
                let rows = connection.value("SELECT count(*) FROM t WHERE c IS NULL").await.unwrap();
                let is_refused = match (database.dialect, done) {
                    // The server says it itself, of some defaults when a row is to have one.
                    (Dialect::Postgres, Ok(())) if place != "a row" && !place.contains("backfill") => {
                        let table = if place == "a new table" { "u" } else { "t" };
                        let id = if table == "t" { "(id) VALUES (8)" } else { "DEFAULT VALUES" };
                        let insert = format!("INSERT INTO {table} {id}");
                        let refused = connection.execute(&insert).await.is_err();
                        after = before.clone();
                        refused
                    }
                    (Dialect::Postgres, Err(_)) => true,
                    (_, Ok(())) => false,
                    (Dialect::Sqlite, Err(error)) => {
                        let text = told(&error);
                        Error::from(error).code() == ErrorCode::ValueNotOfType
                            && text.contains("cannot stand in")
                    }
                };
                let is_untouched = before == after;
                if !is_refused || !is_untouched || rows.as_deref() != Some("1") {
                    wrong.push(format!("{place}: {literal:?} of {ty}: {is_refused} {is_untouched} {rows:?}"));
                }
            }
        }
        assert_eq!(wrong, [""; 0], "{}", database.dialect);
        connection.close().await.unwrap();
    });
}
