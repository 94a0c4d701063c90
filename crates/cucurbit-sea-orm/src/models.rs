//! Many entities as one schema, and what only shows when they stand together.

use std::{any, collections::BTreeMap};

use cucurbit::schema::{EnumType, Ident, ObjectName, Schema, Table, TableName};
use sea_orm::{ColumnTrait, Iterable};

use crate::{ModelError, TableArgs, table_of, ty};

/// Collects modules of SeaORM entities as a [`Schema`]; the value is a `Result<Schema, ModelError>`.
///
/// Each argument is the path of a module with an `Entity` in it. The list is written out, because SeaORM's own registry
/// is empty for a crate that nothing links to, and an empty target would mean "drop every table".
///
/// ```
/// mod plant {
///     use sea_orm::entity::prelude::*;
///
///     #[sea_orm::model]
///     #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
///     #[sea_orm(table_name = "plant")]
///     pub struct Model {
///         #[sea_orm(primary_key)]
///         pub id: i32,
///     }
///
///     impl cucurbit_sea_orm::TableArgs for Entity {}
///     impl ActiveModelBehavior for ActiveModel {}
/// }
///
/// let schema = cucurbit_sea_orm::models![plant]?;
/// assert!(schema.table(&"plant".into()).is_some());
/// # Ok::<(), cucurbit_sea_orm::ModelError>(())
/// ```
#[macro_export]
macro_rules! models {
    ($($($segment:ident)::+),* $(,)?) => {
        ::core::result::Result::<_, $crate::ModelError>::Ok($crate::Models::new())
            $(.and_then($crate::Models::add::<$($segment)::+::Entity>))*
            .and_then($crate::Models::schema)
    };
}

/// The entities collected so far: what [`models!`](crate::models!) calls, for lists that are not written out.
#[derive(Clone, Debug, Default)]
pub struct Models {
    tables: BTreeMap<TableName, Model>,
}

/// A table and the entity that declares it.
#[derive(Clone, Debug)]
struct Model {
    entity: &'static str,
    table: Table,
    enums: Vec<EnumType>,
}

impl Models {
    /// Makes an empty collection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entity.
    ///
    /// # Errors
    ///
    /// If the entity cannot be read as a table (see [`table_of`]), or another entity has its table.
    pub fn add<E: TableArgs>(mut self) -> Result<Self, ModelError> {
        let table = table_of::<E>()?;
        let entity = any::type_name::<E>();
        if let Some(Model { entity: first, .. }) = self.tables.get(&table.name) {
            return Err(ModelError::TwoEntities { table: table.name, first, second: entity });
        }
        let enums = E::Column::iter().filter_map(|column| ty::enum_type(column.def().get_column_type()));
        // `TableArgs` may have given the column another type.
        let enums = enums.filter(|one| uses(&table, &one.name)).collect();
        self.tables.insert(table.name.clone(), Model { entity, table, enums });
        Ok(self)
    }

    /// Returns the schema of all of them.
    ///
    /// # Errors
    ///
    /// If two tables have an index of one name, a foreign key refers to a table that is not among them, or two Rust
    /// types are one enum type with other values.
    pub fn schema(self) -> Result<Schema, ModelError> {
        self.refuse_shared_index_names()?;
        self.refuse_missing_tables()?;
        let enums = self.enums()?;
        let tables = self.tables.into_values().map(|Model { table, .. }| table);
        Ok(Schema::from_tables(tables).with_enums(enums))
    }

    fn enums(&self) -> Result<Vec<EnumType>, ModelError> {
        let mut found: BTreeMap<&ObjectName, (&EnumType, &'static str)> = BTreeMap::new();
        for Model { entity, table: _, enums } in self.tables.values() {
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

    fn refuse_missing_tables(&self) -> Result<(), ModelError> {
        for Model { entity, table, .. } in self.tables.values() {
            for key in &table.foreign_keys {
                if !self.tables.contains_key(&key.referred_table) {
                    return Err(ModelError::ReferredTableMissing {
                        entity,
                        table: key.referred_table.clone(),
                    });
                }
            }
        }
        Ok(())
    }
}

fn uses(table: &Table, name: &ObjectName) -> bool {
    table.columns.iter().any(|column| column.ty.base.enum_name() == Some(name))
}
