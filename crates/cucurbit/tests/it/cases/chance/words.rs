//! Words that SQLite takes for types, each beside each other: what is led from one to the other has the affinity of the
//! other, and the comparison is silent.

use cucurbit::{connection::Connection, schema::Dialect};

use crate::support::{Database, on_database};

use super::super::{
    file::Case,
    prove::{Loaded, come_to_silence, compare},
};

/// Words of other tools, of other databases and of nobody, of all affinities.
const WORDS: [&str; 34] = [
    "",
    "BIG INT",
    "BIGINT",
    "BINARY",
    "BIT",
    "BLOB",
    "BOOLEAN",
    "BYTEA",
    "CHAR(32)",
    "CHARINT",
    "CITEXT",
    "CLOB",
    "DATE",
    "DATETIME",
    "DATETIME_TEXT",
    "DECIMAL(9, 3)",
    "DOUBLE PRECISION",
    "FLOATING POINT",
    "INT",
    "INTEGER",
    "INTERVAL",
    "JSON",
    "JSON_TEXT",
    "MONEY",
    "NUMERIC",
    "POINT",
    "REAL",
    "STRING",
    "TEXT",
    "TIMESTAMPTZ",
    "TINYINT(1)",
    "UUID",
    "VARBINARY(16)",
    "VARCHAR(9)",
];

/// Words that are read as one though SQLite sorts them otherwise: files of other tools keep theirs.
const ALIKE: [&[&str]; 5] = [
    &["DATETIME", "DATETIME_TEXT", "TIMESTAMPTZ"],
    &["DECIMAL(9, 3)", "REAL(9, 3)"],
    &["JSON", "JSON_TEXT"],
    &["NUMERIC", "REAL_DECIMAL"],
    &["CHAR(32)", "UUID", "UUID_TEXT"],
];

/// The affinity of a word (sqlite.org/datatype3.html, section 3.1).
fn affinity(word: &str) -> &'static str {
    let has = |parts: &[&str]| parts.iter().any(|part| word.to_ascii_uppercase().contains(part));
    if has(&["INT"]) {
        "integer"
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        "text"
    } else if has(&["BLOB"]) || word.is_empty() {
        "blob"
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        "real"
    } else {
        "numeric"
    }
}

/// Tells whether values under one word become values under another without being told how.
fn become_each_other(from: &str, to: &str) -> bool {
    let family = |word: &str| match word {
        "BIG INT" | "BIGINT" | "BOOLEAN" | "DECIMAL(9, 3)" | "DOUBLE PRECISION" | "INT" | "INTEGER"
        | "NUMERIC" | "REAL" => Some("number"),
        "BLOB" => Some("bytes"),
        "DATE" | "DATETIME" | "DATETIME_TEXT" | "TIMESTAMPTZ" => Some("time"),
        "JSON" | "JSON_TEXT" => Some("json"),
        // Text, and what is of no known type.
        _ => None,
    };
    family(from).is_none() || family(to).is_none() || family(from) == family(to)
}

/// The words of the columns of a table.
async fn words(connection: &mut Connection, table: &str) -> Vec<String> {
    let sql = format!("SELECT type FROM pragma_table_xinfo('{table}') ORDER BY cid");
    let rows = connection.rows(&sql).await.expect("it can be asked");
    rows.into_iter().map(|mut row| row.remove(0).unwrap_or_default()).collect()
}

#[test]
fn each_word_leads_to_each_other_and_keeps_its_affinity_on_sqlite() {
    on_database(Dialect::Sqlite, async |database: Database| {
        for default in ["", " DEFAULT 5"] {
            let schema = |word: fn(&'static str, &'static str) -> &'static str| {
                let tables = WORDS.iter().enumerate().map(|(number, from)| {
                    let columns = WORDS.iter().enumerate().map(|(place, to)| {
                        let word = if become_each_other(from, to) { word(from, to) } else { to };
                        format!("    c{place} {word}{default}")
                    });
                    let columns = columns.collect::<Vec<_>>().join(",\n");
                    format!("CREATE TABLE t{number} (\n    id INTEGER NOT NULL PRIMARY KEY,\n{columns}\n);\n")
                });
                tables.collect::<String>()
            };
            let (from, to) = (schema(|from, _| from), schema(|_, to| to));
            let rows: String =
                (0..WORDS.len()).map(|number| format!("INSERT INTO t{number} (id) VALUES (1);\n")).collect();
            // Not every word takes the default of another.
            let rows = if default.is_empty() { rows } else { String::new() };
            let text = format!("Words for types.\n--- from\n{from}--- to\n{to}--- rows\n{rows}");
            let case = Case::parse("words".as_ref(), &text).expect("it can be read");
            if let Err(failure) = come_to_silence(&case, &database).await {
                panic!("`{default}`: {failure}");
            }
            let (compared, mut connection) = compare(&case, &database).await.expect("they were compared");
            let script = Loaded::new(&compared.upgrade, &compared.downgrade);
            script.upgrade(&mut connection).await.expect("it ran before");
            for (number, from) in WORDS.iter().enumerate() {
                let found = words(&mut connection, &format!("t{number}")).await;
                for (found, to) in found.iter().skip(1).zip(WORDS) {
                    let are_alike =
                        ALIKE.iter().any(|words| words.contains(&found.as_str()) && words.contains(&to));
                    let is_right = affinity(found) == affinity(to) || are_alike;
                    assert!(is_right, "from `{from}` to `{to}` it became `{found}`");
                }
            }
            connection.close().await.expect("it can be closed");
        }
    });
}
