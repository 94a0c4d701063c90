//! What the macros refuse: each message, and what of the source it points at. As cheap as a snapshot, and without a compiler.

use std::fmt::Write as _;

use syn::{DeriveInput, Error};

/// Expands a source, and shows each error under what it points at.
fn refusals(sources: &[&str]) -> String {
    let mut shown = String::new();
    for source in sources {
        let input: DeriveInput = syn::parse_str(source).expect("it is an item");
        let is_value = source.contains("derive(Value)");
        let expanded = if is_value { crate::value::expand(&input) } else { crate::table::expand(&input) };
        let error = expanded.map(|tokens| tokens.to_string()).expect_err(source);
        let _infallible = write!(shown, "{}", pointed_at(source, &error));
    }
    shown
}

fn pointed_at(source: &str, error: &Error) -> String {
    let (start, end) = (error.span().start(), error.span().end());
    let line = source.lines().nth(start.line - 1).unwrap_or_default();
    let length = if start.line == end.line { end.column - start.column } else { line.len() - start.column };
    let marks = format!("{}{}", " ".repeat(start.column), "^".repeat(length.max(1)));
    format!("{}\n{}\n  {error}\n\n", line.trim(), marks.split_at(line.len() - line.trim_start().len()).1)
}

#[track_caller]
fn is(name: &str, shown: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, shown);
    });
}

#[test]
fn what_a_struct_cannot_say_is_shown_where_it_stands() {
    is(
        "structs",
        &refusals(&[
            "struct Plant(i64);",
            "struct Plant;",
            "enum Plant { A }",
            "struct Plant<T> { id: T }",
            "#[table(nmae = \"plants\")]\nstruct Plant { id: i64 }",
            "#[table(name = plants)]\nstruct Plant { id: i64 }",
            "#[table(name = \"\")]\nstruct Plant { id: i64 }",
            "#[table(name = \"a\", name = \"b\")]\nstruct Plant { id: i64 }",
            "#[table(strict = true)]\nstruct Plant { id: i64 }",
            "#[sqlx(rename_all = \"Camel\")]\nstruct Plant { id: i64 }",
            "#[table(unique(nmae))]\nstruct Plant { id: i64, name: String, #[sqlx(skip)] x: u8 }",
            "#[table(unique(made_at))]\nstruct Plant { id: i64, #[sqlx(flatten)] stamps: Stamps }",
            "#[table(unique())]\nstruct Plant { id: i64 }",
            "#[table(index(id, uniqe = true))]\nstruct Plant { id: i64 }",
            "#[table(index(\"lower(name)\"))]\nstruct Plant { id: i64 }",
            "#[table(index(unique))]\nstruct Plant { id: i64 }",
            "#[table(index(id, parameter(\"fillfactor\")))]\nstruct Plant { id: i64 }",
            "#[table(exclusion(id.excluding(\"=\")))]\nstruct Plant { id: i64 }",
            "#[table(exclusion(name = \"ex\"))]\nstruct Plant { id: i64 }",
            "#[table(check())]\nstruct Plant { id: i64 }",
            "#[table(primary_key(id))]\nstruct Plant { #[table(primary_key)] id: i64 }",
            "#[table(foreign_key(a, b))]\nstruct Plant { a: i64, b: i64 }",
            "#[table(foreign_key(a, references(\"bed\")))]\nstruct Plant { a: i64 }",
            "#[table(foreign_key(a, references(1)))]\nstruct Plant { a: i64 }",
            "#[table(1 + 1)]\nstruct Plant { a: i64 }",
        ]),
    );
}

#[test]
fn what_a_field_cannot_say_is_shown_where_it_stands() {
    is(
        "fields",
        &refusals(&[
            "struct Plant {\n    #[table(uniqe)]\n    name: String,\n}",
            "struct Plant {\n    #[table(primary_key = true)]\n    name: String,\n}",
            "struct Plant {\n    #[table(default = 1, identity)]\n    number: i64,\n}",
            "struct Plant {\n    #[table(default)]\n    number: i64,\n}",
            "struct Plant {\n    #[table(length = 20)]\n    number: i64,\n}",
            "struct Plant {\n    #[table(length = 20, ty = Type::Text)]\n    name: String,\n}",
            "struct Plant {\n    #[table(on(Sqlite))]\n    name: String,\n}",
            "struct Plant {\n    #[table(unique(name))]\n    name: String,\n}",
            "struct Plant {\n    #[table(index(name, unique))]\n    name: String,\n}",
            "struct Plant {\n    #[table(references)]\n    bed_id: i64,\n}",
            "struct Plant {\n    #[table(references(Bed, on_delet = Cascade))]\n    bed_id: i64,\n}",
            "struct Plant {\n    #[table(check)]\n    bed_id: i64,\n}",
            "struct Plant {\n    #[table(skip, unique)]\n    name: String,\n}",
            "struct Plant {\n    #[sqlx(flatten)]\n    #[table(index)]\n    stamps: Stamps,\n}",
            "struct Plant {\n    seeds: u64,\n}",
            "struct Plant {\n    letters: Vec<char>,\n}",
            "struct Plant {\n    place: (i32, i32),\n}",
            "struct Plant {\n    name: String,\n    #[sqlx(rename = \"name\")]\n    other: String,\n}",
        ]),
    );
}

#[test]
fn what_is_no_value_is_shown_where_it_stands() {
    is(
        "values",
        &refusals(&[
            "#[derive(Value)]\nstruct Place(i32, i32);",
            "#[derive(Value)]\nstruct Place { row: i32 }",
            "#[derive(Value)]\n#[sqlx(type_name = \"email\")]\nstruct Email(String);",
            "#[derive(Value)]\nenum Tone {\n    Other(String),\n}",
            "#[derive(Value)]\n#[sqlx(rename_all = \"lowercase\")]\nenum Tone {\n    Red,\n    RED,\n}",
            "#[derive(Value)]\nenum Tone {\n    #[table(nmae = \"red\")]\n    Red,\n}",
            "#[derive(Value)]\n#[table(values = 1)]\nenum Tone { Red }",
            "#[derive(Value)]\nunion Either { a: i32, b: u32 }",
        ]),
    );
}
