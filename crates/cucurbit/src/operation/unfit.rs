//! Why an operation does not fit what is there.

use thiserror::Error;

use crate::schema::{ConstraintRef, Ident, ObjectName, TableName};

/// Why an operation does not fit the schema it is applied to.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApplyError {
    /// The table is not there.
    #[error("there is no table `{table}`")]
    NoTable {
        /// The table.
        table: TableName,
    },
    /// The table is there already.
    #[error("table `{table}` already exists")]
    TableExists {
        /// The table.
        table: TableName,
    },
    /// The column is not there.
    #[error("table `{table}` has no column `{column}`")]
    NoColumn {
        /// The table.
        table: TableName,
        /// The column.
        column: Ident,
    },
    /// The column is there already.
    #[error("table `{table}` already has a column `{column}`")]
    ColumnExists {
        /// The table.
        table: TableName,
        /// The column.
        column: Ident,
    },
    /// Namespaces have no comment that is known.
    #[error("comments of schemas are not supported: `{name}`")]
    NoComment {
        /// The namespace.
        name: Ident,
    },
    /// The enum type is not there.
    #[error("there is no enum type `{name}`")]
    NoEnum {
        /// The type.
        name: ObjectName,
    },
    /// The enum type is there already.
    #[error("enum type `{name}` already exists")]
    EnumExists {
        /// The type.
        name: ObjectName,
    },
    /// A column is of the enum type.
    #[error("`{table}.{column}` is of the enum type `{name}`")]
    EnumInUse {
        /// The type.
        name: ObjectName,
        /// The table.
        table: TableName,
        /// The column.
        column: Ident,
    },
    /// The value of an enum type that goes is a column's default.
    #[error("value `{value}` of enum type `{name}` is the default of `{table}.{column}`")]
    EnumValueInUse {
        /// The type.
        name: ObjectName,
        /// The value.
        value: String,
        /// The table.
        table: TableName,
        /// The column.
        column: Ident,
    },
    /// The enum type has no such value.
    #[error("enum type `{name}` has no value `{value}`")]
    NoEnumValue {
        /// The type.
        name: ObjectName,
        /// The value.
        value: String,
    },
    /// A constant is no value of its column's enum type.
    #[error("`{table}.{column}` is of the enum type `{name}`, which has no value `{value}`")]
    NotOfEnum {
        /// The type.
        name: ObjectName,
        /// The constant.
        value: String,
        /// The table.
        table: TableName,
        /// The column.
        column: Ident,
    },
    /// The enum type has the value already.
    #[error("enum type `{name}` already has a value `{value}`")]
    EnumValueExists {
        /// The type.
        name: ObjectName,
        /// The value.
        value: String,
    },
    /// The index is not there.
    #[error("table `{table}` has no index `{name}`")]
    NoIndex {
        /// The table.
        table: TableName,
        /// The index.
        name: Ident,
    },
    /// The index is there already.
    #[error("index `{name}` already exists on table `{table}`")]
    IndexExists {
        /// The table that has it.
        table: TableName,
        /// The index.
        name: Ident,
    },
    /// The schema is not there.
    #[error("there is no schema `{name}`")]
    NoSchema {
        /// The schema.
        name: Ident,
    },
    /// The schema is there already.
    #[error("schema `{name}` already exists")]
    SchemaExists {
        /// The schema.
        name: Ident,
    },
    /// The sequence is not there.
    #[error("there is no sequence `{name}`")]
    NoSequence {
        /// The sequence.
        name: ObjectName,
    },
    /// The sequence is there already.
    #[error("sequence `{name}` already exists")]
    SequenceExists {
        /// The sequence.
        name: ObjectName,
    },
    /// The constraint is not there.
    #[error("table `{table}` has no {}", constraint.in_words())]
    NoConstraint {
        /// The table.
        table: TableName,
        /// The constraint.
        constraint: ConstraintRef,
    },
    /// A constraint of that name, or a primary key, is there already.
    #[error("table `{table}` already has a {}", constraint.in_words())]
    ConstraintExists {
        /// The table.
        table: TableName,
        /// The constraint.
        constraint: ConstraintRef,
    },
}
