//! Files of SQL that speak of more than they make: what they drop and is not there, and what lies beyond the database.

use std::{fs, os::unix::fs::PermissionsExt as _};

use cucurbit::{error::ErrorCode, prelude::*};

use crate::{
    sql_files::{made, makes},
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
