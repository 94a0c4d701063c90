//! Table `cultivar`: the varieties that plants are grown from.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::{TableArgs, TableArgsFor};
use sea_orm::entity::prelude::*;

use crate::defaults::defaults;

/// A variety.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cultivar")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: String,
    /// Who bred it.
    pub breeder_id: Option<i32>,
    /// Share of indica, in per cent.
    pub indica: i32,
    /// Share of sativa, in per cent.
    pub sativa: i32,
    /// Whether it flowers by age and not by day length.
    pub autoflower: bool,
    /// Name of one parent; free text, as parents are often not in the table.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub parent_1: Option<String>,
    /// Name of the other parent.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub parent_2: Option<String>,
    /// Ancestry as SeedFinder tells it.
    pub lineage_json: Option<Json>,
    /// Its identifier at SeedFinder.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub seedfinder_id: Option<String>,
    /// THC, in per cent.
    pub thc_content: Option<f64>,
    /// CBD, in per cent.
    pub cbd_content: Option<f64>,
    /// How it comes to flower, such as `photoperiod`.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub flowering_type: Option<String>,
    /// Full description.
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
    /// Description for lists.
    #[sea_orm(column_type = "Text")]
    pub short_description: Option<String>,
    /// Seeds in stock.
    pub seed_count: i32,
    /// Days from seed to harvest.
    pub cycle_time: Option<i32>,
    /// Page about it.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub url: Option<String>,
    /// `breeder_id` followed.
    #[sea_orm(belongs_to, from = "breeder_id", to = "id")]
    pub breeder: BelongsTo<Option<super::breeder::Entity>>,
    /// Plants grown from it.
    #[sea_orm(has_many)]
    pub plants: HasMany<super::plant::Entity>,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.index("ix_cultivar_parent_1").on(Column::Parent1);
        table.index("ix_cultivar_parent_2").on(Column::Parent2);
        table.index("ix_cultivar_seedfinder_id").unique().on(Column::SeedfinderId);
    }
}

defaults! {
    on_insert {
        indica: 0,
        sativa: 0,
        autoflower: false,
        seed_count: 0,
    }
}
