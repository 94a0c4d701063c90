//! What a model says in its own words, and the database in others, is no difference.
//!
//! A case cannot say it of PostgreSQL, which keeps its own words alone: both sides of a case are read from it.

use cucurbit::{
    connection::Connection,
    dialect,
    schema::{Deferral, Dialect, EnumType, Index, Literal, Schema, Sequence, TableBuilder, Type, build::*},
};

use crate::{
    diff::{compare, run},
    support::on_each_database,
};

/// Texts, numbers and moments as defaults, by constants and by expressions.
fn defaults(table: &mut TableBuilder) {
    table.column(integer("id"));
    table.column(string("nothing_at_all", 9).default(""));
    table.column(string("quoted", 9).default("it's"));
    table.column(string("empty", 9).default_expression("''"));
    table.column(string("written", 9).default_expression("( 'it''s' )"));
    table.column(text("none").nullable().default(Literal::Null));
    table.column(text("none_too").nullable().default_expression("null"));
    table.column(boolean("yes").default(true));
    table.column(boolean("no").default_expression("False"));
    table.column(integer("negative").default_expression("( -5 )"));
    table.column(integer("zero").default_expression("0"));
    table.column(big_integer("big").default(9_000_000_000_i64));
    table.column(decimal("exact", 10, 2).default(Literal::number("1.50")));
    table.column(double("half").default_expression(".5"));
    table.column(date("day").default("2026-01-31"));
    table.column(date_time("moment").default("2026-01-31 12:00:00"));
    table.column(date_time_tz("now").default_expression("current_timestamp"));
    table.column(json("object").default("{}"));
    table.column(json("list").default_expression("'[]'"));
    table.column(column("parsed", Type::Jsonb).default("{\"b\":1,  \"a\":2}"));
    table.primary_key(["id"]);
}

/// Expressions that give another value each time and are never evaluated.
fn volatile(table: &mut TableBuilder, dialect: Dialect) {
    table.column(integer("id"));
    match dialect {
        Dialect::Postgres => {
            table.column(text("random").default_expression("MD5(Random( )::TEXT)"));
            table.column(uuid("uuid").default_expression("GEN_RANDOM_UUID()"));
            table.column(big_integer("ticket").default_expression("NEXTVAL('ticket')"));
            table.column(date_time_tz("at").default_expression("NOW( )"));
            table.column(text("cast").default_expression("CAST(now() AS text)"));
        }
        Dialect::Sqlite => {
            table.column(text("random").default_expression("HEX( RandomBlob(8) )"));
            table.column(date_time("at").default_expression("DateTime('now')"));
            table.column(text("cast").default_expression("cast( random() as TEXT )"));
        }
    }
}

/// Types by their other names, and enums that are text with a check.
fn types(table: &mut TableBuilder, dialect: Dialect) {
    table.column(integer("id"));
    let spellings: &[&str] = match dialect {
        Dialect::Postgres => &[
            "FLOAT(24)",
            "float(53)",
            "INT8",
            "Character Varying(9)",
            "timestamp with time zone",
            "TIMESTAMP(3)",
            "decimal(9)",
            "int4[]",
            "BIT VARYING(7)",
        ],
        Dialect::Sqlite => {
            &["FLOAT(24)", "float(53)", "INT8", "Character Varying(9)", "decimal(9)", "Geometry"]
        }
    };
    for (number, spelling) in spellings.iter().enumerate() {
        table.column(column(&format!("c{number}"), Type::custom(*spelling)).nullable());
    }
    table.column(float("float"));
    table.column(column("real", Type::Real));
    table.column(decimal("whole", 9, 0));
    table.column(string("stage", 4));
    table.column(string("mood", 4));
    table.column(integer("alive"));
    table.check("stage in ('seed','tree')");
    table.check("mood IN ('sad', 'ok')").named("mood");
    table.check("alive in (0,1)");
}

/// Names that are too long, expressions of indexes, and a key to a table that comes later.
fn keys(table: &mut TableBuilder) {
    let long = "n".repeat(70);
    table.column(integer("id"));
    table.column(string("name", 40));
    table.column(integer("height").nullable());
    table.column(integer("later").nullable());
    table.primary_key(["id"]);
    table.unique(["name", "height"]).named(format!("uq_{long}"));
    table.check("height>0").named(format!("ck_{long}"));
    table.check("( ( height ) < 1000 )");
    table.foreign_key(["later"], "z_later", ["id"]).deferral(Deferral::NotDeferrable);
    let mut index = Index::new("ix_lower", vec![expression("LOWER( name )"), key("height").descending()]);
    index.predicate("name is not null and height>5");
    table.index(index);
    table.index(Index::new(format!("ix_{long}"), vec![expression("coalesce(name,'X')")]));
}

fn later(table: &mut TableBuilder) {
    table.column(integer("id"));
    table.column(integer("back").nullable());
    table.primary_key(["id"]);
    table.foreign_key(["back"], "keys", ["id"]);
}

fn model(dialect: Dialect) -> Schema {
    let schema = Schema::from_tables([
        TableBuilder::build("defaults", defaults),
        TableBuilder::build("volatile", |table| volatile(table, dialect)),
        TableBuilder::build("types", |table| types(table, dialect)),
        TableBuilder::build("keys", keys),
        TableBuilder::build("z_later", later),
        TableBuilder::build("moods", |table| {
            table.column(integer("id"));
            table.column(enumeration("mood", "mood").default("it's"));
            table.column(enumeration("other", "mood").default_expression("'sad'"));
        }),
    ]);
    schema.with_enums([EnumType::new("mood", ["sad", "it's"])]).with_sequences([Sequence::new("ticket")])
}

async fn left_to_do(connection: &mut Connection, model: &Schema) -> Vec<String> {
    let mut there = dialect::reflect(connection).await.unwrap().schema;
    if connection.dialect() == Dialect::Sqlite {
        // No file holds them: the commands take them from the history.
        there = there.with_enums(model.enums().values().cloned());
        there = there.with_sequences(model.sequences().values().cloned());
    }
    let found = compare(connection, &there, model).await;
    assert!(found.uncompared.is_empty(), "{found:#?}");
    found.operations.iter().map(cucurbit::operation::Operation::describe).collect()
}

#[test]
fn a_model_in_its_own_words_is_made_and_then_no_difference() {
    on_each_database(async |database| {
        let mut connection = database.connect().await;
        let model = model(database.dialect);
        let make = compare(&mut connection, &Schema::new(), &model).await.operations;
        run(&mut connection, &make).await;
        assert_eq!(left_to_do(&mut connection, &model).await, Vec::<String>::new());
        if database.dialect == Dialect::Postgres {
            let number = connection.value("SELECT is_called::text FROM ticket").await.unwrap();
            assert_eq!(number.as_deref(), Some("false"), "a default is never evaluated");
        }
    });
}
