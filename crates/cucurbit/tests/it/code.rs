//! Code of scripts (`op.run`): it reads and writes in its revision's transaction, and what it may not do is refused
//! with nothing left of it.

use cucurbit::{
    connection::Connection,
    prelude::*,
    revision::Scripts,
    runtime::{Migrator, Report, RunError, RunOptions, VersionTable, offline},
};

use crate::support::{Database, on_each_database, script, scripts};

/// Two beds, and plants that name theirs only in their own name.
fn beds(op: &mut Op) {
    op.create_table("bed", |table| {
        table.column(integer("id"));
        table.column(string("name", 50));
        table.primary_key(["id"]);
    });
    op.bulk_insert("bed", ["id", "name"], rows![[1, "roof"], [2, "yard"]]);
    op.create_table("plant", |table| {
        table.column(integer("id"));
        table.column(string("name", 50));
        table.primary_key(["id"]);
    });
    op.bulk_insert(
        "plant",
        ["id", "name"],
        rows![[1, "yard: Gourd"], [2, "roof: Melon"], [3, "roof: Quince"]],
    );
}

fn drop_beds(op: &mut Op) {
    op.drop_table("plant").loses_data();
    op.drop_table("bed").loses_data();
}

fn nothing(_op: &mut Op) {}

/// Splits the names, which needs what is in the tables.
fn place_plants(op: &mut Op) {
    op.add_column("plant", integer("bed_id").nullable());
    op.run("put each plant into the bed that its name tells", async |connection: &mut Connection| {
        let beds = connection.rows("SELECT name, id FROM bed ORDER BY id").await?;
        for plant in connection.rows("SELECT id, name FROM plant ORDER BY id").await? {
            let [Some(id), Some(name)] = plant.as_slice() else {
                return Err("a NULL where none can be".into());
            };
            let (bed, name) = name.split_once(": ").ok_or("a plant without a bed")?;
            let bed = beds.iter().find(|row| row[0].as_deref() == Some(bed)).and_then(|row| row[1].clone());
            let bed = bed.ok_or("an unknown bed")?;
            let update = format!("UPDATE plant SET bed_id = {bed}, name = '{name}' WHERE id = {id}");
            connection.execute(&update).await?;
        }
        Ok(())
    });
    op.alter_table("plant", |table| {
        table.alter_column("bed_id").not_null();
        table.create_foreign_key(["bed_id"], "bed", ["id"]).named("fk_plant_bed");
    });
}

fn unplace_plants(op: &mut Op) {
    op.run("write each plant's bed into its name again", async |connection: &mut Connection| {
        let sql =
            "UPDATE plant SET name = (SELECT bed.name FROM bed WHERE bed.id = plant.bed_id) || ': ' || name";
        connection.execute(sql).await?;
        Ok(())
    });
    op.alter_table("plant", |table| {
        table.drop_constraint("fk_plant_bed");
        table.drop_column("bed_id").loses_data();
    });
}

async fn upgrade(connection: &mut Connection, list: &Scripts) -> Result<Report, RunError> {
    Migrator::on(connection, list).upgrade_heads().await
}

/// What a run may have changed: the versions, the tables with their columns, the rows of `plant`.
async fn state(connection: &mut Connection, database: &Database) -> Vec<String> {
    let mut state = database.tables(connection).await;
    let rows = connection.rows("SELECT version_num FROM alembic_version ORDER BY 1").await.unwrap();
    state.extend(rows.into_iter().flatten().flatten());
    let rows = connection.rows("SELECT * FROM plant ORDER BY id").await.unwrap();
    state.extend(rows.into_iter().map(|row| format!("{row:?}")));
    state
}

fn causes(error: &RunError) -> Vec<String> {
    let mut causes = vec![error.to_string()];
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        causes.push(cause.to_string());
        source = cause.source();
    }
    causes.dedup();
    causes
}

/// Upgrades to `beds`, then to a revision that must fail; returns what was said. Nothing may be left of it, and the
/// connection must be good for the next run.
async fn refused(database: Database, broken: fn(&mut Op)) -> Vec<String> {
    let mut connection = database.connect().await;
    let good = script("a1", &[], beds, drop_beds);
    upgrade(&mut connection, &scripts(&[good])).await.unwrap();
    let before = state(&mut connection, &database).await;
    let bad = scripts(&[good, script("a2", &["a1"], broken, nothing)]);
    let error = upgrade(&mut connection, &bad).await.unwrap_err();
    assert_eq!(state(&mut connection, &database).await, before, "{error}");
    let healed = scripts(&[good, script("a2", &["a1"], place_plants, unplace_plants)]);
    upgrade(&mut connection, &healed).await.unwrap();
    causes(&error)
}

#[test]
fn code_reads_and_writes_between_operations_and_back() {
    on_each_database(async |database| {
        let mut connection = database.connect().await;
        let first = script("a1", &[], beds, drop_beds);
        upgrade(&mut connection, &scripts(&[first])).await.unwrap();
        let before = state(&mut connection, &database).await;

        let both = scripts(&[first, script("a2", &["a1"], place_plants, unplace_plants)]);
        let mut told = Vec::new();
        let report = Migrator::on(&mut connection, &both)
            .observer(|event| {
                if let cucurbit::runtime::Event::Code { title } = event {
                    told.push(title.to_owned());
                }
            })
            .upgrade_heads()
            .await
            .unwrap();
        assert_eq!(report.steps.len(), 1);
        assert_eq!(told, ["put each plant into the bed that its name tells"]);
        let rows = connection.rows("SELECT name, bed_id FROM plant ORDER BY id").await.unwrap();
        let rows: Vec<String> = rows.into_iter().map(|row| row.into_iter().flatten().collect()).collect();
        assert_eq!(rows, ["Gourd2", "Melon1", "Quince1"]);

        let down = "-1".parse().unwrap();
        let reach = cucurbit::revision::Reach::default();
        Migrator::on(&mut connection, &both).downgrade(&down, reach).await.unwrap();
        assert_eq!(state(&mut connection, &database).await, before);
        upgrade(&mut connection, &both).await.unwrap();
    });
}

#[test]
fn code_for_one_dialect_runs_there_only() {
    fn on_each(op: &mut Op) {
        op.on(Postgres, |op| {
            op.run("on PostgreSQL", async |connection: &mut Connection| {
                connection.execute("UPDATE plant SET name = 'postgres' WHERE id = 1").await?;
                Ok(())
            });
        });
        op.on(Sqlite, |op| {
            op.run("on SQLite", async |connection: &mut Connection| {
                connection.execute("UPDATE plant SET name = 'sqlite' WHERE id = 1").await?;
                Ok(())
            });
        });
        op.run("on both", async |connection: &mut Connection| {
            connection.execute("UPDATE plant SET name = 'both' WHERE id = 2").await?;
            Ok(())
        });
    }
    on_each_database(async |database| {
        let mut connection = database.connect().await;
        let list = [script("a1", &[], beds, drop_beds), script("a2", &["a1"], on_each, nothing)];
        upgrade(&mut connection, &scripts(&list)).await.unwrap();
        let names = connection.rows("SELECT name FROM plant WHERE id < 3 ORDER BY id").await.unwrap();
        let names: Vec<String> = names.into_iter().flatten().flatten().collect();
        assert_eq!(names, [database.dialect.name(), "both"]);
    });
}

#[test]
fn a_transaction_of_the_code_is_a_savepoint() {
    fn savepoints(op: &mut Op) {
        op.run("keep one change and take one back", async |connection: &mut Connection| {
            use sqlx::Connection as _;
            match connection.dialect() {
                Postgres => {
                    let mut kept = connection.postgres()?.begin().await?;
                    sqlx::query("UPDATE plant SET name = 'kept' WHERE id = 1").execute(&mut *kept).await?;
                    kept.commit().await?;
                    let mut gone = connection.postgres()?.begin().await?;
                    sqlx::query("UPDATE plant SET name = 'gone' WHERE id = 2").execute(&mut *gone).await?;
                }
                Sqlite => {
                    let mut kept = connection.sqlite()?.begin().await?;
                    sqlx::query("UPDATE plant SET name = 'kept' WHERE id = 1").execute(&mut *kept).await?;
                    kept.commit().await?;
                    let mut gone = connection.sqlite()?.begin().await?;
                    sqlx::query("UPDATE plant SET name = 'gone' WHERE id = 2").execute(&mut *gone).await?;
                }
            }
            Ok(())
        });
    }
    fn fails_afterwards(op: &mut Op) {
        savepoints(op);
        op.run("fail", async |_: &mut Connection| Err("on purpose".into()));
    }
    on_each_database(async |database| {
        let mut connection = database.connect().await;
        let list = [script("a1", &[], beds, drop_beds), script("a2", &["a1"], savepoints, nothing)];
        upgrade(&mut connection, &scripts(&list)).await.unwrap();
        let names = connection.rows("SELECT name FROM plant WHERE id < 3 ORDER BY id").await.unwrap();
        assert_eq!(names, [[Some("kept".to_owned())], [Some("roof: Melon".to_owned())]]);
    });
    // What a savepoint kept goes with the revision.
    on_each_database(async |database| {
        refused(database, fails_afterwards).await;
    });
}

#[test]
fn code_that_fails_takes_its_revision_with_it() {
    fn fails(op: &mut Op) {
        op.add_column("plant", integer("height").nullable());
        op.run("count the leaves", async |connection: &mut Connection| {
            connection.execute("UPDATE plant SET name = 'changed'").await?;
            Err("there are too many".into())
        });
    }
    on_each_database(async |database| {
        assert_eq!(
            refused(database, fails).await,
            [
                "revision `a2` failed and was rolled back",
                "the code `count the leaves` failed",
                "there are too many"
            ]
        );
    });
}

#[test]
fn code_that_panics_is_an_error_like_any_other() {
    fn panics(op: &mut Op) {
        op.run("divide by nothing", async |connection: &mut Connection| {
            connection.execute("UPDATE plant SET name = 'changed'").await?;
            let rows = connection.rows("SELECT id FROM plant WHERE id > 100").await?;
            assert!(!rows.is_empty(), "no plant to divide by");
            Ok(())
        });
    }
    on_each_database(async |database| {
        let said = refused(database, panics).await;
        assert_eq!(said[1], "the code `divide by nothing` failed");
        assert!(said[2].starts_with("it panicked in crates/cucurbit/tests/it/code.rs:"), "{said:?}");
        assert!(said[2].ends_with(": no plant to divide by"), "{said:?}");
    });
}

#[test]
fn code_may_not_change_the_schema() {
    fn changes(op: &mut Op) {
        op.run("tidy up", async |connection: &mut Connection| {
            connection.execute("ALTER TABLE bed ADD COLUMN length INTEGER").await?;
            Ok(())
        });
    }
    on_each_database(async |database| {
        let said = refused(database, changes).await;
        assert_eq!(said[1], "the code `tidy up` changed table `bed`");
    });
}

#[test]
fn code_that_ends_its_transaction_is_found_out() {
    fn commits(op: &mut Op) {
        op.run("hurry", async |connection: &mut Connection| {
            connection.execute("COMMIT").await?;
            Ok(())
        });
    }
    on_each_database(async |database| {
        let said = refused(database, commits).await;
        assert_eq!(
            said[1],
            "the code `hurry` ended the transaction of its revision; what it committed is still there"
        );
    });
}

#[test]
fn code_that_forgets_a_transaction_is_refused() {
    fn forgets(op: &mut Op) {
        op.run("begin and leave", async |connection: &mut Connection| {
            use sqlx::Connection as _;
            match connection.dialect() {
                Postgres => std::mem::forget(connection.postgres()?.begin().await?),
                Sqlite => std::mem::forget(connection.sqlite()?.begin().await?),
            }
            Ok(())
        });
    }
    on_each_database(async |database| {
        let said = refused(database, forgets).await;
        assert_eq!(said[2], "it left a transaction open that it had begun");
    });
}

#[test]
fn a_script_of_sql_cannot_hold_code_and_says_which() {
    for dialect in Dialect::ALL {
        let list =
            scripts(&[script("a1", &[], beds, drop_beds), script("a2", &["a1"], place_plants, nothing)]);
        let heads = cucurbit::revision::Heads::default();
        let target = "heads".parse().unwrap();
        let steps = cucurbit::revision::upgrade(list.graph(), &heads, &[target]).unwrap();
        let start = offline::Start { heads, before: cucurbit::dialect::Before::default() };
        let error = offline::script(dialect, &list, &steps, start, &VersionTable::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the code `put each plant into the bed that its name tells` needs a database, so its revision cannot be \
             written as SQL"
        );
    }
}

#[test]
fn the_history_is_replayed_without_its_code() {
    for dialect in Dialect::ALL {
        let list =
            scripts(&[script("a1", &[], beds, drop_beds), script("a2", &["a1"], place_plants, nothing)]);
        let all: Vec<_> = list.graph().positions().collect();
        let after = cucurbit::source::replay(dialect, &list, &all, Default::default()).unwrap();
        let plant = after.schema.table(&"plant".into()).unwrap();
        assert!(!plant.column(&"bed_id".into()).unwrap().nullable);
    }
}

#[test]
fn what_scripts_set_is_not_left_in_the_session() {
    fn sets(op: &mut Op) {
        op.drop_table("bed").loses_data();
        // As scripts that pg_dump wrote begin.
        op.on(Postgres, |op| {
            op.execute("SELECT pg_catalog.set_config('search_path', '', false)").means(|_| ());
            op.execute("SET statement_timeout = '1min'; SET TimeZone = 'Asia/Tokyo'");
            op.execute("CREATE TABLE public.seed (id integer)");
        });
        op.on(Sqlite, |op| {
            op.execute("PRAGMA recursive_triggers = ON");
            op.execute("CREATE TABLE seed (id integer)");
        });
    }
    /// Finds its tables, which it would not with the setting of the revision before.
    fn goes_on(op: &mut Op) {
        op.add_column("plant", integer("height").nullable());
        op.execute("INSERT INTO seed (id) SELECT id FROM plant");
    }
    fn fails(op: &mut Op) {
        sets(op);
        op.execute("SELECT no_such_function()");
    }
    on_each_database(async |database| {
        let mut connection = database.connect().await;
        let query = match database.dialect {
            Postgres => {
                "SELECT name || setting FROM pg_settings WHERE name <> 'transaction_isolation' ORDER BY 1"
            }
            Sqlite => "SELECT 'recursive_triggers' || recursive_triggers FROM pragma_recursive_triggers",
        };
        if database.dialect == Postgres {
            connection.execute("SET statement_timeout = '5min'").await.unwrap();
        }
        let list = [script("a1", &[], beds, drop_beds), script("a2", &["a1"], fails, nothing)];
        let before = connection.rows(query).await.unwrap();
        upgrade(&mut connection, &scripts(&list)).await.unwrap_err();
        assert_eq!(connection.rows(query).await.unwrap(), before);
        let list = [list[0], script("a2", &["a1"], sets, nothing), script("a3", &["a2"], goes_on, nothing)];
        upgrade(&mut connection, &scripts(&list)).await.unwrap();
        assert_eq!(connection.rows(query).await.unwrap(), before);
        assert_eq!(database.tables(&mut connection).await, ["alembic_version", "plant", "seed"]);
    });
}

#[test]
fn an_application_s_connection_is_used_and_given_back() {
    on_each_database(async |database| {
        let list = scripts(&[
            script("a1", &[], beds, drop_beds),
            script("a2", &["a1"], place_plants, unplace_plants),
        ]);
        let connection = database.connect().await;
        match database.dialect {
            Postgres => {
                let mut theirs = connection.into_postgres().unwrap();
                sqlx::query("SET application_name = 'garden'").execute(&mut theirs).await.unwrap();
                let mut ours = Connection::from(theirs);
                upgrade(&mut ours, &list).await.unwrap();
                let mut theirs = ours.into_postgres().unwrap();
                let name: String =
                    sqlx::query_scalar("SHOW application_name").fetch_one(&mut theirs).await.unwrap();
                assert_eq!(name, "garden");
                let locks =
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()";
                let held: i64 = sqlx::query_scalar(locks).fetch_one(&mut theirs).await.unwrap();
                assert_eq!(held, 0);
            }
            Sqlite => {
                let mut theirs = connection.into_sqlite().unwrap();
                for on in [0, 1] {
                    // The second revision rebuilds a table, for which foreign keys are off.
                    let pragma = format!("PRAGMA foreign_keys = {on}");
                    sqlx::raw_sql(sqlx::AssertSqlSafe(pragma)).execute(&mut theirs).await.unwrap();
                    let mut ours = Connection::from(theirs);
                    let report = upgrade(&mut ours, &list).await.unwrap();
                    assert_eq!(report.steps.len(), 2);
                    let base = "base".parse().unwrap();
                    let reach = cucurbit::revision::Reach::default();
                    Migrator::on(&mut ours, &list).downgrade(&base, reach).await.unwrap();
                    theirs = ours.into_sqlite().unwrap();
                    let found: i64 =
                        sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(&mut theirs).await.unwrap();
                    assert_eq!(found, on);
                }
            }
        }
    });
}

#[test]
fn a_database_in_memory_is_migrated_through_its_pool() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1);
        let pool = options.connect("sqlite::memory:").await.unwrap();
        let list = scripts(&[
            script("a1", &[], beds, drop_beds),
            script("a2", &["a1"], place_plants, unplace_plants),
        ]);
        {
            let mut connection = Connection::from(pool.acquire().await.unwrap());
            upgrade(&mut connection, &list).await.unwrap();
        }
        let plants: i64 =
            sqlx::query_scalar("SELECT count(bed_id) FROM plant").fetch_one(&pool).await.unwrap();
        assert_eq!(plants, 3);
        let mut connection = Connection::from(pool.acquire().await.unwrap());
        assert!(Migrator::on(&mut connection, &list).pending().await.unwrap().is_empty());
    });
}

#[test]
fn a_connection_in_a_transaction_is_refused() {
    on_each_database(async |database| {
        use sqlx::Connection as _;
        let mut connection = database.connect().await;
        match database.dialect {
            Postgres => std::mem::forget(connection.postgres().unwrap().begin().await.unwrap()),
            Sqlite => std::mem::forget(connection.sqlite().unwrap().begin().await.unwrap()),
        }
        let list = scripts(&[script("a1", &[], beds, drop_beds)]);
        let error = Migrator::on(&mut connection, &list)
            .options(RunOptions::default())
            .upgrade_heads()
            .await
            .unwrap_err();
        assert!(matches!(error, RunError::InTransaction), "{error}");
        assert!(database.tables(&mut connection).await.is_empty());
    });
}

#[test]
fn code_may_stand_after_another_search_path() {
    fn elsewhere(op: &mut Op) {
        op.on(Postgres, |op| {
            op.execute("SET search_path = ''");
        });
        op.run("rename a bed", async |connection: &mut Connection| {
            let bed = if connection.dialect() == Postgres { "public.bed" } else { "bed" };
            connection.execute(&format!("UPDATE {bed} SET name = 'roof garden' WHERE id = 1")).await?;
            Ok(())
        });
    }
    on_each_database(async |database| {
        let mut connection = database.connect().await;
        let list = [script("a1", &[], beds, drop_beds), script("a2", &["a1"], elsewhere, nothing)];
        upgrade(&mut connection, &scripts(&list)).await.unwrap();
        let name = connection.value("SELECT name FROM bed WHERE id = 1").await.unwrap();
        assert_eq!(name.as_deref(), Some("roof garden"));
    });
}

/// The future of a run can be sent to another thread, code and all.
#[test]
fn a_run_with_code_can_be_spawned() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let done = runtime.block_on(async {
        tokio::spawn(async {
            let list = scripts(&[
                script("a1", &[], beds, drop_beds),
                script("a2", &["a1"], place_plants, unplace_plants),
            ]);
            let url = "sqlite://".parse().unwrap();
            let mut connection =
                Connection::connect(&url, &cucurbit::connection::ConnectOptions::default()).await.unwrap();
            upgrade(&mut connection, &list).await.unwrap().steps.len()
        })
        .await
        .unwrap()
    });
    assert_eq!(done, 2);
}
