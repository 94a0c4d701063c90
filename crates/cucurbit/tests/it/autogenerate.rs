//! docs/AUTOGENERATE.md: every row names a case or a test, and a case says of each database what the row says.

use std::{
    fs,
    path::{Path, PathBuf},
};

use cucurbit::schema::Dialect;

/// A row of the page under a heading with these five columns.
struct Row {
    what: String,
    /// What is said of PostgreSQL and of SQLite.
    said: [(Dialect, String); 2],
    proofs: Vec<Proof>,
}

/// What shows that a row is true.
enum Proof {
    Case { name: String, text: String },
    Test { file: String, name: String },
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rows() -> Vec<Row> {
    let page = fs::read_to_string(workspace().join("docs/AUTOGENERATE.md")).expect("the page is there");
    let lines = page.lines().filter(|line| line.starts_with("| ") && !line.ends_with("| shown by |"));
    lines.map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
    let [what, _alembic, postgres, sqlite, shown_by] = cells.as_slice() else {
        panic!("a row has five columns: {line}");
    };
    let said = [(Dialect::Postgres, (*postgres).to_owned()), (Dialect::Sqlite, (*sqlite).to_owned())];
    let proofs = shown_by.split('`').skip(1).step_by(2).map(proof).collect();
    Row { what: (*what).to_owned(), said, proofs }
}

fn proof(name: &str) -> Proof {
    if let Some((file, name)) = name.split_once(": ") {
        return Proof::Test { file: file.to_owned(), name: name.to_owned() };
    }
    let path = format!("{}/tests/cases/{name}.case", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("there is no case `{name}`: {error}"));
    Proof::Case { name: name.to_owned(), text }
}

impl Proof {
    /// Tells whether it shows on a database what a row says of it.
    fn shows(&self, dialect: Dialect, said: &str) -> bool {
        match self {
            Self::Case { text, .. } => match operations(text, dialect) {
                Some(operations) if said.starts_with("same") => operations.is_empty(),
                Some(operations) => said.starts_with("seen") && !operations.is_empty(),
                None => false,
            },
            Self::Test { file, .. } => {
                let other = if dialect == Dialect::Postgres { "/sqlite/" } else { "/postgres/" };
                !file.contains(other)
            }
        }
    }
}

/// The snapshot of the operations that a case has for a database, if it runs there and is right there.
fn operations(case: &str, dialect: Dialect) -> Option<String> {
    let is_about = |word: &str, dialect: Dialect| {
        case.lines()
            .any(|line| line.strip_prefix(word).is_some_and(|rest| rest.trim().starts_with(dialect.name())))
    };
    let other = if dialect == Dialect::Postgres { Dialect::Sqlite } else { Dialect::Postgres };
    if is_about("only:", other) || is_about("known:", dialect) {
        return None;
    }
    let named = format!("--- operations {}\n", dialect.name());
    let (_, rest) = case.split_once(&named).or_else(|| case.split_once("--- operations\n"))?;
    Some(rest.split("--- ").next().unwrap_or_default().trim().to_owned())
}

#[test]
fn every_row_is_shown_on_each_database_that_it_speaks_of() {
    let rows = rows();
    assert!(rows.len() > 80, "the page has {} rows", rows.len());
    for Row { what, said, proofs } in &rows {
        for (dialect, said) in said.iter().filter(|(_, said)| said != "–") {
            let is_shown = proofs.iter().any(|proof| proof.shows(*dialect, said));
            assert!(is_shown, "`{what}` is said to be `{said}` on {dialect}, and nothing shows it");
        }
    }
}

#[test]
fn every_test_that_is_named_is_there() {
    for proof in rows().iter().flat_map(|row| &row.proofs) {
        if let Proof::Test { file, name } = proof {
            let path = match file.strip_prefix("it/") {
                Some(_) => workspace().join("crates/cucurbit/tests").join(file),
                None => workspace().join(file),
            };
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(text.contains(&format!("fn {name}(")), "`{file}` has no test `{name}`");
        }
    }
}

#[test]
fn every_case_that_is_named_shows_something() {
    for Row { what, said, proofs } in rows() {
        for proof in &proofs {
            if let Proof::Case { name, .. } = proof {
                let is_used = said.iter().any(|(dialect, said)| proof.shows(*dialect, said));
                assert!(is_used, "`{name}` shows nothing of `{what}`");
            }
        }
    }
}
