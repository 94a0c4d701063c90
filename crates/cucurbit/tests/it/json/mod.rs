//! The JSON of a schema: it goes there and back, its form is kept, and what is wrong in it is said. Of operations and plans
//! as well, in files of their own.

mod operations;
mod plan;

use std::{collections::BTreeSet, error::Error as _};

use cucurbit::{
    json::JsonError,
    schema::{Action, Deferral, Dialect, Match, Schema, ServerDefault, Type},
};
use proptest::test_runner::{Config, TestRunner};

use crate::any_operation;

/// A schema with every field of the form in it.
const RICH: &str = include_str!("rich.json");
const PAGE: &str = include_str!("../../../../../docs/JSON.md");

#[test]
fn any_schema_goes_there_and_back() {
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&any_operation::schema(), |schema| {
        let json = schema.to_json();
        let back = Schema::from_json(&json)
            .map_err(|error| proptest::test_runner::TestCaseError::fail(format!("{error:?} in {json}")))?;
        proptest::prop_assert_eq!(&back.external(), &schema.external());
        proptest::prop_assert_eq!(back, schema);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn the_form_is_kept() {
    let schema = Schema::from_json(RICH).unwrap();
    assert_eq!(schema.to_json(), RICH.trim_end(), "a change of the form needs another version");
    let plant = schema.table(&"plant".into()).unwrap();
    let tags = &plant.column(&"tags".into()).unwrap().ty;
    assert_eq!(
        (tags.on(Dialect::Postgres), tags.on(Dialect::Sqlite)),
        (&Type::array(Type::Text), &Type::Json)
    );
    let key = plant.constraints.foreign_keys().next().unwrap();
    assert_eq!((key.on_delete, key.on_update), (Action::SetNull, Action::Cascade));
    assert_eq!((key.matching, key.deferral, key.is_not_valid), (Match::Full, Deferral::Deferred, true));
    assert_eq!(plant.primary_key().unwrap().deferral, Deferral::Deferred);
    let area = plant.column(&"area".into()).unwrap();
    assert_eq!(area.default, Some(ServerDefault::computed("price * 2")));
    assert!(schema.sequences()[&"invoice".into()].options.is_cycling);
    assert_eq!(schema.external().len(), 1);
}

/// Every name of a field in a document, but those of storage parameters, which are the server's.
fn fields(json: &serde_json::Value, found: &mut BTreeSet<String>) {
    if let Some(items) = json.as_array() {
        items.iter().for_each(|item| fields(item, found));
    }
    for (name, value) in json.as_object().into_iter().flatten() {
        found.insert(name.clone());
        if name != "parameters" {
            fields(value, found);
        }
    }
}

#[test]
fn the_page_says_every_field_and_no_other() {
    let mut found = BTreeSet::new();
    for rich in [RICH, operations::RICH, plan::RICH] {
        fields(&serde_json::from_str(rich).unwrap(), &mut found);
    }
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let said: BTreeSet<String> = rows.map(|(field, _)| field.to_owned()).collect();
    assert_eq!(said, found);
    let example = PAGE.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let schema = Schema::from_json(example).unwrap();
    assert_eq!(schema.to_json(), example.trim_end());
}

/// Reads what is wrong, and says how that is told.
fn refusal(json: &str) -> String {
    told(&Schema::from_json(json).unwrap_err())
}

fn told(error: &JsonError) -> String {
    assert!(error.hint().is_some());
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

#[test]
fn what_is_wrong_is_said() {
    let table =
        |rest: &str| format!(r#"{{"version": 1, "tables": [{{"name": "t", "columns": [] {rest}}}]}}"#);
    for (json, said) in [
        ("nonsense".to_owned(), "expected ident at line 1 column 2"),
        ("{}".to_owned(), "missing field `version`"),
        (
            r#"{"version": 2, "tables": {}}"#.to_owned(),
            "the JSON has version 2; this release reads version 1",
        ),
        (r#"{"version": 1}"#.to_owned(), "missing field `tables`"),
        (table(r#", "colour": "red""#), "unknown field `colour`"),
        (table(r#", "constraints": [{"kind": "wish"}]"#), "unknown variant `wish`"),
        (table(r#", "constraints": [{"kind": "check", "expression": "1", "colour": 1}]"#), "unknown field `colour`"),
        (table(r#", "indexes": [{"name": "i", "parts": [{"key": 7}]}]"#), "line 1 column"),
        (
            table(r#", "indexes": [{"name": "i", "parts": []}, {"name": "i", "parts": []}]"#),
            "index `i` stands twice in the JSON",
        ),
        (
            table(r#", "constraints": [{"kind": "primary_key", "columns": []}, {"kind": "primary_key", "columns": []}]"#),
            "the primary key of `t` stands twice in the JSON",
        ),
        (
            table(r#", "constraints": [{"kind": "exclusion", "index": {"name": "x", "parts": []}, "operators": ["="]}]"#),
            "exclusion constraint `x` of `t` has 0 parts and 1 operators",
        ),
        (
            r#"{"version": 1, "tables": [], "enums": [{"name": "m", "values": []}, {"name": "m", "values": []}]}"#.to_owned(),
            "enum type `m` stands twice in the JSON",
        ),
        (
            r#"{"version": 1, "tables": [{"name": "t", "columns": [{"name": "a", "type": "colour", "nullable": true}]}]}"#.to_owned(),
            "expected a value, or an object with `base` and `on`",
        ),
    ] {
        let refused = refusal(&json);
        assert!(refused.contains(said), "{json}: {refused}");
    }
}
