//! Enum types whose values change under rows: what a script says becomes of them.

use cucurbit::{
    connection::Connection,
    dialect::{Before, Dialect, HazardKind},
    operation::{Op, Operation},
    schema::{Index, Object, Schema, ServerDefault, Type, build::*},
};

use super::{Database, run};

/// Two tables with columns of one type, and everything around them that speaks of its values.
fn garden(op: &mut Op) {
    op.create_enum("mood", ["sad", "ok", "glad"]);
    op.create_table("feeling", |table| {
        table.column(enumeration("mood", "mood"));
        table.primary_key(["mood"]);
    });
    op.create_enum("weather", ["sad", "fine"]);
    op.create_table("plant", |table| {
        table.column(integer("id"));
        table.column(enumeration("mood", "mood").default("sad"));
        table.column(enumeration("last", "mood").nullable().default_expression("'sad'::mood"));
        table.column(column("moods", Type::array(Type::enumeration("mood"))).nullable());
        table.primary_key(["id"]);
        table.foreign_key(["mood"], "feeling", ["mood"]);
        table.check("mood <> 'sad' OR last IS NULL");
        table.column(enumeration("weather", "weather").default("sad"));
        table.column(column("usual", Type::array(Type::enumeration("mood"))).default("{ok,sad}"));
        let rank = ServerDefault::computed("CASE WHEN mood = 'sad' AND weather = 'sad' THEN 1 ELSE 2 END");
        table.column(integer("rank").nullable().server_default(rank));
        table.column(text("label").default_expression("('sad'::mood)::text"));
        table.check("weather <> 'sad' OR mood <> 'sad' OR id > 0");
        table.check("usual <> '{sad,ok}'");
        table.exclusion("ex_sad", [key("id").excluding("=")]).using("btree").predicate("mood = 'sad'");
    });
    let mut index = Index::new("ix_sad", vec![key("id"), expression("(mood = 'sad')")]);
    index.predicate("mood < 'glad'");
    op.invoke(Operation::create(Object::index("plant", index)));
    op.bulk_insert("feeling", ["mood"], [["sad"], ["ok"]]);
    op.execute("INSERT INTO plant VALUES (1, 'sad', NULL, '{sad,ok,NULL}'), (2, 'ok', 'ok', NULL)");
}

async fn rows(connection: &mut Connection) -> Vec<String> {
    let sql = "SELECT concat_ws(' ', id, mood, last, moods) FROM plant ORDER BY id";
    connection.rows(sql).await.unwrap().into_iter().flatten().flatten().collect()
}

#[tokio::test]
async fn a_value_gets_another_name_everywhere() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, garden).await;
    run(&mut connection, &mut before, |op| {
        op.rename_enum_value("mood", "sad", "it's sad");
    })
    .await;
    assert_eq!(rows(&mut connection).await, ["1 it's sad {\"it's sad\",ok,NULL}", "2 ok ok"]);
}

#[tokio::test]
async fn the_condition_of_an_exclusion_follows_a_value_that_gets_another_name() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, |op| {
        op.create_enum("mood", ["sad", "ok"]);
        op.create_table("plant", |table| {
            table.column(integer("id"));
            table.column(enumeration("mood", "mood"));
            table
                .exclusion("ex_of_the_sad", [key("id").excluding("=")])
                .using("btree")
                .predicate("mood = 'sad'");
        });
        op.execute("INSERT INTO plant VALUES (1, 'sad'), (1, 'ok')");
    })
    .await;
    run(&mut connection, &mut before, |op| op.rename_enum_value("mood", "sad", "blue")).await;
    let plant = before.schema.table(&"plant".into()).expect("it is there");
    let conditions = plant.exclusions().flat_map(|exclusion| &exclusion.index.predicate);
    let conditions: Vec<&str> = conditions.map(|sql| sql.on(Dialect::Postgres).as_str()).collect();
    assert_eq!(conditions, ["mood = 'blue'"]);
    let refused = connection.execute("INSERT INTO plant VALUES (1, 'blue')").await.unwrap_err();
    assert!(format!("{refused:?}").contains("ex_of_the_sad"), "{refused:?}");
    connection.execute("INSERT INTO plant VALUES (1, 'ok')").await.unwrap();
}

#[tokio::test]
async fn a_value_is_replaced_in_rows_and_arrays_and_in_what_speaks_of_it() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, garden).await;
    run(&mut connection, &mut before, |op| {
        op.set_enum_values("mood", ["glad", "so-so", "ok"]).replace("sad", "so-so");
    })
    .await;
    assert_eq!(rows(&mut connection).await, ["1 so-so {so-so,ok,NULL}", "2 ok ok"]);
}

#[tokio::test]
async fn with_consent_rows_of_a_value_that_goes_get_null() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, |op| {
        op.create_enum("mood", ["sad", "ok"]);
        op.create_table("plant", |table| {
            table.column(integer("id"));
            table.column(enumeration("mood", "mood").nullable());
            table.column(enumeration("last", "mood").nullable());
            table.column(column("moods", Type::array(Type::enumeration("mood"))).nullable());
        });
        op.execute("INSERT INTO plant VALUES (1, 'sad', 'ok', '{sad,ok}')");
    })
    .await;
    let consented = Op::record(|op| op.set_enum_values("mood", ["ok"]).loses_data());
    let plan = Dialect::Postgres.plan(&mut before.clone(), &consented).unwrap();
    assert!(plan.statements.iter().all(|statement| statement.hazards.is_empty()));
    let silent = Op::record(|op| {
        op.set_enum_values("mood", ["ok"]);
    });
    let plan = Dialect::Postgres.plan(&mut before.clone(), &silent).unwrap();
    let hazards = plan.statements.iter().flat_map(|statement| &statement.hazards);
    let kind = HazardKind::HoldsEnumValues { name: "mood".into() };
    assert_eq!(hazards.filter(|hazard| hazard.kind == kind).count(), 3);
    run(&mut connection, &mut before, |op| op.set_enum_values("mood", ["ok"]).loses_data()).await;
    assert_eq!(rows(&mut connection).await, ["1 ok {NULL,ok}"]);
}

#[tokio::test]
async fn a_value_is_added_and_written_in_one_revision() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    run(&mut connection, &mut before, garden).await;
    run(&mut connection, &mut before, |op| {
        op.add_enum_value("mood", "great");
        op.execute("UPDATE plant SET last = 'great' WHERE id = 2");
    })
    .await;
    assert_eq!(rows(&mut connection).await, ["1 sad {sad,ok,NULL}", "2 ok great"]);
}

/// Tells whether a plan makes a type anew whose new value `great` what follows may use.
fn is_made_anew(rest: impl FnOnce(&mut Op)) -> bool {
    let mut before = Before::default();
    Dialect::Postgres.plan(&mut before, &Op::record(garden)).unwrap();
    let operations = Op::record(|op| {
        op.add_enum_value("mood", "great");
        rest(op);
    });
    let plan = Dialect::Postgres.plan(&mut before, &operations).unwrap();
    !plan.statements.iter().any(|statement| statement.sql.contains("ADD VALUE"))
}

#[test]
fn a_value_is_used_where_no_constant_says_so() {
    assert!(is_made_anew(|op| {
        op.execute("COPY feeling FROM stdin;\ngreat\n\\.\n");
    }));
    assert!(is_made_anew(|op| {
        op.execute("UPDATE plant SET last = lower('GREAT')::mood");
    }));
    assert!(is_made_anew(|op| {
        op.execute("UPDATE plant SET moods = '{ok,great}'");
    }));
    assert!(is_made_anew(|op| {
        op.rename_enum_value("mood", "great", "splendid");
        op.bulk_insert("feeling", ["mood"], [["splendid"]]);
    }));
    assert!(is_made_anew(|op| {
        op.alter_column("plant", "label").ty(Type::enumeration("mood"));
    }));
    assert!(is_made_anew(|op| {
        op.add_column("plant", enumeration("now", "mood")).backfill("label::mood");
    }));
}

#[test]
fn a_value_that_is_not_used_is_only_added() {
    assert!(!is_made_anew(|_| {}));
    assert!(!is_made_anew(|op| {
        op.execute("UPDATE plant SET last = 'ok'::mood, label = 'greater'");
    }));
    assert!(!is_made_anew(|op| {
        op.add_column("plant", enumeration("now", "mood").default("ok"));
        op.bulk_insert("feeling", ["mood"], [["glad"]]);
    }));
}

/// The error of taking `glad` from `mood` in a table with one constraint, if there is one.
fn refusal_beside(constrain: fn(&mut TableBuilder)) -> Option<String> {
    let mut before = Before::default();
    let create = Op::record(|op| {
        op.create_enum("mood", ["sad", "glad"]);
        op.create_table("plant", |table| {
            table.column(integer("id"));
            table.column(enumeration("a", "mood"));
            table.column(text("label"));
            constrain(table);
        });
    });
    Dialect::Postgres.plan(&mut before, &create).unwrap();
    let take = Op::record(|op| {
        op.set_enum_values("mood", ["sad"]);
    });
    Dialect::Postgres.plan(&mut before, &take).err().map(|error| error.to_string())
}

#[test]
fn a_value_stays_that_a_constraint_speaks_of() {
    let speaks = |refusal: Option<String>, what: &str| {
        let refusal = refusal.expect("the new type could not read it");
        assert!(refusal.contains(&format!("{what} of `plant` speaks of the value")), "{refusal}");
    };
    let excluding = |table: &mut TableBuilder| {
        table.exclusion("ex", [key("id").excluding("=")]).using("btree").predicate("a = 'glad'");
    };
    speaks(refusal_beside(excluding), "an exclusion constraint");
    let casting = |table: &mut TableBuilder| {
        table.check("label::mood <> 'glad'");
    };
    speaks(refusal_beside(casting), "a check");
}

#[test]
fn a_value_goes_beside_a_constant_of_another_column() {
    let refusal = refusal_beside(|table| {
        table.check("label <> 'glad'");
    });
    assert_eq!(refusal, None);
}

#[test]
fn sqlite_does_not_pretend_to_change_rows_that_hold_text() {
    // What made the table was SQL that says nothing of it: which columns hold values, nobody knows.
    let plant = TableBuilder::build("plant", |table| table.column(text("mood")));
    let mut before = Before::of(Schema::from_tables([plant]));
    let create = Op::record(|op| {
        op.create_enum("mood", ["sad", "ok"]);
    });
    Dialect::Sqlite.plan(&mut before, &create).expect("it is only known");
    for operations in [
        Op::record(|op| op.rename_enum_value("mood", "sad", "unhappy")),
        Op::record(|op| {
            op.set_enum_values("mood", ["ok"]).replace("sad", "ok");
        }),
    ] {
        let error = Dialect::Sqlite.plan(&mut before.clone(), &operations).unwrap_err();
        assert!(
            error.to_string().contains("no script says which columns of `plant` hold its values"),
            "{error}"
        );
    }
}
