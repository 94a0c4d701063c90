//! What `init` finds and writes, without building it.

use std::process::Command;

use crate::support::Folder;

const APPLICATION: &str = r#"[package]
name = "garden"
version = "0.1.0"
edition = "2024"

# What it needs.
[dependencies]
sea-orm = { version = "2", default-features = false, features = ["macros", "sqlx-postgres", "sqlx-sqlite"] }
"#;

const ENTITY: &str = r#"use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bed")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}

impl ActiveModelBehavior for ActiveModel {}
"#;

const EXPANDED: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Copy, Clone, Default, Debug, DeriveEntity)]
pub struct Entity;

impl EntityName for Entity {
    fn table_name(&self) -> &'static str {
        "plant"
    }
}
"#;

#[test]
fn an_empty_folder_gets_a_package_whose_models_are_sql() {
    let folder = Folder::of(&[]);
    let said = folder.run(&["init"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(
        folder.files(),
        [
            "migrations/.cargo/config.toml",
            "migrations/.gitignore",
            "migrations/Cargo.toml",
            "migrations/build.rs",
            "migrations/cucurbit.toml",
            "migrations/schema.sql",
            "migrations/src/lib.rs",
            "migrations/src/main.rs",
            "migrations/versions/.gitkeep",
        ]
    );
    assert!(folder.read("migrations/cucurbit.toml").contains("\nmodels = \"schema.sql\"\n"));
    assert!(folder.read("migrations/Cargo.toml").ends_with("\n[workspace]\n"));
    assert!(said.err.ends_with("Next: cucurbit create --message \"Create the tables\"\n"), "{}", said.err);
}

#[test]
fn a_library_of_entities_is_named() {
    let folder = Folder::of(&[
        ("Cargo.toml", APPLICATION),
        ("src/lib.rs", "pub mod entities;\n"),
        ("src/entities/mod.rs", "pub mod bed;\npub mod plant;\npub mod r#type;\n#[cfg(test)]\nmod tests;\n"),
        ("src/entities/bed.rs", ENTITY),
        ("src/entities/plant.rs", EXPANDED),
        ("src/entities/type.rs", ENTITY),
        ("src/entities/tests.rs", ENTITY),
        ("src/entities/old.rs", ENTITY),
    ]);
    let said = folder.run(&["init"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("The models: 3 entities of `garden`."), "{}", said.err);
    let library = folder.read("migrations/src/lib.rs");
    assert!(library.contains("\n    models![garden::*]\n"), "{library}");
    let build = folder.read("migrations/build.rs");
    assert!(build.contains("\n    cucurbit_build::entities(\"garden\", \"../src/lib.rs\");\n"), "{build}");
    let manifest = folder.read("migrations/Cargo.toml");
    assert!(manifest.contains("\ngarden = { path = \"..\" }\n"), "{manifest}");
    let build = manifest.lines().find(|line| line.starts_with("cucurbit-build =")).unwrap_or_default();
    assert!(build.contains("features = [\"entities\"]"), "{manifest}");
    // Its own words stay, and it is a workspace now.
    let application = folder.read("Cargo.toml");
    assert_eq!(application, format!("{APPLICATION}\n[workspace]\nmembers = [\"migrations\"]\n"));
    let configuration = folder.read("migrations/cucurbit.toml");
    assert!(configuration.contains("\ndialects = [\"sqlite\", \"postgres\"]\n"), "{configuration}");
    assert!(configuration.contains("\nsqlite_urls = \"sqlx\"\n"), "{configuration}");
}

#[test]
fn the_modules_of_a_binary_are_taken_in_by_their_files() {
    let folder = Folder::of(&[
        ("Cargo.toml", APPLICATION),
        ("src/main.rs", "mod model;\nfn main() {}\n"),
        ("src/model.rs", "pub mod bed;\nmod inner { pub mod tool; }\n"),
        ("src/model/bed.rs", ENTITY),
        ("src/model/inner/tool.rs", ENTITY),
    ]);
    let said = folder.run(&["init", "database/migrations"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let library = folder.read("database/migrations/src/lib.rs");
    assert!(library.contains("\n#[path = \"../../../src/model.rs\"]\nmod model;\n"), "{library}");
    assert!(library.contains("\n    models![model::*]\n"), "{library}");
    let build = folder.read("database/migrations/build.rs");
    assert!(build.contains("cucurbit_build::entities(\"model\", \"../../src/model.rs\");"), "{build}");
    let manifest = folder.read("database/migrations/Cargo.toml");
    assert!(manifest.contains("\nsea-orm = { version = \"2\", default-features = false,"), "{manifest}");
}

#[test]
fn the_private_modules_of_a_library_are_taken_in_with_what_they_need() {
    let folder =
        Folder::of(&[("Cargo.toml", APPLICATION), ("src/lib.rs", "mod bed;\n"), ("src/bed.rs", ENTITY)]);
    let said = folder.run(&["init"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let library = folder.read("migrations/src/lib.rs");
    assert!(library.contains("\n#[path = \"../../src/bed.rs\"]\nmod bed;\n"), "{library}");
    let manifest = folder.read("migrations/Cargo.toml");
    assert!(
        manifest.contains("\nsea-orm = { version = \"2\"") && !manifest.contains("garden ="),
        "{manifest}"
    );
}

#[test]
fn what_a_binary_depends_on_is_found_from_the_new_folder() {
    let manifest = "[package]\nname = \"garden\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nkinds = { path = \"../kinds\" } # ours\nserde = \"1\"\nclock.path = \"clock\"\n\n\
         [dependencies.sea-orm]\nversion = \"2\"\nfeatures = [\"macros\"]\n";
    let library = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n");
    let folder = Folder::of(&[
        ("garden/Cargo.toml", manifest),
        ("garden/src/main.rs", "mod bed;\nfn main() {}\n"),
        ("garden/src/bed.rs", ENTITY),
        ("garden/clock/Cargo.toml", &library("clock")),
        ("garden/clock/src/lib.rs", ""),
        ("kinds/Cargo.toml", &library("kinds")),
        ("kinds/src/lib.rs", ""),
    ]);
    let said = folder.run_in("garden", &["init", "data/migrations"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let manifest = folder.read("garden/data/migrations/Cargo.toml");
    let lines = [
        "kinds = { path = \"../../../kinds\" }",
        "serde = \"1\"",
        "clock = { path = \"../../clock\" }",
        "sea-orm = { version = \"2\", features = [\"macros\"] }",
    ];
    for line in lines {
        assert!(manifest.lines().any(|there| there == line), "{line}: {manifest}");
    }
}

#[test]
fn a_folder_outside_of_the_workspace_stands_alone() {
    let root = "[workspace]\nresolver = \"3\"\nmembers = [\"garden\"]\n\n[workspace.dependencies]\n\
         sea-orm = { version = \"2\", features = [\"macros\"] }\nkinds = { path = \"kinds\" }\n";
    let manifest = "[package]\nname = \"garden\"\nversion = \"0.1.0\"\n\n[dependencies]\nkinds.workspace = true\n\
         sea-orm = { workspace = true, features = [\"with-json\"] }\n";
    let kinds = "[package]\nname = \"kinds\"\nversion = \"0.1.0\"\n";
    let folder = Folder::of(&[
        ("ours/Cargo.toml", root),
        ("ours/garden/Cargo.toml", manifest),
        ("ours/garden/src/main.rs", "mod bed;\nfn main() {}\n"),
        ("ours/garden/src/bed.rs", ENTITY),
        ("ours/kinds/Cargo.toml", kinds),
        ("ours/kinds/src/lib.rs", ""),
    ]);
    let said = folder.run_in("ours", &["init", "../migrations"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(folder.read("ours/Cargo.toml"), root);
    let manifest = folder.read("migrations/Cargo.toml");
    assert!(manifest.ends_with("\n[workspace]\n"), "{manifest}");
    let lines = [
        "edition = \"2024\"",
        "kinds = { path = \"../ours/kinds\" }",
        "sea-orm = { version = \"2\", features = [\"macros\", \"with-json\"] }",
    ];
    for line in lines {
        assert!(manifest.lines().any(|there| there == line), "{line}: {manifest}");
    }
    assert!(folder.read("migrations/src/lib.rs").contains("#[path = \"../../ours/garden/src/bed.rs\"]"));
    assert!(folder.read("migrations/.cargo/config.toml").contains("migrate"));
}

#[test]
fn an_entity_in_the_file_of_a_binary_is_refused() {
    let main = format!("mod bed {{\n{ENTITY}}}\nfn main() {{}}\n");
    let folder = Folder::of(&[("Cargo.toml", APPLICATION), ("src/main.rs", &main)]);
    let said = folder.run(&["init"]);
    assert_eq!(said.code, Some(1));
    assert_eq!(
        said.err,
        "error: the model `bed` stands in `main.rs` itself, and no other package can use that file\n  hint: move it into \
         a module with a file of its own, or say `--template sql`\n"
    );
    assert_eq!(folder.files(), ["Cargo.toml", "src/main.rs"]);
    assert_eq!(folder.run(&["init", "--template", "sql"]).code, Some(0));
}

const GARDEN: &str = "use cucurbit::Table;\n\n#[derive(Debug, Table)]\npub struct Bed {\n    pub id: i64,\n}\n\n\
                      #[derive(cucurbit::Table)]\npub struct Plant {\n    pub id: i64,\n}\n\npub struct Report;\n";

#[test]
fn the_structs_of_a_library_are_named() {
    let manifest = "[package]\nname = \"garden\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                    cucurbit = { version = \"0.1\", default-features = false, features = [\"derive\"] }\n";
    let folder = Folder::of(&[
        ("Cargo.toml", manifest),
        ("src/lib.rs", &format!("pub mod zone;\n{GARDEN}")),
        ("src/zone.rs", GARDEN),
    ]);
    let said = folder.run(&["init"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("\nThe models: 4 structs of `garden`.\n"), "{}", said.err);
    let library = folder.read("migrations/src/lib.rs");
    let names = "[garden::Bed, garden::Plant, garden::zone::Bed, garden::zone::Plant]";
    let spaceless = |text: &str| text.split_whitespace().collect::<String>().replace(",]", "]");
    assert!(spaceless(&library).contains(&spaceless(&format!("tables!{names}"))), "{library}");
    let manifest = folder.read("migrations/Cargo.toml");
    let lines =
        ["cucurbit = { version = \"0.1\", features = [\"derive\", \"cli\"] }", "garden = { path = \"..\" }"];
    for line in lines {
        assert!(manifest.lines().any(|there| there == line), "{line}: {manifest}");
    }

    let said = folder.run(&["init", "other", "--template", "sea-orm"]);
    assert!(said.err.starts_with("error: no SeaORM entity was found"), "{}", said.err);
    let empty = Folder::of(&[]);
    let said = empty.run(&["init", "--template", "structs"]);
    assert!(said.err.starts_with("error: no struct that derives `Table` was found"), "{}", said.err);
    assert_eq!(empty.files(), [""; 0]);
}

#[test]
fn templates_are_listed() {
    let folder = Folder::of(&[]);
    let said = folder.run(&["list_templates"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let names: Vec<&str> = said.out.lines().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
    assert_eq!(names, ["sea-orm", "sql", "structs"]);
    let said = folder.run(&["init", "--template", "diesel"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("[possible values: sea-orm, sql, structs]"), "{}", said.err);
}

#[test]
fn a_workspace_gives_its_versions_and_keeps_its_words() {
    let root = "# Ours.\n[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"] # all\n\n\
                [workspace.package]\nedition = \"2024\"\n";
    let entity = "[package]\nname = \"entity\"\nversion = \"0.1.0\"\n\n[dependencies]\nsea-orm = \"2\"\n";
    let folder = Folder::of(&[
        ("Cargo.toml", root),
        ("crates/entity/Cargo.toml", entity),
        ("crates/entity/src/lib.rs", &format!("pub mod bed {{\n{ENTITY}}}\n")),
        (".cargo/config.toml", "[alias]\nmigrate = \"run --package other\"\n"),
    ]);
    let said = folder.run_in("crates", &["init", "migrations"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(folder.read("Cargo.toml"), root, "the pattern covers it");
    assert_eq!(folder.read(".cargo/config.toml"), "[alias]\nmigrate = \"run --package other\"\n");
    let manifest = folder.read("crates/migrations/Cargo.toml");
    assert!(manifest.contains("\nedition.workspace = true\n"), "{manifest}");
    assert!(manifest.contains("\nentity = { path = \"../entity\" }\n"), "{manifest}");
    assert!(!manifest.contains("[workspace]"), "{manifest}");
}

#[test]
fn what_is_written_is_formatted() {
    let library = [("Cargo.toml", APPLICATION), ("src/lib.rs", "pub mod bed;\n"), ("src/bed.rs", ENTITY)];
    let binary =
        [("Cargo.toml", APPLICATION), ("src/main.rs", "mod bed;\n\nfn main() {}\n"), ("src/bed.rs", ENTITY)];
    for files in [&library[..], &binary, &[]] {
        let folder = Folder::of(files);
        assert_eq!(folder.run(&["init"]).code, Some(0));
        for file in ["build.rs", "src/lib.rs", "src/main.rs"] {
            let output = Command::new("rustfmt")
                .args(["--edition", "2024", "--check", file])
                .current_dir(folder.path().join("migrations"))
                .output()
                .unwrap();
            // The revisions are listed by the build alone.
            assert!(output.status.success(), "{file}: {}", String::from_utf8_lossy(&output.stdout));
        }
    }
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::of(&[("migrations/Cargo.toml", "[package]\nname = \"x\"\n")]);
    let said = folder.run(&["init"]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.err.contains("is there already\n  hint: nothing was changed; name another folder"),
        "{}",
        said.err
    );
    assert_eq!(folder.files(), ["migrations/Cargo.toml"]);

    let folder = Folder::of(&[("migrations/schema.sql", "CREATE TABLE t (a INTEGER);\n")]);
    let said = folder.run(&["init"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("Kept    migrations/schema.sql, which was there\n"), "{}", said.err);
    assert_eq!(folder.read("migrations/schema.sql"), "CREATE TABLE t (a INTEGER);\n");
}

#[test]
fn what_cannot_be_started_is_said_before_a_file_is_written() {
    let folder = Folder::of(&[]);
    let said = folder.run(&["init", "--template", "sea-orm"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.starts_with("error: no SeaORM entity was found in the workspace\n"), "{}", said.err);
    let said = folder.run(&["init", "1 2"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.starts_with("error: `1 2` cannot be the name of a package\n"), "{}", said.err);
    assert_eq!(folder.files(), [""; 0]);
}

#[test]
fn a_recipe_for_ci_runs_the_migrations() {
    let folder = Folder::of(&[]);
    let said = folder.run(&["init", "--ci", "github"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let recipe = folder.read("migrations/.github/workflows/migrations.yml");
    assert!(recipe.contains("cargo run --quiet --package migrations -- check"), "{recipe}");
}
