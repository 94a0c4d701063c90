//! Table `product`: what the shop sells.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::{TableArgs, TableArgsFor};
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// An article of the shop.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub name: String,
    /// Last part of its address.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub slug: String,
    /// Text of its page.
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
    /// Price of one.
    pub price: f64,
    /// Former price, shown struck through.
    pub compare_at_price: Option<f64>,
    /// How many are in stock.
    pub stock_quantity: i32,
    /// Stock keeping unit.
    #[sea_orm(column_type = "String(StringLen::N(50))", unique)]
    pub sku: Option<String>,
    /// Category it is filed under.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub category: Option<String>,
    /// Tags, separated by commas.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub tags: Option<String>,
    /// Path of its picture.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub featured_image: Option<String>,
    /// Whether it is on sale.
    pub is_active: bool,
    /// Whether the front page shows it.
    pub is_featured: bool,
    /// When the row was written, in UTC.
    pub created_at: DateTime,
    /// When the row was last changed, in UTC.
    pub updated_at: DateTime,
    /// Lines of purchases that name it.
    #[sea_orm(has_many)]
    pub order_items: HasMany<super::order_item::Entity>,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.index("ix_product_slug").unique().on(Column::Slug);
    }
}

defaults! {
    on_insert {
        stock_quantity: 0,
        is_active: true,
        is_featured: false,
        created_at: now(),
        updated_at: now(),
    }
    on_update {
        updated_at: now(),
    }
}
