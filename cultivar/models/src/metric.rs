//! Table `metric`: what can be measured, and in which unit.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::TableArgs;
use sea_orm::entity::prelude::*;

/// A quantity that can be measured.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "metric")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name, such as `Height`.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub name: String,
    /// Unit, such as `cm`.
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub unit: Option<String>,
    /// Its values, on all plants.
    #[sea_orm(has_many)]
    pub measurements: HasMany<super::measurement::Entity>,
}

impl TableArgs for Entity {}

impl ActiveModelBehavior for ActiveModel {}
