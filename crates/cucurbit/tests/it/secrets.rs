//! Passwords in statements and connection URLs: nothing that the library says repeats one, whatever fails.

use std::error::Error as _;

use cucurbit::{
    Error,
    command::Location,
    connection::{Connection, ConnectionError, url::ConnectionUrl},
    prelude::*,
    runtime::{Event, Migrator, RunError, VersionTable, unfinished},
    source::Source,
};

use crate::support::{Database, on_each_database, script, scripts};

const SECRET: &str = "hunter2";

/// Statements that fail and hold the secret.
const POSTGRES: [&str; 12] = [
    "ALTER ROLE nobody_at_all PASSWORD 'hunter2'",
    "ALTER ROLE nobody_at_all PASSWORD hunter2",
    "ALTER ROLE nobody_at_all SET PASSWORD 'hunter2'",
    "ALTER ROLE nobody_at_all PASSWRD 'hunter2'",
    "CREATE USER \"postgres\" PASSWORD 'hunter2' hunter",
    "CREATE USER MAPPING FOR nobody_at_all SERVER nowhere OPTIONS (user 'g', password 'hunter2')",
    "CREATE SERVER s FOREIGN DATA WRAPPER nothing OPTIONS (host 'h', password 'hunter2')",
    "SELECT dblink_connect('c', 'host=h password=hunter2')",
    "SET app.password TO 'hunter2' 'x'",
    "SELECT set_config('app.secret', 'hunter2', 'neither')",
    "DO $$ BEGIN EXECUTE 'ALTER ROLE nobody_at_all PASSWORD ''hunter2'''; END $$",
    "SELECT CAST('hunter2' AS int) AS password",
];

const SQLITE: [&str; 3] = [
    "INSERT INTO account (name, password) VALUES ('g', 'hunter2')",
    "UPDATE account SET password = \"hunter2\"",
    "ATTACH '/no/such/folder/x.db' AS y KEY 'hunter2'",
];

fn failing(database: &Database) -> &'static [&'static str] {
    match database.dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::Sqlite => &SQLITE,
    }
}

/// Everything that can be said of an error.
fn everything(error: &Error) -> String {
    let mut said = format!("{error:?} {error:#?} {error} {:?}", error.explanation());
    let mut source = error.source();
    while let Some(cause) = source {
        said.extend([format!(" {cause} {cause:?}")]);
        source = cause.source();
    }
    said
}

#[test]
fn a_statement_that_fails_is_repeated_without_its_password() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        for sql in failing(&database) {
            for error in [
                connection.execute(sql).await.map(drop).expect_err(sql),
                connection.rows(sql).await.map(drop).expect_err(sql),
            ] {
                let said = everything(&error.into());
                assert!(!said.contains(SECRET), "{sql}: {said}");
                assert!(said.contains("***"), "{sql}: {said}");
            }
        }
    });
}

/// The statements of a script, which cannot be handed over otherwise.
fn sets_a_password(op: &mut Op) {
    op.create_table("account", |table| {
        table.column(text("password"));
    });
    op.bulk_insert("account", ["password"], rows![["hunter2"]]);
    op.execute("SELECT 'hunter2' AS password FROM nowhere");
}

fn never_ends(op: &mut Op) {
    op.create_table("account", |table| {
        table.column(text("password"));
    });
    op.on(Postgres, |op| {
        op.execute("CREATE INDEX CONCURRENTLY ix_password ON account ((password = 'hunter2'), nothing)")
            .outside_transaction()
            .means(|_| {});
    });
    op.on(Sqlite, |op| {
        op.execute("VACUUM INTO '/no/such/folder/password-hunter2'").outside_transaction().means(|_| {});
    });
}

/// Rows of a COPY, which are run, run outside a transaction, and fail.
fn copies_a_password(op: &mut Op) {
    op.on(Postgres, |op| {
        op.create_table("account", |table| {
            table.column(integer("id"));
            table.column(text("password"));
        });
        op.execute("COPY account (id, password) FROM stdin;\n1\thunter2\n\\.\n").means(|_| {});
    });
    op.execute("SELECT 'hunter2' AS password FROM nowhere");
}

fn copies_a_password_outside(op: &mut Op) {
    op.on(Postgres, |op| {
        op.execute("CREATE TABLE account (id int, pin int)").outside_transaction().means(|_| {});
        op.execute("COPY account (id, pin) FROM stdin;\n1\thunter2\n\\.\n")
            .outside_transaction()
            .means(|_| {});
    });
    op.on(Sqlite, sets_a_password);
}

fn needs_no_transaction(op: &mut Op) {
    op.on(Postgres, |op| {
        op.execute("CREATE SUBSCRIPTION s CONNECTION 'host=h password=hunter2' PUBLICATION p");
    });
    op.on(Sqlite, |op| {
        op.execute("VACUUM INTO '/no/such/folder/password-hunter2'");
    });
}

fn nothing(_op: &mut Op) {}

#[test]
fn a_run_says_no_password_in_its_events_its_journal_and_its_errors() {
    on_each_database(async |database: Database| {
        for upgrade in
            [sets_a_password, never_ends, needs_no_transaction, copies_a_password, copies_a_password_outside]
        {
            let mut connection = database.emptied().await;
            let list = scripts(&[script("a", &[], upgrade, nothing)]);
            let mut told = String::new();
            let mut migrator = Migrator::on(&mut connection, &list).observer(|event: Event<'_>| {
                told.extend([format!("{event:?}")]);
            });
            let error = migrator.upgrade_heads().await.expect_err("it fails");
            drop(migrator);
            let half = unfinished(&mut connection, &VersionTable::default()).await.expect("it can be asked");
            let half =
                half.map(|half| format!("{half:?} {}", RunError::from(half.clone()))).unwrap_or_default();
            let said = format!("{told} {half} {}", everything(&error.into()));
            assert!(!said.contains(SECRET), "{said}");
            assert!(said.contains("***"), "{said}");
        }
    });
}

/// What a row holds is nobody's business either.
#[test]
fn a_row_that_a_database_refuses_is_not_shown() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let create = "CREATE TABLE account (id int PRIMARY KEY, pwd text, n int NOT NULL CHECK (n > 0), pin text UNIQUE)";
        connection.execute(create).await.unwrap();
        connection.execute("INSERT INTO account VALUES (1, 'hunter2', 7, 'hunter2pin')").await.unwrap();
        for sql in [
            "UPDATE account SET n = NULL",
            "UPDATE account SET n = 0",
            "INSERT INTO account SELECT 2, pwd, n, pin FROM account",
        ] {
            let said = everything(&connection.execute(sql).await.map(drop).expect_err(sql).into());
            assert!(!said.contains(SECRET), "{sql}: {said}");
        }
        let said = everything(
            &connection
                .execute("INSERT INTO account VALUES (1, 'x', 7, '')")
                .await
                .map(drop)
                .unwrap_err()
                .into(),
        );
        assert!(
            database.dialect == Dialect::Sqlite || said.contains("Key (id)=(1)"),
            "the key is told: {said}"
        );
        if database.dialect == Dialect::Postgres {
            let sql = "ALTER TABLE account ALTER pin TYPE int USING pin::int";
            let said = everything(&connection.execute(sql).await.map(drop).expect_err(sql).into());
            assert!(!said.contains(SECRET) && said.contains("***"), "{said}");
        }
        connection.execute("DROP TABLE account").await.unwrap();
        let list =
            scripts(&[script("a", &[], holds_pins, nothing), script("b", &["a"], counts_pins, nothing)]);
        let error = Migrator::on(&mut connection, &list).upgrade_heads().await.expect_err("no number");
        let said = everything(&error.into());
        assert!(!said.contains(SECRET) && said.contains("1 row, *** (id = 7)"), "{said}");
    });
}

fn holds_pins(op: &mut Op) {
    op.create_table("account", |table| {
        table.column(integer("id"));
        table.column(text("card_pin"));
        table.primary_key(["id"]);
    });
    op.bulk_insert("account", ["id", "card_pin"], rows![[7, "hunter2"]]);
}

fn counts_pins(op: &mut Op) {
    op.on(Postgres, |op| {
        op.alter_table("account", |table| {
            table.alter_column("card_pin").ty(Type::Integer).using("card_pin::integer");
        });
    });
    op.on(Sqlite, |op| {
        op.alter_table("account", |table| {
            table.alter_column("card_pin").ty(Type::Integer);
        });
    });
}

/// As long as a page of rows with connection URLs.
#[test]
fn a_long_statement_is_masked_in_no_time() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let rows = "(1, 'https://example.org/a/page'), ".repeat(1_000);
        let begun = std::time::Instant::now();
        let sql = format!("INSERT INTO nowhere VALUES {rows}(2, 'x')");
        drop(connection.execute(&sql).await.expect_err("there is no such table"));
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    });
}

#[test]
fn a_file_of_sql_keeps_the_password_that_is_run() {
    let list = scripts(&[script("a", &[], means_nothing, nothing)]);
    let steps =
        cucurbit::revision::upgrade(list.graph(), &Default::default(), &["head".parse().expect("a target")])
            .expect("steps");
    let start = cucurbit::runtime::offline::Start { heads: Default::default(), before: Default::default() };
    for dialect in Dialect::ALL {
        let sql =
            cucurbit::runtime::offline::script(dialect, &list, &steps, start.clone(), &Default::default());
        assert!(sql.expect("a script").contains("'hunter2'"));
    }
}

fn means_nothing(op: &mut Op) {
    op.execute("ALTER ROLE gardener PASSWORD 'hunter2'").means(|_| {});
}

#[test]
fn no_form_of_an_url_leads_to_a_message_with_its_password() {
    for url in [
        "postgresql://gardener:hunter2/garden",
        "postgresql://gardener:hun@hunter2!/garden",
        "postgresql://gardener:hun@hunter2:x/garden",
        "postgresql://gardener:12?hunter2=1@db/garden",
        "postgresql://gardener:a:hunter2/garden",
        "postgresql://db/garden?password=x&hunter2=1",
        "postgresql://db/garden?options=-c%20app.password%3Dhunter2",
        "postgresql://db/garden?dbname=postgresql://u:hunter2@h/x",
        "postgresql://db/garden?user=g&password=hunter2",
        "postgresql:gardener:hunter2@db/garden",
        "gardener:hunter2@db/garden",
        "host=db password=hunter2",
        "postgresql://db/garden?sslpassword=hunter2",
        "mysql://gardener:hunter2@db/garden",
    ] {
        let said = match url.parse::<ConnectionUrl>() {
            Ok(url) => format!("{url} {url:?}"),
            Err(error) => format!("{error} {error:?} {:?}", error.hint()),
        };
        assert!(!said.contains(SECRET), "{url}: {said}");
    }
    let location = Location::new().database_url("postgresql://g:hunter2@h/x");
    assert!(!format!("{location:?}").contains(SECRET));
    let error = "gardener:hunter2@localhost".parse::<Source>().expect_err("no source");
    assert!(!format!("{error} {error:?}").contains(SECRET), "{error}");
    for word in ["postgresql://g:hunter2@h/x", "postgresql://g:hunter2@h/x.sql", "password=hunter2"] {
        let error = word.parse::<Source>().expect_err("no source");
        assert!(!format!("{error} {error:?}").contains(SECRET), "{error}");
        let error = word.parse::<cucurbit::revision::TargetRange>().expect_err("no range");
        assert!(!format!("{error} {error:?} {:?}", error.hint()).contains(SECRET), "{error:?}");
    }
}

#[test]
fn a_server_that_refuses_is_told_of_without_the_password() {
    on_each_database(async |database: Database| {
        if database.dialect == Dialect::Sqlite {
            return; // It has no passwords.
        }
        for url in [
            "postgresql://nobody:hunter2@localhost:1/garden",
            "postgresql://nobody@localhost:1/garden?password=hunter2",
            "postgresql://nobody:hunter2@no.such.host.invalid/garden",
        ] {
            let url: ConnectionUrl = url.parse().expect("a connection URL");
            let error: ConnectionError =
                Connection::connect(&url, &Default::default()).await.expect_err("nobody answers");
            let said = everything(&error.into());
            assert!(!said.contains(SECRET), "{said}");
        }
    });
}
