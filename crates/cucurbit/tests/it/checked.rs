//! Steps with statements outside transactions in which something depends on rows: it is looked at before the run, and again
//! when its turn has come, in the run that began the step and in one that takes it up.

use cucurbit::{
    Op, Script,
    connection::Connection,
    dialect::HazardKind,
    prelude::*,
    runtime::{Migrator, RunError, RunOptions},
};

use crate::support::{Database, on_each_database, script, scripts};

fn nothing(_op: &mut Op) {}

fn plants(op: &mut Op) {
    op.create_table("plant", |table| {
        table.column(integer("id"));
        table.column(string("name", 50).nullable());
        table.primary_key(["id"]);
    });
    op.bulk_insert("plant", ["id"], rows![[1], [2]]);
}

/// Nothing is lost while no plant has a name.
fn tidy(op: &mut Op) {
    op.execute("VACUUM").outside_transaction().means(|_| ());
    op.drop_column("plant", "name");
}

/// The plant that is named by the first statement loses its name by the second.
fn name_and_tidy(op: &mut Op) {
    op.execute("UPDATE plant SET name = 'Gourd' WHERE id = 1").outside_transaction();
    op.drop_column("plant", "name");
}

fn list(second: fn(&mut Op)) -> [Script; 2] {
    [script("a1", &[], plants, nothing), script("a2", &["a1"], second, nothing)]
}

async fn upgrade(
    connection: &mut Connection,
    second: fn(&mut Op),
    allow_data_loss: bool,
) -> Result<(), RunError> {
    let options = RunOptions::new().allow_data_loss(allow_data_loss);
    let scripts = scripts(&list(second));
    Migrator::on(connection, &scripts).options(options).upgrade_heads().await.map(drop)
}

async fn state(connection: &mut Connection) -> (Option<String>, Option<String>) {
    let revision = connection.value("SELECT version_num FROM alembic_version").await.unwrap();
    (revision, connection.value("SELECT count(name) FROM plant").await.ok().flatten())
}

fn is_loss(error: &RunError) -> bool {
    if let RunError::Outside { source, .. } | RunError::Step { source, .. } = error {
        return is_loss(source);
    }
    matches!(error, RunError::Hazard { hazard, .. } if hazard.kind == HazardKind::LosesData)
}

/// A database at the first revision.
async fn begun(database: &Database) -> Connection {
    let mut connection = database.emptied().await;
    let scripts = scripts(&list(tidy)[..1]);
    Migrator::on(&mut connection, &scripts).upgrade_heads().await.unwrap();
    connection
}

#[test]
fn what_depends_on_rows_stands_beside_what_runs_outside_transactions() {
    on_each_database(async |database: Database| {
        let mut connection = begun(&database).await;
        connection.execute("UPDATE plant SET name = 'Melon' WHERE id = 2").await.unwrap();
        let error = upgrade(&mut connection, tidy, false).await.unwrap_err();
        assert!(is_loss(&error) && !matches!(error, RunError::Outside { .. }), "before the run: {error:?}");
        assert_eq!(state(&mut connection).await, (Some("a1".to_owned()), Some("1".to_owned())));
        connection.execute("UPDATE plant SET name = NULL").await.unwrap();
        upgrade(&mut connection, tidy, false).await.unwrap();
        assert_eq!(state(&mut connection).await, (Some("a2".to_owned()), None));
    });
}

#[test]
fn a_danger_that_comes_in_the_middle_is_found_by_every_run_that_goes_on() {
    on_each_database(async |database: Database| {
        let mut connection = begun(&database).await;
        for _ in 0..2 {
            let error = upgrade(&mut connection, name_and_tidy, false).await.unwrap_err();
            assert!(is_loss(&error), "{error:?}");
            assert!(matches!(error, RunError::Outside { .. }), "what is done is not taken back: {error:?}");
            assert_eq!(state(&mut connection).await, (Some("a1".to_owned()), Some("1".to_owned())));
        }
        upgrade(&mut connection, name_and_tidy, true).await.unwrap();
        assert_eq!(state(&mut connection).await, (Some("a2".to_owned()), None));
    });
}

#[test]
fn a_script_that_consents_later_takes_the_step_up() {
    fn name_and_lose(op: &mut Op) {
        op.execute("UPDATE plant SET name = 'Gourd' WHERE id = 1").outside_transaction();
        op.drop_column("plant", "name").loses_data();
    }
    on_each_database(async |database: Database| {
        let mut connection = begun(&database).await;
        upgrade(&mut connection, name_and_tidy, false).await.unwrap_err();
        upgrade(&mut connection, name_and_lose, false).await.unwrap();
        assert_eq!(state(&mut connection).await, (Some("a2".to_owned()), None));
    });
}
