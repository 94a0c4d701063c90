//! The pages of `docs/start`, followed from their first line to their last. That README's quickstarts run from an empty target
//! folder is `cargo xtask quickstart`.

use std::path::Path;

use crate::{
    page::{self, Session},
    support::{Folder, TABLES, execute},
};

/// Follows a page, with some of its words replaced, in a folder.
fn follow(folder: &Folder, page: &str, package: &str, replaced: &[(&str, &str)]) {
    let steps = page::read(page, replaced);
    let session = Session { folder, package: ("migrations", package), variables: &[], compares: true };
    session.follow(&steps, &mut |_| false);
}

#[test]
fn entities_become_a_database_and_may_be_generated_again() {
    let folder = Folder::of(&[]);
    // Drivers are what the page's application needs, and its migrations bring theirs: the other tests build without.
    let driver = (",sqlx-sqlite,runtime-tokio", "");
    follow(&folder, "start/sea-orm.md", "of_entities", &[driver]);

    // The entities are generated again, in the form of sea-orm-cli: the migrations package needs no edit.
    folder.write(
        "garden/src/entities/mod.rs",
        "pub mod prelude;\n\npub mod bed;\npub mod plant;\npub mod pot;\n",
    );
    folder.write(
        "garden/src/entities/prelude.rs",
        "pub use super::bed::Entity as Bed;\npub use super::plant::Entity as Plant;\npub use super::pot::Entity as Pot;\n",
    );
    folder.write("garden/src/entities/bed.rs", BED);
    folder.write("garden/src/entities/plant.rs", PLANT);
    folder.write("garden/src/entities/pot.rs", POT);
    let said = folder.run_in("garden", &["check"]);
    assert_eq!(said.code, Some(3), "{}", said.err);
    assert_eq!(said.out, "New upgrade operations detected:\n  create table pot\n", "never by an old binary");
    assert!(!said.err.contains("warning"), "{}", said.err);
    // One is new, and the others are gone.
    folder.write("garden/src/entities/mod.rs", "pub mod prelude;\n\npub mod pot;\n");
    folder.write("garden/src/entities/prelude.rs", "pub use super::pot::Entity as Pot;\n");
    let said = folder.run_in("garden", &["check"]);
    assert_eq!(said.code, Some(3), "{}", said.err);
    assert!(said.out.contains("drop table plant") && said.out.contains("drop table bed"), "{}", said.out);
}

#[test]
fn structs_become_a_database() {
    let folder = Folder::of(&[]);
    let clone = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let clone = format!("{}/crates", clone.display());
    // That sqlx reads the same structs is shown by `examples/nursery`; here its macros need not be built.
    let without_sqlx = [
        ("$ cargo add sqlx@0.9 --no-default-features --features derive,sqlite\n", ""),
        ("#[derive(sqlx::FromRow, cucurbit::Table)]", "#[derive(cucurbit::Table)]"),
        ("../cucurbit/crates", clone.as_str()),
    ];
    follow(&folder, "start/structs.md", "of_structs", &without_sqlx);
}

#[test]
fn sql_files_become_a_database() {
    follow(&Folder::of(&[]), "start/sql-files.md", "migrations", &[]);
}

#[test]
fn a_database_that_is_there_is_the_beginning() {
    let folder = Folder::of(&[]);
    let url = format!("sqlite:{}", folder.path().join("garden.db").display());
    execute(&url, &TABLES);
    follow(&folder, "start/existing.md", "of_what_is_there", &[]);
}

/// As `sea-orm-cli generate entity` writes one.
const BED: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "bed")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub name: String,
    pub width: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(has_many = "super::plant::Entity")]
    Plant,
}

impl Related<super::plant::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Plant.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
"#;

const PLANT: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "plant")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub bed_id: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::bed::Entity", from = "Column::BedId", to = "super::bed::Column::Id")]
    Bed,
}

impl Related<super::bed::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Bed.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
"#;

const POT: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "pot")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
"#;
