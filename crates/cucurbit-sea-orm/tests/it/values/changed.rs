//! Rows that went through a change of type, read by SeaORM and by sqlx as the new type: on SQLite the same values as on
//! PostgreSQL, or the change is refused with the rows that stand in the way, and nothing is touched.
//!
//! What PostgreSQL makes of a value it says itself; which values it refuses, and how a refusal counts them, is the
//! library's `conversions`.

use std::{cell::RefCell, collections::BTreeMap, error::Error as _, fmt::Debug};

use cucurbit::{
    Script,
    connection::Connection,
    operation::Operation,
    prelude::*,
    revision::Scripts,
    runtime::{Migrator, RunError},
    schema::build,
};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, TryGetable, Value};
use sqlx::{Connection as _, PgConnection, Row as _, SqliteConnection, postgres::PgRow, sqlite::SqliteRow};

use super::{
    Database, moments, on_each_database, plain,
    ways::{DateTime, Decimal, Json, NaiveDate, NaiveDateTime, NaiveTime, Utc, Uuid, json},
};

/// A value as text, or why it could not be read.
type Text = Result<String, String>;

/// A type of column, values of it, and how they are read.
struct Kind {
    ty: Type,
    values: Vec<Value>,
    by_sea_orm: fn(&QueryResult) -> Text,
    on_postgres: Option<fn(&PgRow) -> Text>,
    on_sqlite: Option<fn(&SqliteRow) -> Text>,
}

fn by_sea_orm<T: TryGetable + Debug>(row: &QueryResult) -> Text {
    row.try_get::<Option<T>>("", "c").map(|value| format!("{value:?}")).map_err(|error| error.to_string())
}

macro_rules! kind {
    ($ty:expr, $rust:ty, $values:expr) => {{
        let on_postgres: fn(&PgRow) -> Text = |row| {
            let value = row.try_get::<Option<$rust>, _>("c");
            value.map(|value| format!("{value:?}")).map_err(|error| error.to_string())
        };
        let on_sqlite: fn(&SqliteRow) -> Text = |row| {
            let value = row.try_get::<Option<$rust>, _>("c");
            value.map(|value| format!("{value:?}")).map_err(|error| error.to_string())
        };
        let mut kind = kind!(@by_sea_orm $ty, $rust, $values);
        (kind.on_postgres, kind.on_sqlite) = (Some(on_postgres), Some(on_sqlite));
        kind
    }};
    (@by_sea_orm $ty:expr, $rust:ty, $values:expr) => {{
        let values: Vec<$rust> = Vec::from($values);
        let values = values.into_iter().map(Value::from).collect();
        Kind { ty: $ty, values, by_sea_orm: by_sea_orm::<$rust>, on_postgres: None, on_sqlite: None }
    }};
}

/// An exact number by its value: SQLite keeps no zeros at its end.
fn decimal(row: &QueryResult) -> Text {
    let value = row.try_get::<Option<Decimal>>("", "c");
    value
        .map(|value| format!("{:?}", value.map(|value| value.normalize())))
        .map_err(|error| error.to_string())
}

fn kinds() -> Vec<Kind> {
    let mut texts = plain::texts();
    // PostgreSQL has such a number, and no exact type of Rust has one.
    texts.retain(|text| text != "NaN");
    texts.extend(
        [
            "5",
            "-7",
            "32768",
            "2.5",
            "1e3",
            " 12 ",
            "2020-02-29",
            "2020-01-02 03:04:05",
            "03:04:05",
            "{\"a\":1}",
        ]
        .map(str::to_owned),
    );
    texts.extend([Uuid::from_u128(7).to_string(), "no".to_owned()]);
    let some = |values: Vec<NaiveDateTime>| values.into_iter().step_by(7).collect::<Vec<_>>();
    let decimals = |texts: &[&str]| plain::decimals(texts);
    vec![
        kind!(Type::Boolean, bool, [true, false]),
        kind!(Type::SmallInteger, i16, [0, 1, -1, i16::MIN, i16::MAX]),
        kind!(Type::Integer, i32, [0, 1, 5, -7, 32_768, i32::MIN, i32::MAX]),
        kind!(Type::BigInteger, i64, [0, 1, 7, i64::MIN, i64::MAX, 2_147_483_648, 9_007_199_254_740_992]),
        kind!(Type::Double, f64, [0.0, 1.0, 0.5, 1.5, 2.5, -2.5, 0.1, 1e10, 1e300, -3.0]),
        Kind {
            by_sea_orm: decimal,
            ..kind!(@by_sea_orm Type::decimal(12, 4), Decimal, decimals(&plain::SHORT_NUMBERS))
        },
        Kind {
            by_sea_orm: decimal,
            ..kind!(@by_sea_orm Type::decimal(6, 2), Decimal, decimals(&["0", "0.25", "9999.99", "-1.5", "7"]))
        },
        kind!(Type::Text, String, texts),
        kind!(Type::string(4), String, ["abc", "12", "on", ""].map(str::to_owned)),
        kind!(Type::Date, NaiveDate, moments::dates().map(|text| text.parse::<NaiveDate>().unwrap())),
        kind!(
            Type::Time { precision: None },
            NaiveTime,
            moments::times().map(|text| text.parse::<NaiveTime>().unwrap())
        ),
        kind!(Type::DateTime { precision: None }, NaiveDateTime, some(moments::naive())),
        kind!(
            Type::DateTimeTz { precision: None },
            DateTime<Utc>,
            some(moments::naive()).into_iter().map(|moment| moment.and_utc()).collect::<Vec<_>>()
        ),
        kind!(
            Type::Json,
            Json,
            [
                json!(5),
                json!(1.5),
                json!("x"),
                json!("5"),
                json!(null),
                json!({ "a": [1, "b"] }),
                json!(true)
            ]
        ),
        kind!(Type::Jsonb, Json, [json!(5), json!("x"), json!({ "a": 1 }), json!([])]),
        kind!(Type::Binary, Vec<u8>, [&b""[..], b"\0\xff", b"abc"].map(Vec::from)),
        kind!(Type::Uuid, Uuid, plain::uuids()),
    ]
}

thread_local! {
    static OPERATIONS: RefCell<Vec<Operation>> = const { RefCell::new(Vec::new()) };
}

fn recorded(op: &mut Op) {
    OPERATIONS.with_borrow(|operations| operations.iter().for_each(|one| op.invoke(one.clone())));
}

async fn run(connection: &mut Connection, record: impl FnOnce(&mut Op)) -> Result<(), RunError> {
    OPERATIONS.set(Op::record(record));
    connection.execute("DROP TABLE IF EXISTS alembic_version").await.unwrap();
    let script =
        Script { path: "a.rs", doc: "a", revision: Revision::new("a"), upgrade: recorded, downgrade: |_| {} };
    let list = Scripts::new(vec![script]).unwrap();
    Migrator::on(connection, &list).upgrade_heads().await.map(drop)
}

fn told(error: &RunError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

const NEEDS_USING: &str = "it needs a `using`";

/// What stands before a value that no driver reads.
const UNREADABLE: &str = "cannot be read: ";

/// What became of the rows of one change.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// By the key: what SeaORM reads, if the row was not in the way.
    Read(BTreeMap<usize, Option<String>>),
    /// It is refused for any row.
    Refused(String),
}

/// The driver remembers a statement by its text, and with it the types of another table of the name.
async fn insert(connection: &mut Connection, values: &[Value], pair: &str) {
    let backend = match connection.dialect() {
        Postgres => DbBackend::Postgres,
        Sqlite => DbBackend::Sqlite,
    };
    let database = cucurbit_sea_orm::lend(connection);
    for (id, value) in values.iter().enumerate() {
        let values = [Value::BigInt(Some(id.try_into().unwrap())), value.clone()];
        let sql = format!("INSERT INTO t (id, c) VALUES ($1, $2) /* {pair} */");
        let insert = Statement::from_sql_and_values(backend, sql, values);
        database.execute_raw(insert).await.unwrap_or_else(|error| panic!("{value:?}: {error}"));
    }
}

/// Returns the keys that a refusal names.
fn named(text: &str) -> Vec<usize> {
    text.split("(id = ").skip(1).filter_map(|rest| rest.split(')').next()?.parse().ok()).collect()
}

async fn changed(database: &mut Database, from: &Kind, to: &Kind, other: &mut Other) -> Outcome {
    let connection = &mut database.connection;
    connection.execute("DROP TABLE IF EXISTS t").await.unwrap();
    let create = |op: &mut Op| {
        op.create_table("t", |table| {
            table.column(build::big_integer("id"));
            table.column(build::column("c", from.ty.clone()).nullable());
            table.primary_key(["id"]);
        });
    };
    run(connection, create).await.unwrap();
    let pair = format!("{} to {}", from.ty, to.ty);
    insert(connection, &from.values, &pair).await;
    let mut read: BTreeMap<usize, Option<String>> = (0..from.values.len()).map(|id| (id, None)).collect();
    loop {
        let stored = match connection.dialect() {
            Postgres => "SELECT id, c::text FROM t ORDER BY id",
            Sqlite => "SELECT id, typeof(c) || quote(c) FROM t ORDER BY id",
        };
        let before = connection.rows(stored).await.unwrap();
        let change = |op: &mut Op| {
            op.alter_column("t", "c").ty(to.ty.clone());
        };
        let Err(error) = run(connection, change).await else { break };
        let text = told(&error);
        assert_eq!(connection.rows(stored).await.unwrap(), before, "{text}");
        let in_the_way = named(&text);
        if in_the_way.is_empty() {
            let needs_using = text.contains("there is no one way from");
            return Outcome::Refused(if needs_using { NEEDS_USING.to_owned() } else { text });
        }
        for id in in_the_way {
            connection.execute(&format!("DELETE FROM t WHERE id = {id}")).await.unwrap();
        }
    }
    let backend = match connection.dialect() {
        Postgres => DbBackend::Postgres,
        Sqlite => DbBackend::Sqlite,
    };
    let lent = cucurbit_sea_orm::lend(connection);
    let select = Statement::from_string(backend, format!("SELECT id, c FROM t ORDER BY id /* {pair} */"));
    let rows = lent.query_all_raw(select).await.unwrap();
    let by_sqlx = other.rows(to).await;
    for (row, by_sqlx) in rows.iter().zip(by_sqlx) {
        let id: i64 = row.try_get("", "id").unwrap();
        let text = (to.by_sea_orm)(row);
        let value = &from.values[usize::try_from(id).unwrap()];
        let text = match (text, by_sqlx) {
            (Ok(text), Some(Ok(other))) if text != other => format!("{UNREADABLE}{text}, by sqlx {other}"),
            (Err(error), _) | (_, Some(Err(error))) => format!("{UNREADABLE}{value:?}: {error}"),
            (Ok(text), _) => text,
        };
        read.insert(id.try_into().unwrap(), Some(text));
    }
    Outcome::Read(read)
}

/// A connection of sqlx itself.
enum Other {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl Other {
    async fn to(database: &Database) -> Self {
        match database.connection.dialect() {
            Postgres => Self::Postgres(PgConnection::connect(&database.url).await.unwrap()),
            Sqlite => Self::Sqlite(SqliteConnection::connect(&database.url).await.unwrap()),
        }
    }

    async fn rows(&mut self, kind: &Kind) -> Vec<Option<Text>> {
        let sql = "SELECT c FROM t ORDER BY id";
        match self {
            Self::Postgres(connection) => {
                let rows = sqlx::query(sql).persistent(false).fetch_all(connection).await.unwrap();
                rows.iter().map(|row| kind.on_postgres.map(|read| read(row))).collect()
            }
            Self::Sqlite(connection) => {
                let rows = sqlx::query(sql).persistent(false).fetch_all(connection).await.unwrap();
                rows.iter().map(|row| kind.on_sqlite.map(|read| read(row))).collect()
            }
        }
    }
}

/// Tells whether two drivers' values are one: a zero has no sign in a file, JSON is there with the digits and blanks that it
/// was written with.
fn is_one(from: &Type, to: &Type, server: &str, file: &str) -> bool {
    let is_json = |ty: &Type| matches!(ty, Type::Json | Type::Jsonb);
    let plain = |text: &str| {
        let text = text.replace("-0.0)", "0)").replace(".0)", ")");
        if is_json(from) && !is_json(to) { text.replace(' ', "") } else { text }
    };
    plain(server) == plain(file)
}

#[test]
fn what_became_of_a_row_is_read_alike_on_both_databases() {
    let outcomes = RefCell::new(BTreeMap::new());
    on_each_database("changed", async |database| {
        let dialect = database.connection.dialect();
        let quick = match dialect {
            Postgres => "SET TimeZone = 'UTC'; SET client_min_messages = error; SET synchronous_commit = off",
            Sqlite => "PRAGMA synchronous = OFF",
        };
        database.connection.execute(quick).await.unwrap();
        let mut other = Other::to(database).await;
        let kinds = kinds();
        for (at, from) in kinds.iter().enumerate() {
            for (of, to) in kinds.iter().enumerate().filter(|(of, _)| *of != at) {
                let outcome = changed(database, from, to, &mut other).await;
                outcomes.borrow_mut().insert((at, of, dialect == Sqlite), outcome);
            }
        }
    });
    let (outcomes, kinds) = (outcomes.into_inner(), kinds());
    let mut wrong = Vec::new();
    let mut read = 0;
    for ((at, of, is_sqlite), outcome) in &outcomes {
        let pair = format!("{} to {}", kinds[*at].ty, kinds[*of].ty);
        match (is_sqlite, outcome, outcomes.get(&(*at, *of, true))) {
            (true, ..) => {}
            (false, Outcome::Read(server), Some(Outcome::Read(file))) => {
                for ((id, server), file) in server.iter().zip(file.values()) {
                    read += usize::from(server.is_some() && file.is_some());
                    let value = &kinds[*at].values[*id];
                    let is_alike = match (server, file) {
                        (Some(server), Some(file)) => {
                            !server.starts_with(UNREADABLE)
                                && is_one(&kinds[*at].ty, &kinds[*of].ty, server, file)
                        }
                        // A file may refuse what is read in more than one way.
                        (Some(_), None) | (None, None) => true,
                        (None, Some(_)) => false,
                    };
                    if !is_alike {
                        wrong.push(format!("{pair}: {value:?} is {server:?}, and in a file {file:?}"));
                    }
                }
            }
            (false, Outcome::Refused(server), Some(Outcome::Refused(file)))
                if server == file && server == NEEDS_USING => {}
            (false, server, file) => wrong.push(format!("{pair}: {server:?}, and in a file {file:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(read > 500, "only {read} values were read on both");
}
