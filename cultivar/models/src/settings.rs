//! Table `settings`: settings of the installation, by key.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::{TableArgs, TableArgsFor};
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// One setting.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "settings")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name of the setting.
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub key: String,
    /// Its value as text; none means the built-in value.
    #[sea_orm(column_type = "Text")]
    pub value: Option<String>,
    /// When the row was written, in UTC.
    pub created_at: DateTime,
    /// When the row was last changed, in UTC.
    pub updated_at: DateTime,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.index("ix_settings_key").unique().on(Column::Key);
    }
}

defaults! {
    on_insert {
        created_at: now(),
        updated_at: now(),
    }
    on_update {
        updated_at: now(),
    }
}
