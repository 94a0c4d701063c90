//! Table `order`: purchases. `order` is a reserved word, so the name is always quoted in SQL.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::{TableArgs, TableArgsFor};
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// A purchase, by a user or by a guest.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Account of the customer; none for a guest.
    pub user_id: Option<i32>,
    /// Number shown to the customer.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub order_number: String,
    /// State of the delivery, `pending` at first.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub status: String,
    /// Price of the items.
    pub subtotal: f64,
    /// Tax.
    pub tax: f64,
    /// Price of the delivery.
    pub shipping: f64,
    /// What the customer pays.
    pub total: f64,
    /// Where the confirmation goes.
    #[sea_orm(column_type = "String(StringLen::N(120))")]
    pub customer_email: String,
    /// Name on the parcel.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub customer_name: Option<String>,
    /// Address on the parcel.
    #[sea_orm(column_type = "Text")]
    pub shipping_address: Option<String>,
    /// How it is paid.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub payment_method: Option<String>,
    /// State of the payment, `unpaid` at first.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub payment_status: String,
    /// When the row was written, in UTC.
    pub created_at: DateTime,
    /// When the row was last changed, in UTC.
    pub updated_at: DateTime,
    /// `user_id` followed.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<Option<super::user::Entity>>,
    /// Its lines.
    #[sea_orm(has_many)]
    pub items: HasMany<super::order_item::Entity>,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.index("ix_order_order_number").unique().on(Column::OrderNumber);
    }
}

defaults! {
    on_insert {
        status: "pending",
        tax: 0.0,
        shipping: 0.0,
        payment_status: "unpaid",
        created_at: now(),
        updated_at: now(),
    }
    on_update {
        updated_at: now(),
    }
}
