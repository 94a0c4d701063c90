//! SeaORM's registry of entities: what it knows, and a list lacks. Nothing is read from it.
//!
//! With its feature `entity-registry` SeaORM notes every entity of the program, by the path of its module. All that can be
//! had of such an entity is SQL with the names that SeaORM gives, so it cannot be read as a model; but a whole module that
//! was read from source can be held against it.

use std::collections::BTreeSet;

use crate::ModelError;

/// The entities that were named or read, and the whole modules that they were read from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registered {
    /// The paths of their types.
    entities: BTreeSet<String>,
    /// The paths of the modules.
    modules: BTreeSet<String>,
}

impl Registered {
    /// Notes an entity by the path of its type.
    pub(crate) fn add(&mut self, entity: &str) {
        self.entities.insert(plain(entity));
    }

    /// Notes an entity of a whole module, of which this is its name there.
    pub(crate) fn add_of_module(&mut self, entity: &str, name: &str) {
        let entity = plain(entity);
        // One that the module only re-exports lies elsewhere.
        if let Some(module) = entity.strip_suffix(name).and_then(|before| before.strip_suffix("::")) {
            self.modules.insert(module.to_owned());
        }
        self.entities.insert(entity);
    }

    /// Refuses a list of whole modules that lacks an entity of theirs: one that a macro writes, which no source shows.
    #[cfg(feature = "entity-registry")]
    pub(crate) fn refuse_unlisted(&self) -> Result<(), ModelError> {
        for entry in inventory::iter::<sea_orm::EntityRegistry>() {
            let inside = format!("{}::", plain(entry.module_path));
            let is_asked_for = self.modules.iter().any(|module| inside.starts_with(&format!("{module}::")));
            let is_there = self.entities.iter().any(|entity| entity.starts_with(&inside));
            if is_asked_for && !is_there {
                return Err(ModelError::RegisteredEntityMissing { module: entry.module_path });
            }
        }
        Ok(())
    }

    /// Without SeaORM's registry nothing more is known.
    #[cfg(not(feature = "entity-registry"))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "the registry has something to say")]
    pub(crate) fn refuse_unlisted(&self) -> Result<(), ModelError> {
        Ok(())
    }
}

/// A path without the marks of raw identifiers, which the compiler does not always write.
fn plain(path: &str) -> String {
    path.replace("r#", "")
}
