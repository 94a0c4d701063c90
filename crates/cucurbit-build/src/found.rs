//! Finds the models of a crate in its source: SeaORM entities, and structs that derive `cucurbit::Table`.
//!
//! Modules are followed from a file, as the compiler does, so that a file that belongs to nothing is not taken for a part of
//! the crate. What a macro writes is not seen.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use syn::{Attribute, Item, ItemMod, ItemStruct, Meta, UseTree, Visibility, ext::IdentExt};

use crate::BuildError;

/// A model that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entity {
    /// The names of the modules from the file that was read: `entities`, `plant`.
    pub module: Vec<String>,
    /// The name of its type; that of an entity is `Entity` where SeaORM chooses it.
    pub name: String,
    /// Whether each of the modules is `pub`, and a struct itself, so that another crate can name it.
    pub is_public: bool,
    /// The file of the first of the modules, which all entities beside it share.
    pub top: PathBuf,
}

/// What was found in a file and the modules that it leads to.
#[derive(Debug, Default)]
pub struct Found {
    /// The SeaORM entities, sorted.
    pub entities: Vec<Entity>,
    /// The structs that derive `cucurbit::Table`, sorted.
    pub structs: Vec<Entity>,
    /// The files that were read, in the order in which they were.
    pub files: Vec<PathBuf>,
    /// Why some of them hold nothing.
    pub failed: Vec<BuildError>,
}

impl Found {
    /// Finds the entities of the module that is written in a file, and of the modules in it.
    #[must_use]
    pub fn of(file: &Path) -> Self {
        Self::from(file, folder_of(file))
    }

    /// Finds the entities of the crate whose root is this file, whatever the file is called.
    #[must_use]
    pub fn of_crate(root: &Path) -> Self {
        Self::from(root, root.with_file_name(""))
    }

    fn from(file: &Path, folder: PathBuf) -> Self {
        let mut found = Self::default();
        let at = At { module: Vec::new(), is_public: true, file: file.to_owned(), folder, top: None };
        if let Some(items) = found.parsed(file) {
            found.walk(&items, &at);
        }
        for models in [&mut found.entities, &mut found.structs] {
            models.sort();
            models.dedup();
        }
        found
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
            if let Item::Struct(item) = item {
                self.read(item, at);
            }
            if let Item::Mod(module) = item
                && !is_for_tests(&module.attrs)
            {
                self.enter(module, at, &opened);
            }
        }
    }

    fn read(&mut self, item: &ItemStruct, at: &At) {
        let model = |name: String, is_public: bool| {
            let top = at.top.clone().unwrap_or_else(|| at.file.clone());
            Entity { module: at.module.clone(), name, is_public: at.is_public && is_public, top }
        };
        self.entities.extend(entity(item).map(|name| model(name, true)));
        if says(item, "derive", "Table") {
            self.structs.push(model(item.ident.to_string(), matches!(item.vis, Visibility::Public(_))));
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
        let folder = folder_of(&file);
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

/// Returns the folder in which the modules of a file lie: that of the file itself, or one of its name.
fn folder_of(file: &Path) -> PathBuf {
    let is_beside = |name| ["lib.rs", "main.rs", "mod.rs"].iter().any(|root| name == *root);
    if file.file_name().is_some_and(is_beside) { file.with_file_name("") } else { file.with_extension("") }
}

/// Returns the name of the entity that an item makes: `DeriveEntityModel` makes `Entity` of a `Model` with the name of a
/// table; in the expanded form that sea-orm-cli writes, it is a struct of its own.
fn entity(item: &ItemStruct) -> Option<String> {
    if says(item, "derive", "DeriveEntity") {
        return Some(item.ident.to_string());
    }
    let is_model = says(item, "derive", "DeriveEntityModel") && says(item, "sea_orm", "table_name");
    is_model.then(|| "Entity".to_owned())
}

/// Tells whether one of the attributes of a struct says a word.
fn says(item: &ItemStruct, name: &str, word: &str) -> bool {
    item.attrs.iter().any(|attribute| has_word(attribute, name, word))
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
