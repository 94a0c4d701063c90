//! The locks that a statement takes, and what others can do while it has them.

use std::fmt;

use crate::schema::{ObjectName, TableName};

/// A lock that a statement takes; it is kept until the transaction ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Lock {
    /// What is locked.
    pub object: Locked,
    /// How. Of several modes on one object it is the strongest.
    pub mode: LockMode,
}

/// What can be locked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Locked {
    /// SQLite: the whole file.
    File,
    /// An index. One whose table is locked is said only where the statement is about the index itself.
    Index(ObjectName),
    /// A sequence. One that a locked table owns is said only where the statement is about the sequence itself.
    Sequence(ObjectName),
    /// A table.
    Table(TableName),
}

impl fmt::Display for Locked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("file"),
            Self::Index(name) => write!(f, "index {name}"),
            Self::Sequence(name) => write!(f, "sequence {name}"),
            Self::Table(name) => write!(f, "table {name}"),
        }
    }
}

/// How something is locked. A later mode is stronger than those before it.
///
/// PostgreSQL's are those of its manual (13.3.1, Table-Level Locks).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LockMode {
    /// PostgreSQL's `ACCESS SHARE`, which every SELECT takes.
    AccessShare,
    /// PostgreSQL's `ROW SHARE`, which a look at the rows that foreign keys refer to takes.
    RowShare,
    /// PostgreSQL's `ROW EXCLUSIVE`, which INSERT, UPDATE and DELETE take.
    RowExclusive,
    /// PostgreSQL's `SHARE UPDATE EXCLUSIVE`.
    ShareUpdateExclusive,
    /// PostgreSQL's `SHARE`.
    Share,
    /// PostgreSQL's `SHARE ROW EXCLUSIVE`.
    ShareRowExclusive,
    /// PostgreSQL's `EXCLUSIVE`.
    Exclusive,
    /// PostgreSQL's `ACCESS EXCLUSIVE`.
    AccessExclusive,
    /// SQLite's `RESERVED`, which becomes `EXCLUSIVE` for the moment of the COMMIT (sqlite.org/lockingv3.html).
    Reserved,
}

/// What others have to wait for while a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Blocks {
    /// SELECT waits.
    pub reads: bool,
    /// INSERT, UPDATE and DELETE wait.
    pub writes: bool,
    /// ALTER TABLE and DROP TABLE wait.
    pub schema_changes: bool,
}

impl LockMode {
    /// Says what others have to wait for.
    ///
    /// # Examples
    ///
    /// ```
    /// use cucurbit::dialect::LockMode;
    ///
    /// let building_an_index = LockMode::Share.blocks();
    /// assert!(building_an_index.writes && !building_an_index.reads);
    /// assert!(!LockMode::ShareUpdateExclusive.blocks().writes);
    /// ```
    #[must_use]
    pub const fn blocks(self) -> Blocks {
        let (reads, writes) = match self {
            Self::AccessShare | Self::RowShare | Self::RowExclusive | Self::ShareUpdateExclusive => {
                (false, false)
            }
            Self::Share | Self::ShareRowExclusive | Self::Exclusive | Self::Reserved => (false, true),
            Self::AccessExclusive => (true, true),
        };
        // ACCESS EXCLUSIVE, which these need, is in conflict with every mode; a file has one writer at a time.
        Blocks { reads, writes, schema_changes: true }
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
            Self::Reserved => "RESERVED",
        })
    }
}
