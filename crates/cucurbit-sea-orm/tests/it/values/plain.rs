//! Which types, and which values at their edges. Moments, lists and enums have files of their own.
//!
//! Left out is what SeaORM itself cannot write or read: `u64` on both databases, `i8`, `u8`, `u16` and `u32` on
//! PostgreSQL, arrays and addresses on SQLite, and there the numbers of more than 15 digits (docs/TYPES.md).

use super::ways::*;

pub(super) fn texts() -> Vec<String> {
    [
        "",
        " ",
        "0",
        "-0",
        "007",
        "1.0",
        "1e5",
        "0x10",
        "-1",
        "12345678901234567890123",
        "0.1",
        "true",
        "FALSE",
        "null",
        "NaN",
        "2020-01-01",
        "2020-01-01T00:00:00Z",
        "it's",
        "\"quoted\"",
        r"back\slash",
        r"\x41",
        "a\nb\r\n\t",
        "%_",
        "?1 $1 :a --",
        "🍉 e\u{301}\u{202e}\u{feff}\u{1}",
        "X'00'",
        "{}",
    ]
    .map(str::to_owned)
    .into()
}

ways!(
    boolean,
    On::Both,
    #[sea_orm()]
    bool,
    [true, false]
);
ways!(
    i8s,
    On::Sqlite,
    #[sea_orm()]
    i8,
    [0, -1, i8::MIN, i8::MAX]
);
ways!(
    i16s,
    On::Both,
    #[sea_orm()]
    i16,
    [0, -1, i16::MIN, i16::MAX]
);
ways!(
    i32s,
    On::Both,
    #[sea_orm()]
    i32,
    [0, -1, i32::MIN, i32::MAX]
);
ways!(
    i64s,
    On::Both,
    #[sea_orm()]
    i64,
    [0, -1, i64::MIN, i64::MAX, i64::MIN + 1, 9_007_199_254_740_993]
);
ways!(
    u8s,
    On::Sqlite,
    #[sea_orm()]
    u8,
    [0, u8::MAX]
);
ways!(
    u16s,
    On::Sqlite,
    #[sea_orm()]
    u16,
    [0, u16::MAX]
);
ways!(
    u32s,
    On::Sqlite,
    #[sea_orm()]
    u32,
    [0, u32::MAX]
);

pub(super) fn f32s() -> [f32; 13] {
    [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.1,
        -1.5,
        1e9,
        16_777_216.0,
        f32::MIN,
        f32::MAX,
        f32::MIN_POSITIVE,
        1e-45,
        3.4e-38,
    ]
}

ways!(
    f32s_,
    On::Both,
    #[sea_orm()]
    f32,
    f32s().into_iter().chain([f32::INFINITY, f32::NEG_INFINITY]).collect::<Vec<_>>(),
    f32s()
);

pub(super) fn f64s() -> [f64; 14] {
    [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.1,
        -1.5,
        1e15,
        1e16,
        1e300,
        -1e300,
        f64::MIN,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
    ]
}

ways!(
    f64s_,
    On::Both,
    #[sea_orm()]
    f64,
    f64s().into_iter().chain([f64::INFINITY, f64::NEG_INFINITY]).collect::<Vec<_>>(),
    f64s()
);

ways!(
    strings,
    On::Both,
    #[sea_orm()]
    String,
    texts()
);
ways!(
    texts_,
    On::Both,
    #[sea_orm(column_type = "Text")]
    String,
    texts()
);
ways!(
    short_strings,
    On::Both,
    #[sea_orm(column_type = "String(StringLen::N(40))")]
    String,
    texts()
);
ways!(
    chars,
    On::Both,
    #[sea_orm(column_type = "Char(Some(3))")]
    String,
    ["abc", "007", "1e5"].map(str::to_owned)
);
ways!(
    bytes,
    On::Both,
    #[sea_orm()]
    Vec<u8>,
    [&b""[..], b"\0", b"\0\xff", b"123", b"'", br"\x41", b"it's\\"].map(Vec::from)
);
ways!(
    sized_bytes,
    On::Both,
    #[sea_orm(column_type = "VarBinary(StringLen::N(16))")]
    Vec<u8>,
    [&b""[..], b"123", b"\0\xff"].map(Vec::from)
);

pub(super) fn jsons() -> Vec<Json> {
    let mut values: Vec<Json> =
        texts().into_iter().filter(|text| !text.contains('\u{1}')).map(Json::String).collect();
    values.extend([
        json!(null),
        json!(5),
        json!(0),
        json!(-7),
        json!(1.5),
        json!(1.0),
        json!(-0.0),
        json!(0.1),
        json!(1e300),
        json!(12_345_678_901_234_567_890_u64),
        json!(i64::MIN),
        json!(true),
        json!(false),
        json!([]),
        json!({}),
        json!([1, [2.5, { "a": null }], "x"]),
        json!({ "it's": "v\"\\\n🍉", "": {} }),
    ]);
    values
}

ways!(
    json_,
    On::Both,
    #[sea_orm()]
    Json,
    jsons()
);
ways!(
    jsonb,
    On::Both,
    #[sea_orm(column_type = "JsonBinary")]
    Json,
    jsons()
);

pub(super) fn uuids() -> Vec<Uuid> {
    vec![
        Uuid::nil(),
        Uuid::max(),
        Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
        Uuid::from_u128(0x3132_3334_3536_3738_3930_3132_3334_3536),
        Uuid::from_u128(0x27),
    ]
}

ways!(
    uuid,
    On::Both,
    #[sea_orm()]
    Uuid,
    uuids()
);
ways!(
    hyphenated,
    On::Both,
    #[sea_orm()]
    Hyphenated,
    uuids().into_iter().map(Uuid::hyphenated).collect::<Vec<_>>()
);

pub(super) fn decimals(texts: &[&str]) -> Vec<Decimal> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

pub(super) const SHORT_NUMBERS: [&str; 12] = [
    "0",
    "5",
    "-5",
    "1.5",
    "-0.1",
    "0.0001",
    "1.10",
    "99999999.9999",
    "-99999999.9999",
    "100",
    "12345678.9",
    "0.3333",
];

ways!(
    decimal,
    On::Both,
    #[sea_orm(column_type = "Decimal(Some((12, 4)))")]
    Decimal,
    decimals(&SHORT_NUMBERS)
);
ways!(
    decimal_of_any_size,
    On::Both,
    #[sea_orm()]
    Decimal,
    decimals(&SHORT_NUMBERS)
);
ways!(
    long_decimal,
    On::Postgres,
    #[sea_orm(column_type = "Decimal(Some((28, 8)))")]
    Decimal,
    decimals(&["12345678901234.12345678", "-99999999999999999999.99999999", "0.00000001", "0", "5"])
);
ways!(
    money,
    On::Sqlite,
    #[sea_orm(column_type = "Money(Some((12, 4)))")]
    Decimal,
    decimals(&SHORT_NUMBERS)
);

pub(super) fn big_decimals(texts: &[&str]) -> Vec<BigDecimal> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

ways!(
    big_decimal,
    On::Postgres,
    #[sea_orm(column_type = "Decimal(None)")]
    BigDecimal,
    big_decimals(&["0", "5", "-1.5", "0.1", "1234567890123456789012.123456", "-1e-30", "123456789e30"])
);
ways!(
    short_big_decimal,
    On::Both,
    #[sea_orm(column_type = "Decimal(Some((12, 4)))")]
    BigDecimal,
    big_decimals(&["0", "5", "-1.5", "0.25", "-12345678.0625", "100"])
);
ways!(
    floats_in_decimals,
    On::Sqlite,
    #[sea_orm(column_type = "Decimal(Some((10, 2)))")]
    f64,
    [0.0, 5.0, -1.5, 0.1]
);
