//! Defaults that the application fills in, because the database has none.
//!
//! CultivAR declares no server default: constants and the clock are applied when a row is inserted, and
//! the clock again when it is changed. [`defaults!`] writes that as an entity's `ActiveModelBehavior`.
//! What is inserted past an `ActiveModel` (`insert_many`, plain SQL) has to give every `NOT NULL` column
//! itself. What may not live here: the values themselves, which stand beside their entity.

use chrono::{SubsecRound, Utc};
use sea_orm::ActiveValue::{self, Set};
use sea_orm::{Value, prelude::DateTime};

/// Declares an entity's defaults: `on_insert` fills what was not given, `on_update` what was not changed
/// when something else was.
///
/// They are not in `ActiveModelBehavior::new`, where SeaORM would put them also into the
/// `..Default::default()` of an update, which would then reset columns that it does not name.
macro_rules! defaults {
    (
        on_insert { $($column:ident: $value:expr),+ $(,)? }
        $(on_update { $($changed:ident: $next:expr),+ $(,)? })?
    ) => {
        #[async_trait::async_trait]
        impl ActiveModelBehavior for ActiveModel {
            async fn before_save<C>(mut self, _db: &C, insert: bool) -> Result<Self, DbErr>
            where
                C: ConnectionTrait,
            {
                if insert {
                    $($crate::defaults::fill(&mut self.$column, $value);)+
                }
                $(else if self.is_changed() {
                    $($crate::defaults::renew(&mut self.$changed, $next);)+
                })?
                Ok(self)
            }
        }
    };
}
pub(crate) use defaults;

/// Sets a field that was not given.
pub(crate) fn fill<T: Into<Value>>(field: &mut ActiveValue<T>, value: impl Into<T>) {
    if field.is_not_set() {
        *field = Set(value.into());
    }
}

/// Sets a field, unless this change sets it already.
pub(crate) fn renew<T: Into<Value>>(field: &mut ActiveValue<T>, value: impl Into<T>) {
    if !field.is_set() {
        *field = Set(value.into());
    }
}

/// The time now in UTC, in whole microseconds: PostgreSQL keeps no more, so both databases give back what
/// was written.
pub(crate) fn now() -> DateTime {
    Utc::now().naive_utc().trunc_subsecs(6)
}
