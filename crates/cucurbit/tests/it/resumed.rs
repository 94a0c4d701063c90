//! Revisions with statements outside transactions that failed: what a second run makes of them, with the script as it was or
//! corrected.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    task::Poll,
};

use cucurbit::{
    Error, Op, Script,
    command::{self, Location, Project},
    connection::Connection,
    error::ErrorCode,
    prelude::*,
    revision::Reach,
    runtime::{Event, Migrator, Report, RunError, RunOptions},
};

use crate::support::{Database, on_database, on_each_database, script, scripts};

fn nothing(_op: &mut Op) {}

fn plog(op: &mut Op) {
    op.create_table("plog", |table| {
        table.column(integer("id"));
        table.column(integer("a").nullable());
        table.column(integer("b").nullable());
        table.primary_key(["id"]);
    });
    op.create_index("ix_plog", "plog", ["a"]);
    op.create_index("ix_drop", "plog", ["a"]);
    op.bulk_insert("plog", ["id", "a", "b"], rows![[1, 1, 1], [2, 2, 1]]);
}

fn with(upgrade: fn(&mut Op)) -> [Script; 2] {
    [script("a1", &[], plog, nothing), script("a2", &["a1"], upgrade, nothing)]
}

async fn upgrade(connection: &mut Connection, list: &[Script]) -> Result<Report, RunError> {
    Migrator::on(connection, &scripts(list)).upgrade_heads().await
}

async fn value(connection: &mut Connection, query: &str) -> String {
    connection.value(query).await.unwrap().unwrap_or_default()
}

async fn indexes(connection: &mut Connection) -> String {
    let query = "SELECT string_agg(c.relname || CASE WHEN i.indisvalid THEN '' ELSE '!' END, ' ' ORDER BY c.relname) \
                 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
                 WHERE i.indrelid = 'plog'::regclass AND NOT i.indisprimary";
    value(connection, query).await
}

const VERSION: &str = "SELECT version_num FROM alembic_version";

fn outside(op: &mut Op, sql: &str) {
    op.execute(sql).outside_transaction().means(|_| ());
}

type Refused = (fn(&mut Op), &'static str);

#[test]
fn what_the_server_refused_is_not_said_to_be_done_later() {
    const REFUSED: [Refused; 5] = [
        (|op| outside(op, "DROP INDEX CONCURRENTLY ix_dorp"), "does not exist"),
        (|op| outside(op, "CREATE INDEX CONCURRENTLY ix_plog ON plog (b)"), "already exists"),
        (|op| outside(op, "CREATE INDEX CONCURRENTLY ix_plog ON plog (a)"), "already exists"),
        (|op| outside(op, "ALTER TABLE plog DETACH PARTITION ix CONCURRENTLY"), "plog"),
        (|op| outside(op, "DROP DATABASE nobody_made_this"), "does not exist"),
    ];
    on_database(Postgres, async |database: Database| {
        for (refused, words) in REFUSED {
            let mut connection = database.emptied().await;
            let list = with(refused);
            for _ in 0..3 {
                let error = Error::from(upgrade(&mut connection, &list).await.unwrap_err());
                let said = format!("{error:?}");
                assert!(said.contains(words), "{said}");
                assert!(error.to_string().ends_with("failed, and nothing of it was done"), "{error}");
                assert_eq!(value(&mut connection, VERSION).await, "a1");
                assert_eq!(indexes(&mut connection).await, "ix_drop ix_plog");
            }
            // Nothing is left to go on with, so nothing is in the way.
            assert!(upgrade(&mut connection, &list[..1]).await.unwrap().steps.is_empty());
            Migrator::on(&mut connection, &scripts(&with(nothing))).upgrade_heads().await.unwrap();
        }
    });
}

#[test]
fn an_index_that_somebody_made_meanwhile_is_compared_with_what_was_meant() {
    fn unique(op: &mut Op) {
        op.execute("ALTER TABLE plog ADD c integer").means(|_| ());
        outside(op, "CREATE UNIQUE INDEX CONCURRENTLY ux_plog ON public.plog (b DESC, (a + 1)) WHERE a > 0");
    }
    let list = with(unique);
    on_database(Postgres, async |database: Database| {
        for (made, is_meant) in [
            ("CREATE UNIQUE INDEX ux_plog ON plog (b DESC, (a+1)) WHERE (a > 0)", true),
            ("CREATE INDEX ux_plog ON plog (b DESC, (a + 1)) WHERE a > 0", false),
            ("CREATE UNIQUE INDEX ux_plog ON plog (b, (a + 1)) WHERE a > 0", false),
            ("CREATE UNIQUE INDEX ux_plog ON plog (b DESC, (a + 1))", false),
        ] {
            let mut connection = database.emptied().await;
            upgrade(&mut connection, &list[..1]).await.unwrap();
            connection.execute("INSERT INTO plog VALUES (3, 2, 1)").await.unwrap();
            let error = upgrade(&mut connection, &list).await.unwrap_err();
            assert!(matches!(error, RunError::Outside { is_untouched: false, .. }), "{error}");
            assert_eq!(indexes(&mut connection).await, "ix_drop ix_plog ux_plog!");
            // As if the process had ended between the statement and its mark.
            let by_hand = format!("DELETE FROM plog WHERE id = 3; DROP INDEX ux_plog; {made}");
            connection.execute(&by_hand).await.unwrap();
            let again = upgrade(&mut connection, &list).await;
            assert_eq!(again.is_ok(), is_meant, "{made}: {again:?}");
            let version = value(&mut connection, VERSION).await;
            assert_eq!(version, if is_meant { "a2" } else { "a1" });
        }
    });
}

#[test]
fn an_invalid_index_is_not_taken_for_one_that_is_there() {
    fn if_missing(op: &mut Op) {
        outside(op, "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"Ux\" ON ONLY public.plog (b)");
    }
    fn inside(op: &mut Op) {
        op.execute("CREATE UNIQUE INDEX IF NOT EXISTS \"Ux\" ON plog (b)").means(|_| ());
    }
    on_database(Postgres, async |database: Database| {
        for upgrade_of in [if_missing as fn(&mut Op), inside] {
            let mut connection = database.emptied().await;
            let list = with(upgrade_of);
            upgrade(&mut connection, &list[..1]).await.unwrap();
            // Somebody tried, and the rows forbade it.
            let by_hand = "CREATE UNIQUE INDEX CONCURRENTLY \"Ux\" ON plog (b)";
            connection.execute(by_hand).await.unwrap_err();
            assert_eq!(indexes(&mut connection).await, "Ux! ix_drop ix_plog");
            for _ in 0..2 {
                let error = Error::from(upgrade(&mut connection, &list).await.unwrap_err());
                assert_eq!(error.code(), ErrorCode::InvalidIndex, "{error:?}");
                let hint = error.hint().unwrap();
                assert!(hint.contains("DROP INDEX CONCURRENTLY \"Ux\""), "{hint}");
                assert_eq!(value(&mut connection, VERSION).await, "a1");
            }
            // As the hint says.
            connection.execute("DROP INDEX CONCURRENTLY \"Ux\"").await.unwrap();
            connection.execute("DELETE FROM plog WHERE id = 2").await.unwrap();
            upgrade(&mut connection, &list).await.unwrap();
            assert_eq!(indexes(&mut connection).await, "Ux ix_drop ix_plog");
            assert_eq!(value(&mut connection, VERSION).await, "a2");
        }
        // What is there and of use is passed over, as the statement says.
        let mut connection = database.emptied().await;
        let list = with(if_missing);
        upgrade(&mut connection, &list[..1]).await.unwrap();
        connection.execute("CREATE INDEX \"Ux\" ON plog (a)").await.unwrap();
        upgrade(&mut connection, &list).await.unwrap();
    });
}

#[test]
fn a_script_of_which_nothing_was_done_is_read_again() {
    fn slip(op: &mut Op) {
        outside(op, "CREATE INDEX CONCURRENTLY ix_q ON plog (nmae)");
        op.execute("INSERT INTO plog VALUES (7, 7, 7)").means(|_| ());
    }
    fn corrected(op: &mut Op) {
        outside(op, "CREATE INDEX CONCURRENTLY ix_q ON plog (b)");
        op.execute("INSERT INTO plog VALUES (8, 8, 8)").means(|_| ());
    }
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let error = upgrade(&mut connection, &with(slip)).await.unwrap_err();
        assert_eq!(error.to_string(), "revision `a2` failed, and nothing of it was done");
        let hint = error.hint().unwrap();
        assert!(hint.contains("correct the script"), "{hint}");
        // No other command minds.
        let location = Location::new().database_url(&database.url);
        let env = cucurbit::Env::new(with(slip)[..1].to_vec()).models(|| {
            Ok::<_, std::convert::Infallible>(cucurbit::schema::Schema::from_tables([TableBuilder::build(
                "plog",
                |table| table.column(integer("id")),
            )]))
        });
        let project = Project::open(env, location).unwrap();
        command::check(&project, command::CheckOptions::default()).await.unwrap();
        upgrade(&mut connection, &with(corrected)).await.unwrap();
        assert_eq!(indexes(&mut connection).await, "ix_drop ix_plog ix_q");
        assert_eq!(value(&mut connection, VERSION).await, "a2");
        assert_eq!(
            value(&mut connection, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM plog").await,
            "1 2 8"
        );
        assert_eq!(database.tables(&mut connection).await, ["alembic_version", "plog"]);
    });
}

/// A script of which the first statement is done and the second is wrong.
fn half(op: &mut Op) {
    op.execute("INSERT INTO plog VALUES (7, 7, 7)").means(|_| ());
    op.on(Postgres, |op| outside(op, "CREATE INDEX CONCURRENTLY ix_q ON plog (nmae)"));
    op.on(Sqlite, |op| outside(op, "VACUUM nowhere"));
    op.execute("INSERT INTO plog VALUES (8, 8, 8)").means(|_| ());
}

fn corrected_half(op: &mut Op) {
    op.execute("INSERT INTO plog VALUES (7, 7, 7)").means(|_| ());
    op.on(Postgres, |op| outside(op, "CREATE INDEX CONCURRENTLY ix_q ON plog (b)"));
    op.on(Sqlite, |op| outside(op, "VACUUM"));
    op.execute("INSERT INTO plog VALUES (9, 9, 9)").means(|_| ());
    op.execute("INSERT INTO plog VALUES (10, 10, 10)").means(|_| ());
}

fn another_half(op: &mut Op) {
    op.execute("INSERT INTO plog VALUES (6, 6, 6)").means(|_| ());
    op.on(Postgres, |op| outside(op, "CREATE INDEX CONCURRENTLY ix_q ON plog (b)"));
    op.on(Sqlite, |op| outside(op, "VACUUM"));
}

#[test]
fn the_rest_of_a_revision_is_what_its_script_says_now() {
    let ids = "SELECT id FROM plog ORDER BY id";
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        for _ in 0..2 {
            let error = upgrade(&mut connection, &with(half)).await.unwrap_err();
            assert!(error.to_string().ends_with("so what it did is still there"), "{error}");
        }
        let read = async |connection: &mut Connection| {
            connection.rows(ids).await.unwrap().concat().into_iter().flatten().collect::<Vec<_>>()
        };
        assert_eq!(read(&mut connection).await, ["1", "2", "7"]);
        // What is done is not what another script says.
        let error = Error::from(upgrade(&mut connection, &with(another_half)).await.unwrap_err());
        assert_eq!(error.code(), ErrorCode::UnfinishedRevision, "{error:?}");
        assert!(error.to_string().contains("VALUES (6, 6, 6)"), "{error}");
        assert!(error.hint().unwrap().contains("to give it up"), "{error:?}");
        assert_eq!(read(&mut connection).await, ["1", "2", "7"]);
        upgrade(&mut connection, &with(corrected_half)).await.unwrap();
        assert_eq!(read(&mut connection).await, ["1", "2", "7", "9", "10"]);
        assert_eq!(value(&mut connection, VERSION).await, "a2");
        assert!(!database.tables(&mut connection).await.contains(&"cucurbit_journal".to_owned()));
    });
}

#[test]
fn a_target_below_an_unfinished_revision_is_not_passed() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let first = [script("a0", &[], nothing, nothing)];
        upgrade(&mut connection, &first).await.unwrap();
        let all = |upgrade: fn(&mut Op)| {
            let [_, two] = with(upgrade);
            [script("a0", &[], nothing, nothing), script("a1", &["a0"], plog, nothing), two]
        };
        upgrade(&mut connection, &all(half)).await.unwrap_err();
        for target in ["a0", "a1"] {
            let list = scripts(&all(corrected_half));
            let error =
                Migrator::on(&mut connection, &list).upgrade(&[target.parse().unwrap()]).await.unwrap_err();
            assert!(matches!(error, RunError::Unfinished { .. }), "{target}: {error}");
            assert!(error.hint().unwrap().contains("`upgrade a2` goes on"), "{error:?}");
            assert_eq!(value(&mut connection, VERSION).await, "a1");
        }
        let list = scripts(&all(corrected_half));
        Migrator::on(&mut connection, &list).upgrade(&["a2".parse().unwrap()]).await.unwrap();
        assert_eq!(value(&mut connection, VERSION).await, "a2");
    });
}

/// Runs a future to its end; tells whether that is a panic.
async fn ends_in_a_panic<T>(future: impl Future<Output = T>) -> bool {
    let mut future = Box::pin(future);
    std::future::poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(_)) => Poll::Ready(false),
        Err(_) => Poll::Ready(true),
    })
    .await
}

#[test]
fn what_was_done_and_not_marked_is_known_from_the_catalogue() {
    // A statement, what makes it possible, and what tells that it was done once.
    type Done = (fn(&mut Op), &'static str, &'static str, &'static str);
    const DONE: [Done; 4] = [
        (
            |op| {
                op.execute("INSERT INTO plog VALUES (7, 7, 7)").means(|_| ());
                outside(op, "ALTER TABLE part DETACH PARTITION part1 CONCURRENTLY");
            },
            "CREATE TABLE part (id integer) PARTITION BY LIST (id); \
             CREATE TABLE part1 PARTITION OF part FOR VALUES IN (1); \
             CREATE TABLE part2 PARTITION OF part FOR VALUES IN (2)",
            "ALTER TABLE part DETACH PARTITION part1",
            "SELECT count(*) FROM pg_inherits WHERE inhrelid = 'part1'::regclass",
        ),
        (
            |op| {
                op.execute("INSERT INTO plog VALUES (7, 7, 7)").means(|_| ());
                outside(op, "REINDEX INDEX CONCURRENTLY ix_plog");
            },
            "SELECT 1",
            "CREATE INDEX ix_plog_ccnew ON plog (a); \
             UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_plog_ccnew'::regclass",
            "SELECT count(*) FROM pg_class WHERE relname LIKE 'ix%cc%'",
        ),
        (
            |op| {
                op.execute("INSERT INTO plog VALUES (7, 7, 7)").means(|_| ());
                outside(op, "DROP INDEX CONCURRENTLY ix_drop");
            },
            "SELECT 1",
            "DROP INDEX ix_drop",
            "SELECT count(*) FROM pg_class WHERE relname = 'ix_drop'",
        ),
        (
            |op| {
                op.execute("INSERT INTO plog VALUES (7, 7, 7)").means(|_| ());
                outside(
                    op,
                    "CREATE SUBSCRIPTION pump CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, create_slot = true)",
                );
            },
            "SELECT 1",
            "CREATE SUBSCRIPTION pump CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false)",
            "SELECT count(*) - 1 FROM pg_subscription WHERE subname = 'pump'",
        ),
    ];
    on_database(Postgres, async |database: Database| {
        for (upgrade_of, first, by_hand, left) in DONE {
            let mut connection = database.emptied().await;
            let list = with(upgrade_of);
            upgrade(&mut connection, &list[..1]).await.unwrap();
            connection.execute(first).await.unwrap();
            let scripts = scripts(&list);
            // It ends when the statement is marked and not sent yet: what a server answers at once would be seen too.
            let stopped = {
                let mut migrator = Migrator::on(&mut connection, &scripts).observer(|event| {
                    let words = ["ALTER TABLE part", "REINDEX", "DROP INDEX", "CREATE SUBSCRIPTION"];
                    if let Event::Statement { sql } = event {
                        assert!(!words.iter().any(|word| sql.starts_with(word)), "the process ends here");
                    }
                });
                ends_in_a_panic(migrator.upgrade_heads()).await
            };
            assert!(stopped, "{by_hand}");
            drop(connection);
            // What the statement did before the process ended.
            let mut connection = database.connect().await;
            let _ = connection.execute(by_hand).await;
            upgrade(&mut connection, &list).await.unwrap_or_else(|error| panic!("{by_hand}: {error:?}"));
            assert_eq!(value(&mut connection, VERSION).await, "a2");
            assert_eq!(value(&mut connection, left).await, "0", "{by_hand}");
            if by_hand.contains("SUBSCRIPTION") {
                let drop = "ALTER SUBSCRIPTION pump SET (slot_name = NONE); DROP SUBSCRIPTION pump";
                for sql in drop.split(';') {
                    connection.execute(sql).await.unwrap();
                }
            }
        }
    });
}

#[test]
fn a_statement_that_gives_the_lock_up_does_not_open_the_door() {
    fn discards(op: &mut Op) {
        op.execute("INSERT INTO plog VALUES (7, 7, 7)").means(|_| ());
        outside(op, "DISCARD ALL");
        outside(op, "VACUUM plog");
        op.execute("INSERT INTO plog VALUES (8, 8, 8)").means(|_| ());
    }
    on_database(Postgres, async |database: Database| {
        let list = scripts(&with(discards));
        let (mut one, mut other) = (database.connect().await, database.connect().await);
        upgrade(&mut one, &with(discards)[..1]).await.unwrap();
        let query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = \
                     (SELECT oid FROM pg_database WHERE datname = current_database())";
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let mut migrator = Migrator::on(&mut one, &list).observer(move |event| {
            if let Event::Statement { sql } = event
                && sql == "VACUUM plog"
            {
                sender.send(()).unwrap();
            }
        });
        let look = async {
            receiver.recv().await.unwrap();
            value(&mut other, query).await
        };
        let (done, held) = tokio::join!(migrator.upgrade_heads(), look);
        done.unwrap();
        assert_eq!(held, "1");
        drop(migrator);
        assert_eq!(value(&mut other, query).await, "0");
        assert_eq!(value(&mut one, VERSION).await, "a2");
    });
}

#[test]
fn a_version_row_that_was_moved_meanwhile_is_said_in_its_own_words() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        upgrade(&mut connection, &with(half)).await.unwrap_err();
        connection.execute("UPDATE alembic_version SET version_num = 'zz'").await.unwrap();
        let options = RunOptions::default();
        let [one, two] = with(corrected_half);
        let list = scripts(&[one, two, script("zz", &[], nothing, nothing)]);
        let error =
            Migrator::on(&mut connection, &list).options(options).upgrade(&["a2".parse().unwrap()]).await;
        let error = Error::from(error.unwrap_err());
        assert_eq!(error.code(), ErrorCode::VersionRow, "{error:?}");
        assert!(error.hint().unwrap().contains("another program moved"), "{error:?}");
    });
}

#[test]
fn current_tells_of_a_revision_that_is_half_done() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let location = Location::new().database_url(&database.url);
        let project = Project::open(cucurbit::Env::new(with(half).to_vec()), location).unwrap();
        upgrade(&mut connection, &with(half)).await.unwrap_err();
        let entries = command::current(&project, false).await.unwrap();
        let said: Vec<_> =
            entries.iter().map(|entry| (entry.revision.as_str(), entry.marks.clone())).collect();
        assert_eq!(said, [("a1", Vec::new()), ("a2", vec![command::Mark::Unfinished]),]);
        upgrade(&mut connection, &with(corrected_half)).await.unwrap();
        let entries = command::current(&project, false).await.unwrap();
        assert_eq!(entries.len(), 1);
        drop(
            Migrator::on(&mut connection, &scripts(&with(half)))
                .downgrade(&"a1".parse().unwrap(), Reach::default())
                .await,
        );
    });
}

#[test]
fn a_transaction_of_the_scripts_own_is_refused_before_anything_runs() {
    fn own(op: &mut Op) {
        op.execute("INSERT INTO plog VALUES (7, 7, 7)").means(|_| ());
        outside(op, "ANALYZE;\nBEGIN;\nDELETE FROM plog;\nINSERT INTO plog VALUES (NULL, 1, 1);\nCOMMIT");
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        upgrade(&mut connection, &with(own)[..1]).await.unwrap();
        let error = Error::from(upgrade(&mut connection, &with(own)).await.unwrap_err());
        assert_eq!(error.code(), ErrorCode::NeedsNoTransaction, "{error:?}");
        assert!(format!("{error:?}").contains("(line 2)"), "{error:?}");
        assert!(error.hint().unwrap().contains("leave it out"));
        assert_eq!(value(&mut connection, "SELECT count(*) FROM plog").await, "2");
        assert!(upgrade(&mut connection, &with(nothing)).await.is_ok());
    });
}

#[test]
fn a_list_without_fingerprints_is_taken_up_too() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        upgrade(&mut connection, &with(half)).await.unwrap_err();
        // As a run of before wrote it: what is done is not in it.
        let old = "DELETE FROM cucurbit_journal WHERE state = 'done' OR mode = 'script'";
        assert_eq!(connection.execute(old).await.unwrap(), 2);
        upgrade(&mut connection, &with(half)).await.unwrap_err();
        upgrade(&mut connection, &with(corrected_half)).await.unwrap();
        let ids = connection.rows("SELECT id FROM plog ORDER BY id").await.unwrap().concat();
        assert_eq!(ids.into_iter().flatten().collect::<Vec<_>>(), ["1", "2", "7", "9", "10"]);
    });
}

#[test]
fn a_file_that_would_be_in_the_way_of_the_second_time_is_warned_of() {
    fn copies(op: &mut Op) {
        outside(op, "VACUUM INTO ':memory:'");
        outside(op, "VACUUM");
    }
    on_database(Sqlite, async |database: Database| {
        let mut connection = database.connect().await;
        let mut warned = Vec::new();
        let list = scripts(&with(copies));
        let mut migrator = Migrator::on(&mut connection, &list).observer(|event| {
            if let Event::MayRunTwice { sql, .. } = event {
                warned.push(sql.to_owned());
            }
        });
        migrator.upgrade_heads().await.unwrap();
        drop(migrator);
        assert_eq!(warned, ["VACUUM INTO ':memory:'"]);
    });
}
