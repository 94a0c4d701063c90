//! Indexes that are made and dropped while others write, on both databases.

use cucurbit::{
    Op, Script,
    connection::Connection,
    prelude::*,
    revision::Reach,
    runtime::{Migrator, RunError},
    schema::Dialect,
};

use crate::support::{Database, on_each_database, script, scripts};

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

async fn upgrade(connection: &mut Connection, list: &[Script]) -> Result<(), RunError> {
    let head = "head".parse().unwrap();
    Migrator::on(connection, &scripts(list)).upgrade(&[head]).await.map(drop)
}

async fn heads(connection: &mut Connection) -> Vec<String> {
    let rows = connection.rows("SELECT version_num FROM alembic_version ORDER BY 1").await.unwrap();
    rows.into_iter().flatten().flatten().collect()
}

#[test]
fn an_index_is_made_while_others_write_also_after_an_attempt_that_failed() {
    fn index(op: &mut Op) {
        op.create_index("ux_bed_name", "bed", ["name"]).unique().comment("one name for each").concurrently();
    }
    fn drop_index(op: &mut Op) {
        op.drop_index("ux_bed_name", "bed").concurrently();
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let list = [script("a", &[], bed, drop_bed), script("b", &["a"], index, drop_index)];
        upgrade(&mut connection, &list[..1]).await.unwrap();
        connection.execute("INSERT INTO bed (name) VALUES ('Tent'), ('Tent')").await.unwrap();
        upgrade(&mut connection, &list).await.unwrap_err();
        assert_eq!(heads(&mut connection).await, ["a"]);
        connection.execute("UPDATE bed SET name = name || id").await.unwrap();
        upgrade(&mut connection, &list).await.unwrap();
        assert_eq!(heads(&mut connection).await, ["b"]);
        if database.dialect == Dialect::Postgres {
            let comment = connection.value("SELECT obj_description('ux_bed_name'::regclass)").await.unwrap();
            assert_eq!(comment.as_deref(), Some("one name for each"));
        }
        let equal = "INSERT INTO bed (name) VALUES ('Tent1')";
        assert!(connection.execute(equal).await.is_err(), "the index refuses two equal names");
        let scripts = scripts(&list);
        Migrator::on(&mut connection, &scripts)
            .downgrade(&"a".parse().unwrap(), Reach::Branch)
            .await
            .unwrap();
        connection.execute(equal).await.unwrap();
    });
}
