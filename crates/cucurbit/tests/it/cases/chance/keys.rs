//! Keys and words that SQLite alone tells apart: each form of a table leads to each other and back, with rows, beside a
//! broken view and with columns by chance.

use std::fmt::Write as _;

use cucurbit::schema::Dialect;
use proptest::{
    sample::select,
    strategy::{Strategy, ValueTree},
    test_runner::{Config, TestRunner},
};

use crate::support::{Database, on_database};

use super::{super::file::Case, Outcome, Touched, prove_pair};

/// A key, and what the table says of it after its columns.
const KEYS: [(&str, &str); 8] = [
    ("id INTEGER NOT NULL", ", PRIMARY KEY (id)"),
    ("id INT NOT NULL", ", PRIMARY KEY (id)"),
    ("id INT", ", PRIMARY KEY (id)"),
    ("id TEXT NOT NULL", ", PRIMARY KEY (id)"),
    ("id TEXT", ", PRIMARY KEY (id)"),
    ("id TEXT", ", PRIMARY KEY (id, other)"),
    ("id TEXT NOT NULL", ", PRIMARY KEY (other, id)"),
    ("id TEXT", ""),
];

/// Words for bytes and text, of three affinities.
const WORDS: [&str; 4] = ["BYTEA", "BLOB", "VARBINARY", "TEXT"];

fn schema((key, constraint): (&str, &str), word: &str) -> String {
    format!(
        "CREATE TABLE bed ({key}, other TEXT, held {word}{constraint});\n\
         CREATE VIEW broken AS SELECT nope FROM missing;\n"
    )
}

/// Rows that every form takes, and one without a key where the form of `from` does.
fn rows((key, constraint): (&str, &str)) -> String {
    let mut rows = String::new();
    for id in 1..=3 {
        writeln!(rows, "INSERT INTO bed VALUES ({id}0, 'x{id}', x'0{id}');").expect("text can be written");
    }
    if !key.contains("NOT NULL") && constraint.is_empty() {
        rows.push_str("INSERT INTO bed VALUES (NULL, 'y', NULL);\n");
    }
    rows
}

#[test]
fn each_form_of_a_key_leads_to_each_other_and_back_on_sqlite() {
    on_database(Dialect::Sqlite, async |database: Database| {
        let mut runner = TestRunner::new(Config::default());
        let mut chosen = || select(WORDS.as_slice()).new_tree(&mut runner).expect("a word").current();
        let mut proved = 0;
        for from in KEYS {
            for to in KEYS {
                let text = format!(
                    "Made by chance.\n--- from\n{}--- to\n{}--- rows\n{}",
                    schema(from, chosen()),
                    schema(to, chosen()),
                    rows(from)
                );
                let case = Case::parse("by chance".as_ref(), &text).expect("it can be read");
                match prove_pair(&case, &Touched::default(), &database).await {
                    Ok(Outcome::Proved) => proved += 1,
                    Ok(Outcome::Refused) => {}
                    Err(failure) => panic!("{failure}\n{text}"),
                }
            }
        }
        assert!(proved * 2 > KEYS.len() * KEYS.len(), "only {proved} pairs are not refused");
    });
}
