//! count the plants of each bed
use cucurbit::prelude::*;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};

use crate::{bed, plant};

pub const REVISION: Revision =
    Revision::new("e08d17a6c593").revises(&["5b9e2c4d6f80"]).created("2026-11-23T09:00:00Z");

pub fn upgrade(op: &mut Op) {
    op.alter_table("bed", |table| {
        table.add_column(integer("plants_count").default(0));
        table.create_check("plants_count >= 0").named("ck_bed_plants_count");
    });
    op.run("count the plants of each bed", async |connection: &mut Connection| {
        let database = cucurbit_sea_orm::lend(connection);
        let counts: Vec<(i32, i64)> = plant::Entity::find()
            .select_only()
            .column(plant::Column::BedId)
            .column_as(plant::Column::Id.count(), "plants")
            .group_by(plant::Column::BedId)
            .into_tuple()
            .all(&database)
            .await?;
        for (bed, plants) in counts {
            bed::Entity::update_many()
                .col_expr(bed::Column::PlantsCount, Expr::value(plants))
                .filter(bed::Column::Id.eq(bed))
                .exec(&database)
                .await?;
        }
        Ok(())
    });
}

pub fn downgrade(op: &mut Op) {
    op.alter_table("bed", |table| {
        table.drop_constraint("ck_bed_plants_count");
        table.drop_column("plants_count").loses_data();
    });
}
