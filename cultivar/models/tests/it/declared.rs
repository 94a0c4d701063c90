//! The entities compared with `tests/schema.json`, which was read from the original's models.
//!
//! Tables, columns, keys and constraints, through SeaORM's public traits. Indexes are not here: SeaORM
//! does not know them.

use std::collections::BTreeMap;

use cultivar_models as models;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::TableRef;
use sea_orm::{IdenStatic, Identity, Iterable, PrimaryKeyToColumn, RelationDef};
use serde_json::Value;

/// What is compared of a table, from either side.
#[derive(Debug, PartialEq)]
struct Table {
    columns: Vec<Column>,
    primary_key: Vec<String>,
    auto_increment: bool,
    /// Columns of each foreign key, the table and columns referred to, and the action on delete, sorted.
    foreign_keys: Vec<ForeignKey>,
}

#[derive(Debug, PartialEq)]
struct Column {
    name: String,
    ty: ColumnType,
    is_nullable: bool,
    is_unique: bool,
    has_default: bool,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ForeignKey {
    name: Option<String>,
    columns: Vec<String>,
    to_table: String,
    to_columns: Vec<String>,
    on_delete: Option<String>,
    on_update: Option<String>,
}

#[test]
fn all_27_entities_declare_what_the_original_declares() {
    let expected = expected();
    let mut declared = BTreeMap::new();
    macro_rules! declare {
        ($module:ident) => {
            declared.extend([declaration::<models::$module::Entity>()]);
        };
    }
    for_each_entity!(declare);

    assert_eq!(expected.len(), 27);
    assert_eq!(expected.values().map(|table| table.columns.len()).sum::<usize>(), 274);
    assert_eq!(expected.values().map(|table| table.foreign_keys.len()).sum::<usize>(), 23);
    assert_eq!(declared.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, table) in &expected {
        assert_eq!(&declared[name], table, "table `{name}`");
    }
}

#[test]
fn every_foreign_key_can_be_followed_backwards() {
    let mut forwards = Vec::new();
    let mut backwards = Vec::new();
    macro_rules! ends {
        ($module:ident) => {
            for def in models::$module::Relation::iter().map(|relation| relation.def()) {
                let from = end(&def.from_tbl, &def.from_col);
                let to = end(&def.to_tbl, &def.to_col);
                if def.is_owner { backwards.push((to, from)) } else { forwards.push((from, to)) }
            }
        };
    }
    for_each_entity!(ends);

    forwards.sort();
    backwards.sort();
    assert_eq!(forwards.len(), 23);
    assert_eq!(forwards, backwards);
}

/// What the entity declares, under the name of its table.
fn declaration<E: EntityTrait>() -> (String, Table) {
    let columns = E::Column::iter().map(declared_column).collect();
    let primary_key = E::PrimaryKey::iter().map(|key| key.into_column().as_str().to_owned()).collect();
    let mut foreign_keys: Vec<_> = E::Relation::iter()
        .map(|relation| relation.def())
        .filter(|def| !def.is_owner && !def.skip_fk)
        .map(declared_foreign_key)
        .collect();
    foreign_keys.sort();
    let table = Table { columns, primary_key, auto_increment: E::PrimaryKey::auto_increment(), foreign_keys };
    (E::default().table_name().to_owned(), table)
}

fn declared_column(column: impl ColumnTrait) -> Column {
    let def = column.def();
    Column {
        name: column.as_str().to_owned(),
        ty: def.get_column_type().clone(),
        is_nullable: def.is_null(),
        is_unique: def.is_unique(),
        has_default: def.get_column_default().is_some(),
    }
}

fn declared_foreign_key(def: RelationDef) -> ForeignKey {
    ForeignKey {
        columns: def.from_col.iter().map(ToString::to_string).collect(),
        to_table: table_name(&def.to_tbl),
        to_columns: def.to_col.iter().map(ToString::to_string).collect(),
        on_delete: def.on_delete.map(|action| format!("{action:?}").to_uppercase()),
        on_update: def.on_update.map(|action| format!("{action:?}").to_uppercase()),
        name: def.fk_name,
    }
}

/// What the original declares, by table.
fn expected() -> BTreeMap<String, Table> {
    let schema: Value = serde_json::from_str(include_str!("../schema.json")).unwrap();
    schema["tables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|table| (text(&table["name"]), expected_table(table)))
        .collect()
}

fn expected_table(table: &Value) -> Table {
    // Every unique constraint of the original is on one column, which is how SeaORM can say it.
    let uniques: Vec<_> = list(&table["unique_constraints"])
        .iter()
        .map(|unique| {
            assert_eq!(unique["name"], Value::Null);
            let [column] = &texts(&unique["columns"])[..] else { panic!("{unique} is on one column") };
            column.clone()
        })
        .collect();
    let columns = list(&table["columns"]).iter().map(|column| expected_column(column, &uniques)).collect();
    let mut foreign_keys: Vec<_> = list(&table["foreign_keys"])
        .iter()
        .map(|key| ForeignKey {
            name: key["name"].as_str().map(str::to_owned),
            columns: texts(&key["columns"]),
            to_table: text(&key["referred_table"]),
            to_columns: texts(&key["referred_columns"]),
            on_delete: key["ondelete"].as_str().map(str::to_owned),
            on_update: None,
        })
        .collect();
    foreign_keys.sort();
    Table { columns, primary_key: texts(&table["primary_key"]), auto_increment: true, foreign_keys }
}

fn expected_column(column: &Value, uniques: &[String]) -> Column {
    let name = text(&column["name"]);
    let ty = match column["type"].as_str().unwrap() {
        "boolean" => ColumnType::Boolean,
        "datetime" => {
            assert_eq!(column["timezone"], false);
            ColumnType::DateTime
        }
        "float" => ColumnType::Double,
        "integer" => ColumnType::Integer,
        "json" => ColumnType::Json,
        "string" => {
            let length = column["length"].as_u64().unwrap();
            ColumnType::String(StringLen::N(length.try_into().unwrap()))
        }
        "text" => ColumnType::Text,
        other => panic!("`{name}` is of the unknown type `{other}`"),
    };
    Column {
        is_nullable: column["nullable"].as_bool().unwrap(),
        is_unique: uniques.contains(&name),
        // Defaults are the application's work; the database has none.
        has_default: false,
        name,
        ty,
    }
}

fn end(table: &TableRef, columns: &Identity) -> (String, Vec<String>) {
    (table_name(table), columns.iter().map(ToString::to_string).collect())
}

fn table_name(table: &TableRef) -> String {
    table.sea_orm_table().to_string()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().map(text).collect()
}
