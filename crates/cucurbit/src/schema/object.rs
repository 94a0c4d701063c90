//! The kinds of things in a schema: one of them as a value ([`Object`]), and which one is meant ([`ObjectId`]).

use std::fmt;

use super::{
    Column, Constraint, ConstraintRef, EnumType, Ident, Index, ObjectName, Sequence, Table, TableName,
};

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A column of a table.
    Column,
    /// A constraint of a table.
    Constraint,
    /// An enum type (PostgreSQL; elsewhere it is only known).
    Enum,
    /// An index of a table.
    Index,
    /// A namespace, which PostgreSQL calls a schema.
    Namespace,
    /// A sequence that no column owns (PostgreSQL; elsewhere it is only known).
    Sequence,
    /// A table.
    Table,
}

/// The kinds that not every database stores, as a pattern of [`Kind`], [`Object`] or [`ObjectId`]: with it a `match` says
/// once what becomes of them all.
macro_rules! stored_by_some {
    ($of:ident) => {
        $of::Enum { .. } | $of::Namespace { .. } | $of::Sequence { .. }
    };
}
pub(crate) use stored_by_some;

impl Kind {
    /// Every kind, in the order of their names.
    pub const ALL: [Self; 7] = [
        Self::Column,
        Self::Constraint,
        Self::Enum,
        Self::Index,
        Self::Namespace,
        Self::Sequence,
        Self::Table,
    ];
}

/// An object of a schema.
///
/// This enum is non-exhaustive so that kinds can be added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Object {
    /// A column of a table.
    Column {
        /// The table.
        table: TableName,
        /// The column.
        column: Column,
    },
    /// A constraint of a table.
    Constraint {
        /// The table.
        table: TableName,
        /// The constraint.
        constraint: Constraint,
    },
    /// An enum type (PostgreSQL; elsewhere it is only known).
    Enum(EnumType),
    /// An index of a table.
    Index {
        /// The table.
        table: TableName,
        /// The index.
        index: Index,
    },
    /// A namespace, which PostgreSQL calls a schema (PostgreSQL only).
    Namespace(Ident),
    /// A sequence that no column owns (PostgreSQL; elsewhere it is only known).
    Sequence(Sequence),
    /// A table, with all that is part of it.
    Table(Table),
}

/// Which object of a schema is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectId {
    /// A column of a table.
    Column {
        /// The table.
        table: TableName,
        /// The column's name.
        name: Ident,
    },
    /// A constraint of a table.
    Constraint {
        /// The table.
        table: TableName,
        /// Which one.
        constraint: ConstraintRef,
    },
    /// An enum type.
    Enum(ObjectName),
    /// An index of a table.
    Index {
        /// The table.
        table: TableName,
        /// The index's name.
        name: Ident,
    },
    /// A namespace, which PostgreSQL calls a schema.
    Namespace(Ident),
    /// A sequence that no column owns.
    Sequence(ObjectName),
    /// A table.
    Table(TableName),
}

impl Object {
    /// Says that a table has a column.
    pub fn column(table: impl Into<TableName>, column: Column) -> Self {
        Self::Column { table: table.into(), column }
    }

    /// Says that a table has a constraint.
    pub fn constraint(table: impl Into<TableName>, constraint: impl Into<Constraint>) -> Self {
        Self::Constraint { table: table.into(), constraint: constraint.into() }
    }

    /// Says that a table has an index.
    pub fn index(table: impl Into<TableName>, index: Index) -> Self {
        Self::Index { table: table.into(), index }
    }

    /// Returns its kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Column { .. } => Kind::Column,
            Self::Constraint { .. } => Kind::Constraint,
            Self::Enum(_) => Kind::Enum,
            Self::Index { .. } => Kind::Index,
            Self::Namespace(_) => Kind::Namespace,
            Self::Sequence(_) => Kind::Sequence,
            Self::Table(_) => Kind::Table,
        }
    }

    /// Returns which object it is.
    #[must_use]
    pub fn id(&self) -> ObjectId {
        match self {
            Self::Column { table, column } => ObjectId::column(table.clone(), column.name.clone()),
            Self::Constraint { table, constraint } => {
                ObjectId::constraint(table.clone(), constraint.reference())
            }
            Self::Enum(new) => ObjectId::Enum(new.name.clone()),
            Self::Index { table, index } => ObjectId::index(table.clone(), index.name.clone()),
            Self::Namespace(name) => ObjectId::Namespace(name.clone()),
            Self::Sequence(sequence) => ObjectId::Sequence(sequence.name.clone()),
            Self::Table(table) => ObjectId::Table(table.name.clone()),
        }
    }

    /// Lists the columns that come with it.
    pub(crate) fn columns(&self) -> &[Column] {
        if let Self::Column { table: _, column } = self {
            std::slice::from_ref(column)
        } else if let Self::Table(table) = self {
            &table.columns
        } else {
            &[]
        }
    }

    /// Returns the table that it is, or that it is part of.
    #[must_use]
    pub const fn table(&self) -> Option<&TableName> {
        match self {
            Self::Column { table, .. } | Self::Constraint { table, .. } | Self::Index { table, .. } => {
                Some(table)
            }
            Self::Table(table) => Some(&table.name),
            stored_by_some!(Self) => None,
        }
    }
}

impl ObjectId {
    /// Means a column of a table.
    pub fn column(table: impl Into<TableName>, name: impl Into<Ident>) -> Self {
        Self::Column { table: table.into(), name: name.into() }
    }

    /// Means a constraint of a table.
    pub fn constraint(table: impl Into<TableName>, constraint: ConstraintRef) -> Self {
        Self::Constraint { table: table.into(), constraint }
    }

    /// Means an index of a table.
    pub fn index(table: impl Into<TableName>, name: impl Into<Ident>) -> Self {
        Self::Index { table: table.into(), name: name.into() }
    }

    /// Returns the kind of the object.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Column { .. } => Kind::Column,
            Self::Constraint { .. } => Kind::Constraint,
            Self::Enum(_) => Kind::Enum,
            Self::Index { .. } => Kind::Index,
            Self::Namespace(_) => Kind::Namespace,
            Self::Sequence(_) => Kind::Sequence,
            Self::Table(_) => Kind::Table,
        }
    }

    /// Returns the table that is meant, or that the object is part of.
    #[must_use]
    pub const fn table(&self) -> Option<&TableName> {
        match self {
            Self::Column { table, .. }
            | Self::Constraint { table, .. }
            | Self::Index { table, .. }
            | Self::Table(table) => Some(table),
            stored_by_some!(Self) => None,
        }
    }
}

impl ObjectId {
    /// Returns the name in a namespace that the object has, if it has one.
    pub(crate) const fn object_name(&self) -> Option<&ObjectName> {
        match self {
            Self::Enum(name) | Self::Sequence(name) | Self::Table(name) => Some(name),
            Self::Column { .. } | Self::Constraint { .. } | Self::Index { .. } | Self::Namespace(_) => None,
        }
    }

    /// Returns the name that a rename changes. A constraint has one where it is meant by it.
    pub(crate) const fn name_mut(&mut self) -> Option<&mut Ident> {
        match self {
            Self::Enum(name) | Self::Sequence(name) | Self::Table(name) => Some(&mut name.name),
            Self::Column { name, .. } | Self::Index { name, .. } | Self::Namespace(name) => Some(name),
            Self::Constraint { constraint: ConstraintRef::Named(name), .. } => Some(name),
            Self::Constraint { .. } => None,
        }
    }

    /// Says which object is meant, in a sentence: `` enum type `mood` ``.
    #[must_use]
    pub(crate) fn in_words(&self) -> String {
        let words = self.kind().words();
        match self {
            Self::Column { table, name } => format!("{words} `{table}.{name}`"),
            Self::Constraint { table, constraint } => format!("{} of table `{table}`", constraint.in_words()),
            Self::Enum(name) | Self::Sequence(name) | Self::Table(name) => format!("{words} `{name}`"),
            Self::Index { table, name } => format!("{words} `{name}` of table `{table}`"),
            Self::Namespace(name) => format!("{words} `{name}`"),
        }
    }
}

/// Says which object is meant, with the word for its kind: `index ix_name on plant`.
impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Self::Column { table, name } => write!(f, "{kind} {table}.{name}"),
            Self::Constraint { table, constraint } => constraint.write_on(table, f),
            Self::Enum(name) | Self::Sequence(name) | Self::Table(name) => write!(f, "{kind} {name}"),
            Self::Index { table, name } => write!(f, "{kind} {name} on {table}"),
            Self::Namespace(name) => write!(f, "{kind} {name}"),
        }
    }
}

impl Kind {
    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Enum => "enum",
            Self::Index => "index",
            Self::Namespace => "schema",
            Self::Sequence => "sequence",
            Self::Table => "table",
        }
    }
}

impl Kind {
    /// Returns the words for it in a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Enum => "enum type",
            Self::Column
            | Self::Constraint
            | Self::Index
            | Self::Namespace
            | Self::Sequence
            | Self::Table => self.word(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
