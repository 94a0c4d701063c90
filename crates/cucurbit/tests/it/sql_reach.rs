//! Files of SQL that speak of more than they make: what they drop and is not there, and what lies beyond the database.

use std::{fs, os::unix::fs::PermissionsExt as _};

use cucurbit::{error::ErrorCode, prelude::*};

use crate::{
    sql_files::{made, makes, text, words},
    support::{Database, on_database, on_each_database},
};

#[test]
fn what_a_file_drops_and_is_not_there_is_passed_over() {
    on_each_database(async |database: Database| {
        drop(database.connect().await);
        makes(
            &database,
            "DROP TABLE a;\nDROP INDEX ix;\nDROP VIEW v;\nCREATE TABLE a (id INTEGER);",
            &["create table a"],
        )
        .await;
        if database.dialect == Postgres {
            let clean = "DROP PUBLICATION p;\nALTER TABLE ONLY public.a DROP CONSTRAINT a_pkey;\nDROP FUNCTION public.f(integer);\n\
                         DROP SCHEMA other;\nALTER TABLE public.a ALTER COLUMN id DROP DEFAULT;\nCREATE TABLE a (id INTEGER);";
            makes(&database, clean, &["create table a"]).await;
            makes(&database, "BEGIN;\nDROP TABLE a;\nCREATE TABLE b (id int);\nCOMMIT;", &["create table b"])
                .await;
        }
        // What is there is not.
        let used = "CREATE TABLE a (id INTEGER PRIMARY KEY);\nDROP TABLE a;\nDROP TABLE a;\nINSERT INTO a VALUES (1);";
        let error = made(&database, used).await.unwrap_err();
        assert!(error.to_string().contains("line 4"), "{error:?}");
    });
}

#[test]
fn a_comparison_writes_no_file_of_the_server_and_runs_no_program_there() {
    on_database(Postgres, async |database: Database| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("written");
        let path = file.display();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        for sql in [
            format!("CREATE TABLE a (id int);\nCOPY a TO '{path}';"),
            format!("CREATE TABLE a (id int);\nCOPY (SELECT 1) TO PROGRAM 'touch {path}';"),
            format!("CREATE TABLE a (id int);\nCOPY a (id) FROM PROGRAM 'touch {path}';"),
        ] {
            let error = made(&database, sql).await.unwrap_err();
            assert_eq!(error.code(), ErrorCode::UnrunnableSql, "{error:?}");
            assert!(!file.exists());
        }
    });
}

/// What is to be seen of the whole server, but for what other tests make meanwhile.
const OF_SERVER: &str = "SELECT concat_ws(' ', (SELECT count(*) FROM pg_roles WHERE rolname LIKE 'ROLE%'), \
    (SELECT count(*) FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole WHERE r.rolname LIKE 'ROLE%'), \
    (SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname LIKE 'ROLE%'), \
    (SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'ROLE_there'), \
    (SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = 'ROLE_there'))";

#[test]
fn code_that_makes_its_texts_changes_nothing_of_the_server() {
    // None of these texts says what it does.
    const CODE: &[&str] = &[
        "DO $$ BEGIN EXECUTE 'CRE' || 'ATE RO' || 'LE ROLE_new'; END $$;",
        "DO $$ BEGIN CREATE TABLE b (id int); EXECUTE concat('ALTER RO', 'LE ROLE_there PASSWORD ''x'' '); END $$;",
        "DO $$ BEGIN BEGIN EXECUTE replace('CREATE x ROLE_new', 'x', 'USER'); PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN NULL; END;
            EXECUTE 'ALT' || 'ER ROLE ROLE_there SET work_mem = 1000'; END $$;",
        "BEGIN; DO $$ BEGIN EXECUTE 'GRA' || 'NT pg_monitor TO ROLE_there'; END $$; COMMIT;",
        "CREATE FUNCTION f(t text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE t; RETURN 1; END $$;
         SELECT f('COM' || 'MENT ON ROLE ROLE_there IS ''x'' ');",
        "DO E'BEGIN EXEC\\x55TE \\'CREATE R\\' || \\'OLE ROLE_new\\'; END';",
        "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CRE' || 'ATE ROLE ROLE_new'; COMMIT; END $$; CALL p();",
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CRE' || 'ATE ROLE ROLE_new'; RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER late AFTER INSERT ON a DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f();
         INSERT INTO a VALUES (1);",
    ];
    on_database(Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let role = format!("{}_role", database.url.rsplit('/').next().unwrap());
        let named =
            |sql: &str| sql.replace("ROLE_", &format!("{role}_")).replace("'ROLE%'", &format!("'{role}%'"));
        connection.execute(&named("CREATE ROLE ROLE_there")).await.unwrap();
        let before = connection.value(&named(OF_SERVER)).await.unwrap();
        let mut failed = Vec::new();
        for code in CODE {
            let sql = named(&format!("CREATE TABLE a (id int);\n{code}"));
            let found = made(&database, &sql).await;
            let after = connection.value(&named(OF_SERVER)).await.unwrap();
            match found {
                Ok(found)
                    if after == before
                        && words(&found) == ["create table a"]
                        && found.warnings.len() == 1
                        && found.warnings[0].contains("a statement is left out") => {}
                found => failed.push(format!("{sql}\n{before:?} {after:?} {found:?}")),
            }
            // One that came through is not to be in the way of the others.
            drop(connection.execute(&named("DROP ROLE IF EXISTS ROLE_new")).await);
        }
        // What makes something and reaches beyond by a trigger is refused: nothing could stand for it.
        let event = named(
            "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CRE' || 'ATE ROLE ROLE_new'; END $$;
             CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();\nCREATE TABLE a (id int);",
        );
        let late = named(
            "CREATE TABLE a (id int);
             CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CRE' || 'ATE ROLE ROLE_new'; RETURN NULL; END $$;
             CREATE CONSTRAINT TRIGGER late AFTER INSERT ON a DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f();
             BEGIN; INSERT INTO a VALUES (1);\nCOMMIT;",
        );
        for (sql, line) in [(event, "line 3"), (late, "line 5")] {
            let error = made(&database, &sql).await.unwrap_err();
            assert_eq!(error.code(), ErrorCode::UnrunnableSql, "{}", text(&error));
            assert!(error.to_string().contains(line) && error.hint().is_some(), "{error}");
        }
        let after = connection.value(&named(OF_SERVER)).await.unwrap();
        drop(connection.execute(&named("DROP ROLE IF EXISTS ROLE_new")).await);
        connection.execute(&named("DROP ROLE ROLE_there")).await.unwrap();
        assert_eq!(failed, Vec::<String>::new());
        assert_eq!(after, before);
    });
}

#[test]
fn code_that_makes_its_texts_and_stays_in_its_database_is_run() {
    on_database(Postgres, async |database: Database| {
        drop(database.connect().await);
        let sql = "CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
            CREATE FUNCTION f(t text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE t; RETURN 1; END $$;
            DO $$ BEGIN FOR n IN 1..2 LOOP EXECUTE format('CREATE TABLE t%s (id int)', n); END LOOP; END $$;
            SELECT f('ALTER TABLE t1 OWNER TO pg_monitor'), f('GRANT SELECT ON t2 TO pg_monitor');
            BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SET CONSTRAINTS ALL DEFERRED;
            INSERT INTO a VALUES (1, 2); INSERT INTO a VALUES (2, 1);
            SAVEPOINT s; CREATE TABLE gone (id int); ROLLBACK TO s; COMMIT;
            CREATE INDEX CONCURRENTLY ix ON t1 (id);
            VACUUM t2; LISTEN x; DEALLOCATE ALL; DISCARD ALL;
            ALTER TABLE t2 ADD COLUMN more int;";
        let made = ["create table a", "create table t1", "create index ix on t1 (id)", "create table t2"];
        makes(&database, sql, &made).await;
    });
}
