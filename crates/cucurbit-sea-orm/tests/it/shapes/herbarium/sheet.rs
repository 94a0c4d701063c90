//! A sheet: two relations to one table, and plants by way of a junction.

use sea_orm::{Set, entity::prelude::*};

use super::{
    collector,
    kinds::{Code, Condition, Part, Place, SheetId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sheet")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: SheetId,
    #[sea_orm(unique)]
    pub code: Code,
    pub condition: Condition,
    pub part: Option<Part>,
    #[sea_orm(column_type = "JsonBinary")]
    pub place: Place,
    #[sea_orm(indexed)]
    pub pressed_at: TimeDateTimeWithTimeZone,
    pub pressed_on: Option<TimeDate>,
    #[sea_orm(default_value = "here")]
    pub site: String,
    pub taken_by: Uuid,
    pub checked_by: Option<Uuid>,
    #[sea_orm(belongs_to, relation_enum = "TakenBy", from = "taken_by", to = "id", on_delete = "Cascade")]
    pub taker: HasOne<collector::Entity>,
    #[sea_orm(
        belongs_to,
        relation_enum = "CheckedBy",
        from = "checked_by",
        to = "id",
        on_delete = "SetNull"
    )]
    pub checker: HasOne<collector::Entity>,
    #[sea_orm(has_one)]
    pub label: HasOne<super::label::Entity>,
    #[sea_orm(has_many, via = "sheet_collector")]
    pub collectors: HasMany<collector::Entity>,
}

impl ActiveModelBehavior for ActiveModel {
    fn new() -> Self {
        Self { site: Set("there".to_owned()), ..ActiveModelTrait::default() }
    }
}
