//! Table `newsletter_subscriber`: who gets the newsletter.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::{TableArgs, TableArgsFor};
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// A subscriber, by e-mail, by phone or both.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "newsletter_subscriber")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// E-mail address.
    #[sea_orm(column_type = "String(StringLen::N(120))")]
    pub email: Option<String>,
    /// Phone number.
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub phone: Option<String>,
    /// `email`, `phone` or `both`.
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub subscription_type: String,
    /// Whether messages are sent.
    pub is_active: bool,
    /// Page the subscription came from.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub source: Option<String>,
    /// Chosen topics, as the form sent them.
    #[sea_orm(column_type = "Text")]
    pub preferences: Option<String>,
    /// Address the request came from; 45 characters hold an IPv6 address with an embedded IPv4 one.
    #[sea_orm(column_type = "String(StringLen::N(45))")]
    pub ip_address: Option<String>,
    /// When it began, in UTC.
    pub subscription_date: DateTime,
    /// When it ended, in UTC.
    pub unsubscribe_date: Option<DateTime>,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.index("ix_newsletter_subscriber_email").unique().on(Column::Email);
        table.index("ix_newsletter_subscriber_phone").unique().on(Column::Phone);
    }
}

defaults! {
    on_insert {
        subscription_type: "both",
        is_active: true,
        subscription_date: now(),
    }
}
