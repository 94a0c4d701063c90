//! The values that everything compares: tables, columns, keys, indexes.
//!
//! What lives here: plain data and its builders. No SQL, no input or output, no behaviour of a database;
//! [`Dialect`] is only a name here, the key of a variant.

pub mod build;
mod column;
mod constraint;
mod default;
mod exclusion;
mod index;
mod name;
mod table;
mod ty;
mod variant;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::{
    build::TableBuilder,
    column::Column,
    constraint::{Action, Check, ConstraintRef, Deferral, ForeignKey, Match, PrimaryKey, Referred, Unique},
    default::{Expression, Identity, Literal, ServerDefault},
    exclusion::{Exclusion, ExclusionPart},
    index::{Index, IndexKey, IndexPart, Nulls, Order},
    name::{Ident, TableName},
    table::{Table, TableOptions},
    ty::{ColumnType, Type},
    variant::{Dialect, Variants},
};

/// A database's tables, by name.
///
/// Two schemas are equal when they hold the same tables; the order of tables is that of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Schema {
    /// The tables, sorted by schema and name.
    pub tables: BTreeMap<TableName, Table>,
}

impl Schema {
    /// Makes a schema without tables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a schema of tables; of two tables with one name the later stays.
    #[must_use]
    pub fn from_tables(tables: impl IntoIterator<Item = Table>) -> Self {
        Self { tables: tables.into_iter().map(|table| (table.name.clone(), table)).collect() }
    }

    /// Finds a table by name.
    #[must_use]
    pub fn table(&self, name: &TableName) -> Option<&Table> {
        self.tables.get(name)
    }

    /// Tells whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { tables } = self;
        tables.is_empty()
    }
}
