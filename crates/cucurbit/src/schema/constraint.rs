//! Primary keys, uniques, foreign keys and checks.
//!
//! A constraint without a name has one that the database chose: it is neither written nor compared.

use std::fmt;

use super::{Expression, Ident, TableName};

/// A table's primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrimaryKey {
    /// The name, if one was chosen.
    pub name: Option<Ident>,
    /// The columns, in the order of the key.
    pub columns: Vec<Ident>,
    /// Columns that its index holds beside the key (PostgreSQL only).
    pub include: Vec<Ident>,
    /// When it is checked (PostgreSQL only).
    pub deferral: Deferral,
    /// What becomes of a row whose key is there already (SQLite only).
    pub on_conflict: OnConflict,
    /// A comment (PostgreSQL only).
    pub comment: Option<String>,
}

/// A unique constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unique {
    /// The name, if one was chosen.
    pub name: Option<Ident>,
    /// The columns, in order.
    pub columns: Vec<Ident>,
    /// Columns that its index holds beside the key (PostgreSQL only).
    pub include: Vec<Ident>,
    /// Whether two NULLs are equal (PostgreSQL 15 and later).
    pub is_nulls_not_distinct: bool,
    /// When it is checked (PostgreSQL only).
    pub deferral: Deferral,
    /// What becomes of a row whose values are there already (SQLite only).
    pub on_conflict: OnConflict,
    /// A comment (PostgreSQL only).
    pub comment: Option<String>,
}

/// When a constraint is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deferral {
    /// At once, and no transaction can put it off. SQL's default.
    #[default]
    NotDeferrable,
    /// At once, unless a transaction puts it off.
    Immediate,
    /// At the end of the transaction.
    Deferred,
}

impl Deferral {
    /// Returns SQL's words, as they stand after a constraint.
    #[must_use]
    pub const fn sql(self) -> &'static str {
        match self {
            Self::NotDeferrable => "NOT DEFERRABLE",
            Self::Immediate => "DEFERRABLE",
            Self::Deferred => "DEFERRABLE INITIALLY DEFERRED",
        }
    }
}

/// What becomes of a row that breaks a key or a NOT NULL: SQLite's `ON CONFLICT` (sqlite.org/lang_conflict.html). A CHECK
/// may say it too, and it means nothing there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum OnConflict {
    /// The statement fails and is undone. What happens where nothing is said.
    #[default]
    Abort,
    /// The statement fails, and what it did before stays.
    Fail,
    /// The row is left out.
    Ignore,
    /// The row takes the place of those in its way, and the default that of NULL.
    Replace,
    /// The statement fails, and its transaction is undone.
    Rollback,
}

impl OnConflict {
    /// Every way, in the order of their names.
    pub const ALL: [Self; 5] = [Self::Abort, Self::Fail, Self::Ignore, Self::Replace, Self::Rollback];

    /// Returns SQL's word.
    #[must_use]
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Abort => "ABORT",
            Self::Fail => "FAIL",
            Self::Ignore => "IGNORE",
            Self::Replace => "REPLACE",
            Self::Rollback => "ROLLBACK",
        }
    }
}

/// Which rows with NULL in a foreign key of several columns refer to nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// Those with a NULL in any of the columns. SQL's default.
    #[default]
    Simple,
    /// Those with NULL in all of the columns; a row with NULL in some is refused. SQLite keeps the word and matches as
    /// [`Match::Simple`] does (sqlite.org/foreignkeys.html, section 6).
    Full,
}

/// What happens to a row when the row it refers to goes away or changes its key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Delete or update the row too.
    Cascade,
    /// Refuse, at the end of the statement. SQL's default.
    #[default]
    NoAction,
    /// Refuse at once.
    Restrict,
    /// Put the column's default.
    SetDefault,
    /// Put NULL.
    SetNull,
}

impl Action {
    /// Returns SQL's words.
    #[must_use]
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Cascade => "CASCADE",
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::SetDefault => "SET DEFAULT",
            Self::SetNull => "SET NULL",
        }
    }
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The name, if one was chosen.
    pub name: Option<Ident>,
    /// The columns of this table, in order.
    pub columns: Vec<Ident>,
    /// The table referred to.
    pub referred_table: TableName,
    /// Its columns, in the order of `columns`.
    pub referred_columns: Vec<Ident>,
    /// What a DELETE of the referred row does.
    pub on_delete: Action,
    /// The columns that it sets, for [`Action::SetNull`] and [`Action::SetDefault`]; all of them if it is empty
    /// (PostgreSQL 15 and later).
    pub on_delete_columns: Vec<Ident>,
    /// What an UPDATE of the referred key does.
    pub on_update: Action,
    /// Which rows with NULL refer to nothing.
    pub matching: Match,
    /// When it is checked.
    pub deferral: Deferral,
    /// Whether the rows that were there before it have not been checked (PostgreSQL only).
    pub is_not_valid: bool,
    /// A comment (PostgreSQL only).
    pub comment: Option<String>,
}

/// A check constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The name, if one was chosen.
    pub name: Option<Ident>,
    /// The condition.
    pub expression: Expression,
    /// Whether tables that inherit from this one go without it (PostgreSQL only).
    pub is_no_inherit: bool,
    /// Whether the rows that were there before it have not been checked (PostgreSQL only).
    pub is_not_valid: bool,
    /// A comment (PostgreSQL only).
    pub comment: Option<String>,
}

/// Names one constraint of a table: by its name, or by what it is if it has no chosen name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConstraintRef {
    /// The unnamed check with this condition.
    Check {
        /// The condition, as it was declared.
        expression: Expression,
    },
    /// The unnamed foreign key of these columns.
    ForeignKey {
        /// The columns of this table.
        columns: Vec<Ident>,
        /// What it refers to, where several are on the same columns.
        referred: Option<Referred>,
    },
    /// The constraint of this name, whatever it is.
    Named(Ident),
    /// The table's primary key.
    PrimaryKey,
    /// The unnamed unique constraint on these columns.
    Unique {
        /// The columns, in order.
        columns: Vec<Ident>,
    },
}

impl ConstraintRef {
    /// Writes which constraint of a table is meant.
    pub(super) fn write_on(&self, table: &TableName, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check { expression } => write!(f, "check on {table}: {}", expression.base),
            Self::ForeignKey { columns, referred: None } => {
                write!(f, "foreign key on {table} ({})", list(columns))
            }
            Self::ForeignKey { columns, referred: Some(Referred { table: to, columns: referred }) } => {
                write!(f, "foreign key on {table} ({}) -> {to} ({})", list(columns), list(referred))
            }
            Self::Named(name) => write!(f, "constraint {name} on {table}"),
            Self::PrimaryKey => write!(f, "primary key of {table}"),
            Self::Unique { columns } => write!(f, "unique constraint on {table} ({})", list(columns)),
        }
    }
}

/// Joins the names of columns: `bed_id, row`.
pub(crate) fn list(columns: &[Ident]) -> String {
    columns.iter().map(Ident::as_str).collect::<Vec<_>>().join(", ")
}

/// What a foreign key refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referred {
    /// The table.
    pub table: TableName,
    /// Its columns.
    pub columns: Vec<Ident>,
}

impl PrimaryKey {
    /// Returns how this key is referred to.
    #[must_use]
    pub fn reference(&self) -> ConstraintRef {
        ConstraintRef::PrimaryKey
    }
}

impl Unique {
    /// Returns how this constraint is referred to.
    #[must_use]
    pub fn reference(&self) -> ConstraintRef {
        match &self.name {
            Some(name) => ConstraintRef::Named(name.clone()),
            None => ConstraintRef::Unique { columns: self.columns.clone() },
        }
    }
}

impl ForeignKey {
    /// Returns how this constraint is referred to.
    #[must_use]
    pub fn reference(&self) -> ConstraintRef {
        match &self.name {
            Some(name) => ConstraintRef::Named(name.clone()),
            None => ConstraintRef::ForeignKey { columns: self.columns.clone(), referred: None },
        }
    }

    /// Tells whether this is what it refers to; columns that are not said are those of the primary key.
    #[must_use]
    pub fn refers_to(&self, referred: &Referred) -> bool {
        let Referred { table, columns } = referred;
        let is_unsaid = columns.is_empty() || self.referred_columns.is_empty();
        self.referred_table == *table && (is_unsaid || self.referred_columns == *columns)
    }

    /// Returns what it refers to.
    #[must_use]
    pub fn referred(&self) -> Referred {
        Referred { table: self.referred_table.clone(), columns: self.referred_columns.clone() }
    }
}

impl Check {
    /// Returns how this constraint is referred to.
    #[must_use]
    pub fn reference(&self) -> ConstraintRef {
        match &self.name {
            Some(name) => ConstraintRef::Named(name.clone()),
            None => ConstraintRef::Check { expression: self.expression.clone() },
        }
    }
}

impl ConstraintRef {
    /// Says which constraint is meant, in a sentence: `` constraint `positive` ``.
    #[must_use]
    pub(crate) fn in_words(&self) -> String {
        match self {
            Self::Check { expression } => format!("unnamed check `{}`", expression.base),
            Self::ForeignKey { columns, referred: None } => {
                format!("unnamed foreign key on ({})", list(columns))
            }
            Self::ForeignKey { columns, referred: Some(Referred { table, columns: referred }) } => {
                format!("unnamed foreign key on ({}) -> {table} ({})", list(columns), list(referred))
            }
            Self::Named(name) => format!("constraint `{name}`"),
            Self::PrimaryKey => "primary key".to_owned(),
            Self::Unique { columns } => format!("unnamed unique constraint on ({})", list(columns)),
        }
    }
}
