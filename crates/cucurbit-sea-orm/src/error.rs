//! What can be wrong with a model. Every error names the entity and, where there is one, the column.

use std::{error::Error, fmt};

use cucurbit::schema::{Advice, Ident, ObjectName, TableName};

/// A model that cannot be read as a table, or that contradicts itself or another one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelError {
    /// A constraint was declared twice, or two of one table have one name.
    ConstraintTwice {
        /// The entity.
        entity: &'static str,
        /// What was declared twice.
        constraint: String,
    },
    /// A default has no spelling in SQL.
    Default {
        /// The entity.
        entity: &'static str,
        /// The column.
        column: Ident,
        /// The value.
        value: String,
    },
    /// Two Rust types are one enum type, and do not have the same values.
    EnumTwice {
        /// The type.
        name: ObjectName,
        /// The entity whose table comes first.
        first: &'static str,
        /// The other entity.
        second: &'static str,
    },
    /// A column has a piece of SQL that only SeaORM can paste.
    Extra {
        /// The entity.
        entity: &'static str,
        /// The column.
        column: Ident,
        /// The SQL.
        extra: String,
    },
    /// An entity is listed as one of the project's and as external.
    ExternalAndListed {
        /// The table.
        table: TableName,
        /// The entity that is listed.
        entity: &'static str,
    },
    /// A foreign key has an action that is not among Cucurbit's.
    ForeignKeyAction {
        /// The entity.
        entity: &'static str,
        /// The columns.
        columns: Vec<Ident>,
    },
    /// A foreign key has not as many columns as it refers to.
    ForeignKeyColumns {
        /// The entity.
        entity: &'static str,
        /// The columns.
        columns: Vec<Ident>,
        /// The columns referred to.
        referred_columns: Vec<Ident>,
    },
    /// A name was given to a foreign key that no relation declares.
    ForeignKeyMissing {
        /// The entity.
        entity: &'static str,
        /// The name.
        name: Ident,
        /// The columns that it was given for.
        columns: Vec<Ident>,
    },
    /// A relation leads to something that is not a table.
    ForeignKeyTarget {
        /// The entity.
        entity: &'static str,
        /// The columns that it starts from.
        columns: Vec<Ident>,
    },
    /// A foreign key is declared to a view.
    ForeignKeyToView {
        /// The entity.
        entity: &'static str,
        /// The columns.
        columns: Vec<Ident>,
        /// The view.
        view: TableName,
    },
    /// Two indexes of a table are the same but for the name.
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
    IndexNameTaken {
        /// The name.
        index: Ident,
        /// The entity whose table comes first.
        first: &'static str,
        /// The other entity.
        second: &'static str,
    },
    /// Two indexes of a table have one name.
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
    IndexWithoutParts {
        /// The entity.
        entity: &'static str,
        /// The index.
        index: Ident,
    },
    /// A foreign key refers to a table that is not among the models.
    ReferredTableMissing {
        /// The entity.
        entity: &'static str,
        /// The table.
        table: TableName,
    },
    /// SeaORM's registry knows an entity of a whole module that was not found in its source.
    RegisteredEntityMissing {
        /// The module of the entity.
        module: &'static str,
    },
    /// A relation leads to a table whose entity is not among the models.
    RelatedEntityMissing {
        /// The entity.
        entity: &'static str,
        /// The relation, as the entity names it.
        relation: String,
        /// The other entity's table.
        table: TableName,
    },
    /// Two entities have one table.
    TwoEntities {
        /// The table.
        table: TableName,
        /// The entity that came first.
        first: &'static str,
        /// The entity that came second.
        second: &'static str,
    },
    /// A column's type exists on none of the databases.
    UnsupportedType {
        /// The entity.
        entity: &'static str,
        /// The column.
        column: Ident,
        /// SeaORM's word for the type.
        ty: String,
    },
    /// An entity is listed as a table and as a view.
    ViewAndListed {
        /// The view.
        view: TableName,
        /// The entity that is listed.
        entity: &'static str,
    },
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConstraintTwice { entity, constraint } => {
                write!(f, "`{entity}` declares {constraint} twice")
            }
            Self::Default { entity, column, value } => {
                write!(f, "the default of `{column}` in `{entity}` is `{value}`, which SQL cannot write")
            }
            Self::EnumTwice { name, first, second } => {
                write!(f, "`{first}` and `{second}` have columns of the enum type `{name}` with other values")
            }
            Self::Extra { entity, column, extra } => write!(
                f,
                "column `{column}` of `{entity}` has `extra = \"{extra}\"`, which cannot be compared"
            ),
            Self::ForeignKeyAction { entity, columns } => {
                let columns = list(columns);
                write!(
                    f,
                    "a foreign key of `{entity}` on ({columns}) has an action on delete or update that is not known"
                )
            }
            Self::ForeignKeyColumns { entity, columns, referred_columns } => {
                let (columns, referred_columns) = (list(columns), list(referred_columns));
                write!(
                    f,
                    "a foreign key of `{entity}` is from ({columns}) to ({referred_columns}): not the same number of columns"
                )
            }
            Self::ForeignKeyMissing { entity, name, columns } => {
                let columns = list(columns);
                write!(
                    f,
                    "`{entity}` names a foreign key `{name}` on ({columns}), but no relation declares one there"
                )
            }
            Self::ForeignKeyTarget { entity, columns } => {
                let columns = list(columns);
                write!(
                    f,
                    "the relation of `{entity}` on ({columns}) does not lead to a table of this database"
                )
            }
            Self::ForeignKeyToView { entity, columns, view } => {
                let columns = list(columns);
                write!(f, "`{entity}` declares a foreign key on ({columns}) to `{view}`, which is a view")
            }
            Self::IndexesAlike { entity, first, second, definition } => write!(
                f,
                "`{entity}` declares indexes `{first}` and `{second}`, which are the same: {definition}"
            ),
            Self::IndexNameTaken { index, first, second } => {
                write!(f, "both `{first}` and `{second}` declare an index `{index}`")
            }
            Self::IndexTwice { entity, index, first, second } => {
                write!(f, "`{entity}` declares index `{index}` twice: {first}, and {second}")
            }
            Self::IndexWithoutParts { entity, index } => {
                write!(f, "`{entity}` declares index `{index}` on nothing")
            }
            Self::ReferredTableMissing { entity, table } => {
                write!(f, "`{entity}` refers to table `{table}`, which is not among the models")
            }
            Self::RegisteredEntityMissing { module } => {
                write!(f, "the entity of module `{module}` is in SeaORM's registry and not among the models")
            }
            Self::RelatedEntityMissing { entity, relation, table } => write!(
                f,
                "relation `{relation}` of `{entity}` leads to table `{table}`, whose entity is not among the models"
            ),
            Self::TwoEntities { table, first, second } => {
                write!(f, "both `{first}` and `{second}` are table `{table}`")
            }
            Self::UnsupportedType { entity, column, ty } => write!(
                f,
                "column `{column}` of `{entity}` is of type `{ty}`, which neither PostgreSQL nor SQLite has"
            ),
            Self::ExternalAndListed { table, entity } => {
                write!(f, "table `{table}` of `{entity}` is listed, and external")
            }
            Self::ViewAndListed { view, entity } => {
                write!(f, "view `{view}` of `{entity}` is listed as a table, and as a view")
            }
        }
    }
}

/// The advice is the last of the causes, where the command line finds it.
impl Error for ModelError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.advice().map(|advice| advice as &(dyn Error + 'static))
    }
}

impl ModelError {
    /// Returns advice, where there is some.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        self.advice().map(|Advice(words)| *words)
    }

    const fn advice(&self) -> Option<&'static Advice> {
        match self {
            Self::ConstraintTwice { .. } => Some(&Advice(
                "remove one of the two; if two relations follow one key, give one of them `skip_fk`; two keys on the \
                 same columns need names: `table.name_foreign_key` or `.named(…)`",
            )),
            Self::Default { .. }
            | Self::ForeignKeyAction { .. }
            | Self::ForeignKeyColumns { .. }
            | Self::ForeignKeyTarget { .. } => None,
            Self::EnumTwice { .. } => {
                Some(&Advice("use one Rust type for both, or give one of them another `enum_name`"))
            }
            Self::ExternalAndListed { .. } => Some(&Advice(
                "take it out of one of the two lists: an external table is only referred to, never made or changed",
            )),
            Self::Extra { .. } => Some(&Advice(
                "say it in `table_args` instead: `table.column(…).collate(…)`, `table.check(…)` or \
                 `table.column(…).server_default(…)`",
            )),
            Self::ForeignKeyMissing { .. } => Some(&Advice(
                "the columns must be those of the relation, in its order; a key without a relation is declared by `table.foreign_key`",
            )),
            Self::ForeignKeyToView { .. } => Some(&Advice(
                "a database has no foreign keys to views: leave it out; a relation to an entity of `views = […]` is none",
            )),
            Self::IndexesAlike { .. } | Self::IndexTwice { .. } => Some(&Advice(
                "remove one of the two; `indexed` and `unique_key` on a column declare an index of their own",
            )),
            Self::IndexNameTaken { .. } => {
                Some(&Advice("index names are shared by all tables of a schema; rename one"))
            }
            Self::IndexWithoutParts { .. } => Some(&Advice("say what it covers: `.on(Column::…)`")),
            Self::ReferredTableMissing { .. } | Self::RelatedEntityMissing { .. } => Some(&Advice(
                "add its module to `models![…]`: the table of an entity that is not listed would be dropped; what is not this \
                 project's is said to be so: `models![external = [path::to::module]; …]`, and a view, too: `models![views = [path::to::module]; …]`",
            )),
            Self::RegisteredEntityMissing { .. } => Some(&Advice(
                "`build.rs` reads source, which does not show what a macro writes, and what another program wrote since the last \
                 build: name it in the list, `models![module::*; module::one]`, or as `external = […]` where it is not this project's",
            )),
            Self::TwoEntities { .. } => Some(&Advice(
                "list one of them only; of two in a whole module, name the one that is the table: `models![module::*; module::one]`",
            )),
            Self::ViewAndListed { .. } => {
                Some(&Advice("take it out of the list: a view is never made as a table"))
            }
            Self::UnsupportedType { .. } => Some(&Advice(
                "give the column another `column_type`; `custom(\"…\")` spells any type of the database",
            )),
        }
    }
}

/// Writes names with commas between.
fn list(names: &[Ident]) -> String {
    names.iter().map(Ident::as_str).collect::<Vec<_>>().join(", ")
}
