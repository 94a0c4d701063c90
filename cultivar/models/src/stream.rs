//! Table `stream`: camera streams.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::TableArgs;
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// A camera.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stream")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: String,
    /// Address of its stream.
    #[sea_orm(column_type = "String(StringLen::N(500))")]
    pub url: String,
    /// Whether it is shown.
    pub visible: bool,
    /// Notes.
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
    /// When the row was written, in UTC.
    pub created_at: DateTime,
    /// When the row was last changed, in UTC.
    pub updated_at: DateTime,
}

impl TableArgs for Entity {}

defaults! {
    on_insert {
        visible: true,
        created_at: now(),
        updated_at: now(),
    }
    on_update {
        updated_at: now(),
    }
}
