//! create beds and plants
use cucurbit::prelude::*;

pub const REVISION: Revision = Revision::new("c1a7b0f2d3e4").created("2026-11-23T08:00:00Z");

pub fn upgrade(op: &mut Op) {
    op.create_table("bed", |table| {
        table.column(integer("id").identity(Identity::by_default()));
        table.column(string("name", 50));
        table.primary_key(["id"]);
        table.unique(["name"]);
        table.autoincrement();
    });
    op.create_table("plant", |table| {
        table.column(integer("id").identity(Identity::by_default()));
        table.column(string("name", 50));
        table.column(integer("bed_id"));
        table.primary_key(["id"]);
        table.foreign_key(["bed_id"], "bed", ["id"]);
        table.autoincrement();
    });
    // The greenhouse as it was found.
    op.bulk_insert("bed", ["id", "name"], rows![[1, "roof"], [2, "yard"]]);
    op.bulk_insert(
        "plant",
        ["id", "name", "bed_id"],
        rows![[1, "Bottle Gourd", 2], [2, "Quince Melon", 1], [3, "Crème de Courge", 2]],
    );
}

pub fn downgrade(op: &mut Op) {
    op.drop_table("plant").loses_data();
    op.drop_table("bed").loses_data();
}
