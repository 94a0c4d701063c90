//! What only shows when structs stand together is refused, with what to do.

#![expect(dead_code, reason = "fields are read by macros alone")]

use cucurbit::{model::ModelError, schema::Advice};

#[track_caller]
fn refused(schema: Result<cucurbit::schema::Schema, ModelError>, error: &str, advice: &str) {
    let refusal = schema.unwrap_err();
    assert_eq!(refusal.to_string().replace("it::refusals::", ""), error);
    assert!(Advice::of(&refusal).unwrap().0.contains(advice), "{refusal:?}");
}

#[derive(cucurbit::Table)]
struct Bed {
    id: i64,
}

#[derive(cucurbit::Table)]
#[table(name = "bed")]
struct BedName {
    id: i64,
}

#[derive(cucurbit::Table)]
struct Plant {
    id: i64,
    #[table(references(Bed))]
    bed_id: i64,
}

#[derive(cucurbit::Table)]
struct Wrong {
    id: i64,
    #[table(references(Bed, code))]
    bed_code: String,
}

#[derive(cucurbit::Table)]
#[table(foreign_key(a, b, references(Bed)))]
struct Pair {
    a: i64,
    b: i64,
}

#[derive(cucurbit::Table)]
#[table(index(id, name = "ix"))]
struct First {
    id: i64,
}

#[derive(cucurbit::Table)]
#[table(index(id, name = "ix"))]
struct Second {
    id: i64,
}

#[derive(cucurbit::Table)]
struct Twice {
    id: i64,
    #[sqlx(flatten)]
    bed: Bed,
}

#[derive(cucurbit::Table)]
#[table(unique(name))]
struct Unique {
    id: i64,
    #[table(unique)]
    name: String,
}

#[derive(cucurbit::Value)]
#[sqlx(type_name = "tone")]
enum Tone {
    A,
}

#[derive(cucurbit::Value)]
#[sqlx(type_name = "tone")]
enum Other {
    B,
}

#[derive(cucurbit::Table)]
struct Toned {
    id: i64,
    tone: Tone,
    other: Other,
}

#[test]
fn what_contradicts_itself_is_refused() {
    refused(cucurbit::tables![Bed, BedName], "both `Bed` and `BedName` are table `bed`", "one of them only");
    refused(
        cucurbit::tables![external = [Bed]; BedName],
        "table `bed` of `BedName` is listed, and external",
        "take it out",
    );
    let missing = "`Plant` refers to table `bed`, which is not among the models";
    refused(cucurbit::tables![Plant], missing, "add the struct to `tables![…]`");
    let column = "`Wrong` refers to column `code` of table `bed`, which has none of this name";
    refused(cucurbit::tables![Bed, Wrong], column, "not the fields");
    let pair =
        "a foreign key of `Pair` is from (a, b) to (id) of table `bed`: not the same number of columns";
    refused(cucurbit::tables![Bed, Pair], pair, "references(Bed, code)");
    refused(
        cucurbit::tables![First, Second],
        "both `First` and `Second` declare an index `ix`",
        "rename one",
    );
    refused(cucurbit::tables![Twice], "`Twice` declares column `id` twice", "flattened");
    let unique = "`Unique` declares its unnamed unique constraint on (name) twice";
    refused(cucurbit::tables![Unique], unique, "remove one");
    let tones = "`Toned` and `Toned` have columns of the enum type `tone` with other values";
    refused(cucurbit::tables![Toned], tones, "one Rust type");
}

#[test]
fn an_external_table_is_referred_to_and_not_made() {
    let schema = cucurbit::tables![external = [Bed]; Plant].unwrap();
    let names: Vec<String> = schema.tables().keys().map(ToString::to_string).collect();
    assert_eq!(names, ["plant"]);
    assert_eq!(schema.external().len(), 1);
}
