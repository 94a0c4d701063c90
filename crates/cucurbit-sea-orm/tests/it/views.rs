//! Entities of views: no tables, and no foreign keys lead to them.

use cucurbit::schema::TableName;
use cucurbit_sea_orm::{ModelError, Models, models};

/// What each bed has borne.
mod harvest {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "harvest_of_bed")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub bed_id: i32,
        pub grams: i64,
        #[sea_orm(belongs_to, from = "bed_id", to = "id")]
        pub bed: BelongsTo<super::bed::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod bed {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bed")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub beside: Option<i32>,
        #[sea_orm(belongs_to, from = "id", to = "bed_id", relation_enum = "Harvest")]
        pub harvest: BelongsTo<super::harvest::Entity>,
        #[sea_orm(self_ref, relation_enum = "Beside", from = "beside", to = "id")]
        pub neighbour: HasOne<Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn a_view_is_no_table_and_a_relation_to_it_no_key() {
    let schema = models![views = [harvest]; bed].unwrap();
    assert_eq!(schema.tables().keys().collect::<Vec<_>>(), [&TableName::new("bed")]);
    let referred: Vec<_> =
        schema.tables()[&"bed".into()].foreign_keys().map(|key| key.referred_table.to_string()).collect();
    assert_eq!(referred, ["bed"], "its other keys stay");
    // A scratch database makes external tables, where a revision would then fail to make the view.
    assert!(schema.external().is_empty());
    let by_hand = Models::new().add_plain::<bed::Entity>().unwrap().view::<harvest::Entity>();
    assert_eq!(by_hand.schema().unwrap(), schema, "in any order");
}

#[test]
fn an_entity_that_is_not_said_to_be_a_view_is_a_table() {
    let schema = models![bed, harvest].unwrap();
    assert_eq!(schema.tables().len(), 2);
    let error = models![bed].unwrap_err();
    assert!(matches!(&error, ModelError::ReferredTableMissing { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("models![views = ["), "{error:?}");
}

#[test]
fn what_contradicts_a_view_is_refused() {
    let error = models![views = [harvest]; bed, harvest].unwrap_err();
    assert_eq!(
        error.to_string(),
        "view `harvest_of_bed` of `it::views::harvest::Entity` is listed as a table, and as a view"
    );
    let error = models![
        views = [harvest];
        bed => |table| {
            table.foreign_key::<harvest::Entity>([bed::Column::Beside], [harvest::Column::BedId]);
        },
    ]
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`it::views::bed::Entity` declares a foreign key on (beside) to `harvest_of_bed`, which is a view"
    );
    assert!(error.hint().is_some());
}
