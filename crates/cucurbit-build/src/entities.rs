//! Finds the SeaORM entities of a module in its source, and lists them for `models![module::*]`.
//!
//! Modules are followed from a file, as the compiler does, so that a file that belongs to nothing is not taken for a part of
//! the crate. What a macro writes is not seen.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use syn::{Attribute, Item, ItemMod, Meta, UseTree, Visibility, ext::IdentExt};

use crate::{BuildError, say, utf8, variable};

/// An entity that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entity {
    /// The names of the modules from the file that was read: `entities`, `plant`.
    pub module: Vec<String>,
    /// The name of its type, which is `Entity` where SeaORM chooses it.
    pub name: String,
    /// Whether each of the modules is `pub`, so that another crate can name it.
    pub is_public: bool,
    /// The file of the first of the modules, which all entities beside it share.
    pub top: PathBuf,
}

/// What was found in a file and the modules that it leads to.
#[derive(Debug, Default)]
pub struct Found {
    /// The entities, sorted.
    pub entities: Vec<Entity>,
    /// The files that were read, in the order in which they were.
    pub files: Vec<PathBuf>,
    /// Why some of them hold nothing.
    pub failed: Vec<BuildError>,
}

impl Found {
    /// Finds the entities of the module that is written in a file, and of the modules in it.
    #[must_use]
    pub fn of(file: &Path) -> Self {
        let mut found = Self::default();
        let folder = match is_whole_folder(file) {
            true => file.with_file_name(""),
            false => file.with_extension(""),
        };
        let at = At { module: Vec::new(), is_public: true, file: file.to_owned(), folder, top: None };
        if let Some(items) = found.parsed(file) {
            found.walk(&items, &at);
        }
        found.entities.sort();
        found.entities.dedup();
        found
    }

    /// Writes what `models![module::*]` includes, for a module by this path.
    ///
    /// # Errors
    ///
    /// If that is no path, a file could not be read or parsed, or there is no entity: models that lack a table mean that it is
    /// dropped.
    pub fn list(self, module: &str) -> Result<String, BuildError> {
        let Self { entities, files, failed } = self;
        names(module)?;
        if let Some(failed) = failed.into_iter().next() {
            return Err(failed);
        }
        if entities.is_empty() {
            return Err(BuildError::NoEntities { file: files.into_iter().next().unwrap_or_default() });
        }
        Ok(text(module, &entities))
    }

    fn parsed(&mut self, file: &Path) -> Option<Vec<Item>> {
        self.files.push(file.to_owned());
        let failed = match fs::read_to_string(file).map(|text| syn::parse_file(&text)) {
            Ok(Ok(parsed)) => return Some(parsed.items),
            Ok(Err(source)) => BuildError::NotRust { file: file.to_owned(), words: source.to_string() },
            Err(source) if source.kind() == io::ErrorKind::InvalidData => {
                BuildError::NotText { file: file.to_owned() }
            }
            Err(source) => BuildError::Read { path: file.to_owned(), source },
        };
        self.failed.push(failed);
        None
    }

    fn walk(&mut self, items: &[Item], at: &At) {
        let opened: BTreeSet<String> = items.iter().filter_map(opened).collect();
        for item in items {
            if let Some(name) = entity(item) {
                let top = at.top.clone().unwrap_or_else(|| at.file.clone());
                let module = at.module.clone();
                self.entities.push(Entity { module, name, is_public: at.is_public, top });
            }
            if let Item::Mod(module) = item
                && !is_for_tests(&module.attrs)
            {
                self.enter(module, at, &opened);
            }
        }
    }

    /// Enters a module. What lies in a private one that its parent opens (`pub use entities::*`) is named as if it lay there.
    fn enter(&mut self, item: &ItemMod, at: &At, opened: &BTreeSet<String>) {
        let plain = item.ident.unraw().to_string();
        let mut module = at.module.clone();
        let is_seen = matches!(item.vis, Visibility::Public(_));
        let is_opened = !is_seen && opened.contains(&item.ident.to_string());
        if !is_opened {
            module.push(item.ident.to_string());
        }
        let is_public = at.is_public && (is_seen || is_opened);
        let inside = at.folder.join(&plain);
        if let Some((_, items)) = &item.content {
            let top = at.top.clone().or_else(|| Some(at.file.clone()));
            self.walk(items, &At { module, is_public, file: at.file.clone(), folder: inside, top });
            return;
        }
        let beside = match said_path(&item.attrs) {
            // `#[path]` counts from the folder of the file itself.
            Some(said) => vec![at.file.with_file_name("").join(said)],
            None => vec![at.folder.join(format!("{plain}.rs")), inside.join("mod.rs")],
        };
        // The compiler tells of a file that is missing, if it is asked for it: `#[cfg]` may say that it is not.
        let Some(file) = beside.into_iter().find(|file| file.is_file()) else { return };
        let Some(items) = self.parsed(&file) else { return };
        let folder = if is_whole_folder(&file) { file.with_file_name("") } else { file.with_extension("") };
        let top = at.top.clone().or_else(|| Some(file.clone()));
        self.walk(&items, &At { module, is_public, file, folder, top });
    }
}

/// A module that is being read.
struct At {
    module: Vec<String>,
    is_public: bool,
    /// The file that it is written in.
    file: PathBuf,
    /// Where the files of its modules are.
    folder: PathBuf,
    /// The file of the outermost module.
    top: Option<PathBuf>,
}

/// Returns the name of the module beside it that an item opens to all: `pub use entities::*`.
fn opened(item: &Item) -> Option<String> {
    let Item::Use(item) = item else { return None };
    let mut tree = &item.tree;
    let mut names = Vec::new();
    while let UseTree::Path(path) = tree {
        names.extend((path.ident != "self").then(|| path.ident.to_string()));
        tree = &path.tree;
    }
    let is_all = matches!((tree, &item.vis), (UseTree::Glob(_), Visibility::Public(_)));
    names.pop().filter(|_| is_all && names.is_empty())
}

/// Tells whether the modules of a file lie beside it, and not in a folder of its name.
fn is_whole_folder(file: &Path) -> bool {
    file.file_name().is_some_and(|name| ["lib.rs", "main.rs", "mod.rs"].iter().any(|root| name == *root))
}

/// Returns the name of the entity that an item makes: `DeriveEntityModel` makes `Entity` of a `Model` with the name of a
/// table; in the expanded form that sea-orm-cli writes, it is a struct of its own.
fn entity(item: &Item) -> Option<String> {
    let Item::Struct(item) = item else { return None };
    let says = |list: &str, word: &str| item.attrs.iter().any(|attribute| has_word(attribute, list, word));
    if says("derive", "DeriveEntity") {
        return Some(item.ident.to_string());
    }
    let is_model = says("derive", "DeriveEntityModel") && says("sea_orm", "table_name");
    is_model.then(|| "Entity".to_owned())
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        Meta::NameValue(_) | Meta::Path(_) => false,
    };
    attributes.iter().any(is_test)
}

/// Tells whether an attribute has a word among its arguments, `#[derive(Clone, DeriveEntityModel)]`, also within a `cfg_attr`.
fn has_word(attribute: &Attribute, name: &str, word: &str) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    let is_meant = list.path.is_ident(name) || list.path.is_ident("cfg_attr");
    let text = list.tokens.to_string();
    is_meant && text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|one| one == word)
}

fn said_path(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else { return None };
        let syn::Expr::Lit(literal) = &pair.value else { return None };
        let syn::Lit::Str(text) = &literal.lit else { return None };
        attribute.path().is_ident("path").then(|| text.value())
    })
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
