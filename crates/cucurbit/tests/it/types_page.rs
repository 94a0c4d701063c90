//! docs/TYPES.md says what every type is declared as, and is held to what is written.

use std::{collections::BTreeSet, fs, path::Path};

use cucurbit::{
    dialect::Before,
    operation::Operation,
    schema::{Dialect, EnumType, Schema, TableBuilder, Type, build},
};

/// The rows of the page's table, each with its cells.
fn rows() -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/TYPES.md");
    let page = fs::read_to_string(path).expect("docs/TYPES.md");
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    let rows = page.lines().filter(|line| line.starts_with("| `")).map(cells);
    rows.collect()
}

/// The words of a cell that stand between backticks.
fn words(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The types that a word of a script makes.
fn types(word: &str) -> Vec<Type> {
    let length = Some(7);
    match word {
        "boolean" => vec![Type::Boolean],
        "small_integer" => vec![Type::SmallInteger],
        "integer" => vec![Type::Integer],
        "big_integer" => vec![Type::BigInteger],
        "real" => vec![Type::Real],
        "float" => vec![Type::Float],
        "double" => vec![Type::Double],
        "decimal(\"a\", 12, 4)" => vec![Type::decimal(12, 4), Type::Decimal { precision: None }],
        "char" => vec![Type::Char { length }],
        "string" => vec![Type::String { length }],
        "text" => vec![Type::Text],
        "binary" => vec![Type::Binary],
        "date" => vec![Type::Date],
        "time" => vec![Type::Time { precision: None }],
        "date_time" => vec![Type::DateTime { precision: None }],
        "date_time_tz" => vec![Type::DateTimeTz { precision: None }],
        "interval" => vec![Type::Interval],
        "json" => vec![Type::Json],
        "jsonb" => vec![Type::Jsonb],
        "uuid" => vec![Type::Uuid],
        "enumeration" => vec![Type::enumeration("mood")],
        _ => panic!("docs/TYPES.md has `{word}`, which is no word of a script"),
    }
}

/// The variants of `Type` that the page has to speak of, by its source: what stands in an array is on the page, and a
/// spelling is its own.
fn variants() -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema/ty.rs");
    let source = fs::read_to_string(path).expect("src/schema/ty.rs");
    let (_, body) = source.split_once("pub enum Type {\n").expect("the enum");
    let (body, _) = body.split_once("\n}\n").expect("its end");
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    let mut variants: BTreeSet<String> =
        lines.filter(|line| line.starts_with(char::is_uppercase)).map(variant).collect();
    assert!(variants.remove("Array") && variants.remove("Custom"), "{variants:?}");
    variants
}

/// The word with which a variant begins.
fn variant(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric()).collect()
}

/// What a column of the type is declared as.
fn declared(dialect: Dialect, ty: &Type, is_strict: bool) -> String {
    let table = TableBuilder::build("t", |table| {
        table.column(build::column("c", ty.clone()));
        if is_strict {
            table.strict();
        }
    });
    let mood = EnumType::new("mood", ["sad"]);
    let mut before = Before { schema: Schema::new().with_enums([mood]), ..Before::default() };
    let plan = dialect.plan(&mut before, &[Operation::create(table)]).unwrap();
    let sql = &plan.statements[0].sql;
    let (_, rest) = sql.split_once("\"c\" ").expect("the column");
    let (word, _) = rest.split_once(" NOT NULL").expect("a column that refuses NULL");
    word.replace("(7)", "(n)")
}

#[test]
fn every_type_is_declared_as_the_page_says() {
    let mut seen = BTreeSet::new();
    for row in rows() {
        let types: Vec<Type> = words(&row[0]).into_iter().flat_map(types).collect();
        seen.extend(types.iter().map(|ty| variant(&format!("{ty:?}"))));
        for (cell, dialect) in [(&row[1], Dialect::Postgres), (&row[2], Dialect::Sqlite)] {
            if cell == "its own type" {
                assert!(matches!(types[..], [Type::Enum { .. }]));
                continue;
            }
            let (cell, of_strict) = cell.split_once(" (").unwrap_or((cell, ""));
            let mut wanted: Vec<String> = types.iter().map(|ty| declared(dialect, ty, false)).collect();
            wanted.dedup();
            assert_eq!(words(cell), wanted, "{types:?} on {dialect}");
            for word in words(of_strict) {
                assert_eq!(declared(dialect, &types[0], true), word, "{types:?} in a STRICT table");
            }
        }
    }
    assert_eq!(seen, variants(), "a type is missing from docs/TYPES.md");
}
