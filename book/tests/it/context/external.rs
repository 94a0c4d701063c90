//! A project of two tables that refer to tables of others.

pub use self::entities::{auth, note, other_crate, plant};
pub use cucurbit_sea_orm::models;

/// Entities of this project and of others.
pub mod entities {
    macro_rules! entity {
        ($name:ident) => {
            #[doc = "An entity."]
            pub mod $name {
                use sea_orm::entity::prelude::*;

                #[sea_orm::model]
                #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
                #[sea_orm(table_name = "row")]
                pub struct Model {
                    #[sea_orm(primary_key)]
                    pub id: i32,
                }

                impl ActiveModelBehavior for ActiveModel {}
            }
        };
    }
    entity!(note);
    entity!(plant);

    /// The tables of who may do what.
    pub mod auth {
        entity!(users);
    }

    /// The tables of a crate that is not ours.
    pub mod other_crate {
        entity!(session);
    }
}
