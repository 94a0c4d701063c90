//! Keys, checks, exclusions and indexes that are changed in place, renamed, and found in the server's words.

use cucurbit::{
    dialect::{Before, Dialect},
    operation::Op,
    schema::{Action, Deferral, Type, build::*},
};

use crate::support::release;

use super::{Database, reflect, run};

/// Makes the tables, with what version 15 has brought if the server has it.
fn garden(op: &mut Op, release: u32) {
    op.create_table("bed", |table| {
        table.column(integer("house"));
        table.column(integer("number"));
        table.column(text("note").nullable());
        table.primary_key(["house", "number"]).include(["note"]);
    });
    op.create_table("stay", |table| {
        table.column(integer("id"));
        table.column(integer("house").nullable());
        table.column(integer("bed").nullable());
        table.column(column("during", Type::custom("int4range")).nullable());
        table.column(text("kind").nullable());
        table.primary_key(["id"]).deferrable();
        let kinds = table.unique(["kind"]).include(["bed", "during"]).deferred();
        if release >= 15 {
            kinds.nulls_not_distinct();
        }
        let beds = table.foreign_key(["house", "bed"], "bed", ["house", "number"]);
        beds.on_delete(Action::SetNull).match_full().not_valid();
        if release >= 15 {
            beds.on_delete_columns(["bed"]);
        }
        table.check("length(kind) > 0").no_inherit().not_valid();
        table
            .exclusion(
                "ex_stay",
                [key("during").excluding("&&"), expression("int4range(bed, house)").excluding("=")],
            )
            .using("gist")
            .include(["kind"])
            .predicate("kind <> 'guest'")
            .deferrable();
    });
    op.create_index("ix_stay", "stay", [key("kind").collate("C").operator_class("text_pattern_ops")])
        .include(["bed"])
        .parameter("fillfactor", "70")
        .predicate("bed > 0");
    op.create_index("ix_range", "stay", ["during"]).using("gist");
}

const ROWS: &str = "INSERT INTO bed VALUES (1, 2); \
                    INSERT INTO stay VALUES (1, 1, 2, '[1,3)', 'guest'), (2, NULL, NULL, NULL, NULL)";

#[tokio::test]
async fn what_is_renamed_is_renamed_in_keys_exclusions_and_indexes() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    let release = release(&mut connection).await;
    run(&mut connection, &mut before, |op| garden(op, release)).await;
    connection.execute(ROWS).await.unwrap();
    run(&mut connection, &mut before, |op| {
        op.rename_table("stay", "visit");
        op.alter_table("visit", |table| {
            table.rename_column("bed", "bed_number");
            table.rename_column("during", "days");
            table.rename_column("kind", "Kind");
        });
        op.alter_table("bed", |table| table.rename_column("note", "remark"));
        op.rename_index("ix_stay", "visit", "ix_visit");
        op.alter_table("visit", |table| {
            table.alter_constraint("ex_stay").rename("ex_visit");
            table.alter_unique(["Kind"]).rename("uq_kind");
            table.alter_primary_key().rename("pk_visit");
        });
    })
    .await;
    // A reflected schema is what memory is.
    before = Before::of(reflect(&mut connection).await);
    run(&mut connection, &mut before, |op| {
        op.alter_table("visit", |table| table.drop_constraint("ex_visit"))
    })
    .await;
    run(&mut connection, &mut before, |op| {
        op.alter_table("visit", |table| {
            table.drop_foreign_key(["house", "bed_number"]);
        });
        op.drop_column("visit", "Kind").loses_data();
        op.drop_column("bed", "remark").loses_data();
    })
    .await;
    let visit = &before.schema.tables()[&"visit".into()];
    assert_eq!((visit.uniques().count(), visit.checks().count(), visit.indexes.len()), (0, 0, 1));
    assert_eq!(before.schema.tables()[&"bed".into()].primary_key(), None);
}

#[tokio::test]
async fn a_constraint_is_validated_and_deferred_in_place() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut before = Before::default();
    let release = release(&mut connection).await;
    run(&mut connection, &mut before, |op| garden(op, release)).await;
    connection.execute(ROWS).await.unwrap();
    run(&mut connection, &mut before, |op| {
        op.alter_table("stay", |table| {
            table.alter_foreign_key(["house", "bed"]).validate();
            table.alter_foreign_key(["house", "bed"]).deferral(Deferral::Deferred);
            table.alter_check("length(kind) > 0").validate();
        });
    })
    .await;
    let key = &before.schema.tables()[&"stay".into()].foreign_keys().next().unwrap();
    assert_eq!((key.is_not_valid, key.deferral), (false, Deferral::Deferred));
    // The reference is checked at the end of the transaction.
    connection
        .execute(
            "BEGIN; INSERT INTO stay (id, house, bed, kind) VALUES (3, 8, 7, 'x'); INSERT INTO bed VALUES (8, 7); \
             COMMIT",
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn an_unnamed_check_is_dropped_by_its_words_and_no_other_is() {
    let database = Database::new().await;
    let mut connection = database.connect().await;
    connection
        .execute(
            "CREATE TABLE plant (height int CHECK (height > 0) CHECK (height BETWEEN -5 AND 100), name varchar(9)
               CHECK (name <> '' AND name NOT LIKE 'x%'), at timestamptz CHECK (at > '2020-01-01'),
               kind text CHECK (kind IN ('a', 'b')), CONSTRAINT luck CHECK (height <> 13))",
        )
        .await
        .unwrap();
    let mut before = Before::of(reflect(&mut connection).await);
    for other in ["height < 0", "height > 1", "height <> 14", "at < '2020-01-01'", "name = ''"] {
        let drop = Op::record(|op| op.alter_table("plant", |table| table.drop_check(other)));
        let refused = Dialect::Postgres.plan(&mut before.clone(), &drop);
        assert!(refused.is_err(), "{other} is no check of the table: {refused:?}");
    }
    run(&mut connection, &mut before, |op| {
        op.alter_table("plant", |table| {
            table.drop_check("HEIGHT>0");
            table.drop_check("height BETWEEN -5 AND 100");
            table.drop_check("name <> '' AND name NOT LIKE 'x%'");
            table.drop_check("at > '2020-01-01'");
            table.drop_check("kind IN ('a', 'b')");
        });
    })
    .await;
    let left = before.schema.tables()[&"plant".into()].checks();
    assert_eq!(left.map(|check| check.name.clone()).collect::<Vec<_>>(), [Some("luck".into())]);
}
