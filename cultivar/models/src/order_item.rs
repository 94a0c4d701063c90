//! Table `order_item`: the lines of a purchase.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::TableArgs;
use sea_orm::entity::prelude::*;

/// One line of a purchase, at the price of the day.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_item")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Purchase it belongs to.
    pub order_id: i32,
    /// What was bought.
    pub product_id: i32,
    /// Name of the product at the time.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub product_name: String,
    /// How many.
    pub quantity: i32,
    /// Price of one.
    pub price: f64,
    /// Price of all.
    pub subtotal: f64,
    /// `order_id` followed.
    #[sea_orm(belongs_to, from = "order_id", to = "id")]
    pub order: BelongsTo<super::order::Entity>,
    /// `product_id` followed.
    #[sea_orm(belongs_to, from = "product_id", to = "id")]
    pub product: BelongsTo<super::product::Entity>,
}

impl TableArgs for Entity {}

impl ActiveModelBehavior for ActiveModel {}
