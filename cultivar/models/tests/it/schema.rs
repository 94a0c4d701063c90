//! `cultivar_models::schema()` compared with `tests/schema.json`, fact by fact.

use cucurbit::schema::{
    Action, ColumnType, ForeignKey, Ident, IndexKey, IndexPart, Schema, Serial, ServerDefault, Table,
    TableName, TableOptions, Type,
};
use serde_json::Value;

#[test]
fn the_schema_has_as_many_things_as_the_original() {
    let (schema, facts) = (schema(), facts());
    let counts = &facts["counts"];
    let count = |of: fn(&Table) -> usize| schema.tables().values().map(of).sum::<usize>();
    let indexes = schema.tables().values().flat_map(|table| table.indexes.values());
    let keys = schema.tables().values().flat_map(|table| table.foreign_keys());

    assert_eq!(counts["tables"], 27);
    assert_eq!(counts["tables"], schema.tables().len());
    assert_eq!(counts["columns"], count(|table| table.columns.len()));
    assert_eq!(counts["indexes"], count(|table| table.indexes.len()));
    assert_eq!(counts["unique_indexes"], indexes.filter(|index| index.is_unique).count());
    assert_eq!(counts["unique_constraints"], count(|table| table.uniques().count()));
    assert_eq!(counts["foreign_keys"], count(|table| table.foreign_keys().count()));
    assert_eq!(
        counts["foreign_keys_on_delete_cascade"],
        keys.filter(|key| key.on_delete == Action::Cascade).count()
    );
}

#[test]
fn every_table_is_that_of_the_original() {
    let (schema, facts) = (schema(), facts());
    for expected in list(&facts["tables"]) {
        let name = text(&expected["name"]);
        let table =
            schema.table(&TableName::new(name)).unwrap_or_else(|| panic!("there is no table `{name}`"));
        check_columns(table, expected);
        check_keys(table, expected);
        check_indexes(table, expected);
        check_what_the_original_has_not(table);
    }
}

#[test]
fn the_index_on_an_expression_covers_the_lower_case_name() {
    let schema = schema();
    let index = &schema.table(&"breeder".into()).unwrap().indexes["ux_breeder_name_lower"];
    assert!(index.is_unique);
    assert_eq!(index.parts, [IndexPart::new(IndexKey::Expression("lower(name)".into()))]);
}

#[test]
fn defect_12_no_index_is_declared_twice() {
    // The original declares five indexes twice under one name, so that its models cannot create themselves. Here that
    // is an error of `schema()`; each of the five is declared once.
    let (schema, facts) = (schema(), facts());
    let mut declared_twice = Vec::new();
    for table in list(&facts["tables"]) {
        for index in list(&table["indexes"]) {
            if index["declared_times"] == 2 {
                declared_twice.push((text(&table["name"]), text(&index["name"])));
            }
        }
    }
    assert_eq!(declared_twice.len(), 5);
    for (table, index) in declared_twice {
        assert!(
            schema.table(&TableName::new(table)).unwrap().indexes.contains_key(index),
            "{table}: {index}"
        );
    }
}

fn check_columns(table: &Table, expected: &Value) {
    let declared: Vec<_> = table
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.ty.clone(), column.nullable))
        .collect();
    let expected_columns: Vec<_> = list(&expected["columns"])
        .iter()
        .map(|column| (text(&column["name"]), expected_type(column), column["nullable"].as_bool().unwrap()))
        .collect();
    assert_eq!(declared, expected_columns, "columns of `{}`", table.name);

    // Each has the one key `id`, numbered by the database; every other default is the application's work.
    for column in &table.columns {
        let default = (column.name == "id").then_some(ServerDefault::Serial(Serial::new()));
        assert_eq!(column.default, default, "default of `{}.{}`", table.name, column.name);
        assert_eq!((&column.collation, &column.comment), (&None, &None));
    }
}

fn expected_type(column: &Value) -> ColumnType {
    let ty = match text(&column["type"]) {
        "boolean" => Type::Boolean,
        "datetime" => {
            assert_eq!(column["timezone"], false);
            Type::DateTime { precision: None }
        }
        // SQLAlchemy's Float is FLOAT, which PostgreSQL stores as DOUBLE PRECISION; an f64 is Double in SeaORM.
        "float" => Type::Double,
        "integer" => Type::Integer,
        "json" => Type::Json,
        "string" => Type::String { length: Some(column["length"].as_u64().unwrap().try_into().unwrap()) },
        "text" => Type::Text,
        other => panic!("`{other}` is no type of the original"),
    };
    ColumnType::same(ty)
}

fn check_keys(table: &Table, expected: &Value) {
    let key = table.primary_key().unwrap();
    assert_eq!((&key.name, &key.columns), (&None, &idents(&expected["primary_key"])));

    let mut uniques: Vec<_> = table.uniques().map(|unique| (&unique.name, &unique.columns[..])).collect();
    uniques.sort();
    let expected_uniques: Vec<_> = list(&expected["unique_constraints"])
        .iter()
        .map(|unique| {
            assert_eq!(unique["name"], Value::Null);
            idents(&unique["columns"])
        })
        .collect();
    assert_eq!(uniques, expected_uniques.iter().map(|columns| (&None, &columns[..])).collect::<Vec<_>>());

    let mut keys: Vec<ForeignKey> = table.foreign_keys().cloned().collect();
    keys.sort_by(|left, right| left.columns.cmp(&right.columns));
    let mut expected_keys: Vec<_> = list(&expected["foreign_keys"]).iter().map(expected_key).collect();
    expected_keys.sort_by(|left, right| left.columns.cmp(&right.columns));
    assert_eq!(keys, expected_keys, "foreign keys of `{}`", table.name);
}

fn expected_key(key: &Value) -> ForeignKey {
    assert_eq!(key["name"], Value::Null);
    let referred_table = TableName::new(text(&key["referred_table"]));
    let mut expected =
        ForeignKey::new(idents(&key["columns"]), referred_table, idents(&key["referred_columns"]));
    expected.on_delete(match key["ondelete"].as_str() {
        Some("CASCADE") => Action::Cascade,
        None => Action::NoAction,
        Some(other) => panic!("`{other}` is no action of the original"),
    });
    expected
}

fn check_indexes(table: &Table, expected: &Value) {
    let mut expected_indexes: Vec<_> = list(&expected["indexes"])
        .iter()
        .map(|index| {
            let parts = match (&index["columns"], &index["expressions"]) {
                (columns, Value::Null) => {
                    idents(columns).into_iter().map(IndexPart::from).collect::<Vec<_>>()
                }
                (Value::Null, expressions) => list(expressions)
                    .iter()
                    .map(|sql| IndexPart::new(IndexKey::Expression(text(sql).into())))
                    .collect(),
                both => panic!("an index has columns or expressions, not {both:?}"),
            };
            (text(&index["name"]), index["unique"].as_bool().unwrap(), parts)
        })
        .collect();
    expected_indexes.sort_by_key(|index| index.0);
    let declared: Vec<_> = table
        .indexes
        .iter()
        .map(|(name, index)| {
            assert_eq!((name, &index.predicate), (&index.name, &None));
            (name.as_str(), index.is_unique, index.parts.clone())
        })
        .collect();
    assert_eq!(declared, expected_indexes, "indexes of `{}`", table.name);
}

fn check_what_the_original_has_not(table: &Table) {
    assert_eq!(
        (table.checks().count(), &table.comment, &table.options),
        (0, &None, &TableOptions::default())
    );
}

fn schema() -> Schema {
    cultivar_models::schema().unwrap()
}

fn facts() -> Value {
    serde_json::from_str(include_str!("../schema.json")).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn idents(value: &Value) -> Vec<Ident> {
    list(value).iter().map(|name| Ident::from(text(name))).collect()
}
