//! Entities whose tables are not the project's: relations lead to them, keys refer to them, and nobody makes them.

use cucurbit::{
    error::Error,
    schema::{Advice, TableName, Type},
};
use cucurbit_sea_orm::{Keys, ModelError, Models, models};

/// Another service's, with what only its own project could make of it.
mod users {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(schema_name = "auth", table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        #[sea_orm(unique)]
        pub email: String,
        #[sea_orm(extra = "CHECK (phone <> '')")]
        pub phone: Option<String>,
        #[sea_orm(column_type = "Year")]
        pub born: i32,
        #[sea_orm(has_many)]
        pub plants: HasMany<super::plant::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Of a vendor, too, and no key refers to it.
mod harvest {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "harvest")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub plant_id: i32,
        pub grams: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod plant {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "plant")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub owner_id: Uuid,
        #[sea_orm(belongs_to, from = "owner_id", to = "id")]
        pub owner: HasOne<super::users::Entity>,
        #[sea_orm(belongs_to, from = "id", to = "plant_id", skip_fk)]
        pub harvest: HasOne<super::harvest::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn external_entities_are_referred_to_and_not_made() {
    let schema = models![external = [users, self::harvest]; plant].unwrap();
    assert_eq!(schema.tables().keys().collect::<Vec<_>>(), [&TableName::new("plant")]);
    let keys: Vec<_> = schema.tables()[&"plant".into()].foreign_keys().collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(keys[0].referred_table, TableName::qualified("auth", "users"));
    let users = &schema.external()[&TableName::qualified("auth", "users")];
    let columns: Vec<_> =
        users.columns.iter().map(|column| (column.name.as_str(), &column.ty.base)).collect();
    assert_eq!(columns, [("id", &Type::Uuid), ("email", &Type::String { length: None })]);
    assert_eq!((users.primary_key().is_some(), users.uniques().count()), (true, 1));
    assert_eq!(schema.external().len(), 2);
}

#[test]
fn what_stands_before_the_list_may_stand_in_any_order() {
    let one = models![keys = Keys::Serial; external = [users, harvest]; plant].unwrap();
    let other = models![external = [users, harvest]; keys = Keys::Serial; plant,].unwrap();
    let by_hand = Models::new().keys(Keys::Serial).external::<users::Entity>().external::<harvest::Entity>();
    assert_eq!(one, other);
    assert_eq!(one, by_hand.add_plain::<plant::Entity>().unwrap().schema().unwrap());
}

#[test]
fn an_entity_that_is_listed_nowhere_is_refused_with_the_way_out() {
    let error = models![external = [harvest]; plant].unwrap_err();
    assert!(matches!(&error, ModelError::ReferredTableMissing { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("models![external = ["), "{error:?}");
    let error = models![external = [users]; plant].unwrap_err();
    assert!(matches!(&error, ModelError::RelatedEntityMissing { .. }), "{error:?}");
    let error = models![external = [users, harvest, plant]; plant].unwrap_err();
    assert!(matches!(&error, ModelError::ExternalAndListed { .. }), "{error:?}");
}

#[test]
fn the_hint_of_a_model_reaches_whoever_runs_the_command() {
    let error = models![plant].unwrap_err();
    let hint = error.hint().unwrap();
    assert_eq!(Advice::of(&error), Some(&Advice(hint)));
    let said = error.to_string();
    let error = Error::Models(error.into());
    assert_eq!(error.hint().as_deref(), Some(hint));
    let explanation = error.explanation();
    assert_eq!(explanation.hint.as_deref(), Some(hint));
    // The advice is no cause.
    assert_eq!(explanation.causes.into_iter().map(|cause| cause.text).collect::<Vec<_>>(), [said]);
}
