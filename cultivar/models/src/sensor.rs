//! Table `sensor`: devices that measure a zone.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::TableArgs;
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// A sensor.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sensor")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: String,
    /// Where it hangs.
    pub zone_id: Option<i32>,
    /// Service it is read from.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub source: Option<String>,
    /// Device it belongs to, as that service calls it.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub device: Option<String>,
    /// What it measures, such as `temperature`.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub sensor_type: String,
    /// Whether the dashboard shows it.
    pub show: bool,
    /// Unit of its readings.
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub unit: Option<String>,
    /// Its device number at AC Infinity.
    pub ac_infinity_device_id: Option<i32>,
    /// Its device number at Ecowitt.
    pub ecowitt_device_id: Option<i32>,
    /// When the row was written, in UTC.
    pub created_at: DateTime,
    /// When the row was last changed, in UTC.
    pub updated_at: DateTime,
    /// `zone_id` followed.
    #[sea_orm(belongs_to, from = "zone_id", to = "id")]
    pub zone: BelongsTo<Option<super::zone::Entity>>,
    /// Its readings.
    #[sea_orm(has_many)]
    pub readings: HasMany<super::sensor_data::Entity>,
}

impl TableArgs for Entity {}

defaults! {
    on_insert {
        show: true,
        created_at: now(),
        updated_at: now(),
    }
    on_update {
        updated_at: now(),
    }
}
