//! Rows that are changed under deferred constraints, and tables that are changed after them, in one revision.

use std::cell::RefCell;

use cucurbit::{
    connection::Connection,
    operation::Op,
    prelude::*,
    runtime::Migrator,
    schema::{Deferral, Dialect},
};

use crate::support::{Database, on_database, script, scripts};

const MADE: &str = "
    CREATE TABLE bed (id INTEGER PRIMARY KEY, first_plant INTEGER);
    CREATE TABLE plant (id INTEGER PRIMARY KEY, bed_id INTEGER CONSTRAINT fk_bed REFERENCES bed DEFERRABLE INITIALLY DEFERRED,
      rank INTEGER, CONSTRAINT uq_rank UNIQUE (rank) DEFERRABLE INITIALLY DEFERRED);
    ALTER TABLE bed ADD CONSTRAINT \"fk First\" FOREIGN KEY (first_plant) REFERENCES plant DEFERRABLE INITIALLY DEFERRED;
    INSERT INTO bed (id) VALUES (1), (2);
    INSERT INTO plant VALUES (1, 1, 1), (2, NULL, 2);
    UPDATE bed SET first_plant = 1 WHERE id = 1;
";

thread_local! {
    static UPGRADE: RefCell<Option<fn(&mut Op)>> = const { RefCell::new(None) };
}

fn upgrade(op: &mut Op) {
    UPGRADE.with_borrow(|upgrade| upgrade.iter().for_each(|upgrade| upgrade(op)));
}

async fn run(connection: &mut Connection, record: fn(&mut Op)) -> Result<(), String> {
    UPGRADE.set(Some(record));
    let scripts = scripts(&[script("a", &[], upgrade, |_| ())]);
    let head = "head".parse().unwrap();
    let report = Migrator::on(connection, &scripts).upgrade(&[head]).await;
    report.map(drop).map_err(|error| format!("{error}: {:?}", std::error::Error::source(&error)))
}

/// Runs a revision on beds and plants, and returns both.
fn after(record: fn(&mut Op), check: fn(Result<(), String>, &str)) {
    on_database(Dialect::Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        connection.execute(MADE).await.unwrap();
        let ran = run(&mut connection, record).await;
        let rows = "SELECT (SELECT string_agg(b::text, ' ' ORDER BY b.id) FROM bed b) || ' ' || \
                    (SELECT string_agg(p::text, ' ' ORDER BY p.id) FROM plant p)";
        let rows = connection.value(rows).await.unwrap().unwrap();
        check(ran, &rows);
        connection.close().await.unwrap();
    });
}

#[test]
fn a_table_is_altered_after_its_rows_were_changed_by_sql() {
    after(
        |op| {
            op.execute("UPDATE plant SET bed_id = 2 WHERE id = 1");
            op.add_column("plant", integer("size").nullable());
            // What is put off later is put off as before: the one comes before the other.
            op.execute("INSERT INTO bed VALUES (3, 3); INSERT INTO plant VALUES (3, 3, 3)");
            op.create_index("ix_size", "plant", ["size"]);
            op.execute("UPDATE plant SET rank = 4 - rank");
            op.drop_column("bed", "first_plant").loses_data();
        },
        |ran, rows| {
            assert_eq!(ran, Ok(()));
            assert_eq!(rows, "(1) (2) (3) (1,2,3,) (2,,2,) (3,3,1,)");
        },
    );
}

#[test]
fn a_column_refuses_null_after_it_was_filled_under_a_deferred_foreign_key() {
    after(
        |op| {
            op.alter_column("plant", "bed_id").not_null().backfill("2");
            op.bulk_insert("plant", ["id", "bed_id"], [[5, 1]]);
            op.alter_table("plant", |table| {
                table.alter_constraint("fk_bed").deferral(Deferral::NotDeferrable);
            });
            op.drop_table("bed");
        },
        |ran, _| {
            // Everything up to there is done; the table is not empty.
            let error = ran.unwrap_err();
            assert!(!error.contains("pending") && error.contains("bed"), "{error}");
        },
    );
}

#[test]
fn a_table_is_altered_after_code_and_sql_of_unknown_effect_changed_its_rows() {
    after(
        |op| {
            op.run("move the first plant", async |connection: &mut Connection| {
                connection.execute("UPDATE plant SET bed_id = 2 WHERE id = 1").await?;
                Ok(())
            });
            op.add_column("plant", integer("size").nullable());
            op.execute("DO $$ BEGIN UPDATE plant SET bed_id = 1; END $$");
            op.add_column("plant", integer("height").nullable());
        },
        |ran, rows| {
            assert_eq!(ran, Ok(()));
            assert_eq!(rows, "(1,1) (2,) (1,1,1,,) (2,1,2,,)");
        },
    );
}

#[test]
fn rows_that_break_a_deferred_constraint_are_refused_where_the_table_is_altered() {
    after(
        |op| {
            op.execute("UPDATE plant SET bed_id = 9 WHERE id = 1");
            op.add_column("plant", integer("size").nullable());
        },
        |ran, rows| {
            assert!(ran.unwrap_err().contains("fk_bed"), "the constraint is named");
            assert_eq!(rows, "(1,1) (2,) (1,1,1) (2,,2)");
        },
    );
}
