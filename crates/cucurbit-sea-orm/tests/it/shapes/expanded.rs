//! The expanded form of sea-orm-cli, relations that are written by hand, and a view.

pub mod treatment {
    use sea_orm::entity::prelude::*;

    #[derive(Copy, Clone, Default, Debug, DeriveEntity)]
    pub struct Entity;

    impl EntityName for Entity {
        fn table_name(&self) -> &'static str {
            "treatment"
        }
    }

    #[derive(Clone, Debug, PartialEq, DeriveModel, DeriveActiveModel, Eq)]
    pub struct Model {
        pub id: i64,
        pub name: String,
        pub degrees: Option<Decimal>,
        pub notes: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveColumn)]
    pub enum Column {
        Id,
        Name,
        Degrees,
        #[sea_orm(column_name = "freeText")]
        Notes,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DerivePrimaryKey)]
    pub enum PrimaryKey {
        Id,
    }

    impl PrimaryKeyTrait for PrimaryKey {
        type ValueType = i64;
        fn auto_increment() -> bool {
            true
        }
    }

    #[derive(Copy, Clone, Debug, EnumIter)]
    pub enum Relation {
        Germination,
    }

    impl ColumnTrait for Column {
        type EntityName = Entity;
        fn def(&self) -> ColumnDef {
            match self {
                Self::Id => ColumnType::BigInteger.def(),
                Self::Name => ColumnType::String(StringLen::N(80)).def().unique(),
                Self::Degrees => ColumnType::Decimal(Some((5, 2))).def().null(),
                Self::Notes => ColumnType::Text.def().null(),
            }
        }
    }

    impl RelationTrait for Relation {
        fn def(&self) -> RelationDef {
            match self {
                Self::Germination => Entity::has_many(super::germination::Entity).into(),
            }
        }
    }

    impl Related<super::germination::Entity> for Entity {
        fn to() -> RelationDef {
            super::germination::Relation::Treatment.def().rev()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub mod germination {
    use sea_orm::entity::prelude::*;

    use crate::shapes::seed_bank::accession;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "germination")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub accession_id: Uuid,
        pub treatment_id: Option<i64>,
        pub percent: i16,
    }

    #[derive(Copy, Clone, Debug, EnumIter)]
    pub enum Relation {
        Accession,
        Treatment,
        Viability,
    }

    impl RelationTrait for Relation {
        fn def(&self) -> RelationDef {
            match self {
                Self::Accession => Entity::belongs_to(accession::Entity)
                    .from(Column::AccessionId)
                    .to(accession::Column::Id)
                    .on_delete(sea_orm::sea_query::ForeignKeyAction::Cascade)
                    .into(),
                // Ways to join, no keys.
                Self::Treatment => Entity::belongs_to(super::treatment::Entity)
                    .from(Column::TreatmentId)
                    .to(super::treatment::Column::Id)
                    .skip_fk()
                    .into(),
                Self::Viability => Entity::belongs_to(super::viability::Entity)
                    .from(Column::AccessionId)
                    .to(super::viability::Column::AccessionId)
                    .skip_fk()
                    .into(),
            }
        }
    }

    impl Related<super::treatment::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Treatment.def()
        }
    }

    impl Related<accession::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Accession.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A view over the germinations.
pub mod viability {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "viability")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub accession_id: Uuid,
        pub percent: Option<f64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// As the first releases of sea-orm-cli wrote an entity without relations, with the name of the table apart.
pub mod legacy_note {
    use sea_orm::entity::prelude::*;

    #[derive(Copy, Clone, Default, Debug, DeriveEntity)]
    #[sea_orm(table_name = "legacy_note")]
    pub struct Entity;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub text: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter)]
    pub enum Relation {}

    impl RelationTrait for Relation {
        fn def(&self) -> RelationDef {
            panic!("No RelationDef")
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}
