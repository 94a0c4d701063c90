//! SQLite: changes that leave the rows where they lie in the file.

use cucurbit::{
    Op,
    connection::Connection,
    prelude::*,
    revision::Target,
    runtime::{Migrator, RunError, RunOptions},
};

use crate::support::{Database, on_sqlite, script, scripts};

/// A parent with rows, one of which is older than one of its columns, and a child; a trigger that must not fire.
const TABLES: &str = "CREATE TABLE bed (id INTEGER PRIMARY KEY);
    INSERT INTO bed VALUES (1), (2);
    CREATE TABLE plant (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, height INTEGER, bed_id INTEGER);
    INSERT INTO plant VALUES (3, 'Basil', 12, 1), (7, 'Mint', 9, NULL);
    ALTER TABLE plant ADD COLUMN rank INTEGER NOT NULL DEFAULT 5;
    INSERT INTO plant VALUES (9, 'Thyme', 4, 2, 6);
    CREATE TABLE photo (id INTEGER PRIMARY KEY, plant_id INTEGER REFERENCES plant (id) ON DELETE CASCADE);
    INSERT INTO photo VALUES (1, 3), (2, 9);
    CREATE TABLE seen (what TEXT);
    CREATE TRIGGER watch AFTER UPDATE ON plant BEGIN INSERT INTO seen VALUES (old.name); END;";

async fn run(
    connection: &mut Connection,
    upgrade: fn(&mut Op),
    allow_data_loss: bool,
) -> Result<Vec<String>, RunError> {
    let mut ran = Vec::new();
    let head: Target = "head".parse().unwrap();
    let scripts = scripts(&[script("a", &[], upgrade, |_| ())]);
    let observer = |event: cucurbit::runtime::Event<'_>| {
        if let cucurbit::runtime::Event::Statement { sql } = event {
            ran.push(sql.to_owned());
        }
    };
    let options = RunOptions::new().allow_data_loss(allow_data_loss);
    let report =
        Migrator::on(connection, &scripts).options(options).observer(observer).upgrade(&[head]).await;
    report.map(|_| ran)
}

async fn rows(connection: &mut Connection, query: &str) -> String {
    let rows = connection.rows(query).await.unwrap();
    let row = |row: Vec<Option<String>>| {
        row.into_iter().map(|value| value.unwrap_or_else(|| "NULL".to_owned())).collect::<Vec<_>>().join("|")
    };
    rows.into_iter().map(row).collect::<Vec<_>>().join(" ")
}

async fn root_page(connection: &mut Connection) -> String {
    rows(connection, "SELECT rootpage FROM sqlite_schema WHERE name = 'plant'").await
}

const PLANTS: &str = "SELECT id, name, height, bed_id, rank FROM plant ORDER BY id";

fn loosen(op: &mut Op) {
    op.alter_column("plant", "name").nullable();
    op.alter_column("plant", "rank").nullable();
}

fn tighten(op: &mut Op) {
    op.alter_column("plant", "height").not_null();
    op.create_check_constraint("ck_plant_height", "plant", "height > 0");
    op.create_foreign_key("fk_plant_bed_id", "plant", ["bed_id"], "bed", ["id"]);
}

#[test]
fn a_table_stays_where_it_is_and_others_see_the_change() {
    on_sqlite(async |database: Database| {
        let (mut connection, mut other) = (database.connect().await, database.connect().await);
        connection.execute(TABLES).await.unwrap();
        let (before, page) = (rows(&mut other, PLANTS).await, root_page(&mut other).await);
        assert!(other.execute("INSERT INTO plant (name) VALUES (NULL)").await.is_err());

        run(&mut connection, loosen, false).await.unwrap();
        assert_eq!(before, "3|Basil|12|1|5 7|Mint|9|NULL|5 9|Thyme|4|2|6");
        assert_eq!(
            rows(&mut connection, PLANTS).await,
            before,
            "a row older than its column keeps its value"
        );
        assert_eq!(root_page(&mut connection).await, page, "no row was copied");
        assert_eq!(rows(&mut connection, "SELECT count(*) FROM seen").await, "0");
        assert_eq!(rows(&mut connection, "PRAGMA writable_schema").await, "0");
        other.execute("INSERT INTO plant (id, name, rank) VALUES (11, NULL, NULL)").await.unwrap();
        assert_eq!(rows(&mut connection, "PRAGMA integrity_check").await, "ok");
    });
}

#[test]
fn what_is_asked_of_rows_is_looked_at_first() {
    on_sqlite(async |database: Database| {
        let (mut connection, mut other) = (database.connect().await, database.connect().await);
        connection.execute(TABLES).await.unwrap();
        let page = root_page(&mut other).await;
        let text = "SELECT sql FROM sqlite_schema WHERE name = 'plant'";
        let before = rows(&mut connection, text).await;
        for (spoils, mends, words) in [
            (
                "UPDATE plant SET height = NULL WHERE id = 7",
                "UPDATE plant SET height = 9 WHERE id = 7",
                "table `plant` has rows without a value for `height`, which shall not be NULL: 1 row, id = 7",
            ),
            (
                "UPDATE plant SET height = -1 WHERE id = 7",
                "UPDATE plant SET height = 9 WHERE id = 7",
                "table `plant` has rows that break the check `ck_plant_height`: 1 row, id = 7",
            ),
            (
                "UPDATE plant SET bed_id = 99 WHERE id = 7",
                "UPDATE plant SET bed_id = NULL WHERE id = 7",
                "1 row would refer to nothing, the first in table `plant` (row 7): its bed_id stands in no row of `bed`",
            ),
        ] {
            connection.execute(spoils).await.unwrap();
            // Rows that the schema forbids are no loss that somebody could allow.
            let error = run(&mut connection, tighten, true).await.unwrap_err();
            let told = std::error::Error::source(&error).map_or(error.to_string(), ToString::to_string);
            assert_eq!(told, words);
            assert_eq!(rows(&mut connection, text).await, before);
            assert_eq!(rows(&mut connection, "PRAGMA writable_schema").await, "0");
            connection.execute(mends).await.unwrap();
        }

        run(&mut connection, tighten, false).await.unwrap();
        assert_eq!(root_page(&mut connection).await, page, "no row was copied");
        let refused = [
            "(name, height) VALUES ('x', NULL)",
            "(name, height) VALUES ('x', 0)",
            "(name, height, bed_id) VALUES ('x', 1, 99)",
        ];
        for refused in refused {
            let insert = format!("INSERT INTO plant {refused}");
            assert!(other.execute(&insert).await.is_err(), "{insert}");
        }
        assert_eq!(rows(&mut connection, "PRAGMA integrity_check").await, "ok");
    });
}

#[test]
fn a_default_is_changed_by_a_copy_since_rows_older_than_their_column_are_read_with_it() {
    fn change(op: &mut Op) {
        op.alter_column("plant", "rank").default(8);
    }
    on_sqlite(async |database: Database| {
        let mut connection = database.connect().await;
        connection.execute(TABLES).await.unwrap();
        let before = rows(&mut connection, PLANTS).await;
        run(&mut connection, change, false).await.unwrap();
        assert_eq!(rows(&mut connection, PLANTS).await, before);
    });
}

#[test]
fn a_table_that_is_not_what_was_planned_for_is_left_alone() {
    /// Says that its SQL changes nothing, which is not so.
    fn lies(op: &mut Op) {
        op.execute("ALTER TABLE plant ADD COLUMN width INTEGER").means(|_| ());
        op.alter_column("plant", "name").nullable();
    }
    on_sqlite(async |database: Database| {
        let mut connection = database.connect().await;
        connection.execute(TABLES).await.unwrap();
        let text = "SELECT sql FROM sqlite_schema WHERE name = 'plant'";
        let before = rows(&mut connection, text).await;
        let error = run(&mut connection, lies, false).await.unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string);
        let words = "table `plant` was changed by another program while the revision was planned";
        assert_eq!(source.as_deref(), Some(words));
        assert_eq!(rows(&mut connection, text).await, before);
        assert_eq!(rows(&mut connection, "PRAGMA writable_schema").await, "0", "put back after an error too");
    });
}

#[test]
fn a_text_that_sqlite_refuses_never_gets_into_the_file() {
    fn refused(op: &mut Op) {
        op.create_check_constraint("ck_plant_bed", "plant", "bed_id IN (SELECT id FROM bed)");
    }
    on_sqlite(async |database: Database| {
        let mut connection = database.connect().await;
        connection.execute(TABLES).await.unwrap();
        let error = run(&mut connection, refused, false).await.unwrap_err();
        let mut told = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            told = format!("{told}: {cause}");
            source = cause.source();
        }
        assert!(told.contains("subqueries prohibited in CHECK constraints"), "{told}");
        assert_eq!(rows(&mut connection, "SELECT count(*) FROM plant").await, "3");
        assert_eq!(rows(&mut connection, "PRAGMA integrity_check").await, "ok");
    });
}

#[test]
fn what_only_a_copy_can_do_is_done_by_a_copy() {
    let changes: [fn(&mut Op); 5] = [
        |op| {
            op.alter_column("plant", "height").ty(Type::Text);
        },
        |op| {
            op.alter_column("plant", "name").collate("NOCASE");
        },
        |op| {
            op.create_unique_constraint("uq_plant_name", "plant", ["name"]);
        },
        |op| {
            op.alter_column("plant", "height").not_null().backfill("0");
        },
        |op| {
            op.alter_column("plant", "height").ty(Type::Float);
        },
    ];
    for change in changes {
        on_sqlite(async |database: Database| {
            let mut connection = database.connect().await;
            connection.execute(TABLES).await.unwrap();
            let ran = run(&mut connection, change, false).await.unwrap();
            assert!(ran.iter().any(|sql| sql.starts_with("INSERT INTO \"_cucurbit_new_plant\"")), "{ran:?}");
            assert_eq!(rows(&mut connection, "PRAGMA integrity_check").await, "ok");
        });
    }
}
