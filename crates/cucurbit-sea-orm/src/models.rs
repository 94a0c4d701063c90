//! Many entities as one schema, and what only shows when they stand together.

use std::{
    any,
    collections::{BTreeMap, BTreeSet},
};

use cucurbit::schema::{
    Constraint, Dialect, EnumType, ForeignKey, Ident, ObjectName, Remark, Schema, Table, TableName,
};
use sea_orm::EntityTrait;

use crate::{
    Keys, ModelError, TableArgs, TableArgsFor, fit,
    read::{self, Entity, EntityColumn, table_name},
    registry::Registered,
    relation::{self, Named},
    table::{external_table, table_with},
    ty,
};

/// Collects SeaORM entities as a [`Schema`]; the value is a `Result<Schema, ModelError>`.
///
/// The list names modules with an `Entity` in them: `models![bed, garden::plant]`. What an entity says by [`TableArgs`] is
/// read, and it need not say anything. What SeaORM has no word for can be said in the list, too, so that the application
/// that has the entities need not know this crate: `plant => |table| …`. It comes after what [`TableArgs`] says.
///
/// What concerns the whole list stands before it, in any order, each with a `;`:
///
/// | | |
/// |---|---|
/// | `entity::*;` | all entities of a module and of the modules in it, as `build.rs` lists them ([whole modules](crate#whole-modules)); the last one needs no `;` where no list follows |
/// | `keys = Keys::Serial;` | how rows are numbered ([`Keys`](crate::Keys)) |
/// | `external = [auth::users];` | entities whose tables are not the project's: those of another service or of a vendor. Relations may lead to them and foreign keys refer to them; their tables are never made, dropped, altered or compared |
/// | `views = [summary];` | entities of views: they are no tables, and a relation that leads to one is no foreign key |
///
/// ```
/// # use cucurbit_sea_orm::lower;
/// mod plant {
///     use sea_orm::entity::prelude::*;
///
///     #[sea_orm::model]
///     #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
///     #[sea_orm(table_name = "plant")]
///     pub struct Model {
///         #[sea_orm(primary_key)]
///         pub id: i32,
///         pub name: String,
///     }
///
///     impl ActiveModelBehavior for ActiveModel {}
/// }
///
/// let schema = cucurbit_sea_orm::models![plant]?;
/// assert!(schema.table(&"plant".into()).is_some());
///
/// let said = cucurbit_sea_orm::models![
///     plant => |table| {
///         table.index("ux_plant_name").unique().on(lower(plant::Column::Name));
///     },
/// ]?;
/// assert_eq!(said.table(&"plant".into()).map(|table| table.indexes.len()), Some(1));
/// # Ok::<(), cucurbit_sea_orm::ModelError>(())
/// ```
#[macro_export]
macro_rules! models {
    (@from $models:expr; $all:tt; keys = $keys:expr; $($rest:tt)*) => {
        $crate::models!(@from $models.map(|models| models.keys($keys)); $all; $($rest)*)
    };
    (@from $models:expr; $all:tt; external = [$($($segment:ident)::+),* $(,)?]; $($rest:tt)*) => {
        $crate::models!(
            @from $models$(.map($crate::Models::external::<$($segment)::+::Entity>))*; $all; $($rest)*
        )
    };
    (@from $models:expr; $all:tt; views = [$($($segment:ident)::+),* $(,)?]; $($rest:tt)*) => {
        $crate::models!(
            @from $models$(.map($crate::Models::view::<$($segment)::+::Entity>))*; $all; $($rest)*
        )
    };
    // What is named comes first, so that a whole module adds only the rest.
    (@from $models:expr; [$($all:tt)*]; $($segment:ident)::+::* $(; $($rest:tt)*)?) => {
        $crate::models!(@from $models; [$($all)* [$($segment)+]]; $($($rest)*)?)
    };
    (@said) => { |_| {} };
    (@said $said:expr) => { $said };
    (
        @from $models:expr; [$([$($module:ident)+])*];
        $($($segment:ident)::+ $(=> $said:expr)?),* $(,)?
    ) => {
        $models
            $(.and_then(|models| {
                use $crate::reading::{WithArgs as _, WithoutArgs as _};
                let said = (&$crate::reading::Of::<$($segment)::+::Entity>::new()).said();
                models.add_with($crate::reading::both(said, $crate::models!(@said $($said)?)))
            }))*
            $(.and_then(
                include!(concat!(env!("OUT_DIR"), "/entities", $("/", stringify!($module),)+ ".rs"))
            ))*
            .and_then($crate::Models::schema)
    };
    ($($listed:tt)*) => {
        $crate::models!(
            @from ::core::result::Result::<_, $crate::ModelError>::Ok($crate::Models::new()); [];
            $($listed)*
        )
    };
}

/// What `cucurbit-build` writes for a whole module: a function that adds its entities, where they are not named already.
///
/// After the module's path, each entity stands by its type and by its name in the module.
#[doc(hidden)]
#[macro_export]
macro_rules! whole_module {
    ($($entity:ty, $name:literal;)*) => {
        |models: $crate::Models| {
            use $crate::reading::{WithArgs as _, WithoutArgs as _};
            $(
                let said = (&$crate::reading::Of::<$entity>::new()).said();
                let models = $crate::reading::rest(models, $name, said)?;
            )*
            ::core::result::Result::<_, $crate::ModelError>::Ok(models)
        }
    };
}

/// The entities collected so far: what [`models!`](crate::models!) calls, for lists that are not written out.
#[derive(Clone, Debug, Default)]
pub struct Models {
    keys: Keys,
    tables: BTreeMap<TableName, Model>,
    /// The tables that are not the project's.
    external: BTreeMap<TableName, Table>,
    /// What looks like a table to SeaORM and is none.
    views: BTreeSet<TableName>,
    registered: Registered,
}

/// A table and the entity that declares it.
#[derive(Clone, Debug)]
struct Model {
    entity: &'static str,
    table: Table,
    enums: Vec<EnumType>,
    /// The tables that its relations lead to.
    related: Vec<Named>,
    remarks: Vec<Remark>,
    /// Whether it stands in the list itself, so that it is right where a whole module has another one of its table.
    is_named: bool,
}

impl Models {
    /// Makes an empty collection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Chooses how rows are numbered, for the entities that are added after it.
    #[must_use]
    pub fn keys(mut self, keys: Keys) -> Self {
        self.keys = keys;
        self
    }

    /// Names an entity whose table is not the project's: relations and keys may lead to it, and it is never made, dropped,
    /// altered or compared. Of it the keys are read, and nothing that only a table of the project's need say.
    #[must_use]
    pub fn external<E: EntityTrait>(mut self) -> Self {
        let entity = read::entity::<E>();
        let table = external_table(&entity);
        self.registered.add(entity.rust);
        self.external.insert(table.name.clone(), table);
        self
    }

    /// Names an entity of a view. It is no table, and what a relation that leads to it would declare is no foreign key.
    #[must_use]
    pub fn view<E: EntityTrait>(mut self) -> Self {
        self.registered.add(any::type_name::<E>());
        self.views.insert(table_name::<E>());
        self
    }

    /// Adds an entity with what it says by [`TableArgs`].
    ///
    /// # Errors
    ///
    /// If the entity cannot be read as a table (see [`table_of`](crate::table_of)), or another entity has its table.
    pub fn add<E: TableArgs>(self) -> Result<Self, ModelError> {
        self.add_with::<E>(E::table_args)
    }

    /// Adds an entity of which nothing is said but what SeaORM says.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub fn add_plain<E: EntityTrait>(self) -> Result<Self, ModelError> {
        self.add_with::<E>(|_| {})
    }

    /// Adds an entity with what a function says of its table, and without what it may say by [`TableArgs`].
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub fn add_with<E: EntityTrait>(
        self,
        arguments: impl FnOnce(&mut TableArgsFor<E>),
    ) -> Result<Self, ModelError> {
        self.added::<E>(arguments, true)
    }

    /// Adds an entity of a whole module, of which this is its name there. An entity whose table is named already, be it that
    /// of a model, an external one or a view, is left as it was said.
    pub(crate) fn rest<E: EntityTrait>(
        mut self,
        name: &str,
        arguments: impl FnOnce(&mut TableArgsFor<E>),
    ) -> Result<Self, ModelError> {
        self.registered.add_of_module(any::type_name::<E>(), name);
        let table = table_name::<E>();
        let is_named = self.tables.get(&table).is_some_and(|model| model.is_named);
        if is_named || self.external.contains_key(&table) || self.views.contains(&table) {
            return Ok(self);
        }
        self.added::<E>(arguments, false)
    }

    fn added<E: EntityTrait>(
        self,
        arguments: impl FnOnce(&mut TableArgsFor<E>),
        is_named: bool,
    ) -> Result<Self, ModelError> {
        let entity = read::entity::<E>();
        let table = table_with::<E>(&entity, self.keys, arguments)?;
        self.with(&entity, table, is_named)
    }

    fn with(mut self, entity: &Entity, table: Table, is_named: bool) -> Result<Self, ModelError> {
        let rust = entity.rust;
        if let Some(Model { entity: first, .. }) = self.tables.get(&table.name) {
            return Err(ModelError::TwoEntities { table: table.name, first, second: rust });
        }
        self.registered.add(rust);
        let enums = entity.columns.iter().filter_map(|column| enum_type(&table, column)).collect();
        let related = relation::related(entity);
        let remarks = fit::remarks(entity, &table);
        let name = table.name.clone();
        self.tables.insert(name, Model { entity: rust, table, enums, related, remarks, is_named });
        Ok(self)
    }

    /// Returns the schema of all of them.
    ///
    /// # Errors
    ///
    /// If two tables have an index of one name, a foreign key or a relation leads to a table that is not among them, a
    /// foreign key is declared to a view, or two Rust types are one enum type with other values.
    pub fn schema(mut self) -> Result<Schema, ModelError> {
        self.refuse_listed_twice()?;
        self.drop_keys_to_views()?;
        self.refuse_shared_index_names()?;
        self.registered.refuse_unlisted()?;
        self.refuse_missing_tables()?;
        let enums = self.enums()?;
        let mut remarks = Vec::new();
        let tables = self.tables.into_values().map(|model| {
            remarks.extend(model.remarks);
            model.table
        });
        let schema = Schema::from_tables(tables).with_enums(enums);
        Ok(schema.with_external(self.external.into_values()).with_remarks(remarks))
    }

    fn enums(&self) -> Result<Vec<EnumType>, ModelError> {
        let mut found: BTreeMap<&ObjectName, (&EnumType, &'static str)> = BTreeMap::new();
        for Model { entity, enums, .. } in self.tables.values() {
            for one in enums {
                let (first, first_entity) = *found.entry(&one.name).or_insert((one, entity));
                if first != one {
                    let name = one.name.clone();
                    return Err(ModelError::EnumTwice { name, first: first_entity, second: entity });
                }
            }
        }
        Ok(found.into_values().map(|(one, _)| one.clone()).collect())
    }

    /// Takes away the keys that SeaORM's relations to views would be: a database has none to a view.
    fn drop_keys_to_views(&mut self) -> Result<(), ModelError> {
        let views = &self.views;
        for Model { entity, table, related, .. } in self.tables.values_mut() {
            let leads_to_view = |key: &ForeignKey| views.contains(&key.referred_table);
            let is_relation = |key: &ForeignKey| {
                related.iter().any(|one| one.table == key.referred_table && one.columns == key.columns)
            };
            table.constraints.retain(|constraint| {
                !matches!(constraint, Constraint::ForeignKey(key) if leads_to_view(key) && is_relation(key))
            });
            if let Some(key) = table.foreign_keys().find(|key| leads_to_view(key)) {
                let (columns, view) = (key.columns.clone(), key.referred_table.clone());
                return Err(ModelError::ForeignKeyToView { entity, columns, view });
            }
        }
        Ok(())
    }

    fn refuse_shared_index_names(&self) -> Result<(), ModelError> {
        let mut taken: BTreeMap<(Option<&Ident>, &Ident), &'static str> = BTreeMap::new();
        for Model { entity, table, .. } in self.tables.values() {
            for index in table.indexes.keys() {
                if let Some(first) = taken.insert((table.name.schema.as_ref(), index), entity) {
                    return Err(ModelError::IndexNameTaken { index: index.clone(), first, second: entity });
                }
            }
        }
        Ok(())
    }

    fn refuse_listed_twice(&self) -> Result<(), ModelError> {
        for (table, Model { entity, .. }) in &self.tables {
            if self.external.contains_key(table) {
                return Err(ModelError::ExternalAndListed { table: table.clone(), entity });
            }
            if self.views.contains(table) {
                return Err(ModelError::ViewAndListed { view: table.clone(), entity });
            }
        }
        Ok(())
    }

    fn is_known(&self, table: &TableName) -> bool {
        self.tables.contains_key(table) || self.external.contains_key(table) || self.views.contains(table)
    }

    fn refuse_missing_tables(&self) -> Result<(), ModelError> {
        for Model { entity, table, .. } in self.tables.values() {
            for key in table.foreign_keys() {
                if !self.is_known(&key.referred_table) {
                    return Err(ModelError::ReferredTableMissing {
                        entity,
                        table: key.referred_table.clone(),
                    });
                }
            }
        }
        // What a key says is said first.
        for Model { entity, related, .. } in self.tables.values() {
            for Named { relation, table, .. } in related {
                if !self.is_known(table) {
                    let (relation, table) = (relation.clone(), table.clone());
                    return Err(ModelError::RelatedEntityMissing { entity, relation, table });
                }
            }
        }
        Ok(())
    }
}

/// Returns the enum type of a column: the values are those of the Rust type, and the name is the one that the column
/// has in the end, because [`TableArgs`] may say in which schema the type lies.
fn enum_type(table: &Table, column: &EntityColumn) -> Option<EnumType> {
    let values = ty::enum_type(column.definition.get_column_type())?;
    let declared = table.column(&column.name)?;
    let name = declared.ty.on(Dialect::Postgres).enum_name()?.clone();
    Some(EnumType { name, ..values })
}
