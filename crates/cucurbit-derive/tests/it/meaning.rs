//! The words of structs and fields, each beside the builder's call that means the same.

#![expect(dead_code, reason = "fields are read by macros alone")]

use cucurbit::{
    model::Models,
    prelude::*,
    schema::{Exclusion, IndexPart, Schema, Table, build},
};

/// Compares a struct with what a builder writes.
#[track_caller]
fn is(
    schema: Result<Schema, cucurbit::model::ModelError>,
    name: &str,
    write: impl FnOnce(&mut TableBuilder),
) {
    let schema = schema.unwrap();
    let wanted: Table = TableBuilder::build(name, write);
    let names: Vec<&TableName> = schema.tables().keys().collect();
    assert_eq!(schema.table(&name.into()), Some(&wanted), "{names:?}");
}

fn of<M: cucurbit::model::Model>() -> Result<Schema, cucurbit::model::ModelError> {
    Models::new().external::<Bed>().external::<Place>().add::<M>().schema()
}

fn numbered() -> cucurbit::schema::Column {
    big_integer("id").on(Sqlite, Type::Integer).identity(Identity::by_default())
}

#[derive(cucurbit::Table)]
struct Bed {
    id: i64,
    #[table(unique)]
    code: String,
}

#[derive(cucurbit::Table)]
#[table(primary_key(bed, row))]
struct Place {
    bed: i64,
    row: i32,
}

#[derive(cucurbit::Table)]
struct PlantLog {
    id: i64,
    note: Option<String>,
}

#[test]
fn a_struct_without_a_word_is_a_table_with_a_numbered_key() {
    is(of::<PlantLog>(), "plant_log", |table| {
        table.column(numbered());
        table.column(text("note").nullable());
        table.primary_key(["id"]);
    });
}

#[derive(cucurbit::Table)]
#[sqlx(rename_all = "camelCase")]
#[table(name = "shop.plants", comment = "What grows.", strict, unlogged)]
struct Named {
    #[sqlx(rename = "key")]
    id: i32,
    first_name: String,
    #[table(name = "Type")]
    r#type: String,
    #[sqlx(skip)]
    skipped: Option<std::thread::Thread>,
    #[table(skip)]
    also_skipped: (),
    #[sqlx(default, try_from = "i32")]
    converted: u8,
}

#[test]
fn names_are_those_that_sqlx_reads() {
    is(of::<Named>(), "shop.plants", |table| {
        table.column(integer("key"));
        table.column(text("firstName"));
        table.column(text("Type"));
        table.column(integer("converted"));
        table.comment("What grows.");
        table.strict();
        table.unlogged();
    });
}

#[derive(cucurbit::Table)]
struct Words<'a> {
    #[table(primary_key, no_default)]
    number: i16,
    #[table(length = 20, nullable, collate = "C", comment = "said")]
    name: &'a str,
    #[table(ty = Type::decimal(12, 2), on(Sqlite, Type::Text), not_null)]
    price: Option<String>,
    #[table(default = "green", on_conflict_not_null = Ignore)]
    colour: String,
    #[table(default = -1)]
    below: i32,
    #[table(default(1.5))]
    ratio: f64,
    #[table(default = Null)]
    empty: Option<bool>,
    #[table(default_expression = sql("now()").with(Sqlite, "CURRENT_TIMESTAMP"))]
    made_at: chrono::NaiveDateTime,
    #[table(computed = "below * 2")]
    doubled: i32,
    #[table(computed_virtual = "below * 3")]
    tripled: i32,
    #[table(identity)]
    counted: i64,
    #[table(identity = Identity::always().start(7))]
    counted_from: i64,
    #[table(serial)]
    serial: i32,
    #[table(serial_by = Serial::new().named("s"))]
    serial_by: i32,
    #[table(server_default = ServerDefault::Literal("x".into()))]
    any: String,
}

#[test]
fn a_column_says_what_scripts_can_say() {
    is(of::<Words<'_>>(), "words", |table| {
        table.column(small_integer("number"));
        table.column(string("name", 20).nullable().collate("C").comment("said"));
        table.column(column("price", Type::decimal(12, 2)).on(Sqlite, Type::Text));
        table.column(text("colour").default("green").on_conflict_not_null(OnConflict::Ignore));
        table.column(integer("below").default(-1));
        table.column(double("ratio").default(1.5));
        table.column(boolean("empty").nullable().default(Null));
        table.column(date_time("made_at").default_expression(sql("now()").with(Sqlite, "CURRENT_TIMESTAMP")));
        table.column(integer("doubled").computed("below * 2"));
        table.column(integer("tripled").computed_virtual("below * 3"));
        table.column(big_integer("counted").identity(Identity::by_default()));
        table.column(big_integer("counted_from").identity(Identity::always().start(7)));
        table.column(integer("serial").serial());
        table.column(integer("serial_by").serial_by(Serial::new().named("s")));
        table.column(text("any").default("x"));
        table.primary_key(["number"]);
    });
}

#[derive(cucurbit::Table)]
#[table(
    primary_key(bed, row, name = "pk_k", comment = "key", deferred, include(unique)),
    unique(row, unique, nulls_not_distinct, deferrable, on_conflict = OnConflict::Replace),
    check("bed > 0", name = "ck_bed", not_valid, no_inherit, comment = "c"),
    check(sql("row > 0").with(Sqlite, "\"row\" > 0")),
    without_rowid
)]
struct Keys {
    bed: i64,
    row: i32,
    #[table(check = "\"unique\" <> ''", unique(name = "uq_u", comment = "c"))]
    unique: String,
}

#[test]
fn keys_and_checks_are_said_of_fields_and_structs() {
    is(of::<Keys>(), "keys", |table| {
        table.column(big_integer("bed"));
        table.column(integer("row"));
        table.column(text("unique"));
        table.check("\"unique\" <> ''");
        table.unique(["unique"]).named("uq_u").comment("c");
        table.primary_key(["bed", "row"]).named("pk_k").comment("key").deferred().include(["unique"]);
        // The field comes before the word, and the word is said by its parentheses.
        table.unique(["row", "unique"]).nulls_not_distinct().deferrable().on_conflict(OnConflict::Replace);
        table.check("bed > 0").named("ck_bed").not_valid().no_inherit().comment("c");
        table.check(sql("row > 0").with(Sqlite, "\"row\" > 0"));
        table.without_rowid();
    });
}

#[derive(cucurbit::Table)]
#[table(
    index(name, height.descending().nulls(Nulls::Last)),
    index("lower(name)", name.collate("C").operator_class("text_ops"), name = "ix_lower", unique, nulls_not_distinct),
    index(expression(sql("a").with(Sqlite, "b")), name = "ix_e", using = "gin", include(id, name)),
    index(height, name = "ix_tall", predicate = "height > 9", parameter("fillfactor", "70"), comment = "tall"),
    exclusion(name.excluding("="), "lower(name)".excluding("&&"), name = "ex_n", using = "gist", deferred)
)]
struct Indexed {
    id: i32,
    #[sqlx(rename = "label")]
    #[table(index)]
    name: String,
    #[table(index(unique, name = "ux_height"))]
    height: i32,
}

#[test]
fn indexes_have_parts_and_words() {
    is(of::<Indexed>(), "indexed", |table| {
        table.column(integer("id").identity(Identity::by_default()));
        table.column(text("label"));
        table.column(integer("height"));
        table.primary_key(["id"]);
        let index = |name: &str, parts: Vec<IndexPart>| Index::new(name, parts);
        table.index(index("ix_indexed_label", vec![key("label")]));
        table.index(index("ux_height", vec![key("height")])).unique();
        let tall_last = key("height").descending().nulls(Nulls::Last);
        table.index(index("ix_indexed_label_height", vec![key("label"), tall_last]));
        let lower = vec![expression("lower(name)"), key("label").collate("C").operator_class("text_ops")];
        table.index(index("ix_lower", lower)).unique().nulls_not_distinct();
        let either = vec![build::expression(sql("a").with(Sqlite, "b"))];
        table.index(index("ix_e", either)).using("gin").include(["id", "label"]);
        let tall = table.index(index("ix_tall", vec![key("height")]));
        tall.predicate("height > 9").parameter("fillfactor", "70").comment("tall");
        let parts = [key("label").excluding("="), expression("lower(name)").excluding("&&")];
        let exclusion: &mut Exclusion = table.exclusion("ex_n", parts);
        exclusion.using("gist").deferred();
    });
}

#[derive(cucurbit::Table)]
#[table(
    foreign_key(bed_id, row, references(Place), on_delete = SetNull, on_delete_columns(row), match_full, name = "fk_p"),
    foreign_key(bed_id, row, references(Place, bed, row, deferred)),
    foreign_key(row, references("place", "row"), on_update = Action::Cascade, not_valid, comment = "c")
)]
struct Referring {
    #[table(primary_key, references(Bed, on_delete = Cascade, deferrable))]
    bed_id: i64,
    row: Option<i32>,
    #[table(references(Bed, code))]
    code: String,
}

#[test]
fn references_lead_to_structs_and_to_tables() {
    is(of::<Referring>(), "referring", |table| {
        // A key that refers to another table is not numbered.
        table.column(big_integer("bed_id"));
        table.column(integer("row").nullable());
        table.column(text("code"));
        table.foreign_key(["bed_id"], "bed", ["id"]).on_delete(Action::Cascade).deferrable();
        table.foreign_key(["code"], "bed", ["code"]);
        let place = table.foreign_key(["bed_id", "row"], "place", ["bed", "row"]);
        place.on_delete(Action::SetNull).on_delete_columns(["row"]).match_full().named("fk_p");
        table.foreign_key(["bed_id", "row"], "place", ["bed", "row"]).deferred();
        let by_name = table.foreign_key(["row"], "place", ["row"]);
        by_name.on_update(Action::Cascade).not_valid().comment("c");
        table.primary_key(["bed_id"]);
    });
}

#[derive(cucurbit::Table)]
struct Stamps {
    #[table(index)]
    made_at: chrono::DateTime<chrono::Utc>,
    changed_at: Option<chrono::DateTime<chrono::Utc>>,
}

#[derive(cucurbit::Table)]
#[table(index("made_at", name = "x"), unique("changed_at"))]
struct Stamped {
    id: i64,
    #[sqlx(flatten)]
    stamps: Stamps,
}

#[test]
fn a_flattened_struct_adds_its_columns_and_what_is_said_of_them() {
    is(of::<Stamped>(), "stamped", |table| {
        table.column(numbered());
        table.column(date_time_tz("made_at"));
        table.column(date_time_tz("changed_at").nullable());
        table.index(Index::new("ix_stamps_made_at", vec![key("made_at")]));
        table.index(Index::new("x", vec![expression("made_at")]));
        table.unique(["changed_at"]);
        table.primary_key(["id"]);
    });
}

#[derive(cucurbit::Table)]
#[table(autoincrement)]
struct Ring {
    id: i32,
    #[table(references(Chain))]
    chain_id: Option<i32>,
}

#[derive(cucurbit::Table)]
struct Chain {
    id: i32,
    #[table(references = Ring)]
    ring_id: Option<i32>,
}

#[test]
fn tables_may_refer_to_each_other_in_a_ring() {
    let schema = cucurbit::tables![Ring, Chain].unwrap();
    is(Ok(schema), "ring", |table| {
        table.column(integer("id").identity(Identity::by_default()));
        table.column(integer("chain_id").nullable());
        table.foreign_key(["chain_id"], "chain", ["id"]);
        table.primary_key(["id"]);
        table.autoincrement();
    });
}

/// The names of scripts are in scope of values alone.
mod same_names {
    #[derive(cucurbit::Table)]
    pub(super) struct Index {
        id: i64,
    }

    #[derive(cucurbit::Value)]
    pub(super) struct Type(i64);

    #[derive(cucurbit::Table)]
    pub(super) struct Object {
        id: i64,
        ty: Type,
        #[table(references(Index), default = 1)]
        index_id: i64,
    }
}

#[test]
fn structs_may_be_called_as_words_of_scripts() {
    let schema = cucurbit::tables![same_names::Index, same_names::Object];
    is(schema, "object", |table| {
        table.column(numbered());
        table.column(big_integer("ty"));
        table.column(big_integer("index_id").default(1));
        table.foreign_key(["index_id"], "index", ["id"]);
        table.primary_key(["id"]);
    });
}
