//! Steps with statements outside transactions: cut off or refused in the middle, they go on where they stopped.

use std::{
    future::{Future as _, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use cucurbit::{
    Op, Script, command,
    connection::Connection,
    error::{Error, ErrorCode},
    prelude::*,
    revision::Reach,
    runtime::{Event, Migrator, Report, RunError, RunOptions, Stop},
    schema::Schema,
};

use crate::support::{Database, on_each_database, script, scripts};

fn nothing(_op: &mut Op) {}

fn plants(op: &mut Op) {
    op.create_table("plant", |table| {
        table.column(integer("id"));
        table.column(string("name", 50));
        table.primary_key(["id"]);
    });
    op.bulk_insert("plant", ["id", "name"], rows![[1, "Gourd"], [2, "Melon"]]);
}

fn drop_plants(op: &mut Op) {
    op.drop_table("plant").loses_data();
}

/// Statements of both kinds, in turns.
fn search(op: &mut Op) {
    op.add_column("plant", integer("height").nullable());
    op.execute("UPDATE plant SET height = 10 * id");
    op.on(Postgres, |op| {
        let means = |op: &mut Op| {
            op.create_index("ux_plant_name", "plant", ["name"]).unique();
        };
        op.execute("CREATE UNIQUE INDEX CONCURRENTLY ux_plant_name ON plant (name)")
            .outside_transaction()
            .means(means);
    });
    op.on(Sqlite, |op| {
        op.execute("VACUUM").outside_transaction().means(|_| ());
        op.create_index("ux_plant_name", "plant", ["name"]).unique();
    });
    op.create_table("bed", |table| {
        table.column(integer("id"));
        table.primary_key(["id"]);
    });
    op.execute("ANALYZE").outside_transaction().means(|_| ());
}

fn no_search(op: &mut Op) {
    op.on(Postgres, |op| {
        op.execute("DROP INDEX CONCURRENTLY ux_plant_name").outside_transaction().means(|op| {
            op.drop_index("ux_plant_name", "plant");
        });
    });
    op.on(Sqlite, |op| {
        op.execute("VACUUM").outside_transaction().means(|_| ());
        op.drop_index("ux_plant_name", "plant");
    });
    op.execute("DROP TABLE bed").means(|op| {
        op.drop_table("bed");
    });
    op.execute("ALTER TABLE plant DROP COLUMN height").means(|op| {
        op.drop_column("plant", "height");
    });
}

fn list() -> [Script; 3] {
    [
        script("a1", &[], plants, drop_plants),
        script("a2", &["a1"], search, no_search),
        script("a3", &["a2"], nothing, nothing),
    ]
}

async fn upgrade(connection: &mut Connection, to: &str) -> Result<Report, RunError> {
    Migrator::on(connection, &scripts(&list())).upgrade(&[to.parse().unwrap()]).await
}

async fn downgrade(connection: &mut Connection, to: &str) -> Result<Report, RunError> {
    Migrator::on(connection, &scripts(&list())).downgrade(&to.parse().unwrap(), Reach::default()).await
}

/// Tables, valid indexes, rows and version, by plain SQL.
async fn state(connection: &mut Connection, database: &Database) -> String {
    let mut state = database.tables(connection).await;
    let indexes = match database.dialect {
        Postgres => {
            "SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
             WHERE i.indisvalid AND c.relname LIKE 'ux%'"
        }
        Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE 'ux%'",
    };
    for query in [indexes, "SELECT version_num FROM alembic_version", "SELECT * FROM plant ORDER BY id"] {
        let rows = connection.rows(query).await.unwrap();
        state.extend(rows.into_iter().map(|row| row.into_iter().flatten().collect::<Vec<_>>().join(" ")));
    }
    state.join(", ")
}

const BEFORE: &str = "alembic_version, plant, a1, 1 Gourd, 2 Melon";
const AFTER: &str = "alembic_version, bed, plant, ux_plant_name, a2, 1 Gourd 10, 2 Melon 20";

/// SQLite keeps a table of its own after ANALYZE.
fn without_statistics(state: &str) -> String {
    state.replace("sqlite_stat1, ", "").replace(", sqlite_stat1", "").replace("sqlite_stat4, ", "")
}

#[test]
fn statements_of_both_kinds_run_in_turns_up_and_down() {
    on_each_database(async |database| {
        let mut connection = database.connect().await;
        upgrade(&mut connection, "a1").await.unwrap();
        for _ in 0..2 {
            upgrade(&mut connection, "a2").await.unwrap();
            assert_eq!(without_statistics(&state(&mut connection, &database).await), AFTER);
            downgrade(&mut connection, "a1").await.unwrap();
            assert_eq!(without_statistics(&state(&mut connection, &database).await), BEFORE);
        }
    });
}

/// Runs until the statement with this number was begun, and gives the run up there. Returns whether there is such a
/// statement: a run that is fast may have ended before it could be given up.
async fn cut_off(connection: &mut Connection, statement: usize, up: bool) -> bool {
    let is_time = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&is_time);
    let mut count = 0;
    let scripts = scripts(&list());
    let mut migrator = Migrator::on(connection, &scripts).observer(move |event| {
        if let Event::Statement { .. } = event {
            seen.fetch_or(count == statement, Ordering::Relaxed);
            count += 1;
        }
    });
    let targets = [if up { "a2" } else { "a1" }.parse().unwrap()];
    let mut run = pin!(async {
        if up {
            migrator.upgrade(&targets).await
        } else {
            migrator.downgrade(&targets[0], Reach::default()).await
        }
    });
    poll_fn(|context| match run.as_mut().poll(context) {
        Poll::Ready(done) => {
            done.unwrap();
            Poll::Ready(())
        }
        Poll::Pending if is_time.load(Ordering::Relaxed) => Poll::Ready(()),
        Poll::Pending => Poll::Pending,
    })
    .await;
    is_time.load(Ordering::Relaxed)
}

#[test]
fn a_run_that_is_cut_off_anywhere_goes_on_there() {
    on_each_database(async |database| {
        for up in [true, false] {
            let mut statement = 0;
            loop {
                let mut connection = database.emptied().await;
                upgrade(&mut connection, if up { "a1" } else { "a2" }).await.unwrap();
                let is_there = cut_off(&mut connection, statement, up).await;
                drop(connection);
                let mut connection = database.connect().await;
                let (wanted, done) = if up {
                    (AFTER, upgrade(&mut connection, "a2").await)
                } else {
                    (BEFORE, downgrade(&mut connection, "a1").await)
                };
                done.unwrap_or_else(|error| panic!("{up}, statement {statement}: {error:?}"));
                assert_eq!(
                    without_statistics(&state(&mut connection, &database).await),
                    wanted,
                    "{up} {statement}"
                );
                if !is_there {
                    break;
                }
                statement += 1;
            }
            assert!(statement > 3, "{statement} statements were seen");
        }
    });
}

#[test]
fn an_entry_of_another_version_is_not_run() {
    on_each_database(async |database| {
        let mut connection = database.connect().await;
        upgrade(&mut connection, "a1").await.unwrap();
        let entries = [("mode", "alone"), ("state", "later"), ("direction", "across")];
        for (column, word) in entries {
            let stop = Stop::default();
            let list = scripts(&list());
            let mut migrator = Migrator::on(&mut connection, &list)
                .options(RunOptions::new().stop(stop.clone()))
                .observer(move |event| {
                    if matches!(event, Event::Statement { sql } if sql.contains("CONCURRENTLY") || sql == "VACUUM") {
                        stop.ask();
                    }
                });
            migrator.upgrade_heads().await.unwrap_err();
            drop(migrator);
            let there = state(&mut connection, &database).await;
            let set = format!("UPDATE cucurbit_journal SET {column} = '{word}' WHERE state = 'waiting'");
            assert!(connection.execute(&set).await.unwrap() > 0);

            let error = Error::from(upgrade(&mut connection, "head").await.unwrap_err());
            assert_eq!(error.code(), ErrorCode::UnknownJournalEntry, "{error:?}");
            assert!(error.to_string().ends_with(&format!("of an unknown kind: `{word}`")), "{error}");
            assert_eq!(state(&mut connection, &database).await, there, "nothing of it is run");

            let undone = match database.dialect {
                Postgres => "DROP INDEX IF EXISTS ux_plant_name; ALTER TABLE plant DROP COLUMN height",
                Sqlite => "ALTER TABLE plant DROP COLUMN height",
            };
            connection.execute(undone).await.unwrap();
            let a1 = ["a1".parse().unwrap()];
            Migrator::on(&mut connection, &list).stamp(&a1, false).await.unwrap();
            assert_eq!(database.tables(&mut connection).await, ["alembic_version", "plant"]);
        }
        upgrade(&mut connection, "a3").await.unwrap();
        let done = state(&mut connection, &database).await;
        assert_eq!(without_statistics(&done), AFTER.replace("a2", "a3"));
    });
}

#[test]
fn a_statement_that_fails_is_tried_again_when_the_cause_is_gone() {
    on_each_database(async |database| {
        if database.dialect == Sqlite {
            // Nothing that SQLite runs outside a transaction depends on rows.
            return;
        }
        let mut connection = database.connect().await;
        upgrade(&mut connection, "a1").await.unwrap();
        connection.execute("INSERT INTO plant VALUES (3, 'Gourd')").await.unwrap();
        for _ in 0..2 {
            let error = upgrade(&mut connection, "a2").await.unwrap_err();
            assert!(matches!(error, RunError::Outside { .. }), "{error:?}");
            let tables = database.tables(&mut connection).await;
            assert_eq!(tables, ["alembic_version", "cucurbit_journal", "plant"]);
        }
        let error = downgrade(&mut connection, "base").await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "revision `a2` was begun and stopped before `CREATE UNIQUE INDEX CONCURRENTLY ux_plant_name ON plant (name)`"
        );
        let location = command::Location::new().database_url(&database.url);
        let env = cucurbit::Env::new(list().to_vec()).models(|| {
            Ok::<_, std::convert::Infallible>(Schema::from_tables([TableBuilder::build("plant", |table| {
                table.column(integer("id"))
            })]))
        });
        let project = command::Project::open(env, location).unwrap();
        let error = command::check(&project, command::CheckOptions::default()).await.unwrap_err();
        assert!(error.to_string().starts_with("revision `a2` was begun and stopped before"), "{error}");
        connection.execute("DELETE FROM plant WHERE id = 3").await.unwrap();
        let report = upgrade(&mut connection, "a3").await.unwrap();
        assert_eq!(report.steps.len(), 2);
        assert_eq!(state(&mut connection, &database).await, AFTER.replace("a2", "a3"));
    });
}

#[test]
fn a_statement_that_was_done_is_not_done_again() {
    on_each_database(async |database| {
        if database.dialect == Sqlite {
            return;
        }
        let mut connection = database.connect().await;
        upgrade(&mut connection, "a1").await.unwrap();
        connection.execute("INSERT INTO plant VALUES (3, 'Gourd')").await.unwrap();
        upgrade(&mut connection, "a2").await.unwrap_err();
        // As if the process had ended between the statement and its mark.
        connection.execute("DELETE FROM plant WHERE id = 3").await.unwrap();
        connection
            .execute("DROP INDEX ux_plant_name; CREATE UNIQUE INDEX ux_plant_name ON plant (name)")
            .await
            .unwrap();
        upgrade(&mut connection, "a2").await.unwrap();
        assert_eq!(state(&mut connection, &database).await, AFTER);
    });
}

#[test]
fn whoever_says_where_the_database_is_gives_the_rest_up() {
    on_each_database(async |database| {
        if database.dialect == Sqlite {
            return;
        }
        let mut connection = database.connect().await;
        upgrade(&mut connection, "a1").await.unwrap();
        connection.execute("INSERT INTO plant VALUES (3, 'Gourd')").await.unwrap();
        for purge in [false, true] {
            upgrade(&mut connection, "a2").await.unwrap_err();
            connection
                .execute("ALTER TABLE plant DROP COLUMN height; DROP INDEX ux_plant_name")
                .await
                .unwrap();
            let list = scripts(&list());
            let target = ["a1".parse().unwrap()];
            Migrator::on(&mut connection, &list).stamp(&target, purge).await.unwrap();
            assert_eq!(state(&mut connection, &database).await, format!("{BEFORE}, 3 Gourd"));
        }
    });
}

#[test]
fn what_more_than_a_statement_is_needed_for_is_refused_before_the_run() {
    fn code(op: &mut Op) {
        op.execute("VACUUM").outside_transaction();
        op.run("count", async |_: &mut Connection| Ok(()));
    }
    fn unknown(op: &mut Op) {
        op.execute("VACUUM").outside_transaction();
        op.create_table("bed", |table| table.column(integer("id")));
    }
    on_each_database(async |database| {
        for (upgrade, words) in
            [(code as fn(&mut Op), "the code `count`"), (unknown, "what follows SQL of unknown effect")]
        {
            let mut connection = database.emptied().await;
            let list = [script("a1", &[], plants, drop_plants)];
            Migrator::on(&mut connection, &scripts(&list)).upgrade_heads().await.unwrap();
            let list = scripts(&[list[0], script("a2", &["a1"], upgrade, nothing)]);
            let error = Migrator::on(&mut connection, &list).upgrade_heads().await.unwrap_err();
            assert!(matches!(error, RunError::MixedModes { .. }), "{error:?}");
            assert!(error.to_string().contains(words), "{error}");
            assert_eq!(state(&mut connection, &database).await, BEFORE);
        }
    });
}

#[test]
fn a_script_of_sql_keeps_the_order() {
    let list = scripts(&list());
    for dialect in Dialect::ALL {
        let heads = cucurbit::revision::Heads::new(["a1".to_owned()]);
        let steps = cucurbit::revision::upgrade(list.graph(), &heads, &["a2".parse().unwrap()]).unwrap();
        let before =
            cucurbit::source::replay(dialect, &list, list.graph().bases(), Default::default()).unwrap();
        let start = cucurbit::runtime::offline::Start { heads, before };
        let table = cucurbit::runtime::VersionTable::default();
        let sql = cucurbit::runtime::offline::script(dialect, &list, &steps, start, &table).unwrap();
        let sql: String = sql.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
        let words = sql
            .split(';')
            .map(|statement| statement.split_whitespace().take(2).collect::<Vec<_>>().join(" "));
        let words: Vec<String> = words.filter(|words| !words.is_empty()).collect();
        let (begin, first, second) = match dialect {
            Postgres => ("BEGIN", "CREATE UNIQUE", None),
            Sqlite => ("BEGIN IMMEDIATE", "VACUUM", Some("CREATE UNIQUE")),
        };
        let mut wanted = vec![begin, "ALTER TABLE", "UPDATE plant", "COMMIT", first, begin];
        wanted.extend(second);
        wanted.extend(["CREATE TABLE", "COMMIT", "ANALYZE", begin, "UPDATE \"alembic_version\"", "COMMIT"]);
        assert_eq!(words, wanted);
    }
}

#[test]
fn what_the_scripts_alone_tell_is_refused_before_the_revisions_before_them_are_run() {
    fn opaque(op: &mut Op) {
        op.execute("CREATE TABLE somewhere (id integer)");
    }
    fn code(op: &mut Op) {
        op.execute("ANALYZE").outside_transaction().means(|_| ());
        op.run("count", async |_: &mut Connection| Ok(()));
    }
    fn needs_more(op: &mut Op) {
        op.on(Postgres, |op| {
            op.execute("CREATE TABLE elsewhere (id integer)");
            op.add_column("plant", integer("age").nullable());
        });
        op.execute("ANALYZE").outside_transaction().means(|_| ());
        op.on(Sqlite, |op| {
            op.alter_column("plant", "name").ty(Type::Text);
        });
    }
    fn inside(op: &mut Op) {
        op.execute("VACUUM").means(|_| ());
    }
    fn own(op: &mut Op) {
        op.execute("BEGIN").outside_transaction().means(|_| ());
    }
    on_each_database(async |database| {
        let mut connection = database.connect().await;
        let list = [script("a1", &[], plants, drop_plants), script("a2", &["a1"], opaque, nothing)];
        Migrator::on(&mut connection, &scripts(&list[..1])).upgrade_heads().await.unwrap();
        for (upgrade, is_mixed) in
            [(code as fn(&mut Op), true), (needs_more, true), (inside, false), (own, false)]
        {
            let list = scripts(&[list[0], list[1], script("a3", &["a2"], upgrade, nothing)]);
            let error = Migrator::on(&mut connection, &list).upgrade_heads().await.unwrap_err();
            assert_eq!(matches!(error, RunError::MixedModes { .. }), is_mixed, "{error:?}");
            assert_eq!(matches!(error, RunError::Plan { .. }), !is_mixed, "{error:?}");
            assert_eq!(state(&mut connection, &database).await, BEFORE);
        }
    });
}
