//! Revision files as text: what they look like, and that compiling and recording them gives back what was rendered.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path, process::Command};

use cucurbit::{
    operation::{Change, ColumnChange, Execute},
    prelude::*,
    schema::{Constraint, Kind},
    script::{NewScript, ScriptError, WriteOptions, render, write},
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use crate::any_operation;

pub(crate) fn script(id: &str, message: &str) -> NewScript {
    NewScript {
        id: id.to_owned(),
        message: message.to_owned(),
        down_revisions: Vec::new(),
        branch_labels: Vec::new(),
        depends_on: Vec::new(),
        created: "2025-11-06T12:43:40.5Z".parse().unwrap(),
        upgrade: Vec::new(),
        downgrade: Vec::new(),
        warnings: Vec::new(),
    }
}

/// What compiling a script and recording its functions must give.
fn value(script: &NewScript) -> Value {
    json!({
        "id": script.id,
        "down_revisions": script.down_revisions,
        "labels": script.branch_labels,
        "dependencies": script.depends_on,
        "created": script.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "upgrade": recorded(&script.upgrade),
        "downgrade": recorded(&script.downgrade),
    })
}

fn recorded(operations: &[Operation]) -> String {
    Operation::to_json(&operations.iter().map(as_recorded).collect::<Vec<_>>())
}

/// Another name and a comment of a column are recorded as the changes of a column that they are.
fn as_recorded(operation: &Operation) -> Operation {
    let all = |operations: &[Operation]| operations.iter().map(as_recorded).collect();
    match operation {
        Operation::Comment { id: ObjectId::Column { table, name }, text } => {
            let comment = ColumnChange::SetComment(text.clone());
            Operation::alter_column(table, name, vec![comment])
        }
        Operation::Rename { id: ObjectId::Column { table, name }, to } => {
            Operation::alter_column(table, name, vec![ColumnChange::Rename { to: to.clone() }])
        }
        Operation::Execute(Execute { sql, is_outside_transaction, means }) => Operation::Execute(Execute {
            sql: sql.clone(),
            is_outside_transaction: *is_outside_transaction,
            means: means.as_deref().map(all),
        }),
        Operation::On { dialect, operations } => {
            Operation::On { dialect: *dialect, operations: all(operations) }
        }
        Operation::Alter(_)
        | Operation::BulkInsert(_)
        | Operation::Comment { .. }
        | Operation::Create { .. }
        | Operation::Drop { .. }
        | Operation::Irreversible { .. }
        | Operation::Rename { .. }
        | Operation::Run { .. }
        | _ => operation.clone(),
    }
}

/// Names the verb of an operation and the kind of what it is about.
fn verb_and_kind(operation: &Operation) -> String {
    match operation {
        Operation::Alter(change) => match change {
            Change::Column { .. } => "alter column".to_owned(),
            Change::Constraint { .. } => "alter constraint".to_owned(),
            Change::Enum { .. } => "alter enum".to_owned(),
            Change::Sequence { .. } => "alter sequence".to_owned(),
            Change::Table { .. } => "alter table".to_owned(),
            other => panic!("{other:?} has no name here"),
        },
        Operation::BulkInsert(_) => "bulk insert".to_owned(),
        Operation::Comment { id, .. } => format!("comment {}", id.kind()),
        Operation::Create { object: Object::Constraint { constraint, .. }, .. } => match constraint {
            Constraint::PrimaryKey(_) => "create primary key".to_owned(),
            Constraint::Unique(_) => "create unique".to_owned(),
            Constraint::ForeignKey(_) => "create foreign key".to_owned(),
            Constraint::Check(_) => "create check".to_owned(),
            Constraint::Exclusion(_) => "create exclusion".to_owned(),
            other => panic!("{other:?} has no name here"),
        },
        Operation::Create { object, .. } => format!("create {}", object.kind()),
        Operation::Drop { id, .. } => format!("drop {}", id.kind()),
        Operation::Execute(_) => "execute".to_owned(),
        Operation::Irreversible { .. } => "irreversible".to_owned(),
        Operation::On { .. } => "on".to_owned(),
        Operation::Rename { id, .. } => format!("rename {}", id.kind()),
        Operation::Run { .. } => "run".to_owned(),
        other => panic!("{other:?} has no name here"),
    }
}

const MAIN: &str = r#"
#[derive(serde::Serialize)]
struct Recorded {
    id: &'static str,
    down_revisions: &'static [&'static str],
    labels: &'static [&'static str],
    dependencies: &'static [&'static str],
    created: Option<&'static str>,
    upgrade: String,
    downgrade: String,
}

fn record(revision: Revision, upgrade: fn(&mut Op), downgrade: fn(&mut Op)) -> Recorded {
    Recorded {
        id: revision.id(),
        down_revisions: revision.down_revisions(),
        labels: revision.labels(),
        dependencies: revision.dependencies(),
        created: revision.create_date(),
        upgrade: Operation::to_json(&Op::record(upgrade)),
        downgrade: Operation::to_json(&Op::record(downgrade)),
    }
}
"#;

/// Formats and compiles scripts as a project would, runs them, and returns what they recorded.
///
/// The project and what it compiles stay in the target folder, so that only the first run is slow.
fn compile_and_record(name: &str, scripts: &[NewScript]) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let library = env!("CARGO_MANIFEST_DIR");
    fs::create_dir_all(folder.join("src")).unwrap();
    let mut code = String::from("#![deny(warnings)]\nuse cucurbit::prelude::*;\n");
    let mut records = String::new();
    for (number, script) in scripts.iter().enumerate() {
        fs::write(folder.join(format!("src/case_{number}.rs")), script.text()).unwrap();
        writeln!(code, "mod case_{number};").unwrap();
        let path = format!("case_{number}");
        writeln!(records, "record({path}::REVISION, {path}::upgrade, {path}::downgrade),").unwrap();
    }
    code += MAIN;
    writeln!(code, "fn main() {{\n    let all = vec![{records}];").unwrap();
    code += "    println!(\"{}\", serde_json::to_string(&all).unwrap());\n}\n";
    fs::write(folder.join("src/main.rs"), code).unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [profile.dev]\ndebug = false\n\n[dependencies]\n\
         cucurbit = {{ path = {library:?}, default-features = false }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(Path::new(library).join("../../Cargo.lock"), folder.join("Cargo.lock")).unwrap();

    // What is compiled is what people have: the files after rustfmt.
    let rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "use_small_heuristics=Max,max_width=110"])
        .arg(folder.join("src/main.rs"))
        .output()
        .unwrap();
    assert!(rustfmt.status.success(), "{}", String::from_utf8_lossy(&rustfmt.stderr));
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "--target-dir"])
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled"))
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Checks the law for every script: what its text records is what was rendered.
pub(crate) fn check_law(name: &str, scripts: &[NewScript]) {
    let recorded = compile_and_record(name, scripts);
    assert_eq!(recorded.len(), scripts.len());
    for (script, recorded) in scripts.iter().zip(recorded) {
        assert_eq!(recorded, value(script), "of this file:\n{}", script.text());
    }
}

#[test]
fn recording_a_compiled_script_gives_back_its_operations() {
    let mut runner = TestRunner::deterministic();
    let any = any_operation::operations();
    let mut next = || any.new_tree(&mut runner).unwrap().current();
    let scripts: Vec<_> = (0..150)
        .map(|number| NewScript {
            upgrade: next(),
            downgrade: next(),
            ..script(&format!("{number:012x}"), "")
        })
        .collect();
    let seen: BTreeSet<String> =
        scripts.iter().flat_map(|script| &script.upgrade).map(verb_and_kind).collect();
    // All but indexes and namespaces are altered; each kind is created (constraints of five kinds), dropped, renamed and
    // commented; four operations are of no kind.
    let kinds = Kind::ALL.len();
    assert_eq!(
        seen.len(),
        (kinds - 2) + 4 * kinds + 4 + 4,
        "every verb of every kind is among them: {seen:?}"
    );
    check_law("any_operations", &scripts);
}

#[test]
fn no_message_breaks_a_script() {
    let long = "many words ".repeat(1_000);
    let messages = any_operation::TEXTS.into_iter().chain([
        "\n\nfirst\n\n\nafter two empty lines  \t \n",
        "\u{feff}byte order mark",
        "\u{2028}line\u{2028}separator\u{85}next line\u{b}tab\u{c}feed",
        "//! nested\n/// outer\n*/ #![forbid(everything)]",
        "@upgrade@ @message@ @",
        "#!/bin/sh",
        "\u{2066}isolated\u{2069} \u{200b}zero width",
        &long,
    ]);
    let scripts: Vec<_> = messages
        .enumerate()
        .map(|(number, message)| NewScript {
            down_revisions: vec![message.to_owned(), "ae10".to_owned()],
            branch_labels: if number % 2 == 0 { Vec::new() } else { vec![message.to_owned()] },
            depends_on: if number % 3 == 0 { Vec::new() } else { vec![message.to_owned()] },
            warnings: vec![message.to_owned()],
            downgrade: Op::record(|op| op.irreversible(message)),
            ..script(&format!("{number:012x}"), message)
        })
        .collect();
    check_law("nasty_messages", &scripts);
    for script in &scripts {
        let text = script.text();
        let head = text.split("use cucurbit").next().unwrap();
        assert!(head.lines().all(|line| line.starts_with("//!") && line.trim_end() == line), "{head}");
    }
}

/// Checks what the code of some operations looks like after it was formatted.
#[track_caller]
fn check(upgrade: impl FnOnce(&mut Op), expected: &str) {
    assert_eq!(render(&Op::record(upgrade)), expected);
}

#[test]
fn changes_of_one_table_stand_in_one_block() {
    check(
        |op| {
            op.alter_table("breeder", |table| {
                table.add_column(string("country", 100).nullable());
                table.add_column(json("lineage_json").on(Postgres, Type::Jsonb).nullable());
            });
            op.create_index("ix_breeder_seedfinder_id", "breeder", ["seedfinder_id"]).unique();
        },
        r#"    op.alter_table("breeder", |table| {
        table.add_column(string("country", 100).nullable());
        table.add_column(json("lineage_json").on(Postgres, Type::Jsonb).nullable());
    });
    op.create_index("ix_breeder_seedfinder_id", "breeder", ["seedfinder_id"]).unique();
"#,
    );
}

#[test]
fn a_single_change_is_a_line() {
    check(
        |op| {
            op.drop_column("plant", "strain_id").loses_data();
            op.alter_table("breeder", |table| table.rename_column("country", "region"));
            op.alter_table("plant", |table| {
                table
                    .alter_column("planted_at")
                    .ty(Type::DateTimeTz { precision: None })
                    .not_null()
                    .backfill("now()");
            });
            op.alter_table("cultivar", |table| {
                table
                    .create_foreign_key(["breeder_id"], "breeder", ["id"])
                    .named("fk")
                    .on_delete(Action::SetNull);
            });
            op.alter_table("plant", |table| {
                table.drop_foreign_key(["status_id"]);
            });
        },
        r#"    op.drop_column("plant", "strain_id").loses_data();
    op.alter_column("breeder", "country").rename("region");
    op.alter_column("plant", "planted_at").ty(Type::DateTimeTz { precision: None }).not_null().backfill("now()");
    op.create_foreign_key("fk", "cultivar", ["breeder_id"], "breeder", ["id"]).on_delete(Action::SetNull);
    op.alter_table("plant", |table| {
        table.drop_foreign_key(["status_id"]);
    });
"#,
    );
}

#[test]
fn a_new_table_reads_like_its_create_statement() {
    check(
        |op| {
            op.create_table("measurement", |table| {
                table.column(integer("id").serial());
                table.column(integer("plant_id"));
                table.column(decimal("height_cm", 6, 2).default(Literal::number("0.00")));
                table.column(
                    date_time_tz("measured_at")
                        .default_expression(sql("now()").with(Sqlite, "CURRENT_TIMESTAMP")),
                );
                table.column(column("tags", Type::array(Type::Text)).nullable());
                table.primary_key(["id"]).named("pk_measurement");
                table.foreign_key(["plant_id"], "plant", ["id"]).on_delete(Action::Cascade);
                table.check("height_cm >= 0");
            });
            op.create_index("ix", "measurement", [key("plant_id"), key("measured_at").descending()])
                .predicate("height_cm > 0");
            op.drop_table("reading").loses_data();
        },
        r#"    op.create_table("measurement", |table| {
        table.column(integer("id").serial());
        table.column(integer("plant_id"));
        table.column(decimal("height_cm", 6, 2).default(Literal::number("0.00")));
        table.column(date_time_tz("measured_at").default_expression(sql("now()").with(Sqlite, "CURRENT_TIMESTAMP")));
        table.column(column("tags", Type::array(Type::Text)).nullable());
        table.primary_key(["id"]).named("pk_measurement");
        table.foreign_key(["plant_id"], "plant", ["id"]).on_delete(Action::Cascade);
        table.check("height_cm >= 0");
    });
    op.create_index("ix", "measurement", [key("plant_id"), key("measured_at").descending()]).predicate("height_cm > 0");
    op.drop_table("reading").loses_data();
"#,
    );
}

#[test]
fn data_and_sql_keep_their_text() {
    check(
        |op| {
            op.bulk_insert("status", ["id", "name"], rows![[1, "growing"], [2, Null]]);
            op.bulk_insert("color", ["name"], [["green"], ["brown"]]);
            op.on(Postgres, |op| {
                op.execute("CREATE INDEX CONCURRENTLY ix ON \"plant\" (name)").outside_transaction().means(
                    |op| {
                        op.create_index("ix", "plant", ["name"]);
                    },
                );
            });
            op.execute("UPDATE plant\nSET name = 'C:\\'");
            op.drop_table("app.old");
        },
        r##"    op.bulk_insert("status", ["id", "name"], rows![[1, "growing"], [2, Null]]);
    op.bulk_insert("color", ["name"], [["green"], ["brown"]]);
    op.on(Postgres, |op| {
        op.execute(r#"CREATE INDEX CONCURRENTLY ix ON "plant" (name)"#).outside_transaction().means(|op| {
            op.create_index("ix", "plant", ["name"]);
        });
    });
    op.execute(r"UPDATE plant
SET name = 'C:\'");
    op.drop_table("app.old");
"##,
    );
}

#[test]
fn a_name_with_a_dot_is_no_qualified_name() {
    let drop = |table: TableName| render(&Op::record(|op| op.drop_table(table.clone()).loses_data()));
    assert_eq!(drop(TableName::new("a.b")), "    op.drop_table(TableName::new(\"a.b\")).loses_data();\n");
    assert_eq!(
        drop(TableName::qualified("a.b", "c")),
        "    op.drop_table(TableName::qualified(\"a.b\", \"c\")).loses_data();\n"
    );
    assert_eq!(drop(TableName::qualified("a", "b.c")), "    op.drop_table(\"a.b.c\").loses_data();\n");
}

#[test]
fn a_file_is_written_formatted_and_never_twice() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rustfmt.toml"), "use_small_heuristics = \"Max\"\nmax_width = 110\n")
        .unwrap();
    let new = NewScript {
        down_revisions: vec!["3968dfa9e747".to_owned()],
        upgrade: Op::record(|op| op.drop_column("plant", "strain_id").loses_data()),
        warnings: vec!["drops column plant.strain_id and what is in it".to_owned()],
        ..script("109317dd2a2f", "Add \"SeedFinder\" fields.\n\nThey come from C:\\seeds.")
    };
    let (path, notes) = write(folder.path(), &new, &WriteOptions::new()).unwrap();
    assert_eq!(notes, Vec::<String>::new());
    assert_eq!(
        path.strip_prefix(folder.path()).unwrap().to_str().unwrap(),
        "2025_11_06_1243-109317dd2a2f_add_seedfinder_fields_they_come_from_c.rs"
    );
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        r#"//! Add "SeedFinder" fields.
//!
//! They come from C:\seeds.
use cucurbit::prelude::*;

pub const REVISION: Revision =
    Revision::new("109317dd2a2f").revises(&["3968dfa9e747"]).created("2025-11-06T12:43:40Z");

pub fn upgrade(op: &mut Op) {
    // drops column plant.strain_id and what is in it
    op.drop_column("plant", "strain_id").loses_data();
}

pub fn downgrade(_op: &mut Op) {}
"#
    );

    let error = write(folder.path(), &new, &WriteOptions::new()).unwrap_err();
    assert!(matches!(&error, ScriptError::Exists { path: other } if *other == path), "{error}");
    let missing = write(&folder.path().join("versions"), &new, &WriteOptions::new()).unwrap_err();
    assert!(matches!(missing, ScriptError::NoFolder { .. }), "{missing}");
    assert!(missing.hint().is_some());
}
