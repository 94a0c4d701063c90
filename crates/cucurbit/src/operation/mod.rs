//! What can be done to a schema, as values.
//!
//! What lives here: [`Operation`], its meaning in memory ([`apply()`]), its reverse ([`reverse()`]) and the
//! recorder that a revision script is handed ([`Op`]). No SQL is made and nothing is executed here.

mod alter;
mod apply;
mod describe;
mod enumeration;
mod exclusion;
mod index;
mod kind;
mod names;
mod op;
mod reverse;
#[cfg(feature = "runtime")]
mod run;
mod said;
mod sequence_change;
mod there;
mod unfit;

use crate::schema::{Dialect, Expression, Ident, Kind, Literal, Object, ObjectId, TableName};

pub(crate) use self::apply::find_constraint;
pub(crate) use self::exclusion::{create_constraint, joined, where_stored};
pub(crate) use self::kind::enumeration::additions;
#[cfg(feature = "runtime")]
pub(crate) use self::run::BoxedCode;
#[cfg(feature = "runtime")]
pub use self::run::{Code, CodeResult, Functions};
pub use self::{
    alter::{AddColumn, AlterColumn, AlterConstraint, AlterTable, DropForeignKey},
    apply::{apply, apply_all, resolve_constraint},
    enumeration::SetEnumValues,
    index::CreateIndex,
    kind::*,
    op::Op,
    reverse::{Irreversible, reverse, reverse_all},
    said::{follow, for_dialect},
    unfit::ApplyError,
};

/// One change of a schema or of its rows.
///
/// An operation says what to do and nothing of what was: that is in the schema it applies to.
///
/// This enum is non-exhaustive so that verbs can be added.
#[expect(
    clippy::large_enum_variant,
    reason = "operations are few, and a box would hide the kind from a pattern"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// Changes an object in place.
    Alter(Change),
    /// Inserts rows of constants.
    BulkInsert(BulkInsert),
    /// Sets or removes an object's comment (PostgreSQL; elsewhere it is only known).
    ///
    /// A column's comment is also one of its changes, [`ColumnChange::SetComment`].
    Comment {
        /// The object.
        id: ObjectId,
        /// The comment; `None` removes it.
        text: Option<String>,
    },
    /// Creates an object.
    ///
    /// The fields beside the object stand here, since a schema holds objects too and none of this. A kind that has no use
    /// for one ignores it.
    Create {
        /// The object. Of a table its indexes are operations of their own; a column comes at the table's end.
        object: Object,
        /// Fills a new column of the rows that are there, before NOT NULL is asked for.
        backfill: Option<Expression>,
        /// Whether others may write while an index is made.
        concurrency: Concurrency,
    },
    /// Drops an object: a table with its indexes, a column with the indexes and constraints that are on it alone.
    Drop {
        /// The object.
        id: ObjectId,
        /// Whether the rows of a table, or the values of a column, may be lost.
        consent: Consent,
        /// Whether others may write while an index is dropped.
        concurrency: Concurrency,
    },
    /// Runs SQL as it is written.
    Execute(Execute),
    /// Refuses to run, with a reason: a downgrade that cannot be.
    Irreversible {
        /// The reason, for people.
        reason: String,
    },
    /// Operations for one dialect only.
    On {
        /// The dialect.
        dialect: Dialect,
        /// What is done there.
        operations: Vec<Self>,
    },
    /// Gives a table, an index or a constraint another name; it stays where it is.
    ///
    /// A column's new name is one of its changes, [`ColumnChange::Rename`].
    Rename {
        /// The object.
        id: ObjectId,
        /// Its new name.
        to: Ident,
    },
    /// Runs code of the script, which reads and writes rows and leaves the schema as it is.
    Run {
        /// What it does, for people.
        title: String,
        /// Which of the functions of its recording it is.
        key: usize,
    },
}

/// Whether an operation may lose data that is there.
///
/// Without consent, dropping something that is not empty is refused before anything runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// Whether it is given.
    pub is_given: bool,
}

impl Consent {
    /// Consent is given.
    pub const GIVEN: Self = Self { is_given: true };
    /// Consent is not given.
    pub const NONE: Self = Self { is_given: false };

    /// Says that what is there may be lost.
    pub fn loses_data(&mut self) {
        self.is_given = true;
    }
}

/// Whether others may write to a table while its index is made or dropped (`CONCURRENTLY`).
///
/// PostgreSQL does so outside any transaction, and alone in its revision. SQLite has one writer, and ignores it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Concurrency {
    /// Whether they may.
    pub is_concurrent: bool,
}

impl Concurrency {
    /// Lets others write meanwhile.
    pub fn concurrently(&mut self) {
        self.is_concurrent = true;
    }
}

/// Rows of constants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkInsert {
    /// The table.
    pub table: TableName,
    /// The columns that are given.
    pub columns: Vec<Ident>,
    /// The rows, each with a value for every column.
    pub rows: Vec<Vec<Literal>>,
}

impl BulkInsert {
    /// Says why its rows do not fit its columns, if they do not.
    pub(crate) fn misfit(&self) -> Option<String> {
        let Self { table: _, columns, rows } = self;
        let repeated = columns.iter().enumerate().find(|(place, column)| columns[..*place].contains(column));
        if let Some((_, column)) = repeated {
            return Some(format!("column `{column}` is named twice"));
        }
        let other = rows.iter().position(|row| row.len() != columns.len())?;
        let (values, columns) = (rows[other].len(), columns.len());
        Some(format!("row {} has {values} values for {columns} columns", other + 1))
    }
}

/// SQL as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execute {
    /// One or more statements. Nothing in it is a parameter.
    pub sql: String,
    /// Whether it runs outside any transaction.
    pub is_outside_transaction: bool,
    /// What it does to the schema, if its author says so; an empty list says "nothing".
    pub means: Option<Vec<Operation>>,
}

impl Execute {
    /// Makes statements that run inside the revision's transaction.
    #[must_use]
    pub fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), is_outside_transaction: false, means: None }
    }

    /// Runs it outside any transaction, as `CREATE INDEX CONCURRENTLY` and `VACUUM` need.
    pub fn outside_transaction(&mut self) -> &mut Self {
        self.is_outside_transaction = true;
        self
    }

    /// Declares what it does to the schema, so that it can be compared without being run.
    pub fn means(&mut self, record: impl FnOnce(&mut Op)) -> &mut Self {
        self.means = Some(Op::record(record));
        self
    }
}

impl Operation {
    /// Creates an object.
    pub fn create(object: impl Into<Object>) -> Self {
        Self::Create { object: object.into(), backfill: None, concurrency: Concurrency::default() }
    }

    /// Drops an object, unless that loses data.
    #[must_use]
    pub fn drop(id: ObjectId) -> Self {
        Self::Drop { id, consent: Consent::NONE, concurrency: Concurrency::default() }
    }

    /// Drops an object and what is in it.
    #[must_use]
    pub fn drop_with_data(id: ObjectId) -> Self {
        Self::Drop { id, consent: Consent::GIVEN, concurrency: Concurrency::default() }
    }

    /// Changes a column.
    pub fn alter_column(
        table: impl Into<TableName>,
        column: impl Into<Ident>,
        changes: Vec<ColumnChange>,
    ) -> Self {
        Self::Alter(Change::Column { table: table.into(), column: column.into(), changes })
    }

    /// Returns the table it changes, if it is one table's alone.
    #[must_use]
    pub const fn table(&self) -> Option<&TableName> {
        match self {
            Self::Alter(change) => change.table(),
            Self::BulkInsert(BulkInsert { table, .. }) => Some(table),
            Self::Comment { id, .. } | Self::Drop { id, .. } | Self::Rename { id, .. } => id.table(),
            Self::Create { object, .. } => object.table(),
            Self::Execute(_) | Self::Irreversible { .. } | Self::On { .. } | Self::Run { .. } => None,
        }
    }

    /// Returns the kind of object that it is about, if it is about one.
    #[must_use]
    pub const fn kind(&self) -> Option<Kind> {
        match self {
            Self::Alter(change) => Some(change.kind()),
            Self::Comment { id, .. } | Self::Drop { id, .. } | Self::Rename { id, .. } => Some(id.kind()),
            Self::Create { object, .. } => Some(object.kind()),
            Self::BulkInsert(_)
            | Self::Execute(_)
            | Self::Irreversible { .. }
            | Self::On { .. }
            | Self::Run { .. } => None,
        }
    }

    /// Lists the operations in it: what SQL means, or those of a block.
    pub(crate) fn inner(&self) -> &[Self] {
        if let Self::Execute(Execute { means: Some(means), .. }) = self {
            means
        } else if let Self::On { operations, .. } = self {
            operations
        } else {
            &[]
        }
    }

    /// Returns a new name or a comment of a column as the change of a column that it is; everything else as it is.
    #[must_use]
    pub(crate) fn of_column_as_change(self) -> Self {
        if let Self::Rename { id: ObjectId::Column { table, name }, to } = self {
            Self::alter_column(table, name, vec![ColumnChange::Rename { to }])
        } else if let Self::Comment { id: ObjectId::Column { table, name }, text } = self {
            Self::alter_column(table, name, vec![ColumnChange::SetComment(text)])
        } else {
            self
        }
    }
}
