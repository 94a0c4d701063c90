//! What our lexer calls a statement, the databases take as one.
//!
//! Each piece runs by the protocol of prepared statements, in which PostgreSQL refuses a second statement and
//! both refuse half a one. The test of PostgreSQL needs a server of version 14 or later, for `BEGIN ATOMIC`:
//! `CUCURBIT_TEST_POSTGRES_URL`, as in `connect.rs`.

use std::future::Future;

use cucurbit::{
    config::Environment,
    connection::{ConnectOptions, Connection, url::ConnectionUrl},
    dialect::lexer::split,
    schema::Dialect,
};
use sqlx::AssertSqlSafe;

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

async fn connect(url: &str) -> Connection {
    let options = ConnectOptions::new().create_file(true);
    Connection::connect(&url.parse::<ConnectionUrl>().unwrap(), &options).await.unwrap()
}

const SQLITE: &str = r#"
-- A table; with a semicolon in this comment.
CREATE TABLE "plant;s" ([id;] INTEGER PRIMARY KEY, `na``me;` TEXT DEFAULT 'it''s; \', end TEXT) /* ; */ ;
;; /* nothing /* here ; */
CREATE TABLE log (line TEXT); CREATE TEMP TRIGGER IF NOT EXISTS begin AFTER INSERT ON "plant;s"
WHEN new.end IS NOT NULL
BEGIN
  INSERT INTO log SELECT CASE WHEN new.end = 'a;' THEN CASE 1 WHEN 1 THEN 'one; END;' END ELSE end END
    FROM "plant;s" WHERE [id;] = new.[id;]; -- END;
  UPDATE log SET line = line || '; END;';
  /* almost ; */ DELETE FROM log WHERE line = '--'; /* the last ; */
END
; -- after the trigger
INSERT INTO "plant;s" (end) VALUES ('a;'), ('b'), (x'3b');
BEGIN; INSERT INTO log VALUES ('in a transaction'); END;
SELECT 1, ';' AS "end" /* no end of this comment ;
"#;

#[test]
fn sqlite_takes_every_piece_as_a_statement() {
    let pieces = split(SQLITE, Dialect::Sqlite);
    assert_eq!(pieces.len(), 8, "{pieces:#?}");
    run(async {
        let mut connection = connect("sqlite://").await;
        for piece in &pieces {
            let query = sqlx::query(AssertSqlSafe((*piece).to_owned()));
            query
                .execute(connection.sqlite().unwrap())
                .await
                .unwrap_or_else(|error| panic!("{error}: {piece}"));
        }
        let name = connection.value("SELECT `na``me;` FROM \"plant;s\"").await.unwrap();
        assert_eq!(name.as_deref(), Some("it's; \\"));
        let lines = connection.rows("SELECT line FROM log ORDER BY rowid").await.unwrap();
        let lines: Vec<_> = lines.into_iter().flatten().flatten().collect();
        assert_eq!(lines, ["one; END;; END;; END;; END;", "b; END;; END;", ";; END;", "in a transaction"]);
        connection.close().await.unwrap();
    });
}

const POSTGRES: &str = r#"
-- A table; with a semicolon in this comment.
CREATE TEMP TABLE "plant;s" (id int, "na""me;" text DEFAULT E'it\'s; ''' -- two pieces; one text
  'and \';', "end" text[]) /* ; /* nested ; */ ; */ ;
;; /* nothing /* here */ ; */
CREATE FUNCTION pg_temp.body(case_of int) RETURNS text LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM $$;$$; RETURN 'a;$';
END; $body$;
CREATE OR REPLACE FUNCTION pg_temp.atomic(a int) RETURNS int LANGUAGE sql
BEGIN ATOMIC
  SELECT 1 AS end; SELECT CASE WHEN a > 1 THEN CASE a WHEN 2 THEN 3 END ELSE 4 END;
END;
CREATE TEMP TABLE log (line text);
CREATE RULE note AS ON INSERT TO "plant;s" DO ALSO (INSERT INTO log VALUES ('a;'); INSERT INTO log VALUES ('b;'););
INSERT INTO "plant;s" (id, "end") VALUES (1, '{a;}');
SELECT ("end")[1], $tag$;$tag$, U&'d\0061t;a', 'back\' FROM "plant;s"; DO $$ BEGIN NULL; END $$
"#;

#[test]
fn postgres_takes_every_piece_as_a_statement() {
    let environment = Environment::read();
    let Some(url) = environment.get("CUCURBIT_TEST_POSTGRES_URL").unwrap() else { return };
    let pieces = split(POSTGRES, Dialect::Postgres);
    assert_eq!(pieces.len(), 8, "{pieces:#?}");
    run(async {
        let mut connection = connect(url).await;
        // Bodies of functions without quotes came with PostgreSQL 14.
        let asked = "SELECT current_setting('server_version_num')::int >= 140000";
        let has_atomic = connection.value(asked).await.unwrap().as_deref() == Some("t");
        for piece in pieces.iter().filter(|piece| has_atomic || !piece.contains("BEGIN ATOMIC")) {
            let query = sqlx::query(AssertSqlSafe((*piece).to_owned()));
            query
                .execute(connection.postgres().unwrap())
                .await
                .unwrap_or_else(|error| panic!("{error}: {piece}"));
        }
        // A second statement is refused, so that each piece above was one.
        let two = sqlx::query("SELECT 1; SELECT 2").execute(connection.postgres().unwrap()).await;
        assert!(two.unwrap_err().to_string().contains("multiple commands"));
        let name = connection.value("SELECT \"na\"\"me;\" FROM \"plant;s\"").await.unwrap();
        assert_eq!(name.as_deref(), Some("it's; 'and ';"));
        assert_eq!(connection.value("SELECT count(*)::text FROM log").await.unwrap().as_deref(), Some("2"));
        if has_atomic {
            let sum = connection.value("SELECT pg_temp.atomic(2)::text").await.unwrap();
            assert_eq!(sum.as_deref(), Some("3"));
        }
        connection.close().await.unwrap();
    });
}
