//! The types of fields, each with that of its column.

#![expect(dead_code, reason = "fields are read by macros alone")]

use std::{borrow::Cow, net::IpAddr, sync::Arc};

use cucurbit::{
    prelude::*,
    schema::{Column, ColumnType},
};

#[derive(cucurbit::Value)]
struct PlantId(i64);

/// Known by its name, were it not for what it says itself.
#[derive(cucurbit::Value)]
#[table(ty = Type::Char { length: Some(3) })]
struct Date;

/// A name that the macro does not know, of a type that says it.
type Key = i64;

#[derive(cucurbit::Table)]
struct Types<'a> {
    bool: bool,
    i8: i8,
    i16: i16,
    i32: i32,
    i64: i64,
    u8: u8,
    u16: u16,
    u32: u32,
    f32: f32,
    f64: f64,
    string: String,
    str: &'a str,
    boxed: Box<str>,
    shared: Arc<String>,
    either: Cow<'a, str>,
    bytes: Vec<u8>,
    slice: &'a [u8],
    four: [u8; 4],
    texts: Vec<String>,
    moments: Option<Vec<chrono::DateTime<chrono::Utc>>>,
    optional: Option<i32>,
    qualified: std::option::Option<std::string::String>,
    naive_date: chrono::NaiveDate,
    naive_time: chrono::NaiveTime,
    naive_date_time: chrono::NaiveDateTime,
    date_time: chrono::DateTime<chrono::FixedOffset>,
    time_date: time::Date,
    time_time: time::Time,
    primitive: time::PrimitiveDateTime,
    offset: time::OffsetDateTime,
    interval: sqlx::postgres::types::PgInterval,
    uuid: uuid::Uuid,
    value: serde_json::Value,
    json: sqlx::types::Json<Vec<i32>>,
    #[sqlx(json)]
    written: Option<Vec<i32>>,
    #[sqlx(json(nullable))]
    perhaps: Option<Vec<i32>>,
    decimal: sqlx::types::Decimal,
    address: IpAddr,
    newtype: PlantId,
    newtypes: Vec<PlantId>,
    own: Date,
    alias: Key,
}

#[test]
fn every_type_has_its_column() {
    let inet = Type::custom("inet").on(Sqlite, Type::Text);
    let moments = column("moments", Type::array(Type::DateTimeTz { precision: None })).nullable();
    let wanted: [Column; 42] = [
        boolean("bool"),
        small_integer("i8"),
        small_integer("i16"),
        integer("i32"),
        big_integer("i64"),
        small_integer("u8"),
        integer("u16"),
        big_integer("u32"),
        real("f32"),
        double("f64"),
        text("string"),
        text("str"),
        text("boxed"),
        text("shared"),
        text("either"),
        binary("bytes"),
        binary("slice"),
        binary("four"),
        column("texts", Type::array(Type::Text)),
        moments,
        integer("optional").nullable(),
        text("qualified").nullable(),
        date("naive_date"),
        time("naive_time"),
        date_time("naive_date_time"),
        date_time_tz("date_time"),
        date("time_date"),
        time("time_time"),
        date_time("primitive"),
        date_time_tz("offset"),
        interval("interval"),
        uuid("uuid"),
        jsonb("value"),
        jsonb("json"),
        jsonb("written"),
        jsonb("perhaps").nullable(),
        column("decimal", Type::Decimal { precision: None }),
        Column::new("address", ColumnType::clone(&inet)),
        big_integer("newtype"),
        column("newtypes", Type::array(Type::BigInteger)),
        char("own", 3),
        big_integer("alias"),
    ];
    let schema = cucurbit::tables![Types<'_>].unwrap();
    let table = schema.table(&"types".into()).unwrap();
    for (found, wanted) in table.columns.iter().zip(&wanted) {
        assert_eq!(found, wanted);
    }
    assert_eq!(table.columns.len(), wanted.len());
}
