//! Table `measurement`: values measured on a plant.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::TableArgs;
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// One value. It goes when its plant goes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "measurement")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Plant it was measured on.
    pub plant_id: i32,
    /// What was measured.
    pub metric_id: i32,
    /// Name of the metric at the time.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: String,
    /// The value, in the unit of the metric.
    pub value: f64,
    /// When it was measured, in UTC.
    pub date: Option<DateTime>,
    /// Notes.
    #[sea_orm(column_type = "Text")]
    pub notes: Option<String>,
    /// `metric_id` followed.
    #[sea_orm(belongs_to, from = "metric_id", to = "id")]
    pub metric: BelongsTo<super::metric::Entity>,
    /// `plant_id` followed.
    #[sea_orm(belongs_to, from = "plant_id", to = "id", on_delete = "Cascade")]
    pub plant: BelongsTo<super::plant::Entity>,
}

impl TableArgs for Entity {}

defaults! {
    on_insert {
        date: now(),
    }
}
