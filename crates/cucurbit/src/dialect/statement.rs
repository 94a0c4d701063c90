//! What a plan is made of: statements, what is dangerous about them, and what must hold around them.

use thiserror::Error;

use crate::{
    operation::ApplyError,
    schema::{Dialect, Ident, TableName},
};

/// Statements in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The statements.
    pub statements: Vec<Statement>,
    /// SQLite: whether foreign keys must be off, which only works outside a transaction.
    ///
    /// With them on, the DROP TABLE of a rebuild deletes the rows of child tables
    /// (sqlite.org/lang_altertable.html, section 7).
    pub needs_foreign_keys_off: bool,
}

/// One SQL statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The text, without a semicolon.
    pub sql: String,
    /// What could go wrong with the data that is there.
    pub hazards: Vec<Hazard>,
    /// Whether it may run in a transaction.
    pub mode: Mode,
    /// What must hold after it.
    pub guards: Vec<Guard>,
}

/// Whether a statement runs in the revision's transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// In the transaction.
    #[default]
    InTransaction,
    /// Outside any transaction: `CREATE INDEX CONCURRENTLY`, `VACUUM`.
    OutsideTransaction,
}

/// Something that is dangerous only if there are rows, with the question that tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// What could happen.
    pub kind: HazardKind,
    /// The table.
    pub table: TableName,
    /// The column, if it is one column's.
    pub column: Option<Ident>,
    /// A query of one row and one column, 1 where the danger is real and else 0.
    pub probe: String,
}

/// What could happen to the rows that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HazardKind {
    /// Values or rows are dropped and the script does not say `.loses_data()`.
    LosesData,
    /// NULL stands where NOT NULL is asked for, and nothing fills it.
    NullInNotNull,
}

/// What must hold around a statement, checked by whoever runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// As many rows are written as this table holds.
    CopiesAllRows {
        /// The table that is copied.
        of: TableName,
    },
    /// These tables hold as many rows after it as before.
    KeepsRows {
        /// The tables, the children of a table that is replaced.
        of: Vec<TableName>,
    },
}

impl Statement {
    /// Makes a statement that runs in the transaction and endangers nothing.
    #[must_use]
    pub fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), hazards: Vec::new(), mode: Mode::InTransaction, guards: Vec::new() }
    }

    /// Adds a hazard.
    #[must_use]
    pub fn hazard(mut self, hazard: Hazard) -> Self {
        self.hazards.push(hazard);
        self
    }

    /// Adds a guard.
    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guards.push(guard);
        self
    }
}

impl Plan {
    /// Adds a statement that endangers nothing.
    pub fn push(&mut self, sql: impl Into<String>) {
        self.statements.push(Statement::new(sql));
    }
}

/// Why operations cannot be turned into statements.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum PlanError {
    /// An operation does not fit what is there.
    #[error("cannot {operation}")]
    Apply {
        /// What was to be done.
        operation: String,
        /// Why it does not fit.
        source: ApplyError,
    },
    /// The script refuses to be undone.
    #[error("the script cannot be undone: {reason}")]
    Irreversible {
        /// Its reason.
        reason: String,
    },
    /// The stored text of a SQLite object cannot be read.
    #[error("cannot read the stored text of `{object}`: {reason}")]
    Original {
        /// The table, index, trigger or view.
        object: String,
        /// What the parser says.
        reason: String,
    },
    /// Raw SQL that would end or leave the revision's transaction.
    #[error("`{statement}` cannot run inside a revision's transaction")]
    NeedsNoTransaction {
        /// The statement.
        statement: String,
    },
    /// The database cannot do it.
    #[error("{dialect} cannot {operation}: {reason}")]
    Unsupported {
        /// The database.
        dialect: Dialect,
        /// What was to be done.
        operation: String,
        /// Why not.
        reason: String,
    },
}

impl PlanError {
    /// Says what to do about it, if something can be said.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Apply { .. } => Some(
                "the database is not what its version table says; where its tables were made by something else, \
                 `stamp` the revision that they are at",
            ),
            Self::Irreversible { .. } => None,
            Self::NeedsNoTransaction { .. } => Some("write `op.execute(…).outside_transaction()`"),
            Self::Original { .. } => {
                Some("the table can still be changed by `op.execute` with SQL of your own")
            }
            Self::Unsupported { .. } => {
                Some("put the operation into `op.on(Postgres, |op| …)` or `op.on(Sqlite, |op| …)`")
            }
        }
    }
}
