//! Table `grow`: a user's project that plants belong to.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::TableArgs;
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// A project with a beginning and an end.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grow")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: String,
    /// Whose project it is.
    pub user_id: i32,
    /// `active` until it is finished.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub status: String,
    /// When it began, in UTC.
    pub start_date: DateTime,
    /// When it ended, in UTC.
    pub end_date: Option<DateTime>,
    /// Notes.
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
    /// When the row was written, in UTC.
    pub created_at: DateTime,
    /// When the row was last changed, in UTC.
    pub updated_at: DateTime,
    /// `user_id` followed.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<super::user::Entity>,
    /// Its plants.
    #[sea_orm(has_many)]
    pub plants: HasMany<super::plant::Entity>,
}

impl TableArgs for Entity {}

defaults! {
    on_insert {
        status: "active",
        start_date: now(),
        created_at: now(),
        updated_at: now(),
    }
    on_update {
        updated_at: now(),
    }
}
