//! Cases made by chance: two schemas with rows, on both databases, and an oracle that shares no code with the library.
//!
//! All the laws of `prove` hold for them, and besides: a database that was led from one schema to the other is what
//! `pg_dump`, or SQLite's own pragmas, say of one that was made as the other. A refusal is lawful where rows stand in
//! the way and the refusal says so. `CUCURBIT_LAW_CASES` sets how many pairs are tried on each database.

use std::{collections::BTreeMap, fmt::Write as _};

use cucurbit::config::Environment;
use proptest::{
    collection::vec,
    option,
    prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof},
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};

use crate::{
    oracle::oracle,
    support::{Database, on_each_database},
};

use super::{
    file::Case,
    prove::{self, Loaded},
};

/// How many pairs are tried on each database.
const PAIRS: u32 = 200;

/// How often a failing pair is made smaller.
const SHRINKS: usize = 60;

/// What a column is, in words that both databases know, with a constant for it.
const TYPES: [(&str, &str); 6] = [
    ("INTEGER", "7"),
    ("BIGINT", "8"),
    ("VARCHAR(20)", "'it''s'"),
    ("VARCHAR(40)", "''"),
    ("TEXT", "'x, (y'"),
    ("DOUBLE PRECISION", "2.5"),
];

const TABLES: [&str; 3] = ["bed", "plant", "zone"];
const COLUMNS: [&str; 4] = ["a", "b", "c", "d"];

#[derive(Clone, Debug)]
struct Column {
    ty: usize,
    is_nullable: bool,
    has_default: bool,
}

/// A table by what is in it; every constraint has a name.
#[derive(Clone, Debug)]
struct Table {
    columns: BTreeMap<&'static str, Column>,
    /// Unique constraints on a column each.
    uniques: Vec<&'static str>,
    /// Checks on a column each.
    checks: Vec<&'static str>,
    /// The table that the column `parent_id` refers to, and whether rows go with it.
    parent: Option<(&'static str, bool)>,
    /// Indexes: a number, columns, unique, descending, only some rows.
    indexes: Vec<(u8, Vec<&'static str>, bool, bool, bool)>,
}

type Schema = BTreeMap<&'static str, Table>;

fn column() -> BoxedStrategy<Column> {
    (0..TYPES.len(), any::<bool>(), any::<bool>())
        .prop_map(|(ty, is_nullable, has_default)| Column { ty, is_nullable, has_default })
        .boxed()
}

fn table() -> BoxedStrategy<Table> {
    let columns = COLUMNS.map(|name| option::weighted(0.7, column()).prop_map(move |column| (name, column)));
    let some = || vec(select(&COLUMNS[..]), 0..2);
    let index = (0..3_u8, vec(select(&COLUMNS[..]), 1..3), any::<bool>(), any::<bool>(), any::<bool>());
    let parent = prop_oneof![
        2 => Just(None),
        1 => (select(&TABLES[..]), any::<bool>()).prop_map(Some),
    ];
    (columns, some(), some(), parent, vec(index, 0..2))
        .prop_map(|(columns, uniques, checks, parent, indexes)| {
            let columns: BTreeMap<_, _> =
                columns.into_iter().filter_map(|(name, column)| Some((name, column?))).collect();
            let is_there = |name: &&'static str| columns.contains_key(name);
            let mut indexes: Vec<_> = indexes
                .into_iter()
                .map(|(number, on, is_unique, is_descending, is_partial)| {
                    let mut on: Vec<_> = on.into_iter().filter(|name| is_there(name)).collect();
                    on.dedup();
                    (number, on, is_unique, is_descending, is_partial)
                })
                .filter(|(_, on, ..)| !on.is_empty())
                .collect();
            indexes.dedup_by_key(|(number, ..)| *number);
            Table {
                uniques: uniques.into_iter().filter(is_there).collect(),
                checks: checks.into_iter().filter(is_there).collect(),
                columns,
                parent,
                indexes,
            }
        })
        .boxed()
}

fn schema() -> BoxedStrategy<Schema> {
    vec((select(&TABLES[..]), table()), 1..4)
        .prop_map(|tables| {
            let mut schema: Schema = tables.into_iter().collect();
            let names: Vec<&str> = schema.keys().copied().collect();
            for table in schema.values_mut() {
                table.parent = table.parent.filter(|(parent, _)| names.contains(parent));
            }
            schema
        })
        .boxed()
}

/// Writes a schema down: parents of parents first, where nothing goes round; a table may always refer to itself.
fn sql(schema: &Schema) -> String {
    let mut text = String::new();
    for (name, table) in schema {
        let mut lines = vec!["    id INTEGER NOT NULL".to_owned()];
        for (column, Column { ty, is_nullable, has_default }) in &table.columns {
            let (ty, constant) = TYPES[*ty];
            let null = if *is_nullable { "" } else { " NOT NULL" };
            let default = if *has_default { format!(" DEFAULT {constant}") } else { String::new() };
            lines.push(format!("    {column} {ty}{default}{null}"));
        }
        // What refers to a table further down would have to be added afterwards, which SQLite cannot.
        let parent = table.parent.filter(|(parent, _)| parent <= name);
        if parent.is_some() {
            lines.push("    parent_id INTEGER".to_owned());
        }
        lines.push(format!("    CONSTRAINT pk_{name} PRIMARY KEY (id)"));
        for column in &table.uniques {
            lines.push(format!("    CONSTRAINT uq_{name}_{column} UNIQUE ({column})"));
        }
        for column in &table.checks {
            let constant = TYPES[table.columns[column].ty].1;
            lines.push(format!("    CONSTRAINT ck_{name}_{column} CHECK ({column} <> {constant})"));
        }
        if let Some((parent, goes_along)) = parent {
            let action = if goes_along { " ON DELETE CASCADE" } else { "" };
            lines.push(format!(
                "    CONSTRAINT fk_{name}_{parent} FOREIGN KEY (parent_id) REFERENCES {parent} (id){action}"
            ));
        }
        writeln!(text, "CREATE TABLE {name} (\n{}\n);", lines.join(",\n")).expect("text can be written");
        for (number, on, is_unique, is_descending, is_partial) in &table.indexes {
            let unique = if *is_unique { "UNIQUE " } else { "" };
            let order = if *is_descending { " DESC" } else { "" };
            let condition = if *is_partial { " WHERE id > 1" } else { "" };
            writeln!(
                text,
                "CREATE {unique}INDEX ix_{name}_{number} ON {name} ({}{order}){condition};",
                on.join(", ")
            )
            .expect("text can be written");
        }
    }
    text
}

/// Three rows for each table, each with values of its own.
fn rows(schema: &Schema) -> String {
    let mut text = String::new();
    for (name, table) in schema {
        for id in 1..=3 {
            let mut names = vec!["id"];
            let mut values = vec![id.to_string()];
            for (column, Column { ty, is_nullable, .. }) in &table.columns {
                names.push(column);
                values.push(match (TYPES[*ty].0, *is_nullable && id == 3) {
                    (_, true) => "NULL".to_owned(),
                    ("INTEGER" | "BIGINT", false) => (id * 10).to_string(),
                    ("DOUBLE PRECISION", false) => format!("{id}.25"),
                    (_, false) => format!("'{column}{id}'"),
                });
            }
            if table.parent.is_some_and(|(parent, _)| parent <= *name) {
                names.push("parent_id");
                values.push(id.to_string());
            }
            let (names, values) = (names.join(", "), values.join(", "));
            writeln!(text, "INSERT INTO {name} ({names}) VALUES ({values});").expect("text can be written");
        }
    }
    text
}

/// What refusals say that have a cause in the rows.
const LAWFUL: [&str; 11] = [
    "has rows without a value",
    "could not create unique index",
    "UNIQUE constraint failed",
    "is violated by some row",
    "CHECK constraint failed",
    "violates foreign key constraint",
    "would refer to nothing",
    "cannot be cast automatically",
    "invalid input syntax",
    "value too long",
    "out of range",
];

fn is_lawful(failure: &str) -> bool {
    failure.contains(" fails: refused") && LAWFUL.iter().any(|words| failure.contains(words))
}

/// How a pair ended.
enum Outcome {
    Proved,
    Refused,
}

async fn prove_pair(case: &Case, database: &Database) -> Result<Outcome, String> {
    let (mut connection, _) = prove::made(case, "to", database).await?;
    let to = oracle(&mut connection, database).await;
    connection.close().await.map_err(|error| error.to_string())?;

    let (compared, mut connection) = prove::compare(case, database).await?;
    let from = oracle(&mut connection, database).await;
    let rows = case.input("rows", database.dialect).unwrap_or_default();
    connection.execute(rows).await.map_err(|error| format!("the rows: {error}"))?;
    let script = Loaded::new(&compared.upgrade, &compared.downgrade);
    let up = script.upgrade(&mut connection).await.map(drop);
    if let Err(refusal) = up {
        let refusal = format!("the upgrade fails: {refusal}");
        let unchanged = oracle(&mut connection, database).await == from;
        return match (is_lawful(&refusal), unchanged) {
            (true, true) => Ok(Outcome::Refused),
            (true, false) => Err(format!("it is refused, and something is left of it: {refusal}")),
            (false, _) => Err(refusal),
        };
    }
    same("led there, it is not what was made there", &to, &oracle(&mut connection, database).await)?;
    if let Err(refusal) = script.downgrade(&mut connection).await {
        let refusal = format!("the downgrade fails: {refusal}");
        return if is_lawful(&refusal) { Ok(Outcome::Refused) } else { Err(refusal) };
    }
    same("led back, it is not what it was", &from, &oracle(&mut connection, database).await)?;
    connection.close().await.map_err(|error| error.to_string())?;

    match prove::prove(case, database).await.failure {
        Some(failure) if !is_lawful(&failure) => Err(failure),
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

fn text_of((from, to): &(Schema, Schema)) -> String {
    format!("Made by chance.\n--- from\n{}--- to\n{}--- rows\n{}", sql(from), sql(to), rows(from))
}

async fn outcome(pair: &(Schema, Schema), database: &Database) -> Result<Outcome, String> {
    let case = Case::parse("by chance".as_ref(), &text_of(pair)).expect("it can be read");
    prove_pair(&case, database).await
}

/// Looks for a smaller pair that fails as well, and describes it.
async fn smallest(tree: &mut impl ValueTree<Value = (Schema, Schema)>, database: &Database) -> String {
    let mut failing = (tree.current(), String::new());
    let mut is_smaller = tree.simplify();
    // A smaller pair is worth a minute, not an hour.
    for _ in 0..SHRINKS {
        if !is_smaller {
            break;
        }
        let pair = tree.current();
        is_smaller = match outcome(&pair, database).await {
            Err(failure) => {
                failing = (pair, failure);
                tree.simplify()
            }
            Ok(_) => tree.complicate(),
        };
    }
    format!("{}\n{}", failing.1, text_of(&failing.0))
}

#[test]
fn schemas_with_rows_lead_to_each_other_and_back() {
    let cases = pairs();
    on_each_database(async |database: Database| {
        let mut runner = TestRunner::new(Config::default());
        let mut proved = 0_u32;
        for _ in 0..cases {
            let mut tree = (schema(), schema()).new_tree(&mut runner).expect("a pair");
            match outcome(&tree.current(), &database).await {
                Ok(Outcome::Proved) => proved += 1,
                Ok(Outcome::Refused) => {}
                Err(failure) => {
                    let smallest = smallest(&mut tree, &database).await;
                    panic!("{}: {failure}\n\nas small as can be:\n{smallest}", database.dialect);
                }
            }
        }
        assert!(
            proved * 4 > cases,
            "of {cases} pairs on {}, only {proved} are not refused",
            database.dialect
        );
    });
}
