//! The models of the tables that `cultivar/others` makes by sqlx migrate, written by hand.

use std::convert::Infallible;

use cucurbit::schema::{Action, Dialect, Index, Schema, TableBuilder, Type, build::*};

/// Returns the schema that the models declare.
pub fn schema() -> Result<Schema, Infallible> {
    let bed = TableBuilder::build("bed", |table| {
        table.column(big_integer("id").on(Dialect::Sqlite, Type::Integer).serial());
        table.column(text("name"));
        table.column(string("kind", 20).default("raised"));
        table.column(
            date_time_tz("made_at")
                .default_expression(sql("CURRENT_TIMESTAMP").with(Dialect::Postgres, "now()")),
        );
        // More columns here.
        table.primary_key(["id"]);
        table.unique(["name"]);
        table.check("kind IN ('raised', 'flat')");
        table.autoincrement();
    });
    let plant = TableBuilder::build("plant", |table| {
        table.column(big_integer("id").on(Dialect::Sqlite, Type::Integer).serial());
        table.column(big_integer("bed_id").on(Dialect::Sqlite, Type::Integer));
        table.column(text("name"));
        table.column(decimal("price", 8, 2).default(0));
        table.column(jsonb("labels").on(Dialect::Sqlite, Type::Text).nullable());
        table.column(text("note").nullable());
        table.primary_key(["id"]);
        table.foreign_key(["bed_id"], "bed", ["id"]).on_delete(Action::Cascade);
        table.index(Index::new("plant_bed_id_idx", vec![key("bed_id")]));
        table
            .index(Index::new("plant_name_in_bed", vec![key("bed_id"), expression("lower(name)")]))
            .unique()
            .predicate("price > 0");
    });
    Ok(Schema::from_tables([bed, plant]))
}
