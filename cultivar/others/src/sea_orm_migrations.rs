//! Migrations in the style of SeaORM's book: its short forms of columns, its names of indexes and keys.

use sea_orm_migration::{
    prelude::*,
    schema::{
        boolean, date_null, decimal_len, double_null, integer, json_binary_null, pk_auto, pk_uuid,
        string_len, string_len_uniq, string_null, table_auto, text_null, uuid,
    },
    sea_orm::Database,
};

use crate::Applied;

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(CreateBed), Box::new(CreatePlant), Box::new(AddHarvest)]
    }
}

/// Applies what is pending, or so many of it.
pub(crate) async fn up(url: &str, number: Option<u32>) -> Applied {
    let database = Database::connect(url).await?;
    let pending = Migrator::get_pending_migrations(&database).await?.len();
    Migrator::up(&database, number).await?;
    let left = Migrator::get_pending_migrations(&database).await?.len();
    database.close().await?;
    Ok(pending - left)
}

struct CreateBed;

impl MigrationName for CreateBed {
    fn name(&self) -> &str {
        "m20250301_000001_create_bed"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateBed {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // With `created_at` and `updated_at`.
        let mut bed = table_auto("bed");
        bed.col(pk_auto("id"))
            .col(string_len_uniq("name", 40))
            .col(string_null("place"))
            .col(string_len("kind", 20).default("raised"))
            .col(boolean("is_covered").default(false))
            .col(decimal_len("width", 8, 2).default(0));
        manager.create_table(bed).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("bed").to_owned()).await
    }
}

struct CreatePlant;

impl MigrationName for CreatePlant {
    fn name(&self) -> &str {
        "m20250302_000001_create_plant"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreatePlant {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let plant = Table::create()
            .table("plant")
            .if_not_exists()
            .col(pk_uuid("id"))
            .col(integer("bed_id"))
            .col(string_len("name", 60))
            .col(text_null("notes"))
            .col(json_binary_null("labels"))
            .col(date_null("sown_on"))
            .foreign_key(
                ForeignKey::create()
                    .name("fk-plant-bed_id")
                    .from("plant", "bed_id")
                    .to("bed", "id")
                    .on_delete(ForeignKeyAction::Cascade)
                    .on_update(ForeignKeyAction::Cascade),
            )
            .to_owned();
        manager.create_table(plant).await?;
        let by_name = Index::create().name("idx-plant-name").table("plant").col("name").to_owned();
        manager.create_index(by_name).await?;
        let in_a_bed = Index::create()
            .name("idx-plant-bed_id-name")
            .table("plant")
            .col("bed_id")
            .col("name")
            .unique()
            .to_owned();
        manager.create_index(in_a_bed).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("plant").to_owned()).await
    }
}

struct AddHarvest;

impl MigrationName for AddHarvest {
    fn name(&self) -> &str {
        "m20250401_000001_add_harvest"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for AddHarvest {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let harvest = Table::create()
            .table("harvest")
            .if_not_exists()
            .col(pk_auto("id"))
            .col(uuid("plant_id"))
            .col(double_null("weight"))
            .foreign_key(ForeignKey::create().from("harvest", "plant_id").to("plant", "id"))
            .to_owned();
        manager.create_table(harvest).await?;
        let column = Table::alter().table("bed").add_column(string_null("soil")).to_owned();
        manager.alter_table(column).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("harvest").to_owned()).await?;
        manager.alter_table(Table::alter().table("bed").drop_column("soil").to_owned()).await
    }
}
