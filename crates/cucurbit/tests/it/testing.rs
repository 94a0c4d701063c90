//! What a project's own tests are given: databases that go, and checks that find what is wrong.

use std::{
    convert::Infallible,
    panic::{self, AssertUnwindSafe},
    sync::Mutex,
};

use cucurbit::{
    Script,
    connection::{ConnectOptions, Connection, url::ConnectionUrl},
    prelude::*,
    schema::{Schema, Table},
    testing::{self, Database},
};

use crate::support::{script, server};

fn bed() -> Table {
    TableBuilder::build("bed", |table| {
        table.column(integer("id"));
        table.column(string("name", 20));
        table.primary_key(["id"]);
    })
}

fn models() -> Result<Schema, Infallible> {
    Ok(Schema::from_tables([bed()]))
}

fn wider() -> Result<Schema, Infallible> {
    let mut bed = bed();
    bed.columns.push(integer("width"));
    Ok(Schema::from_tables([bed]))
}

fn create(op: &mut Op) {
    op.invoke(Operation::create(bed()));
}

fn drop_bed(op: &mut Op) {
    op.drop_table("bed").loses_data();
}

fn scripts() -> Vec<Script> {
    vec![script("a1", &[], create, drop_bed)]
}

/// Two branches and their merge, each of which can be undone.
fn branched() -> Vec<Script> {
    fn nothing(_: &mut Op) {}
    fn add(op: &mut Op, column: &str) {
        op.add_column("bed", integer(column).nullable());
    }
    fn remove(op: &mut Op, column: &str) {
        op.drop_column("bed", column).loses_data();
    }
    vec![
        script("a1", &[], create, drop_bed),
        script("b1", &["a1"], |op| add(op, "b"), |op| remove(op, "b")),
        script("c1", &["a1"], |op| add(op, "c"), |op| remove(op, "c")),
        script("d1", &["b1", "c1"], nothing, nothing),
        script("e1", &["d1"], |op| add(op, "e"), |op| remove(op, "e")),
    ]
}

#[test]
fn a_history_that_leads_to_the_models_and_back_passes() {
    cucurbit::assert_in_sync!(scripts(), models);
    cucurbit::assert_up_down_up!(scripts());
    cucurbit::assert_up_down_up!(branched());
}

#[test]
fn differences_are_listed_as_check_does() {
    for dialect in Dialect::ALL {
        let env = cucurbit::Env::new(scripts()).models(wider);
        let failure = testing::in_sync(dialect, env).unwrap_err();
        let said = format!(
            "the models and the revisions differ on {dialect}; `create` would write:\n  add column bed.width"
        );
        assert_eq!((failure.to_string(), format!("{failure:?}")), (said.clone(), said));
    }
    let caught = panic::catch_unwind(|| cucurbit::assert_in_sync!(scripts(), wider, on = [Sqlite]));
    let said = caught.unwrap_err().downcast::<String>().unwrap();
    assert!(said.ends_with("\n  add column bed.width"), "{said}");
}

#[test]
fn several_heads_are_found() {
    let mut scripts = branched();
    scripts.truncate(3);
    let failure = testing::in_sync(Sqlite, cucurbit::Env::new(scripts).models(models)).unwrap_err();
    let said = failure.to_string();
    assert!(said.contains("several heads: b1 (b1), c1 (c1)") && said.contains("\n  hint: "), "{said}");
}

#[test]
fn a_downgrade_that_leaves_something_is_found() {
    fn forgets(op: &mut Op) {
        op.rename_table("bed", "old");
    }
    for dialect in Dialect::ALL {
        let failure = testing::up_down_up(dialect, vec![script("a1", &[], create, forgets)]).unwrap_err();
        let said = "revision a1: its downgrade leads from what was there before it to another schema:\n  create table old";
        assert_eq!(failure.to_string(), said);
        // The second upgrade has nothing to stand on, where the first one left it out.
        let twice = vec![script("a1", &[], create, |_| ())];
        assert!(testing::up_down_up(dialect, twice).is_err());
    }
}

#[test]
fn a_revision_that_fails_is_told_with_its_causes() {
    fn fails(op: &mut Op) {
        op.drop_table("nothing").loses_data();
    }
    let failure = testing::up_down_up(Sqlite, vec![script("a1", &[], fails, fails)]).unwrap_err();
    let said = failure.to_string();
    assert!(said.starts_with("revision a1 is run on SQLite: ") && said.contains("nothing"), "{said}");
}

async fn is_there(url: &ConnectionUrl) -> bool {
    if let Some(file) = url.file() {
        return file.exists();
    }
    let text = url.to_string();
    let name = text.rsplit_once('/').unwrap().1.split('?').next().unwrap();
    let asked = format!("SELECT count(*)::text FROM pg_database WHERE datname = '{name}'");
    server().await.value(&asked).await.unwrap().as_deref() == Some("1")
}

#[tokio::test]
async fn a_database_goes_with_its_value() {
    for dialect in Dialect::ALL {
        let database = Database::migrated(dialect, scripts()).await.unwrap();
        assert_eq!(database.dialect(), dialect);
        // Drivers open it by its URL; a connection that is left open keeps nothing.
        let url: ConnectionUrl = database.url().parse().unwrap();
        let mut connection = Connection::connect(&url, &ConnectOptions::default()).await.unwrap();
        connection.execute("INSERT INTO bed VALUES (1, 'North')").await.unwrap();
        assert!(is_there(&url).await);
        drop(database);
        assert!(!is_there(&url).await, "{url}");
    }
}

#[test]
fn a_database_goes_with_a_test_that_panics() {
    for dialect in Dialect::ALL {
        let told = Mutex::new(None);
        let caught = panic::catch_unwind(AssertUnwindSafe(|| {
            testing::run(dialect, scripts(), async |database: Database| {
                *told.lock().unwrap() = Some(database.url());
                panic!("the test fails");
            });
        }));
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"the test fails"));
        let url: ConnectionUrl = told.into_inner().unwrap().unwrap().parse().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        assert!(!runtime.block_on(is_there(&url)), "{url}");
    }
}
