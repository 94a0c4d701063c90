//! A project with two tables, its models and its history.

pub use self::entities::{bed, plant};

/// Entities, as an application has them.
pub mod entities {
    /// The beds.
    pub mod bed {
        use sea_orm::entity::prelude::*;

        #[sea_orm::model]
        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "bed")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            pub name: String,
            #[sea_orm(has_many)]
            pub plants: HasMany<super::plant::Entity>,
        }

        impl ActiveModelBehavior for ActiveModel {}
    }

    /// The plants.
    pub mod plant {
        use sea_orm::entity::prelude::*;

        #[sea_orm::model]
        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "plant")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i32,
            pub name: String,
            pub bed_id: i32,
            #[sea_orm(belongs_to, from = "bed_id", to = "id")]
            pub bed: HasOne<super::bed::Entity>,
        }

        impl ActiveModelBehavior for ActiveModel {}
    }
}

/// The history.
pub mod versions {
    use cucurbit::{Script, prelude::*};

    /// Lists the revisions, as `include_versions!` does.
    pub fn all() -> Vec<Script> {
        let revision = Revision::new("a1b2c3d4e5f6");
        Vec::from([Script {
            path: "versions/first.rs",
            doc: "Create the tables",
            revision,
            upgrade,
            downgrade,
        }])
    }

    fn upgrade(op: &mut Op) {
        op.create_table("bed", |table| {
            table.column(integer("id").identity(Identity::by_default()));
            table.column(varchar("name"));
            table.primary_key(["id"]);
            table.autoincrement();
        });
        op.create_table("plant", |table| {
            table.column(integer("id").identity(Identity::by_default()));
            table.column(varchar("name"));
            table.column(integer("bed_id"));
            table.primary_key(["id"]);
            table.foreign_key(["bed_id"], "bed", ["id"]);
            table.autoincrement();
        });
    }

    fn downgrade(op: &mut Op) {
        op.drop_table("plant").loses_data();
        op.drop_table("bed").loses_data();
    }
}

/// The models.
pub fn models() -> Result<cucurbit::schema::Schema, cucurbit_sea_orm::ModelError> {
    cucurbit_sea_orm::models![bed, plant]
}
