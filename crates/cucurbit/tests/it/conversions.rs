//! Changes of types with rows, every type into every other, on both databases: a value becomes what PostgreSQL makes of
//! it, or the upgrade is refused with its key and leaves everything as it was.
//!
//! PostgreSQL itself says what becomes of a value, one at a time, in words that share no code with the library.

use std::cell::RefCell;

use cucurbit::{
    Op,
    connection::Connection,
    operation::Operation,
    revision::Target,
    runtime::{Migrator, RunError},
    schema::{Dialect, Expression, Type, build::*},
};

use crate::support::{Database, on_database, on_each_database, script, scripts};

thread_local! {
    static OPERATIONS: RefCell<Vec<Operation>> = const { RefCell::new(Vec::new()) };
}

fn recorded(op: &mut Op) {
    OPERATIONS.with_borrow(|operations| operations.iter().for_each(|one| op.invoke(one.clone())));
}

async fn run(connection: &mut Connection, record: impl FnOnce(&mut Op)) -> Result<(), RunError> {
    OPERATIONS.set(Op::record(record));
    let list = scripts(&[script("a", &[], recorded, |_| {})]);
    let head: Target = "head".parse().unwrap();
    Migrator::on(connection, &list).upgrade(&[head]).await.map(drop)
}

/// The error of a run with its causes.
pub(crate) fn told(error: &RunError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Values as PostgreSQL reads them, and as they lie in a file of SQLite.
type Values = Vec<(&'static str, &'static str)>;

/// Each type with values as PostgreSQL reads them, and as drivers leave them in a SQLite file where that differs.
fn types() -> Vec<(Type, &'static str, Values)> {
    let same = |values: &[&'static str]| values.iter().map(|value| (*value, *value)).collect::<Vec<_>>();
    let texts = [
        "'5'",
        "' -7 '",
        "'+0'",
        "'007'",
        "'32768'",
        "'9223372036854775807'",
        "'9223372036854775808'",
        "'-9223372036854775808'",
        "'2.5'",
        "'-.5'",
        "'1e3'",
        "'1e400'",
        "'abc'",
        "''",
        "'true'",
        "' oFf'",
        "'1'",
        "'2020-02-29'",
        "'2021-02-29'",
        "'2020-01-02 03:04'",
        "'2020-01-02T03:04:05.123456+02:00'",
        "'1969-12-31 23:59:59.5'",
        "'03:04:05.25'",
        "'25:00:00'",
        "'{\"a\":1}'",
        "'null'",
        "'6B1E9C0E0D2C4D6B8D447A3C1F8F3E11'",
        "'6b1e9c0e-0d2c-4d6b-8d44-7a3c1f8f3e11'",
        "'a b  '",
        "'ä€𝄞'",
        "'0x10'",
        "'1_000'",
        "'12-3'",
        "'123456789012.345'",
    ];
    let doubles = same(&[
        "0.0",
        "0.5",
        "1.5",
        "2.5",
        "-2.5",
        "-0.4",
        "2147483647.5",
        "1e10",
        "1e300",
        "0.1",
        "3.0",
        "1e15",
        "123456789012345.6",
        "1234567890123456.7",
        "9007199254740992.0",
        "-12345678901234567.0",
        "0.00001234",
    ]);
    let reals = same(&[
        "0.5",
        "-2.5",
        "0.10000000149011612",
        "1234567.0",
        "16777216.0",
        "1e10",
        "9.999999747378752e-06",
        "3.0",
    ]);
    let zones =
        ["'2020-01-02T03:04:05+02:00'", "'1969-12-31T23:00:00.5+00:00'", "'2024-02-29T00:30:00+00:00'"];
    vec![
        (Type::SmallInteger, "smallint", same(&["0", "1", "-32768", "32767"])),
        (Type::Integer, "integer", same(&["0", "-1", "32768", "2147483647", "-2147483648", "7"])),
        (
            Type::BigInteger,
            "bigint",
            same(&["0", "2147483648", "9223372036854775807", "-9223372036854775808", "5"]),
        ),
        (Type::Boolean, "boolean", vec![("true", "1"), ("false", "0")]),
        (Type::Double, "double precision", doubles),
        (Type::Real, "real", reals),
        (
            Type::decimal(12, 3),
            "numeric(12,3)",
            same(&["0", "0.5", "1.5", "-2.5", "2.675", "999999999.999", "7"]),
        ),
        (Type::decimal(6, 2), "numeric(6,2)", same(&["0", "0.25", "9999.99", "-1.5"])),
        (Type::Text, "text", same(&texts)),
        (Type::string(40), "varchar(40)", same(&["'abc'", "'12'", "'ab   '", "'abcdef'"])),
        (Type::string(4), "varchar(4)", same(&["'abc'", "'12'", "'on'"])),
        (Type::Date, "date", same(&["'2020-02-29'", "'1969-12-31'", "'0001-01-01'"])),
        (
            Type::DateTime { precision: None },
            "timestamp",
            same(&["'2020-01-02 03:04:05'", "'1969-12-31 23:59:59.5'", "'2024-02-29 00:00:00.000001'"]),
        ),
        (Type::DateTimeTz { precision: None }, "timestamptz", same(&zones)),
        (Type::Time { precision: None }, "time", same(&["'00:00:00'", "'23:59:59.25'", "'12:34:56.500'"])),
        (Type::Json, "json", same(&["'{\"a\":1}'", "'5'", "'\"x\"'", "'null'"])),
        (
            Type::Binary,
            "bytea",
            vec![
                ("'\\x00ff'", "x'00ff'"),
                ("''", "x''"),
                // As many as a UUID has.
                ("'\\x6b1e9c0e0d2c4d6b8d447a3c1f8f3e11'", "x'6b1e9c0e0d2c4d6b8d447a3c1f8f3e11'"),
            ],
        ),
        (
            Type::Uuid,
            "uuid",
            vec![
                ("'6b1e9c0e-0d2c-4d6b-8d44-7a3c1f8f3e11'", "x'6b1e9c0e0d2c4d6b8d447a3c1f8f3e11'"),
                ("'00000000-0000-0000-0000-000000000000'", "x'00000000000000000000000000000000'"),
                // Digits, to whom the bytes are a text.
                ("'31323334-3536-3738-3930-313233343536'", "x'31323334353637383930313233343536'"),
            ],
        ),
    ]
}

/// What PostgreSQL makes of one value: text, a refusal of it, or a refusal of the types.
#[derive(Clone, Debug, PartialEq)]
enum Verdict {
    Becomes(String),
    NeedsUsing,
    Refused,
}

fn is_number(word: &str) -> bool {
    ["smallint", "integer", "bigint", "double", "real", "numeric"]
        .iter()
        .any(|number| word.starts_with(number))
}

async fn verdict(connection: &mut Connection, from: &str, value: &str, to: &str) -> Verdict {
    let is_text = |word: &str| word == "text" || word.starts_with("varchar");
    let usings = match (from, to) {
        ("uuid", "bytea") => vec!["USING uuid_send(c)".to_owned()],
        ("bytea", "uuid") => vec!["USING encode(c, 'hex')::uuid".to_owned()],
        (from, "bytea") if is_text(from) => vec!["USING convert_to(c, 'UTF8')".to_owned()],
        (from, "boolean") if is_number(from) => vec!["USING c <> 0".to_owned()],
        ("boolean", to) if is_number(to) => vec!["USING c::integer".to_owned()],
        (from, to) if is_text(from) || from == "uuid" || to == "uuid" => {
            vec![String::new(), format!("USING c::text::{to}")]
        }
        _ => vec![String::new()],
    };
    for using in usings {
        let asked = format!(
            "DROP TABLE IF EXISTS o; CREATE TEMPORARY TABLE o (c {from}); INSERT INTO o VALUES ({value}); \
             ALTER TABLE o ALTER c TYPE {to} {using}; SELECT c::text FROM o"
        );
        match connection.value(&asked).await {
            Ok(text) => return Verdict::Becomes(text.expect("a value stays one")),
            Err(error) => {
                let text = format!("{error:?}");
                if !text.contains("cannot be cast automatically") && !text.contains("cannot cast type") {
                    return Verdict::Refused;
                }
            }
        }
    }
    Verdict::NeedsUsing
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other types are read as text")]
/// Reads the values after a change as PostgreSQL writes them.
pub(crate) fn read(dialect: Dialect, to: &Type) -> String {
    if dialect == Dialect::Postgres {
        return "c::text".to_owned();
    }
    match to {
        Type::Boolean => "CASE c WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'no boolean' END".to_owned(),
        Type::SmallInteger | Type::Integer | Type::BigInteger => {
            "CASE typeof(c) WHEN 'integer' THEN CAST(c AS TEXT) ELSE 'no integer' END".to_owned()
        }
        Type::Double | Type::Real => {
            "CASE WHEN typeof(c) <> 'real' THEN 'no real' ELSE printf('%!.17g', c) END".to_owned()
        }
        Type::Decimal { precision: Some((_, places)) } => {
            format!(
                "CASE WHEN typeof(c) IN ('real', 'integer') THEN printf('%.{places}f', c) ELSE 'no number' END"
            )
        }
        Type::DateTimeTz { .. } => {
            // Without a zone it is read as that of UTC.
            "replace(replace(CASE WHEN c LIKE '%+00:00' THEN c ELSE c || '+00' END, 'T', ' '), '+00:00', '+00')"
                .to_owned()
        }
        Type::Binary => "'\\x' || lower(hex(CASE typeof(c) WHEN 'blob' THEN c END))".to_owned(),
        Type::Uuid => {
            "CASE WHEN typeof(c) = 'blob' AND length(c) = 16 THEN lower(substr(hex(c), 1, 8) || '-' || \
             substr(hex(c), 9, 4) || '-' || substr(hex(c), 13, 4) || '-' || substr(hex(c), 17, 4) || '-' || \
             substr(hex(c), 21)) ELSE 'no uuid' END"
                .to_owned()
        }
        // A number is JSON, as which it is read.
        Type::Json => "CAST(c AS TEXT)".to_owned(),
        _ => "CASE typeof(c) WHEN 'text' THEN c ELSE 'no text' END".to_owned(),
    }
}

/// Tells whether SQLite may refuse a value that PostgreSQL reads in a way of its own.
fn may_be_refused(to: &Type, value: &str) -> bool {
    // A day from the middle of a text, digits without separators.
    matches!(to, Type::Date | Type::DateTime { .. } | Type::DateTimeTz { .. } | Type::Time { .. })
        && !value.starts_with("'2020-") && !value.starts_with("'1969-")
        || matches!(to, Type::Time { .. }) && value.contains('-')
        // PostgreSQL leaves it to the C library.
        || matches!(to, Type::Double | Type::Real) && value == "'0x10'"
}

pub(crate) fn is_same(to: &Type, wanted: &str, found: &str) -> bool {
    if *to == Type::Double {
        return wanted.parse::<f64>().ok() == found.parse::<f64>().ok();
    }
    if *to == Type::Real {
        return wanted.parse::<f32>().ok() == found.parse::<f32>().ok();
    }
    // A column with the affinity of numbers keeps no blanks around one.
    let is_json = *to == Type::Json;
    wanted == found || is_json && wanted.trim() == found
}

async fn rows(connection: &mut Connection, value: &str) -> Vec<(usize, Option<String>)> {
    let rows = connection.rows(&format!("SELECT id, {value} FROM t ORDER BY id")).await.unwrap();
    let number = |id: Option<String>| id.and_then(|id| id.parse().ok()).expect("a number");
    rows.into_iter().map(|mut row| (number(row.remove(0)), row.remove(0))).collect()
}

async fn stored(connection: &mut Connection, dialect: Dialect) -> Vec<(usize, Option<String>)> {
    rows(connection, if dialect == Dialect::Postgres { "c::text" } else { "typeof(c) || quote(c)" }).await
}

/// Makes the table with its rows: each value, and NULL at the end.
async fn filled(connection: &mut Connection, from: &Type, values: &[&str]) {
    for table in ["child", "t", "alembic_version"] {
        connection.execute(&format!("DROP TABLE IF EXISTS {table}")).await.unwrap();
    }
    run(connection, |op| {
        op.create_table("t", |table| {
            table.column(integer("id"));
            table.column(column("c", from.clone()).nullable());
            table.primary_key(["id"]);
        });
        op.create_table("child", |table| {
            table.column(integer("t_id"));
            table.foreign_key(["t_id"], "t", ["id"]);
        });
    })
    .await
    .unwrap();
    for (id, value) in values.iter().chain([&"NULL"]).enumerate() {
        let insert = format!("INSERT INTO t (id, c) VALUES ({id}, {value}); INSERT INTO child VALUES ({id})");
        connection.execute(&insert).await.unwrap();
    }
    connection.execute("DELETE FROM alembic_version").await.unwrap();
}

/// Proves one pair of types on one database, given what PostgreSQL makes of each value.
async fn prove(
    connection: &mut Connection,
    dialect: Dialect,
    (from, to): (&Type, &Type),
    values: &[&str],
    verdicts: &[Verdict],
) -> Result<(), String> {
    filled(connection, from, values).await;
    let before = stored(connection, dialect).await;
    let change = |op: &mut Op| {
        op.alter_table("t", |table| {
            table.alter_column("c").ty(to.clone());
        });
    };
    let needs_using = verdicts.contains(&Verdict::NeedsUsing);
    let first = run(connection, change).await;
    let refused = |error: &RunError, words: &str| match told(error).contains(words) {
        true => Ok(()),
        false => Err(format!("refused with {}", told(error))),
    };
    if needs_using {
        let error = first.err().ok_or("it needs no `using`")?;
        refused(&error, "there is no one way from")?;
        return (before == stored(connection, dialect).await)
            .then_some(())
            .ok_or_else(|| "rows changed".to_owned());
    }
    let mut unfit: Vec<usize> = (0..values.len()).filter(|id| verdicts[*id] == Verdict::Refused).collect();
    if let Err(error) = &first {
        let text = told(error);
        if before != stored(connection, dialect).await {
            return Err(format!("rows changed by what was refused: {text}"));
        }
        if dialect == Dialect::Sqlite {
            unfit.extend(
                (0..values.len())
                    .filter(|id| !unfit.contains(id) && may_be_refused(to, values[*id]))
                    .collect::<Vec<_>>(),
            );
            unfit.sort_unstable();
        }
        let fit: Vec<String> = unfit.iter().map(ToString::to_string).collect();
        let count =
            if unfit.len() == 1 { ": 1 row, ".to_owned() } else { format!(": {} rows, ", unfit.len()) };
        let is_named = unfit.first().is_some_and(|id| text.contains(&format!("(id = {id})")));
        let is_counted = text.contains(&count) || dialect == Dialect::Sqlite && text.contains(" row");
        if !text.contains("holds values that cannot become") || !is_named || !is_counted {
            return Err(format!("refused with {text}, where {unfit:?} are unfit"));
        }
        let delete =
            format!("DELETE FROM child WHERE t_id IN ({0}); DELETE FROM t WHERE id IN ({0})", fit.join(", "));
        connection.execute(&delete).await.unwrap();
        run(connection, change)
            .await
            .map_err(|error| format!("what is left is refused: {}", told(&error)))?;
    } else if !unfit.is_empty() {
        return Err(format!("{:?} are taken", unfit.iter().map(|id| values[*id]).collect::<Vec<_>>()));
    }
    for (id, found) in rows(connection, &read(dialect, to)).await {
        let wanted = verdicts.get(id).map(|verdict| match verdict {
            Verdict::Becomes(text) => text.clone(),
            Verdict::NeedsUsing | Verdict::Refused => format!("{verdict:?}"),
        });
        let same = match (&wanted, &found) {
            (Some(wanted), Some(found)) => is_same(to, wanted, found),
            // The last row is NULL, whatever it is read as.
            (None, _) => true,
            (Some(_), None) => false,
        };
        if !same {
            return Err(format!("{} becomes {found:?} and not {wanted:?}", values[id]));
        }
    }
    Ok(())
}

fn every_type_becomes_every_other(dialect: Dialect) {
    on_database(Dialect::Postgres, async |server: Database| {
        let mut oracle = server.connect().await;
        oracle
            .execute("SET TimeZone = 'UTC'; SET client_min_messages = error; SET synchronous_commit = off")
            .await
            .unwrap();
        let failures = RefCell::new(Vec::new());
        let all = types();
        let file = tempfile::TempDir::new().unwrap();
        let url = format!("sqlite:///{}", file.path().join("test.db").display());
        let mut connection = match dialect {
            Dialect::Postgres => server.connect().await,
            Dialect::Sqlite => {
                let options = cucurbit::connection::ConnectOptions::new().create_file(true);
                Connection::connect(&url.parse().unwrap(), &options).await.unwrap()
            }
        };
        let quick = match dialect {
            Dialect::Postgres => {
                "SET TimeZone = 'UTC'; SET client_min_messages = error; SET synchronous_commit = off"
            }
            Dialect::Sqlite => "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY",
        };
        connection.execute(quick).await.unwrap();
        for (from, from_word, values) in &all {
            for (to, to_word, _) in all.iter().filter(|(to, ..)| to != from) {
                let mut verdicts = Vec::new();
                for (value, _) in values {
                    verdicts.push(verdict(&mut oracle, from_word, value, to_word).await);
                }
                let values: Vec<&str> = values
                    .iter()
                    .map(|(postgres, sqlite)| if dialect == Dialect::Postgres { *postgres } else { *sqlite })
                    .collect();
                let proved = prove(&mut connection, dialect, (from, to), &values, &verdicts).await;
                if let Err(failure) = proved {
                    failures.borrow_mut().push(format!("{from} to {to}: {failure}"));
                }
            }
        }
        let failures = failures.into_inner();
        assert!(failures.is_empty(), "{} pairs on {dialect}:\n{}", failures.len(), failures.join("\n"));
        connection.close().await.unwrap();
        oracle.close().await.unwrap();
    });
}

#[test]
fn every_type_becomes_every_other_on_postgres() {
    every_type_becomes_every_other(Dialect::Postgres);
}

#[test]
fn every_type_becomes_every_other_on_sqlite() {
    every_type_becomes_every_other(Dialect::Sqlite);
}

#[test]
fn what_is_said_by_using_is_done_on_both_databases() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        let change = |using: Expression| {
            move |op: &mut Op| {
                op.alter_table("t", |table| {
                    table.alter_column("c").ty(Type::Integer).using(using);
                });
            }
        };
        filled(&mut connection, &Type::Text, &["'abc'", "''", UUID_TEXT]).await;
        run(&mut connection, change("length(c)".into())).await.unwrap();
        let lengths = rows(&mut connection, "c").await;
        let wanted = ["3", "0", "36"].map(|length| Some(length.to_owned()));
        assert_eq!(lengths.into_iter().map(|(_, c)| c).take(3).collect::<Vec<_>>(), wanted);

        // What comes of it must be of the type, too.
        filled(&mut connection, &Type::Text, &["'3'", "'x'"]).await;
        let before = stored(&mut connection, database.dialect).await;
        let using = Expression::from("(c || '1')::integer").with(Dialect::Sqlite, "c || '1'");
        let error = run(&mut connection, change(using.clone())).await.unwrap_err();
        let said = "holds values that cannot become";
        assert!(
            told(&error).contains(said) && told(&error).contains("1 row, 'x' (id = 1)"),
            "{}",
            told(&error)
        );
        assert_eq!(stored(&mut connection, database.dialect).await, before);
        connection.execute("DELETE FROM child WHERE t_id = 1; DELETE FROM t WHERE id = 1").await.unwrap();
        run(&mut connection, change(using)).await.unwrap();
        assert_eq!(rows(&mut connection, "c").await[0], (0, Some("31".to_owned())));

        filled(&mut connection, &Type::Text, &["'3'"]).await;
        let before = stored(&mut connection, database.dialect).await;
        let error = run(&mut connection, change("no_such_function(c)".into())).await.unwrap_err();
        assert!(told(&error).contains("no_such_function"), "{}", told(&error));
        assert_eq!(stored(&mut connection, database.dialect).await, before);
        if database.dialect == Dialect::Sqlite {
            let error = run(&mut connection, change("c::integer".into())).await.unwrap_err();
            assert!(told(&error).contains("`c::integer` is no expression of SQLite"), "{}", told(&error));
        }
    });
}

const UUID_TEXT: &str = "'6b1e9c0e-0d2c-4d6b-8d44-7a3c1f8f3e11'";

#[test]
fn values_of_a_later_revision_stop_the_run_before_it_begins() {
    on_each_database(async |database: Database| {
        fn first(op: &mut Op) {
            op.create_table("other", |table| table.column(integer("id")));
        }
        fn second(op: &mut Op) {
            op.alter_table("t", |table| {
                table.alter_column("c").ty(Type::Integer);
            });
        }
        let mut connection = database.connect().await;
        filled(&mut connection, &Type::Text, &["'1'", "'tall'", "'x'", "'y'", "'z'"]).await;
        let list = scripts(&[script("b", &[], first, |_| {}), script("c", &["b"], second, |_| {})]);
        let head: Target = "head".parse().unwrap();
        let error = Migrator::on(&mut connection, &list).upgrade(&[head]).await.unwrap_err();
        let text = told(&error).to_lowercase();
        let said = "column `t.c` holds values that cannot become `integer`: 4 rows, first 'tall' (id = 1), 'x' (id = 2), \
                    'y' (id = 3)";
        assert_eq!(text, said);
        assert_eq!(database.tables(&mut connection).await, ["alembic_version", "child", "t"]);
    });
}

#[test]
fn a_key_that_is_the_rowid_is_converted_and_looked_at_too() {
    on_database(Dialect::Sqlite, async |database: Database| {
        let mut connection = database.connect().await;
        let made = async |connection: &mut Connection| {
            connection.execute("DROP TABLE IF EXISTS k; DROP TABLE IF EXISTS alembic_version").await.unwrap();
            let table = "CREATE TABLE k (id INTEGER NOT NULL PRIMARY KEY, note TEXT)";
            let rows = "INSERT INTO k VALUES (1, 'a'), (12345, 'b')";
            connection.execute(&format!("{table}; {rows}")).await.unwrap();
        };
        let change = |ty: Type| {
            move |op: &mut Op| {
                op.alter_table("k", |table| {
                    table.alter_column("id").ty(ty);
                });
            }
        };
        let stored = async |connection: &mut Connection| {
            let rows = connection.rows("SELECT typeof(id) || quote(id) FROM k ORDER BY note").await.unwrap();
            rows.into_iter().map(|mut row| row.remove(0).unwrap_or_default()).collect::<Vec<_>>()
        };
        for ty in [Type::string(2), Type::decimal(3, 2), Type::SmallInteger] {
            made(&mut connection).await;
            connection.execute("UPDATE k SET id = 32768 WHERE id = 12345").await.unwrap();
            let done = run(&mut connection, change(ty.clone())).await;
            let error = told(&done.expect_err(&ty.to_string()));
            assert!(error.contains("cannot become") && error.contains("32768 (id = 32768)"), "{ty}: {error}");
            assert_eq!(stored(&mut connection).await, ["integer1", "integer32768"], "{ty}");
        }
        made(&mut connection).await;
        let error = told(&run(&mut connection, change(Type::Uuid)).await.unwrap_err());
        assert!(error.contains("cannot become `uuid`: 2 rows, 1 (id = 1)"), "{error}");
        run(&mut connection, change(Type::Text)).await.unwrap();
        assert_eq!(stored(&mut connection).await, ["text'1'", "text'12345'"]);
    });
}

#[test]
fn values_are_made_of_those_that_the_same_revision_made_before() {
    on_each_database(async |database: Database| {
        let mut connection = database.connect().await;
        filled(&mut connection, &Type::Text, &["'abc'", "''"]).await;
        connection.execute("DELETE FROM child; DELETE FROM t WHERE c IS NULL").await.unwrap();
        run(&mut connection, |op| {
            op.alter_table("t", |table| {
                table.alter_column("c").ty(Type::Integer).using("length(c)");
                table.add_column(integer("tenfold")).backfill("c * 10");
                table.add_column(integer("more")).backfill("tenfold + 1");
                table.alter_column("c").ty(Type::BigInteger).using("c + tenfold");
                table.alter_column("tenfold").ty(Type::Text);
            });
        })
        .await
        .unwrap();
        let text = if database.dialect == Dialect::Postgres { "::text" } else { "" };
        let values = format!("c || ' ' || tenfold || ' ' || more{text}");
        let made = rows(&mut connection, &values).await;
        assert_eq!(made, [(0, Some("33 30 31".to_owned())), (1, Some("0 0 1".to_owned()))]);
    });
}
