//! The ways that a value can go: written and read, filled in by the database, into rows that are there, by a default
//! that is set later. And what all lists of types need.

pub(super) use cucurbit::{
    operation::{ColumnChange, Operation},
    schema::Object,
};
pub(super) use sea_orm::{
    ActiveModelTrait,
    ActiveValue::NotSet,
    EntityTrait, QueryOrder, Set, Value,
    prelude::{ColumnType, StringLen},
    sea_query::value::prelude::{
        bigdecimal::BigDecimal,
        chrono::{DateTime, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime, Utc},
        ipnetwork::IpNetwork,
        mac_address::MacAddress,
        rust_decimal::Decimal,
        serde_json::{Value as Json, json},
        time::{Date, OffsetDateTime, PrimitiveDateTime, Time},
        uuid::{Uuid, fmt::Hyphenated},
    },
};

pub(super) use super::{On, filled_default, on_each_database, set_default, without_default, without_filled};
pub(super) use crate::made::made_by_sea_orm;

/// An entity with a field of a type, and what goes through it: `ways!(name, where, attribute, type, values)`.
macro_rules! ways {
    ($test:ident, $on:expr, #[$attribute:meta] $ty:ty, $values:expr) => {
        ways!(
            $test,
            $on,
            #[$attribute]
            $ty,
            $values,
            $values
        );
    };
    ($test:ident, $on:expr, #[$attribute:meta] $ty:ty, $values:expr, $defaults:expr) => {
        mod $test {
            use super::*;

            mod held {
                use super::super::*;
                use cucurbit_sea_orm::TableArgs;
                use sea_orm::entity::prelude::{
                    ActiveModelBehavior, DeriveEntityModel, DerivePrimaryKey, DeriveRelation, EnumIter,
                    PrimaryKeyTrait,
                };

                #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
                #[sea_orm(table_name = "held")]
                pub struct Model {
                    #[sea_orm(primary_key)]
                    pub id: i32,
                    #[$attribute]
                    pub written: $ty,
                    #[$attribute]
                    pub maybe: Option<$ty>,
                    #[$attribute]
                    #[sea_orm(default_expr = "crate::values::present_default()")]
                    pub filled: $ty,
                }

                #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {}

                impl TableArgs for Entity {}
                impl ActiveModelBehavior for ActiveModel {}
            }

            fn row(value: $ty) -> held::ActiveModel {
                let (written, maybe) = (Set(value.clone()), Set(Some(value)));
                held::ActiveModel { id: NotSet, written, maybe, filled: NotSet }
            }

            #[test]
            fn is_read_as_it_was_written() {
                on_each_database(concat!(stringify!($test), "_written"), async |database| {
                    if !$on.is(database.connection.dialect()) {
                        return;
                    }
                    set_default(None);
                    let schema = cucurbit_sea_orm::models![held].unwrap();
                    database.make(&schema).await;
                    let values: Vec<$ty> = Vec::from($values);
                    for value in &values {
                        let lent = cucurbit_sea_orm::lend(&mut database.connection);
                        let mut row = row(value.clone());
                        row.filled = Set(value.clone());
                        let said = row
                            .clone()
                            .insert(&lent)
                            .await
                            .unwrap_or_else(|error| panic!("{value:?}: {error}"));
                        assert_eq!(said.written, *value);
                        row.maybe = Set(None);
                        row.insert(&lent).await.unwrap();
                    }
                    let lent = cucurbit_sea_orm::lend(&mut database.connection);
                    let found = held::Entity::find().order_by_asc(held::Column::Id).all(&lent).await.unwrap();
                    let twice = values.iter().flat_map(|value| [(value, true), (value, false)]);
                    assert_eq!(found.len(), values.len() * 2);
                    for (model, (value, has_two)) in found.iter().zip(twice) {
                        assert_eq!(model.written, *value);
                        assert_eq!(model.maybe, has_two.then(|| value.clone()));
                        assert_eq!(model.filled, *value);
                    }
                });
            }

            #[test]
            fn is_read_as_the_database_fills_it() {
                on_each_database(concat!(stringify!($test), "_filled"), async |database| {
                    if !$on.is(database.connection.dialect()) {
                        return;
                    }
                    let defaults: Vec<$ty> = Vec::from($defaults);
                    for value in &defaults {
                        set_default(Some(Value::from(value.clone())));
                        let schema = cucurbit_sea_orm::models![held].unwrap();
                        database.make(&schema).await;
                        check_filled(database, value.clone()).await;
                        database.unmake(&schema).await;

                        // A column that is added to rows that are there.
                        let (without, column) = without_filled(&schema);
                        database.make(&without).await;
                        insert(database, value.clone()).await;
                        database.run(&[Operation::create(Object::column("held", column))]).await;
                        database.check_is(&schema).await;
                        check_filled(database, value.clone()).await;
                        database.unmake(&schema).await;

                        // A default that is set on a column that is there.
                        database.make(&without_default(&schema)).await;
                        let changes = vec![ColumnChange::SetDefault(filled_default(&schema))];
                        database.run(&[Operation::alter_column("held", "filled", changes)]).await;
                        database.check_is(&schema).await;
                        check_filled(database, value.clone()).await;
                        database.unmake(&schema).await;
                    }
                });
            }

            #[test]
            fn is_the_table_that_sea_orm_makes() {
                on_each_database(concat!(stringify!($test), "_made"), async |database| {
                    if !$on.is(database.connection.dialect()) {
                        return;
                    }
                    let defaults: Vec<$ty> = Vec::from($defaults);
                    let defaults = defaults.into_iter().map(|value| Some(Value::from(value)));
                    for default in [None].into_iter().chain(defaults) {
                        set_default(default.clone());
                        let schema = cucurbit_sea_orm::models![held].unwrap();
                        let made = made_by_sea_orm(&mut database.connection, held::Entity).await;
                        database.check_is_as_made(made, &schema, default).await;
                    }
                });
            }

            async fn insert(database: &mut super::super::Database, value: $ty) {
                let lent = cucurbit_sea_orm::lend(&mut database.connection);
                held::Entity::insert(row(value)).exec_without_returning(&lent).await.unwrap();
            }

            /// Adds a row without a value for `filled`; every row that is there is read.
            async fn check_filled(database: &mut super::super::Database, value: $ty) {
                insert(database, value.clone()).await;
                let lent = cucurbit_sea_orm::lend(&mut database.connection);
                let found = held::Entity::find().all(&lent).await;
                let found = found.unwrap_or_else(|error| panic!("{value:?}: {error}"));
                assert!(!found.is_empty());
                for model in found {
                    assert_eq!(model.filled, value);
                }
            }
        }
    };
}
