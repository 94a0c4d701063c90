//! The entities of the tables that `cultivar/others` makes by sea-orm-migration, as an application has them.
//!
//! What SeaORM's migration says and its entity does not (names of indexes) is in `TableArgs`.

use cucurbit::schema::Schema;
use cucurbit_sea_orm::{ModelError, models};

/// Returns the schema that the models declare.
pub fn schema() -> Result<Schema, ModelError> {
    models![bed, plant, harvest]
}

/// Table `bed`.
pub mod bed {
    use sea_orm::entity::prelude::*;

    /// How a bed is built: text in the database.
    #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(20))")]
    pub enum Kind {
        #[sea_orm(string_value = "raised")]
        Raised,
        #[sea_orm(string_value = "flat")]
        Flat,
    }

    /// A bed.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "bed")]
    pub struct Model {
        #[sea_orm(default_expr = "Expr::current_timestamp()")]
        pub created_at: DateTime,
        #[sea_orm(default_expr = "Expr::current_timestamp()")]
        pub updated_at: DateTime,
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(column_type = "String(StringLen::N(40))", unique)]
        pub name: String,
        pub place: Option<String>,
        #[sea_orm(default_value = "raised")]
        pub kind: Kind,
        #[sea_orm(default_value = false)]
        pub is_covered: bool,
        #[sea_orm(column_type = "Decimal(Some((8, 2)))", default_value = 0)]
        pub width: f64,
        pub soil: Option<String>,
        // More columns here.
    }

    /// What a bed has to do with others.
    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `plant`.
pub mod plant {
    use cucurbit_sea_orm::{TableArgs, TableArgsFor};
    use sea_orm::entity::prelude::*;

    /// A plant in a bed.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "plant")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "Uuid")]
        pub id: String,
        pub bed_id: i32,
        #[sea_orm(column_type = "String(StringLen::N(60))")]
        pub name: String,
        #[sea_orm(column_type = "Text")]
        pub notes: Option<String>,
        #[sea_orm(column_type = "JsonBinary")]
        pub labels: Option<Json>,
        pub sown_on: Option<Date>,
    }

    impl TableArgs for Entity {
        fn table_args(table: &mut TableArgsFor<Self>) {
            table.index("idx-plant-name").on(Column::Name);
            table.index("idx-plant-bed_id-name").unique().on([Column::BedId, Column::Name]);
        }
    }

    /// What a plant has to do with others.
    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::bed::Entity",
            from = "Column::BedId",
            to = "super::bed::Column::Id",
            on_delete = "Cascade",
            on_update = "Cascade"
        )]
        Bed,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Table `harvest`.
pub mod harvest {
    use sea_orm::entity::prelude::*;

    /// What a plant gave.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "harvest")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        #[sea_orm(column_type = "Uuid")]
        pub plant_id: String,
        pub weight: Option<f64>,
    }

    /// What a harvest has to do with others.
    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::plant::Entity",
            from = "Column::PlantId",
            to = "super::plant::Column::Id"
        )]
        Plant,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
