//! Table `breeder`: who bred a cultivar.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::{TableArgs, TableArgsFor, lower};
use sea_orm::entity::prelude::*;

/// A breeder or seed bank. Its name is unique as written, and also regardless of case.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "breeder")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name.
    #[sea_orm(column_type = "String(StringLen::N(100))", unique)]
    pub name: String,
    /// Country of origin.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub country: Option<String>,
    /// Address of its site.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub website: Option<String>,
    /// Its identifier at SeedFinder.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub seedfinder_id: Option<String>,
    /// Notes.
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
    /// Cultivars it bred.
    #[sea_orm(has_many)]
    pub cultivars: HasMany<super::cultivar::Entity>,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.index("ix_breeder_seedfinder_id").unique().on(Column::SeedfinderId);
        table.index("ux_breeder_name_lower").unique().on(lower(Column::Name));
    }
}

impl ActiveModelBehavior for ActiveModel {}
