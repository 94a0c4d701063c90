//! One label for each sheet.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[cfg_attr(all(), derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel))]
#[sea_orm(table_name = "label")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub sheet_id: super::kinds::SheetId,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    #[sea_orm(belongs_to, from = "sheet_id", to = "id")]
    pub sheet: BelongsTo<super::sheet::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
