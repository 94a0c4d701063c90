//! Table `lead_magnet`: files given away for an e-mail address.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::TableArgs;
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// A file given away for an e-mail address.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lead_magnet")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: String,
    /// What the reader gets.
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
    /// Path of the file.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub file_path: String,
    /// Whether it is on offer.
    pub is_active: bool,
    /// How often it was fetched.
    pub download_count: i32,
    /// When the row was written, in UTC.
    pub created_at: DateTime,
    /// When the row was last changed, in UTC.
    pub updated_at: DateTime,
    /// Its downloads.
    #[sea_orm(has_many)]
    pub downloads: HasMany<super::lead_magnet_download::Entity>,
}

impl TableArgs for Entity {}

defaults! {
    on_insert {
        is_active: true,
        download_count: 0,
        created_at: now(),
        updated_at: now(),
    }
    on_update {
        updated_at: now(),
    }
}
