//! Where the compiler cannot name the place that a new kind of object needs: laws are only as good as what they are tried
//! with, and a page tells only what is written on it.

use std::collections::BTreeSet;

#[cfg(feature = "runtime")]
use cucurbit::dialect;
use cucurbit::{
    dialect::Answers,
    diff::{Filter, diff},
    operation::Operation,
    schema::{Dialect, Kind, Schema},
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

use crate::{any_operation, laws};
#[cfg(feature = "runtime")]
use crate::{
    diff::run,
    support::{Database, on_database},
};

/// How many values are made: enough for the rarest kind.
const MANY: usize = 400;

fn some<T>(strategy: &impl Strategy<Value = T>) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..MANY).map(|_| strategy.new_tree(&mut runner).expect("a value").current()).collect()
}

#[test]
fn schemas_of_the_laws_differ_in_every_kind() {
    let canonical = |schema: &Schema| Dialect::Postgres.canonical(schema.clone());
    let schemas = some(&laws::schema());
    let mut kinds = BTreeSet::new();
    for sides in schemas.windows(2) {
        let (from, to) = (canonical(&sides[0]), canonical(&sides[1]));
        let found = diff(&from, &to, &Answers::default(), &Filter::default()).operations;
        kinds.extend(found.iter().filter_map(Operation::kind));
    }
    assert_eq!(kinds, BTreeSet::from(Kind::ALL));
}

#[test]
fn the_page_of_the_json_names_every_kind() {
    let page = std::fs::read_to_string("../../docs/JSON.md").expect("the page is there");
    let mut named = BTreeSet::new();
    let line =
        page.lines().find(|line| line.starts_with("`kind` of an object is")).expect("it lists the kinds");
    for operations in some(&any_operation::operations()) {
        let json = Operation::to_json(&operations);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap_or_default();
        for operation in json["operations"].as_array().into_iter().flatten() {
            if let Some(kind) = operation["object"]["kind"].as_str() {
                assert!(line.contains(&format!("`{kind}`")), "{kind}: {line}");
                named.insert(kind.to_owned());
            }
        }
    }
    assert_eq!(named.len(), Kind::ALL.len());
}

#[cfg(feature = "runtime")]
#[test]
fn what_is_compared_is_not_counted_as_unmanaged() {
    on_database(Dialect::Postgres, async |database: Database| {
        let mut connection = database.connect().await;
        let of_tables = BTreeSet::from([Kind::Table, Kind::Column, Kind::Constraint, Kind::Index]);
        let mut left: BTreeSet<Kind> = &BTreeSet::from(Kind::ALL) - &of_tables;
        for schema in some(&laws::schema()) {
            let [from, to] = [Schema::new(), schema].map(|schema| Dialect::Postgres.canonical(schema));
            let found = diff(&from, &to, &Answers::default(), &Filter::default());
            let is_new =
                |operation: &Operation| operation.kind().is_some_and(|kind| !of_tables.contains(&kind));
            let news: Vec<Operation> = found.operations.into_iter().filter(is_new).collect();
            connection.execute("BEGIN").await.unwrap();
            run(&mut connection, &news).await;
            assert_eq!(dialect::unmanaged(&mut connection).await.unwrap(), [], "{news:#?}");
            connection.execute("ROLLBACK").await.unwrap();
            left.retain(|kind| !news.iter().any(|operation| operation.kind() == Some(*kind)));
        }
        assert_eq!(left, BTreeSet::new(), "each of these kinds was created");
    });
}
