//! Many entities as one schema, and what only shows when they stand together.

use std::{any, collections::BTreeMap};

use cucurbit::schema::{Dialect, EnumType, Ident, ObjectName, Remark, Schema, Table, TableName};
use sea_orm::{ColumnTrait, EntityTrait, Iterable};

use crate::{
    Keys, ModelError, TableArgs, TableArgsFor, fit,
    relation::{self, Named},
    table::{external_table, table_with},
    ty,
};

/// Collects modules of SeaORM entities as a [`Schema`]; the value is a `Result<Schema, ModelError>`.
///
/// Each argument is the path of a module with an `Entity` in it; what it says by [`TableArgs`] is read, and an entity
/// need not say anything. The list is written out, because SeaORM's own registry is empty for a crate that nothing
/// links to, and an empty target would mean "drop every table". `keys = …;` before the list chooses how rows are
/// numbered ([`Keys`](crate::Keys)).
///
/// `external = [users, other_crate::session];` names entities whose tables are not the project's: those of another service
/// or of a vendor, such as `auth.users`, and views. Relations may lead to them and foreign keys refer to them; their tables
/// are never made, dropped, altered or compared. A key cannot refer to a view: a relation that leads to one says `skip_fk`.
///
/// What SeaORM has no word for can be said in the list, too, so that the application that has the entities need not know this
/// crate: `plant => |table| …`. It comes after what [`TableArgs`] says beside the entity.
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
    (@from $models:expr; keys = $keys:expr; $($rest:tt)*) => {
        $crate::models!(@from $models.map(|models| models.keys($keys)); $($rest)*)
    };
    (@from $models:expr; external = [$($($segment:ident)::+),* $(,)?]; $($rest:tt)*) => {
        $crate::models!(@from $models$(.map($crate::Models::external::<$($segment)::+::Entity>))*; $($rest)*)
    };
    (@said) => { |_| {} };
    (@said $said:expr) => { $said };
    (@from $models:expr; $($($segment:ident)::+ $(=> $said:expr)?),* $(,)?) => {
        $models
            $(.and_then(|models| {
                use $crate::reading::{WithArgs as _, WithoutArgs as _};
                let said = (&$crate::reading::Of::<$($segment)::+::Entity>::new()).said();
                models.add_with($crate::reading::both(said, $crate::models!(@said $($said)?)))
            }))*
            .and_then($crate::Models::schema)
    };
    ($($listed:tt)*) => {
        $crate::models!(
            @from ::core::result::Result::<_, $crate::ModelError>::Ok($crate::Models::new());
            $($listed)*
        )
    };
}

/// The entities collected so far: what [`models!`](crate::models!) calls, for lists that are not written out.
#[derive(Clone, Debug, Default)]
pub struct Models {
    keys: Keys,
    tables: BTreeMap<TableName, Model>,
    /// The tables that are not the project's.
    external: BTreeMap<TableName, Table>,
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
        let table = external_table::<E>();
        self.external.insert(table.name.clone(), table);
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
        mut self,
        arguments: impl FnOnce(&mut TableArgsFor<E>),
    ) -> Result<Self, ModelError> {
        let table = table_with::<E>(self.keys, arguments)?;
        let entity = any::type_name::<E>();
        if let Some(Model { entity: first, .. }) = self.tables.get(&table.name) {
            return Err(ModelError::TwoEntities { table: table.name, first, second: entity });
        }
        let enums = E::Column::iter().filter_map(|column| enum_type(&table, column)).collect();
        let related = relation::related::<E>();
        let remarks = fit::remarks::<E>(&table);
        self.tables.insert(table.name.clone(), Model { entity, table, enums, related, remarks });
        Ok(self)
    }

    /// Returns the schema of all of them.
    ///
    /// # Errors
    ///
    /// If two tables have an index of one name, a foreign key or a relation leads to a table that is not among them, or
    /// two Rust types are one enum type with other values.
    pub fn schema(self) -> Result<Schema, ModelError> {
        self.refuse_shared_index_names()?;
        self.refuse_missing_tables()?;
        self.refuse_external_models()?;
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

    fn refuse_external_models(&self) -> Result<(), ModelError> {
        match self.tables.iter().find(|(name, _)| self.external.contains_key(name)) {
            Some((table, Model { entity, .. })) => {
                Err(ModelError::ExternalAndListed { table: table.clone(), entity })
            }
            None => Ok(()),
        }
    }

    fn is_known(&self, table: &TableName) -> bool {
        self.tables.contains_key(table) || self.external.contains_key(table)
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
            for Named { relation, table } in related {
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
fn enum_type<C: ColumnTrait>(table: &Table, column: C) -> Option<EnumType> {
    let values = ty::enum_type(column.def().get_column_type())?;
    let declared = table.column(&Ident::from(column.as_str()))?;
    let name = declared.ty.on(Dialect::Postgres).enum_name()?.clone();
    Some(EnumType { name, ..values })
}
