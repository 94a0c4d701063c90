//! Which fields SeaORM can write and read back, on tables made of their entities: what it cannot is remarked, and what
//! it can is not.

use cucurbit::{
    Script, connection::Connection, dialect::Before, operation::Operation, prelude::*, runtime::Migrator,
    schema::Schema,
};
use cucurbit_sea_orm::Models;
use sea_orm::{ActiveModelTrait, DbErr, EntityTrait, IntoActiveModel};

use crate::lent::connect;

/// Declares an entity with one field, and a value of it.
macro_rules! field {
    ($module:ident, $ty:ty, $value:expr $(, $column_type:literal)?) => {
        mod $module {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = "fit")]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub id: i32,
                $(#[sea_orm(column_type = $column_type)])?
                pub field: $ty,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}

            pub(super) fn value() -> Model {
                Model { id: 1, field: $value }
            }
        }
    };
}

field!(bool, bool, true);
field!(i8, i8, -7);
field!(i16, i16, -300);
field!(i32, i32, -70000);
field!(i64, i64, -5000000000);
field!(u8, u8, 200);
field!(u16, u16, 60000);
field!(u32, u32, 4000000000);
field!(u32_as_integer, u32, 2000000000, "Integer");
field!(u64, u64, 9000000000000000000);
field!(u64_as_decimal, u64, 18, "Decimal(Some((20, 0)))");
field!(f32, f32, 0.5);
field!(f64, f64, 5.0);
field!(f64_as_decimal, f64, 5.25, "Decimal(Some((8, 2)))");
field!(f64_as_integer, f64, 5.0, "Integer");
field!(string, String, "101".to_owned());
field!(text, String, "101".to_owned(), "Text");
field!(char, String, "7".to_owned(), "Char(Some(1))");
field!(string_as_uuid, String, "0190163d-8694-739b-aea5-966c26f8ad91".to_owned(), "Uuid");
field!(string_as_integer, String, "101".to_owned(), "Integer");
field!(string_as_decimal, String, "101".to_owned(), "Decimal(Some((8, 2)))");
field!(string_as_date, String, "2026-11-27".to_owned(), "Date");
field!(bytes, Vec<u8>, vec![0, 255]);
field!(bytes_as_uuid, Vec<u8>, vec![7; 16], "Uuid");
field!(json, Json, Json::from("a"));
field!(jsonb, Json, Json::from("a"), "JsonBinary");
field!(chrono_date, ChronoDate, ChronoDate::from_ymd_opt(1969, 2, 28).unwrap());
field!(chrono_time, ChronoTime, ChronoTime::from_hms_opt(1, 2, 3).unwrap());
field!(chrono_date_time, ChronoDateTime, ChronoDateTime::default());
field!(chrono_utc, ChronoDateTimeUtc, ChronoDateTimeUtc::UNIX_EPOCH);
field!(chrono_local, ChronoDateTimeLocal, ChronoDateTimeUtc::UNIX_EPOCH.into());
field!(chrono_zone, ChronoDateTimeWithTimeZone, ChronoDateTimeUtc::UNIX_EPOCH.into());
field!(chrono_utc_without_zone, ChronoDateTimeUtc, ChronoDateTimeUtc::UNIX_EPOCH, "DateTime");
field!(chrono_date_time_with_zone, ChronoDateTime, ChronoDateTime::default(), "TimestampWithTimeZone");
field!(time_date, TimeDate, TimeDate::MIN.replace_year(1969).unwrap());
field!(time_time, TimeTime, TimeTime::MIDNIGHT);
field!(
    time_date_time,
    TimeDateTime,
    TimeDateTime::new(TimeDate::MIN.replace_year(1969).unwrap(), TimeTime::MIDNIGHT)
);
field!(time_zone, TimeDateTimeWithTimeZone, TimeDateTimeWithTimeZone::UNIX_EPOCH);
field!(uuid, Uuid, Uuid::from_u128(7));
field!(uuid_as_bytes, Uuid, Uuid::from_u128(7), "Blob");
field!(decimal, Decimal, Decimal::new(525, 2), "Decimal(Some((8, 2)))");
field!(decimal_of_any, Decimal, Decimal::new(525, 2));
field!(decimal_as_integer, Decimal, Decimal::new(5, 0), "Integer");
field!(decimal_of_22_digits, Decimal, "12345678901234567890.12".parse().unwrap(), "Decimal(Some((22, 2)))");
field!(big_decimal, BigDecimal, "2.50".parse().unwrap(), "Decimal(Some((8, 2)))");
field!(ip_network, IpNetwork, "10.0.0.0/8".parse().unwrap());
field!(
    mac_address,
    sea_orm::sea_query::value::prelude::mac_address::MacAddress,
    sea_orm::sea_query::value::prelude::mac_address::MacAddress::new([1, 2, 3, 4, 5, 6]),
    "MacAddr"
);
field!(i64_as_integer, i64, 5, "Integer");
field!(i32_as_big_integer, i32, 5, "BigInteger");
field!(i32_as_double, i32, 5, "Double");
field!(i16_as_integer, i16, 5, "Integer");
field!(f32_as_double, f32, 0.5, "Double");
field!(bool_as_integer, bool, true, "Integer");
field!(array, Vec<i32>, vec![1, -2]);
field!(array_of_texts, Vec<String>, vec!["a".to_owned()]);
field!(array_of_i8, Vec<i8>, vec![1], "Array(sea_orm::sea_query::RcOrArc::new(ColumnType::SmallInteger))");

/// Makes the table, writes the row and reads it.
async fn written_and_read<E>(
    connection: &mut Connection,
    schema: &Schema,
    row: E::Model,
) -> Result<E::Model, DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    let tables = schema.tables().values().cloned().map(Operation::create);
    let dialect = connection.dialect();
    let plan = dialect.plan(&mut Before::default(), &tables.collect::<Vec<_>>()).unwrap();
    for statement in plan.statements {
        connection.execute(&statement.sql).await.unwrap();
    }
    let database = cucurbit_sea_orm::lend(connection);
    E::insert(row.into_active_model().reset_all()).exec_without_returning(&database).await?;
    E::find().one(&database).await.map(|row| row.expect("it was written"))
}

/// Tries an entity on both databases; adds what is remarked and works, or does not work and is not remarked.
async fn tried<E>(row: E::Model, wrong: &mut Vec<String>)
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel> + PartialEq + 'static,
    E::ActiveModel: Send,
{
    let schema = Models::new().add_plain::<E>().and_then(Models::schema).unwrap();
    for dialect in Dialect::ALL {
        let remarks: Vec<_> = schema.remarks().0.iter().filter(|remark| remark.dialect == dialect).collect();
        let is_array =
            schema.tables().values().any(|table| matches!(table.columns[1].ty.base, Type::Array(_)));
        let mut outcome = "refused".to_owned();
        let is_whole = if dialect == Sqlite && is_array {
            // It has no such type: the table is refused.
            false
        } else {
            let (schema, row, given) = (schema.clone(), row.clone(), row.clone());
            // SeaORM panics where a value has no binding.
            let done = tokio::task::spawn_local(async move {
                let mut connection = connect(dialect).await;
                written_and_read::<E>(&mut connection, &schema, given).await
            });
            let read = done.await;
            outcome = format!("{read:?}");
            matches!(&read, Ok(Ok(read)) if *read == row)
        };
        let entity = std::any::type_name::<E>();
        if remarks.is_empty() != is_whole {
            wrong.push(format!("{entity} on {dialect}: {remarks:?} {outcome}"));
        }
        assert!(remarks.len() < 2, "{remarks:?}");
        for remark in remarks {
            let names = [entity, "column fit.field", &dialect.to_string()];
            assert!(names.iter().all(|name| remark.text.contains(name)), "{}", remark.text);
        }
    }
}

#[test]
fn what_sea_orm_cannot_write_or_read_is_remarked_and_nothing_else_is() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, all());
}

async fn all() {
    let mut wrong = Vec::new();
    tried::<bool::Entity>(bool::value(), &mut wrong).await;
    tried::<i8::Entity>(i8::value(), &mut wrong).await;
    tried::<i16::Entity>(i16::value(), &mut wrong).await;
    tried::<i32::Entity>(i32::value(), &mut wrong).await;
    tried::<i64::Entity>(i64::value(), &mut wrong).await;
    tried::<u8::Entity>(u8::value(), &mut wrong).await;
    tried::<u16::Entity>(u16::value(), &mut wrong).await;
    tried::<u32::Entity>(u32::value(), &mut wrong).await;
    tried::<u32_as_integer::Entity>(u32_as_integer::value(), &mut wrong).await;
    tried::<u64::Entity>(u64::value(), &mut wrong).await;
    tried::<u64_as_decimal::Entity>(u64_as_decimal::value(), &mut wrong).await;
    tried::<f32::Entity>(f32::value(), &mut wrong).await;
    tried::<f64::Entity>(f64::value(), &mut wrong).await;
    tried::<f64_as_decimal::Entity>(f64_as_decimal::value(), &mut wrong).await;
    tried::<f64_as_integer::Entity>(f64_as_integer::value(), &mut wrong).await;
    tried::<string::Entity>(string::value(), &mut wrong).await;
    tried::<text::Entity>(text::value(), &mut wrong).await;
    tried::<char::Entity>(char::value(), &mut wrong).await;
    tried::<string_as_uuid::Entity>(string_as_uuid::value(), &mut wrong).await;
    tried::<string_as_integer::Entity>(string_as_integer::value(), &mut wrong).await;
    tried::<string_as_decimal::Entity>(string_as_decimal::value(), &mut wrong).await;
    tried::<string_as_date::Entity>(string_as_date::value(), &mut wrong).await;
    tried::<bytes::Entity>(bytes::value(), &mut wrong).await;
    tried::<bytes_as_uuid::Entity>(bytes_as_uuid::value(), &mut wrong).await;
    tried::<json::Entity>(json::value(), &mut wrong).await;
    tried::<jsonb::Entity>(jsonb::value(), &mut wrong).await;
    tried::<chrono_date::Entity>(chrono_date::value(), &mut wrong).await;
    tried::<chrono_time::Entity>(chrono_time::value(), &mut wrong).await;
    tried::<chrono_date_time::Entity>(chrono_date_time::value(), &mut wrong).await;
    tried::<chrono_utc::Entity>(chrono_utc::value(), &mut wrong).await;
    tried::<chrono_local::Entity>(chrono_local::value(), &mut wrong).await;
    tried::<chrono_zone::Entity>(chrono_zone::value(), &mut wrong).await;
    tried::<chrono_utc_without_zone::Entity>(chrono_utc_without_zone::value(), &mut wrong).await;
    tried::<chrono_date_time_with_zone::Entity>(chrono_date_time_with_zone::value(), &mut wrong).await;
    tried::<time_date::Entity>(time_date::value(), &mut wrong).await;
    tried::<time_time::Entity>(time_time::value(), &mut wrong).await;
    tried::<time_date_time::Entity>(time_date_time::value(), &mut wrong).await;
    tried::<time_zone::Entity>(time_zone::value(), &mut wrong).await;
    tried::<uuid::Entity>(uuid::value(), &mut wrong).await;
    tried::<uuid_as_bytes::Entity>(uuid_as_bytes::value(), &mut wrong).await;
    tried::<decimal::Entity>(decimal::value(), &mut wrong).await;
    tried::<decimal_of_any::Entity>(decimal_of_any::value(), &mut wrong).await;
    tried::<decimal_as_integer::Entity>(decimal_as_integer::value(), &mut wrong).await;
    tried::<decimal_of_22_digits::Entity>(decimal_of_22_digits::value(), &mut wrong).await;
    tried::<big_decimal::Entity>(big_decimal::value(), &mut wrong).await;
    tried::<ip_network::Entity>(ip_network::value(), &mut wrong).await;
    tried::<mac_address::Entity>(mac_address::value(), &mut wrong).await;
    tried::<i64_as_integer::Entity>(i64_as_integer::value(), &mut wrong).await;
    tried::<i32_as_big_integer::Entity>(i32_as_big_integer::value(), &mut wrong).await;
    tried::<i32_as_double::Entity>(i32_as_double::value(), &mut wrong).await;
    tried::<i16_as_integer::Entity>(i16_as_integer::value(), &mut wrong).await;
    tried::<f32_as_double::Entity>(f32_as_double::value(), &mut wrong).await;
    tried::<bool_as_integer::Entity>(bool_as_integer::value(), &mut wrong).await;
    tried::<array::Entity>(array::value(), &mut wrong).await;
    tried::<array_of_texts::Entity>(array_of_texts::value(), &mut wrong).await;
    tried::<array_of_i8::Entity>(array_of_i8::value(), &mut wrong).await;
    assert_eq!(wrong, [""; 0]);
}

mod vector {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "vector")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(column_type = "Vector(Some(3))")]
        pub place: PgVector,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

thread_local! {
    static TABLE: std::cell::RefCell<Vec<Operation>> = const { std::cell::RefCell::new(Vec::new()) };
}

#[test]
fn vectors_are_kept_where_the_server_has_them_and_refused_with_the_reason_where_not() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let schema = Models::new().add_plain::<vector::Entity>().and_then(Models::schema).unwrap();
        let remarked: Vec<Dialect> = schema.remarks().0.iter().map(|remark| remark.dialect).collect();
        assert_eq!(remarked, [Sqlite], "{:?}", schema.remarks());
        TABLE.set(schema.tables().values().cloned().map(Operation::create).collect());
        fn create(op: &mut Op) {
            TABLE.with_borrow(|operations| operations.iter().for_each(|one| op.invoke(one.clone())));
        }
        let script = Script {
            path: "a.rs",
            doc: "a",
            revision: Revision::new("a"),
            upgrade: create,
            downgrade: |_| {},
        };
        let scripts = cucurbit::revision::Scripts::new(vec![script]).unwrap();
        let mut connection = connect(Postgres).await;
        let is_there = "SELECT 1 FROM pg_available_extensions WHERE name = 'vector'";
        let is_there = !connection.rows(is_there).await.unwrap().is_empty();
        if is_there {
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector SCHEMA pg_temp").await.unwrap();
        }
        let done = Migrator::on(&mut connection, &scripts).upgrade_heads().await;
        if is_there {
            done.unwrap();
            let database = cucurbit_sea_orm::lend(&mut connection);
            let place = sea_orm::prelude::PgVector::from(vec![0.5, -1.0, 0.0]);
            let row = vector::Model { id: 1, place };
            vector::Entity::insert(row.clone().into_active_model()).exec(&database).await.unwrap();
            assert_eq!(vector::Entity::find().one(&database).await.unwrap(), Some(row));
        } else {
            let error = cucurbit::Error::from(done.unwrap_err());
            let hint = error.hint().unwrap_or_default().to_string();
            assert!(hint.contains("the type `vector` comes from an extension"), "{error:?}: {hint}");
            assert!(hint.contains("CREATE EXTENSION"), "{hint}");
        }
    });
}
