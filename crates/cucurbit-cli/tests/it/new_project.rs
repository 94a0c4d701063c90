//! From an empty folder to a migrated database, and on: with real builds.

use std::process::{Command, Stdio};

use crate::support::{Folder, OnServer, TABLES, execute};

#[test]
fn a_schema_in_sql_becomes_revisions() {
    // Binaries of one name are one file in the folder that all tests build in.
    let folder = Folder::of(&[]);
    assert_eq!(folder.run(&["init", "database"]).code, Some(0));
    folder.take_lock_file("database");
    let empty = folder.run_in("database", &["create", "-m", "Nothing yet"]);
    assert!(empty.err.contains("error[empty-models]"), "{}", empty.err);

    folder.write(
        "database/schema.sql",
        "CREATE TABLE bed (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL);\n\
         CREATE TABLE plant (id INTEGER PRIMARY KEY, bed_id INTEGER NOT NULL REFERENCES bed (id));\n",
    );
    let create = folder.run_in("database", &["create", "-m", "Create the tables"]);
    assert_eq!(create.code, Some(0), "{}", create.err);
    // From any folder inside, and never by a binary that is older than the script.
    let upgrade = folder.run_in("database/src", &["upgrade"]);
    assert_eq!(upgrade.code, Some(0), "{}", upgrade.err);
    assert!(
        upgrade.out.contains("Create the tables") || upgrade.err.contains("Create the tables"),
        "{upgrade:?}"
    );
    let check = folder.run_in("database", &["check"]);
    assert_eq!(check.code, Some(0), "{} {}", check.out, check.err);
    // The project's binary has the terminal itself.
    let heads = format!("{} heads", env!("CARGO_BIN_EXE_cucurbit"));
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &heads, "/dev/null"]).env("TERM", "xterm");
    let heads = folder.run_by(terminal.env_remove("NO_COLOR").stdin(Stdio::null()), "database");
    assert!(heads.out.contains("\u{1b}[36m(head)\u{1b}[0m"), "{heads:?}");

    folder.write(
        "database/schema.sql",
        "CREATE TABLE bed (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, width INTEGER);\n\
         CREATE TABLE plant (id INTEGER PRIMARY KEY, bed_id INTEGER NOT NULL REFERENCES bed (id));\n",
    );
    let check = folder.run_in("database", &["check"]);
    assert_eq!(check.code, Some(3), "{} {}", check.out, check.err);
    assert!(check.out.contains("add column bed.width"), "{}", check.out);
    let create = folder.run_in("database", &["create", "-m", "Beds have a width"]);
    assert_eq!(create.code, Some(0), "{}", create.err);
    assert_eq!(folder.run_in("database", &["upgrade"]).code, Some(0));
    assert_eq!(folder.run_in("database", &["check"]).code, Some(0));
    assert_eq!(folder.run_in("database", &["downgrade", "base"]).code, Some(0));
}

const APPLICATION: &str = r#"[package]
name = "garden"
version = "0.1.0"
edition = "2024"

[dependencies]
sea-orm = { version = "2", default-features = false, features = ["macros"] }
"#;

/// As `sea-orm-cli generate entity` writes one.
const BED: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "bed")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub name: String,
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

/// The commands that the README prints for a new project, as words.
fn commands_of_the_readme() -> Vec<Vec<String>> {
    let readme = include_str!("../../../../README.md");
    let (_, section) = readme.split_once("## Start a project\n").expect("the section");
    let (_, block) = section.split_once("```sh\n").expect("the commands");
    let (block, _) = block.split_once("```").expect("their end");
    let words = |line: &str| {
        let (command, _) = line.split_once('#').unwrap_or((line, ""));
        let mut quoted = command.trim().split('"');
        let mut words: Vec<String> =
            quoted.next().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        words.extend(quoted.next().map(str::to_owned));
        words
    };
    block.lines().map(words).collect()
}

#[test]
fn the_readme_leads_from_entities_to_a_database() {
    let folder = Folder::of(&[
        ("Cargo.toml", APPLICATION),
        ("src/main.rs", "mod entities;\n\nfn main() {\n    let _ = entities::plant::Entity;\n}\n"),
        ("src/entities/mod.rs", "pub mod prelude;\n\npub mod bed;\npub mod plant;\n"),
        (
            "src/entities/prelude.rs",
            "pub use super::bed::Entity as Bed;\npub use super::plant::Entity as Plant;\n",
        ),
        ("src/entities/bed.rs", BED),
        ("src/entities/plant.rs", PLANT),
    ]);
    folder.take_lock_file("");
    let commands = commands_of_the_readme();
    assert_eq!(commands.len(), 4, "{commands:?}");
    for command in commands {
        let [program, words @ ..] = command.as_slice() else { panic!("a command") };
        assert_eq!(program, "cucurbit");
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let said = folder.run(&words);
        assert_eq!(said.code, Some(0), "{words:?}: {}{}", said.out, said.err);
        assert!(!said.err.contains("warning"), "{words:?}: {}", said.err);
    }
    folder.write(
        "src/entities/bed.rs",
        &BED.replace("pub name: String,", "pub name: String,\n    pub width: Option<i32>,"),
    );
    let said = folder.run(&["check"]);
    assert_eq!(said.code, Some(3), "{}", said.err);
    assert!(said.out.contains("add column bed.width"), "never by an old binary: {}", said.out);
    // The entities are generated again: one is new, one is gone, and the migrations package needs no edit.
    folder.write("src/entities/mod.rs", "pub mod prelude;\n\npub mod bed;\npub mod plant;\npub mod pot;\n");
    folder.write("src/entities/pot.rs", POT);
    let said = folder.run(&["check"]);
    assert_eq!(said.code, Some(3), "{}", said.err);
    assert!(said.out.contains("create table pot"), "{}", said.out);
    folder.write("src/entities/mod.rs", "pub mod prelude;\n\npub mod pot;\n");
    folder.write("src/entities/prelude.rs", "pub use super::pot::Entity as Pot;\n");
    folder.write("src/main.rs", "mod entities;\n\nfn main() {\n    let _ = entities::pot::Entity;\n}\n");
    let said = folder.run(&["check"]);
    assert_eq!(said.code, Some(3), "{}", said.err);
    assert!(said.out.contains("drop table plant") && said.out.contains("drop table bed"), "{}", said.out);
}

#[test]
fn the_structs_of_a_binary_are_its_models() {
    let ours = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("cucurbit");
    let manifest = format!(
        "[package]\nname = \"plots\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         cucurbit = {{ path = {ours:?}, default-features = false, features = [\"derive\"] }}\n"
    );
    let bed = "#[derive(cucurbit::Table)]\npub struct Bed {\n    pub id: i64,\n    #[table(length = 40)]\n    pub name: String,\n}\n";
    let folder = Folder::of(&[
        ("Cargo.toml", &manifest),
        (
            "src/main.rs",
            "mod model;\n\nfn main() {\n    let _ = model::Bed { id: 1, name: String::new() };\n}\n",
        ),
        ("src/model.rs", bed),
    ]);
    folder.take_lock_file("");
    for words in
        [&["init", "of_structs"][..], &["create", "-m", "Create the tables"], &["upgrade"], &["check"]]
    {
        let said = folder.run(words);
        assert_eq!(said.code, Some(0), "{words:?}: {}{}", said.out, said.err);
        assert!(!said.err.contains("warning"), "{words:?}: {}", said.err);
    }
    folder.write(
        "src/model.rs",
        &bed.replace("40)]", "40)]\n    pub kind: Option<String>,\n    #[table(length = 60)]"),
    );
    let said = folder.run(&["check"]);
    assert_eq!(said.code, Some(3), "{}", said.err);
    assert!(said.out.contains("add column bed.kind"), "{}", said.out);
}

/// Follows the commands that `init` prints for a database with tables and rows, and makes another one by `upgrade`.
fn the_printed_commands_lead_to_a_database_in_sync(name: &str, url: &str, empty: &str) {
    execute(url, &TABLES);
    let folder = Folder::of(&[]);
    let said = folder.run(&["init", name, "--from", url]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let (_, next) = said.err.split_once("\nNext: ").expect("the next commands");
    let commands: Vec<Vec<&str>> = next
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().split_whitespace().skip(1).collect())
        .collect();
    assert_eq!(commands, [vec!["stamp", "head"], vec!["check"]], "{next}");
    folder.take_lock_file(name);
    for words in commands {
        let said = folder.run_in(name, &[words.as_slice(), &["--database-url", url]].concat());
        assert_eq!(said.code, Some(0), "{words:?}: {}{}", said.out, said.err);
        assert!(!said.err.contains("warning"), "{words:?}: {}", said.err);
    }
    let upgrade = folder.run_in(name, &["upgrade", "--database-url", empty]);
    assert_eq!(upgrade.code, Some(0), "{}", upgrade.err);
    let inspect = |url: &str| folder.run_in(name, &["inspect", "--database-url", url]).out;
    assert!(inspect(url).contains("CREATE TABLE \"plant\""), "{}", inspect(url));
    assert_eq!(inspect(url), inspect(empty));
    assert_eq!(folder.run_in(name, &["check", "--database-url", empty]).code, Some(0));
}

#[test]
fn a_postgres_database_is_the_first_revision() {
    let (database, empty) = (OnServer::new("found"), OnServer::new("empty"));
    the_printed_commands_lead_to_a_database_in_sync("of_postgres", &database.url(), &empty.url());
}

#[test]
fn a_sqlite_database_is_the_first_revision() {
    let elsewhere = Folder::of(&[]);
    let url = |file: &str| format!("sqlite:///{}", elsewhere.path().join(file).display());
    the_printed_commands_lead_to_a_database_in_sync("of_sqlite", &url("found.db"), &url("empty.db"));
}
