//! Table `plant`.

use sea_orm::entity::prelude::*;

/// A plant in a bed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plant")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub name: String,
    /// The end of the address of its page.
    #[sea_orm(column_type = "String(StringLen::N(60))", unique)]
    pub slug: String,
    /// The bed.
    pub bed_id: i32,
    /// The bed.
    #[sea_orm(belongs_to, from = "bed_id", to = "id")]
    pub bed: HasOne<super::bed::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
