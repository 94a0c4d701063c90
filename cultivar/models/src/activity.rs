//! Table `activity`: what users and the application did, for the audit pages.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::{TableArgs, TableArgsFor};
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// One line of the audit log.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "activity")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Broad kind of event, such as `plant` or `system`.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub r#type: String,
    /// Precise kind of event, such as `plant_created`.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub activity_type: String,
    /// Who did it; none for events of the application itself.
    pub user_id: Option<i32>,
    /// Name of that user at the time.
    #[sea_orm(column_type = "String(StringLen::N(80))")]
    pub username: Option<String>,
    /// Kind of thing it was done to; together with `entity_id` a reference without a foreign key.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub entity_type: Option<String>,
    /// Primary key of that thing.
    pub entity_id: Option<i32>,
    /// Its name at the time.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub entity_name: Option<String>,
    /// Headline for the activity page.
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub title: Option<String>,
    /// Text for the activity page.
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
    /// Further facts, as the caller wrote them.
    #[sea_orm(column_type = "Text")]
    pub details: Option<String>,
    /// Address the request came from; 45 characters hold an IPv6 address with an embedded IPv4 one.
    #[sea_orm(column_type = "String(StringLen::N(45))")]
    pub ip_address: Option<String>,
    /// The browser's own description of itself.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub user_agent: Option<String>,
    /// Session of the request.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub session_id: Option<String>,
    /// Whether the application did it by itself.
    pub is_system_activity: bool,
    /// Whether the line is shown.
    pub is_active: bool,
    /// When it happened, in UTC.
    pub timestamp: DateTime,
    /// When the row was written, in UTC.
    pub created_at: DateTime,
    /// When the row was last changed, in UTC.
    pub updated_at: DateTime,
    /// `user_id` followed.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<Option<super::user::Entity>>,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.index("ix_activity_activity_type").on(Column::ActivityType);
        table.index("ix_activity_entity_type_id").on([Column::EntityType, Column::EntityId]);
        table.index("ix_activity_is_active").on(Column::IsActive);
        table.index("ix_activity_timestamp").on(Column::Timestamp);
        table.index("ix_activity_type").on(Column::Type);
        table.index("ix_activity_user_id").on(Column::UserId);
    }
}

defaults! {
    on_insert {
        is_system_activity: false,
        is_active: true,
        timestamp: now(),
        created_at: now(),
        updated_at: now(),
    }
    on_update {
        updated_at: now(),
    }
}
