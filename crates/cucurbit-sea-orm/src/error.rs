//! What can be wrong with a model. Every error names the entity and, where there is one, the column.

use cucurbit::schema::{Ident, ObjectName, TableName};

/// A model that cannot be read as a table, or that contradicts itself or another one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A constraint was declared twice, or two of one table have one name.
    #[error("`{entity}` declares {constraint} twice")]
    ConstraintTwice {
        /// The entity.
        entity: &'static str,
        /// What was declared twice.
        constraint: String,
    },
    /// A default has no spelling in SQL.
    #[error("the default of `{column}` in `{entity}` is `{value}`, which SQL cannot write")]
    Default {
        /// The entity.
        entity: &'static str,
        /// The column.
        column: Ident,
        /// The value.
        value: String,
    },
    /// Two Rust types are one enum type, and do not have the same values.
    #[error("`{first}` and `{second}` have columns of the enum type `{name}` with other values")]
    EnumTwice {
        /// The type.
        name: ObjectName,
        /// The entity whose table comes first.
        first: &'static str,
        /// The other entity.
        second: &'static str,
    },
    /// A column has a piece of SQL that only SeaORM can paste.
    #[error("column `{column}` of `{entity}` has `extra = \"{extra}\"`, which cannot be compared")]
    Extra {
        /// The entity.
        entity: &'static str,
        /// The column.
        column: Ident,
        /// The SQL.
        extra: String,
    },
    /// A foreign key has an action that is not among Cucurbit's.
    #[error("a foreign key of `{entity}` on ({}) has an action on delete or update that is not known", list(.columns))]
    ForeignKeyAction {
        /// The entity.
        entity: &'static str,
        /// The columns.
        columns: Vec<Ident>,
    },
    /// A foreign key has not as many columns as it refers to.
    #[error("a foreign key of `{entity}` is from ({}) to ({}): not the same number of columns", list(.columns), list(.referred_columns))]
    ForeignKeyColumns {
        /// The entity.
        entity: &'static str,
        /// The columns.
        columns: Vec<Ident>,
        /// The columns referred to.
        referred_columns: Vec<Ident>,
    },
    /// A name was given to a foreign key that no relation declares.
    #[error("`{entity}` names a foreign key `{name}` on ({}), but no relation declares one there", list(.columns))]
    ForeignKeyMissing {
        /// The entity.
        entity: &'static str,
        /// The name.
        name: Ident,
        /// The columns that it was given for.
        columns: Vec<Ident>,
    },
    /// A relation leads to something that is not a table.
    #[error("the relation of `{entity}` on ({}) does not lead to a table of this database", list(.columns))]
    ForeignKeyTarget {
        /// The entity.
        entity: &'static str,
        /// The columns that it starts from.
        columns: Vec<Ident>,
    },
    /// Two indexes of a table are the same but for the name.
    #[error("`{entity}` declares indexes `{first}` and `{second}`, which are the same: {definition}")]
    IndexesAlike {
        /// The entity.
        entity: &'static str,
        /// The index declared first.
        first: Ident,
        /// The index declared second.
        second: Ident,
        /// What both of them are.
        definition: String,
    },
    /// Two tables of a schema have indexes of one name.
    #[error("both `{first}` and `{second}` declare an index `{index}`")]
    IndexNameTaken {
        /// The name.
        index: Ident,
        /// The entity whose table comes first.
        first: &'static str,
        /// The other entity.
        second: &'static str,
    },
    /// Two indexes of a table have one name.
    #[error("`{entity}` declares index `{index}` twice: {first}, and {second}")]
    IndexTwice {
        /// The entity.
        entity: &'static str,
        /// The name.
        index: Ident,
        /// What was declared first.
        first: String,
        /// What was declared second.
        second: String,
    },
    /// An index covers nothing.
    #[error("`{entity}` declares index `{index}` on nothing")]
    IndexWithoutParts {
        /// The entity.
        entity: &'static str,
        /// The index.
        index: Ident,
    },
    /// A foreign key refers to a table that is not among the models.
    #[error("`{entity}` refers to table `{table}`, which is not among the models")]
    ReferredTableMissing {
        /// The entity.
        entity: &'static str,
        /// The table.
        table: TableName,
    },
    /// A relation leads to a table whose entity is not among the models.
    #[error(
        "relation `{relation}` of `{entity}` leads to table `{table}`, whose entity is not among the models"
    )]
    RelatedEntityMissing {
        /// The entity.
        entity: &'static str,
        /// The relation, as the entity names it.
        relation: String,
        /// The other entity's table.
        table: TableName,
    },
    /// Two entities have one table.
    #[error("both `{first}` and `{second}` are table `{table}`")]
    TwoEntities {
        /// The table.
        table: TableName,
        /// The entity that came first.
        first: &'static str,
        /// The entity that came second.
        second: &'static str,
    },
    /// A column's type exists on none of the databases.
    #[error("column `{column}` of `{entity}` is of type `{ty}`, which neither PostgreSQL nor SQLite has")]
    UnsupportedType {
        /// The entity.
        entity: &'static str,
        /// The column.
        column: Ident,
        /// SeaORM's word for the type.
        ty: String,
    },
}

impl ModelError {
    /// Returns advice, where there is some.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::ConstraintTwice { .. } => Some(
                "remove one of the two; if two relations follow one key, give one of them `skip_fk`; two keys on the \
                 same columns need names: `table.name_foreign_key` or `.named(…)`",
            ),
            Self::Default { .. }
            | Self::ForeignKeyAction { .. }
            | Self::ForeignKeyColumns { .. }
            | Self::ForeignKeyTarget { .. } => None,
            Self::EnumTwice { .. } => {
                Some("use one Rust type for both, or give one of them another `enum_name`")
            }
            Self::Extra { .. } => Some(
                "say it in `table_args` instead: `table.column(…).collate(…)`, `table.check(…)` or \
                 `table.column(…).server_default(…)`",
            ),
            Self::ForeignKeyMissing { .. } => Some(
                "the columns must be those of the relation, in its order; a key without a relation is declared by `table.foreign_key`",
            ),
            Self::IndexesAlike { .. } | Self::IndexTwice { .. } => Some(
                "remove one of the two; `indexed` and `unique_key` on a column declare an index of their own",
            ),
            Self::IndexNameTaken { .. } => {
                Some("index names are shared by all tables of a schema; rename one")
            }
            Self::IndexWithoutParts { .. } => Some("say what it covers: `.on(Column::…)`"),
            Self::ReferredTableMissing { .. } | Self::RelatedEntityMissing { .. } => Some(
                "add its module to `models![…]`: the table of an entity that is not listed would be dropped",
            ),
            Self::TwoEntities { .. } => {
                Some("list one of them only; entities of one table that differ cannot both be right")
            }
            Self::UnsupportedType { .. } => {
                Some("give the column another `column_type`; `custom(\"…\")` spells any type of the database")
            }
        }
    }
}

/// Writes names with commas between.
fn list(names: &[Ident]) -> String {
    names.iter().map(Ident::as_str).collect::<Vec<_>>().join(", ")
}
