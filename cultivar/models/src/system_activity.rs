//! Table `system_activity`: what administrators did to the installation.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::TableArgs;
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// One line of the administrators' log.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "system_activity")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Kind of event.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub r#type: String,
    /// Who did it.
    pub user_id: i32,
    /// Further facts, as the caller wrote them.
    #[sea_orm(column_type = "Text")]
    pub details: Option<String>,
    /// When it happened, in UTC.
    pub timestamp: Option<DateTime>,
    /// `user_id` followed.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<super::user::Entity>,
}

impl TableArgs for Entity {}

defaults! {
    on_insert {
        timestamp: now(),
    }
}
