//! Table `extension`: add-ons known to the application.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::{TableArgs, TableArgsFor};
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// An add-on.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "extension")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name shown to people.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub name: String,
    /// Name used in addresses and settings.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub slug: String,
    /// What it does.
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
    /// Version, as three numbers.
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub version: String,
    /// Whether it is switched on.
    pub is_active: bool,
    /// Whether its files are in place.
    pub is_installed: bool,
    /// Who wrote it.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub author: Option<String>,
    /// Its home page.
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub url: Option<String>,
    /// When it was installed, in UTC.
    pub installed_at: Option<DateTime>,
    /// When the row was written, in UTC.
    pub created_at: DateTime,
    /// When the row was last changed, in UTC.
    pub updated_at: DateTime,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.index("ix_extension_slug").unique().on(Column::Slug);
    }
}

defaults! {
    on_insert {
        version: "1.0.0",
        is_active: false,
        is_installed: false,
        created_at: now(),
        updated_at: now(),
    }
    on_update {
        updated_at: now(),
    }
}
