//! The pages of the reference name all that there is: every key of `cucurbit.toml`, every method that a script can call.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use book::{Page, page, root};

use crate::blocks;

#[test]
fn every_key_of_the_configuration_has_its_section_with_an_example() {
    let page = page("docs/configuration.md");
    let known: BTreeSet<String> = blocks::keys().into_iter().collect();
    let told: BTreeSet<String> = sections(&page).into_iter().filter(|title| *title != "Variables").collect();
    assert_eq!(told, known, "docs/configuration.md has a section for each key, and no other");
    let mut wrong = Vec::new();
    for key in &known {
        let of_key = |block: &&book::Block| block.language() == "toml" && block.under.last() == Some(key);
        let shown: Vec<&book::Block> = page.blocks.iter().filter(of_key).collect();
        if !shown.iter().any(|block| block.text.starts_with(&format!("{key} = "))) {
            wrong.push(format!("`{key}` has no example"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_variable_that_is_read_is_told() {
    let text = fs::read_to_string(root().join("docs/configuration.md")).expect("the page");
    let (_, variables) = text.split_once("## Variables").expect("a section on variables");
    let mut read = BTreeSet::new();
    for file in sources(&root().join("crates/cucurbit/src")) {
        let source = fs::read_to_string(&file).expect("the source");
        let names = source.split(".get(\"").skip(1).filter_map(|rest| rest.split('"').next());
        let is_variable = |name: &&str| {
            name.len() > 2 && name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_')
        };
        read.extend(names.filter(is_variable).map(str::to_owned));
    }
    assert!(read.contains("EDITOR"), "variables are found: {read:?}");
    let lacking: Vec<&String> =
        read.iter().filter(|name| !variables.contains(&format!("`{name}`"))).collect();
    assert!(lacking.is_empty(), "docs/configuration.md lacks the variables {lacking:?}");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("a source").path();
        if path.is_dir() { files.extend(sources(&path)) } else { files.push(path) }
    }
    files
}

fn sections(page: &Page) -> Vec<String> {
    page.headings.iter().filter(|heading| heading.level == 2).map(|heading| heading.text.clone()).collect()
}

/// What can be called in a script, by the file that declares it: whole files, or what stands between two lines.
const CALLED: [(&str, &str, &str); 9] = [
    ("operation/op.rs", "impl Op {", "pub(super) fn create_constraint"),
    ("operation/alter.rs", "impl<'op> AlterTable<'op> {", ""),
    ("operation/enumeration.rs", "", ""),
    ("operation/index.rs", "impl", ""),
    ("operation/mod.rs", "impl Consent {", "/// Rows of constants."),
    ("operation/mod.rs", "impl Execute {", "impl Operation {"),
    ("operation/sequence_change.rs", "impl<'op> AlterSequence", ""),
    ("schema/build.rs", "columns_without_arguments! {", ""),
    ("schema/column.rs", "", ""),
];

/// What is called by the tool or by models, and in no script.
const NOT_IN_SCRIPTS: [(&str, &str); 10] = [
    ("build", "of a table that is no operation"),
    ("column_mut", "macros of models"),
    ("finish", "of a table that is no operation"),
    ("foreign_keys_mut", "macros of models"),
    ("index", "an index is an operation of its own: `create_index`"),
    ("new", "the functions of a column's name make one"),
    ("primary_key_or", "macros of models"),
    ("push_foreign_key", "macros of models"),
    ("record", "calls a script"),
    ("record_with_functions", "calls a script"),
];

#[test]
fn every_method_of_a_script_is_told_and_shown() {
    let page = page("docs/operations.md");
    let text = fs::read_to_string(root().join("docs/operations.md")).expect("the page");
    let shown: String = page
        .blocks
        .iter()
        .filter(|block| block.language() == "rust")
        .map(|block| block.text.as_str())
        .collect();
    let mut wrong = Vec::new();
    let mut found = 0;
    for name in CALLED.iter().flat_map(|(file, from, to)| declared(file, from, to)) {
        if NOT_IN_SCRIPTS.iter().any(|(known, _)| *known == name) {
            continue;
        }
        found += 1;
        let is_told = [format!("`{name}`"), format!("`.{name}`"), format!("`.{name}("), format!("`{name}(")]
            .iter()
            .any(|word| text.contains(word));
        if !is_told || !is_called(&shown, &name) {
            wrong.push(name);
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "docs/operations.md lacks a line or an example of {wrong:?}");
    assert!(found > 120, "the methods are found: {found}");
}

/// Lists the functions that a part of a file declares as public, those that macros make of a list among them.
fn declared(file: &str, from: &str, to: &str) -> Vec<String> {
    let source = fs::read_to_string(root().join("crates/cucurbit/src").join(file)).expect("the source");
    let (_, part) = source.split_once(from).unwrap_or_else(|| panic!("{file} has no `{from}`"));
    let part =
        if to.is_empty() { part } else { part.split_once(to).unwrap_or_else(|| panic!("{file}: `{to}`")).0 };
    let functions = part.split("pub fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
    let listed = part.lines().filter_map(|line| line.trim().split_once(" => Type::")).map(|(name, _)| name);
    let is_name = |name: &&str| name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    functions.chain(listed).filter(is_name).map(str::to_owned).collect()
}

/// Tells whether a method of this name is called.
fn is_called(text: &str, name: &str) -> bool {
    text.match_indices(&format!("{name}("))
        .any(|(at, _)| !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_'))
}

#[test]
fn methods_that_are_left_out_are_found() {
    assert!(is_called("op.add_column(\"a\")", "add_column"));
    assert!(!is_called("op.add_column(\"a\")", "column"));
    assert!(declared("operation/op.rs", "impl Op {", "").contains(&"create_table".to_owned()));
    assert!(declared("schema/build.rs", "", "").contains(&"jsonb".to_owned()));
}
