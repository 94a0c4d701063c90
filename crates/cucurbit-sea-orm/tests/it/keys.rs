//! Keys: primary keys, uniques, foreign keys, and the indexes that SeaORM makes beside them.

use cucurbit::schema::{
    Action, ForeignKey, Ident, Identity, Index, IndexPart, Serial, ServerDefault, TableName,
};
use cucurbit_sea_orm::{Keys, models, table_of};

mod text_key {
    use cucurbit_sea_orm::TableArgs;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "text_key")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub code: String,
    }

    impl TableArgs for Entity {}
    impl ActiveModelBehavior for ActiveModel {}
}

mod given_key {
    use cucurbit_sea_orm::TableArgs;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "given_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
    }

    impl TableArgs for Entity {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Two columns of a key in another order than that of the names, in a schema of its own.
pub(crate) mod shelf {
    use cucurbit_sea_orm::TableArgs;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(schema_name = "store", table_name = "shelf")]
    pub struct Model {
        pub label: String,
        #[sea_orm(primary_key)]
        pub room: i32,
        #[sea_orm(primary_key)]
        pub number: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl TableArgs for Entity {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn only_an_integer_that_stands_alone_is_numbered() {
    for table in [
        table_of::<text_key::Entity>().unwrap(),
        table_of::<given_key::Entity>().unwrap(),
        table_of::<shelf::Entity>().unwrap(),
    ] {
        assert!(table.columns.iter().all(|column| column.default.is_none()), "{}", table.name);
    }
    let numbered = table_of::<uniques::Entity>().unwrap();
    assert_eq!(numbered.columns[0].default, Some(ServerDefault::Identity(Identity::default())));
    assert!(numbered.options.is_autoincrement);
}

/// A key that its table's arguments say otherwise of.
mod said_key {
    use cucurbit_sea_orm::{TableArgs, TableArgsFor};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "said_key")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
    }

    impl TableArgs for Entity {
        fn table_args(table: &mut TableArgsFor<Self>) {
            table.column(Column::Id).no_default();
        }
    }
    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn how_rows_are_numbered_is_said_once_for_all_models() {
    let numbering = |keys: Keys| {
        let schema = models![keys = keys; uniques, text_key, said_key].unwrap();
        let of = |name: &str| {
            let table = schema.table(&name.into()).unwrap();
            (table.columns[0].default.clone(), table.options.is_autoincrement)
        };
        // A key of texts and one whose table says otherwise are numbered by nothing.
        assert_eq!([of("text_key"), of("said_key")], [(None, false), (None, false)]);
        of("uniques")
    };
    let identity = Some(ServerDefault::Identity(Identity::default()));
    assert_eq!(numbering(Keys::AsSeaOrm), (identity.clone(), true));
    assert_eq!(numbering(Keys::Identity), (identity, false));
    assert_eq!(numbering(Keys::Serial), (Some(ServerDefault::Serial(Serial::new())), false));
    assert_eq!(models![uniques], models![keys = Keys::default(); uniques,]);
}

#[test]
fn a_composite_key_has_the_order_of_the_fields_and_no_name() {
    let table = table_of::<shelf::Entity>().unwrap();
    assert_eq!(table.name, TableName::qualified("store", "shelf"));
    let key = table.primary_key().unwrap();
    assert_eq!((key.name.clone(), key.columns.clone()), (None, names(&["room", "number"])));
}

mod uniques {
    use cucurbit_sea_orm::TableArgs;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "uniques")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(unique)]
        pub code: String,
        #[sea_orm(indexed)]
        pub name: String,
        #[sea_orm(unique, indexed)]
        pub email: String,
        #[sea_orm(unique_key = "place")]
        pub shelf: i32,
        #[sea_orm(unique_key = "place")]
        pub position: i32,
    }

    impl TableArgs for Entity {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn a_unique_column_is_an_unnamed_constraint() {
    let table = table_of::<uniques::Entity>().unwrap();
    let uniques: Vec<_> = table.uniques().map(|one| (one.name.clone(), one.columns.clone())).collect();
    assert_eq!(uniques, [(None, names(&["code"])), (None, names(&["email"]))]);
}

#[test]
fn indexed_and_unique_key_are_indexes_under_the_names_that_sea_orm_gives() {
    let table = table_of::<uniques::Entity>().unwrap();
    let mut place =
        Index::new("idx-uniques-place", vec![IndexPart::from("shelf"), IndexPart::from("position")]);
    place.unique();
    let name = Index::new("idx-uniques-name", vec![IndexPart::from("name")]);
    assert_eq!(table.indexes.into_values().collect::<Vec<_>>(), [name, place]);
}

/// Every kind of relation, in the form with an enum.
pub(crate) mod pot {
    use cucurbit_sea_orm::TableArgs;
    use sea_orm::entity::prelude::*;

    use super::{given_key, shelf};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "pot")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub room: Option<i32>,
        pub number: Option<i32>,
        pub first_id: i32,
        pub second_id: Option<i32>,
        pub third_id: i32,
        pub parent_id: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "shelf::Entity",
            from = "(Column::Room, Column::Number)",
            to = "(shelf::Column::Room, shelf::Column::Number)",
            on_delete = "SetNull",
            on_update = "Cascade"
        )]
        Shelf,
        #[sea_orm(
            belongs_to = "given_key::Entity",
            from = "Column::FirstId",
            to = "given_key::Column::Id",
            on_delete = "Restrict",
            fk_name = "fk_pot_first"
        )]
        First,
        // The same columns once more, under another name: SeaORM creates that key as well.
        #[sea_orm(
            belongs_to = "given_key::Entity",
            from = "Column::FirstId",
            to = "given_key::Column::Id",
            on_condition = "given_key::Column::Id.gt(10)"
        )]
        FirstIfLarge,
        #[sea_orm(
            belongs_to = "given_key::Entity",
            from = "Column::SecondId",
            to = "given_key::Column::Id",
            on_delete = "SetDefault"
        )]
        Second,
        // The very same key: declared once.
        #[sea_orm(
            belongs_to = "given_key::Entity",
            from = "Column::SecondId",
            to = "given_key::Column::Id",
            on_delete = "SetDefault"
        )]
        SecondAgain,
        // And once more, only to join: SeaORM cannot create two keys of one name.
        #[sea_orm(
            belongs_to = "given_key::Entity",
            from = "Column::SecondId",
            to = "given_key::Column::Id",
            on_condition = "given_key::Column::Id.gt(10)"
        )]
        SecondIfLarge,
        #[sea_orm(
            belongs_to = "given_key::Entity",
            from = "Column::ThirdId",
            to = "given_key::Column::Id",
            skip_fk
        )]
        Third,
        #[sea_orm(belongs_to = "Entity", from = "Column::ParentId", to = "Column::Id")]
        Parent,
        #[sea_orm(has_many = "Entity")]
        Children,
    }

    impl Related<Self> for Entity {
        fn to() -> RelationDef {
            Relation::Parent.def()
        }
    }

    impl TableArgs for Entity {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn a_relation_that_holds_the_key_is_a_foreign_key_and_others_are_not() {
    let mut shelf = ForeignKey::new(["room", "number"], "store.shelf", ["room", "number"]);
    shelf.on_delete(Action::SetNull).on_update(Action::Cascade);
    let mut first = ForeignKey::new(["first_id"], "given_key", ["id"]);
    first.named("fk_pot_first").on_delete(Action::Restrict);
    let first_if_large = ForeignKey::new(["first_id"], "given_key", ["id"]);
    let mut second = ForeignKey::new(["second_id"], "given_key", ["id"]);
    second.on_delete(Action::SetDefault);
    let parent = ForeignKey::new(["parent_id"], "pot", ["id"]);

    let table = table_of::<pot::Entity>().unwrap();
    let keys: Vec<ForeignKey> = table.foreign_keys().cloned().collect();
    assert_eq!(keys, [shelf, first, first_if_large, second, parent]);
}

/// A module that has no relations of its own and takes those of another one, by mistake or because they are enough to join.
mod saucer {
    use sea_orm::entity::prelude::*;

    use super::pot::Relation;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "saucer")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
    }

    impl Related<super::given_key::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::First.def()
        }
    }
    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn the_keys_of_relations_that_start_at_another_table_are_not_those_of_this_one() {
    let models = cucurbit_sea_orm::models![saucer, pot, shelf, given_key].unwrap();
    assert_eq!(models.tables()[&"saucer".into()].foreign_keys().count(), 0);
    assert_eq!(models.tables()[&"pot".into()].foreign_keys().count(), 5);
}

fn names(names: &[&str]) -> Vec<Ident> {
    names.iter().map(|name| Ident::from(*name)).collect()
}
