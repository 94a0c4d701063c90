//! Names that differ in their letters only: one name to SQLite, in scripts and in models.

use cucurbit::{
    Op,
    dialect::{Answers, Dialect},
    diff::{Filter, diff},
    operation::{Operation, apply_all},
    schema::{Schema, build::*},
};

use super::Database;

fn database() -> Database {
    Database::with(&[
        "CREATE TABLE plant (id INTEGER PRIMARY KEY, name TEXT)",
        "CREATE TABLE bed (id INTEGER PRIMARY KEY)",
        "CREATE INDEX ix_name ON plant (name)",
    ])
}

#[test]
fn a_second_name_in_other_letters_is_refused_before_anything_runs() {
    let refused = |names: &str, script: fn(&mut Op)| {
        let error = database().run(script).unwrap_err();
        assert!(error.contains(&format!("{names} are one name to SQLite")), "{error}");
    };
    refused("`plant` and `Plant`", |op| op.create_table("Plant", |table| table.column(integer("id"))));
    refused("`id` and `Id`", |op| {
        op.create_table("seed", |table| {
            table.column(integer("id"));
            table.column(integer("Id"));
        });
    });
    refused("`name` and `Name`", |op| {
        op.add_column("plant", text("Name").nullable());
    });
    refused("`ix_name` and `IX_name`", |op| {
        op.create_index("IX_name", "bed", ["id"]);
    });
    refused("`plant` and `PLANT`", |op| op.rename_table("bed", "PLANT"));
    refused("`plant` and `Plant`", |op| op.rename_table("plant", "Plant"));
    refused("`name` and `NAME`", |op| {
        op.alter_column("plant", "id").rename("NAME");
    });
    refused("`ix_name` and `IX_NAME`", |op| {
        op.create_index("ix_id", "bed", ["id"]);
        op.rename_index("ix_id", "bed", "IX_NAME");
    });
}

#[test]
fn a_column_and_an_index_get_other_letters() {
    let mut database = database();
    database.execute("INSERT INTO plant VALUES (1, 'Ada')").unwrap();
    database
        .run(|op| {
            op.alter_column("plant", "name").rename("Name");
            op.rename_index("ix_name", "plant", "IX_Name");
        })
        .unwrap();
    assert_eq!(database.sql("plant"), "CREATE TABLE plant (id INTEGER PRIMARY KEY, \"Name\" TEXT)");
    assert_eq!(database.sql("IX_Name"), "CREATE INDEX \"IX_Name\" ON plant (\"Name\")");
    assert_eq!(database.rows("SELECT * FROM plant"), ["1|Ada"]);
}

#[test]
fn two_tables_of_a_model_in_other_letters_are_not_taken_for_one() {
    let mut model = Schema::new();
    let script = |op: &mut Op| {
        op.create_table("plant", |table| {
            table.column(integer("id"));
            table.column(text("name").nullable());
            table.primary_key(["id"]);
        });
        op.create_index("ix_name", "plant", ["name"]);
        op.create_table("bed", |table| {
            table.column(integer("id"));
            table.primary_key(["id"]);
        });
        op.create_table("Bed", |table| table.column(integer("id")));
    };
    apply_all(&mut model, &Op::record(script), Dialect::Sqlite).unwrap();
    let mut there = database().reflect();
    let (from, to) = (Dialect::Sqlite.canonical(&there.schema), Dialect::Sqlite.canonical(&model));
    let operations = diff(&from, &to, &Answers::default(), &Filter::default()).operations;
    assert_eq!(operations.iter().map(Operation::describe).collect::<Vec<_>>(), ["create table Bed"]);
    let error = Dialect::Sqlite.plan(&mut there, &operations).unwrap_err();
    assert!(error.to_string().contains("`bed` and `Bed` are one name to SQLite"), "{error}");
}

#[test]
fn a_script_may_use_other_letters() {
    let mut database = database();
    database.execute("INSERT INTO plant VALUES (1, 'Ada')").unwrap();
    database
        .run(|op| {
            op.create_table("Seed", |table| {
                table.column(integer("Id"));
                table.column(integer("plant_id").nullable());
                table.primary_key(["ID"]);
                table.foreign_key(["PLANT_ID"], "PLANT", ["ID"]).named("fk_seed");
            });
            op.drop_index("IX_NAME", "Plant");
            op.alter_table("PLANT", |table| {
                table.add_column(text("color").nullable());
                table.alter_column("NAME").not_null();
            });
            op.alter_column("plant", "Name").default("x");
            op.create_index("ix_seed", "SEED", ["Plant_Id"]);
            op.alter_table("seed", |table| table.drop_constraint("FK_Seed"));
            op.rename_table("BED", "field");
            op.create_table_comment("FIELD", "where it grows");
            op.create_unique_constraint("uq_field", "Field", ["ID"]);
        })
        .unwrap();
    assert_eq!(database.rows("SELECT id, name, color FROM plant"), ["1|Ada|NULL"]);
    assert_eq!(database.sql("ix_seed"), "CREATE INDEX \"ix_seed\" ON \"Seed\" (\"plant_id\")");
    database.run(|op| op.drop_table("PLANT").loses_data()).unwrap();
    assert_eq!(database.reflect().schema.tables().len(), 2);
}
