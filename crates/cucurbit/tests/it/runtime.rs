//! Runs on both databases: what is left when something fails, what is refused before anything is touched, and
//! what is told meanwhile.

use std::time::Duration;

use cucurbit::{
    Op, Script,
    connection::Connection,
    dialect::RunLock,
    error::ErrorCode,
    prelude::*,
    revision::{Reach, Target},
    runtime::{Event, Migrator, Report, RunError, RunOptions},
};

use crate::support::{Database, on_each_database, script, scripts};

fn nothing(_op: &mut Op) {}

fn bed(op: &mut Op) {
    op.create_table("bed", |table| {
        table.column(integer("id").serial());
        table.column(string("name", 40));
        table.primary_key(["id"]);
    });
}

fn drop_bed(op: &mut Op) {
    op.drop_table("bed").loses_data();
}

fn target(words: &str) -> Target {
    words.parse().unwrap()
}

async fn upgrade(connection: &mut Connection, list: &[Script], to: &str) -> Result<Report, RunError> {
    Migrator::on(connection, &scripts(list)).upgrade(&[target(to)]).await
}

async fn downgrade(connection: &mut Connection, list: &[Script], to: &str) -> Result<Report, RunError> {
    Migrator::on(connection, &scripts(list)).downgrade(&target(to), Reach::Branch).await
}

async fn heads(connection: &mut Connection) -> Vec<String> {
    let rows = connection.rows("SELECT version_num FROM alembic_version ORDER BY 1").await.unwrap();
    rows.into_iter().flatten().flatten().collect()
}

#[test]
fn a_step_that_fails_leaves_the_steps_before_it_and_nothing_of_itself() {
    fn fails(op: &mut Op) {
        op.add_column("bed", integer("area").nullable());
        op.execute("INSERT INTO bed (name) VALUES ('Tent')");
        op.execute("INSERT INTO no_such_table (id) VALUES (1)");
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = [script("a", &[], bed, drop_bed), script("b", &["a"], fails, nothing)];
        let error = upgrade(&mut connection, &list, "head").await.unwrap_err();
        assert!(matches!(&error, RunError::Step { revision, .. } if revision == "b"), "{error:?}");
        assert_eq!(error.to_string(), "revision `b` failed and was rolled back");
        assert_eq!(heads(&mut connection).await, ["a"]);
        assert_eq!(connection.value("SELECT count(*) FROM bed").await.unwrap().as_deref(), Some("0"));
        assert!(connection.execute("SELECT area FROM bed").await.is_err(), "the column was rolled back");
        // The connection and the lock are as good as new.
        let list = [script("a", &[], bed, drop_bed), script("b", &["a"], nothing, nothing)];
        upgrade(&mut connection, &list, "head").await.unwrap();
        assert_eq!(heads(&mut connection).await, ["b"]);
    });
}

#[test]
fn a_script_that_panics_leaves_nothing_and_gives_the_lock_back() {
    fn panics(_op: &mut Op) {
        panic!("no beds today");
    }
    on_each_database(async |database: Database| {
        let (mut first, mut second) = (database.connect().await, database.connect().await);
        let options = RunOptions::new().lock_wait(Duration::ZERO);
        let bad = [script("a", &[], bed, panics), script("b", &["a"], panics, nothing)];
        let error = upgrade(&mut first, &bad, "head").await.unwrap_err();
        let said = error.to_string();
        assert!(said.starts_with("`upgrade` of revision `b` panicked in b, at "), "{said}");
        assert!(said.ends_with(": no beds today"), "{said}");
        assert_eq!(ErrorCode::from(&error), ErrorCode::ScriptPanicked);
        assert_eq!(database.tables(&mut first).await, [""; 0], "not even the version table");
        // The first connection is still open, and the second need not wait for it.
        let good = scripts(&bad[..1]);
        Migrator::on(&mut second, &good).options(options.clone()).upgrade(&[target("head")]).await.unwrap();
        let error = downgrade(&mut second, &bad, "base").await.unwrap_err();
        assert!(error.to_string().starts_with("`downgrade` of revision `a` panicked"), "{error}");
        assert_eq!(heads(&mut first).await, ["a"]);
        let stamped = Migrator::on(&mut first, &good).options(options).stamp(&[target("base")], false).await;
        assert_eq!(stamped.unwrap().heads.ids().count(), 0);
    });
}

#[test]
fn what_can_be_computed_again_is_dropped_without_consent() {
    fn with_computed(op: &mut Op) {
        op.create_table("bed", |table| {
            table.column(integer("id"));
            table.column(integer("width"));
            table.column(integer("area").nullable().computed("width * 2"));
            table.primary_key(["id"]);
        });
        op.bulk_insert("bed", ["id", "width"], rows![[1, 3]]);
    }
    fn plain(op: &mut Op) {
        op.drop_column("bed", "area");
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = [script("a", &[], with_computed, drop_bed), script("b", &["a"], nothing, nothing)];
        upgrade(&mut connection, &list, "head").await.unwrap();
        assert_eq!(connection.value("SELECT area FROM bed").await.unwrap().as_deref(), Some("6"));
        // In a run of its own, which reads from the database that the column is computed.
        let list = [list[0], list[1], script("c", &["b"], plain, nothing)];
        upgrade(&mut connection, &list, "head").await.unwrap();
        assert_eq!(heads(&mut connection).await, ["c"]);
        connection.value("SELECT area FROM bed").await.unwrap_err();
    });
}

#[test]
fn what_is_not_empty_is_not_dropped_without_consent() {
    fn drop_column(op: &mut Op) {
        op.drop_column("bed", "name");
    }
    fn drop_table(op: &mut Op) {
        op.drop_table("bed");
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let first = script("a", &[], bed, drop_bed);
        upgrade(&mut connection, &[first], "head").await.unwrap();
        connection.execute("INSERT INTO bed (name) VALUES ('Tent')").await.unwrap();
        for (drop, said) in [
            (drop_column as fn(&mut Op), "column `bed.name` is not empty and would be dropped"),
            (drop_table, "table `bed` is not empty and would be dropped"),
        ] {
            // Nothing of the step before it runs either: the danger is there to be seen at the beginning.
            let list = [first, script("b", &["a"], nothing, nothing), script("c", &["b"], drop, nothing)];
            let error = upgrade(&mut connection, &list, "head").await.unwrap_err();
            assert_eq!(error.to_string(), said);
            assert!(error.hint().is_some_and(|hint| hint.contains("--allow-data-loss")));
            assert_eq!(heads(&mut connection).await, ["a"]);
            assert_eq!(connection.value("SELECT count(*) FROM bed").await.unwrap().as_deref(), Some("1"));
        }
        let list = [first, script("c", &["a"], drop_table, nothing)];
        let options = RunOptions::new().allow_data_loss(true);
        Migrator::on(&mut connection, &scripts(&list))
            .options(options)
            .upgrade(&[target("head")])
            .await
            .unwrap();
        assert_eq!(database.tables(&mut connection).await, ["alembic_version"]);
    });
}

#[test]
fn a_danger_of_what_the_same_revision_renames_is_seen_under_its_new_name() {
    fn table(op: &mut Op) {
        op.rename_table("bed", "plot");
        op.alter_column("plot", "name").not_null();
    }
    fn column(op: &mut Op) {
        op.alter_table("bed", |table| table.rename_column("name", "title"));
        op.alter_column("bed", "title").not_null();
    }
    fn in_one(op: &mut Op) {
        op.alter_column("bed", "name").rename("title").not_null();
    }
    fn dropped(op: &mut Op) {
        op.rename_table("bed", "plot");
        op.alter_column("plot", "name").ty(Type::Integer);
    }
    on_each_database(async |database: Database| {
        for (change, wanted) in [
            (table as fn(&mut Op), "null-values"),
            (column, "null-values"),
            (in_one, "null-values"),
            (dropped, "unconvertible-values"),
        ] {
            let mut connection = database.emptied().await;
            let first = script(
                "a",
                &[],
                |op| {
                    op.create_table("bed", |table| {
                        table.column(integer("id"));
                        table.column(string("name", 9).nullable());
                        table.primary_key(["id"]);
                    });
                },
                nothing,
            );
            let list = [first, script("b", &["a"], change, nothing)];
            upgrade(&mut connection, &list[..1], "head").await.unwrap();
            connection.execute("INSERT INTO bed VALUES (1, NULL), (2, 'x')").await.unwrap();
            let error = upgrade(&mut connection, &list, "head").await.unwrap_err();
            let code = ErrorCode::from(&error).name();
            assert_eq!(code, wanted, "{error:?}");
            assert_eq!(heads(&mut connection).await, ["a"]);
            connection.execute("UPDATE bed SET name = '7'").await.unwrap();
            upgrade(&mut connection, &list, "head").await.unwrap_or_else(|error| panic!("{error:?}"));
        }
    });
}

#[test]
fn an_empty_column_may_be_dropped_and_rows_may_be_moved_out_first() {
    fn add(op: &mut Op) {
        op.add_column("bed", string("label", 10).nullable());
    }
    fn drop_empty(op: &mut Op) {
        op.drop_column("bed", "label");
    }
    fn empty_and_drop(op: &mut Op) {
        op.execute("DELETE FROM bed");
        op.drop_table("bed");
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = [
            script("a", &[], bed, drop_bed),
            script("b", &["a"], add, nothing),
            script("c", &["b"], drop_empty, nothing),
            script("d", &["c"], empty_and_drop, nothing),
        ];
        upgrade(&mut connection, &list, "b").await.unwrap();
        connection.execute("INSERT INTO bed (name) VALUES ('Tent')").await.unwrap();
        upgrade(&mut connection, &list, "head").await.unwrap();
        assert_eq!(database.tables(&mut connection).await, ["alembic_version"]);
    });
}

#[test]
fn not_null_on_a_filled_table_is_refused_and_a_backfill_is_a_way_out() {
    fn add(op: &mut Op) {
        op.add_column("bed", integer("area"));
    }
    fn add_with_backfill(op: &mut Op) {
        op.alter_table("bed", |table| {
            table.add_column(integer("area")).backfill("7");
        });
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let first = script("a", &[], bed, drop_bed);
        upgrade(&mut connection, &[first], "head").await.unwrap();
        connection.execute("INSERT INTO bed (name) VALUES ('Tent')").await.unwrap();

        let refused =
            upgrade(&mut connection, &[first, script("b", &["a"], add, nothing)], "head").await.unwrap_err();
        let said = "table `bed` has rows without a value for `area`, which shall not be NULL";
        assert_eq!(refused.to_string(), said);
        assert!(refused.hint().is_some_and(|hint| hint.starts_with("three ways out")));
        assert_eq!(heads(&mut connection).await, ["a"]);

        let list = [first, script("b", &["a"], add_with_backfill, nothing)];
        upgrade(&mut connection, &list, "head").await.unwrap();
        assert_eq!(connection.value("SELECT area FROM bed").await.unwrap().as_deref(), Some("7"));
        assert!(connection.execute("INSERT INTO bed (name) VALUES ('No area')").await.is_err());
    });
}

#[test]
fn a_downgrade_that_refuses_touches_nothing() {
    fn refuses(op: &mut Op) {
        op.irreversible("the scans were thrown away");
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = [script("a", &[], bed, refuses), script("b", &["a"], nothing, nothing)];
        upgrade(&mut connection, &list, "head").await.unwrap();
        let error = downgrade(&mut connection, &list, "base").await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(source, "the script cannot be undone: the scans were thrown away");
        assert_eq!(heads(&mut connection).await, ["b"], "not even the step above it was reverted");
    });
}

#[test]
fn sql_of_unknown_effect_is_followed_by_a_fresh_look() {
    fn by_hand(op: &mut Op) {
        op.execute("CREATE TABLE tool (id INTEGER PRIMARY KEY, name VARCHAR(20))");
        op.add_column("tool", integer("price").nullable());
        op.execute("ALTER TABLE tool ADD COLUMN weight INTEGER");
        op.alter_table("tool", |table| {
            table.alter_column("name").not_null();
            table.alter_column("weight").not_null();
        });
    }
    fn drop_tool(op: &mut Op) {
        op.drop_table("tool").loses_data();
    }
    fn on_top(op: &mut Op) {
        op.create_index("ix_tool_name", "tool", ["name"]);
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = [script("a", &[], by_hand, drop_tool), script("b", &["a"], on_top, nothing)];
        upgrade(&mut connection, &list, "head").await.unwrap();
        assert!(connection.execute("INSERT INTO tool (id, name) VALUES (1, 'Hoe')").await.is_err());
        connection.execute("INSERT INTO tool (id, name, weight) VALUES (1, 'Hoe', 3)").await.unwrap();
        downgrade(&mut connection, &list, "base").await.unwrap();
        assert_eq!(database.tables(&mut connection).await, ["alembic_version"]);
    });
}

#[test]
fn what_would_end_the_transaction_is_refused_before_the_run() {
    fn commits(op: &mut Op) {
        bed(op);
        op.execute("COMMIT");
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let error =
            upgrade(&mut connection, &[script("a", &[], commits, nothing)], "head").await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(source, "`COMMIT` cannot run inside a revision's transaction");
        assert_eq!(database.tables(&mut connection).await, [""; 0]);
    });
}

#[test]
fn the_lock_is_waited_for_and_its_holder_is_named() {
    on_each_database(async |database: Database| {
        let mut holder = database.connect().await;
        let mut waiter = database.connect().await;
        let list = [script("a", &[], bed, drop_bed)];
        let graph = scripts(&list);
        // The other run stands in the middle of a step.
        let mut events = Vec::new();
        let options = RunOptions::new().lock_wait(Duration::from_millis(300));
        let (table, _) = cucurbit::runtime::VersionTable::default().located(&mut holder).await.unwrap();
        let mut lock = RunLock::of(&mut holder, table.table()).await.unwrap();
        assert!(lock.try_take(&mut holder).await.unwrap());
        let error = Migrator::on(&mut waiter, &graph)
            .options(options)
            .observer(|event| events.push(matches!(event, Event::LockWait { .. })))
            .upgrade(&[target("head")])
            .await
            .unwrap_err();
        assert!(matches!(error, RunError::Lock { .. }), "{error:?}");
        assert_eq!(events, [true], "told once");
        let who = match database.dialect {
            Dialect::Postgres => "(cucurbit)".to_owned(),
            Dialect::Sqlite => format!("held by process {};", std::process::id()),
        };
        assert!(error.hint().is_some_and(|hint| hint.contains(&who)), "{:?}", error.hint());
        assert!(lock.give_back(&mut holder).await.unwrap());
        drop(holder);
        upgrade(&mut waiter, &list, "head").await.unwrap();
    });
}

#[test]
fn another_program_that_moves_the_version_meanwhile_is_noticed() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let mut other = database.connect().await;
        let list = [script("a", &[], bed, drop_bed), script("b", &["a"], nothing, nothing)];
        upgrade(&mut connection, &list, "a").await.unwrap();
        let table = cucurbit::runtime::VersionTable::default();
        let expected = table.rows(&mut connection).await.unwrap();
        other.execute("UPDATE alembic_version SET version_num = 'b'").await.unwrap();
        assert_ne!(table.rows(&mut connection).await.unwrap(), expected);
        let report = upgrade(&mut connection, &list, "head").await.unwrap();
        assert!(report.steps.is_empty(), "nothing is left to do");
        let change = cucurbit::revision::RowChange::Update { from: "a".to_owned(), to: "b".to_owned() };
        let error = table.change(&mut connection, &change).await.unwrap_err();
        let said = "expected to match one row when changing `a` to `b` in `alembic_version`; 0 found";
        assert_eq!(error.to_string(), said);
    });
}

#[test]
fn a_run_tells_what_it_does() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let mut told = Vec::new();
        let graph = scripts(&[script("a", &[], bed, drop_bed)]);
        let report = Migrator::on(&mut connection, &graph)
            .observer(|event| {
                told.push(match event {
                    Event::StepStarted { step } => format!("start {step}"),
                    Event::Statement { sql } => sql.split_whitespace().take(2).collect::<Vec<_>>().join(" "),
                    Event::StatementFinished { sql, took } => {
                        assert!(took > Duration::ZERO, "{sql}");
                        "done".to_owned()
                    }
                    Event::StepFinished { step, took } => {
                        assert!(took > Duration::ZERO, "{step}");
                        format!("end {step}")
                    }
                    Event::LockWait { .. } | Event::Replanned | _ => "something else".to_owned(),
                });
            })
            .upgrade(&[target("head")])
            .await
            .unwrap();
        let step = "Running upgrade  -> a, a";
        assert_eq!(told, [&format!("start {step}"), "CREATE TABLE", "done", &format!("end {step}")]);
        assert_eq!(report.step_times.len(), 1);
        assert!(report.took >= report.step_times[0], "{report:?}");
    });
}

#[test]
fn a_danger_that_only_an_earlier_step_makes_is_judged_after_it() {
    fn add(op: &mut Op) {
        op.add_column("bed", integer("area").nullable());
        op.rename_table("bed", "plot");
    }
    fn tighten(op: &mut Op) {
        op.alter_column("plot", "area").not_null();
    }
    fn drop(op: &mut Op) {
        op.drop_column("plot", "area");
    }
    fn again(op: &mut Op) {
        op.create_table("bed", |table| {
            table.column(integer("id"));
            table.column(integer("area"));
        });
        op.drop_column("bed", "id");
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let first = script("a", &[], bed, drop_bed);
        upgrade(&mut connection, &[first], "head").await.unwrap();
        let list = [
            first,
            script("b", &["a"], add, nothing),
            script("c", &["b"], tighten, nothing),
            script("d", &["c"], drop, nothing),
            script("e", &["d"], again, nothing),
        ];
        connection.execute("INSERT INTO bed (name) VALUES ('Tent')").await.unwrap();
        let error = upgrade(&mut connection, &list, "head").await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        let said = "table `plot` has rows without a value for `area`, which shall not be NULL: 1 row, id = 1";
        assert_eq!(source, said);
        assert_eq!(heads(&mut connection).await, ["b"]);
        connection.execute("DELETE FROM plot").await.unwrap();
        upgrade(&mut connection, &list, "head").await.unwrap();
        assert_eq!(heads(&mut connection).await, ["e"]);
    });
}

#[test]
fn a_table_that_an_earlier_step_replaces_is_not_asked_about_before() {
    fn replace(op: &mut Op) {
        op.drop_table("bed").loses_data();
        bed(op);
    }
    fn drop_empty(op: &mut Op) {
        op.drop_table("bed");
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let first = script("a", &[], bed, drop_bed);
        upgrade(&mut connection, &[first], "head").await.unwrap();
        connection.execute("INSERT INTO bed (name) VALUES ('Tent')").await.unwrap();
        let list = [first, script("b", &["a"], replace, nothing), script("c", &["b"], drop_empty, nothing)];
        upgrade(&mut connection, &list, "head").await.unwrap();
        assert_eq!(database.tables(&mut connection).await, ["alembic_version"]);
    });
}

#[test]
fn steps_after_sql_of_unknown_effect_are_what_they_would_be_alone() {
    fn by_hand(op: &mut Op) {
        op.execute("CREATE TABLE tool (id INTEGER PRIMARY KEY)");
    }
    fn vacuum(op: &mut Op) {
        op.execute("VACUUM").outside_transaction();
    }
    fn misfit(op: &mut Op) {
        op.drop_column("tool", "no_such_column");
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = [
            script("a", &[], by_hand, nothing),
            script("b", &["a"], vacuum, nothing),
            script("c", &["b"], misfit, nothing),
        ];
        let error = upgrade(&mut connection, &list, "head").await.unwrap_err();
        assert_eq!(error.to_string(), "cannot plan revision `c`");
        assert_eq!(heads(&mut connection).await, ["b"]);
    });
}

#[test]
fn a_purge_that_fails_leaves_every_row() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = [script("a", &[], nothing, nothing), script("b", &["a"], nothing, nothing)];
        upgrade(&mut connection, &list, "a").await.unwrap();
        connection.execute("INSERT INTO alembic_version (version_num) VALUES ('unknown')").await.unwrap();
        let refuse = match database.dialect {
            Dialect::Postgres => "ALTER TABLE alembic_version ADD CHECK (version_num <> 'b')",
            Dialect::Sqlite => {
                "CREATE TRIGGER refuse BEFORE INSERT ON alembic_version WHEN NEW.version_num = 'b' \
                 BEGIN SELECT RAISE(ABORT, 'refused'); END"
            }
        };
        connection.execute(refuse).await.unwrap();
        let graph = scripts(&list);
        Migrator::on(&mut connection, &graph).stamp(&[target("b")], true).await.unwrap_err();
        assert_eq!(heads(&mut connection).await, ["a", "unknown"]);

        Migrator::on(&mut connection, &graph).stamp(&[target("a")], true).await.unwrap();
        assert_eq!(heads(&mut connection).await, ["a"]);
        connection.execute("INSERT INTO alembic_version (version_num) VALUES ('unknown')").await.unwrap();
        let report = Migrator::on(&mut connection, &graph).stamp(&[target("base")], true).await.unwrap();
        assert_eq!(report.heads.ids().count(), 0);
        assert_eq!(heads(&mut connection).await, [""; 0]);
    });
}

#[test]
fn a_transaction_that_is_always_given_up_is_not_tried_for_ever() {
    fn gives_up(op: &mut Op) {
        op.execute("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$").means(|_| ());
    }
    on_each_database(async |database: Database| {
        // SQLite has no statement that fails so.
        if database.dialect == Dialect::Sqlite {
            return;
        }
        let mut connection = database.connect().await;
        let list = [script("a", &[], gives_up, nothing)];
        let error = upgrade(&mut connection, &list, "head").await.unwrap_err();
        assert!(matches!(&error, RunError::Step { revision, .. } if revision == "a"), "{error:?}");
    });
}

#[test]
fn a_run_that_counts_its_steps_does_not_count_on_when_it_is_overtaken() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = [
            script("a", &[], nothing, nothing),
            script("b", &["a"], nothing, nothing),
            script("c", &["b"], nothing, nothing),
            script("d", &["c"], nothing, nothing),
        ];
        let graph = scripts(&list);
        let url = database.parsed_url.clone();
        let error = Migrator::on(&mut connection, &graph)
            .observer(|event| {
                // After the first step, another program says that it did the second.
                if matches!(&event, Event::StepFinished { step, .. } if step.to == ["a"]) {
                    let url = url.clone();
                    let other = std::thread::spawn(move || {
                        let runtime =
                            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                        runtime.block_on(async {
                            let mut other = Connection::connect(&url, &Default::default()).await.unwrap();
                            other.execute("UPDATE alembic_version SET version_num = 'b'").await.unwrap();
                        });
                    });
                    other.join().unwrap();
                }
            })
            .upgrade(&[target("+2")])
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "another process moved the version table after 1 of this run's steps");
        assert_eq!(heads(&mut connection).await, ["b"], "not one step more");
    });
}
