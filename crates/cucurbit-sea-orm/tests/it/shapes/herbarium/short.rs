//! A part of a row, and a row of a query: no entities.

use sea_orm::{FromQueryResult, entity::prelude::*};

#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "super::collector::Entity")]
pub struct Model {
    pub id: Uuid,
    pub name: String,
}

#[derive(Clone, Debug, FromQueryResult)]
pub struct Count {
    pub sheets: i64,
}
