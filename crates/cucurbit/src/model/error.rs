//! What is wrong with structs that stand together. What one struct says wrong by itself, the compiler says.

use std::{error::Error, fmt};

use crate::schema::{Advice, Ident, ObjectName, TableName, list, told};

/// Structs that contradict themselves or one another. Every error names the struct.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelError {
    /// A table has two columns of one name: a field of its own, and one of a struct that is flattened into it.
    ColumnTwice {
        /// The struct.
        model: &'static str,
        /// The column.
        column: Ident,
    },
    /// A constraint was declared twice, or two of one table have one name.
    ConstraintTwice {
        /// The struct.
        model: &'static str,
        /// What was declared twice.
        constraint: String,
    },
    /// Two Rust types are one enum type, and do not have the same values.
    EnumTwice {
        /// The type.
        name: ObjectName,
        /// The struct that is listed first.
        first: &'static str,
        /// The other struct.
        second: &'static str,
    },
    /// A struct is listed as one of the project's and as external.
    ExternalAndListed {
        /// The table.
        table: TableName,
        /// The struct that is listed.
        model: &'static str,
    },
    /// A foreign key has not as many columns as it refers to.
    ForeignKeyColumns {
        /// The struct.
        model: &'static str,
        /// Its columns.
        columns: Vec<Ident>,
        /// The table referred to.
        table: TableName,
        /// The columns referred to.
        referred: Vec<Ident>,
    },
    /// Two tables of a schema have indexes of one name.
    IndexNameTaken {
        /// The name.
        index: Ident,
        /// The struct that is listed first.
        first: &'static str,
        /// The other struct.
        second: &'static str,
    },
    /// A foreign key refers to a column that its table has not.
    ReferredColumnMissing {
        /// The struct.
        model: &'static str,
        /// The table.
        table: TableName,
        /// The column.
        column: Ident,
    },
    /// A foreign key refers to a table that is not among the models.
    ReferredTableMissing {
        /// The struct.
        model: &'static str,
        /// The table.
        table: TableName,
    },
    /// Two structs have one table.
    TwoStructs {
        /// The table.
        table: TableName,
        /// The struct that is listed first.
        first: &'static str,
        /// The struct that is listed second.
        second: &'static str,
    },
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ColumnTwice { model, column } => write!(f, "`{model}` declares column `{column}` twice"),
            Self::ConstraintTwice { model, constraint } => {
                write!(f, "`{model}` declares its {constraint} twice")
            }
            Self::EnumTwice { name, first, second } => {
                write!(f, "`{first}` and `{second}` have columns of the enum type `{name}` with other values")
            }
            Self::ExternalAndListed { table, model } => {
                write!(f, "table `{table}` of `{model}` is listed, and external")
            }
            Self::ForeignKeyColumns { model, columns, table, referred } => {
                let (columns, referred) = (list(columns), list(referred));
                write!(
                    f,
                    "a foreign key of `{model}` is from ({columns}) to ({referred}) of table `{table}`: not the same number of columns"
                )
            }
            Self::IndexNameTaken { index, first, second } => {
                write!(f, "both `{first}` and `{second}` declare an index `{index}`")
            }
            Self::ReferredColumnMissing { model, table, column } => {
                write!(
                    f,
                    "`{model}` refers to column `{column}` of table `{table}`, which has none of this name"
                )
            }
            Self::ReferredTableMissing { model, table } => {
                write!(f, "`{model}` refers to table `{table}`, which is not among the models")
            }
            Self::TwoStructs { table, first, second } => {
                write!(f, "both `{first}` and `{second}` are table `{table}`")
            }
        }
    }
}

/// For people, as a program that ends by it prints it: with its advice.
impl fmt::Debug for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        told(self, None, f)
    }
}

/// The advice is the last of the causes, where the command line finds it.
impl Error for ModelError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.advice())
    }
}

impl ModelError {
    const fn advice(&self) -> &'static Advice {
        match self {
            Self::ColumnTwice { .. } => &Advice(
                "rename one of the two, or leave one out by `#[sqlx(skip)]`; a flattened struct adds its columns",
            ),
            Self::ConstraintTwice { .. } => {
                &Advice("remove one of the two: a field and its struct may both have said it")
            }
            Self::EnumTwice { .. } => {
                &Advice("use one Rust type for both, or give one of them another `type_name`")
            }
            Self::ExternalAndListed { .. } => &Advice(
                "take it out of one of the two lists: an external table is only referred to, never made or changed",
            ),
            Self::ForeignKeyColumns { .. } => &Advice(
                "a reference without columns is to the primary key; name others: `references(Bed, code)`",
            ),
            Self::IndexNameTaken { .. } => {
                &Advice("index names are shared by all tables of a schema; rename one by `name = \"…\"`")
            }
            Self::ReferredColumnMissing { .. } => {
                &Advice("the columns after the table are those of the database, not the fields: see `rename`")
            }
            Self::ReferredTableMissing { .. } => &Advice(
                "add the struct to `tables![…]`: a table that is not listed would be dropped; what is not this project's is \
                 said to be so: `tables![external = [User]; …]`",
            ),
            Self::TwoStructs { .. } => &Advice(
                "list one of them only: the one that has all columns; others may read a part of the table",
            ),
        }
    }
}
