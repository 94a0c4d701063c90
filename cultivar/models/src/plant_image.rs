//! Table `plant_image`: pictures of plants.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::TableArgs;
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// A picture. It goes when its plant goes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plant_image")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Plant in the picture.
    pub plant_id: i32,
    /// Path of the file.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub image_path: String,
    /// Caption.
    #[sea_orm(column_type = "Text")]
    pub image_description: Option<String>,
    /// Place among the pictures of the plant, from 0.
    pub image_order: Option<i32>,
    /// When it was taken, in UTC.
    pub image_date: Option<DateTime>,
    /// When the row was written, in UTC.
    pub created_at: Option<DateTime>,
    /// When the row was last changed, in UTC.
    pub updated_at: Option<DateTime>,
    /// `plant_id` followed.
    #[sea_orm(belongs_to, from = "plant_id", to = "id", on_delete = "Cascade")]
    pub plant: BelongsTo<super::plant::Entity>,
}

impl TableArgs for Entity {}

defaults! {
    on_insert {
        image_order: 0,
        image_date: now(),
        created_at: now(),
        updated_at: now(),
    }
    on_update {
        updated_at: now(),
    }
}
