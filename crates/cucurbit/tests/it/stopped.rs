//! Runs that are asked to stop, that take long, that lose their session; and what is refused or said before a run
//! because it could only go wrong in its middle.

use std::{
    error::Error as _,
    time::{Duration, Instant},
};

use cucurbit::{
    Op, Script,
    connection::Connection,
    error::ErrorCode,
    operation::CodeResult,
    prelude::*,
    runtime::{Event, Migrator, RunError, RunOptions, Stop},
};

use crate::support::{Database, on_database, on_each_database, script, scripts};

fn nothing(_op: &mut Op) {}

fn bed(op: &mut Op) {
    op.create_table("bed", |table| table.column(integer("id")));
}

fn list(upgrade: fn(&mut Op)) -> [Script; 2] {
    [script("a1", &[], bed, nothing), script("a2", &["a1"], upgrade, nothing)]
}

fn long(op: &mut Op) {
    op.execute("INSERT INTO bed (id) VALUES (1)");
    op.on(Postgres, |op| {
        op.execute("SELECT pg_sleep(300)");
    });
    op.on(Sqlite, |op| {
        let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000000000) SELECT max(i) FROM n";
        op.execute(sql);
    });
}

async fn version(connection: &mut Connection) -> Option<String> {
    connection.value("SELECT version_num FROM alembic_version").await.unwrap()
}

#[test]
fn a_run_that_is_asked_to_stop_leaves_the_database_at_a_revision_and_the_lock_free() {
    on_each_database(async |database: Database| {
        let (mut connection, mut other) = (database.connect().await, database.connect().await);
        let stop = Stop::default();
        let options = RunOptions::new().stop(stop.clone());
        let begun = Instant::now();
        let list = scripts(&list(long));
        let error = Migrator::on(&mut connection, &list)
            .options(options)
            .observer(move |event| {
                if let Event::Statement { sql } = event
                    && (sql.contains("pg_sleep") || sql.contains("RECURSIVE"))
                {
                    stop.ask();
                }
            })
            .upgrade_heads()
            .await
            .unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
        assert_eq!(ErrorCode::from(&error), ErrorCode::Stopped, "{error:?}");
        assert_eq!(error.to_string(), "the run was stopped; the database is at a1");
        assert_eq!(version(&mut connection).await.as_deref(), Some("a1"));
        assert_eq!(other.value("SELECT count(*) FROM bed").await.unwrap().as_deref(), Some("0"));
        let options = RunOptions::new().lock_wait(Duration::ZERO);
        let list = scripts(&self::list(nothing));
        Migrator::on(&mut other, &list).options(options).upgrade_heads().await.unwrap();
        // The connection that was stopped is as good as new.
        assert!(Migrator::on(&mut connection, &list).upgrade_heads().await.unwrap().steps.is_empty());
    });
}

/// Runs the second of two revisions, which is asked to stop at its code, and returns why it ended and how long it took.
async fn stopped_at_code(connection: &mut Connection, upgrade: fn(&mut Op)) -> (RunError, Duration) {
    let stop = Stop::default();
    let options = RunOptions::new().stop(stop.clone());
    let begun = Instant::now();
    let list = scripts(&list(upgrade));
    let error = Migrator::on(connection, &list)
        .options(options)
        .observer(move |event| {
            if let Event::Code { .. } = event {
                let stop = stop.clone();
                std::thread::spawn(move || {
                    std::thread::sleep(Duration::from_millis(200));
                    stop.ask();
                });
            }
        })
        .upgrade_heads()
        .await
        .unwrap_err();
    (error, begun.elapsed())
}

#[test]
fn code_that_is_asked_to_stop_is_rolled_back_whatever_it_waits_for() {
    fn waits(op: &mut Op) {
        op.run("wait for another service", async |connection: &mut Connection| {
            connection.execute("INSERT INTO bed (id) VALUES (1)").await?;
            tokio::time::sleep(Duration::from_secs(300)).await;
            Ok(())
        });
    }
    fn computes(op: &mut Op) {
        op.run("compute", async |connection: &mut Connection| {
            connection.execute("INSERT INTO bed (id) VALUES (1)").await?;
            std::thread::sleep(Duration::from_secs(1));
            Ok(())
        });
    }
    fn goes_on(op: &mut Op) {
        op.run("go on whatever fails", async |connection: &mut Connection| {
            let slow = match connection.dialect() {
                Postgres => "SELECT pg_sleep(300)",
                Sqlite => {
                    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000000000) SELECT max(i) FROM n"
                }
            };
            loop {
                connection.execute("INSERT INTO bed (id) VALUES (1)").await.ok();
                connection.execute(slow).await.ok();
            }
        });
    }
    on_each_database(async |database: Database| {
        for upgrade in [waits, computes, goes_on] {
            let (mut connection, mut other) = (database.connect().await, database.connect().await);
            let (error, took) = stopped_at_code(&mut connection, upgrade).await;
            assert!(took < Duration::from_secs(60), "{took:?}");
            assert_eq!(error.to_string(), "the run was stopped; the database is at a1", "{error:?}");
            assert_eq!(other.value("SELECT count(*) FROM bed").await.unwrap().as_deref(), Some("0"));
            // The connection is as good as new, and the lock is free.
            assert_eq!(version(&mut connection).await.as_deref(), Some("a1"));
            let options = RunOptions::new().lock_wait(Duration::ZERO);
            let list = scripts(&self::list(nothing)[..1]);
            Migrator::on(&mut other, &list).options(options).upgrade_heads().await.unwrap();
        }
    });
}

#[test]
fn a_step_in_pieces_that_is_asked_to_stop_says_so_and_goes_on() {
    fn pieces(op: &mut Op) {
        op.execute("INSERT INTO bed (id) VALUES (1)").means(|_| {});
        op.execute("VACUUM").outside_transaction().means(|_| {});
        op.execute("INSERT INTO bed (id) VALUES (2)").means(|_| {});
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let stop = Stop::default();
        let options = RunOptions::new().stop(stop.clone());
        let list = scripts(&list(pieces));
        let error = Migrator::on(&mut connection, &list)
            .options(options)
            .observer(move |event| {
                if matches!(event, Event::Statement { sql } if sql == "VACUUM") {
                    stop.ask();
                }
            })
            .upgrade_heads()
            .await
            .unwrap_err();
        let said = "the run was stopped; the database is at a1, and revision `a2` is half done";
        assert_eq!(error.to_string(), said);
        Migrator::on(&mut connection, &list).upgrade_heads().await.unwrap();
        assert_eq!(connection.value("SELECT count(*) FROM bed").await.unwrap().as_deref(), Some("2"));
    });
}

#[test]
fn a_statement_that_takes_long_is_told_of() {
    fn slow(op: &mut Op) {
        op.execute("SELECT pg_sleep(5.5)");
    }
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let mut told = Vec::new();
        let list = scripts(&list(slow));
        Migrator::on(&mut connection, &list)
            .observer(|event| {
                if let Event::StillRunning { sql, since, .. } = event {
                    told.push((sql.to_owned(), since.as_secs()));
                }
            })
            .upgrade_heads()
            .await
            .unwrap();
        assert_eq!(told, [("SELECT pg_sleep(5.5)".to_owned(), 5)]);
    });
}

#[test]
fn a_session_that_the_server_ends_in_the_middle_of_code_leaves_nothing_and_says_so() {
    fn idle(op: &mut Op) {
        op.run("ask elsewhere", async |connection: &mut Connection| {
            connection.execute("INSERT INTO bed (id) VALUES (1)").await?;
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 100").await?;
            tokio::time::sleep(Duration::from_millis(700)).await;
            Ok(())
        });
    }
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let error = Migrator::on(&mut connection, &scripts(&list(idle))).upgrade_heads().await.unwrap_err();
        let mut said = vec![error.to_string()];
        let mut source = std::error::Error::source(&error);
        while let Some(error) = source {
            said.push(error.to_string());
            source = error.source();
        }
        assert!(!said.join("\n").contains("still there"), "{said:?}");
        assert!(said.contains(&"the code `ask elsewhere` failed".to_owned()), "{said:?}");
        let hint = error.hint().unwrap_or_default();
        assert!(hint.contains("rolled its transaction back"), "{hint}; {said:?}");
        let mut other = database.connect().await;
        assert_eq!(other.value("SELECT count(*) FROM bed").await.unwrap().as_deref(), Some("0"));
        assert_eq!(version(&mut other).await.as_deref(), Some("a1"));
    });
}

#[test]
fn an_enum_value_that_is_used_too_early_has_a_hint() {
    fn mood(op: &mut Op) {
        op.create_enum("mood", ["sad"]);
        op.create_table("person", |table| table.column(enumeration("mood", "mood").nullable()));
    }
    fn early(op: &mut Op) {
        op.execute("ALTER TYPE mood ADD VALUE 'happy'");
        op.execute("INSERT INTO person (mood) VALUES ('happy')");
    }
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let list = [script("a1", &[], mood, nothing), script("a2", &["a1"], early, nothing)];
        Migrator::on(&mut connection, &scripts(&list[..1])).upgrade_heads().await.unwrap();
        let error = Migrator::on(&mut connection, &scripts(&list)).upgrade_heads().await.unwrap_err();
        assert_eq!(ErrorCode::from(&error), ErrorCode::NewEnumValue, "{error:?}");
        assert!(error.hint().is_some_and(|hint| hint.contains("in an earlier revision")));
    });
}

#[test]
fn an_index_of_a_partitioned_table_is_not_begun_concurrently() {
    fn by_operation(op: &mut Op) {
        op.create_index("ix_bed_id", "bed", ["id"]).concurrently();
    }
    fn by_hand(op: &mut Op) {
        op.execute("CREATE INDEX CONCURRENTLY ix_bed_id ON public.bed (id)")
            .outside_transaction()
            .means(|_| {});
    }
    fn dropped(op: &mut Op) {
        op.execute("DROP INDEX CONCURRENTLY ix_there").outside_transaction().means(|_| {});
    }
    fn partitioned(op: &mut Op) {
        op.execute("CREATE TABLE bed (id int) PARTITION BY LIST (id); CREATE INDEX ix_there ON bed (id)");
    }
    on_database(Postgres, async |database: Database| {
        for upgrade in [by_operation as fn(&mut Op), by_hand, dropped] {
            let mut connection = database.emptied().await;
            let list = [
                script("a1", &[], partitioned, nothing),
                script("a2", &["a1"], nothing, nothing),
                script("a3", &["a2"], upgrade, nothing),
            ];
            Migrator::on(&mut connection, &scripts(&list[..1])).upgrade_heads().await.unwrap();
            let error = Migrator::on(&mut connection, &scripts(&list)).upgrade_heads().await.unwrap_err();
            assert!(matches!(error, RunError::Partitioned { .. } | RunError::Plan { .. }), "{error:?}");
            assert_eq!(version(&mut connection).await.as_deref(), Some("a1"), "nothing was begun");
        }
    });
}

#[test]
fn an_index_without_a_name_is_not_made_outside_transactions() {
    fn nameless(op: &mut Op) {
        op.execute("CREATE INDEX CONCURRENTLY ON bed (id)").outside_transaction().means(|_| {});
    }
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let error =
            Migrator::on(&mut connection, &scripts(&list(nameless))).upgrade_heads().await.unwrap_err();
        assert_eq!(ErrorCode::from(&error), ErrorCode::NamelessIndex, "{error:?}");
        assert_eq!(database.tables(&mut connection).await, [""; 0]);
    });
}

#[test]
fn what_may_be_run_twice_is_said_before_and_what_commits_by_itself_can_be_run() {
    fn calls(op: &mut Op) {
        op.execute("CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO bed VALUES (1); COMMIT; INSERT INTO bed VALUES (2); END $$")
            .means(|_| {});
        op.execute("CALL fill()").outside_transaction().means(|_| {});
        op.execute("UPDATE bed SET id = id + 10").outside_transaction().means(|_| {});
    }
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let mut told = Vec::new();
        let list = scripts(&list(calls));
        Migrator::on(&mut connection, &list)
            .observer(|event| {
                if let Event::MayRunTwice { revision, sql } = event {
                    told.push(format!("{revision}: {sql}"));
                }
            })
            .upgrade_heads()
            .await
            .unwrap();
        assert_eq!(told, ["a2: CALL fill()"]);
        let rows = connection.rows("SELECT id FROM bed ORDER BY 1").await.unwrap().concat();
        assert_eq!(rows, [Some("11".to_owned()), Some("12".to_owned())]);
    });
}

#[test]
fn a_backfill_that_is_the_name_of_a_role_is_said_before() {
    fn fills(op: &mut Op) {
        op.add_column("bed", string("role", 20)).backfill(" USER ");
        op.add_column("bed", string("by", 63)).backfill("current_user");
        op.add_column("bed", string("kind", 20)).backfill("'user'");
        op.add_column("bed", string("later", 20).nullable());
        op.alter_table("bed", |table| {
            table.alter_column("later").not_null().backfill("user");
        });
    }
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let mut told = Vec::new();
        let list = scripts(&list(fills));
        Migrator::on(&mut connection, &list)
            .observer(|event| {
                if let Event::FillsWithRole { revision, table, column } = event {
                    told.push(format!("{revision}: {table}.{column}"));
                }
            })
            .upgrade_heads()
            .await
            .unwrap();
        assert_eq!(told, ["a2: bed.role", "a2: bed.later"]);
    });
}

#[test]
fn what_the_script_alone_tells_is_refused_at_the_start() {
    fn unknown(op: &mut Op) {
        op.execute("CREATE TABLE by_hand (id integer)");
    }
    fn code(op: &mut Op) {
        op.execute("VACUUM").outside_transaction().means(|_| {});
        op.run("count", async |_: &mut Connection| Ok(()));
    }
    fn follows(op: &mut Op) {
        op.execute("CREATE TABLE other (id integer)");
        op.execute("VACUUM").outside_transaction().means(|_| {});
    }
    on_each_database(async |database: Database| {
        for mixed in [code as fn(&mut Op), follows] {
            let mut connection = database.emptied().await;
            let list = [
                script("a1", &[], bed, nothing),
                script("a2", &["a1"], unknown, nothing),
                script("a3", &["a2"], nothing, nothing),
                script("a4", &["a3"], mixed, nothing),
            ];
            let error = Migrator::on(&mut connection, &scripts(&list)).upgrade_heads().await.unwrap_err();
            assert!(matches!(error, RunError::MixedModes { .. }), "{error:?}");
            assert_eq!(database.tables(&mut connection).await, [""; 0], "not even the first was applied");
        }
    });
}

/// Between the pieces of a step is written down how far it is, whatever the script set.
#[test]
fn pieces_are_marked_though_the_script_lets_nothing_be_written() {
    fn closed(op: &mut Op) {
        op.execute("INSERT INTO bed (id) VALUES (1)").means(|_| {});
        op.on(Sqlite, |op| {
            op.execute("PRAGMA query_only = ON").means(|_| {});
            op.execute("PRAGMA query_only = ON").outside_transaction().means(|_| {});
        });
        op.on(Postgres, |op| {
            op.execute("SET default_transaction_read_only = on").means(|_| {});
            op.execute("SET default_transaction_read_only = on").outside_transaction().means(|_| {});
        });
        op.execute("SELECT 1").outside_transaction().means(|_| {});
        op.execute("SELECT 2").means(|_| {});
        op.execute("SELECT 3").outside_transaction().means(|_| {});
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = scripts(&list(closed));
        let done = Migrator::on(&mut connection, &list).upgrade_heads().await;
        done.unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(version(&mut connection).await.as_deref(), Some("a2"));
        connection.execute("INSERT INTO bed (id) VALUES (2)").await.unwrap();
        assert_eq!(connection.value("SELECT count(*) FROM bed").await.unwrap().as_deref(), Some("2"));
    });
}

#[test]
fn what_could_only_fail_at_the_version_row_is_refused_before_a_script_runs() {
    const LONG: &str = "2026_11_27_add_the_person_table_and_more_40";
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let list = scripts(&[script("a1", &[], bed, nothing), script(LONG, &["a1"], nothing, nothing)]);
        let error = Migrator::on(&mut connection, &list).upgrade_heads().await.unwrap_err();
        assert_eq!(ErrorCode::from(&error), ErrorCode::IdentifierTooLong, "{error:?}");
        assert!(connection.value("SELECT 1 FROM pg_class WHERE relname = 'bed'").await.unwrap().is_none());
        let hint = error.hint().unwrap();
        let widen = hint.split('`').nth(1).unwrap().to_owned();
        connection.execute(&widen).await.unwrap();
        Migrator::on(&mut connection, &list).upgrade_heads().await.unwrap();
        assert_eq!(version(&mut connection).await.as_deref(), Some(LONG));
    });
    fn sends(op: &mut Op) {
        op.run("send a mail", async |_: &mut Connection| -> CodeResult { panic!("it was run") });
    }
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let list = scripts(&list(sends));
        Migrator::on(&mut connection, &list).upgrade(&["a1".parse().unwrap()]).await.unwrap();
        connection.execute("SET default_transaction_read_only = on").await.unwrap();
        let error = Migrator::on(&mut connection, &list).upgrade_heads().await.unwrap_err();
        assert_eq!(ErrorCode::from(&error), ErrorCode::ReadOnly, "{error:?}");
    });
}

#[test]
fn rows_that_do_not_fit_their_columns_are_refused_before_the_run() {
    fn too_few(op: &mut Op) {
        op.bulk_insert("bed", ["id", "width"], rows![[1, 2], [3]]);
    }
    fn twice(op: &mut Op) {
        op.bulk_insert("bed", ["id", "id"], rows![[1, 2]]);
    }
    on_each_database(async |database: Database| {
        for (upgrade, reason) in [
            (too_few as fn(&mut Op), "row 2 has 1 values for 2 columns"),
            (twice, "column `id` is named twice"),
        ] {
            let mut connection = database.connect().await;
            let list = scripts(&list(upgrade));
            let error = Migrator::on(&mut connection, &list).upgrade_heads().await.unwrap_err();
            assert_eq!(ErrorCode::from(&error), ErrorCode::MalformedRows, "{error:?}");
            let said = error.source().unwrap().to_string();
            assert!(said.ends_with(reason), "{said}");
            assert!(connection.value("SELECT count(*) FROM bed").await.is_err(), "nothing was run");
        }
    });
}
