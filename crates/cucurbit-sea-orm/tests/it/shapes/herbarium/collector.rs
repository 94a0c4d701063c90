//! Who collects, and from whom they have learnt it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "collector", rename_all = "snake_case")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    pub teacher_id: Option<Uuid>,
    #[sea_orm(default_expr = "Expr::current_timestamp()")]
    pub joined_at: DateTimeUtc,
    #[sea_orm(self_ref, relation_enum = "Teacher", from = "teacher_id", to = "id")]
    pub teacher: HasOne<Entity>,
    #[sea_orm(has_many, via = "sheet_collector")]
    pub sheets: HasMany<super::sheet::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
