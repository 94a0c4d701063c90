//! The JSON of operations: they go there and back, its form is kept, and what is wrong in it is said.

use cucurbit::{
    Op,
    json::JsonError,
    operation::{
        Change, Concurrency, Consent, ConstraintChange, EnumChange, Operation, SequenceChange, TableChange,
    },
    schema::{
        Check, ConstraintRef, Deferral, Dialect, EnumPlace, EnumType, Exclusion, Identity, Index, Literal,
        Object, ObjectId, ObjectName, OnConflict, Referred, Sequence, ServerDefault, TableBuilder,
        TableOption, Type, build::*,
    },
};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::any_operation;

/// Every operation, with every field of the form.
pub(super) const RICH: &str = include_str!("operations.json");

#[test]
fn any_operations_go_there_and_back() {
    let config = Config { cases: 500, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&any_operation::operations(), |operations| {
        let json = Operation::to_json(&operations);
        let back = Operation::from_json(&json)
            .map_err(|error| TestCaseError::fail(format!("{error:?} in {json}")))?;
        proptest::prop_assert_eq!(back, operations);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

fn changes() -> Vec<Operation> {
    let plant = || ObjectName::from("app.plant");
    let of_constraint =
        |constraint, change| Operation::Alter(Change::Constraint { table: plant(), constraint, change });
    let referred = Some(Referred { table: "bed".into(), columns: vec!["id".into()] });
    let of_enum = |change| Operation::Alter(Change::Enum { name: "mood".into(), change });
    let mut operations = Op::record(|op| {
        op.alter_column(plant(), "height")
            .loses_data()
            .rename("height_cm")
            .collate("C")
            .comment("in centimetres")
            .default_expression("now()")
            .not_null()
            .backfill(sql("0").with(Dialect::Sqlite, "1"))
            .nullable()
            .on_conflict_not_null(OnConflict::Replace)
            .ty(Type::Text)
            .using("height::text");
        op.alter_column("plant", "name").drop_collation().drop_comment().drop_default();
    });
    operations.extend([
        of_constraint(
            ConstraintRef::ForeignKey { columns: vec!["bed_id".into()], referred },
            ConstraintChange::SetDeferral(Deferral::Deferred),
        ),
        of_constraint(ConstraintRef::Check { expression: "a > 0".into() }, ConstraintChange::Validate),
        of_enum(EnumChange::AddValue { value: "new".into(), place: EnumPlace::Before("old".into()) }),
        of_enum(EnumChange::AddValue { value: "last".into(), place: EnumPlace::Last }),
        of_enum(EnumChange::AddValue { value: "next".into(), place: EnumPlace::After("new".into()) }),
        of_enum(EnumChange::RenameValue { value: "old".into(), to: "aged".into() }),
        of_enum(EnumChange::SetValues {
            values: vec!["new".into()],
            replacements: vec![("aged".into(), "new".into())],
            consent: Consent::GIVEN,
        }),
        Operation::Alter(Change::Sequence {
            name: "invoice".into(),
            changes: vec![
                SequenceChange::SetCache(20),
                SequenceChange::SetComment(None),
                SequenceChange::SetCycle(true),
                SequenceChange::SetIncrement(-1),
                SequenceChange::SetMaximum(Some(9)),
                SequenceChange::SetMinimum(None),
                SequenceChange::SetStart(Some(7)),
                SequenceChange::SetType(Type::SmallInteger),
            ],
        }),
        Operation::Alter(Change::Table {
            table: "plant".into(),
            change: TableChange::SetOption { option: TableOption::WithoutRowid, is_set: true },
        }),
    ]);
    operations
}

fn all() -> Vec<Operation> {
    let concurrency = Concurrency { is_concurrent: true };
    let table = TableBuilder::build("bed", |table| {
        table.column(integer("id").identity(Identity::always()));
        table.primary_key(["id"]);
    });
    let exclusion = Exclusion::new("once", [key("during").excluding("&&")]);
    let column = Object::column("plant", text("name").server_default(ServerDefault::Literal(Literal::Null)));
    let index = Object::index("plant", Index::new("ix_name", vec![key("name")]));
    let named = |name: &str| ConstraintRef::Named(name.into());
    let mut operations = changes();
    operations.extend([
        Operation::Comment { id: ObjectId::Table("plant".into()), text: Some("grows".into()) },
        Operation::Comment { id: ObjectId::constraint("plant", ConstraintRef::PrimaryKey), text: None },
        Operation::create(table),
        Operation::Create {
            object: column,
            backfill: Some("'none'".into()),
            concurrency: Concurrency::default(),
        },
        Operation::Create { object: index, backfill: None, concurrency },
        Operation::create(Object::constraint("plant", Check::new("a > 0"))),
        Operation::create(Object::constraint("plant", exclusion)),
        Operation::create(EnumType::new("mood", ["old"])),
        Operation::create(Sequence::new("invoice")),
        Operation::create(Object::Namespace("app".into())),
        Operation::drop_with_data(ObjectId::column("plant", "name")),
        Operation::Drop { id: ObjectId::index("plant", "ix_name"), consent: Consent::NONE, concurrency },
        Operation::drop(ObjectId::Sequence("invoice".into())),
        Operation::drop(ObjectId::Namespace("app".into())),
        Operation::drop(ObjectId::constraint("plant", ConstraintRef::Unique { columns: vec!["a".into()] })),
        Operation::Rename { id: ObjectId::constraint("plant", named("once")), to: "twice".into() },
        Operation::Rename { id: ObjectId::Enum("mood".into()), to: "feeling".into() },
        Operation::Irreversible { reason: "rows are gone".into() },
    ]);
    operations.extend(Op::record(|op| {
        op.bulk_insert("plant", ["name", "height"], [vec![Literal::from("dill"), Literal::number("1.50")]]);
        op.execute("VACUUM").outside_transaction().means(|op| {
            op.drop_table("old");
        });
        op.on(Dialect::Postgres, |op| {
            op.execute("SELECT 1");
        });
    }));
    operations
}

#[test]
fn the_form_is_kept() {
    assert_eq!(Operation::to_json(&all()), RICH.trim_end(), "a change of the form needs another version");
    assert_eq!(Operation::from_json(RICH).unwrap(), all());
    let example = super::PAGE.split("```json\n").nth(2).and_then(|rest| rest.split("```").next()).unwrap();
    assert_eq!(Operation::to_json(&Operation::from_json(example).unwrap()), example.trim_end());
}

#[test]
fn code_is_written_by_its_title_and_not_read() {
    let run = Operation::Run { title: "fill the heights".into(), key: 3 };
    let inside = Operation::On { dialect: Dialect::Sqlite, operations: vec![run] };
    let json = Operation::to_json(&[inside]);
    assert!(json.contains(r#""title": "fill the heights""#) && !json.contains('3'), "{json}");
    let error = Operation::from_json(&json).unwrap_err();
    assert!(matches!(&error, JsonError::Code { title } if title == "fill the heights"));
    #[cfg(feature = "runtime")]
    {
        let error = cucurbit::Error::from(error);
        let code = cucurbit::error::ErrorCode::CodeInJson;
        assert_eq!((error.code(), error.hint().is_some()), (code, true));
    }
}

#[test]
fn what_is_wrong_is_said() {
    let list = |one: &str| format!(r#"{{"version": 1, "operations": [{one}]}}"#);
    let column = r#"{"name": "a", "type": "text", "nullable": true}"#;
    let twice = format!(r#""kind": "table", "name": "t", "columns": [{column}, {column}]"#);
    let exclusion = r#"{"kind": "exclusion", "index": {"name": "x", "parts": []}, "operators": ["="]}"#;
    for (json, said) in [
        (r#"{"version": 1}"#.to_owned(), "missing field `operations`"),
        (r#"{"version": 2, "operations": []}"#.to_owned(), "the JSON has version 2"),
        (list("{}"), "missing field `operation`"),
        (list(r#"{"operation": "prune"}"#), "unknown variant `prune`"),
        (list(r#"{"operation": "irreversible", "reason": "", "colour": 1}"#), "unknown field `colour`"),
        (
            list(r#"{"operation": "drop", "object": {"kind": "table", "name": "t", "colour": 1}}"#),
            "unknown field `colour`",
        ),
        (list(r#"{"operation": "create", "object": {"kind": "namespace"}}"#), "missing field `name`"),
        (
            list(&format!(r#"{{"operation": "create", "object": {{{twice}}}}}"#)),
            "column `a` stands twice in the JSON",
        ),
        (
            list(&format!(
                r#"{{"operation": "create", "object": {{"kind": "constraint", "table": "t", "constraint": {exclusion}}}}}"#
            )),
            "exclusion constraint `x` of `t` has 0 parts and 1 operators",
        ),
    ] {
        let refused = super::told(&Operation::from_json(&json).unwrap_err());
        assert!(refused.contains(said), "{json}: {refused}");
    }
}
