//! The models of an application: SeaORM entities, whose modules `models![…]` names, or the structs that `tables![…]` names.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use cucurbit_build::Found;

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
    let found = Found::of_crate(root);
    let models = match kind {
        // An entity of the root is in no module that could be named.
        Kind::Entities => found.entities.into_iter().filter(|entity| !entity.module.is_empty()).collect(),
        Kind::Structs => found.structs,
    };
    let entity = |model: cucurbit_build::Entity| {
        let mut path = model.module;
        path.extend((kind == Kind::Structs).then_some(model.name));
        Entity { path, is_public: model.is_public, top: model.top }
    };
    models.into_iter().map(entity).collect::<BTreeSet<_>>().into_iter().collect()
}
