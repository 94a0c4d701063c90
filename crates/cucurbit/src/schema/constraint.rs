//! Primary keys, uniques, foreign keys and checks.
//!
//! A constraint without a name is one that nobody named: its name is neither written nor compared.

use serde::Serialize;

use super::{Expression, Ident, TableName};

/// A table's primary key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PrimaryKey {
    /// The name, if somebody chose one.
    pub name: Option<Ident>,
    /// The columns, in the order of the key.
    pub columns: Vec<Ident>,
}

/// A unique constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unique {
    /// The name, if somebody chose one.
    pub name: Option<Ident>,
    /// The columns, in order.
    pub columns: Vec<Ident>,
}

/// What happens to a row when the row it refers to goes away or changes its key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForeignKey {
    /// The name, if somebody chose one.
    pub name: Option<Ident>,
    /// The columns of this table, in order.
    pub columns: Vec<Ident>,
    /// The table referred to.
    pub referred_table: TableName,
    /// Its columns, in the order of `columns`.
    pub referred_columns: Vec<Ident>,
    /// What a DELETE of the referred row does.
    pub on_delete: Action,
    /// What an UPDATE of the referred key does.
    pub on_update: Action,
}

/// A check constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The name, if somebody chose one.
    pub name: Option<Ident>,
    /// The condition.
    pub expression: Expression,
}

/// Names one constraint of a table: by its name, or by what it is where nobody named it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
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
            None => ConstraintRef::ForeignKey { columns: self.columns.clone() },
        }
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
