//! Create trays and seedlings
use cucurbit::prelude::*;

pub const REVISION: Revision = Revision::new("32de23d7a686").created("2026-11-28T11:44:29Z");

pub fn upgrade(op: &mut Op) {
    op.create_enum("light", ["full-sun", "shade"]);
    op.create_table("tray", |table| {
        table.column(big_integer("id").on(Sqlite, Type::Integer).identity(Identity::by_default()));
        table.column(string("label", 40));
        table.column(enumeration("light", "light"));
        table.primary_key(["id"]);
        table.unique(["label"]);
    });
    op.create_table("seedling", |table| {
        table.column(big_integer("id").on(Sqlite, Type::Integer).identity(Identity::by_default()));
        table.column(big_integer("tray_id"));
        table.column(integer("place"));
        table.column(text("name"));
        table.column(date("sown_on").nullable());
        table.column(boolean("is_up").default(false));
        table.primary_key(["id"]);
        table.foreign_key(["tray_id"], "tray", ["id"]).on_delete(Action::Cascade);
        table.check("place > 0").named("ck_seedling_place");
    });
    op.create_index("ix_seedling_name", "seedling", [expression("lower(name)")]);
    op.create_index("ix_seedling_tray_id", "seedling", ["tray_id"]);
}

pub fn downgrade(op: &mut Op) {
    op.drop_table("seedling").loses_data();
    op.drop_table("tray").loses_data();
    op.drop_enum("light");
}
