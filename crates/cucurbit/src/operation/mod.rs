//! What can be done to a schema, as values.
//!
//! What lives here: [`Operation`], its meaning in memory ([`apply()`]), its reverse ([`reverse()`]) and the
//! recorder that a revision script is handed ([`Op`]). No SQL is made and nothing is executed here.

mod alter;
mod apply;
mod comment;
mod describe;
mod enumeration;
mod exclusion;
mod index;
mod op;
mod reverse;
#[cfg(feature = "runtime")]
mod run;
mod said;
mod sequence;
mod sequence_change;
mod there;
mod unfit;

use serde::Serialize;

use crate::schema::{
    Check, Column, ColumnType, ConstraintRef, Deferral, Dialect, EnumPlace, EnumType, Exclusion, Expression,
    ForeignKey, Ident, Index, Literal, ObjectName, OnConflict, PrimaryKey, Sequence, ServerDefault, Table,
    TableName, TableOption, Unique,
};

pub(crate) use self::exclusion::{comment_exclusion, create_exclusion, drop_exclusion, joined};
#[cfg(feature = "runtime")]
pub(crate) use self::run::BoxedCode;
#[cfg(feature = "runtime")]
pub use self::run::{Code, CodeResult, Functions};
pub use self::{
    alter::{AddColumn, AlterColumn, AlterConstraint, AlterTable, DropForeignKey},
    apply::{apply, apply_all, resolve_constraint},
    enumeration::SetEnumValues,
    index::CreateIndex,
    op::Op,
    reverse::{Irreversible, reverse, reverse_all},
    said::{follow, for_dialect},
    sequence_change::{AlterSequence, SequenceChange},
    unfit::ApplyError,
};

/// One change of a schema or of its rows.
///
/// An operation says what to do and nothing of what was: that is in the schema it applies to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Adds a column at the end of a table.
    AddColumn {
        /// The table.
        table: TableName,
        /// The new column.
        column: Column,
        /// Fills the new column of the rows that are there, before NOT NULL is asked for.
        backfill: Option<Expression>,
    },
    /// Changes a column.
    AlterColumn {
        /// The table.
        table: TableName,
        /// The column, under its name before the changes.
        column: Ident,
        /// The changes.
        changes: Vec<ColumnChange>,
    },
    /// Changes a constraint without making it anew.
    AlterConstraint {
        /// The table.
        table: TableName,
        /// Which one.
        constraint: ConstraintRef,
        /// The change.
        change: ConstraintChange,
    },
    /// Changes an enum type (PostgreSQL; elsewhere it only changes what is known).
    AlterEnum {
        /// The type.
        name: ObjectName,
        /// The change.
        change: EnumChange,
    },
    /// Changes a sequence (PostgreSQL; elsewhere it only changes what is known). One that a column owns stands alone
    /// afterwards, and goes on to fill the column.
    AlterSequence {
        /// The sequence.
        name: ObjectName,
        /// What changes; nothing else does.
        changes: Vec<SequenceChange>,
    },
    /// Inserts rows of constants.
    BulkInsert(BulkInsert),
    /// Adds a check to a table that exists.
    CreateCheck {
        /// The table.
        table: TableName,
        /// The constraint.
        check: Check,
    },
    /// Creates an enum type (PostgreSQL; elsewhere it is only known).
    CreateEnum(EnumType),
    /// Adds an exclusion constraint to a table that exists (PostgreSQL only).
    CreateExclusion {
        /// The table.
        table: TableName,
        /// The constraint.
        exclusion: Exclusion,
    },
    /// Adds a foreign key to a table that exists.
    CreateForeignKey {
        /// The table that gets the constraint.
        table: TableName,
        /// The constraint.
        foreign_key: ForeignKey,
    },
    /// Creates an index.
    CreateIndex {
        /// The table.
        table: TableName,
        /// The index.
        index: Index,
        /// Whether others may write meanwhile.
        concurrency: Concurrency,
    },
    /// Adds a primary key to a table that has none.
    CreatePrimaryKey {
        /// The table.
        table: TableName,
        /// The key.
        primary_key: PrimaryKey,
    },
    /// Creates a schema (PostgreSQL only).
    CreateSchema {
        /// Its name.
        name: Ident,
    },
    /// Creates a sequence that no column owns (PostgreSQL; elsewhere it is only known).
    CreateSequence(Sequence),
    /// Creates a table; its indexes are operations of their own.
    CreateTable(Table),
    /// Adds a unique constraint to a table that exists.
    CreateUnique {
        /// The table.
        table: TableName,
        /// The constraint.
        unique: Unique,
    },
    /// Drops a column, with the indexes and constraints that are on it alone.
    DropColumn {
        /// The table.
        table: TableName,
        /// The column.
        column: Ident,
        /// Whether values may be lost.
        consent: Consent,
    },
    /// Drops a constraint.
    DropConstraint {
        /// The table.
        table: TableName,
        /// Which one.
        constraint: ConstraintRef,
    },
    /// Drops an enum type that nothing uses.
    DropEnum {
        /// The type.
        name: ObjectName,
    },
    /// Drops an index.
    DropIndex {
        /// The table.
        table: TableName,
        /// The index.
        name: Ident,
        /// Whether others may write meanwhile.
        concurrency: Concurrency,
    },
    /// Drops a schema in which nothing lies (PostgreSQL only).
    DropSchema {
        /// Its name.
        name: Ident,
    },
    /// Drops a sequence, and its place with it.
    DropSequence {
        /// The sequence.
        name: ObjectName,
    },
    /// Drops a table with its indexes.
    DropTable {
        /// The table.
        table: TableName,
        /// Whether rows may be lost.
        consent: Consent,
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
    /// Gives an index another name.
    RenameIndex {
        /// The table.
        table: TableName,
        /// The index.
        name: Ident,
        /// Its new name.
        to: Ident,
    },
    /// Renames a table.
    RenameTable {
        /// The table.
        table: TableName,
        /// Its new name, in the same schema.
        to: Ident,
    },
    /// Runs code of the script, which reads and writes rows and leaves the schema as it is.
    Run {
        /// What it does, for people.
        title: String,
        /// Which of the functions of its recording it is.
        key: usize,
    },
    /// Sets or removes an index's comment (PostgreSQL only).
    SetIndexComment {
        /// The table.
        table: TableName,
        /// The index.
        name: Ident,
        /// The comment; `None` removes it.
        comment: Option<String>,
    },
    /// Sets an option of a table, or takes it away; the other database does nothing.
    SetTableOption {
        /// The table.
        table: TableName,
        /// The option.
        option: TableOption,
        /// Whether the table has it afterwards.
        is_set: bool,
    },
    /// Sets or removes a table's comment.
    SetTableComment {
        /// The table.
        table: TableName,
        /// The comment; `None` removes it.
        comment: Option<String>,
    },
}

/// One change of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnChange {
    /// Says that the values that are there may be lost, where computed ones take their place.
    LosesData,
    /// Gives it another name.
    Rename {
        /// The new name.
        to: Ident,
    },
    /// Sets or removes the collation.
    SetCollation(Option<String>),
    /// Sets or removes the comment.
    SetComment(Option<String>),
    /// Sets or removes the server default.
    SetDefault(Option<ServerDefault>),
    /// Refuses NULL.
    SetNotNull {
        /// Fills the rows that hold NULL first.
        backfill: Option<Expression>,
    },
    /// Allows NULL.
    SetNullable,
    /// Says what becomes of a row with NULL, where that is not allowed (SQLite only).
    SetOnConflict(OnConflict),
    /// Gives it another type.
    SetType {
        /// The new type.
        ty: ColumnType,
        /// How the old value becomes the new one (PostgreSQL's `USING`).
        using: Option<Expression>,
    },
}

impl ColumnChange {
    /// Returns the name that it gives the column.
    pub(crate) fn new_name(&self) -> Option<&Ident> {
        match self {
            Self::Rename { to } => Some(to),
            Self::LosesData
            | Self::SetCollation(_)
            | Self::SetComment(_)
            | Self::SetDefault(_)
            | Self::SetNotNull { .. }
            | Self::SetNullable
            | Self::SetOnConflict(_)
            | Self::SetType { .. } => None,
        }
    }
}

/// One change of a constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintChange {
    /// Gives it another name.
    Rename {
        /// The new name.
        to: Ident,
    },
    /// Sets or removes the comment (PostgreSQL only).
    SetComment(Option<String>),
    /// Says when a foreign key is checked.
    SetDeferral(Deferral),
    /// Checks the rows that it was made without (PostgreSQL only).
    Validate,
}

/// One change of an enum type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EnumChange {
    /// Adds a value.
    AddValue {
        /// The new value.
        value: String,
        /// Where it sorts.
        place: EnumPlace,
    },
    /// Gives a value another name; rows that hold it keep it.
    RenameValue {
        /// The value.
        value: String,
        /// Its new name.
        to: String,
    },
    /// Sets or removes the comment.
    SetComment(Option<String>),
    /// Makes the type anew with these values, in this order.
    SetValues {
        /// All values.
        values: Vec<String>,
        /// What rows that hold a value get instead: old and new.
        replacements: Vec<(String, String)>,
        /// Whether rows that hold a value that goes, and that nothing replaces, may get NULL.
        consent: Consent,
    },
}

/// Whether an operation may lose data that is there.
///
/// Without consent, dropping something that is not empty is refused before anything runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    /// Returns the table it changes, if it is one table's alone.
    #[must_use]
    pub fn table(&self) -> Option<&TableName> {
        match self {
            Self::AddColumn { table, .. }
            | Self::AlterColumn { table, .. }
            | Self::AlterConstraint { table, .. }
            | Self::BulkInsert(BulkInsert { table, .. })
            | Self::CreateCheck { table, .. }
            | Self::CreateExclusion { table, .. }
            | Self::CreateForeignKey { table, .. }
            | Self::CreateIndex { table, .. }
            | Self::CreatePrimaryKey { table, .. }
            | Self::CreateUnique { table, .. }
            | Self::DropColumn { table, .. }
            | Self::DropConstraint { table, .. }
            | Self::DropIndex { table, .. }
            | Self::DropTable { table, .. }
            | Self::RenameIndex { table, .. }
            | Self::RenameTable { table, .. }
            | Self::SetIndexComment { table, .. }
            | Self::SetTableComment { table, .. }
            | Self::SetTableOption { table, .. } => Some(table),
            Self::CreateTable(table) => Some(&table.name),
            Self::AlterEnum { .. }
            | Self::AlterSequence { .. }
            | Self::CreateEnum(_)
            | Self::CreateSchema { .. }
            | Self::CreateSequence(_)
            | Self::DropEnum { .. }
            | Self::DropSchema { .. }
            | Self::DropSequence { .. }
            | Self::Execute(_)
            | Self::Irreversible { .. }
            | Self::On { .. }
            | Self::Run { .. } => None,
        }
    }
}

pub(crate) use self::enumeration::additions;
