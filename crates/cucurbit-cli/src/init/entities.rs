//! Finds the models of a package in its source: SeaORM entities, whose modules `models![…]` names, or the structs that
//! `tables![…]` names.
//!
//! Modules are followed from the root of the crate, as the compiler does, so that a file that belongs to nothing is not
//! taken for a part of the crate.

use std::{
    fs,
    path::{Path, PathBuf},
};

use syn::{Attribute, Item, ItemMod, Meta, Visibility};

/// What models are in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// SeaORM entities: modules, which `models![…]` names.
    Entities,
    /// Structs that derive `cucurbit::Table`, which `tables![…]` names.
    Structs,
}

/// A model that was found: the module of an entity, or a struct.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entity {
    /// The names from the root of the crate: `entities`, `plant`; of a struct with its own.
    pub(crate) path: Vec<String>,
    /// Whether each of them is `pub`, so that another crate can name it.
    pub(crate) is_public: bool,
    /// The file of the first of the modules, which all models beside it share.
    pub(crate) top: PathBuf,
}

/// Finds the models of the crate whose root is this file, sorted; what cannot be read or parsed holds none.
pub(crate) fn entities(root: &Path, kind: Kind) -> Vec<Entity> {
    let mut found = Vec::new();
    let folder = root.parent().unwrap_or(Path::new("")).to_owned();
    if let Some(items) = parsed(root) {
        let at = At { kind, module: Vec::new(), is_public: true, file: root.to_owned(), folder, top: None };
        walk(&items, &at, &mut found);
    }
    found.sort();
    found
}

/// A module that is being read.
struct At {
    kind: Kind,
    module: Vec<String>,
    is_public: bool,
    /// The file that it is written in.
    file: PathBuf,
    /// Where the files of its modules are.
    folder: PathBuf,
    /// The file of the outermost module.
    top: Option<PathBuf>,
}

fn walk(items: &[Item], at: &At, found: &mut Vec<Entity>) {
    match at.kind {
        Kind::Entities => {
            found.extend(at.top.as_ref().filter(|_| items.iter().any(declares_entity)).map(|top| Entity {
                path: at.module.clone(),
                is_public: at.is_public,
                top: top.clone(),
            }))
        }
        Kind::Structs => found.extend(items.iter().filter_map(|item| table(item, at))),
    }
    for item in items {
        if let Item::Mod(module) = item
            && !is_for_tests(&module.attrs)
        {
            enter(module, at, found);
        }
    }
}

/// Reads a struct that is a table.
fn table(item: &Item, at: &At) -> Option<Entity> {
    let Item::Struct(item) = item else { return None };
    let is_table = item.attrs.iter().any(|attribute| has_word(attribute, "derive", "Table"));
    is_table.then(|| Entity {
        path: at.module.iter().cloned().chain([item.ident.to_string()]).collect(),
        is_public: at.is_public && matches!(item.vis, Visibility::Public(_)),
        top: at.top.clone().unwrap_or_else(|| at.file.clone()),
    })
}

fn enter(module: &ItemMod, at: &At, found: &mut Vec<Entity>) {
    let name = module.ident.to_string();
    let plain = name.strip_prefix("r#").unwrap_or(&name);
    let mut path = at.module.clone();
    path.push(name.clone());
    let is_public = at.is_public && matches!(module.vis, Visibility::Public(_));
    let inside = at.folder.join(plain);
    if let Some((_, items)) = &module.content {
        let top = at.top.clone().or_else(|| Some(at.file.clone()));
        let file = at.file.clone();
        walk(items, &At { kind: at.kind, module: path, is_public, file, folder: inside, top }, found);
        return;
    }
    let beside = match said_path(&module.attrs) {
        // `#[path]` counts from the folder of the file itself.
        Some(said) => vec![at.file.with_file_name("").join(said)],
        None => vec![at.folder.join(format!("{plain}.rs")), inside.join("mod.rs")],
    };
    let Some(file) = beside.into_iter().find(|file| file.is_file()) else { return };
    let Some(items) = parsed(&file) else { return };
    let is_whole_folder = file.file_name().is_some_and(|name| name == "mod.rs");
    let folder = if is_whole_folder { file.with_file_name("") } else { file.with_extension("") };
    let top = at.top.clone().or_else(|| Some(file.clone()));
    walk(&items, &At { kind: at.kind, module: path, is_public, file, folder, top }, found);
}

fn parsed(file: &Path) -> Option<Vec<Item>> {
    let text = fs::read_to_string(file).ok()?;
    Some(syn::parse_file(&text).ok()?.items)
}

/// Tells whether a module holds an entity: `DeriveEntityModel` makes it of a `Model`; in the expanded form that
/// sea-orm-cli writes, `Entity` is a struct of its own.
fn declares_entity(item: &Item) -> bool {
    let Item::Struct(item) = item else { return false };
    let derives = |name: &str| item.attrs.iter().any(|attribute| has_word(attribute, "derive", name));
    (item.ident == "Model" && derives("DeriveEntityModel"))
        || (item.ident == "Entity" && derives("DeriveEntity"))
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| has_word(attribute, "cfg", "test"))
}

/// Tells whether an attribute has a word among its arguments: `#[derive(Clone, DeriveEntityModel)]`.
fn has_word(attribute: &Attribute, name: &str, word: &str) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    attribute.path().is_ident(name) && list.tokens.clone().into_iter().any(|token| token.to_string() == word)
}

fn said_path(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else { return None };
        let syn::Expr::Lit(literal) = &pair.value else { return None };
        let syn::Lit::Str(text) = &literal.lit else { return None };
        attribute.path().is_ident("path").then(|| text.value())
    })
}
