//! SeaORM on the connection of a run: statements, transactions as savepoints, and what is left when they are not ended.

use cucurbit::{
    Script,
    connection::{ConnectOptions, Connection},
    prelude::*,
    revision::Scripts,
    runtime::{Migrator, RunError},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, Set,
    Statement, TransactionSession, TransactionTrait,
};

mod seed {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "seed")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub name: String,
        pub weight: Option<f64>,
        pub sown_at: DateTime,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn table(op: &mut Op) {
    op.create_table("seed", |table| {
        table.column(integer("id").serial());
        table.column(string("name", 50));
        table.column(double("weight").nullable());
        table.column(date_time("sown_at"));
        table.primary_key(["id"]);
    });
}

fn nothing(_op: &mut Op) {}

fn seed(name: &str) -> seed::ActiveModel {
    let sown_at = sea_orm::prelude::DateTime::default();
    seed::ActiveModel {
        name: Set(name.to_owned()),
        weight: Set(None),
        sown_at: Set(sown_at),
        ..Default::default()
    }
}

/// Runs the code on each database, on an empty table; returns the names that are there afterwards.
fn on_each_database(code: fn(&mut Op), check: impl Fn(Result<(), RunError>, Vec<String>)) {
    let script = |id, down_revisions, upgrade| Script {
        path: id,
        doc: id,
        revision: Revision::new(id).revises(down_revisions),
        upgrade,
        downgrade: nothing,
    };
    let list = vec![script("a1", &[], table), script("a2", &["a1"], code)];
    let scripts = Scripts::new(list).unwrap();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        for dialect in Dialect::ALL {
            let mut connection = connect(dialect).await;
            let done = Migrator::on(&mut connection, &scripts).upgrade_heads().await.map(drop);
            let rows = connection.rows("SELECT name FROM seed ORDER BY id").await.unwrap();
            check(done, rows.into_iter().flatten().flatten().collect());
        }
    });
}

/// A database in memory, or a schema of the server's that goes with the session.
pub(crate) async fn connect(dialect: Dialect) -> Connection {
    let environment = cucurbit::config::Environment::read();
    let url = match dialect {
        Postgres => environment
            .get("CUCURBIT_TEST_POSTGRES_URL")
            .unwrap()
            .expect("CUCURBIT_TEST_POSTGRES_URL is not set: `cargo xtask test` starts a server"),
        Sqlite => "sqlite://",
    };
    let mut connection =
        Connection::connect(&url.parse().unwrap(), &ConnectOptions::default()).await.unwrap();
    if dialect == Postgres {
        connection
            .execute("CREATE TEMPORARY TABLE make_the_schema (); SET search_path = pg_temp")
            .await
            .unwrap();
    }
    connection
}

fn writes_and_reads(op: &mut Op) {
    op.run("sow", async |connection: &mut Connection| {
        let database = cucurbit_sea_orm::lend(connection);
        let sown = seed("Melon").insert(&database).await?;
        seed::Entity::insert_many([seed("Gourd"), seed("Quince")]).exec(&database).await?;
        let mut heavy: seed::ActiveModel = sown.into();
        heavy.weight = Set(Some(2.5));
        heavy.update(&database).await?;
        let found = seed::Entity::find().filter(seed::Column::Weight.gt(1.0)).one(&database).await?;
        assert_eq!(found.map(|seed| seed.name).as_deref(), Some("Melon"));
        let all = seed::Entity::find().order_by_asc(seed::Column::Id).all(&database).await?;
        assert_eq!(all.len(), 3);
        let backend = database.get_database_backend();
        let delete =
            Statement::from_sql_and_values(backend, "DELETE FROM seed WHERE name = $1", ["Quince".into()]);
        assert_eq!(database.execute_raw(delete).await?.rows_affected(), 1);
        database.execute_unprepared("UPDATE seed SET name = 'Pumpkin' WHERE name = 'Gourd'").await?;
        Ok(())
    });
}

#[test]
fn entities_are_written_and_read_in_a_revision() {
    on_each_database(writes_and_reads, |done, names| {
        done.unwrap();
        assert_eq!(names, ["Melon", "Pumpkin"]);
    });
}

fn savepoints(op: &mut Op) {
    op.run("sow and take back", async |connection: &mut Connection| {
        let database = cucurbit_sea_orm::lend(connection);
        let kept = database.begin().await?;
        seed("kept").insert(&kept).await?;
        let inner = kept.begin().await?;
        seed("inner").insert(&inner).await?;
        inner.rollback().await?;
        kept.commit().await?;
        let dropped = database.begin().await?;
        seed("dropped").insert(&dropped).await?;
        drop(dropped);
        let failed = database
            .transaction::<_, (), DbErr>(|savepoint| {
                Box::pin(async move {
                    seed("failed").insert(savepoint).await?;
                    Err(DbErr::Custom("on purpose".to_owned()))
                })
            })
            .await;
        assert!(failed.is_err());
        let kept: Result<(), _> = database
            .transaction::<_, (), DbErr>(|savepoint| {
                Box::pin(async move { seed("kept too").insert(savepoint).await.map(drop) })
            })
            .await;
        kept?;
        Ok(())
    });
}

#[test]
fn transactions_of_sea_orm_are_savepoints() {
    on_each_database(savepoints, |done, names| {
        done.unwrap();
        assert_eq!(names, ["kept", "kept too"]);
    });
}

fn forgets(op: &mut Op) {
    op.run("forget a transaction", async |connection: &mut Connection| {
        let database = cucurbit_sea_orm::lend(connection);
        let savepoint = database.begin().await?;
        seed("lost").insert(&savepoint).await?;
        std::mem::forget(savepoint);
        Ok(())
    });
}

#[test]
fn a_transaction_that_was_forgotten_is_refused() {
    on_each_database(forgets, |done, names| {
        let error = done.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(cause, "the code `forget a transaction` failed");
        assert_eq!(names, [""; 0]);
    });
}

fn rolls_back(op: &mut Op) {
    op.run("end what is not its own", async |connection: &mut Connection| {
        let database = cucurbit_sea_orm::lend(connection);
        seed("lost").insert(&database).await?;
        database.rollback().await?;
        Ok(())
    });
}

#[test]
fn the_revision_s_own_transaction_is_not_ended_by_its_code() {
    on_each_database(rolls_back, |done, names| {
        assert!(done.is_err());
        assert_eq!(names, [""; 0]);
    });
}
