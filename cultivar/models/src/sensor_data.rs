//! Table `sensor_data`: readings of sensors; the largest table.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::{TableArgs, TableArgsFor};
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// One reading.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sensor_data")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Sensor it came from.
    pub sensor_id: i32,
    /// The value.
    pub value: f64,
    /// Its unit at the time.
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub unit: Option<String>,
    /// When the row was written, in UTC.
    pub created_at: DateTime,
    /// `sensor_id` followed.
    #[sea_orm(belongs_to, from = "sensor_id", to = "id")]
    pub sensor: BelongsTo<super::sensor::Entity>,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.index("ix_sensor_data_created_at").on(Column::CreatedAt);
        table.index("ix_sensor_data_sensor_id").on(Column::SensorId);
    }
}

defaults! {
    on_insert {
        created_at: now(),
    }
}
