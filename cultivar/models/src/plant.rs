//! Table `plant`: the plants, which most of the application is about.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::TableArgs;
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// A plant, from germination to curing. All dates are in UTC.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "plant")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name given by its grower.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: String,
    /// Notes.
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
    /// Its grower.
    pub user_id: i32,
    /// Its current state.
    pub status_id: i32,
    /// What it is grown from.
    pub cultivar_id: Option<i32>,
    /// Where it stands.
    pub zone_id: Option<i32>,
    /// Project it belongs to.
    pub grow_id: Option<i32>,
    /// Plant it was cut from or bred of.
    pub parent_id: Option<i32>,
    /// Age in days.
    pub current_day: i32,
    /// Age in weeks.
    pub current_week: i32,
    /// Height as the grower wrote it, with its unit.
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub current_height: Option<String>,
    /// When it entered the garden.
    pub start_dt: DateTime,
    /// When its height was taken.
    pub height_date: Option<DateTime>,
    /// When it was last watered.
    pub last_water_date: Option<DateTime>,
    /// When it was last fed.
    pub last_feed_date: Option<DateTime>,
    /// When it was harvested.
    pub harvest_date: Option<DateTime>,
    /// When it is expected to be ripe.
    pub est_harvest_date: Option<DateTime>,
    /// When it germinated.
    pub germination_date: Option<DateTime>,
    /// When it became a seedling.
    pub seedling_date: Option<DateTime>,
    /// When it began to grow leaves.
    pub vegetative_date: Option<DateTime>,
    /// When it began to flower.
    pub flowering_date: Option<DateTime>,
    /// When curing began.
    pub curing_date: Option<DateTime>,
    /// Yield, in grams.
    pub harvest_weight: Option<f64>,
    /// Days from seed to harvest.
    pub cycle_time: Option<i32>,
    /// Whether it is a cutting.
    pub is_clone: bool,
    /// Whether it flowers by age and not by day length.
    pub autoflower: bool,
    /// Page about its cultivar.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub cultivar_url: Option<String>,
    /// `cultivar_id` followed.
    #[sea_orm(belongs_to, from = "cultivar_id", to = "id")]
    pub cultivar: BelongsTo<Option<super::cultivar::Entity>>,
    /// `grow_id` followed.
    #[sea_orm(belongs_to, from = "grow_id", to = "id")]
    pub grow: BelongsTo<Option<super::grow::Entity>>,
    /// `parent_id` followed.
    #[sea_orm(
        self_ref,
        relation_enum = "Parent",
        relation_reverse = "Offspring",
        from = "parent_id",
        to = "id"
    )]
    pub parent: BelongsTo<Option<Entity>>,
    /// `status_id` followed.
    #[sea_orm(belongs_to, relation_enum = "Status", from = "status_id", to = "id")]
    pub status: BelongsTo<super::status::Entity>,
    /// `user_id` followed.
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<super::user::Entity>,
    /// `zone_id` followed.
    #[sea_orm(belongs_to, from = "zone_id", to = "id")]
    pub zone: BelongsTo<Option<super::zone::Entity>>,
    /// Values measured on it.
    #[sea_orm(has_many)]
    pub measurements: HasMany<super::measurement::Entity>,
    /// Plants cut from it or bred of it.
    #[sea_orm(self_ref, relation_enum = "Offspring", relation_reverse = "Parent")]
    pub offspring: HasMany<Entity>,
    /// Its diary.
    #[sea_orm(has_many)]
    pub activities: HasMany<super::plant_activity::Entity>,
    /// Its pictures.
    #[sea_orm(has_many)]
    pub images: HasMany<super::plant_image::Entity>,
    /// The states it was in.
    #[sea_orm(has_many, relation_enum = "StatusHistory", via_rel = "Plant")]
    pub status_history: HasMany<super::status::Entity>,
}

// The status of a plant is the one it has now; the earlier ones are `Relation::StatusHistory`.
// SeaORM leaves the choice to us, because two relations lead to the same entity.
impl Related<super::status::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Status.def()
    }
}

impl TableArgs for Entity {}

defaults! {
    on_insert {
        current_day: 0,
        current_week: 0,
        start_dt: now(),
        is_clone: false,
        autoflower: false,
    }
}
