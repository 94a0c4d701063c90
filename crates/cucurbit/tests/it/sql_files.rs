//! SQL as psql, pg_dump, sqlite3 and people write it: in files that are one side of a comparison, and in scripts.

use std::{path::Path, process::Command};

use cucurbit::{
    Env, Op, Script,
    command::{self, Between, Differences, Location, Project},
    connection::Connection,
    error::{Error, ErrorCode},
    operation::Operation,
    prelude::*,
    revision::{Reach, Target},
    runtime::{Migrator, RunError},
    schema::Dialect,
};
use tempfile::TempDir;

use crate::support::{Database, new_revision, on_database, on_each_database, on_sqlite, script, scripts};

fn nothing(_op: &mut Op) {}

pub(crate) fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("versions")).unwrap();
    std::fs::write(folder.path().join("cucurbit.toml"), "").unwrap();
    folder
}

pub(crate) fn project(folder: &TempDir, database: &Database, scripts: Vec<Script>) -> Project {
    let location = Location::new().database_url(&database.url).working_directory(folder.path());
    Project::open(Env::new(scripts), location).unwrap()
}

pub(crate) fn between(from: &str, to: &str) -> Between {
    Between::new(from.parse().unwrap(), to.parse().unwrap())
}

/// Compares nothing with a file.
pub(crate) async fn made(database: &Database, sql: impl AsRef<[u8]>) -> Result<Differences, Error> {
    let folder = folder();
    std::fs::write(folder.path().join("a.sql"), sql).unwrap();
    command::diff(&project(&folder, database, Vec::new()), &between("empty", "a.sql"), false).await
}

pub(crate) fn words(differences: &Differences) -> Vec<String> {
    differences.operations.iter().map(Operation::describe).collect()
}

pub(crate) async fn makes(database: &Database, sql: impl AsRef<[u8]>, expected: &[&str]) {
    let found = made(database, sql.as_ref()).await;
    let found = found.unwrap_or_else(|error| {
        panic!("{}: {error:?}", String::from_utf8_lossy(sql.as_ref()));
    });
    assert_eq!(words(&found), expected, "{}", String::from_utf8_lossy(sql.as_ref()));
}

/// The whole of an error: itself and its causes.
pub(crate) fn text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

pub(crate) async fn is_refused(database: &Database, sql: impl AsRef<[u8]>, said: &str) {
    let shown = String::from_utf8_lossy(sql.as_ref()).into_owned();
    let error = made(database, sql).await.expect_err(&shown);
    let text = text(&error);
    assert!(text.contains(said), "{shown}\n{text}");
    assert_eq!(error.code(), ErrorCode::UnrunnableSql, "{shown}\n{text}");
    assert!(error.hint().is_some(), "{shown}");
}

#[test]
fn commands_of_psql_that_mean_nothing_for_a_schema_are_left_out() {
    let sql = "\u{feff}\\set ON_ERROR_STOP on\r\n\\echo making 'plants\\n' \\\\ SET lock_timeout = 0;\r\n\\timing\n\\pset pager off\n\
               CREATE TABLE plant (id int PRIMARY KEY, name text DEFAULT E'it\\'s;\\\\') \\g\n\
               \\d+ plant\n\\if_not_there\n";
    on_database(Dialect::Postgres, async |database: Database| {
        is_refused(&database, sql, "line 7: `\\if_not_there`").await;
        makes(&database, sql.replace("\\if_not_there\n", ""), &["create table plant"]).await;
        makes(
            &database,
            "CREATE TABLE a (id int) \\; CREATE TABLE b (id int);\n\\q\n",
            &["create table a", "create table b"],
        )
        .await;
    });
}

#[test]
fn commands_of_psql_that_cannot_be_run_are_refused_with_their_line() {
    on_database(Dialect::Postgres, async |database: Database| {
        for (sql, said) in [
            (
                "CREATE TABLE a (id int);\n\\i other.sql\n",
                "line 2: `\\i other.sql` cannot be run: it reads a file",
            ),
            ("\n\n\\ir 'other file.sql'", "line 3: `\\ir"),
            (
                "-- +goose Up\nCREATE TABLE a (id int);\n\n-- +goose Down\nDROP TABLE a;",
                "line 4: `-- +goose Down` cannot",
            ),
            ("-- migrate:up\nCREATE TABLE a (id int);\n  --migrate:down\nDROP TABLE a;", "line 3: `"),
            ("-- +migrate Down\nDROP TABLE a;", "what follows takes back"),
            (
                "CREATE TABLE a (id int);\n\\c other\nCREATE TABLE b (id int);",
                "line 2: `\\c other` cannot be run: all of the SQL",
            ),
            ("\\connect other", "line 1: `\\connect other`"),
            ("\\set name plant\nCREATE TABLE :name (id int);", "line 1: `\\set name plant`"),
            ("CREATE TABLE\n  :\"name\" (id int);", "line 2: `:\"name\" (id int)` cannot be run: variables"),
            ("INSERT INTO a VALUES (1, :'name')", "line 1: `:'name')`"),
            ("\\if true\nCREATE TABLE a (id int);\n\\endif", "line 1: `\\if true` cannot be run: conditions"),
            ("SELECT 'CREATE TABLE a (id int)' \\gexec", "line 1: `\\gexec` cannot be run: a command stands"),
            ("CREATE TABLE a (\n\\echo hello\nid int);", "line 2: `\\echo hello`"),
            ("\\copy a FROM 'a.csv' CSV", "line 1: `\\copy a"),
            ("\\! rm -r x", "line 1: `\\! rm"),
            (
                "CREATE TABLE a (id int);\n\\q\nCREATE TABLE b (id int);",
                "line 2: `\\q` cannot be run: what follows",
            ),
            ("CREATE TABLE a (id int);\n\\.\n", "line 2: `\\.` cannot be run: no rows"),
            ("DELIMITER //\nCREATE TABLE a (id int) //", "line 1: `DELIMITER //` cannot be run"),
            ("CREATE TABLE a (id int)\nGO\nCREATE TABLE b (id int)\ngo\n", "line 2: `GO` cannot be run"),
            ("CREATE TABLE a (id int);\nSELECT 'a\0b'", "line 2: `\\0` cannot be run"),
            ("COPY a TO stdout;", "line 1: `COPY a TO stdout` cannot be run: nothing reads"),
            ("COPY (SELECT 1 FROM stdin) TO STDOUT WITH CSV;", "nothing reads"),
            (
                "CREATE TABLE a (id int);\nCOPY a FROM stdin;\n",
                "line 2: `COPY a FROM stdin` cannot be run: no rows",
            ),
            ("COPY a FROM stdin; SELECT 1;\n1\n\\.\n", "no rows follow"),
            ("COPY a FROM stdin WITH (FORMAT binary);\n1\n\\.\n", "binary"),
            (
                "CREATE TABLE a (id int); COPY a FROM '/etc/hosts';",
                "COPY a FROM '/etc/hosts'` cannot be run: it reads",
            ),
            ("COPY (SELECT 1) TO PROGRAM 'touch /tmp/x'", "a program"),
            ("COPY a (id) TO E'/tmp/x'", "a file of the server"),
            ("DROP TABLE IF EXISTS :tbl", "line 1: `:tbl` cannot be run: variables"),
            ("ALTER TABLE a\nADD COLUMN :col int", "line 2: `:col int`"),
            ("SELECT ARRAY[1, :x]", "`:x]`"),
            ("SELECT 1 WHERE EXISTS :x", "`:x`"),
            ("CREATE INDEX :\"ix\" ON a (id)", "`:\"ix\" ON"),
            (
                "\\encoding LATIN1\nCREATE TABLE \"größe\" (id int);",
                "line 1: `\\encoding LATIN1` cannot be run: the file",
            ),
            ("\\set AUTOCOMMIT off\nCREATE TABLE a (id int);", "it says when psql commits"),
            (
                "SET client_encoding = 'LATIN1';\nCREATE TABLE \"größe\" (id int);",
                "line 1: `SET client_encoding",
            ),
        ] {
            is_refused(&database, sql, said).await;
        }
        // What looks like it and is SQL.
        makes(
            &database,
            "CREATE TABLE a (go int, b int[] DEFAULT (ARRAY[1,2])[1:2], c text DEFAULT 'x'::text, \
             d text CHECK (d <> ':name' AND d <> '\\c'), e int[] CHECK (e[go:go] = e[:go] AND e [1:go+1] = e));\n\
             \\encoding UTF8\n\\set AUTOCOMMIT on\nSELECT 1 AS\ngo\n; CREATE FUNCTION f(a int) RETURNS int \
             LANGUAGE sql BEGIN ATOMIC; SELECT a; SELECT f.a AS go; END;\n\
             CREATE PROCEDURE p() LANGUAGE plpgsql AS $x$ BEGIN PERFORM f(a := 1); END $x$; \
             CREATE RULE r AS ON INSERT TO a DO ALSO (SELECT 1; SELECT 2;);\n\
             DO $$ BEGIN CREATE TABLE b (id int); END $$; /* a /* b */ ; */ SET client_encoding = 'LATIN1'; \
             SET standard_conforming_strings = off; SET escape_string_warning = off; \
             CREATE TABLE c (t text DEFAULT 'it\\'s; a');SET standard_conforming_strings = on; CREATE TABLE d (t text DEFAULT '\\')",
            &["create table a", "create table b", "create table c", "create table d"],
        )
        .await;
    });
}

#[test]
fn what_reaches_beyond_the_database_is_not_run() {
    on_database(Dialect::Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let name = connection.value("SELECT current_database()").await.unwrap().unwrap();
        let dump = format!(
            "DROP DATABASE IF EXISTS {name};\nCREATE DATABASE {name}_copy;\nALTER DATABASE {name} SET lock_timeout = '1s';\n\
             \\connect {name}_copy\nCREATE ROLE {name}_role;\nCREATE TABLE a (id int);\nCOMMENT ON DATABASE {name} IS 'x';\n\
             GRANT CONNECT ON DATABASE {name} TO PUBLIC;\n"
        );
        makes(&database, dump, &["create table a"]).await;
        let count = format!(
            "SELECT (SELECT count(*) FROM pg_database WHERE datname LIKE '{name}%') + \
             (SELECT count(*) FROM pg_roles WHERE rolname LIKE '{name}%') + (SELECT count(*) FROM pg_db_role_setting s \
             JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = '{name}')"
        );
        assert_eq!(connection.value(&count).await.unwrap().as_deref(), Some("1"), "the server is as it was");
        is_refused(
            &database,
            "CREATE TABLE a (id int); CREATE DATABASE x;\n\\connect x",
            "line 2: `\\connect x`",
        )
        .await;
        connection.close().await.unwrap();
    });
}

#[test]
fn a_file_that_is_not_utf8_is_refused_with_the_line() {
    on_each_database(async |database: Database| {
        drop(database.connect().await);
        for (bytes, line) in [
            (b"CREATE TABLE a (id int);\nCREATE TABLE \"gr\xf6sse\" (id int);".as_slice(), 2),
            (b"\xff\xfeC\0R\0", 1),
        ] {
            let error = made(&database, bytes).await.unwrap_err();
            assert_eq!(error.code(), ErrorCode::SqlFileEncoding);
            assert!(error.to_string().ends_with(&format!("a.sql, line {line}, is not UTF-8")), "{error}");
        }
        let error = made(&database, "-- one\nCREATE TABLE a (id int);\n\nCREATE TABLE a (id int);")
            .await
            .unwrap_err();
        assert!(error.to_string().contains("a.sql, line 4, failed"), "{error}");
    });
}

/// Rows of every format, as psql takes them.
const COPIES: &str = "CREATE TABLE a (id int, t text);
COPY a FROM stdin;
1\tone; two\\n
2\t\\N
\\.
copy public.a (t, id) from STDIN with (format csv, header, delimiter ';');  -- here they are
t;id
\"it's
two lines\";3
\\.

COPY a FROM stdin CSV QUOTE '''';
4,'$$ \\x'
\\.
COPY a (id) FROM stdin;
\\.
INSERT INTO a VALUES (5, 'last');
";

const COPIED: &str = "SELECT string_agg(id || '=' || coalesce(t, '-'), '|' ORDER BY id) FROM a";
const ROWS: &str = "1=one; two\n|2=-|3=it's\ntwo lines|4=$$ \\x|5=last";

fn copies(op: &mut Op) {
    op.execute(COPIES);
}

fn copies_and_fails(op: &mut Op) {
    op.execute("CREATE TABLE a (id int);\nCOPY a FROM stdin;\n1\nx\n\\.\n");
}

fn no_rows(op: &mut Op) {
    op.execute("CREATE TABLE a (id int)");
    op.execute("SELECT 1;\nCOPY a FROM stdin");
}

fn outside(op: &mut Op) {
    op.execute("CREATE TABLE a (id int, t text)").means(|_| {});
    op.execute("COPY a FROM stdin;\n1\tone").outside_transaction();
}

async fn upgrade(connection: &mut Connection, script: Script) -> Result<(), RunError> {
    let target: Target = "head".parse().unwrap();
    Migrator::on(connection, &scripts(&[script])).upgrade(&[target]).await.map(drop)
}

#[test]
fn copy_in_a_script_is_run_with_its_rows() {
    on_database(Dialect::Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        upgrade(&mut connection, script("a", &[], copies, nothing)).await.unwrap();
        assert_eq!(connection.value(COPIED).await.unwrap().as_deref(), Some(ROWS));
        connection.close().await.unwrap();

        let mut connection = database.emptied().await;
        let error = upgrade(&mut connection, script("a", &[], copies_and_fails, nothing)).await.unwrap_err();
        let said = text(&error);
        assert!(said.contains("the database refused `COPY a FROM stdin`"), "{said}");
        assert!(said.contains("invalid input syntax for type integer: \"x\""), "{said}");
        assert_eq!(
            database.tables(&mut connection).await,
            ["alembic_version"],
            "rolled back, and the connection works"
        );

        let error = upgrade(&mut connection, script("a", &[], no_rows, nothing)).await.unwrap_err();
        assert!(
            text(&error).contains("line 2: `COPY a FROM stdin` cannot be run: no rows follow"),
            "{error:?}"
        );
        assert_eq!(database.tables(&mut connection).await, ["alembic_version"], "nothing was run");

        upgrade(&mut connection, script("a", &[], outside, nothing)).await.unwrap();
        assert_eq!(connection.value(COPIED).await.unwrap().as_deref(), Some("1=one"));
        connection.close().await.unwrap();
    });
}

#[test]
fn copy_in_a_file_is_run_with_its_rows() {
    on_database(Dialect::Postgres, async |database: Database| {
        makes(&database, COPIES, &["create table a"]).await;
        // What the rows make tells that they are there.
        let sql = format!(
            "{}DO $$ BEGIN IF (SELECT count(*) FROM a) = 5 THEN CREATE TABLE b (id int); END IF; END $$",
            COPIES.replace('\n', "\r\n")
        );
        makes(&database, sql, &["create table a", "create table b"]).await;
        let error =
            made(&database, "CREATE TABLE a (id int);\nCOPY a FROM stdin;\nx\n\\.\n").await.unwrap_err();
        assert!(error.to_string().contains("a.sql, line 2, failed"), "{error}");
    });
}

#[test]
fn psql_can_run_an_offline_script_with_rows() {
    fn last_line_is_open(op: &mut Op) {
        op.execute("CREATE TABLE a (id int, t text)").means(|op| {
            op.create_table("a", |table| {
                table.column(integer("id").nullable());
                table.column(cucurbit::prelude::text("t").nullable());
            });
        });
        op.execute("COPY a FROM stdin;\n1\tone; two\n2\t\\N");
    }
    on_database(Dialect::Postgres, async |database: Database| {
        let folder = folder();
        let project = project(&folder, &database, vec![script("a", &[], last_line_is_open, nothing)]);
        let sql = command::upgrade_sql(&project, &"base:head".parse().unwrap()).unwrap();
        let file = folder.path().join("up.sql");
        std::fs::write(&file, &sql).unwrap();
        let psql = Command::new("psql")
            .args(["--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-f"])
            .arg(&file)
            .arg(database.url.replace("postgres://", "postgresql://"))
            .output()
            .expect("psql is there");
        assert!(psql.status.success(), "{sql}\n{}", String::from_utf8_lossy(&psql.stderr));
        let mut connection = database.connect().await;
        assert_eq!(connection.value(COPIED).await.unwrap().as_deref(), Some("1=one; two|2=-"));
        connection.close().await.unwrap();
    });
}

#[test]
fn what_pg_dump_writes_with_rows_is_what_it_read() {
    on_database(Dialect::Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        connection
            .execute(
                "CREATE TABLE a (id serial PRIMARY KEY, t text NOT NULL DEFAULT E'\\\\'); \
                 INSERT INTO a (t) VALUES (E'a\\tb\\n\\\\.'), ('$$;'); CREATE TABLE empty (id int); \
                 CREATE VIEW v AS SELECT * FROM a",
            )
            .await
            .unwrap();
        for with in ["--inserts", "--clean", "--create", "--no-owner"] {
            let folder = folder();
            let dump =
                Command::new("pg_dump").arg(with).arg(&database.url).output().expect("pg_dump is there");
            assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
            std::fs::write(folder.path().join("a.sql"), &dump.stdout).unwrap();
            let project = project(&folder, &database, Vec::new());
            let sql = String::from_utf8(dump.stdout).unwrap();
            let found = command::diff(&project, &between("database", "a.sql"), false).await.unwrap();
            assert_eq!(words(&found), [""; 0], "{with}\n{sql}");
            assert_eq!(found.unmanaged.from, found.unmanaged.to);
            assert_eq!(found.unmanaged.to.len(), 1);
        }
        connection.close().await.unwrap();
    });
}

/// A file with whatever makes tables of its own.
const WITH_SHADOWS: &str = "
    CREATE VIRTUAL TABLE note USING fts5(title, body);
    INSERT INTO note VALUES ('a', 'b; c');
    CREATE VIRTUAL TABLE place USING rtree(id, low, high);
    CREATE VIRTUAL TABLE old_note USING fts4(title);
    CREATE TABLE plant (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, note_config TEXT);
    INSERT INTO plant (name) VALUES ('it''s;');
    CREATE INDEX ix_plant_name ON plant (name);
    CREATE VIEW plants AS SELECT * FROM plant;
    CREATE TRIGGER plant_insert AFTER INSERT ON plant BEGIN INSERT INTO note VALUES (new.name, ''); END;
    ANALYZE;";

fn sqlite3(file: &Path, command: &str) -> Option<String> {
    let output = Command::new("sqlite3").arg(file).arg(command).output().ok()?;
    Some(String::from_utf8(output.stdout).unwrap())
}

/// What sqlite3 3.40 writes for `WITH_SHADOWS`, shortened: `.dump`, `.schema`, and `.schema` of the releases before 3.37.
fn recorded() -> [String; 3] {
    let shadows = "CREATE TABLE IF NOT EXISTS 'note_data'(id INTEGER PRIMARY KEY, block BLOB);
CREATE TABLE IF NOT EXISTS 'note_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS 'note_content'(id INTEGER PRIMARY KEY, c0, c1);
CREATE TABLE IF NOT EXISTS 'note_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
CREATE TABLE IF NOT EXISTS 'note_config'(k PRIMARY KEY, v) WITHOUT ROWID;";
    let rest = "CREATE TABLE plant (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, note_config TEXT);
CREATE INDEX ix_plant_name ON plant (name);
CREATE VIEW plants AS SELECT * FROM plant
/* plants(id,name,note_config) */;
CREATE TRIGGER plant_insert AFTER INSERT ON plant BEGIN INSERT INTO note VALUES (new.name, ''); END;";
    let dump = format!(
        "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nPRAGMA writable_schema=ON;\n\
         INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','note','note',0,'CREATE VIRTUAL TABLE note USING fts5(title, body)');\n\
         {shadows}\nINSERT INTO note_config VALUES('version',4);\n{rest}\nANALYZE sqlite_schema;\n\
         INSERT INTO sqlite_stat1 VALUES('plant','ix_plant_name','1 1');\nDELETE FROM sqlite_sequence;\n\
         INSERT INTO sqlite_sequence VALUES('plant',1);\nPRAGMA writable_schema=OFF;\nCOMMIT;\n"
    );
    let schema = format!(
        "CREATE VIRTUAL TABLE note USING fts5(title, body)\n/* note(title,body) */;\n{shadows}\n{rest}\n\
         CREATE TABLE sqlite_sequence(name,seq);\nCREATE TABLE sqlite_stat1(tbl,idx,stat);\n"
    );
    let older = schema.replace("CREATE TABLE IF NOT EXISTS", "CREATE TABLE");
    [dump, schema, older]
}

#[test]
fn what_sqlite3_writes_of_virtual_tables_makes_no_tables_of_theirs() {
    on_sqlite(async |database: Database| {
        let mut connection = database.connect().await;
        connection.execute(WITH_SHADOWS).await.unwrap();
        connection.close().await.unwrap();
        let file = Path::new(database.url.strip_prefix("sqlite:///").unwrap()).to_owned();
        let written = [".dump", ".schema"].iter().filter_map(|command| sqlite3(&file, command));
        for sql in written.chain(recorded()) {
            let folder = folder();
            std::fs::write(folder.path().join("a.sql"), &sql).unwrap();
            let project = project(&folder, &database, Vec::new());
            let found = command::diff(&project, &between("database", "a.sql"), false).await.unwrap();
            assert_eq!(words(&found), [""; 0], "{sql}");
            assert!(
                found.unmanaged.to.iter().any(|object| object.names.contains(&"note".to_owned())),
                "{sql}"
            );
        }
    });
}

#[test]
fn a_virtual_table_of_a_module_that_is_not_there_keeps_its_tables_to_itself() {
    on_sqlite(async |database: Database| {
        drop(database.connect().await);
        for sql in [
            "CREATE VIRTUAL TABLE v USING vec0(a float[3]);\nCREATE TABLE \"v_chunks\"(id INTEGER PRIMARY KEY);\n\
             CREATE TABLE van (id INTEGER);",
            "PRAGMA writable_schema=ON;\nINSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) \
             VALUES('table','v','v',0,'CREATE VIRTUAL TABLE v USING vec0(a float[3])');\n\
             CREATE TABLE IF NOT EXISTS \"v_chunks\"(id INTEGER PRIMARY KEY);\nCREATE TABLE van (id INTEGER);",
        ] {
            makes(&database, sql, &["create table van"]).await;
        }
    });
}

#[test]
fn commands_of_sqlite3_are_left_out_or_refused_with_their_line() {
    on_sqlite(async |database: Database| {
        drop(database.connect().await);
        let sql = ".mode column\n.headers on\n# a comment; of sqlite3\nCREATE TABLE a (id INTEGER,\n  b TEXT DEFAULT '\n.x'\n);\r\n.tables\n.quit\n";
        makes(&database, sql, &["create table a"]).await;
        for (sql, said) in [
            (
                "CREATE TABLE a (id INTEGER);\n.read other.sql\n",
                "line 2: `.read other.sql` cannot be run: it reads a file",
            ),
            (".import a.csv a", "line 1: `.import a.csv a`"),
            (".open other.db", "line 1: `.open other.db`"),
            (".load ./x", "line 1: `.load ./x`"),
            (".shell rm x", "line 1: `.shell rm x`"),
            (".nothing", "line 1: `.nothing` cannot be run: it is no command that is known"),
            ("CREATE TABLE a (id INTEGER);\n.exit\nCREATE TABLE b (id INTEGER);", "line 2: `.exit`"),
            ("DELIMITER ;;\n", "DELIMITER"),
            ("CREATE TABLE a (id INTEGER)\nGO\nCREATE TABLE b (id INTEGER)\nGO", "line 2: `GO`"),
            ("CREATE TABLE a (id INTEGER);\0", "NUL"),
            (
                "CREATE TABLE a (id INTEGER);\nINSERT INTO a VALUES (1),\n(:x)",
                "line 3: `:x)` cannot be run: a parameter",
            ),
            ("CREATE TABLE a (id INTEGER CHECK (id > ?))", "line 1: `?))`"),
            ("CREATE TABLE a (id INTEGER CHECK (id > ?12))", "line 1: `?12))`"),
            ("CREATE TABLE a (id INTEGER CHECK (id > @x))", "line 1: `@x))`"),
            ("CREATE TABLE a (id INTEGER CHECK (id > $x))", "line 1: `$x))`"),
        ] {
            is_refused(&database, sql, said).await;
        }
        for sql in [
            "CREATE TABLE a (id TEXT DEFAULT ':x ? @y $z')",
            "CREATE TABLE a (id TEXT) /* :x ? */",
            "CREATE TABLE a (\"id\" TEXT); INSERT INTO a VALUES ('12:30'), (json_extract('{\"a\": 1}', '$.a'))",
        ] {
            makes(&database, sql, &["create table a"]).await;
        }
    });
}

#[test]
fn a_parameter_in_a_script_is_refused_before_the_run() {
    fn bound(op: &mut Op) {
        op.execute("CREATE TABLE b (id INTEGER);\nINSERT INTO b VALUES (:id)");
    }
    on_sqlite(async |database: Database| {
        let mut connection = database.connect().await;
        let error = upgrade(&mut connection, script("a", &[], bound, nothing)).await.unwrap_err();
        assert!(text(&error).contains("line 2: `:id)` cannot be run"), "{error:?}");
        assert_eq!(database.tables(&mut connection).await, [""; 0]);
    });
}

#[test]
fn a_script_leaves_out_and_refuses_the_same() {
    fn psql(op: &mut Op) {
        op.on(Postgres, |op| {
            op.execute("\\restrict abc\nCREATE TABLE a (id INTEGER);\n\\echo done\n\\unrestrict abc\n");
        });
        op.on(Sqlite, |op| {
            op.execute(".mode list\nCREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT);\nCREATE TABLE sqlite_sequence(name,seq);\n");
        });
    }
    fn other_file(op: &mut Op) {
        op.execute("CREATE TABLE b (id INTEGER)");
        op.on(Postgres, |op| {
            op.execute("SELECT 1;\n\\i other.sql");
        });
        op.on(Sqlite, |op| {
            op.execute("SELECT 1;\n.read other.sql");
        });
    }
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        upgrade(&mut connection, script("a", &[], psql, nothing)).await.unwrap();
        let tables = database.tables(&mut connection).await;
        assert!(tables.contains(&"a".to_owned()), "{tables:?}");
        let list = [script("a", &[], psql, nothing), script("b", &["a"], other_file, nothing)];
        let all = scripts(&list);
        let error =
            Migrator::on(&mut connection, &all).upgrade(&["head".parse().unwrap()]).await.unwrap_err();
        assert!(text(&error).contains("line 2: `"), "{error:?}");
        assert_eq!(ErrorCode::from(&Error::from(error)), ErrorCode::UnrunnableSql);
        assert_eq!(database.tables(&mut connection).await, tables, "it was refused before the run");
        Migrator::on(&mut connection, &all).downgrade(&"base".parse().unwrap(), Reach::Branch).await.unwrap();
        connection.close().await.unwrap();
    });
}

#[test]
fn what_a_side_holds_and_is_not_compared_is_counted_and_named() {
    on_each_database(async |database: Database| {
        let folder = folder();
        let mut connection = database.connect().await;
        let (there, wanted, kinds) = match database.dialect {
            Dialect::Postgres => (
                "CREATE TABLE a (id int NOT NULL); CREATE VIEW v AS SELECT id FROM a",
                "CREATE TABLE a (id int NOT NULL); CREATE VIEW v AS SELECT id FROM a; ALTER TABLE a ENABLE ROW LEVEL SECURITY; \
                 CREATE POLICY p ON a; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
                 CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()",
                vec!["trigger t", "policy p", "table with row security a", "view v", "function f"],
            ),
            Dialect::Sqlite => (
                "CREATE TABLE a (id int NOT NULL); CREATE VIEW v AS SELECT id FROM a",
                "CREATE TABLE a (id int NOT NULL); CREATE VIEW v AS SELECT id FROM a; \
                 CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
                vec!["trigger t", "view v"],
            ),
        };
        connection.execute(there).await.unwrap();
        connection.close().await.unwrap();
        std::fs::write(folder.path().join("a.sql"), wanted).unwrap();
        let project = project(&folder, &database, Vec::new());
        let found = command::diff(&project, &between("database", "a.sql"), false).await.unwrap();
        let named = |objects: &[command::Unmanaged]| -> Vec<String> {
            objects.iter().map(|object| format!("{} {}", object.kind, object.names.join(" "))).collect()
        };
        assert_eq!(words(&found), [""; 0]);
        assert_eq!(named(&found.unmanaged.from), ["view v"]);
        assert_eq!(named(&found.unmanaged.to), kinds);

        let written = command::create(&project, &new_revision("first"), &between("empty", "a.sql"))
            .await
            .unwrap()
            .unwrap();
        for kind in kinds {
            assert!(
                written.warnings.iter().any(|warning| warning.contains(kind)),
                "{kind}: {:?}",
                written.warnings
            );
        }
    });
}
