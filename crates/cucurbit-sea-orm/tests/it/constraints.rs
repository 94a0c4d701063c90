//! What `table_args` says of keys, indexes and exclusions beyond their columns.

use cucurbit::schema::{Action, Deferral, Exclusion, Index, Match, build};
use cucurbit_sea_orm::table_of;

mod room {
    use cucurbit_sea_orm::TableArgs;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "room")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(has_many)]
        pub stays: HasMany<super::stay::Entity>,
    }

    impl TableArgs for Entity {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod stay {
    use cucurbit::schema::Action;
    use cucurbit_sea_orm::{TableArgs, TableArgsFor, key, lower};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "stay")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub room_id: i32,
        pub during: String,
        pub guest: String,
        #[sea_orm(belongs_to, from = "room_id", to = "id")]
        pub room: BelongsTo<super::room::Entity>,
    }

    impl TableArgs for Entity {
        fn table_args(table: &mut TableArgsFor<Self>) {
            table.relation_key([Column::RoomId]).deferred().match_full();
            table.primary_key().include(["guest"]);
            table.unique([Column::Guest]).nulls_not_distinct().deferrable();
            table.check("ck_guest", "guest <> ''").no_inherit();
            table
                .index("ix_guest")
                .on(lower(Column::Guest).collate("C").operator_class("gin_trgm_ops"))
                .using("gin")
                .include([Column::During])
                .nulls_not_distinct()
                .parameter("fastupdate", "off");
            table
                .exclusion(
                    "ex_stay",
                    [key(Column::RoomId).excluding("="), key(Column::During).excluding("&&")],
                )
                .using("gist")
                .predicate("guest IS NOT NULL");
            table.foreign_key::<Self>([Column::RoomId], [Column::Id]).on_delete(Action::SetNull);
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn keys_say_more_than_their_columns() {
    let table = table_of::<stay::Entity>().unwrap();
    let [relation, other] = table.foreign_keys().collect::<Vec<_>>()[..] else {
        panic!("two keys: {table:?}")
    };
    assert_eq!((relation.deferral, relation.matching), (Deferral::Deferred, Match::Full));
    assert_eq!((other.deferral, other.on_delete), (Deferral::NotDeferrable, Action::SetNull));
    assert_eq!(table.primary_key().unwrap().include, ["guest"]);
    assert!(table.uniques().next().unwrap().is_nulls_not_distinct);
    assert_eq!(table.uniques().next().unwrap().deferral, Deferral::Immediate);
    assert!(table.checks().next().unwrap().is_no_inherit);
}

#[test]
fn indexes_and_exclusions_say_how_they_are_made() {
    let table = table_of::<stay::Entity>().unwrap();
    let part = build::expression("lower(guest)").collate("C").operator_class("gin_trgm_ops");
    let mut index = Index::new("ix_guest", vec![part]);
    index.using("gin").include(["during"]).nulls_not_distinct().parameter("fastupdate", "off");
    assert_eq!(table.indexes["ix_guest"], index);
    let parts = [build::key("room_id").excluding("="), build::key("during").excluding("&&")];
    let mut exclusion = Exclusion::new("ex_stay", parts);
    exclusion.using("gist").predicate("guest IS NOT NULL");
    assert_eq!(table.exclusions().collect::<Vec<_>>(), [&exclusion]);
}
