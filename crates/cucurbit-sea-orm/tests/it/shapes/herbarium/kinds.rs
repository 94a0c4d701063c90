//! Types of fields: newtypes, enums and what is kept as JSON.

use sea_orm::{FromJsonQueryResult, entity::prelude::*};

/// A number that is no other number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, DeriveValueType)]
pub struct SheetId(pub i64);

/// A word of few letters.
#[derive(Clone, Debug, PartialEq, Eq, DeriveValueType)]
#[sea_orm(column_type = "String(StringLen::N(12))")]
pub struct Code(pub String);

/// How well a sheet has been kept, as a number.
#[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i32", db_type = "Integer")]
pub enum Condition {
    #[sea_orm(num_value = 0)]
    Lost,
    #[sea_orm(num_value = 10)]
    Good,
}

/// What a sheet shows, as a word.
#[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "camelCase")]
pub enum Part {
    Leaf,
    WholePlant,
}

/// Where a sheet hangs, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct Place {
    pub cabinet: String,
    pub drawers: Vec<u8>,
}
