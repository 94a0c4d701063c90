//! A constant default under every change of type: the comparison is silent after it, and after the way back.
//!
//! A table for each type holds a column for each other type that its values become.

use std::{collections::BTreeMap, fmt::Write as _};

use cucurbit::{connection::Connection, schema::Dialect};

use crate::support::{Database, on_database, on_each_database};

use super::{
    super::{
        file::Case,
        prove::{come_to_silence, prove},
    },
    kinds::{Family, Plain, TYPES},
};

/// Tells whether values of one type become values of another without being told how.
fn become_each_other(from: &Plain, to: &Plain) -> bool {
    let is_day = |ty: &Plain| ty.family == Family::Time && !ty.is_time_of_day();
    match (from.family, to.family) {
        (Family::Time, Family::Time) => is_day(from) || to.is_time_of_day(),
        (Family::Array, Family::Array) => true,
        // A text becomes an array that holds it, which becomes no text by itself.
        (Family::Array, Family::Text) | (Family::Text, Family::Array) if has_texts(from) || has_texts(to) => {
            false
        }
        (Family::Array, Family::Text) => !to.is_uuid(),
        (Family::Text, Family::Array) | (_, Family::Text) | (Family::Text, _) => true,
        (Family::Number | Family::Truth, Family::Number | Family::Truth) => true,
        (one, other) => one == other,
    }
}

fn has_texts(ty: &Plain) -> bool {
    ["TEXT[]", "VARCHAR(9)[]"].contains(&ty.word(Dialect::Postgres, false))
}

/// The lines of a table for each type, one for each type that it becomes: its name and the two types.
fn lines() -> BTreeMap<usize, Vec<(usize, &'static Plain, &'static Plain)>> {
    let mut lines: BTreeMap<usize, Vec<_>> = BTreeMap::new();
    for (from_place, from) in TYPES.iter().enumerate() {
        for (to_place, to) in TYPES.iter().enumerate() {
            if from_place != to_place && become_each_other(from, to) && become_each_other(to, from) {
                lines.entry(from_place).or_default().push((to_place, from, to));
            }
        }
    }
    lines
}

/// A schema of a column for each pair of types, with what stands for it in its line.
fn schema(
    lines: &BTreeMap<usize, Vec<(usize, &'static Plain, &'static Plain)>>,
    line: impl Fn(&Plain, &Plain) -> String,
) -> String {
    let mut text = String::new();
    for (from, columns) in lines {
        let columns = columns.iter().map(|(to, from, becomes)| format!("    c{to} {}", line(from, becomes)));
        let columns = columns.collect::<Vec<_>>().join(",\n");
        writeln!(text, "CREATE TABLE t{from} (\n    id INTEGER NOT NULL PRIMARY KEY,\n{columns}\n);")
            .expect("text can be written");
    }
    text
}

fn case(from: &str, to: &str) -> Case {
    let text = format!("Types change under constants.\n--- from\n{from}--- to\n{to}");
    Case::parse("constants".as_ref(), &text).expect("it can be read")
}

async fn check(database: &Database, what: &str, [from, to]: [&str; 2]) {
    let case = case(from, to);
    if let Some(failure) = prove(&case, database).await.failure {
        panic!("{what} on {}: {failure}", database.dialect);
    }
}

#[test]
fn a_constant_stays_a_constant_under_every_change_of_type() {
    on_each_database(async |database: Database| {
        let (lines, dialect) = (lines(), database.dialect);
        let own = |ty: &Plain| format!("{} DEFAULT {}", ty.word(dialect, false), ty.constant(dialect));
        let common = |ty: &Plain| format!("{} DEFAULT {}", ty.word(dialect, false), ty.common(dialect));
        let (from, to) = (schema(&lines, |from, _| own(from)), schema(&lines, |_, to| own(to)));
        check(&database, "constants of their types", [&from, &to]).await;
        let (from, to) = (schema(&lines, |from, _| common(from)), schema(&lines, |_, to| common(to)));
        check(&database, "constants that stay", [&from, &to]).await;
    });
}

/// Keeps the pairs whose constant the server takes along when somebody alters the type by hand.
async fn altered_by_hand(
    connection: &mut Connection,
) -> BTreeMap<usize, Vec<(usize, &'static Plain, &'static Plain)>> {
    let mut kept = lines();
    for columns in kept.values_mut() {
        let mut of_type = Vec::new();
        for (place, from, to) in std::mem::take(columns) {
            let table = format!("CREATE TEMPORARY TABLE t (c {})", default_of(from));
            let sql =
                format!("BEGIN; {table}; {}; INSERT INTO t DEFAULT VALUES; ROLLBACK", altered("t", "c", to));
            match connection.execute(&sql).await {
                Ok(_) => of_type.push((place, from, to)),
                // The constant is none of that type.
                Err(_) => drop(connection.execute("ROLLBACK").await.expect("a transaction ends")),
            }
        }
        *columns = of_type;
    }
    kept.retain(|_, columns| !columns.is_empty());
    kept
}

fn default_of(ty: &Plain) -> String {
    format!("{} DEFAULT {}", ty.word(Dialect::Postgres, false), ty.constant(Dialect::Postgres))
}

fn altered(table: &str, column: &str, to: &Plain) -> String {
    let word = to.word(Dialect::Postgres, false);
    format!("ALTER TABLE {table} ALTER {column} TYPE {word}")
}

#[test]
fn casts_that_altered_types_left_in_constants_come_to_silence() {
    on_database(Dialect::Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let lines = altered_by_hand(&mut connection).await;
        connection.close().await.expect("it can be closed");
        assert!(lines.values().flatten().count() > 60, "{lines:?}");
        let from = schema(&lines, |from, _| default_of(from));
        let mut by_hand = from.clone();
        for (table, columns) in &lines {
            for (place, _, to) in columns {
                writeln!(by_hand, "{};", altered(&format!("t{table}"), &format!("c{place}"), to))
                    .expect("text can be written");
            }
        }
        let other = schema(&lines, |_, to| default_of(to));
        for (from, to) in [(&from, &by_hand), (&by_hand, &from), (&by_hand, &other), (&other, &by_hand)] {
            if let Err(failure) = come_to_silence(&case(from, to), &database).await {
                panic!("{failure}\n--- from\n{from}--- to\n{to}");
            }
        }
        // The same value in other words is no difference.
        let same = schema(&lines, |from, to| {
            let word = to.word(Dialect::Postgres, false);
            format!("{word} DEFAULT {}", from.constant(Dialect::Postgres))
        });
        let found = come_to_silence(&case(&by_hand, &same), &database).await;
        assert_eq!(found.expect("they are compared"), [], "{by_hand}\n{same}");
    });
}
