//! add_seedfinder_fields_to_breeder_and_cultivar
use cucurbit::prelude::*;

pub const REVISION: Revision =
    Revision::new("109317dd2a2f").revises(&["3968dfa9e747"]).created("2025-11-06T12:43:40Z");

pub fn upgrade(op: &mut Op) {
    op.alter_table("breeder", |table| {
        table.add_column(string("country", 100).nullable());
        table.add_column(string("website", 255).nullable());
        table.add_column(string("seedfinder_id", 100).nullable());
        table.add_column(text("description").nullable());
    });
    op.create_index("ix_breeder_seedfinder_id", "breeder", ["seedfinder_id"]).unique();
    op.alter_table("cultivar", |table| {
        table.add_column(string("parent_1", 100).nullable());
        table.add_column(string("parent_2", 100).nullable());
        // `JSON` is the word of the original's SQLite files; ours would be `JSON_TEXT`, which SQLAlchemy reads as text.
        let lineage = json("lineage_json").on(Postgres, Type::Jsonb).nullable();
        table.add_column(lineage.on(Sqlite, Type::Custom { spelling: "JSON".to_owned() }));
        table.add_column(string("seedfinder_id", 100).nullable());
        table.add_column(float("thc_content").nullable());
        table.add_column(float("cbd_content").nullable());
        table.add_column(string("flowering_type", 50).nullable());
    });
    op.create_index("ix_cultivar_parent_1", "cultivar", ["parent_1"]);
    op.create_index("ix_cultivar_parent_2", "cultivar", ["parent_2"]);
    op.create_index("ix_cultivar_seedfinder_id", "cultivar", ["seedfinder_id"]).unique();
}

pub fn downgrade(op: &mut Op) {
    op.drop_index("ix_cultivar_seedfinder_id", "cultivar");
    op.drop_index("ix_cultivar_parent_2", "cultivar");
    op.drop_index("ix_cultivar_parent_1", "cultivar");
    op.alter_table("cultivar", |table| {
        table.drop_column("flowering_type").loses_data();
        table.drop_column("cbd_content").loses_data();
        table.drop_column("thc_content").loses_data();
        table.drop_column("seedfinder_id").loses_data();
        table.drop_column("lineage_json").loses_data();
        table.drop_column("parent_2").loses_data();
        table.drop_column("parent_1").loses_data();
    });
    op.drop_index("ix_breeder_seedfinder_id", "breeder");
    op.alter_table("breeder", |table| {
        table.drop_column("description").loses_data();
        table.drop_column("seedfinder_id").loses_data();
        table.drop_column("website").loses_data();
        table.drop_column("country").loses_data();
    });
}
