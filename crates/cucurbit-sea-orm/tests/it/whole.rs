//! Whole modules, as `build.rs` lists them: what `models![garden::*]` includes is written out here.

use cucurbit::schema::Schema;
use cucurbit_sea_orm::{ModelError, Models, whole_module};

/// A module of entities in three forms, and one that only a macro writes.
mod garden {
    /// The dense form.
    pub mod bed {
        use cucurbit_sea_orm::{TableArgs, TableArgsFor};
        use sea_orm::entity::prelude::*;

        #[sea_orm::model]
        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "whole_bed")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            pub name: String,
        }

        impl TableArgs for Entity {
            fn table_args(table: &mut TableArgsFor<Self>) {
                table.index("ix_whole_bed_name").on(Column::Name);
            }
        }
        impl ActiveModelBehavior for ActiveModel {}
    }

    /// The compact form, in a module whose name is a word of Rust.
    pub mod r#type {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
        #[sea_orm(table_name = "whole_type")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            pub bed_id: i32,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {
            #[sea_orm(
                belongs_to = "super::bed::Entity",
                from = "Column::BedId",
                to = "super::bed::Column::Id"
            )]
            Bed,
        }

        impl Related<super::bed::Entity> for Entity {
            fn to() -> RelationDef {
                Relation::Bed.def()
            }
        }
        impl ActiveModelBehavior for ActiveModel {}
    }

    /// Another entity of a table that has one: fewer of its columns.
    pub mod slim {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
        #[sea_orm(table_name = "whole_type")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}
        impl ActiveModelBehavior for ActiveModel {}
    }

    /// A view.
    pub mod summary {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
        #[sea_orm(table_name = "whole_summary")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub bed_id: i32,
            pub plants: i64,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}
        impl ActiveModelBehavior for ActiveModel {}
    }
}

/// As `cucurbit-build` writes it.
fn garden(models: Models) -> Result<Models, ModelError> {
    let whole = whole_module! {
        garden::bed::Entity, "bed::Entity";
        garden::r#type::Entity, "type::Entity";
        garden::slim::Entity, "slim::Entity";
        garden::summary::Entity, "summary::Entity";
    };
    whole(models)
}

fn tables(schema: &Schema) -> Vec<String> {
    schema.tables().keys().map(ToString::to_string).collect()
}

#[test]
fn a_whole_module_adds_what_is_not_named() {
    let named = Models::new().view::<garden::summary::Entity>();
    let named = named.add_with::<garden::r#type::Entity>(|table| table.comment("said here"));
    let schema = named.and_then(garden).and_then(Models::schema).unwrap();
    assert_eq!(tables(&schema), ["whole_bed", "whole_type"]);
    let table = |name: &str| schema.table(&name.into()).unwrap();
    assert_eq!(table("whole_type").comment.as_deref(), Some("said here"));
    assert_eq!(table("whole_type").columns.len(), 2, "that which is named");
    assert_eq!(table("whole_bed").indexes.len(), 1, "what an entity says itself is read");
}

#[test]
fn what_is_not_the_projects_is_left_out_of_a_whole_module() {
    let named = Models::new().external::<garden::r#type::Entity>().external::<garden::summary::Entity>();
    let schema = garden(named).and_then(Models::schema).unwrap();
    assert_eq!(tables(&schema), ["whole_bed"]);
    assert_eq!(schema.external().len(), 2);
}

#[test]
fn two_entities_of_one_table_in_a_whole_module_are_refused_with_the_way_out() {
    let error = garden(Models::new()).unwrap_err();
    let said =
        "both `it::whole::garden::type::Entity` and `it::whole::garden::slim::Entity` are table `whole_type`";
    assert_eq!(error.to_string().replace("r#", ""), said);
    assert!(error.hint().unwrap().contains("models![module::*; module::one]"));
}

#[cfg(feature = "entity-registry")]
#[test]
fn an_entity_that_only_the_registry_of_sea_orm_knows_is_named() {
    let lacking = |models: Models| {
        let whole = whole_module! {
            garden::r#type::Entity, "type::Entity";
            garden::slim::Entity, "slim::Entity";
            garden::summary::Entity, "summary::Entity";
        };
        whole(models).and_then(Models::schema)
    };
    let named = Models::new().add_plain::<garden::r#type::Entity>().unwrap();
    let error = lacking(named.clone()).unwrap_err();
    assert_eq!(error, ModelError::RegisteredEntityMissing { module: "it::whole::garden::bed" });
    assert_eq!(
        error.to_string(),
        "the entity of module `it::whole::garden::bed` is in SeaORM's registry and not among the models"
    );
    assert!(error.hint().unwrap().contains("models![module::*; module::one]"));
    // Entities of other modules are registered, too, and are none of this list's business.
    assert!(lacking(named.external::<garden::bed::Entity>()).is_ok());
}
