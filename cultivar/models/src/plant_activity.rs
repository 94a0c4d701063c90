//! Table `plant_activity`: what was done to a plant.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::{TableArgs, TableArgsFor};
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// One line of a plant's diary.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plant_activity")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Plant it was done to.
    pub plant_id: i32,
    /// Name of the plant at the time.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub plant_name: String,
    /// Kind of work, such as `watering`.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub activity_type: String,
    /// Name of the work shown to people.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub activity_name: String,
    /// Notes.
    #[sea_orm(column_type = "Text")]
    pub note: Option<String>,
    /// Who did it.
    pub user_id: Option<i32>,
    /// Name of that user at the time.
    #[sea_orm(column_type = "String(StringLen::N(80))")]
    pub username: Option<String>,
    /// Address the request came from; 45 characters hold an IPv6 address with an embedded IPv4 one.
    #[sea_orm(column_type = "String(StringLen::N(45))")]
    pub ip_address: Option<String>,
    /// Whether the line is shown.
    pub is_active: bool,
    /// When it was done, in UTC.
    pub date: DateTime,
    /// When the row was written, in UTC.
    pub created_at: DateTime,
    /// `plant_id` followed.
    #[sea_orm(belongs_to, from = "plant_id", to = "id")]
    pub plant: BelongsTo<super::plant::Entity>,
    /// `user_id` followed.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<Option<super::user::Entity>>,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.index("ix_plant_activity_activity_type").on(Column::ActivityType);
        table.index("ix_plant_activity_date").on(Column::Date);
        table.index("ix_plant_activity_plant_id").on(Column::PlantId);
        table.index("ix_plant_activity_user_id").on(Column::UserId);
    }
}

defaults! {
    on_insert {
        is_active: true,
        date: now(),
        created_at: now(),
    }
}
