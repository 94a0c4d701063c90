//! The types of sqlx itself: what they write and what the database fills in comes back. Which types SeaORM has besides:
//! the other files.
//!
//! The texts of defaults are PostgreSQL's own, of the very values.

use std::fmt::Debug;

use cucurbit::{
    operation::{Concurrency, Operation},
    prelude::*,
    schema::{Column, Literal, Object, ObjectId, Schema, ServerDefault, TableBuilder, build},
};
use sqlx::{
    ColumnIndex, Connection as _, Decode, Encode, Executor, IntoArguments, PgConnection, Row as _,
    SqliteConnection,
    database::HasStatementCache,
    postgres::types::{Oid, PgInterval, PgMoney, PgRange},
};

use super::{
    Database,
    moments::{self, dates},
    on_each_database, plain,
    ways::{
        BigDecimal, DateTime, Decimal, FixedOffset, Hyphenated, IpNetwork, Json, Local, MacAddress,
        NaiveDate, NaiveTime, Utc, Uuid,
    },
};

/// What a type of Rust must be able to do on a database.
trait Held<D: sqlx::Database>:
    for<'q> Encode<'q, D>
    + for<'r> Decode<'r, D>
    + sqlx::Type<D>
    + Clone
    + Debug
    + PartialEq
    + Send
    + Unpin
    + 'static
{
}

impl<D: sqlx::Database, T> Held<D> for T where
    T: for<'q> Encode<'q, D>
        + for<'r> Decode<'r, D>
        + sqlx::Type<D>
        + Clone
        + Debug
        + PartialEq
        + Send
        + Unpin
        + 'static
{
}

/// What PostgreSQL prints for values.
async fn texts<T: Held<sqlx::Postgres>>(values: &[T]) -> Vec<String> {
    let mut server = PgConnection::connect(&super::server_url()).await.unwrap();
    sqlx::query("SET TimeZone = 'UTC'").execute(&mut server).await.unwrap();
    let mut texts = Vec::new();
    for value in values {
        let row = sqlx::query("SELECT $1::text").bind(value.clone()).fetch_one(&mut server).await.unwrap();
        texts.push(row.get(0));
    }
    texts
}

fn held(write: impl FnOnce(&mut TableBuilder)) -> Schema {
    let table = TableBuilder::build("held", |table| {
        table.column(build::integer("id"));
        write(table);
        table.primary_key(["id"]);
    });
    Schema::from_tables([table])
}

/// Writes and reads, then lets the database fill in each value: into new rows, and into rows that are there.
async fn goes_there_and_back<D, T>(
    database: &mut Database,
    driver: &mut D::Connection,
    ty: &Type,
    values: &[T],
    defaults: &[(T, String)],
) where
    D: sqlx::Database + HasStatementCache,
    T: Held<D>,
    i32: Held<D>,
    Option<T>: Held<D>,
    usize: ColumnIndex<D::Row>,
    D::Arguments: IntoArguments<D>,
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    let columns = |table: &mut TableBuilder| {
        table.column(build::column("written", ty.clone()));
        table.column(build::column("maybe", ty.clone()).nullable());
    };
    let schema = held(columns);
    database.make(&schema).await;
    for (id, value) in (0..).zip(values) {
        for maybe in [Some(value.clone()), None] {
            let id = 2 * id + i32::from(maybe.is_none());
            let insert = sqlx::query::<D>("INSERT INTO held (id, written, maybe) VALUES ($1, $2, $3)");
            let insert = insert.bind(id).bind(value.clone()).bind(maybe).persistent(false);
            insert.execute(&mut *driver).await.unwrap_or_else(|error| panic!("{ty} {value:?}: {error}"));
        }
    }
    let select = sqlx::query::<D>("SELECT written, maybe FROM held ORDER BY id").persistent(false);
    let rows = select.fetch_all(&mut *driver).await.unwrap();
    assert_eq!(rows.len(), 2 * values.len());
    for (row, value) in rows.chunks(2).zip(values) {
        let read = |row: &D::Row| (row.try_get::<T, _>(0).unwrap(), row.try_get::<Option<T>, _>(1).unwrap());
        assert_eq!(read(&row[0]), (value.clone(), Some(value.clone())), "{ty}");
        assert_eq!(read(&row[1]), (value.clone(), None), "{ty}");
    }
    database.connection.execute("DELETE FROM held WHERE id > 0").await.unwrap();

    for (value, text) in defaults {
        for (default, backfill) in [(true, None), (false, Some(format!("'{}'", text.replace('\'', "''"))))] {
            let mut column = Column {
                name: "filled".into(),
                ..schema.tables().values().next().unwrap().columns[1].clone()
            };
            if default {
                column.default = Some(ServerDefault::Literal(Literal::String(text.clone())));
            }
            let add = Operation::Create {
                object: Object::column("held", column.clone()),
                backfill: backfill.map(Into::into),
                concurrency: Concurrency::default(),
            };
            database.run(&[add]).await;
            let mut filled = schema.clone();
            filled.tables_mut().next().unwrap().columns.push(column.clone());
            database.check_is(&filled).await;
            if default {
                let insert = "INSERT INTO held (id, written) SELECT 1, written FROM held";
                database.connection.execute(insert).await.unwrap();
            }
            let rows = sqlx::query::<D>("SELECT filled FROM held").persistent(false);
            let rows = rows.fetch_all(&mut *driver).await.unwrap();
            assert_eq!(rows.len(), 1 + usize::from(default));
            for row in rows {
                let read = row.try_get::<T, _>(0);
                let read = read.unwrap_or_else(|error| panic!("{ty} {value:?} as {text}: {error}"));
                assert_eq!(read, *value, "{ty} as {text}");
            }
            database.run(&[Operation::drop_with_data(ObjectId::column("held", "filled"))]).await;
            database.connection.execute("DELETE FROM held WHERE id > 0").await.unwrap();
        }
    }
    database.unmake(&schema).await;
}

/// Sends values of a type on their way, on PostgreSQL and, if said, on SQLite.
macro_rules! by_sqlx {
    ($test:ident, $($ty:expr, $rust:ty, $values:expr, $($on:ident)+;)+) => {
        #[test]
        fn $test() {
            on_each_database(concat!("sqlx_", stringify!($test)), async |database| {
                $({
                    let ty: Type = $ty;
                    let values: Vec<$rust> = Vec::from($values);
                    let texts = by_sqlx!(@texts $rust, values, $($on)+);
                    // Not all of many: each is an ALTER TABLE.
                    let every = values.len().div_ceil(12).max(1);
                    let defaults: Vec<_> = values.iter().cloned().zip(texts).step_by(every).collect();
                    $(if database.connection.dialect() == $on {
                            let mut driver = by_sqlx!(@driver $on, database);
                            goes_there_and_back::<by_sqlx!(@database $on), $rust>(
                                database, &mut driver, &ty, &values, &defaults,
                            ).await;
                    })+
                })+
            });
        }
    };
    (@texts $rust:ty, $values:ident, Sqlite) => {
        $values.iter().map(|value| value.to_string()).collect::<Vec<String>>()
    };
    (@texts $rust:ty, $values:ident, Postgres $($other:ident)?) => { texts::<$rust>(&$values).await };
    (@driver Postgres, $database:ident) => { PgConnection::connect(&$database.url).await.unwrap() };
    (@driver Sqlite, $database:ident) => { SqliteConnection::connect(&$database.url).await.unwrap() };
    (@database Postgres) => { sqlx::Postgres };
    (@database Sqlite) => { sqlx::Sqlite };
}

fn custom(spelling: &str) -> Type {
    Type::custom(spelling)
}

by_sqlx!(
    numbers,
    Type::Boolean, bool, [true, false], Postgres Sqlite;
    Type::SmallInteger, i16, [0, -1, i16::MIN, i16::MAX], Postgres Sqlite;
    Type::Integer, i32, [0, -1, i32::MIN, i32::MAX], Postgres Sqlite;
    Type::BigInteger, i64, [0, -1, i64::MIN, i64::MIN + 1, i64::MAX, 9_007_199_254_740_993], Postgres Sqlite;
    Type::SmallInteger, i8, [0, -1, i8::MIN, i8::MAX], Sqlite;
    Type::SmallInteger, u8, [0, u8::MAX], Sqlite;
    Type::Integer, u16, [0, u16::MAX], Sqlite;
    Type::BigInteger, u32, [0, u32::MAX], Sqlite;
    Type::Real, f32, Vec::from(plain::f32s()), Postgres Sqlite;
    Type::Double, f64, plain::f64s(), Postgres Sqlite;
    Type::Float, f64, plain::f64s(), Postgres Sqlite;
    Type::decimal(12, 4), Decimal, plain::decimals(&plain::SHORT_NUMBERS), Postgres;
    Type::decimal(28, 8), Decimal, plain::decimals(&["12345678901234.12345678", "-0.00000001", "5"]), Postgres;
    Type::Decimal { precision: None }, BigDecimal,
        plain::big_decimals(&["0", "5", "-1.5", "1234567890123456789012.123456", "-1e-30"]), Postgres;
    Type::decimal(12, 4), f64, [0.0, 5.0, -1.5, 0.0001, 12_345_678.9], Sqlite;
    custom("oid"), Oid, [Oid(0), Oid(u32::MAX)], Postgres;
    custom("money"), PgMoney, [PgMoney(0), PgMoney(-105), PgMoney(123_456)], Postgres;
);

by_sqlx!(
    texts_and_bytes,
    Type::Text, String, plain::texts(), Postgres Sqlite;
    Type::String { length: None }, String, plain::texts(), Postgres Sqlite;
    Type::string(40), String, plain::texts(), Postgres Sqlite;
    Type::char(3), String, ["abc", "007", "1e5"].map(str::to_owned), Postgres Sqlite;
    Type::Binary, Vec<u8>,
        [&b""[..], b"\0", b"\0\xff", b"123", b"'", br"\x41", b"it's\\"].map(Vec::from), Postgres Sqlite;
    Type::Json, Json, plain::jsons(), Postgres Sqlite;
    Type::Jsonb, Json, plain::jsons(), Postgres Sqlite;
    Type::Jsonb, sqlx::types::Json<Vec<Option<i64>>>,
        [sqlx::types::Json(vec![]), sqlx::types::Json(vec![None, Some(-5)])], Postgres Sqlite;
    Type::Uuid, Uuid, plain::uuids(), Postgres Sqlite;
    Type::Text, Hyphenated, plain::uuids().into_iter().map(Uuid::hyphenated).collect::<Vec<_>>(), Sqlite;
);

by_sqlx!(
    moments,
    Type::Date, NaiveDate, dates().map(|text| text.parse::<NaiveDate>().unwrap()), Postgres Sqlite;
    Type::Time { precision: None }, NaiveTime, moments::times().map(|text| text.parse::<NaiveTime>().unwrap()), Postgres Sqlite;
    Type::DateTime { precision: None }, sqlx::types::chrono::NaiveDateTime, moments::naive(), Postgres Sqlite;
    Type::DateTimeTz { precision: None }, DateTime<Utc>, moments::utc(), Postgres Sqlite;
    Type::DateTimeTz { precision: None }, DateTime<FixedOffset>, moments::zoned(), Postgres Sqlite;
    Type::DateTimeTz { precision: None }, DateTime<Local>,
        moments::zoned().into_iter().map(DateTime::<Local>::from).collect::<Vec<_>>(), Postgres Sqlite;
    Type::Date, sqlx::types::time::Date,
        dates().map(|text| moments::time_date(text.parse().unwrap())), Postgres Sqlite;
    Type::Time { precision: None }, sqlx::types::time::Time,
        moments::times().map(|text| moments::time_time(text.parse().unwrap())), Postgres Sqlite;
    Type::DateTime { precision: None }, sqlx::types::time::PrimitiveDateTime, moments::primitive(), Postgres Sqlite;
    Type::DateTimeTz { precision: None }, sqlx::types::time::OffsetDateTime, moments::offset(), Postgres Sqlite;
    Type::Interval, PgInterval,
        [PgInterval { months: 0, days: 0, microseconds: 0 }, PgInterval { months: -14, days: 3, microseconds: 1 }],
        Postgres;
);

by_sqlx!(
    what_only_the_server_has,
    custom("inet"), IpNetwork,
        ["10.0.0.0/8", "10.0.0.1/32", "::1/128", "0.0.0.0/0"].map(|text| text.parse::<IpNetwork>().unwrap()), Postgres;
    custom("cidr"), IpNetwork, ["10.0.0.0/8", "fe80::/10"].map(|text| text.parse::<IpNetwork>().unwrap()), Postgres;
    custom("macaddr"), MacAddress,
        [MacAddress::new([0; 6]), MacAddress::new([255; 6]), MacAddress::new([1, 2, 3, 4, 5, 6])], Postgres;
    custom("int4range"), PgRange<i32>, [PgRange::from(1..5), PgRange::from(..-3)], Postgres;
    Type::array(Type::Integer), Vec<i32>, [vec![], vec![0], vec![i32::MIN, -1, i32::MAX]], Postgres;
    Type::array(Type::Text), Vec<String>, [vec![], plain::texts(), vec!["NULL".to_owned()]], Postgres;
    Type::array(Type::Text), Vec<Option<String>>, [vec![None], vec![Some("NULL".to_owned()), None]], Postgres;
    Type::array(Type::Uuid), Vec<Uuid>, [vec![], plain::uuids()], Postgres;
    Type::array(Type::Double), Vec<f64>, [vec![], Vec::from(plain::f64s())], Postgres;
    Type::array(Type::Date), Vec<NaiveDate>, [dates().map(|text| text.parse().unwrap()).into()], Postgres;
    Type::array(Type::decimal(12, 4)), Vec<Decimal>, [vec![], plain::decimals(&plain::SHORT_NUMBERS)], Postgres;
);
