//! The entities of the tables that `cultivar/others` makes by sea-orm-migration, as an application has them before and after its
//! last migration. Their types need none of SeaORM's features: what counts here are the columns.

use crate::support::Folder;

/// The command that writes them.
pub(super) const GENERATE: &str = "sea-orm-cli generate entity -o src/entities";

/// The application, before the last migration.
pub(super) const APPLICATION: [(&str, &str); 5] = [
    (
        "Cargo.toml",
        "[package]\nname = \"garden\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         sea-orm = { version = \"2\", default-features = false, features = [\"macros\"] }\n",
    ),
    ("src/main.rs", "mod entities;\n\nfn main() {}\n"),
    ("src/entities/mod.rs", "pub mod bed;\npub mod plant;\n"),
    ("src/entities/bed.rs", BED),
    ("src/entities/plant.rs", PLANT),
];

/// Writes what the last migration adds.
pub(super) fn generate(folder: &Folder) {
    folder.write("src/entities/mod.rs", "pub mod bed;\npub mod harvest;\npub mod plant;\n");
    folder.write("src/entities/harvest.rs", HARVEST);
    let width = "    pub width: f64,\n";
    folder.write(
        "src/entities/bed.rs",
        &BED.replace(width, &format!("{width}    pub soil: Option<String>,\n")),
    );
}

const BED: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bed")]
pub struct Model {
    #[sea_orm(column_type = "DateTime", default_expr = "Expr::current_timestamp()")]
    pub created_at: String,
    #[sea_orm(column_type = "DateTime", default_expr = "Expr::current_timestamp()")]
    pub updated_at: String,
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(column_type = "String(StringLen::N(40))", unique)]
    pub name: String,
    pub place: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(20))", default_value = "raised")]
    pub kind: String,
    #[sea_orm(default_value = false)]
    pub is_covered: bool,
    #[sea_orm(column_type = "Decimal(Some((8, 2)))", default_value = 0)]
    pub width: f64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
"#;

const PLANT: &str = r#"use sea_orm::entity::prelude::*;

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
    pub labels: Option<String>,
    #[sea_orm(column_type = "Date")]
    pub sown_on: Option<String>,
}

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
"#;

const HARVEST: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "harvest")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(column_type = "Uuid")]
    pub plant_id: String,
    pub weight: Option<f64>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::plant::Entity", from = "Column::PlantId", to = "super::plant::Column::Id")]
    Plant,
}

impl ActiveModelBehavior for ActiveModel {}
"#;
