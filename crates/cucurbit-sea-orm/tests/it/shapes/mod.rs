//! Entities of the shapes that public projects of SeaORM have, in files as they keep them: nothing is said for Cucurbit.

use cucurbit::schema::{Dialect, Schema};
use cucurbit_build::Found;
use cucurbit_sea_orm::{ModelError, Models, models};
use sea_orm::{IntoActiveModel, NotSet, entity::prelude::*};

/// Generated from a database, in the compact form, with native enums in a file of their own.
pub mod seed_bank;

/// Written by hand in SeaORM 2's dense form, in a private module that is opened.
mod herbarium;
pub use herbarium::*;

/// In the expanded form, and in two older ways.
pub mod expanded;

/// What `cucurbit-build` writes of these modules, in the file that a build would include.
fn whole(models: Models) -> Result<Models, ModelError> {
    let whole = include!("whole.inc");
    whole(models)
}

fn schema() -> Schema {
    let named = Models::new().view::<expanded::viability::Entity>();
    whole(named).and_then(Models::schema).unwrap()
}

#[test]
fn all_are_found_and_listed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/shapes");
    let text = Found::of(&folder.join("mod.rs")).list("crate::shapes").unwrap();
    assert_eq!(text, include_str!("whole.inc"), "whole.inc is what a build would write");
}

#[test]
fn all_become_models_as_they_are() {
    let tables: Vec<String> = schema().tables().keys().map(ToString::to_string).collect();
    let expected = [
        "accession",
        "accession_vault",
        "collector",
        "germination",
        "label",
        "legacy_note",
        "sheet",
        "sheet_collector",
        "taxon",
        "treatment",
        "safe.vault",
    ];
    assert_eq!(tables, expected);
    let keys = |name: &str| -> Vec<String> {
        let schema = schema();
        schema.tables()[&name.into()]
            .foreign_keys()
            .map(|key| {
                let columns: Vec<&str> = key.columns.iter().map(|column| column.as_str()).collect();
                format!("{} -> {}", columns.join(", "), key.referred_table)
            })
            .collect()
    };
    assert_eq!(keys("accession_vault"), ["accession_id -> accession", "room, shelf -> safe.vault"]);
    assert_eq!(keys("taxon"), ["parent_id -> taxon"]);
    assert_eq!(keys("sheet"), ["taken_by -> collector", "checked_by -> collector"]);
    assert_eq!(keys("germination"), ["accession_id -> accession"]);
    // By hand it is the same list.
    let by_hand = models![
        views = [expanded::viability];
        seed_bank::accession, seed_bank::accession_vault, seed_bank::taxon, seed_bank::vault,
        collector, label, sheet, sheet_collector,
        expanded::germination, expanded::legacy_note, expanded::treatment,
    ];
    assert_eq!(by_hand.unwrap(), schema());
}

#[test]
fn a_first_revision_makes_them_and_sea_orm_fills_them() {
    crate::values::on_each_database("shapes", async |database| {
        let schema = match database.connection.dialect() {
            Dialect::Postgres => schema(),
            // It has no schemas of this kind.
            Dialect::Sqlite => {
                let named = Models::new().view::<expanded::viability::Entity>();
                let named = named.view::<seed_bank::vault::Entity>();
                let named = named.view::<seed_bank::accession_vault::Entity>();
                whole(named).and_then(Models::schema).unwrap()
            }
        };
        database.make_all(&schema).await;
        let database = cucurbit_sea_orm::lend(&mut database.connection);
        let (collector, sheet) = rows();
        collector.clone().into_active_model().insert(&database).await.unwrap();
        let mut new = sheet.clone().into_active_model();
        new.id = NotSet;
        assert_eq!(new.insert(&database).await.unwrap(), sheet, "the first number");
        assert_eq!(sheet::Entity::find().all(&database).await.unwrap(), [sheet]);
        assert_eq!(collector::Entity::find().all(&database).await.unwrap(), [collector]);
    });
}

fn rows() -> (collector::Model, sheet::Model) {
    let collector = collector::Model {
        id: Uuid::from_u128(7),
        name: "Maria".to_owned(),
        teacher_id: None,
        joined_at: "2026-11-28T10:00:00Z".parse().unwrap(),
    };
    let sheet = sheet::Model {
        id: kinds::SheetId(1),
        code: kinds::Code("A-1".to_owned()),
        condition: kinds::Condition::Good,
        part: Some(kinds::Part::WholePlant),
        place: kinds::Place { cabinet: "north".to_owned(), drawers: vec![1, 2] },
        pressed_at: TimeDateTimeWithTimeZone::UNIX_EPOCH,
        pressed_on: None,
        site: "here".to_owned(),
        taken_by: collector.id,
        checked_by: None,
    };
    (collector, sheet)
}

// SQLite has no schemas of this kind.
crate::made::adopted!(
    shapes_of_public_projects,
    [Postgres],
    [
        seed_bank::taxon,
        seed_bank::accession,
        seed_bank::vault,
        seed_bank::accession_vault,
        collector,
        sheet,
        sheet_collector,
        label,
        expanded::treatment,
        expanded::germination,
        expanded::legacy_note,
    ],
    [expanded::viability]
);
crate::made::adopted!(
    shapes_that_both_databases_have,
    [Postgres, Sqlite],
    [
        seed_bank::taxon,
        seed_bank::accession,
        collector,
        sheet,
        sheet_collector,
        label,
        expanded::treatment,
        expanded::germination,
        expanded::legacy_note,
    ],
    [expanded::viability, seed_bank::vault, seed_bank::accession_vault]
);
