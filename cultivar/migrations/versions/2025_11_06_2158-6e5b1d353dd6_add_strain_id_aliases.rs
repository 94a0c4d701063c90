//! Add strain_id aliases for backward compatibility
use cucurbit::prelude::*;

pub const REVISION: Revision =
    Revision::new("6e5b1d353dd6").revises(&["109317dd2a2f"]).created("2025-11-06T21:58:09Z");

pub fn upgrade(op: &mut Op) {
    op.create_table("system_activity", |table| {
        table.column(integer("id").serial());
        table.column(string("type", 50));
        table.column(integer("user_id"));
        table.column(text("details").nullable());
        table.column(date_time("timestamp").nullable());
        table.primary_key(["id"]);
        table.foreign_key(["user_id"], "user", ["id"]);
    });
    op.create_unique_constraint("ux_breeder_seedfinder_id", "breeder", ["seedfinder_id"]);
    op.alter_table("cultivar", |table| {
        let json = Type::Json.on(Sqlite, Type::Custom { spelling: "JSON".to_owned() });
        table.alter_column("lineage_json").ty(json);
        table.create_unique(["seedfinder_id"]).named("ux_cultivar_seedfinder_id");
    });
    op.alter_table("plant", |table| {
        table.add_column(integer("strain_id").nullable());
        table.create_foreign_key(["strain_id"], "cultivar", ["id"]).named("fk_plant_strain_id");
        table.add_column(string("strain_url", 255).nullable());
    });
    op.execute("UPDATE plant SET strain_id = cultivar_id WHERE strain_id IS NULL");
}

pub fn downgrade(op: &mut Op) {
    op.alter_table("plant", |table| {
        table.drop_constraint("fk_plant_strain_id");
        table.drop_column("strain_url").loses_data();
        table.drop_column("strain_id").loses_data();
    });
    op.alter_table("cultivar", |table| {
        table.drop_constraint("ux_cultivar_seedfinder_id");
        let json = Type::Json.on(Sqlite, Type::Custom { spelling: "JSON".to_owned() });
        table.alter_column("lineage_json").ty(json.with(Postgres, Type::Jsonb));
    });
    op.drop_constraint("ux_breeder_seedfinder_id", "breeder");
    op.drop_table("system_activity").loses_data();
}
