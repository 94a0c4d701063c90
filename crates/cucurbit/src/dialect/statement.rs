//! What a plan is made of: statements, what is dangerous about them, and what must hold around them.

use std::ops::Range;

use thiserror::Error;

use crate::{
    operation::ApplyError,
    schema::{Dialect, Ident, ObjectName, TableName},
};

use super::{
    effect::Effect,
    lexer::{self, Unrunnable},
};

/// Statements in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The statements, which any session can run.
    pub statements: Vec<Statement>,
    /// What of them a run on a database may do in a cheaper way, in order; see [`Plan::in_place`].
    pub shortcuts: Vec<Shortcut>,
}

/// Statements that take the place of more expensive ones.
///
/// They are as good where their hazards and guards are looked at: in a run, and not in a file of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortcut {
    /// Which statements of the plan they replace.
    pub instead_of: Range<usize>,
    /// The statements.
    pub statements: Vec<Statement>,
}

/// One SQL statement.
///
/// This struct is non-exhaustive so that facts can be added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
    /// The text, without a semicolon.
    pub sql: String,
    /// What could go wrong with the data that is there.
    pub hazards: Vec<Hazard>,
    /// Whether it may run in a transaction.
    pub mode: Mode,
    /// What must hold after it.
    pub guards: Vec<Guard>,
    /// What it asks of the session.
    pub session: Session,
    /// Which locks it takes and what it costs; `None` where that is unknown, as of the SQL of a script.
    pub effect: Option<Effect>,
    /// What tells whether it was done, where it commits by itself and was cut off.
    pub done: Option<Done>,
}

/// What tells whether a statement that commits by itself was done, made from the operation that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Done {
    /// An index that it makes again is whole, and nothing that such a statement leaves is there.
    IndexIsBuilt {
        /// The index.
        index: ObjectName,
    },
    /// An index that it drops is not there.
    IndexIsGone {
        /// The index.
        index: ObjectName,
    },
    /// An index that it makes is there, is valid, and is what it makes.
    IndexIsThere {
        /// The table.
        table: TableName,
        /// The index.
        index: Ident,
        /// Whether it is unique.
        is_unique: bool,
        /// What CREATE INDEX says of it after the name of the table.
        definition: String,
    },
}

/// What a statement asks of the session that runs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Session {
    /// Nothing.
    #[default]
    Any,
    /// SQLite: foreign keys off, which only works outside a transaction; broken references are counted before and after.
    ///
    /// With them on, the DROP TABLE of a rebuild deletes the rows of child tables
    /// (sqlite.org/lang_altertable.html, section 7).
    ForeignKeysOff,
    /// It changes a setting, which is put back also where a later statement fails.
    Changed,
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
    /// A query that shows the first rows in danger: key, value, and how many there are in all; see [`Offender`].
    pub offenders: Option<String>,
    /// Whether it speaks of what is there only when its statement's turn has come.
    pub waits: bool,
}

impl Hazard {
    /// Returns a row in danger, without a value that the column's name says to be secret.
    #[cfg(feature = "runtime")]
    pub(crate) fn offender(&self, key: String, value: Option<String>) -> Offender {
        let is_secret =
            self.column.as_ref().is_some_and(|column| crate::mask::names_a_secret(column.as_str()));
        Offender {
            key,
            value: value.map(|value| if is_secret { crate::mask::HIDDEN.to_owned() } else { value }),
        }
    }
}

/// A row in danger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Offender {
    /// What tells it from others, as `id = 7`.
    pub key: String,
    /// The value, as a constant of SQL; `None` where none is to be shown.
    pub value: Option<String>,
}

/// What could happen to the rows that are there.
///
/// This enum is non-exhaustive so that dangers can be added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HazardKind {
    /// Values or rows are dropped and the script does not say `.loses_data()`.
    LosesData,
    /// Rows hold values that go from an enum type, and nothing says what they get.
    HoldsEnumValues {
        /// The type.
        name: ObjectName,
    },
    /// Values cannot become values of the type that their column gets.
    CannotConvert {
        /// The type, as the database spells it.
        ty: String,
    },
    /// NULL stands where NOT NULL is asked for, and nothing fills it.
    NullInNotNull,
    /// A row does not fulfil a check that is made.
    BreaksCheck {
        /// The check's name, or its condition where it has none.
        check: String,
    },
}

impl HazardKind {
    /// Tells whether the caller who runs the plan may consent to it. The others would end in an error, or in rows that the
    /// schema forbids.
    #[must_use]
    pub const fn can_be_wanted(&self) -> bool {
        match self {
            Self::LosesData => true,
            Self::BreaksCheck { .. }
            | Self::CannotConvert { .. }
            | Self::HoldsEnumValues { .. }
            | Self::NullInNotNull => false,
        }
    }
}

/// What must hold around a statement, checked by the runner.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
    /// One row is written: the text of this table is there, and its columns are those that the plan was made for.
    WritesOneText {
        /// The table.
        of: TableName,
    },
}

impl Statement {
    /// Makes a statement that runs in the transaction and endangers nothing, and of which nothing more is known.
    #[must_use]
    pub fn new(sql: impl Into<String>) -> Self {
        Self {
            sql: sql.into(),
            hazards: Vec::new(),
            mode: Mode::InTransaction,
            guards: Vec::new(),
            session: Session::Any,
            effect: None,
            done: None,
        }
    }

    /// Says which locks it takes and what it costs.
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = Some(effect);
        self
    }

    /// Says what tells whether it was done.
    #[must_use]
    pub fn done(mut self, done: Done) -> Self {
        self.done = Some(done);
        self
    }

    /// Says whether it runs in the transaction.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Says what it asks of the session.
    #[must_use]
    pub fn session(mut self, session: Session) -> Self {
        self.session = session;
        self
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

impl<S: Into<String>> From<S> for Statement {
    fn from(sql: S) -> Self {
        Self::new(sql)
    }
}

impl Plan {
    /// Adds a statement.
    pub fn push(&mut self, statement: impl Into<Statement>) {
        self.statements.push(statement.into());
    }

    /// Tells whether foreign keys must be off around it.
    #[must_use]
    pub fn needs_foreign_keys_off(&self) -> bool {
        self.statements.iter().any(|statement| statement.session == Session::ForeignKeysOff)
    }

    /// Takes the cheaper way wherever there is one.
    #[must_use]
    pub fn in_place(self) -> Self {
        let Self { mut statements, shortcuts } = self;
        for Shortcut { instead_of, statements: cheaper } in shortcuts.into_iter().rev() {
            statements.splice(instead_of, cheaper);
        }
        Self { statements, shortcuts: Vec::new() }
    }

    /// Adds the statements of another plan after its own.
    pub fn append(&mut self, other: Self) {
        let Self { statements, shortcuts } = other;
        let moved = self.statements.len();
        self.statements.extend(statements);
        self.shortcuts.extend(shortcuts.into_iter().map(|Shortcut { instead_of, statements }| Shortcut {
            instead_of: instead_of.start + moved..instead_of.end + moved,
            statements,
        }));
    }
}

/// Why operations cannot be turned into statements.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanError {
    /// An operation does not fit what is there.
    #[error("cannot {operation}")]
    Apply {
        /// What was to be done.
        operation: String,
        /// Why it does not fit.
        source: ApplyError,
    },
    /// One type has no meaning as another, and the script does not say one.
    #[error("cannot {operation}: there is no one way from {from} to {to}")]
    NeedsUsing {
        /// What was to be done.
        operation: String,
        /// The type before.
        from: String,
        /// The type after.
        to: String,
    },
    /// Rows of a script do not fit the columns that it names.
    #[error("cannot {operation}: {reason}")]
    MalformedRows {
        /// What was to be done.
        operation: String,
        /// Why not.
        reason: String,
    },
    /// The script refuses to be undone.
    #[error("the script cannot be undone: {reason}")]
    Irreversible {
        /// Its reason.
        reason: String,
    },
    /// A constant is no value of its column's type, and the database would keep it.
    #[error("{value} cannot stand in {table}.{column}, which is {ty} on {dialect}: {reason}")]
    NotOfType {
        /// The database.
        dialect: Dialect,
        /// The table.
        table: TableName,
        /// The column.
        column: Ident,
        /// Its type, for people.
        ty: String,
        /// The constant, as SQL.
        value: String,
        /// Why not.
        reason: &'static str,
    },
    /// The stored text of a SQLite object cannot be read.
    #[error("cannot read the stored text of `{object}`: {reason}")]
    Original {
        /// The table, index, trigger or view.
        object: String,
        /// What the parser says.
        reason: String,
    },
    /// Something else still uses what is to be dropped.
    #[error("{dialect} cannot {operation}: {reason}")]
    InUse {
        /// The database.
        dialect: Dialect,
        /// What was to be done.
        operation: String,
        /// Who uses it.
        reason: String,
    },
    /// PostgreSQL: an index without a name, made outside transactions.
    #[error(
        "`{statement}` leaves the name of the index to the server, so that it is unknown after a failure whether it was created"
    )]
    NamelessIndex {
        /// The statement.
        statement: String,
    },
    /// Raw SQL that would end or leave the revision's transaction.
    #[error("`{statement}` cannot run inside a revision's transaction")]
    NeedsNoTransaction {
        /// The statement.
        statement: String,
    },
    /// Raw SQL outside transactions that begins or ends one of its own.
    #[error(
        "`{statement}` (line {line}) begins or ends a transaction, and what runs outside transactions runs statement by statement"
    )]
    OwnTransaction {
        /// The statement.
        statement: String,
        /// Its line in the SQL.
        line: usize,
    },
    /// Raw SQL holds what no database can run.
    #[error("cannot run SQL as it is written")]
    Unrunnable(#[from] Unrunnable),
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
    /// Tells whether it is true whatever the database holds.
    #[cfg(feature = "runtime")]
    pub(crate) const fn is_of_words(&self) -> bool {
        matches!(
            self,
            Self::Irreversible { .. }
                | Self::MalformedRows { .. }
                | Self::NamelessIndex { .. }
                | Self::NeedsNoTransaction { .. }
                | Self::OwnTransaction { .. }
                | Self::Unrunnable(_)
        )
    }

    /// Says what to do about it, if something can be said.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Apply { source: ApplyError::EnumValueInUse { .. }, .. } => Some(
                "set another default before, or say by `.replace(…)` after `op.set_enum_values(…)` which value takes its \
                 place",
            ),
            // Whose mistake it is only the history tells, which the planner's caller has at hand.
            Self::Apply { .. } | Self::Irreversible { .. } => None,
            Self::InUse { .. } => Some(
                "drop what uses it before, in the same revision: a constraint by `op.drop_constraint`, an index by \
                 `op.drop_index`, a trigger or a view by `op.execute(\"DROP TRIGGER …\")`; make it again after, without the \
                 column",
            ),
            Self::NeedsUsing { .. } => Some(
                "say after `.ty(…)` how the old value becomes the new one: `.using(\"an expression of SQL\")`",
            ),
            Self::MalformedRows { .. } => Some("give each row one value for each column, in their order"),
            Self::NamelessIndex { .. } => Some("write the name after CONCURRENTLY"),
            Self::NeedsNoTransaction { statement } => Some(if ends_transaction(statement) {
                "leave it out: each revision is a transaction, which begins and ends by itself"
            } else {
                "write `op.execute(…).outside_transaction()`"
            }),
            Self::OwnTransaction { .. } => Some(
                "leave it out, and put what belongs together into an `op.execute(…)` without `.outside_transaction()`, in a \
                 revision of its own: a revision is one transaction",
            ),
            Self::NotOfType { .. } => {
                Some("write a constant of the column's type, or give the column another type")
            }
            Self::Original { .. } => {
                Some("the table can still be changed by `op.execute` with SQL of your own")
            }
            Self::Unrunnable(error) => error.hint(),
            Self::Unsupported { .. } => {
                Some("put the operation into `op.on(Postgres, |op| …)` or `op.on(Sqlite, |op| …)`")
            }
        }
    }
}

/// Tells whether a statement begins or ends a transaction, to either database.
fn ends_transaction(statement: &str) -> bool {
    Dialect::ALL.iter().any(|dialect| lexer::kind(statement, *dialect) == lexer::Kind::EndsTransaction)
}
