//! Edits of stored texts.

use super::*;
use crate::{operation::resolve_constraint, schema::ConstraintRef};

const ODD: &str = r#"CREATE TABLE [Odd "t"] ( -- the table
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- the id
  name VARCHAR ( 100 ) COLLATE NOCASE NOT NULL ON CONFLICT FAIL DEFAULT ('a, b') /* , */,
  "kind" TEXT CONSTRAINT ck_kind CHECK (kind IN ('x', ')')) DEFAULT 'x',
  parent INT REFERENCES "Odd" (id) ON DELETE SET NULL ON UPDATE CASCADE MATCH FULL NOT DEFERRABLE INITIALLY IMMEDIATE NOT NULL,
  total GENERATED ALWAYS AS (id + 1) STORED,
  odd GEOMETRY(2, 4326) DEFAULT -1,
  UNIQUE (name COLLATE BINARY DESC, kind) ON CONFLICT IGNORE,
  CONSTRAINT fk FOREIGN KEY (kind, name) REFERENCES other DEFERRABLE INITIALLY DEFERRED,
  CHECK (id > 0)
) -- end
"#;

fn read() -> CreateTable {
    CreateTable::read(ODD).unwrap()
}

#[test]
fn what_is_put_together_again_is_what_was_read() {
    for sql in [
        ODD,
        "CREATE TABLE t(a,b)",
        "CREATE TABLE t (a INT, b, PRIMARY KEY (a, b)) WITHOUT ROWID, STRICT",
        "CREATE TABLE \"t\"(a TEXT DEFAULT CURRENT_TIMESTAMP NULL UNIQUE, b AS (a||'x'))",
    ] {
        assert_eq!(CreateTable::read(sql).unwrap().to_string(), sql);
    }
}

#[test]
fn a_text_says_what_pragmas_omit() {
    let table = read().value();
    assert_eq!(table.name.to_string(), "Odd \"t\"");
    assert!(table.options.is_autoincrement);
    assert_eq!(table.checks().count(), 2);
    assert_eq!(table.checks().next().unwrap().name, Some("ck_kind".into()));
    assert_eq!(table.foreign_keys().count(), 2);
    assert_eq!(table.foreign_keys().next().unwrap().on_delete, crate::schema::Action::SetNull);
    assert_eq!(table.foreign_keys().nth(1).unwrap().name, Some("fk".into()));
    assert_eq!(table.uniques().next().unwrap().columns, ["name", "kind"].map(Ident::from));
    let column = |name: &str| table.column(&name.into()).unwrap().clone();
    assert_eq!(column("name").collation.as_deref(), Some("NOCASE"));
    assert!(!column("parent").nullable);
    assert_eq!(column("odd").default, Some(crate::schema::ServerDefault::Literal((-1).into())));
    assert!(matches!(
        column("total").default,
        Some(crate::schema::ServerDefault::Computed { stored: true, .. })
    ));
    assert_eq!(read().rowid_column().unwrap().name, "id");
}

#[test]
fn an_edit_changes_its_piece_only() {
    let mut table = read();
    table.set_type(&"name".into(), "TEXT");
    assert_eq!(table.to_string(), ODD.replace("VARCHAR ( 100 )", "TEXT"));

    let mut table = read();
    table.set_nullable(&"parent".into(), true);
    assert_eq!(table.to_string(), ODD.replace(" INITIALLY IMMEDIATE NOT NULL", " INITIALLY IMMEDIATE"));

    let mut table = read();
    table.set_default(&"odd".into(), Some("DEFAULT (1 + 1)")).unwrap();
    assert_eq!(table.to_string(), ODD.replace("DEFAULT -1", "DEFAULT (1 + 1)"));

    let mut table = read();
    drop_constraint(&mut table, &ConstraintRef::Named("fk".into()));
    let constraint =
        "\n  CONSTRAINT fk FOREIGN KEY (kind, name) REFERENCES other DEFERRABLE INITIALLY DEFERRED,";
    assert_eq!(table.to_string(), ODD.replace(constraint, ""));

    let mut table = read();
    drop_constraint(&mut table, &ConstraintRef::Named("ck_kind".into()));
    assert_eq!(table.to_string(), ODD.replace(" CONSTRAINT ck_kind CHECK (kind IN ('x', ')'))", ""));

    let mut table = read();
    table.add_column("\"new\" TEXT").unwrap();
    assert_eq!(table.to_string(), ODD.replace("DEFAULT -1,", "DEFAULT -1, \"new\" TEXT,"));
}

fn drop_constraint(table: &mut CreateTable, constraint: &ConstraintRef) {
    let value = table.value();
    let place = resolve_constraint(&value, constraint).unwrap();
    table.drop_constraint(&value.constraints, place);
}

#[test]
fn a_dropped_column_takes_its_keys_and_leaves_what_uses_it_to_be_named() {
    let mut table = read();
    assert!(table.use_of(&"kind".into()).is_none());
    assert_eq!(table.use_of(&"id".into()).unwrap(), "a generated column uses it: `id + 1`");
    table.drop_column(&"kind".into());
    let left = table.value();
    assert!(left.uniques().next().is_none());
    assert_eq!(left.foreign_keys().count(), 1);
    assert_eq!(left.checks().count(), 1);
}

#[test]
fn an_index_is_read_with_its_expressions_and_condition() {
    let sql = "CREATE UNIQUE INDEX i ON t (a DESC, lower(b), \"c\" COLLATE NOCASE) WHERE a > (1)";
    let index = index_value(&"i".into(), sql).unwrap();
    assert!(index.is_unique);
    assert_eq!(index.parts[0], crate::schema::IndexPart::from("a").descending());
    assert_eq!(index.parts[1].key, crate::schema::IndexKey::Expression("lower(b)".into()));
    assert_eq!(index.parts[2], crate::schema::IndexPart::from("c").collate("NOCASE"));
    assert_eq!(index.predicate, Some("a > (1)".into()));
    assert_eq!(with_table(sql, "\"u\"").unwrap(), sql.replace("ON t", "ON \"u\""));
}

#[test]
fn what_is_not_a_table_is_an_error() {
    for sql in [
        "",
        "CREATE TABLE",
        "CREATE TABLE t",
        "CREATE TABLE t (",
        "CREATE TABLE t (a CHECK",
        "CREATE VIEW v AS SELECT 1",
    ] {
        CreateTable::read(sql).unwrap_err();
    }
}
