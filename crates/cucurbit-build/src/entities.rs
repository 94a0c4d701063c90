//! Lists the SeaORM entities of a module for `models![module::*]`.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{BuildError, Entity, Found, say, utf8, variable};

impl Found {
    /// Writes what `models![module::*]` includes, for a module by this path.
    ///
    /// # Errors
    ///
    /// If that is no path, a file could not be read or parsed, or there is no entity: models that lack a table mean that it is
    /// dropped.
    pub fn list(self, module: &str) -> Result<String, BuildError> {
        let Self { entities, structs: _, files, failed } = self;
        names(module)?;
        if let Some(failed) = failed.into_iter().next() {
            return Err(failed);
        }
        if entities.is_empty() {
            return Err(BuildError::NoEntities { file: files.into_iter().next().unwrap_or_default() });
        }
        Ok(text(module, &entities))
    }
}

/// Lists the SeaORM entities of a module in `$OUT_DIR/entities/…`, where `models![module::*]` reads them.
///
/// `module` is the module as the Rust code of this package names it (`garden`, `garden::entities`, `crate::entities`), and
/// `file` the file in which that module is written, relative to the folder of the crate's `Cargo.toml`. Modules in it are
/// followed as the compiler does. Whenever one of the files changes, the list is written again.
///
/// ```no_run
/// fn main() {
///     cucurbit_build::entities("garden", "../garden/src/lib.rs");
/// }
/// ```
///
/// A failure is told to Cargo, which shows it as an error of this crate and ends the build: a file that is missing or cannot be
/// parsed, and a module without any entity, because models that lack a table mean that it is dropped.
pub fn entities(module: &str, file: &str) {
    crate::told(list(module, file));
}

fn list(module: &str, file: &str) -> Result<(), BuildError> {
    say(&format!("cargo::rerun-if-changed={file}"));
    let found = Found::of(&variable("CARGO_MANIFEST_DIR")?.join(file));
    for read in &found.files {
        say(&format!("cargo::rerun-if-changed={}", utf8(read)?));
    }
    let text = found.list(module)?;
    let below: PathBuf = names(module)?.iter().collect();
    let to = variable("OUT_DIR")?.join("entities").join(below).with_added_extension("rs");
    write(&to, &text).map_err(|source| BuildError::Write { file: to, source })
}

/// Returns the names in the path of a module.
fn names(module: &str) -> Result<Vec<String>, BuildError> {
    let no_module = || BuildError::NoModule { words: module.to_owned() };
    let path: syn::Path = syn::parse_str(module).map_err(|_| no_module())?;
    let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    if names.join("::") == module { Ok(names) } else { Err(no_module()) }
}

/// Writes a file unless it holds that text: what includes it is then not compiled again for it.
fn write(file: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(file).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, text)
}

/// Writes what `models![module::*]` includes.
fn text(module: &str, entities: &[Entity]) -> String {
    let lines: BTreeSet<String> = entities
        .iter()
        .map(|Entity { module: modules, name, is_public: _, top: _ }| {
            let path = modules.iter().chain([name]).cloned().collect::<Vec<_>>().join("::");
            let plain = path.replace("r#", "");
            format!("    {module}::{path}, {plain:?};\n")
        })
        .collect();
    let lines: String = lines.into_iter().collect();
    format!(
        "// Written by cucurbit-build. Changes are lost in the next build.\n::cucurbit_sea_orm::whole_module! {{\n{lines}}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `sea-orm-cli generate entity` writes one.
    const COMPACT: &str =
        "#[derive(Clone, DeriveEntityModel)]\n#[sea_orm(table_name = \"x\")]\npub struct Model;";
    const DENSE: &str =
        "#[sea_orm::model]\n#[derive(DeriveEntityModel)]\n#[sea_orm(table_name = \"x\")]\npub struct Model;";
    const EXPANDED: &str =
        "#[derive(DeriveEntity)]\npub struct Entity;\n#[derive(DeriveModel)]\npub struct Model;";
    const OPTIONAL: &str = "#[cfg_attr(feature = \"orm\", derive(DeriveEntityModel), sea_orm(table_name = \"x\"))]\npub struct Model;";
    const NAMED: &str =
        "#[derive(DeriveEntity)]\npub struct Harvest;\n#[derive(DeriveEntityModel)]\npub struct Model;";
    const PARTIAL: &str =
        "#[derive(DerivePartialModel)]\npub struct Model;\n#[derive(FromQueryResult)]\nstruct Row;";

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().expect("a file lies in a folder")).expect(name);
            fs::write(file, text).expect(name);
        }
        folder
    }

    /// The lines of the list, or what is wrong.
    fn lines(module: &str, files: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let folder = folder(files);
        let text = Found::of(&folder.path().join(files[0].0)).list(module).map_err(|error| {
            assert!(!error.hint().is_empty());
            error.to_string().replace(&format!("{}/", folder.path().display()), "")
        })?;
        Ok(text.lines().filter_map(|line| line.strip_prefix("    ").map(str::to_owned)).collect())
    }

    #[test]
    fn whole_modules_are_listed_in_every_form() {
        let root = "pub mod prelude;\npub mod plant;\npub mod bed;\npub mod sub;\npub mod r#type;\npub mod harvest;\n\
                    pub mod partial;\n#[cfg(test)]\nmod tests;\nmod gone;\n#[path = \"elsewhere/x.rs\"]\npub mod seed;\n\
                    pub mod inline { pub mod pot { #[derive(DeriveEntity)] pub struct Entity; } }\n";
        let listed = lines(
            "garden::entities",
            &[
                ("src/entities/mod.rs", root),
                ("src/entities/prelude.rs", "pub use super::plant::Entity as Plant;"),
                ("src/entities/plant.rs", COMPACT),
                ("src/entities/bed.rs", DENSE),
                ("src/entities/sub/mod.rs", "pub mod deep;"),
                ("src/entities/sub/deep.rs", EXPANDED),
                ("src/entities/type.rs", OPTIONAL),
                ("src/entities/harvest.rs", NAMED),
                ("src/entities/partial.rs", PARTIAL),
                ("src/entities/tests.rs", COMPACT),
                ("src/entities/old.rs", COMPACT),
                ("src/entities/elsewhere/x.rs", COMPACT),
            ],
        );
        let expected = [
            "garden::entities::bed::Entity, \"bed::Entity\";",
            "garden::entities::harvest::Harvest, \"harvest::Harvest\";",
            "garden::entities::inline::pot::Entity, \"inline::pot::Entity\";",
            "garden::entities::plant::Entity, \"plant::Entity\";",
            "garden::entities::r#type::Entity, \"type::Entity\";",
            "garden::entities::seed::Entity, \"seed::Entity\";",
            "garden::entities::sub::deep::Entity, \"sub::deep::Entity\";",
        ];
        assert_eq!(listed.unwrap(), expected);
    }

    #[test]
    fn a_private_module_that_is_opened_is_named_by_its_parent() {
        let listed = |root: &str| {
            let files = [("lib.rs", root), ("entities.rs", "pub mod plant;"), ("entities/plant.rs", COMPACT)];
            lines("garden", &files).unwrap()
        };
        let opened = ["garden::plant::Entity, \"plant::Entity\";"];
        assert_eq!(listed("mod entities;\npub use entities::*;"), opened);
        assert_eq!(listed("mod entities;\npub use self::entities::*;"), opened);
        let named = ["garden::entities::plant::Entity, \"entities::plant::Entity\";"];
        assert_eq!(listed("pub mod entities;\npub use entities::*;"), named);
        assert_eq!(
            listed("mod entities;\nuse entities::*;\npub use entities::plant;"),
            named,
            "as well as it goes"
        );
    }

    #[test]
    fn a_list_that_cannot_be_whole_is_refused() {
        let refused = |module: &str, files: &[(&str, &str)]| lines(module, files).unwrap_err();
        let one = [("lib.rs", "pub mod plant;"), ("plant.rs", COMPACT)];
        assert_eq!(refused("../garden", &one), "\"../garden\" is not the path of a module");
        assert_eq!(refused("garden::<u8>", &one), "\"garden::<u8>\" is not the path of a module");
        assert_eq!(
            refused("garden", &[("lib.rs", "pub mod plant;")]),
            "there is no SeaORM entity in \"lib.rs\" and its modules"
        );
        let broken = refused(
            "garden",
            &[("lib.rs", "pub mod plant;\npub mod bed;"), ("plant.rs", COMPACT), ("bed.rs", "pub struct")],
        );
        assert!(broken.starts_with("cannot parse \"bed.rs\": "), "{broken}");
        let missing = Found::of(Path::new("/nowhere/lib.rs"));
        assert!(matches!(missing.list("garden"), Err(BuildError::Read { .. })));
    }

    #[test]
    fn a_list_that_stays_the_same_is_not_written() {
        let folder = folder(&[("out/entities/garden.rs", "old")]);
        let file = folder.path().join("out/entities/garden.rs");
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        fs::File::options().write(true).open(&file).unwrap().set_modified(long_ago).unwrap();
        write(&file, "old").unwrap();
        assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), long_ago);
        write(&file, "new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }
}
