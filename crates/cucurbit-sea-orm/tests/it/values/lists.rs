//! Enums, arrays, addresses, and what only PostgreSQL has a type for.

use super::{
    moments::dates,
    plain::{SHORT_NUMBERS, decimals, f64s, texts, uuids},
    ways::*,
};

#[derive(Clone, Debug, PartialEq, Eq, sea_orm::EnumIter, sea_orm::DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "mood")]
enum Mood {
    #[sea_orm(string_value = "sad")]
    Sad,
    #[sea_orm(string_value = "1")]
    One,
    #[sea_orm(string_value = "it's")]
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq, sea_orm::EnumIter, sea_orm::DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(9))")]
enum Word {
    #[sea_orm(string_value = "sad")]
    Sad,
    #[sea_orm(string_value = "1")]
    One,
}

#[derive(Clone, Debug, PartialEq, Eq, sea_orm::EnumIter, sea_orm::DeriveActiveEnum)]
#[sea_orm(rs_type = "i32", db_type = "Integer")]
enum Number {
    #[sea_orm(num_value = 0)]
    Zero,
    #[sea_orm(num_value = -1)]
    Below,
}

ways!(
    native_enum,
    On::Both,
    #[sea_orm()]
    Mood,
    [Mood::Sad, Mood::One, Mood::Other]
);
ways!(
    text_enum,
    On::Both,
    #[sea_orm()]
    Word,
    [Word::Sad, Word::One]
);
ways!(
    integer_enum,
    On::Both,
    #[sea_orm()]
    Number,
    [Number::Zero, Number::Below]
);

ways!(
    ip_network,
    On::Postgres,
    #[sea_orm(column_type = "Inet")]
    IpNetwork,
    ["10.0.0.0/8", "10.0.0.1/32", "::1/128", "fe80::/10", "0.0.0.0/0"].map(|text| text.parse().unwrap())
);
ways!(
    mac_address,
    On::Postgres,
    #[sea_orm(column_type = "MacAddr")]
    MacAddress,
    [MacAddress::new([0; 6]), MacAddress::new([255; 6]), MacAddress::new([1, 2, 3, 4, 5, 6])]
);
ways!(
    array_of_integers,
    On::Postgres,
    #[sea_orm()]
    Vec<i32>,
    [vec![], vec![0], vec![i32::MIN, -1, i32::MAX]]
);
ways!(array_of_texts, On::Postgres, #[sea_orm()] Vec<String>, [vec![], texts(), vec!["NULL".to_owned()]]);
ways!(array_of_uuids, On::Postgres, #[sea_orm()] Vec<Uuid>, [vec![], uuids()]);
ways!(array_of_floats, On::Postgres, #[sea_orm()] Vec<f64>, [vec![], Vec::from(f64s())], [vec![], vec![0.5, -1.0]]);
ways!(array_of_booleans, On::Postgres, #[sea_orm()] Vec<bool>, [vec![], vec![true, false]]);
ways!(array_of_dates, On::Postgres, #[sea_orm()] Vec<NaiveDate>, [vec![], dates().map(|text| text.parse().unwrap()).into()]);
ways!(array_of_decimals, On::Postgres, #[sea_orm(column_type = "Array(std::sync::Arc::new(ColumnType::Decimal(None)))")] Vec<Decimal>, [vec![], decimals(&SHORT_NUMBERS)]);
ways!(array_of_enums, On::Postgres, #[sea_orm()] Vec<Mood>, [vec![], vec![Mood::Sad, Mood::One, Mood::Other]]);

// What only PostgreSQL has a type for is text in a field of Rust, and text in a file.
ways!(
    text_inet,
    On::Sqlite,
    #[sea_orm(column_type = "Inet")]
    String,
    texts()
);
ways!(
    text_cidr,
    On::Sqlite,
    #[sea_orm(column_type = "Cidr")]
    String,
    texts()
);
ways!(
    text_mac,
    On::Sqlite,
    #[sea_orm(column_type = "MacAddr")]
    String,
    texts()
);
ways!(
    text_bit,
    On::Sqlite,
    #[sea_orm(column_type = "Bit(Some(3))")]
    String,
    texts()
);
ways!(
    text_var_bit,
    On::Sqlite,
    #[sea_orm(column_type = "VarBit(9)")]
    String,
    texts()
);
ways!(
    text_ltree,
    On::Sqlite,
    #[sea_orm(column_type = "LTree")]
    String,
    texts()
);
ways!(
    text_interval,
    On::Sqlite,
    #[sea_orm(column_type = "Interval(None, None)")]
    String,
    texts()
);
ways!(
    text_interval_of_days,
    On::Sqlite,
    #[sea_orm(column_type = "Interval(Some(sea_orm::sea_query::PgInterval::DayToSecond), Some(3))")]
    String,
    texts()
);
