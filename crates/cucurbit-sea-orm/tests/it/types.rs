//! SeaORM's columns become the columns of a schema: types, NULL, defaults, comments.

use cucurbit::schema::{
    Column, Dialect, EnumType, Expression, Identity, Literal, ServerDefault, Type, Variants,
};
use cucurbit_sea_orm::{ModelError, table_of};

mod every_type {
    use cucurbit_sea_orm::TableArgs;
    use sea_orm::{
        entity::prelude::*,
        sea_query::{PgInterval, RcOrArc},
    };

    #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "growth_stage")]
    pub(crate) enum Stage {
        #[sea_orm(string_value = "seedling")]
        Seedling,
        #[sea_orm(string_value = "flowering")]
        Flowering,
    }

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "every_type")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(column_type = "Array(RcOrArc::new(ColumnType::Text))")]
        pub array: Vec<String>,
        pub big_integer: i64,
        #[sea_orm(column_type = "BigUnsigned")]
        pub big_unsigned: i64,
        #[sea_orm(column_type = "Binary(16)")]
        pub binary: Vec<u8>,
        #[sea_orm(column_type = "Bit(Some(3))")]
        pub bit: String,
        #[sea_orm(column_type = "Blob")]
        pub blob: Vec<u8>,
        pub boolean: bool,
        #[sea_orm(column_type = "Char(Some(2))")]
        pub char: String,
        #[sea_orm(column_type = "Cidr")]
        pub cidr: String,
        #[sea_orm(column_type = "custom(\"citext\")")]
        pub custom: String,
        pub date: Date,
        pub date_time: DateTime,
        #[sea_orm(column_type = "Decimal(None)")]
        pub decimal: f64,
        #[sea_orm(column_type = "Decimal(Some((10, 2)))")]
        pub decimal_with_scale: f64,
        pub double: f64,
        pub r#enum: Stage,
        pub float: f32,
        #[sea_orm(column_type = "Inet")]
        pub inet: String,
        pub integer: i32,
        #[sea_orm(column_type = "Interval(None, None)")]
        pub interval: String,
        #[sea_orm(column_type = "Interval(Some(PgInterval::DayToSecond), Some(3))")]
        pub interval_with_fields: String,
        #[sea_orm(column_type = "Interval(None, Some(3))")]
        pub interval_with_precision: String,
        pub json: Json,
        #[sea_orm(column_type = "JsonBinary")]
        pub json_binary: Json,
        #[sea_orm(column_type = "LTree")]
        pub ltree: String,
        #[sea_orm(column_type = "MacAddr")]
        pub mac_addr: String,
        #[sea_orm(column_type = "Money(None)")]
        pub money: String,
        pub small_integer: i16,
        pub small_unsigned: u16,
        #[sea_orm(column_type = "String(StringLen::N(80))")]
        pub string: String,
        #[sea_orm(column_type = "String(StringLen::Max)")]
        pub string_of_the_longest: String,
        pub string_without_length: String,
        #[sea_orm(column_type = "Text")]
        pub text: String,
        pub time: Time,
        #[sea_orm(column_type = "Timestamp")]
        pub timestamp: DateTime,
        pub timestamp_with_time_zone: DateTimeUtc,
        pub tiny_integer: i8,
        pub tiny_unsigned: u8,
        #[sea_orm(column_type = "Unsigned")]
        pub unsigned: i64,
        #[sea_orm(column_type = "Uuid")]
        pub uuid: String,
        #[sea_orm(column_type = "VarBinary(StringLen::N(16))")]
        pub var_binary: Vec<u8>,
        #[sea_orm(column_type = "VarBit(8)")]
        pub var_bit: String,
        #[sea_orm(column_type = "Vector(Some(3))")]
        pub vector: String,
    }

    impl TableArgs for Entity {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn every_type_of_sea_orm_has_its_place() {
    let custom = |spelling: &str| Type::Custom { spelling: spelling.to_owned() };
    let expected = [
        ("array", Type::Array(Box::new(Type::Text))),
        ("big_integer", Type::BigInteger),
        ("big_unsigned", Type::BigInteger),
        ("binary", Type::Binary),
        ("bit", custom("bit(3)")),
        ("blob", Type::Binary),
        ("boolean", Type::Boolean),
        ("char", Type::Char { length: Some(2) }),
        ("cidr", custom("cidr")),
        ("custom", custom("citext")),
        ("date", Type::Date),
        ("date_time", Type::DateTime { precision: None }),
        ("decimal", Type::Decimal { precision: None }),
        ("decimal_with_scale", Type::Decimal { precision: Some((10, 2)) }),
        ("double", Type::Double),
        ("enum", Type::enumeration("growth_stage")),
        ("float", Type::Real),
        ("inet", custom("inet")),
        ("integer", Type::Integer),
        ("interval", Type::Interval),
        ("interval_with_fields", custom("interval day to second(3)")),
        ("interval_with_precision", custom("interval(3)")),
        ("json", Type::Json),
        ("json_binary", Type::Jsonb),
        ("ltree", custom("ltree")),
        ("mac_addr", custom("macaddr")),
        ("money", custom("money")),
        ("small_integer", Type::SmallInteger),
        ("small_unsigned", Type::Integer),
        ("string", Type::String { length: Some(80) }),
        ("string_of_the_longest", Type::String { length: None }),
        ("string_without_length", Type::String { length: None }),
        ("text", Type::Text),
        ("time", Type::Time { precision: None }),
        ("timestamp", Type::DateTime { precision: None }),
        ("timestamp_with_time_zone", Type::DateTimeTz { precision: None }),
        ("tiny_integer", Type::SmallInteger),
        ("tiny_unsigned", Type::SmallInteger),
        ("unsigned", Type::BigInteger),
        ("uuid", Type::Uuid),
        ("var_binary", Type::Binary),
        ("var_bit", custom("bit varying(8)")),
        ("vector", custom("vector(3)")),
    ];
    let table = table_of::<every_type::Entity>().unwrap();
    let declared: Vec<_> =
        table.columns[1..].iter().map(|column| (column.name.as_str(), column.ty.base.clone())).collect();
    assert_eq!(declared, expected);
}

#[test]
fn a_native_enum_is_a_type_of_the_schema_and_what_only_postgres_has_is_text_on_sqlite() {
    let schema = cucurbit_sea_orm::models![every_type].unwrap();
    let wanted = EnumType::new("growth_stage", ["seedling", "flowering"]);
    assert_eq!(schema.enums().values().collect::<Vec<_>>(), [&wanted]);
    let table = schema.table(&"every_type".into()).unwrap();
    let on_sqlite: Vec<_> = table
        .columns
        .iter()
        .filter_map(|column| Some((column.name.as_str(), column.ty.variants.get(&Dialect::Sqlite)?.clone())))
        .collect();
    let text = |name| (name, Type::Text);
    let money = ("money", Type::Custom { spelling: "real_money".to_owned() });
    let expected = [
        text("bit"),
        text("cidr"),
        text("inet"),
        text("interval_with_fields"),
        text("interval_with_precision"),
        text("ltree"),
        text("mac_addr"),
        money,
        text("var_bit"),
        text("vector"),
    ];
    assert_eq!(on_sqlite, expected);
}

mod enums {
    pub(crate) mod plant {
        use cucurbit_sea_orm::TableArgs;
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
        #[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "mood")]
        pub(crate) enum Mood {
            #[sea_orm(string_value = "sad")]
            Sad,
            #[sea_orm(string_value = "ok")]
            Other,
        }

        #[sea_orm::model]
        #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
        #[sea_orm(table_name = "plant")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            pub mood: Option<Mood>,
            pub moods: Vec<Mood>,
        }

        impl TableArgs for Entity {}
        impl ActiveModelBehavior for ActiveModel {}
    }

    pub(crate) mod animal {
        use cucurbit_sea_orm::TableArgs;
        use sea_orm::entity::prelude::*;

        use super::plant::Mood;

        #[sea_orm::model]
        #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
        #[sea_orm(table_name = "animal")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            pub mood: Option<Mood>,
            pub moods: Vec<Mood>,
        }

        impl TableArgs for Entity {}
        impl ActiveModelBehavior for ActiveModel {}
    }

    pub(crate) mod stone {
        use cucurbit_sea_orm::TableArgs;
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
        #[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "mood")]
        pub(crate) enum Mood {
            #[sea_orm(string_value = "sad")]
            Sad,
            #[sea_orm(string_value = "cold")]
            Other,
        }

        #[sea_orm::model]
        #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
        #[sea_orm(table_name = "stone")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            pub mood: Option<Mood>,
            pub moods: Vec<Mood>,
        }

        impl TableArgs for Entity {}
        impl ActiveModelBehavior for ActiveModel {}
    }
}

#[test]
fn columns_of_one_enum_share_the_type() {
    let schema = cucurbit_sea_orm::models![enums::plant, enums::animal].unwrap();
    assert_eq!(schema.enums().len(), 1);
    let table = schema.table(&"plant".into()).unwrap();
    assert_eq!(table.columns[2].ty.base, Type::array(Type::enumeration("mood")));
}

#[test]
fn one_enum_with_other_values_is_refused() {
    let error = cucurbit_sea_orm::models![enums::plant, enums::stone].unwrap_err();
    assert!(matches!(error, ModelError::EnumTwice { .. }), "{error}");
}

/// One enum type of another schema, said in the three ways there are.
mod elsewhere {
    macro_rules! entity {
        ($module:ident, $name:literal, |$table:ident| $arguments:block) => {
            pub(crate) mod $module {
                use cucurbit_sea_orm::{TableArgs, TableArgsFor};
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
                #[sea_orm(rs_type = "Enum", db_type = "Enum", enum_name = $name)]
                pub(crate) enum Tone {
                    #[sea_orm(string_value = "low")]
                    Low,
                    #[sea_orm(string_value = "high")]
                    High,
                }

                #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
                #[sea_orm(schema_name = "shop", table_name = "bell")]
                pub struct Model {
                    #[sea_orm(primary_key)]
                    pub id: i32,
                    pub tone: Tone,
                    pub tones: Vec<Tone>,
                }

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {}

                impl TableArgs for Entity {
                    fn table_args($table: &mut TableArgsFor<Self>) $arguments
                }
                impl ActiveModelBehavior for ActiveModel {}
            }
        };
    }

    entity!(as_sea_orm_quotes, "shop\".\"tone", |_table| {});
    entity!(with_a_dot, "shop.tone", |_table| {});
    entity!(as_an_argument, "tone", |table| {
        let tone = cucurbit::schema::Type::enumeration("shop.tone");
        table.column(Column::Tone).ty(tone.clone());
        table.column(Column::Tones).ty(cucurbit::schema::Type::array(tone));
    });
}

#[test]
fn an_enum_type_may_lie_in_another_schema() {
    let wanted = EnumType::new("shop.tone", ["low", "high"]);
    for schema in [
        cucurbit_sea_orm::models![elsewhere::as_sea_orm_quotes].unwrap(),
        cucurbit_sea_orm::models![elsewhere::with_a_dot].unwrap(),
        cucurbit_sea_orm::models![elsewhere::as_an_argument].unwrap(),
    ] {
        assert_eq!(schema.enums().values().collect::<Vec<_>>(), [&wanted]);
        let table = schema.table(&"shop.bell".into()).unwrap();
        let tone = Type::enumeration("shop.tone");
        assert_eq!(
            (&table.columns[1].ty.base, &table.columns[2].ty.base),
            (&tone, &Type::array(tone.clone()))
        );
    }
}

mod defaults {
    use cucurbit_sea_orm::TableArgs;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "defaults")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(default_value = true)]
        pub boolean: bool,
        #[sea_orm(default_expr = "Value::Bytes(Some(vec![1, 255]))")]
        pub bytes: Vec<u8>,
        #[sea_orm(default_expr = "ChronoDate::from_ymd_opt(2026, 11, 3)")]
        pub date: ChronoDate,
        #[sea_orm(default_value = 0.5)]
        pub double: f64,
        #[sea_orm(default_expr = "Expr::cust(\"gen_random_uuid()\")")]
        pub function: String,
        #[sea_orm(default_value = -7)]
        pub integer: i32,
        #[sea_orm(default_expr = "Expr::value(u64::MAX)")]
        pub large: i64,
        pub no_default: i32,
        #[sea_orm(default_expr = "Expr::current_timestamp()")]
        pub now: DateTimeUtc,
        #[sea_orm(default_expr = "Expr::cust(\"(datetime('now'))\")")]
        pub now_in_sqlite: DateTime,
        #[sea_orm(default_expr = "Value::Int(None)")]
        pub null: Option<i32>,
        #[sea_orm(default_value = "it's")]
        pub text: String,
    }

    impl TableArgs for Entity {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn a_default_is_a_constant_or_an_expression() {
    let literal = |value: Literal| Some(ServerDefault::Literal(value));
    let sql = |sql: &str| Some(ServerDefault::Expression(sql.into()));
    let bytes = Expression::same(r"'\x01FF'".to_owned()).with(Dialect::Sqlite, "x'01FF'".to_owned());
    let expected = [
        ("id", Some(ServerDefault::Identity(Identity::default()))),
        ("boolean", literal(true.into())),
        ("bytes", Some(ServerDefault::Expression(bytes))),
        ("date", literal("2026-11-03".into())),
        ("double", literal(Literal::Number("0.5".to_owned()))),
        ("function", sql("gen_random_uuid()")),
        ("integer", literal((-7).into())),
        ("large", literal(Literal::Number("18446744073709551615".to_owned()))),
        ("no_default", None),
        ("now", sql("CURRENT_TIMESTAMP")),
        ("now_in_sqlite", sql("(datetime('now'))")),
        ("null", literal(Literal::Null)),
        ("text", literal("it's".into())),
    ];
    let table = table_of::<defaults::Entity>().unwrap();
    let declared: Vec<_> =
        table.columns.iter().map(|column| (column.name.as_str(), column.default.clone())).collect();
    assert_eq!(declared, expected);
}

mod said {
    use cucurbit_sea_orm::TableArgs;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "said", comment = "what is said")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        /// Not a comment of the database.
        pub documented: i32,
        #[sea_orm(comment = "in centimetres")]
        pub height: Option<i32>,
        #[sea_orm(column_name = "Weight", nullable)]
        pub mass: i32,
        #[sea_orm(comment = "in grams", renamed_from = "weight")]
        pub yield_weight: i32,
        #[sea_orm(renamed_from = "name")]
        pub title: String,
        #[sea_orm(comment = "it was renamed_from \"x\"")]
        pub talkative: i32,
    }

    impl TableArgs for Entity {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn null_comments_and_names_are_read_and_old_names_are_not() {
    let table = table_of::<said::Entity>().unwrap();
    assert_eq!(table.comment.as_deref(), Some("what is said"));
    let declared: Vec<_> = table
        .columns
        .iter()
        .map(|Column { name, nullable, comment, .. }| (name.as_str(), *nullable, comment.as_deref()))
        .collect();
    let expected = [
        ("id", false, None),
        ("documented", false, None),
        ("height", true, Some("in centimetres")),
        ("Weight", true, None),
        ("yield_weight", false, Some("in grams")),
        ("title", false, None),
        ("talkative", false, Some("it was renamed_from \"x\"")),
    ];
    assert_eq!(declared, expected);
}

mod big_key {
    use cucurbit_sea_orm::TableArgs;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "big_key")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
    }

    impl TableArgs for Entity {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn a_numbered_key_of_64_bits_is_the_rowid_on_sqlite() {
    let table = table_of::<big_key::Entity>().unwrap();
    assert_eq!(table.columns[0].default, Some(ServerDefault::Identity(Identity::default())));
    assert_eq!(table.columns[0].ty, Variants::same(Type::BigInteger).with(Dialect::Sqlite, Type::Integer));
}
