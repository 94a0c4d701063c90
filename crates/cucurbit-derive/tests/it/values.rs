//! Newtypes and enums.

#![expect(dead_code, reason = "variants are read by macros alone")]

use cucurbit::{
    model::{Stored, Value},
    prelude::*,
    schema::EnumType,
};

fn of(name: impl Into<TableName>, values: &[&str]) -> Stored {
    Stored::enumeration(EnumType::new(name, values.iter().copied()))
}

#[derive(cucurbit::Value)]
enum LightLevel {
    FullSun,
    Shade,
}

#[derive(cucurbit::Value)]
#[sqlx(type_name = "shop.Tone", rename_all = "kebab-case")]
#[table(comment = "How it looks.")]
enum Tone {
    DeepRed,
    #[sqlx(rename = "green!")]
    Green,
    #[table(name = "")]
    None,
}

#[derive(cucurbit::Value)]
#[sqlx(type_name = "\"Tone\"")]
enum Quoted {
    A,
}

#[derive(cucurbit::Value)]
#[table(name = "Tone", rename_all = "UPPERCASE")]
enum Said {
    A,
    Bc,
}

#[test]
fn an_enum_is_the_type_that_sqlx_asks_for() {
    assert_eq!(LightLevel::stored(), of("lightlevel", &["FullSun", "Shade"]));
    let mut tone = EnumType::new(TableName::qualified("shop", "tone"), ["deep-red", "green!", ""]);
    tone.comment("How it looks.");
    assert_eq!(Tone::stored(), Stored::enumeration(tone));
    assert_eq!(Quoted::stored(), of("Tone", &["A"]));
    assert_eq!(Said::stored(), of("Tone", &["A", "BC"]));
}

#[derive(cucurbit::Value)]
#[repr(i16)]
enum Number {
    One = 1,
}

#[derive(cucurbit::Value)]
#[sqlx(type_name = "TEXT", rename_all = "lowercase")]
enum Text {
    A,
}

#[test]
fn an_enum_may_be_kept_as_a_number_or_as_text() {
    assert_eq!(Number::stored(), Stored::new(Type::SmallInteger));
    assert_eq!(Text::stored(), Stored::new(Type::Text));
}

#[derive(cucurbit::Value)]
#[sqlx(transparent)]
struct Weight {
    grams: f64,
}

#[derive(cucurbit::Value)]
struct Weights(Vec<Weight>);

#[derive(cucurbit::Value)]
#[table(length = 2)]
struct Country(String);

#[derive(cucurbit::Value)]
#[table(ty = Type::Jsonb)]
struct Shape {
    width: f64,
    height: f64,
}

#[derive(cucurbit::Value)]
struct Tones(Vec<Tone>);

#[test]
fn a_newtype_is_kept_as_what_is_in_it() {
    assert_eq!(Weight::stored(), Stored::new(Type::Double));
    assert_eq!(Weights::stored(), Stored::new(Type::array(Type::Double)));
    assert_eq!(Country::stored(), Stored::new(Type::string(2)));
    assert_eq!(Shape::stored(), Stored::new(Type::Jsonb));
    assert_eq!(Tones::stored(), Tone::stored().array());
}

#[derive(cucurbit::Table)]
struct Painted {
    id: i64,
    tone: Tone,
    others: Vec<Tone>,
    #[table(ty = Type::Text)]
    as_text: Said,
}

#[test]
fn a_schema_has_the_enum_types_of_its_columns() {
    let schema = cucurbit::tables![Painted].unwrap();
    let names: Vec<String> = schema.enums().keys().map(ToString::to_string).collect();
    assert_eq!(names, ["shop.tone"]);
    let table = schema.table(&"painted".into()).unwrap();
    assert_eq!(table.columns[2].ty.base, Type::array(Type::enumeration("shop.tone")));
    assert_eq!(table.columns[3].ty.base, Type::Text);
}
