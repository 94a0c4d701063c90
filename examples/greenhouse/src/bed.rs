//! Table `bed`.

use cucurbit_sea_orm::{TableArgs, TableArgsFor};
use sea_orm::entity::prelude::*;

/// A bed, with the number of plants in it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bed")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name.
    #[sea_orm(column_type = "String(StringLen::N(50))", unique)]
    pub name: String,
    /// How many plants grow in it.
    #[sea_orm(default_value = 0)]
    pub plants_count: i32,
    /// The plants.
    #[sea_orm(has_many)]
    pub plants: HasMany<super::plant::Entity>,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.check("ck_bed_plants_count", "plants_count >= 0");
    }
}

impl ActiveModelBehavior for ActiveModel {}
