//! Table `activity_summary`: counts of activities by period, for the dashboard.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::{TableArgs, TableArgsFor};
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// The activities of one kind in one period.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "activity_summary")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Length of the period, such as `daily`.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub summary_type: String,
    /// Start of the period, in UTC.
    pub date_key: DateTime,
    /// Kind of activity that is counted.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub activity_type: String,
    /// How many there were.
    pub count: i32,
    /// How many users they came from.
    pub unique_users: i32,
    /// Kind of thing, when the count is about one thing.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub entity_type: Option<String>,
    /// Primary key of that thing; a reference without a foreign key.
    pub entity_id: Option<i32>,
    /// When the row was written, in UTC.
    pub created_at: DateTime,
    /// When the row was last changed, in UTC.
    pub updated_at: DateTime,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.index("ix_activity_summary_activity_type").on(Column::ActivityType);
        table.index("ix_activity_summary_date_key").on(Column::DateKey);
        table.index("ix_activity_summary_entity").on([Column::EntityType, Column::EntityId]);
        table.index("ix_activity_summary_summary_type").on(Column::SummaryType);
        table.index("ix_activity_summary_type_date").on([Column::SummaryType, Column::DateKey]);
    }
}

defaults! {
    on_insert {
        count: 0,
        unique_users: 0,
        created_at: now(),
        updated_at: now(),
    }
    on_update {
        updated_at: now(),
    }
}
