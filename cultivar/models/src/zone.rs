//! Table `zone`: places where plants stand.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::TableArgs;
use sea_orm::entity::prelude::*;

/// A room, tent or bed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "zone")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: String,
    /// Notes.
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
    /// Plants that stand there.
    #[sea_orm(has_many)]
    pub plants: HasMany<super::plant::Entity>,
    /// Sensors that hang there.
    #[sea_orm(has_many)]
    pub sensors: HasMany<super::sensor::Entity>,
}

impl TableArgs for Entity {}

impl ActiveModelBehavior for ActiveModel {}
