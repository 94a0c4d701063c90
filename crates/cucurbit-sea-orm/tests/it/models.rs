//! Lists of entities as one schema.

use cucurbit::schema::{Schema, TableName};
use cucurbit_sea_orm::{ModelError, Models, key, lower, models};

use crate::keys;

mod one {
    use cucurbit_sea_orm::{TableArgs, TableArgsFor};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "one")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
    }

    impl TableArgs for Entity {
        fn table_args(table: &mut TableArgsFor<Self>) {
            table.index("ix_shared").on(Column::Id);
        }
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod two {
    use cucurbit_sea_orm::{TableArgs, TableArgsFor};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "two")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
    }

    impl TableArgs for Entity {
        fn table_args(table: &mut TableArgsFor<Self>) {
            table.index("ix_shared").unique().on(Column::Id);
        }
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Another schema's table, with an index of the same name, which is another index.
mod elsewhere {
    use cucurbit_sea_orm::{TableArgs, TableArgsFor};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(schema_name = "elsewhere", table_name = "one")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
    }

    impl TableArgs for Entity {
        fn table_args(table: &mut TableArgsFor<Self>) {
            table.index("ix_shared").on(Column::Id);
        }
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Two tables, each with a foreign key `fk_one`.
macro_rules! entity_with_fk_one {
    ($module:ident, $table:literal) => {
        mod $module {
            use cucurbit_sea_orm::{TableArgs, TableArgsFor};
            use sea_orm::entity::prelude::*;

            use super::one;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                #[sea_orm(primary_key)]
                pub id: i32,
                pub one_id: i32,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl TableArgs for Entity {
                fn table_args(table: &mut TableArgsFor<Self>) {
                    table.foreign_key::<one::Entity>([Column::OneId], [one::Column::Id]).named("fk_one");
                }
            }
            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

entity_with_fk_one!(left, "left_table");
entity_with_fk_one!(right, "right_table");

#[test]
fn two_tables_may_have_foreign_keys_of_one_name() {
    let schema = models![left, one, right].unwrap();
    let names: Vec<_> = schema
        .tables()
        .values()
        .flat_map(|table| table.foreign_keys().map(|key| (table.name.to_string(), key.name.clone())))
        .collect();
    let name = Some("fk_one".into());
    assert_eq!(names, [("left_table".to_owned(), name.clone()), ("right_table".to_owned(), name)]);
}

#[test]
fn models_takes_modules_by_any_path() {
    let schema = models![one, crate::models::elsewhere].unwrap();
    let names: Vec<_> = schema.tables().keys().collect();
    assert_eq!(names, [&TableName::new("one"), &TableName::qualified("elsewhere", "one")]);
    assert_eq!(models![self::one, self::elsewhere,], Ok(schema));
}

mod plain {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "plain")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(has_many)]
        pub leaves: HasMany<super::leaf::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Its key is not a foreign key of the database.
mod leaf {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "leaf")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub plain_id: i32,
        #[sea_orm(belongs_to, from = "plain_id", to = "id", skip_fk)]
        pub plain: BelongsTo<super::plain::Entity>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[test]
fn nothing_need_be_said_beside_an_entity_and_what_is_said_is_read() {
    let schema = models![plain, leaf, one].unwrap();
    let indexes: Vec<_> =
        schema.tables().values().map(|table| (table.name.to_string(), table.indexes.len())).collect();
    assert_eq!(indexes, [("leaf".to_owned(), 0), ("one".to_owned(), 1), ("plain".to_owned(), 0)]);
    let added = Models::new().add_plain::<plain::Entity>().and_then(Models::add_plain::<leaf::Entity>);
    assert_eq!(added.and_then(Models::add::<one::Entity>).and_then(Models::schema), Ok(schema));
}

#[test]
fn the_list_says_more_of_an_entity_than_the_entity_does() {
    let schema = models![
        plain => |table| table.comment("said here"),
        leaf => |table| {
            table.column(leaf::Column::PlainId).comment("whose leaf");
            table.index("ix_leaf_plain").on(leaf::Column::PlainId);
        },
        one => |table| {
            table.index("ux_one").unique().on([key(one::Column::Id), lower(one::Column::Id)]);
        },
    ]
    .unwrap();
    let table = |name: &str| schema.table(&name.into()).unwrap();
    assert_eq!(table("plain").comment.as_deref(), Some("said here"));
    assert_eq!(table("leaf").columns[1].comment.as_deref(), Some("whose leaf"));
    assert_eq!(table("leaf").indexes.len(), 1);
    let of_one: Vec<String> = table("one").indexes.keys().map(ToString::to_string).collect();
    assert_eq!(of_one, ["ix_shared", "ux_one"], "beside what it says itself");
    // The same mistakes are found, wherever they are said.
    let twice = models![one => |table| { table.index("ix_shared").on(one::Column::Id); }].unwrap_err();
    assert!(matches!(twice, ModelError::IndexTwice { .. }), "{twice:?}");
}

#[test]
fn an_entity_that_a_relation_leads_to_must_be_listed_whichever_end_has_the_key() {
    let missing = |error: ModelError| {
        assert!(error.hint().is_some_and(|hint| hint.contains("models!")));
        error.to_string()
    };
    assert_eq!(
        missing(models![plain].unwrap_err()),
        "relation `Leaf` of `it::models::plain::Entity` leads to table `leaf`, whose entity is not among the models"
    );
    assert_eq!(
        missing(models![leaf].unwrap_err()),
        "relation `Plain` of `it::models::leaf::Entity` leads to table `plain`, whose entity is not among the models"
    );
}

#[test]
fn a_list_without_models_is_a_schema_without_tables() {
    // Whether it may be a target is not decided here.
    assert_eq!(models![], Ok(Schema::new()));
}

#[test]
fn two_entities_of_one_table_are_refused() {
    let error = Models::new().add::<one::Entity>().and_then(Models::add::<one::Entity>).unwrap_err();
    assert_eq!(
        error.to_string(),
        "both `it::models::one::Entity` and `it::models::one::Entity` are table `one`"
    );
}

#[test]
fn two_indexes_of_one_name_in_one_schema_are_refused() {
    let error = models![two, one].unwrap_err();
    let expected =
        "both `it::models::one::Entity` and `it::models::two::Entity` declare an index `ix_shared`";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_foreign_key_to_a_table_that_is_not_listed_is_refused() {
    let error = models![keys::pot, keys::shelf].unwrap_err();
    let entity = "it::keys::pot::Entity";
    assert_eq!(error, ModelError::ReferredTableMissing { entity, table: "given_key".into() });
    assert!(error.hint().is_some_and(|hint| hint.contains("models!")));
}
