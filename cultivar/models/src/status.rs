//! Table `status`: states of plants. It refers to `plant`, and `plant` refers to it.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::TableArgs;
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// A state, either one that any plant can be in or an entry in the history of one plant.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "status")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name of the state, such as `Seedling`.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub status: String,
    /// Plant whose history the entry belongs to; none for a state that any plant can be in.
    pub plant_id: Option<i32>,
    /// Since when, in UTC.
    pub date: DateTime,
    /// `plant_id` followed.
    #[sea_orm(belongs_to, relation_enum = "Plant", from = "plant_id", to = "id")]
    pub plant: BelongsTo<Option<super::plant::Entity>>,
    /// Plants that are in this state now.
    #[sea_orm(has_many, relation_enum = "Plants", via_rel = "Status")]
    pub plants: HasMany<super::plant::Entity>,
}

// The plants of a status are those that have it now; the plant of a history entry is `Relation::Plant`.
// SeaORM leaves the choice to us, because two relations lead to the same entity.
impl Related<super::plant::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Plants.def()
    }
}

impl TableArgs for Entity {}

defaults! {
    on_insert {
        date: now(),
    }
}
