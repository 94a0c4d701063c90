//! The junction, with a column of its own.

use sea_orm::entity::prelude::*;

use super::kinds::SheetId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sheet_collector")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub sheet_id: SheetId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub collector_id: Uuid,
    #[sea_orm(default_value = 1)]
    pub position: i16,
    #[sea_orm(belongs_to, from = "sheet_id", to = "id", on_delete = "Cascade")]
    pub sheet: BelongsTo<super::sheet::Entity>,
    #[sea_orm(belongs_to, from = "collector_id", to = "id", on_delete = "Cascade")]
    pub collector: BelongsTo<super::collector::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
