//! Bring the database to the models
use cucurbit::prelude::*;

pub const REVISION: Revision =
    Revision::new("7d3c2a91e5f4").revises(&["6e5b1d353dd6"]).created("2026-11-23T04:19:32Z");

pub fn upgrade(op: &mut Op) {
    // drops column plant.strain_id and what is in it
    // drops column plant.strain_url and what is in it
    op.drop_constraint("ux_breeder_seedfinder_id", "breeder");
    op.create_index("ux_breeder_name_lower", "breeder", [expression("lower(name)")]).unique();
    op.drop_constraint("ux_cultivar_seedfinder_id", "cultivar");
    op.alter_table("plant", |table| {
        table.drop_constraint("fk_plant_strain_id");
        table.drop_column("strain_id").loses_data();
        table.drop_column("strain_url").loses_data();
    });
}

pub fn downgrade(op: &mut Op) {
    op.alter_table("plant", |table| {
        table.add_column(string("strain_url", 255).nullable());
        table.add_column(integer("strain_id").nullable());
        table.create_foreign_key(["strain_id"], "cultivar", ["id"]).named("fk_plant_strain_id");
    });
    op.create_unique_constraint("ux_cultivar_seedfinder_id", "cultivar", ["seedfinder_id"]);
    op.drop_index("ux_breeder_name_lower", "breeder");
    op.create_unique_constraint("ux_breeder_seedfinder_id", "breeder", ["seedfinder_id"]);
}
