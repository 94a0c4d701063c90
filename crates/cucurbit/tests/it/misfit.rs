//! Operations that do not fit: whose mistake it is, in which file, and what was meant.

use cucurbit::{
    Error, Op, Script, connection::Connection, error::ErrorCode, prelude::*, revision::Reach,
    runtime::Migrator, source::replay,
};

use crate::support::{Database, on_each_database, on_sqlite, script, scripts};

fn nothing(_op: &mut Op) {}

/// One of everything.
fn garden(op: &mut Op) {
    op.create_enum("mood", ["sad", "happy"]);
    op.create_sequence("label_number");
    op.create_table("bed", |table| {
        table.column(integer("id"));
        table.primary_key(["id"]);
    });
    op.create_table("plant", |table| {
        table.column(integer("id"));
        table.column(string("name", 40).nullable());
        table.column(integer("bed_id").nullable());
        table.primary_key(["id"]);
        table.unique(["name"]).named("uq_plant_name");
        table.check("bed_id > 0").named("ck_plant_bed");
        table.foreign_key(["bed_id"], "bed", ["id"]).named("fk_plant_bed");
    });
    op.create_index("ix_plant_name", "plant", ["name"]);
    op.on(Postgres, |op| op.create_schema("shed"));
}

async fn upgrade(connection: &mut Connection, list: &[Script]) -> Error {
    let error = Migrator::on(connection, &scripts(list)).upgrade_heads().await.expect_err("it does not fit");
    error.into()
}

/// A slip, the dialects that have such a thing, and the name that was meant.
type Slip = (fn(&mut Op), &'static [Dialect], &'static str);

const BOTH: &[Dialect] = &[Dialect::Postgres, Dialect::Sqlite];
const ONE: &[Dialect] = &[Dialect::Postgres];

const SLIPS: [Slip; 24] = [
    (|op| op.alter_table("plnat", |table| table.rename_column("name", "title")), BOTH, "plant"),
    (
        |op| {
            op.drop_table("plants").loses_data();
        },
        BOTH,
        "plant",
    ),
    (|op| op.rename_table("plnt", "herb"), BOTH, "plant"),
    (
        |op| {
            op.drop_column("plant", "nmae").loses_data();
        },
        BOTH,
        "name",
    ),
    (|op| op.alter_table("plant", |table| table.rename_column("bed_ids", "place")), BOTH, "bed_id"),
    (
        |op| {
            op.alter_column("plant", "names").nullable();
        },
        BOTH,
        "name",
    ),
    (|op| op.drop_constraint("uq_plant_nam", "plant"), BOTH, "uq_plant_name"),
    (|op| op.drop_constraint("ck_plant_beds", "plant"), BOTH, "ck_plant_bed"),
    (|op| op.drop_constraint("fk_plant_bde", "plant"), BOTH, "fk_plant_bed"),
    (
        |op| {
            op.drop_index("ix_plant_nam", "plant");
        },
        BOTH,
        "ix_plant_name",
    ),
    (
        |op| {
            op.create_index("ix_new", "plant", ["nmae"]);
        },
        BOTH,
        "name",
    ),
    (
        |op| {
            op.create_unique_constraint("uq_new", "plant", ["bed_ids"]);
        },
        BOTH,
        "bed_id",
    ),
    (
        |op| {
            op.create_foreign_key("fk_new", "plant", ["bed_idd"], "bed", ["id"]);
        },
        BOTH,
        "bed_id",
    ),
    (
        |op| {
            op.create_foreign_key("fk_new", "plant", ["bed_id"], "bed", ["idd"]);
        },
        BOTH,
        "id",
    ),
    (
        |op| {
            op.create_table("label", |table| {
                table.column(integer("number"));
                table.unique(["nubmer"]);
            });
        },
        BOTH,
        "number",
    ),
    (
        |op| {
            op.create_table("label", |table| {
                table.column(integer("number"));
                table.foreign_key(["number"], "plant", ["idd"]);
            });
        },
        BOTH,
        "id",
    ),
    (
        |op| op.alter_table("plant", |table| table.alter_constraint("ck_plant_bde").rename("ck")),
        BOTH,
        "ck_plant_bed",
    ),
    (|op| op.create_index_comment("ix_plant_nam", "plant", "words"), BOTH, "ix_plant_name"),
    (|op| op.rename_index("ix_plant_nme", "plant", "ix"), BOTH, "ix_plant_name"),
    (
        |op| {
            op.create_index("ix_new", "plnat", ["name"]);
        },
        BOTH,
        "plant",
    ),
    (
        |op| {
            op.add_enum_value("moods", "calm");
        },
        ONE,
        "mood",
    ),
    (|op| op.rename_enum_value("mood", "hapy", "glad"), ONE, "happy"),
    (|op| op.drop_sequence("label_numbers"), ONE, "label_number"),
    (|op| op.drop_schema("shedd"), ONE, "shed"),
];

#[test]
fn a_slip_in_a_script_names_what_was_meant_and_sends_nobody_to_stamp() {
    on_each_database(async |database: Database| {
        for (number, (slip, dialects, meant)) in SLIPS.into_iter().enumerate() {
            if !dialects.contains(&database.dialect) {
                continue;
            }
            let mut connection = database.emptied().await;
            Migrator::on(&mut connection, &scripts(&[script("a", &[], garden, nothing)]))
                .upgrade_heads()
                .await
                .expect("the garden is made");
            let list = [script("a", &[], garden, nothing), script("b", &["a"], slip, nothing)];
            let error = upgrade(&mut connection, &list).await;
            let hint = error.hint().unwrap_or_default();
            assert_eq!(error.code(), ErrorCode::UnknownObject, "{number}: {error:?}");
            assert!(hint.contains(&format!("did you mean `{meant}`?")), "{number}: {hint}");
            assert!(hint.contains(list[1].path), "the file is named: {hint}");
            assert!(!hint.contains("stamp"), "{number}: {hint}");
            // In one go it is the same.
            let mut connection = database.emptied().await;
            assert_eq!(upgrade(&mut connection, &list).await.hint(), Some(hint.clone()), "{number}");
            // Replayed as well: `check`, `create`, `--sql`.
            let scripts = scripts(&list);
            let all: Vec<_> = scripts.graph().positions().collect();
            let replayed = replay(database.dialect, &scripts, &all, Default::default()).map(drop);
            let replayed: Error = replayed.expect_err("it does not fit").into();
            assert_eq!(
                (replayed.code(), replayed.hint()),
                (ErrorCode::UnknownObject, Some(hint)),
                "{number}"
            );
        }
    });
}

/// Slips that only the database can find: in expressions, and in tables that may be somebody else's.
const READ_BY_THE_DATABASE: [Slip; 6] = [
    (
        |op| {
            op.create_check_constraint("ck_new", "plant", "nmae <> 'x'");
        },
        BOTH,
        "name",
    ),
    (
        |op| {
            op.create_index("ix_new", "plant", [expression("lower(nmae)")]);
        },
        BOTH,
        "name",
    ),
    (
        |op| {
            op.create_index("ix_new", "plant", ["id"]).predicate("bed_ids > 1");
        },
        BOTH,
        "bed_id",
    ),
    (
        |op| {
            op.create_foreign_key("fk_new", "plant", ["bed_id"], "bde", ["id"]);
        },
        BOTH,
        "bed",
    ),
    (
        |op| {
            op.create_table("label", |table| {
                table.column(integer("bed_id"));
                table.foreign_key(["bed_id"], "bde", ["id"]);
            });
        },
        BOTH,
        "bed",
    ),
    (
        |op| {
            op.add_column("plant", enumeration("feels", "modo").nullable());
        },
        BOTH,
        "mood",
    ),
];

#[test]
fn a_slip_that_only_the_database_finds_names_what_was_meant_too() {
    on_each_database(async |database: Database| {
        for (number, (slip, dialects, meant)) in READ_BY_THE_DATABASE.into_iter().enumerate() {
            if !dialects.contains(&database.dialect) {
                continue;
            }
            let mut connection = database.emptied().await;
            let list = [script("a", &[], garden, nothing), script("b", &["a"], slip, nothing)];
            Migrator::on(&mut connection, &scripts(&list[..1])).upgrade_heads().await.expect("made");
            connection.execute("INSERT INTO plant (id) VALUES (1)").await.expect("a row");
            let error = upgrade(&mut connection, &list).await;
            let hint = error.hint().unwrap_or_default();
            assert_eq!(error.code(), ErrorCode::UnknownObject, "{number}: {error:?}");
            assert!(hint.contains(&format!("did you mean `{meant}`?")), "{number}: {hint}");
            assert!(hint.contains(list[1].path), "the file is named: {hint}");
            assert!(!hint.contains("stamp"), "{number}: {hint}");
            assert!(error.to_string().contains("revision `b`"), "{number}: {error}");
        }
    });
}

#[test]
fn a_danger_names_the_file_of_its_script() {
    fn not_null(op: &mut Op) {
        op.alter_column("plant", "name").not_null();
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = [script("a", &[], garden, nothing), script("b", &["a"], not_null, nothing)];
        Migrator::on(&mut connection, &scripts(&list[..1])).upgrade_heads().await.expect("made");
        connection.execute("INSERT INTO plant (id) VALUES (1)").await.expect("a row");
        let hint = upgrade(&mut connection, &list).await.hint().unwrap_or_default();
        assert!(hint.contains(list[1].path), "{hint}");
    });
}

#[test]
fn a_slip_in_a_downgrade_is_the_scripts_mistake_too() {
    fn add(op: &mut Op) {
        op.add_column("plant", integer("age").nullable());
    }
    fn slip(op: &mut Op) {
        op.drop_column("plant", "aeg").loses_data();
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = scripts(&[script("a", &[], garden, nothing), script("b", &["a"], add, slip)]);
        Migrator::on(&mut connection, &list).upgrade_heads().await.expect("upgraded");
        let target = "-1".parse().expect("a target");
        let error = Migrator::on(&mut connection, &list).downgrade(&target, Reach::Branch).await;
        let error: Error = error.expect_err("it does not fit").into();
        assert_eq!(error.code(), ErrorCode::UnknownObject);
        assert!(error.hint().is_some_and(|hint| hint.contains("did you mean `age`?")), "{:?}", error.hint());
    });
}

#[test]
fn what_somebody_took_away_by_hand_is_the_databases_mistake() {
    fn drop_column(op: &mut Op) {
        op.drop_column("plant", "name").loses_data();
    }
    fn drop_table(op: &mut Op) {
        op.drop_table("plant").loses_data();
    }
    on_each_database(async |database: Database| {
        for (by_hand, change) in [
            ("ALTER TABLE plant RENAME COLUMN name TO title", drop_column as fn(&mut Op)),
            ("ALTER TABLE plant RENAME TO herb", drop_table),
        ] {
            let mut connection = database.emptied().await;
            let list = [script("a", &[], garden, nothing), script("b", &["a"], change, nothing)];
            Migrator::on(&mut connection, &scripts(&list[..1])).upgrade_heads().await.expect("made");
            connection.execute(by_hand).await.expect("changed by hand");
            let error = upgrade(&mut connection, &list).await;
            let hint = error.hint().unwrap_or_default();
            assert_eq!(error.code(), ErrorCode::ObjectMissing, "{error:?}");
            let maker = format!("revision `a` ({}) makes it", list[0].path);
            assert!(hint.contains(&maker), "{hint}");
            assert!(hint.contains("by hand"), "{hint}");
        }
    });
}

#[test]
fn what_is_made_twice_is_told_from_what_somebody_else_made() {
    fn again(op: &mut Op) {
        op.create_table("bed", |table| {
            table.column(integer("id"));
        });
    }
    fn other(op: &mut Op) {
        op.create_table("shelf", |table| {
            table.column(integer("id"));
        });
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let twice = [script("a", &[], garden, nothing), script("b", &["a"], again, nothing)];
        let error = upgrade(&mut connection, &twice).await;
        let hint = error.hint().unwrap_or_default();
        assert_eq!(error.code(), ErrorCode::ObjectMadeTwice, "{error:?}");
        assert!(hint.contains(twice[0].path) && hint.contains(twice[1].path), "both files are named: {hint}");
        assert!(!hint.contains("stamp"), "{hint}");

        connection.execute("CREATE TABLE shelf (id INTEGER)").await.expect("made by hand");
        let made = [script("a", &[], garden, nothing), script("b", &["a"], other, nothing)];
        let error = upgrade(&mut connection, &made).await;
        assert_eq!(error.code(), ErrorCode::ObjectExists, "{error:?}");
        let hint = error.hint().unwrap_or_default();
        assert!(hint.contains("it was created outside the history") && hint.contains(made[1].path), "{hint}");
    });
}

#[test]
fn where_sql_hides_the_history_nobody_is_blamed() {
    fn opaque(op: &mut Op) {
        op.execute("CREATE TABLE herb (id INTEGER)");
    }
    fn slip(op: &mut Op) {
        op.drop_table("bde").loses_data();
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = [
            script("a", &[], garden, nothing),
            script("b", &["a"], opaque, nothing),
            script("c", &["b"], slip, nothing),
        ];
        let error = upgrade(&mut connection, &list).await;
        assert_eq!(error.code(), ErrorCode::ObjectMissing, "{error:?}");
        let hint = error.hint().unwrap_or_default();
        assert!(hint.contains("did you mean `bed`?") && hint.contains(list[2].path), "{hint}");
        assert!(!hint.contains("stamp"), "{hint}");
    });
}

/// Words without quotes, where SQL is asked for and a text was meant.
const BARE: [fn(&mut Op); 4] = [
    |op| {
        op.alter_column("plant", "name").not_null().backfill("unnamed");
    },
    |op| {
        op.alter_column("plant", "name").default_expression("unnamed");
    },
    |op| {
        op.create_check_constraint("ck_named", "plant", "name <> unnamed");
    },
    |op| op.add_column("plant", string("kind", 9)).backfill("herb"),
];

#[test]
fn a_word_without_quotes_is_told_to_be_a_column() {
    on_each_database(async |database: Database| {
        for (number, bare) in BARE.into_iter().enumerate() {
            let mut connection = database.emptied().await;
            let list = [script("a", &[], garden, nothing), script("b", &["a"], bare, nothing)];
            Migrator::on(&mut connection, &scripts(&list[..1])).upgrade_heads().await.expect("made");
            connection.execute("INSERT INTO plant (id) VALUES (1)").await.expect("a row");
            let error = upgrade(&mut connection, &list).await;
            let hint = error.hint().unwrap_or_default();
            assert!(hint.contains("quotes") || hint.contains("\"'"), "{number}: {error:?} {hint}");
        }
    });
}

#[test]
fn the_hint_of_nulls_writes_a_text_as_sql_does() {
    fn not_null(op: &mut Op) {
        op.alter_column("plant", "name").not_null();
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = [script("a", &[], garden, nothing), script("b", &["a"], not_null, nothing)];
        Migrator::on(&mut connection, &scripts(&list[..1])).upgrade_heads().await.expect("made");
        connection.execute("INSERT INTO plant (id) VALUES (1)").await.expect("a row");
        let hint = upgrade(&mut connection, &list).await.hint().unwrap_or_default();
        assert!(hint.contains(r#".backfill("'en'")"#), "{hint}");
    });
}

#[test]
fn what_is_pending_below_is_applied_before_a_revision_is_taken_for_applied() {
    fn age(op: &mut Op) {
        op.add_column("plant", integer("age").nullable());
    }
    fn shed(op: &mut Op) {
        op.create_table("shed", |table| {
            table.column(integer("id"));
        });
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = [
            script("x", &[], garden, nothing),
            script("y", &["x"], age, nothing),
            script("z", &["y"], shed, nothing),
        ];
        Migrator::on(&mut connection, &scripts(&list[..1])).upgrade_heads().await.unwrap();
        connection.execute("CREATE TABLE shed (id integer NOT NULL)").await.unwrap();
        let error = upgrade(&mut connection, &list).await;
        assert_eq!(error.code(), ErrorCode::ObjectExists, "{error:?}");
        let hint = error.hint().unwrap();
        assert!(hint.contains("first `upgrade y`, then `stamp z`"), "{hint}");
        // The hint is followed.
        let scripts = scripts(&list);
        Migrator::on(&mut connection, &scripts).upgrade(&["y".parse().unwrap()]).await.unwrap();
        Migrator::on(&mut connection, &scripts).stamp(&["z".parse().unwrap()], false).await.unwrap();
        assert!(Migrator::on(&mut connection, &scripts).upgrade_heads().await.unwrap().steps.is_empty());
        connection.execute("SELECT age FROM plant").await.unwrap();
    });
}

/// Tables that refer to each other, to a later one, to one under its new name, and to what SQL makes.
fn in_a_circle(op: &mut Op) {
    op.execute("CREATE TABLE by_hand (id INTEGER NOT NULL PRIMARY KEY)");
    op.create_table("one", |table| {
        table.column(integer("id"));
        table.column(integer("other_id").nullable());
        table.primary_key(["id"]);
        table.foreign_key(["id"], "by_hand", ["id"]);
        table.foreign_key(["id"], "one", ["id"]);
        table.foreign_key(["other_id"], "two", ["id"]);
    });
    op.create_table("two", |table| {
        table.column(integer("id"));
        table.column(integer("other_id").nullable());
        table.primary_key(["id"]);
    });
    op.create_foreign_key("fk_two", "two", ["other_id"], "one", ["id"]);
    op.create_foreign_key("fk_hand", "two", ["id"], "BY_HAND", ["id"]);
}

#[test]
fn a_foreign_key_may_come_before_its_table_in_a_revision() {
    on_sqlite(async |database: Database| {
        let mut connection = database.connect().await;
        let list = [script("a", &[], in_a_circle, nothing)];
        Migrator::on(&mut connection, &scripts(&list)).upgrade_heads().await.expect("all of it is there");
        connection.execute("INSERT INTO by_hand VALUES (1)").await.unwrap();
        connection.execute("INSERT INTO one VALUES (1, NULL)").await.unwrap();
        connection.execute("INSERT INTO two VALUES (1, 1)").await.unwrap();
        connection.close().await.unwrap();
    });
}
