//! Revision files as text: what they look like, and that recording them gives back what was rendered.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use cucurbit::{
    operation::{Op, Operation},
    prelude::*,
    script::render,
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

use crate::any_operation;

/// Compiles rendered code against the library as a project would, runs it, and returns what it recorded.
///
/// The project and what it compiles stay in the target folder, so that only the first run is slow.
fn record_compiled(name: &str, bodies: &[String]) -> Vec<serde_json::Value> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let library = env!("CARGO_MANIFEST_DIR");
    let mut code = String::from("#![deny(warnings)]\nuse cucurbit::prelude::*;\n\n");
    let mut main = String::from("fn main() {\n    let cases: Vec<fn(&mut Op)> = vec![");
    for (number, body) in bodies.iter().enumerate() {
        let parameter = if body.is_empty() { "_op" } else { "op" };
        write!(code, "pub fn case_{number}({parameter}: &mut Op) {{\n{body}}}\n\n").unwrap();
        write!(main, "case_{number}, ").unwrap();
    }
    main += "];\n    let recorded: Vec<Vec<Operation>> = cases.into_iter().map(Op::record).collect();\n";
    main += "    println!(\"{}\", serde_json::to_string(&recorded).unwrap());\n}\n";
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("src/main.rs"), code + &main).unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.dev]\ndebug = false\n\n\
         [dependencies]\ncucurbit = {{ path = {library:?}, default-features = false }}\nserde_json = \"1\"\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(Path::new(library).join("../../Cargo.lock"), folder.join("Cargo.lock")).unwrap();

    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline", "--target-dir"])
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled"))
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Checks the law for every list of operations: what the rendered code records is what was rendered.
fn check_law(name: &str, cases: &[Vec<Operation>]) {
    let bodies: Vec<String> = cases.iter().map(|operations| render(operations)).collect();
    let recorded = record_compiled(name, &bodies);
    assert_eq!(recorded.len(), cases.len());
    for ((operations, recorded), body) in cases.iter().zip(recorded).zip(&bodies) {
        assert_eq!(recorded, serde_json::to_value(operations).unwrap(), "of this code:\n{body}");
    }
}

#[test]
fn recording_rendered_code_gives_back_the_operations() {
    let mut runner = TestRunner::deterministic();
    let any = any_operation::operations();
    let cases: Vec<_> = (0..200).map(|_| any.new_tree(&mut runner).unwrap().current()).collect();
    check_law("rendered_operations", &cases);
}

/// Checks what the code of some operations looks like, and that it is what was written.
#[track_caller]
fn check(write: impl FnOnce(&mut Op), expected: &str) {
    assert_eq!(render(&Op::record(write)), expected);
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
