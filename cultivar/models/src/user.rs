//! Table `user`: accounts. `user` is a reserved word, so the name is always quoted in SQL.
//!
//! Only the declaration lives here: columns, relations, indexes and defaults. Queries belong to the
//! application.

use cucurbit_sea_orm::{TableArgs, TableArgsFor};
use sea_orm::entity::prelude::*;

use crate::defaults::{defaults, now};

/// An account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Name to log in with.
    #[sea_orm(column_type = "String(StringLen::N(80))")]
    pub username: String,
    /// Hash of the password, with its salt and parameters.
    #[sea_orm(column_type = "String(StringLen::N(256))")]
    pub password_hash: String,
    /// E-mail address.
    #[sea_orm(column_type = "String(StringLen::N(120))")]
    pub email: Option<String>,
    /// Phone number.
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub phone: Option<String>,
    /// Whether it may administer the installation.
    pub is_admin: bool,
    /// Role, `Grower` at first.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub user_type: String,
    /// Subscription, `free` at first.
    #[sea_orm(column_type = "String(StringLen::N(50))")]
    pub tier: String,
    /// Whether someone checked that it belongs to a breeder.
    pub is_verified_breeder: bool,
    /// Whether the next login must set a new password.
    pub force_password_change: bool,
    /// When the row was written, in UTC.
    pub created_at: DateTime,
    /// When the row was last changed, in UTC.
    pub updated_at: DateTime,
    /// Its lines in the audit log.
    #[sea_orm(has_many)]
    pub activities: HasMany<super::activity::Entity>,
    /// Its projects.
    #[sea_orm(has_many)]
    pub grows: HasMany<super::grow::Entity>,
    /// Its purchases.
    #[sea_orm(has_many)]
    pub orders: HasMany<super::order::Entity>,
    /// Its plants.
    #[sea_orm(has_many)]
    pub plants: HasMany<super::plant::Entity>,
    /// Its work on plants.
    #[sea_orm(has_many)]
    pub plant_activities: HasMany<super::plant_activity::Entity>,
    /// Its work as an administrator.
    #[sea_orm(has_many)]
    pub system_activities: HasMany<super::system_activity::Entity>,
}

impl TableArgs for Entity {
    fn table_args(table: &mut TableArgsFor<Self>) {
        table.index("ix_user_email").unique().on(Column::Email);
        table.index("ix_user_username").unique().on(Column::Username);
    }
}

defaults! {
    on_insert {
        is_admin: false,
        user_type: "Grower",
        tier: "free",
        is_verified_breeder: false,
        force_password_change: false,
        created_at: now(),
        updated_at: now(),
    }
    on_update {
        updated_at: now(),
    }
}
