//! Plans read as SQL.

use super::*;
use crate::schema::{Index, Literal, ServerDefault};
use crate::{
    dialect::{Done, Mode},
    operation::Op,
    schema::{Action, Deferral, TableBuilder, Type, build, build::*},
};

fn sql(before: &mut Before, record: impl FnOnce(&mut Op)) -> Vec<String> {
    let plan = plan(before, &Op::record(record)).expect("it can be planned");
    plan.statements.into_iter().map(|statement| statement.sql).collect()
}

fn hazards(before: &mut Before, record: impl FnOnce(&mut Op)) -> Vec<String> {
    let plan = plan(before, &Op::record(record)).expect("it can be planned");
    plan.statements.into_iter().flat_map(|statement| statement.hazards).map(|hazard| hazard.probe).collect()
}

fn plant() -> Before {
    Before::of(Schema::from_tables([TableBuilder::build("plant", |table| {
        table.column(integer("id").serial());
        table.column(integer("status_id").nullable());
        table.column(build::text("name").nullable());
        table.primary_key(["id"]);
        table.foreign_key(["status_id"], "status", ["id"]);
        table.check("length(name) > 0");
    })]))
}

#[test]
fn a_table_has_one_line_for_each_column_and_constraint() {
    let statements = sql(&mut Before::default(), |op| {
        op.create_table("measurement", |table| {
            table.column(big_integer("id").serial());
            table.column(integer("plant_id"));
            table.column(decimal("height", 6, 2).default(0).comment("in cm"));
            table.column(string("unit", 2).nullable().collate("C"));
            table.primary_key(["id"]);
            table.foreign_key(["plant_id"], "plant", ["id"]).on_delete(Action::Cascade);
            table.check("height >= 0").named("tall");
        });
    });
    assert_eq!(
        statements[0],
        "CREATE TABLE \"measurement\" (\n    \"id\" BIGSERIAL NOT NULL,\n    \"plant_id\" INTEGER NOT NULL,\n    \
         \"height\" NUMERIC(6, 2) DEFAULT 0 NOT NULL,\n    \"unit\" VARCHAR(2) COLLATE \"C\",\n    \
         PRIMARY KEY (\"id\"),\n    FOREIGN KEY (\"plant_id\") REFERENCES \"plant\" (\"id\") ON DELETE CASCADE,\n    \
         CONSTRAINT \"tall\" CHECK (height >= 0)\n)"
    );
    assert_eq!(statements[1], "COMMENT ON COLUMN \"measurement\".\"height\" IS 'in cm'");
}

#[test]
fn a_cycle_is_closed_after_the_later_table_and_opened_before_the_first_is_dropped() {
    let mut before = Before::default();
    let made = sql(&mut before, |op| {
        for (table, other) in [("plant", "status"), ("status", "plant")] {
            let key = format!("{other}_id");
            op.create_table(table, |table| {
                table.column(integer("id"));
                table.column(integer(&key));
                table.primary_key(["id"]);
                table.foreign_key([key.as_str()], other, ["id"]);
            });
        }
    });
    assert_eq!(made.len(), 3);
    assert!(!made[0].contains("REFERENCES") && made[1].contains("REFERENCES \"plant\""));
    assert_eq!(
        made[2],
        "ALTER TABLE \"plant\" ADD FOREIGN KEY (\"status_id\") REFERENCES \"status\" (\"id\")"
    );
    let dropped = sql(&mut before, |op| {
        op.drop_table("plant");
        op.drop_table("status");
    });
    assert_eq!(
        dropped,
        [
            "ALTER TABLE \"status\" DROP CONSTRAINT \"status_plant_id_fkey\"",
            "DROP TABLE \"plant\"",
            "DROP TABLE \"status\"",
        ]
    );
    assert_eq!(before, Before::default());
}

#[test]
fn an_unnamed_constraint_is_dropped_by_the_name_that_the_server_gave() {
    let statements = sql(&mut plant(), |op| {
        op.rename_table("plant", "tree");
        op.alter_table("tree", |table| {
            table.drop_foreign_key(["status_id"]);
            table.drop_check("length(name) > 0");
            table.drop_primary_key();
        });
    });
    assert_eq!(
        statements,
        [
            "ALTER TABLE \"plant\" RENAME TO \"tree\"",
            "ALTER TABLE \"tree\" DROP CONSTRAINT \"plant_status_id_fkey\"",
            "ALTER TABLE \"tree\" DROP CONSTRAINT \"plant_name_check\"",
            "ALTER TABLE \"tree\" DROP CONSTRAINT \"plant_pkey\"",
        ]
    );
}

#[test]
fn a_constraint_is_changed_without_being_made_anew() {
    let mut before = plant();
    let statements = sql(&mut before, |op| {
        op.alter_table("plant", |table| {
            table.create_check("id > 0").named("ck").not_valid();
            table.create_foreign_key(["id"], "tree", ["id"]).named("fk");
            table.alter_constraint("ck").validate();
            table.alter_constraint("ck").rename("ck_plant_id");
            table.alter_foreign_key(["id"]).to("tree", ["id"]).deferral(Deferral::Deferred);
            table.alter_constraint("fk").deferral(Deferral::NotDeferrable);
            table.drop_constraint("ck_plant_id");
        });
    });
    assert_eq!(
        statements,
        [
            "ALTER TABLE \"plant\" ADD CONSTRAINT \"ck\" CHECK (id > 0) NOT VALID",
            "ALTER TABLE \"plant\" ADD CONSTRAINT \"fk\" FOREIGN KEY (\"id\") REFERENCES \"tree\" (\"id\")",
            "ALTER TABLE \"plant\" VALIDATE CONSTRAINT \"ck\"",
            "ALTER TABLE \"plant\" RENAME CONSTRAINT \"ck\" TO \"ck_plant_id\"",
            "ALTER TABLE \"plant\" ALTER CONSTRAINT \"fk\" DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE \"plant\" ALTER CONSTRAINT \"fk\" NOT DEFERRABLE",
            "ALTER TABLE \"plant\" DROP CONSTRAINT \"ck_plant_id\"",
        ]
    );
}

#[test]
fn an_index_is_made_renamed_and_dropped_while_others_write() {
    let operations = Op::record(|op| {
        op.create_index("ix", "plant", [key("name").collate("C").operator_class("text_pattern_ops")])
            .unique()
            .using("btree")
            .include(["status_id"])
            .nulls_not_distinct()
            .parameter("fillfactor", "70")
            .predicate("id > 0")
            .concurrently();
        op.rename_index("ix", "plant", "ux_plant_name");
        op.drop_index("ux_plant_name", "plant").concurrently();
    });
    let plan = plan(&mut plant(), &operations).expect("it can be planned");
    let modes: Vec<(&str, Mode)> = plan.statements.iter().map(|one| (one.sql.as_str(), one.mode)).collect();
    let create = "CREATE UNIQUE INDEX CONCURRENTLY \"ix\" ON \"plant\" USING \"btree\" \
                  (\"name\" COLLATE \"C\" text_pattern_ops) INCLUDE (\"status_id\") NULLS NOT DISTINCT \
                  WITH (fillfactor = 70) WHERE (id > 0)";
    assert_eq!(
        modes,
        [
            (create, Mode::OutsideTransaction),
            ("ALTER INDEX \"ix\" RENAME TO \"ux_plant_name\"", Mode::InTransaction),
            ("DROP INDEX CONCURRENTLY \"ux_plant_name\"", Mode::OutsideTransaction),
        ]
    );
}

#[test]
fn an_index_that_was_left_useless_is_made_again() {
    let mut before = plant();
    let mut left = Index::new("ix", vec!["name".into()]);
    left.is_invalid = true;
    let table = before.schema.tables.values_mut().next().expect("there is one table");
    table.indexes.insert(left.name.clone(), left);
    let again = Op::record(|op| {
        op.create_index("ix", "plant", [key("name").operator_class("text_ops")]).concurrently();
    });
    let other = Op::record(|op| {
        op.create_index("ix", "plant", ["status_id"]).concurrently();
    });
    let error = plan(&mut before.clone(), &other).expect_err("another index bears the name");
    assert!(
        matches!(error, PlanError::Apply { source: ApplyError::Exists { id: ObjectId::Index { .. } }, .. }),
        "{error}"
    );
    let made = plan(&mut before, &again).expect("it can be planned").statements;
    assert_eq!(made[0].sql, "REINDEX INDEX CONCURRENTLY \"ix\"");
    assert_eq!(made[0].mode, Mode::OutsideTransaction);
    let table = before.schema.tables.values().next().expect("there is one table");
    assert!(!table.indexes[&Ident::new("ix")].is_invalid);
}

#[test]
fn only_a_foreign_key_is_put_off_without_being_made_anew() {
    let operations = Op::record(|op| {
        op.alter_table("plant", |table| table.alter_primary_key().deferral(Deferral::Deferred));
    });
    let error = plan(&mut plant(), &operations).expect_err("PostgreSQL cannot");
    assert!(matches!(error, PlanError::Unsupported { .. }), "{error}");
}

#[test]
fn a_reflected_check_is_found_by_the_name_of_what_was_written() {
    let mut before = plant();
    let table = before.schema.tables.values_mut().next().expect("there is one table");
    *table.constraints.checks_mut().next().unwrap() = crate::schema::Check {
        name: Some("plant_name_check".into()),
        ..crate::schema::Check::new("(length(name) > 0)")
    };
    let statements =
        sql(&mut before, |op| op.alter_table("plant", |table| table.drop_check("LENGTH(name)>0")));
    assert_eq!(statements, ["ALTER TABLE \"plant\" DROP CONSTRAINT \"plant_name_check\""]);
}

#[test]
fn what_may_lose_data_says_how_to_find_out() {
    let probes = hazards(&mut plant(), |op| {
        op.alter_table("plant", |table| {
            table.rename_column("name", "label");
            table.drop_column("label");
            table.add_column(integer("rank"));
            table.alter_column("status_id").not_null();
            table.add_column(integer("size")).backfill("1");
            table.add_column(boolean("alive").default(true));
        });
        op.drop_table("plant");
    });
    assert_eq!(
        probes,
        [
            // It waits until the column has this name.
            "SELECT EXISTS (SELECT 1 FROM \"plant\" WHERE \"label\" IS NOT NULL)::int",
            "SELECT EXISTS (SELECT 1 FROM \"plant\")::int",
            "SELECT EXISTS (SELECT 1 FROM \"plant\" WHERE \"status_id\" IS NULL)::int",
            "SELECT EXISTS (SELECT 1 FROM \"plant\")::int",
        ]
    );
    let consented = hazards(&mut plant(), |op| {
        op.drop_column("plant", "name").loses_data();
        op.drop_table("plant").loses_data();
        op.create_table("note", |table| table.column(integer("id")));
        op.drop_table("note");
    });
    assert_eq!(consented, [""; 0]);
}

#[test]
fn a_new_column_is_filled_before_it_refuses_null() {
    let statements = sql(&mut plant(), |op| {
        op.alter_table("plant", |table| table.add_column(integer("size")).backfill("id * 2"));
    });
    assert_eq!(
        statements,
        [
            "ALTER TABLE \"plant\" ADD COLUMN \"size\" INTEGER",
            "UPDATE \"plant\" SET \"size\" = (id * 2)",
            "ALTER TABLE \"plant\" ALTER COLUMN \"size\" SET NOT NULL",
        ]
    );
}

#[test]
fn what_goes_with_a_column_goes_in_memory_too() {
    let mut before = plant();
    sql(&mut before, |op| {
        op.create_index("ix_lower", "plant", [expression("lower(name)")]);
        op.create_index("ix_id", "plant", ["id"]).predicate("name IS NOT NULL");
        op.alter_table("plant", |table| table.rename_column("name", "label"));
    });
    let table = before.schema.tables.values().next().expect("there is one table");
    assert_eq!(table.checks().next().unwrap().expression.base, "length(\"label\") > 0");
    sql(&mut before, |op| op.drop_column("plant", "label").loses_data());
    let table = before.schema.tables.values().next().expect("there is one table");
    assert!(table.checks().next().is_none() && table.indexes.is_empty());
}

#[test]
fn rows_are_inserted_in_pieces_and_for_one_dialect_only() {
    let statements = sql(&mut plant(), |op| {
        op.on(Dialect::Sqlite, |op| op.drop_table_comment("no"));
        op.bulk_insert("plant", ["name"], (0..501).map(|number| [Literal::String(format!("it's {number}"))]));
    });
    assert_eq!(statements.len(), 2);
    assert_eq!(statements[1], "INSERT INTO \"plant\" (\"name\") VALUES\n    ('it''s 500')");
}

#[test]
fn what_cannot_be_is_refused() {
    let refuse =
        |record: &dyn Fn(&mut Op)| plan(&mut plant(), &Op::record(record)).expect_err("it cannot be planned");
    assert!(matches!(refuse(&|op| op.irreversible("no way back")), PlanError::Irreversible { .. }));
    assert!(matches!(refuse(&|op| op.drop_constraint("no", "plant")), PlanError::Apply { .. }));
    assert!(matches!(
        refuse(&|op| op.execute("COMMIT").is_outside_transaction = false),
        PlanError::NeedsNoTransaction { .. }
    ));
    let serial = |op: &mut Op| {
        op.add_column("plant", column("x", Type::Text).serial());
    };
    assert!(matches!(refuse(&serial), PlanError::Unsupported { .. }));
    let comment = Operation::Comment { id: ObjectId::Namespace("shed".into()), text: None };
    assert!(matches!(plan(&mut plant(), &[comment]), Err(PlanError::Unsupported { .. })));
}

#[test]
fn values_that_give_way_to_computed_ones_are_not_lost_without_a_word() {
    let mut before = Before::of(Schema::from_tables([TableBuilder::build("plant", |table| {
        table.column(integer("id"));
        table.column(integer("rank").nullable());
    })]));
    let probes = hazards(&mut before, |op| {
        op.alter_column("plant", "rank").server_default(ServerDefault::computed("id + 1"));
    });
    assert_eq!(probes, ["SELECT EXISTS (SELECT 1 FROM \"plant\" WHERE \"rank\" IS NOT NULL)::int"]);
}

#[test]
fn what_is_renamed_has_its_new_name_wherever_it_is_spoken_of() {
    let mut before = Before::default();
    sql(&mut before, |op| {
        op.create_schema("shed");
        op.create_enum("shed.mood", ["sad", "ok"]);
        op.create_sequence("shed.numbers");
        op.create_table("shed.plant", |table| {
            table.column(big_integer("id").default_expression("nextval('shed.numbers'::regclass)"));
            table.column(enumeration("mood", "shed.mood"));
            table.check("mood <> 'sad'::shed.mood").named("glad");
        });
    });
    let statements = sql(&mut before, |op| {
        op.rename_enum("shed.mood", "feeling");
        op.rename_sequence("shed.numbers", "tickets");
        op.rename_schema("shed", "hut");
        op.create_sequence_comment("hut.tickets", "one each");
    });
    assert_eq!(
        statements,
        [
            "ALTER TYPE \"shed\".\"mood\" RENAME TO \"feeling\"",
            "ALTER SEQUENCE \"shed\".\"numbers\" RENAME TO \"tickets\"",
            "ALTER SCHEMA \"shed\" RENAME TO \"hut\"",
            "COMMENT ON SEQUENCE \"hut\".\"tickets\" IS 'one each'",
        ]
    );
    let table = before.schema.table(&"hut.plant".into()).expect("it lies in the schema");
    let default = ServerDefault::expression("nextval('\"hut\".\"tickets\"'::regclass)");
    assert_eq!(table.columns[0].default, Some(default));
    assert_eq!(table.columns[1].ty, Type::enumeration("hut.feeling").into());
    let check = table.checks().next().expect("it has one");
    assert_eq!(check.expression.base, "mood <> 'sad'::\"hut\".\"feeling\"");
}

#[test]
fn a_type_may_get_the_name_of_one_of_the_server_and_lose_it_again() {
    let mut before = Before::default();
    sql(&mut before, |op| {
        op.create_enum("mood", ["sad", "ok"]);
        op.create_table("plant", |table| table.column(enumeration("mood", "mood")));
    });
    let made = before.clone();
    let statements = sql(&mut before, |op| {
        op.rename_enum("mood", "path");
        op.rename_enum("path", "mood");
    });
    assert_eq!(
        statements,
        ["ALTER TYPE \"mood\" RENAME TO \"path\"", "ALTER TYPE \"public\".\"path\" RENAME TO \"mood\""]
    );
    assert_eq!(before, made);
}

#[test]
fn a_value_is_used_where_its_type_has_another_name_by_then() {
    let mut before = Before::default();
    sql(&mut before, |op| {
        op.create_enum("mood", ["sad"]);
    });
    let statements = sql(&mut before, |op| {
        op.add_enum_value("mood", "ok");
        op.rename_enum("mood", "feeling");
        op.create_table("plant", |table| {
            table.column(build::text("note"));
            table.check("note::feeling <> 'sad'");
        });
    });
    assert!(statements[1].starts_with("CREATE TYPE \"mood\" AS ENUM ('sad', 'ok')"), "{statements:?}");
}

#[test]
fn what_commits_by_itself_says_what_tells_that_it_was_done() {
    let done = |before: &mut Before, record: fn(&mut Op)| -> Vec<Option<Done>> {
        let plan = plan(before, &Op::record(record)).expect("it can be planned");
        plan.statements.into_iter().map(|statement| statement.done).collect()
    };
    let table = TableName::qualified("Far Side", "plant");
    let mut before = Before::of(Schema::from_tables([TableBuilder::build(table.clone(), |table| {
        table.column(build::text("name").nullable());
    })]));
    let made = done(&mut before, |op| {
        let table = TableName::qualified("Far Side", "plant");
        op.create_index("ix \" on", table, ["name"]).unique().concurrently();
    });
    let there = Done::IndexIsThere {
        table: table.clone(),
        index: "ix \" on".into(),
        is_unique: true,
        definition: " (\"name\")".to_owned(),
    };
    assert_eq!(made, [Some(there)]);

    if let Some(index) =
        before.schema.tables.get_mut(&table).and_then(|owner| owner.indexes.values_mut().next())
    {
        index.is_invalid = true;
    }
    let built = done(&mut before.clone(), |op| {
        let table = TableName::qualified("Far Side", "plant");
        op.create_index("ix \" on", table, ["name"]).unique().concurrently();
    });
    assert_eq!(built, [Some(Done::IndexIsBuilt { index: table.sibling("ix \" on") })]);

    let gone = done(&mut before.clone(), |op| {
        op.drop_index("ix \" on", TableName::qualified("Far Side", "plant")).concurrently();
    });
    assert_eq!(gone, [Some(Done::IndexIsGone { index: table.sibling("ix \" on") })]);

    let in_a_transaction = done(&mut before, |op| {
        op.drop_index("ix \" on", TableName::qualified("Far Side", "plant"));
    });
    assert_eq!(in_a_transaction, [None]);
}
