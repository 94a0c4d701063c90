//! Table `lead_magnet_download`: who fetched which free file.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::TableArgs;
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// One download. It goes when its file goes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lead_magnet_download")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// What was fetched.
    pub lead_magnet_id: i32,
    /// Address given for it.
    #[sea_orm(column_type = "String(StringLen::N(120))")]
    pub email: String,
    /// Address the request came from; 45 characters hold an IPv6 address with an embedded IPv4 one.
    #[sea_orm(column_type = "String(StringLen::N(45))")]
    pub ip_address: Option<String>,
    /// The browser's own description of itself.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub user_agent: Option<String>,
    /// When it was fetched, in UTC.
    pub download_date: DateTime,
    /// `lead_magnet_id` followed.
    #[sea_orm(belongs_to, from = "lead_magnet_id", to = "id", on_delete = "Cascade")]
    pub lead_magnet: BelongsTo<super::lead_magnet::Entity>,
}

impl TableArgs for Entity {}

defaults! {
    on_insert {
        download_date: now(),
    }
}
