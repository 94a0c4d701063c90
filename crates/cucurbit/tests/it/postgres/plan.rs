//! What a plan does on the server is what it does in memory, with rows in the tables.

use cucurbit::{
    dialect::Before,
    operation::{ColumnChange, Operation},
    schema::{
        Action, Identity, Index, Literal, Nulls, Object, Schema, Serial, ServerDefault, Table, TableBuilder,
        Type, build::*,
    },
};

use super::{Database, reflect, run, run_operations};

/// A schema with something of everything that our values can hold.
fn garden() -> Schema {
    let status = TableBuilder::build("status", |table| {
        table.column(small_integer("id").serial());
        table.column(string("name", 40).default("it's new"));
        table.column(integer("favourite_id").nullable());
        table.primary_key(["id"]);
        table.unique(["name"]);
        table.foreign_key(["favourite_id"], "plant", ["id"]).on_delete(Action::SetNull);
    });
    let plant =
        TableBuilder::build("plant", |table| {
            table.column(integer("id").serial());
            table.column(small_integer("status_id").default(-1));
            table.column(text("Name").collate("C").comment("what it's called"));
            table.column(decimal("height", 6, 2).default(Literal::Number("0.50".into())));
            table.column(double("width").nullable());
            table.column(boolean("alive").default(true));
            table.column(date_time_tz("planted_at").default_expression("now()"));
            table.column(date_time("seen_at").default_expression("CURRENT_TIMESTAMP").nullable());
            table.column(column("seen", Type::DateTimeTz { precision: Some(3) }).nullable());
            table.column(json("notes").on(cucurbit::schema::Dialect::Postgres, Type::Jsonb).default("{}"));
            table.column(json("raw").nullable());
            table.column(uuid("tag").default_expression("gen_random_uuid()"));
            table.column(binary("photo").nullable());
            table.column(column("code", Type::Char { length: Some(3) }).default("abc"));
            table.column(column("lines", Type::Array(Box::new(Type::String { length: Some(9) }))).nullable());
            table.column(date("born").default("2020-2-1"));
            table.column(time("at").nullable());
            table.column(interval("every").nullable());
            table.column(real("r").nullable());
            table.column(big_integer("big").default(5_000_000_000_i64));
            table.column(double("area").nullable().server_default(ServerDefault::Computed {
                expression: "height * width".into(),
                stored: true,
            }));
            table.primary_key(["id"]);
            table.unique(["Name", "status_id"]).named("one name for each status");
            table
                .foreign_key(["status_id"], "status", ["id"])
                .on_delete(Action::Cascade)
                .on_update(Action::Restrict);
            table.foreign_key(["id"], "plant", ["id"]).named("itself");
            table.check("height > 0");
            table.check("height < 1000 AND width < 1000");
            table.check("\"Name\" <> ''").named("has a name");
            table.comment("a plant, or what was one");
            let mut index =
                Index::new("ux_plant_lower", vec![expression("lower(\"Name\")"), key("height").descending()]);
            index.unique().predicate("alive AND height > 1");
            table.index(index);
            table.index(Index::new(
                "ix_plant_seen",
                vec![key("seen").descending().nulls(Nulls::Last), key("born").nulls(Nulls::First)],
            ));
        });
    let event = TableBuilder::build("event", |table| {
        table.column(
            big_integer("id")
                .server_default(ServerDefault::Identity(Identity::always().start(100).increment(5))),
        );
        table.column(integer("plant_id"));
        table.column(varchar("kind"));
        table.primary_key(["plant_id", "id"]).named("event_key");
    });
    Schema::from_tables([status, plant, event])
}

fn create(schema: &Schema) -> Vec<Operation> {
    let mut operations = Vec::new();
    for table in schema.tables().values() {
        let table = Table { indexes: std::collections::BTreeMap::new(), ..table.clone() };
        operations.push(Operation::create(table));
    }
    for table in schema.tables().values() {
        let indexes = table.indexes.values().cloned();
        operations.extend(indexes.map(|index| Operation::create(Object::index(&table.name, index))));
    }
    operations
}

#[tokio::test]
async fn what_is_made_is_what_is_reflected_and_all_of_it_is_dropped() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let empty = database.dump();
    let mut before = Before::default();
    run_operations(&mut connection, &mut before, &create(&garden())).await;

    // Without names that the server chose, what comes back is what was written.
    let (written, disk) = (garden(), reflect(&mut connection).await);
    let (written, disk) =
        (super::settled(&mut connection, &written).await, super::settled(&mut connection, &disk).await);
    assert_eq!(written, disk);

    let tables: Vec<_> = before.schema.tables().keys().cloned().collect();
    run(&mut connection, &mut before, |op| {
        for table in &tables {
            op.drop_table(table).loses_data();
        }
    })
    .await;
    assert_eq!(database.dump(), empty);
}

#[tokio::test]
async fn most_defaults_are_known_without_asking() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let table = TableBuilder::build("t", |table| {
        table.column(integer("negative").default(-7));
        table.column(big_integer("negative_big").default(-1));
        table.column(big_integer("big").default(5_000_000_000_i64));
        table.column(small_integer("small").default(3));
        table.column(decimal("exact", 10, 2).default(Literal::Number("-0.5".into())));
        table.column(double("inexact").default(0.5));
        table.column(double("whole").default(-2));
        table.column(boolean("truth").default(false));
        table.column(text("words").default("it's"));
        table.column(string("short", 5).default("a\\b"));
        table.column(varchar("empty").default(""));
        table.column(column("padded", Type::Char { length: Some(3) }).default("x"));
        table.column(json("raw").default("{\"a\":1}"));
        table.column(jsonb("object").default("{}"));
        table.column(jsonb("list").default("[]"));
        table.column(varchar("nothing").default(Literal::Null));
        table.column(string("no", 3).default(Literal::Null).nullable());
    });
    let schema = Schema::from_tables([table]);
    let mut before = Before::default();
    run_operations(&mut connection, &mut before, &create(&schema)).await;
    let canonical = |schema: &Schema| cucurbit::dialect::Dialect::Postgres.canonical(schema).form().clone();
    assert_eq!(canonical(&schema), canonical(&reflect(&mut connection).await));
}

#[tokio::test]
async fn columns_change_while_parents_and_children_hold_rows() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, |op| {
        op.create_table("parent", |table| {
            table.column(integer("id").serial());
            table.column(text("number").default("7"));
            table.column(text("truth").nullable());
            table.column(json("data").nullable());
            table.column(string("label", 20).nullable().collate("C"));
            table.primary_key(["id"]);
            table.check("length(label) > 0");
        });
        op.create_table("child", |table| {
            table.column(integer("parent_id"));
            table.foreign_key(["parent_id"], "parent", ["id"]).on_delete(Action::Cascade);
        });
        op.bulk_insert(
            "parent",
            ["number", "truth", "data"],
            [["1", "true", "{\"a\": 1}"], ["2", "f", "[]"]],
        );
        op.bulk_insert("child", ["parent_id"], [[1], [2], [2]]);
    })
    .await;
    run(&mut connection, &mut before, |op| {
        op.alter_table("parent", |table| {
            table.alter_column("number").ty(Type::Integer).server_default(ServerDefault::Literal(8.into()));
            table.alter_column("truth").ty(Type::Boolean).not_null();
            table.alter_column("data").ty(Type::Jsonb).comment("facts");
            table.alter_column("label").ty(Type::Text).backfill("'none'").rename("Label");
            table.alter_column("id").ty(Type::BigInteger);
            table.add_column(integer("size")).backfill("number * 2");
            table.add_column(integer("rank").default(1).comment("place"));
        });
        op.alter_table("parent", |table| {
            table.alter_column("Label").not_null().backfill("'none'");
        });
        op.rename_table("parent", "elder");
    })
    .await;
    run(&mut connection, &mut before, |op| {
        op.alter_table("elder", |table| {
            table.alter_column("truth").ty(Type::Integer);
            table.alter_column("data").ty(Type::Text);
            table.alter_column("number").ty(Type::Boolean).drop_default();
            table.alter_column("size").ty(Type::Text).nullable();
        });
    })
    .await;
    let elder =
        connection.rows("SELECT id, number, truth, size, \"Label\" FROM elder ORDER BY id").await.unwrap();
    let row = |values: [&str; 5]| values.map(|value| Some(value.to_owned())).to_vec();
    assert_eq!(elder, [row(["1", "t", "1", "2", "none"]), row(["2", "t", "0", "4", "none"])]);
    let children = connection.value("SELECT count(*) FROM child").await.unwrap();
    assert_eq!(children.as_deref(), Some("3"));
    let kind = "SELECT data_type FROM information_schema.sequences WHERE sequence_name = 'parent_id_seq'";
    assert_eq!(connection.value(kind).await.unwrap().as_deref(), Some("bigint"));

    run(&mut connection, &mut before, |op| {
        op.alter_table("elder", |table| {
            table.drop_check("length(\"Label\") > 0");
            table.drop_column("size").loses_data();
        });
        op.alter_table("child", |table| {
            table.drop_foreign_key(["parent_id"]);
        });
        op.alter_table("elder", |table| table.drop_primary_key());
    })
    .await;
    assert!(before.schema.tables().values().all(|table| table.constraint_references().is_empty()));
}

#[tokio::test]
async fn each_kind_of_default_becomes_each_other() {
    let default = |kind: usize| match kind {
        0 => None,
        1 => Some(ServerDefault::Literal(4.into())),
        2 => Some(ServerDefault::Serial(Serial::new())),
        3 => Some(ServerDefault::Identity(Identity::default())),
        4 => Some(ServerDefault::Identity(Identity::always().start(50).increment(10))),
        _ => Some(ServerDefault::Computed { expression: "base + 1".into(), stored: true }),
    };
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    for from in 0..6 {
        for to in 0..6 {
            let name = format!("from_{from}_to_{to}");
            run(&mut connection, &mut before, |op| {
                op.create_table(name.as_str(), |table| {
                    table.column(integer("base"));
                    let column = integer("n");
                    table.column(match default(from) {
                        Some(default) => column.server_default(default),
                        None => column,
                    });
                });
            })
            .await;
            let values = if matches!(from, 0 | 1) { "(base, n) VALUES (1, 70)" } else { "(base) VALUES (1)" };
            connection.execute(&format!("INSERT INTO {name} {values}")).await.unwrap();
            let changes = vec![ColumnChange::SetDefault(default(to))];
            let alter = Operation::alter_column(name.as_str(), "n", changes);
            run_operations(&mut connection, &mut before, &[alter]).await;
            if matches!(to, 2..=4) {
                // A new sequence goes on after what is there.
                connection.execute(&format!("INSERT INTO {name} (base) VALUES (2)")).await.unwrap();
                let distinct = format!("SELECT count(DISTINCT n) FROM {name}");
                assert_eq!(connection.value(&distinct).await.unwrap().as_deref(), Some("2"), "{name}");
            }
        }
    }
    let left = "SELECT count(*) FROM pg_sequence s JOIN pg_depend d ON d.objid = s.seqrelid AND d.deptype IN ('a', 'i')";
    // Three of the six kinds have a sequence at the end, and nothing else is left.
    assert_eq!(connection.value(left).await.unwrap().as_deref(), Some("18"));
}

#[tokio::test]
async fn names_are_cut_and_numbered_as_the_server_does() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    let (table, column) = (format!("{}ä", "t".repeat(62)), "ö".repeat(35));
    run(&mut connection, &mut before, |op| {
        for number in ["", "2"] {
            op.create_table(format!("{number}{table}").as_str(), |build| {
                build.column(integer(&column));
                build.column(integer("other"));
                build.column(integer("b_c"));
                build.primary_key([column.as_str()]);
                build.unique([column.as_str(), "other"]);
                build.unique(["other"]);
                build.check("other > 0");
                build.check("other > 1");
                build.check("other > b_c");
                build.check("1 > 0");
                build.foreign_key(["other"], format!("{number}{table}").as_str(), [column.as_str()]);
                build.foreign_key(["other"], format!("{number}{table}").as_str(), [column.as_str()]);
            });
        }
        // Table and column are equally long, and one byte must go from one of them.
        let (rows, reference) = ("r".repeat(60), "c".repeat(60));
        op.create_table(rows.as_str(), |build| {
            build.column(integer(&reference));
            build.primary_key([reference.as_str()]);
            build.foreign_key([reference.as_str()], rows.as_str(), [reference.as_str()]);
        });
        // Two tables whose generated names would be one.
        op.create_table("a", |build| {
            build.column(integer("b_c"));
            build.unique(["b_c"]);
        });
        op.create_table("a_b", |build| {
            build.column(integer("c"));
            build.unique(["c"]);
        });
    })
    .await;
    run(&mut connection, &mut before, |op| {
        op.alter_table(table.as_str(), |build| {
            build.drop_unique([column.as_str(), "other"]);
            build.drop_foreign_key(["other"]);
            build.drop_check("other > 1");
            build.create_check("other > 2");
            build.drop_column("b_c").loses_data();
        });
        op.alter_table("a_b", |build| build.drop_unique(["c"]));
    })
    .await;
}

#[tokio::test]
async fn a_script_finds_its_constraints_on_a_reflected_schema() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, |op| {
        op.create_table("status", |table| {
            table.column(integer("id"));
            table.primary_key(["id"]);
        });
        op.create_table("plant", |table| {
            table.column(integer("status_id"));
            table.column(text("name"));
            table.unique(["name"]);
            table.foreign_key(["status_id"], "status", ["id"]);
            table.check("length(name) > 0 AND name <> 'x'");
        });
    })
    .await;
    before = Before::of(reflect(&mut connection).await);
    run(&mut connection, &mut before, |op| {
        op.alter_table("public.plant", |table| {
            table.drop_unique(["name"]);
            table.drop_foreign_key(["status_id"]);
            table.drop_check("length(name) > 0 AND name <> 'x'");
        });
    })
    .await;
}

#[tokio::test]
async fn a_column_that_becomes_numbered_is_filled_first() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, |op| {
        op.create_table("t", |table| {
            table.column(text("n").nullable().default("1"));
            table.column(integer("base").default(5));
        });
        op.bulk_insert("t", ["n"], [Literal::Null, "8".into()].map(|value| [value]));
    })
    .await;
    run(&mut connection, &mut before, |op| {
        op.alter_table("t", |table| {
            let identity = ServerDefault::Identity(Identity::default());
            table.alter_column("n").ty(Type::Integer).server_default(identity).not_null().backfill("base");
        });
    })
    .await;
    connection.execute("INSERT INTO t DEFAULT VALUES").await.unwrap();
    let values = connection.value("SELECT string_agg(n::text, ' ' ORDER BY n) FROM t").await.unwrap();
    assert_eq!(values.as_deref(), Some("5 8 9"));
}

#[tokio::test]
async fn a_sequence_is_logged_as_its_table_is() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, |op| {
        op.create_table("t", |table| {
            table.column(integer("made").serial());
            table.column(integer("becomes"));
            table.unlogged();
        });
        op.alter_column("t", "becomes").server_default(ServerDefault::Serial(Serial::new()));
    })
    .await;
    let sequences = "SELECT string_agg(relpersistence::text, '') FROM pg_class WHERE relkind = 'S'";
    let said = connection.value(sequences).await.unwrap().unwrap_or_default();
    // Before PostgreSQL 15 every sequence is logged.
    assert!(said == "uu" || said == "pp", "both are alike: {said}");
}

#[tokio::test]
async fn tables_that_need_each_other_come_and_go_in_one_revision() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    for _ in 0..2 {
        run(&mut connection, &mut before, |op| {
            for (table, other) in [("plant", "status"), ("status", "plant")] {
                op.create_table(table, |table| {
                    table.column(integer("id"));
                    table.column(integer("other_id"));
                    table.primary_key(["id"]);
                    table.foreign_key(["other_id"], other, ["id"]);
                });
            }
        })
        .await;
        // The parent goes before its child, and each is the other's parent.
        run(&mut connection, &mut before, |op| {
            op.drop_table("plant").loses_data();
            op.drop_table("status").loses_data();
        })
        .await;
    }
    assert!(before.schema.is_empty());
}

#[tokio::test]
async fn sql_that_says_what_it_means_is_remembered_with_the_servers_names() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, |op| {
        op.execute("CREATE TABLE note (id integer PRIMARY KEY, text text UNIQUE CHECK (text <> ''))").means(
            |op| {
                op.create_table("note", |table| {
                    table.column(integer("id"));
                    table.column(text("text").nullable());
                    table.primary_key(["id"]);
                    table.unique(["text"]);
                    table.check("text <> ''");
                });
            },
        );
    })
    .await;
}
