//! What is one statement, and of what kind.

use proptest::prelude::*;

use super::{Kind, kind, split};
use crate::schema::Dialect::{self, Postgres, Sqlite};

/// Checks that a text is split into these statements on both databases.
#[track_caller]
fn check(sql: &str, expected: &[&str]) {
    check_on(Postgres, sql, expected);
    check_on(Sqlite, sql, expected);
}

#[track_caller]
fn check_on(dialect: Dialect, sql: &str, expected: &[&str]) {
    assert_eq!(split(sql, dialect), expected, "on {dialect}");
}

#[test]
fn statements_end_at_semicolons() {
    check("SELECT 1;SELECT 2", &["SELECT 1", "SELECT 2"]);
    check(" SELECT 1 ;\n\n SELECT\n 2 ; ", &["SELECT 1", "SELECT\n 2"]);
    check("\u{feff}SELECT 1", &["SELECT 1"]);
}

#[test]
fn empty_and_commented_statements_are_left_out() {
    check("", &[]);
    check(";;\n;", &[]);
    check("-- nothing;\n;/* nothing; */", &[]);
    check("-- before\nSELECT 1 -- after;\n; -- last", &["SELECT 1"]);
    check("SELECT /* ; */ 1 -- ;\n + 1", &["SELECT /* ; */ 1 -- ;\n + 1"]);
}

#[test]
fn semicolons_in_quotes_separate_nothing() {
    check("SELECT 'a;''b;'; SELECT \"c;\"\"d\"", &["SELECT 'a;''b;'", "SELECT \"c;\"\"d\""]);
    check("SELECT 'back\\'; SELECT 2", &["SELECT 'back\\'", "SELECT 2"]);
    check_on(Sqlite, "SELECT [a;b]]; SELECT `c;``d`", &["SELECT [a;b]]", "SELECT `c;``d`"]);
    check_on(Sqlite, "SELECT [it's]; SELECT 2", &["SELECT [it's]", "SELECT 2"]);
    check_on(Postgres, "SELECT a[1]; SELECT b[2;", &["SELECT a[1]", "SELECT b[2"]);
}

#[test]
fn backslashes_escape_in_postgres_strings_that_say_so() {
    check_on(
        Postgres,
        r"SELECT E'a\';b'; SELECT e'\\'; SELECT 3",
        &[r"SELECT E'a\';b'", r"SELECT e'\\'", "SELECT 3"],
    );
    check_on(Postgres, r"SELECT type'a\'; SELECT 2", &[r"SELECT type'a\'", "SELECT 2"]);
    check_on(
        Postgres,
        "SELECT E'a''\\';b' -- c'\n 'd\\';'; SELECT 2",
        &["SELECT E'a''\\';b' -- c'\n 'd\\';'", "SELECT 2"],
    );
    check_on(Postgres, "SELECT E'a' 'd\\'; SELECT 2", &["SELECT E'a' 'd\\'", "SELECT 2"]);
    check_on(Sqlite, r"SELECT E'a\'; SELECT 2", &[r"SELECT E'a\'", "SELECT 2"]);
}

#[test]
fn dollar_quotes_have_tags() {
    check_on(Postgres, "DO $$ BEGIN; END; $$; SELECT 2", &["DO $$ BEGIN; END; $$", "SELECT 2"]);
    check_on(Postgres, "SELECT $a$ ; $$ ; $b$ $a$; SELECT $1;", &["SELECT $a$ ; $$ ; $b$ $a$", "SELECT $1"]);
    check_on(Postgres, "SELECT $ä$;$ä$, a$b$c; SELECT 2", &["SELECT $ä$;$ä$, a$b$c", "SELECT 2"]);
    check_on(Postgres, "SELECT $1 + $2; SELECT 2$", &["SELECT $1 + $2", "SELECT 2$"]);
    check_on(Sqlite, "SELECT $a; SELECT $a", &["SELECT $a", "SELECT $a"]);
}

#[test]
fn only_postgres_nests_comments() {
    let sql = "SELECT 1 /* a /* b */ ; c */; SELECT 2";
    check_on(Postgres, sql, &["SELECT 1", "SELECT 2"]);
    check_on(Sqlite, sql, &["SELECT 1", "c */", "SELECT 2"]);
    check("SELECT 1 /*/ ; */; SELECT 2", &["SELECT 1", "SELECT 2"]);
}

#[test]
fn a_carriage_return_ends_a_comment_of_postgres() {
    let sql = "SELECT 1; -- note\rSELECT 2";
    check_on(Postgres, sql, &["SELECT 1", "SELECT 2"]);
    check_on(Sqlite, sql, &["SELECT 1"]);
}

#[test]
fn a_trigger_of_sqlite_ends_at_its_end() {
    let trigger = "CREATE TEMP TRIGGER begin AFTER INSERT ON plant WHEN new.end IS NULL BEGIN\n\
        UPDATE plant SET x = CASE WHEN y THEN 1 ELSE CASE z WHEN 1 THEN 2 END END; -- END;\n\
        SELECT end FROM t; /* ; END; */ END";
    check_on(Sqlite, &format!("{trigger}; SELECT 2;"), &[trigger, "SELECT 2"]);
    check_on(Sqlite, &format!("{trigger} /* done */ ; SELECT 2;"), &[trigger, "SELECT 2"]);
    check_on(Sqlite, "create trigger t begin select 1; end", &["create trigger t begin select 1; end"]);
    check_on(
        Sqlite,
        "CREATE TABLE trigger (a); BEGIN; END; SELECT 1",
        &["CREATE TABLE trigger (a)", "BEGIN", "END", "SELECT 1"],
    );
}

#[test]
fn a_function_body_of_postgres_ends_at_its_end() {
    let function = "CREATE OR REPLACE FUNCTION f(a int) RETURNS int BEGIN ATOMIC\n\
        INSERT INTO t VALUES (CASE WHEN a > 1 THEN 2 END); SELECT 1 AS end, t.case FROM t; END";
    check_on(Postgres, &format!("{function}; SELECT 2;"), &[function, "SELECT 2"]);
    check_on(Postgres, "BEGIN; SELECT 1; END; SELECT 2", &["BEGIN", "SELECT 1", "END", "SELECT 2"]);
}

#[test]
fn a_rule_of_postgres_holds_its_commands_in_parentheses() {
    let rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; INSERT INTO b VALUES (1);)";
    check_on(Postgres, &format!("{rule}; SELECT 2"), &[rule, "SELECT 2"]);
    check_on(Postgres, "SELECT 1); SELECT 2", &["SELECT 1)", "SELECT 2"]);
}

#[test]
fn what_does_not_end_reaches_to_the_end() {
    check("SELECT 1; SELECT 'a; b", &["SELECT 1", "SELECT 'a; b"]);
    check("SELECT 1; SELECT 2 /* a; b", &["SELECT 1", "SELECT 2"]);
    check_on(Postgres, "SELECT $a$ ; $b$", &["SELECT $a$ ; $b$"]);
    check_on(Postgres, "SELECT E'a\\", &["SELECT E'a\\"]);
    check_on(Sqlite, "SELECT [a; b", &["SELECT [a; b"]);
}

#[test]
fn a_copy_of_postgres_is_one_statement_with_its_rows() {
    let copy = "COPY a FROM stdin;\n1\t;'\n\\N\n\\.";
    check_on(Postgres, &format!("{copy}\nSELECT 2;"), &[copy, "SELECT 2"]);
    check_on(Postgres, &format!("SELECT 1; {copy}\r\nSELECT 2"), &["SELECT 1", copy, "SELECT 2"]);
    let windows = "copy a (b) from STDIN WITH (FORMAT csv); -- rows\r\n\"x\r\n\\.x\r\n\\.";
    check_on(Postgres, &format!("{windows}\r\n;SELECT 2"), &[windows, "SELECT 2"]);
    check_on(Postgres, "COPY a FROM stdin;\n1\nSELECT 2;\n", &["COPY a FROM stdin;\n1\nSELECT 2;\n"]);
    check_on(Postgres, "COPY a FROM stdin;\n \n", &["COPY a FROM stdin"]);
    check_on(Postgres, "COPY a FROM 'x';\nSELECT 2", &["COPY a FROM 'x'", "SELECT 2"]);
    check_on(
        Postgres,
        "COPY (SELECT 1 FROM stdin) TO 'x';\nSELECT 2",
        &["COPY (SELECT 1 FROM stdin) TO 'x'", "SELECT 2"],
    );
    check_on(Sqlite, "COPY a FROM stdin;\n1\n;", &["COPY a FROM stdin", "1"]);
    assert_eq!(kind(copy, Postgres), Kind::ReadsOrWritesRows);
}

#[test]
fn commands_of_the_programs_are_statements_of_their_own() {
    check_on(
        Postgres,
        "\\echo it's; \nSELECT 1 \\g\nSELECT 2\\;SELECT 3",
        &["\\echo it's;", "SELECT 1", "SELECT 2", "SELECT 3"],
    );
    check_on(Postgres, "\\set x 'a\\\\b' \\\\ SELECT 1", &["\\set x 'a\\\\b' \\\\", "SELECT 1"]);
    check_on(Postgres, "SELECT '\\c'; \\c x", &["SELECT '\\c'", "\\c x"]);
    check_on(Sqlite, ".mode list \n# note;\nSELECT\n.5; .read x", &[".mode list", "SELECT\n.5", ".read x"]);
    assert_eq!(kind("\\c x", Postgres), Kind::ReadsOrWritesRows);
    assert_eq!(kind(".read x", Sqlite), Kind::ReadsOrWritesRows);
}

#[test]
fn backslashes_escape_in_all_strings_where_a_setting_says_so() {
    let sql = "SET standard_conforming_strings TO off; SELECT 'it\\'s;'; SET standard_conforming_strings = 'on'; SELECT '\\';";
    let expected = [
        "SET standard_conforming_strings TO off",
        "SELECT 'it\\'s;'",
        "SET standard_conforming_strings = 'on'",
        "SELECT '\\'",
    ];
    check_on(Postgres, sql, &expected);
}

#[track_caller]
#[test]
fn a_long_file_is_split_in_time_in_proportion_to_its_length() {
    let begun = std::time::Instant::now();
    for statement in
        ["INSERT INTO a VALUES (1, '://');", "\\a \\\\ SELECT 'x';", "COPY a FROM stdin;", "go go;"]
    {
        let sql = statement.repeat(100_000);
        for dialect in Dialect::ALL {
            assert!(split(&sql, dialect).len() > 50_000);
        }
    }
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

fn check_kind(dialect: Dialect, expected: Kind, statements: &[&str]) {
    for statement in statements {
        assert_eq!(kind(statement, dialect), expected, "`{statement}` on {dialect}");
    }
}

#[test]
fn rows_are_no_schema() {
    for dialect in Dialect::ALL {
        check_kind(
            dialect,
            Kind::ReadsOrWritesRows,
            &[
                "",
                "-- note",
                "insert into t values (1)",
                "/* why */ UPDATE t SET into_x = 1",
                "DELETE FROM ONLY t USING pg_class",
                "SELECT 'INTO', \"into\" FROM pg_class",
                "SELECT 1 FOR UPDATE",
                "VALUES (1)",
                "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a",
                "WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a",
                "ANALYZE",
                "EXPLAIN SELECT 1",
            ],
        );
    }
    check_kind(
        Postgres,
        Kind::ReadsOrWritesRows,
        &[
            "(SELECT 1) UNION (SELECT 2)",
            "TABLE t",
            "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE",
            "SELECT 1 AS into, t.into FROM t",
            "TRUNCATE t RESTART IDENTITY CASCADE",
            "LOCK TABLE t",
            "COPY t FROM '/tmp/x'",
            "GRANT SELECT ON t TO PUBLIC",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
            "REINDEX TABLE schema",
            "COPY (SELECT * FROM t) TO '/tmp/x'",
            "SET LOCAL lock_timeout = '5s'",
            "RESET statement_timeout",
            "SET CONSTRAINTS ALL DEFERRED",
        ],
    );
    check_kind(
        Sqlite,
        Kind::ReadsOrWritesRows,
        &[
            "REPLACE INTO t VALUES (1)",
            "PRAGMA foreign_keys",
            "PRAGMA main.table_info(t)",
            "PRAGMA user_version = 3",
            "DELETE FROM sqlite_sequence",
            "EXPLAIN QUERY PLAN SELECT 1",
        ],
    );
}

#[test]
fn definitions_change_the_schema() {
    for dialect in Dialect::ALL {
        check_kind(
            dialect,
            Kind::ChangesSchema,
            &[
                "CREATE TABLE t (a int)",
                "alter table t add b int",
                "DROP VIEW v",
                "CREATE UNIQUE INDEX i ON t (a)",
            ],
        );
    }
    check_kind(
        Postgres,
        Kind::ChangesSchema,
        &[
            "SELECT * INTO copy FROM t",
            "WITH a AS (SELECT 1) SELECT * INTO TEMP copy FROM a",
            "(SELECT 1 AS a INTO copy)",
            "COMMENT ON TABLE t IS 'x'",
            "ALTER TYPE mood ADD VALUE 'so'",
            "ALTER TABLE t DETACH PARTITION p",
            "ALTER DATABASE d SET lock_timeout = 0",
            "IMPORT FOREIGN SCHEMA s FROM SERVER x INTO y",
        ],
    );
}

#[test]
fn transactions_are_not_the_scripts_business() {
    for dialect in Dialect::ALL {
        let statements = ["BEGIN", "commit", "END", "ROLLBACK TO a", "SAVEPOINT a", "RELEASE a"];
        check_kind(dialect, Kind::EndsTransaction, &statements);
    }
    check_kind(Postgres, Kind::EndsTransaction, &["ABORT", "START TRANSACTION", "PREPARE TRANSACTION 'a'"]);
    check_kind(Sqlite, Kind::EndsTransaction, &["BEGIN IMMEDIATE"]);
}

#[test]
fn some_statements_run_outside_transactions_only() {
    check_kind(
        Postgres,
        Kind::NeedsNoTransaction,
        &[
            "VACUUM FULL t",
            "CREATE INDEX CONCURRENTLY i ON t (a)",
            "create unique index concurrently if not exists i on t (a)",
            "DROP INDEX CONCURRENTLY i",
            "REINDEX INDEX CONCURRENTLY i",
            "REINDEX (VERBOSE, CONCURRENTLY) TABLE t",
            "REINDEX DATABASE d",
            "REINDEX (VERBOSE) SCHEMA s",
            "CREATE DATABASE d",
            "DROP DATABASE d",
            "ALTER SYSTEM SET work_mem = '1MB'",
            "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
            "CLUSTER",
            "DISCARD ALL",
        ],
    );
    check_kind(
        Sqlite,
        Kind::NeedsNoTransaction,
        &["VACUUM", "DETACH x", "PRAGMA foreign_keys = ON", "PRAGMA main.journal_mode(wal)"],
    );
}

#[test]
fn what_could_do_anything_is_unknown() {
    check_kind(
        Postgres,
        Kind::Unknown,
        &[
            "DO $$ BEGIN CREATE TABLE t (); END $$",
            "CALL p()",
            "SET search_path = app",
            "SET ROLE other",
            "SET standard_conforming_strings = off",
            "EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1",
            "UPDATE pg_catalog.pg_index SET indisvalid = false",
            "WITH a AS (DELETE FROM ONLY \"pg_attribute\" RETURNING 1) SELECT * FROM a",
            "mystery",
        ],
    );
    check_kind(
        Sqlite,
        Kind::Unknown,
        &[
            "ATTACH 'x.db' AS x",
            "PRAGMA writable_schema = ON",
            "PRAGMA legacy_alter_table = ON",
            "UPDATE OR IGNORE main.[sqlite_schema] SET sql = ''",
            "SHOW tables",
        ],
    );
}

/// Texts that are likely to open and close what the lexer knows.
fn sql() -> impl Strategy<Value = String> {
    let pieces = [
        "'", "\"", "`", "[", "]", "$", "$$", "$a$", ";", "(", ")", "--", "\n", "\r", "/*", "*/", "\\", "E'",
        "e", " ", "1", ".", "CREATE", "TRIGGER", "FUNCTION", "BEGIN", "ATOMIC", "END", "CASE", "AS",
        "SELECT", "ä", "\u{feff}", "\0", "x", "COPY", "FROM", "STDIN", "\n\\.\n", "\\g", "\\echo ", ".", "#",
    ];
    proptest::collection::vec(
        prop_oneof![9 => prop::sample::select(Vec::from(pieces)).prop_map(str::to_owned), 1 => ".{0,3}"],
        0..40,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn nothing_is_lost_but_separators_and_comments(sql in sql(), is_postgres: bool) {
        let dialect = if is_postgres { Postgres } else { Sqlite };
        let mut position = 0;
        for part in split(&sql, dialect) {
            let start = part.as_ptr() as usize - sql.as_ptr() as usize;
            prop_assert!(start >= position && !part.is_empty());
            // What lies between two parts holds no statement of its own.
            prop_assert_eq!(split(&sql[position..start], dialect), Vec::<&str>::new());
            position = start + part.len();
        }
        prop_assert_eq!(split(&sql[position..], dialect), Vec::<&str>::new());
    }

    #[test]
    fn a_statement_is_one_statement(sql in sql(), is_postgres: bool) {
        let dialect = if is_postgres { Postgres } else { Sqlite };
        for part in split(&sql, dialect) {
            prop_assert_eq!(split(part, dialect), vec![part]);
            // No text makes this panic, and one that ends a transaction begins with a word.
            if kind(part, dialect) == Kind::EndsTransaction {
                prop_assert!(part.starts_with(|letter: char| letter.is_ascii_alphabetic()));
            }
        }
    }
}
