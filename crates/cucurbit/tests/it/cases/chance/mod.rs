//! Cases made by chance: two schemas with rows, on each database, and an oracle that shares no code with the library.
//!
//! All the laws of `prove` hold for them, and besides: a database that was led from one schema to the other is what
//! `pg_dump`, or SQLite's own pragmas, say of one that was made as the other. A refusal is lawful where rows stand in
//! the way and the refusal says so. `CUCURBIT_LAW_CASES` sets how many pairs are tried on each database,
//! `PROPTEST_RNG_SEED` which. What fails here becomes a file of tests/cases, as small as it can be.

mod altered;
mod constants;
mod garden;
mod grown;
mod keys;
mod kinds;
mod names;
mod sql;
mod words;

use cucurbit::{
    config::Environment,
    operation::{Execute, Operation},
    schema::Dialect,
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, TestRunner},
};

use crate::{
    oracle::oracle,
    support::{Database, on_database},
};

use self::{garden::Garden, grown::pair, sql::Words};
use super::{
    file::Case,
    prove::{self, Loaded},
    release,
};

/// Two schemas, and whether there are rows.
type Pair = (Garden, Garden, bool);

/// How many pairs are tried on each database.
const PAIRS: u32 = 150;

/// How many failing pairs are shown of a run.
const FAILURES: usize = 5;

/// How often a failing pair is made smaller.
const SHRINKS: usize = 60;

/// What refusals say that have a cause in the rows.
const IN_ROWS: [&str; 17] = [
    "CHECK constraint failed",
    "UNIQUE constraint failed",
    "cannot store REAL value in",
    "cannot store TEXT value in",
    "could not create exclusion constraint",
    "could not create unique index",
    "has rows that break the check",
    "has rows without a value",
    "holds values that cannot become",
    "invalid input syntax",
    "invalid input value for enum",
    "is violated by some row",
    "malformed array literal",
    "out of range",
    "value too long",
    "violates foreign key constraint",
    "would refer to nothing",
];

/// What a refusal says where no value of one type can become one of another.
const IN_TYPES: [&str; 2] = ["cannot cast type", "there is no one way from"];

fn is_lawful(failure: &str, rows: &str) -> bool {
    let is_in_rows = !rows.is_empty() && IN_ROWS.iter().any(|words| failure.contains(words));
    failure.contains(" fails: refused")
        && (is_in_rows || IN_TYPES.iter().any(|words| failure.contains(words)))
}

/// How a pair ended.
enum Outcome {
    Proved,
    Refused,
}

/// Statements that change no row in the end, before the upgrade and before the downgrade.
type Touched = [String; 2];

/// Operations behind statements that change no schema, which they say or leave to be found out.
fn behind(sql: &str, operations: &[Operation]) -> Vec<Operation> {
    // Each statement stands there twice.
    let means = (sql.len() / 2).is_multiple_of(2).then(Vec::new);
    let execute = (!sql.is_empty()).then(|| Operation::Execute(Execute { means, ..Execute::new(sql) }));
    execute.into_iter().chain(operations.iter().cloned()).collect()
}

async fn prove_pair(case: &Case, touched: &Touched, database: &Database) -> Result<Outcome, String> {
    let (mut connection, _) = prove::made(case, "to", database).await?;
    let to = oracle(&mut connection, database).await;
    connection.close().await.map_err(|error| error.to_string())?;

    let (compared, mut connection) = prove::compare(case, database).await?;
    let from = oracle(&mut connection, database).await;
    let rows = case.input("rows", database.dialect).unwrap_or_default();
    connection.execute(rows).await.map_err(|error| format!("the rows: {error}"))?;
    let [before_upgrade, before_downgrade] = touched;
    let script = Loaded::new(
        &behind(before_upgrade, &compared.upgrade),
        &behind(before_downgrade, &compared.downgrade),
    );
    let up = script.upgrade(&mut connection).await.map(drop);
    if let Err(refusal) = up {
        let refusal = format!("the upgrade fails: {refusal}");
        let unchanged = oracle(&mut connection, database).await == from;
        return match (is_lawful(&refusal, rows), unchanged) {
            (true, true) => Ok(Outcome::Refused),
            (true, false) => Err(format!("it is refused, and something is left of it: {refusal}")),
            (false, _) => Err(refusal),
        };
    }
    same("led there, it is not what was made there", &to, &oracle(&mut connection, database).await)?;
    if let Err(refusal) = script.downgrade(&mut connection).await {
        let refusal = format!("the downgrade fails: {refusal}");
        return if is_lawful(&refusal, rows) { Ok(Outcome::Refused) } else { Err(refusal) };
    }
    same("led back, it is not what it was", &from, &oracle(&mut connection, database).await)?;
    connection.close().await.map_err(|error| error.to_string())?;

    match prove::prove(case, database).await.failure {
        Some(failure) if !is_lawful(&failure, rows) => Err(failure),
        Some(_) => Ok(Outcome::Refused),
        None => Ok(Outcome::Proved),
    }
}

fn same(message: &str, wanted: &str, found: &str) -> Result<(), String> {
    if wanted == found {
        return Ok(());
    }
    Err(format!("{message}:\n{}", super::changed(wanted, found)))
}

fn pairs() -> u32 {
    let environment = Environment::read();
    let number = environment.get("CUCURBIT_LAW_CASES").expect("it is text");
    number.map_or(PAIRS, |number| number.parse().expect("CUCURBIT_LAW_CASES is a number"))
}

fn text_of((from, to, has_rows): &Pair, words: Words) -> String {
    let rows = if *has_rows { words.rows(from) } else { String::new() };
    format!("Made by chance.\n--- from\n{}--- to\n{}--- rows\n{rows}", words.schema(from), words.schema(to))
}

async fn outcome(pair: &Pair, words: Words, database: &Database) -> Result<Outcome, String> {
    let case = Case::parse("by chance".as_ref(), &text_of(pair, words)).expect("it can be read");
    let (from, to, has_rows) = pair;
    let touched = if *has_rows { [from, to].map(|garden| words.touched(garden)) } else { Touched::default() };
    prove_pair(&case, &touched, database).await
}

/// Looks for a smaller pair that fails as well, and describes it.
async fn smallest(tree: &mut impl ValueTree<Value = Pair>, words: Words, database: &Database) -> String {
    let mut failing = (tree.current(), String::new());
    let mut is_smaller = tree.simplify();
    // A smaller pair is worth a minute, not an hour.
    for _ in 0..SHRINKS {
        if !is_smaller {
            break;
        }
        let pair = tree.current();
        is_smaller = match outcome(&pair, words, database).await {
            Err(failure) => {
                failing = (pair, failure);
                tree.simplify()
            }
            Ok(_) => tree.complicate(),
        };
    }
    format!("{}\n{}", failing.1, text_of(&failing.0, words))
}

fn schemas_lead_to_each_other_and_back(dialect: Dialect) {
    let cases = pairs();
    on_database(dialect, async |database: Database| {
        let nulls_can_be_equal = release(&database).await.is_some_and(|release| release >= 15);
        let words = Words { dialect, nulls_can_be_equal };
        let mut runner = TestRunner::new(Config::default());
        let (mut proved, mut failures) = (0_u32, Vec::new());
        for _ in 0..cases {
            let mut tree = pair().new_tree(&mut runner).expect("a pair");
            match outcome(&tree.current(), words, &database).await {
                Ok(Outcome::Proved) => proved += 1,
                Ok(Outcome::Refused) => {}
                Err(failure) => {
                    let smallest = smallest(&mut tree, words, &database).await;
                    failures.push(format!("{failure}\n\nas small as can be:\n{smallest}"));
                }
            }
            if failures.len() == FAILURES {
                break;
            }
        }
        assert!(failures.is_empty(), "on {dialect}:\n{}", failures.join("\n\n"));
        assert!(proved * 2 > cases, "of {cases} pairs on {dialect}, only {proved} are not refused");
    });
}

#[test]
fn schemas_with_rows_lead_to_each_other_and_back_on_postgres() {
    schemas_lead_to_each_other_and_back(Dialect::Postgres);
}

#[test]
fn schemas_with_rows_lead_to_each_other_and_back_on_sqlite() {
    schemas_lead_to_each_other_and_back(Dialect::Sqlite);
}
