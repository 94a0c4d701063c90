//! `database create`, `drop` and `reset`, `fresh`, and `status`: the database as a whole.

use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

use crate::support::{Database, Kind, on_each_database};

on_each_database! {
    a_database_is_made_filled_and_dropped;
    a_database_is_dropped_only_where_that_is_said;
    a_database_in_use_is_dropped_only_by_force;
    a_reset_begins_with_an_empty_database;
    status_tells_where_the_database_is;
}

/// The connection URL as messages show it.
fn shown(database: &Database) -> String {
    database.url.parse::<cucurbit::connection::url::ConnectionUrl>().expect("a connection URL").to_string()
}

async fn a_database_is_made_filled_and_dropped(database: Database) {
    let url = shown(&database);
    // It is there on the server, and is no file yet.
    let dropped = database.migrate(&["database", "drop", "--yes"]).exits(0);
    let is_there = database.kind == Kind::Postgres;
    assert_eq!(
        dropped.stdout,
        format!("The database {url} is {}.\n", if is_there { "dropped" } else { "not there" })
    );

    let created = database.migrate(&["database", "create"]).exits(0);
    assert_eq!(created.stdout, format!("The database {url} is created.\n"));
    let again = database.migrate(&["database", "create", "--format", "json"]).exits(0);
    let json: serde_json::Value = serde_json::from_str(&again.stdout).expect("JSON");
    assert_eq!(json, serde_json::json!({ "database": url, "created": false }));

    database.migrate(&["upgrade"]).exits(0);
    database.migrate(&["check"]).exits(0);
    database.migrate(&["database", "drop", "-y"]).exits(0);
    match database.kind {
        Kind::Sqlite => {
            let left = database.folder.path().read_dir().expect("the folder");
            let left: Vec<_> = left.map(|entry| entry.expect("an entry").file_name()).collect();
            assert!(left.is_empty(), "{left:?}");
        }
        Kind::Postgres => {
            let gone = database.migrate(&["current"]).exits(1);
            assert!(gone.stderr.starts_with("error[unknown-database]"), "{}", gone.stderr);
            database.migrate(&["database", "create"]).exits(0);
        }
    }
}

async fn a_database_is_dropped_only_where_that_is_said(database: Database) {
    database.migrate(&["upgrade"]).exits(0);
    let tables = database.tables().await;
    for words in [&["database", "drop"] as &[&str], &["database", "reset"], &["fresh"]] {
        let refused = database.migrate(words).exits(2);
        assert!(
            refused.stderr.contains("with everything in it, which has to be said: `--yes`"),
            "{}",
            refused.stderr
        );
    }
    assert_eq!(database.tables().await, tables);
}

async fn a_database_in_use_is_dropped_only_by_force(database: Database) {
    database.migrate(&["upgrade"]).exits(0);
    if database.kind == Kind::Sqlite {
        database.execute("PRAGMA journal_mode = WAL").await;
    }
    // What is connected, and idle.
    let (mut postgres, mut sqlite);
    match database.kind {
        Kind::Postgres => {
            postgres = PgConnection::connect(&database.url).await.expect("connects");
            postgres.execute("SELECT 1 FROM plant").await.expect("reads");
        }
        Kind::Sqlite => {
            sqlite = SqliteConnection::connect(&database.driver_url()).await.expect("connects");
            sqlite.execute("SELECT 1 FROM plant").await.expect("reads");
        }
    }

    let refused = database.migrate(&["database", "drop", "--yes"]).exits(1);
    assert!(refused.stderr.starts_with("error[database-in-use]: the database `"), "{}", refused.stderr);
    assert!(database.tables().await.contains(&"plant".to_owned()), "nothing is lost");

    database.migrate(&["fresh", "--yes", "--force"]).exits(0);
    database.migrate(&["current", "--check-heads"]).exits(0);
}

async fn a_reset_begins_with_an_empty_database(database: Database) {
    database.migrate(&["upgrade"]).exits(0);
    database.execute("INSERT INTO breeder (id, name) VALUES (7, 'Vela')").await;
    database.execute("CREATE TABLE left_over (id integer PRIMARY KEY)").await;
    database.migrate(&["database", "reset", "--yes"]).exits(0);
    database.migrate(&["current", "--check-heads"]).exits(0);
    database.migrate(&["check"]).exits(0);
    assert!(!database.tables().await.contains(&"left_over".to_owned()));
    assert!(database.query("SELECT name FROM breeder").await.is_empty());
}

async fn status_tells_where_the_database_is(database: Database) {
    let url = shown(&database);
    let begin = format!("Database: {url} (the variable `DATABASE_URL`)\n");
    let empty = database.migrate(&["status"]).exits(0);
    assert_eq!(
        empty.stdout,
        format!(
            "{begin}Current:  <base>\nPending:  4\n  \
             3968dfa9e747, Generate baseline schema for async models\n  \
             109317dd2a2f, add_seedfinder_fields_to_breeder_and_cultivar\n  \
             6e5b1d353dd6, Add strain_id aliases for backward compatibility\n  \
             7d3c2a91e5f4 (head), Bring the database to the models\n"
        )
    );
    database.migrate(&["upgrade", "6e5b"]).exits(0);
    let json = database.migrate(&["status", "--format", "json"]).exits(0);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(json["database"], url);
    assert_eq!(json["current"][0]["revision"], "6e5b1d353dd6");
    assert_eq!(json["pending"][0]["revision"], "7d3c2a91e5f4");

    database.migrate(&["upgrade"]).exits(0);
    let full = database.migrate(&["status"]).exits(0);
    assert_eq!(
        full.stdout,
        format!("{begin}Current:  7d3c2a91e5f4 (head), Bring the database to the models\nPending:  none\n")
    );
}
