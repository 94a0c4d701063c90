//! Why an operation does not fit what is there.

use thiserror::Error;

use crate::schema::{Ident, Kind, ObjectId, ObjectName, TableName};

/// Why an operation does not fit the schema it is applied to.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApplyError {
    /// The object is there already: of a constraint one of that name, or a primary key.
    #[error("{}", exists(id))]
    Exists {
        /// The object; of an index the table that has it.
        id: ObjectId,
    },
    /// The object is not there.
    #[error("{}", missing(id))]
    Missing {
        /// The object.
        id: ObjectId,
    },
    /// Namespaces have no comment that is known.
    #[error("comments of schemas are not supported: `{name}`")]
    NoComment {
        /// The namespace.
        name: Ident,
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
}

fn exists(id: &ObjectId) -> String {
    match of_table(id) {
        Some((table, part)) if id.kind() == Kind::Index => {
            format!("{part} already exists on table `{table}`")
        }
        Some((table, part)) => format!("table `{table}` already has a {part}"),
        None => format!("{} already exists", id.in_words()),
    }
}

fn missing(id: &ObjectId) -> String {
    match of_table(id) {
        Some((table, part)) => format!("table `{table}` has no {part}"),
        None => format!("there is no {}", id.in_words()),
    }
}

/// Says which part of a table is meant, if one is.
fn of_table(id: &ObjectId) -> Option<(&TableName, String)> {
    if let ObjectId::Column { table, name } | ObjectId::Index { table, name } = id {
        Some((table, format!("{} `{name}`", id.kind())))
    } else if let ObjectId::Constraint { table, constraint } = id {
        Some((table, constraint.in_words()))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{ApplyError, ObjectId};
    use crate::schema::ConstraintRef;

    #[test]
    fn what_is_missing_or_there_already_is_named_with_its_table() {
        let constraint = |constraint| ObjectId::constraint("plant", constraint);
        let ids = [
            ObjectId::column("plant", "id"),
            constraint(ConstraintRef::Named("positive".into())),
            constraint(ConstraintRef::PrimaryKey),
            ObjectId::Enum("mood".into()),
            ObjectId::index("plant", "ix"),
            ObjectId::Namespace("bed".into()),
            ObjectId::Sequence("number".into()),
            ObjectId::Table("plant".into()),
        ];
        let messages = ids.map(|id| {
            let missing = ApplyError::Missing { id: id.clone() };
            format!("{missing}; {}", ApplyError::Exists { id })
        });
        let expected = [
            "table `plant` has no column `id`; table `plant` already has a column `id`",
            "table `plant` has no constraint `positive`; table `plant` already has a constraint `positive`",
            "table `plant` has no primary key; table `plant` already has a primary key",
            "there is no enum type `mood`; enum type `mood` already exists",
            "table `plant` has no index `ix`; index `ix` already exists on table `plant`",
            "there is no schema `bed`; schema `bed` already exists",
            "there is no sequence `number`; sequence `number` already exists",
            "there is no table `plant`; table `plant` already exists",
        ];
        assert_eq!(messages, expected);
    }
}
